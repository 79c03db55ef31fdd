"""Remarks on a variation are short and in the sliders' units; melodies that cannot be edited are known as such."""

import io
from typing import Any

import mido
from fastapi.testclient import TestClient

from armusic.editing.limits import of_mean, of_measure
from armusic.studio.remarks import UNITS, grouped, unchanged
from tests.studio.conftest import open_file


def parts() -> bytes:
    """Return a MIDI file with a tune, one of leaps over the whole keyboard, and one of notes between the beats."""
    file = mido.MidiFile(ticks_per_beat=480)
    tracks = (("tune", (60, 64, 67, 72), 240, 32), ("leaps", (0, 127), 240, 32), ("dust", (60, 62), 1, 600))
    for name, pitches, length, count in tracks:
        track = mido.MidiTrack([mido.MetaMessage("track_name", name=name)])
        for place in range(count):
            pitch = pitches[place % len(pitches)]
            track.append(mido.Message("note_on", note=pitch, velocity=80, channel=len(file.tracks)))
            track.append(mido.Message("note_off", note=pitch, time=length, channel=len(file.tracks)))
        file.tracks.append(track)
    buffer = io.BytesIO()
    file.save(file=buffer)
    return buffer.getvalue()


def test_limits_of_measures_are_one_line_for_each_attribute_in_its_unit() -> None:
    limits = [of_measure("range", str(number), 1.0, 0.0, 0.5, 0.5) for number in (1, 2, 5)]
    lines = grouped([*limits, of_measure("density", "3", 1.0, 0.0, 0.5, 0.5), "something else"], UNITS)
    assert lines == [
        "range: out of reach in measures 1-2, 5, by 13 semitones on average",
        "measure 3: density 6 notes a beat is out of reach: 3 notes a beat reached",
        "something else",
    ]


def test_a_mean_out_of_reach_is_in_its_unit_and_one_without_a_unit_is_plain() -> None:
    assert grouped([of_mean("density", 1.0, 0.5, (0.0, 0.5)), of_mean("rhythm", 0.9, -1e-9)], UNITS) == [
        "density 6 notes a beat is out of reach: 3 notes a beat reached",
        "rhythm 0.9 is out of reach: 0 reached",
    ]


def test_measures_that_are_left_alone_are_one_line() -> None:
    assert unchanged(("measure 3 is left as it is: it spans too much",), ["3"]) == [
        "measure 3 is left as it is: it spans too much"
    ]
    (line,) = unchanged(("...", "...", "..."), ["3", "4", "9"])
    assert line == "measures 3-4, 9 are left as they are: too wide a range for the model"


def test_far_too_much_of_everything_is_a_few_lines(client: TestClient, reel: dict[str, Any]) -> None:
    edit = {"shifts": {"density": 5, "range": 20, "contour": 9}, "each_measure": True, "loop": "closed"}
    remarks = client.post(f"/api/sessions/{reel['id']}/variation", json=edit).json()["remarks"]
    limits = [remark for remark in remarks if "out of reach" in remark]
    assert [remark.split(":")[0] for remark in limits] == ["range", "density", "contour"]
    assert all("in measures 1-4, by " in remark for remark in limits)


def test_a_melody_that_cannot_be_edited_is_told_with_the_reason(client: TestClient) -> None:
    session = open_file(client, parts(), "parts.mid")
    assert [track["problem"] for track in session["tracks"]] == ["", "", ""]
    tracks = client.get(f"/api/sessions/{session['id']}/tracks").json()
    problems = {track["name"]: track["problem"] for track in tracks}
    assert problems["tune"] == ""
    assert problems["leaps"].startswith("no measure can change: left as they are: ")
    assert problems["dust"]
    assert "parts.mid" not in problems["dust"]

"""The notes API: what it answers is what `armusic interpolate` writes for the same notes in a MIDI file."""

import contextlib
import io
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from hypothesis import given, settings
from hypothesis import strategies as st

import armusic
from armusic.music import smf, smf_notes
from armusic.resources import __path__ as resources
from armusic.studio import note_schemas
from armusic.studio.note_schemas import API, MAX_NOTES, NotesRequest
from armusic.studio.schemas import Message
from armusic_cli.main import run as run_command_line
from tests import songs

from .conftest import APP
from .test_api import problem

QUARTER = 960
JSON = {"content-type": "application/json"}
TUNES = {number: armusic.read(Path(resources[0], "examples.abc"), number) for number in (1, 2, 3)}
SCALE = [
    {"pitch": pitch, "start": at / 2, "duration": 0.5, "velocity": 80}
    for at, pitch in enumerate((67, 69, 71, 72, 74, 71, 69, 67, 66, 69, 72, 74, 67, 71, 67, 67))
]

Sounding = list[tuple[int, float, float, int]]
"""Pitch, start and duration in quarter notes, and velocity of notes."""


def ask(client: TestClient, notes: Sequence[dict[str, Any]] = SCALE, **request: Any) -> dict[str, Any]:
    response = client.post("/api/notes", json={"notes": list(notes), **request})
    assert response.status_code == 200, response.text
    return response.json()


def sounding(notes: Sequence[dict[str, Any]], beat: float = 1.0) -> Sounding:
    every = ((note["pitch"], note["start"] * beat, note["duration"] * beat, note["velocity"]) for note in notes)
    return sorted((pitch, round(start, 6), round(length, 6), velocity) for pitch, start, length, velocity in every)


def written(notes: Sequence[dict[str, Any]], metre: str, tempo: float, band: songs.Notes, *, plain: bool) -> bytes:
    """Return the MIDI file of a melody on track 2, and of a band on track 3."""
    numerator, denominator = map(int, metre.split("/"))
    head = [
        smf.Event(0, smf.SET_TEMPO, round(60_000_000 / tempo).to_bytes(3, "big")),
        songs.signature(0, numerator, denominator, QUARTER),
        *([] if plain else [smf.Event(0, smf.MARKER, b"Verse")]),
    ]
    conductor = songs.track([], "Song", division=QUARTER, others=head)
    events = []
    for note in notes:
        on, off = round(note["start"] * QUARTER), round((note["start"] + note["duration"]) * QUARTER)
        events += [
            smf.Event(on, smf.NOTE_ON, bytes([note["pitch"], note["velocity"]])),
            smf.Event(off, smf.NOTE_OFF, bytes([note["pitch"], 0])),
        ]
    events.sort(key=lambda event: (event.tick, event.status))
    melody = (*events, smf.Event(events[-1].tick, smf.END_OF_TRACK, b""))
    return songs.song(conductor, melody, *([songs.track(band, "Keys", 1, QUARTER)] if band else []), division=QUARTER)


def interpolated(data: bytes, options: Sequence[str]) -> dict[str, Sounding]:
    """Return the notes of each track that `armusic interpolate` writes for a file, by the track's name."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder, "clip.mid"), Path(folder, "out.mid")
        source.write_bytes(data)
        line = ["interpolate", source, "--track", "2", "--no-picture", "-o", out, *options]
        with contextlib.redirect_stdout(io.StringIO()) as output:
            assert run_command_line(list(map(str, line))) == 0, output.getvalue()
        file = smf.parse(out.read_bytes(), "out.mid")
    tracks: dict[str, Sounding] = {}
    for track in file.tracks:
        name = next((event.data.decode() for event in track if event.status == smf.TRACK_NAME), "melody")
        for pairs in smf_notes.pairs(track).values():
            tracks[name] = sorted(
                (
                    track[on].data[0],
                    round(track[on].tick / file.ticks_per_quarter, 6),
                    round((track[off].tick - track[on].tick) / file.ticks_per_quarter, 6),
                    track[on].data[1],
                )
                for on, off in pairs
            )
    return tracks


def moved(notes: Sounding, by: float) -> Sounding:
    return [(pitch, round(start + by, 6), length, velocity) for pitch, start, length, velocity in notes]


@st.composite
def requests(draw: st.DrawFn) -> tuple[dict[str, Any], bytes, list[str]]:
    """Draw a request, the file that holds the same notes, and the options that say the same to the command."""
    tune = TUNES[draw(st.sampled_from(list(TUNES)))]
    metre, front = tune.measures[0].metre, tune.padding[0]
    pickup, plain, beat = draw(st.booleans()), draw(st.booleans()), draw(st.sampled_from([1.0, 0.5, 1.5]))
    count = draw(st.integers(2, 6))
    played = [note for note in tune.notes if note.start < tune.measures[count].start]
    lag = draw(st.sampled_from([0, 0, 7, 23]))  # ticks by which a player is late, now and then
    quarters = [
        {
            "pitch": note.pitch,
            "start": float(note.start - (front if pickup else 0)) + (number % 3) * lag / QUARTER,
            "duration": float(note.duration),
            "velocity": 60 + number % 40,
        }
        for number, note in enumerate(played)
    ]
    band = [(at, 2, pitch) for at in range(0, count * int(metre.length), 2) for pitch in (43, 47, 50)]
    band = band if draw(st.booleans()) else []
    attributes = draw(
        st.sampled_from(
            [["density=by-0.05"], ["contour"], ["rhythm"], ["rhythm=p70", "range=by+1"], ["density=1:0.2 2:0.4"]]
        )
    )
    natural, seed, alternatives = (
        draw(st.sampled_from([0.0, 0.5, 1.0])),
        draw(st.integers(0, 9)),
        draw(st.integers(1, 3)),
    )
    key, keep = (
        draw(st.sampled_from(["auto", "off", "G:major"])),
        draw(st.sampled_from([["cadences"], ["pitches"], []])),
    )
    bar = float(metre.length - front) % float(metre.length) if pickup else 0.0
    request = {
        "notes": [{**note, "start": note["start"] / beat, "duration": note["duration"] / beat} for note in quarters],
        "unit": {1.0: "1/4", 0.5: "1/8", 1.5: "3/8"}[beat],
        "metre": str(metre), "tempo": 100.0, "bar": bar / beat, "attributes": attributes, "natural": natural,
        "seed": seed, "alternatives": alternatives, "key": key, "keep": keep,
        "band": [{"notes": [
            {"pitch": pitch, "start": start / beat, "duration": length / beat} for start, length, pitch in band
        ]}] if band else [],
    }  # fmt: skip
    options = [text for attribute in attributes for text in ("--attr", attribute)]
    options += ["--natural", str(natural), "--seed", str(seed), "--alternatives", str(alternatives), "--key", key]
    options += ["--keep", ",".join(keep) or "none", "--downbeat", str(1 + bar / float(metre.beat))]
    if "=" not in attributes[0]:
        request |= {"steps": 3, "range": [-1.0, 1.5]}
        options += ["--steps", "3", "--range", "-1", "1.5"]
    elif count > 3 and draw(st.booleans()):
        request["measures"] = [2, 3]
        options += ["--measures", "2-3"]
    return request, written(quarters, str(metre), 100.0, band, plain=plain), options


@settings(max_examples=15, deadline=None)
@given(drawn=requests())
def test_the_reply_is_what_the_command_writes_note_for_note(
    client: TestClient, drawn: tuple[dict[str, Any], bytes, list[str]]
) -> None:
    request, data, options = drawn
    reply = ask(client, **request)
    tracks = interpolated(data, options)
    beat = {"1/4": 1.0, "1/8": 0.5, "3/8": 1.5}[request["unit"]]
    given_notes = sounding(request["notes"], beat)
    own = next(notes for name, notes in tracks.items() if name in ("original", "melody") or name.endswith(" +0.0"))
    shift = min(start for _, start, *_ in given_notes) - min(start for _, start, *_ in own)
    answers = [answer for answer in reply["answers"] if answer["step"] != 0]
    assert len(answers) >= 1
    for answer in answers:
        assert sounding(answer["notes"], beat) == moved(tracks[answer["name"]], shift)


def test_what_stays_comes_back_exactly_as_it_was(client: TestClient) -> None:
    third = 1 / 3
    notes = [
        *SCALE[:8],
        *(
            {"pitch": 60 + n, "start": 4 + n * third + 0.0001 * n, "duration": third * 0.93, "velocity": 31 + n}
            for n in range(12)
        ),
    ]  # fmt: skip
    reply = ask(client, notes, attributes=["density=by-0.1"], measures=[1, 1], bar=0)
    (answer,) = reply["answers"]
    later = [note for note in answer["notes"] if note["start"] >= 4]
    assert later == notes[8:]
    assert answer["changed"] == ["1"]
    (original,) = [each for each in ask(client, notes, attributes=["rhythm"])["answers"] if each["step"] == 0]
    assert original["notes"] == notes
    assert original["changed"] == []


def test_chord_symbols_count_as_the_part_that_plays_them(client: TestClient) -> None:
    notes = [
        {"pitch": note.pitch, "start": float(note.start), "duration": float(note.duration)}
        for note in TUNES[1].notes
        if note.start < 16
    ]
    names, classes = ("C", "F", "Bb", "Eb"), ((0, 4, 7), (0, 5, 9), (2, 5, 10), (3, 7, 10))
    chords = [{"start": 2 * at, "symbol": names[at % 4]} for at in range(8)]
    keys = [{"pitch": 48 + pitch, "start": 2 * at, "duration": 2} for at in range(8) for pitch in classes[at % 4]]
    order = {"attributes": ["density=by-0.1"], "natural": 1.0}
    alone = ask(client, notes, **order)["answers"]
    symbols = ask(client, notes, chords=chords, **order)["answers"]
    played = ask(client, notes, band=[{"name": "keys", "notes": keys}], **order)["answers"]
    assert symbols == played != alone


def test_a_beat_of_another_unit_is_the_same_music(client: TestClient) -> None:
    doubled = [{**note, "start": note["start"] * 2, "duration": note["duration"] * 2} for note in SCALE]
    order = {"attributes": ["rhythm=by+0.1"], "alternatives": 2}
    quarters, eighths = ask(client, **order), ask(client, doubled, unit="1/8", **order)
    assert [sounding(answer["notes"]) for answer in quarters["answers"]] == [
        sounding(answer["notes"], 0.5) for answer in eighths["answers"]
    ]
    assert [measure["start"] for measure in eighths["measures"]] == [0.0, 8.0]
    assert quarters["answers"][0]["values"] == eighths["answers"][0]["values"]


def test_a_pickup_keeps_its_place_and_nothing_comes_before_it(client: TestClient) -> None:
    notes = [{"pitch": 62, "start": 2, "duration": 1}, *({**note, "start": note["start"] + 3} for note in SCALE)]
    reply = ask(client, notes, bar=3, attributes=["rhythm=by+0.15"])
    assert [measure["start"] for measure in reply["measures"]] == [-1.0, 3.0, 7.0]
    assert min(note["start"] for note in reply["answers"][0]["notes"]) >= 0
    before = ask(client, notes, attributes=["rhythm=by+0.15"])
    assert before["measures"][0]["start"] == 0.0  # no bar is named, and none is plain


def test_metres_may_change(client: TestClient) -> None:
    metre = [{"start": 0, "metre": "3/4"}, {"start": 3, "metre": "5/4"}]
    reply = ask(client, metre=metre, attributes=["contour"], steps=1)
    assert [(each["start"], each["metre"]) for each in reply["measures"]] == [(0.0, "3/4"), (3.0, "5/4")]


def test_a_second_order_for_the_same_notes_is_a_look_up(client: TestClient) -> None:
    order: dict[str, Any] = {"attributes": ["contour=by+0.1"], "tempo": 77}
    ask(client, **order)
    desk = APP.app.state.studio.desk  # type: ignore[attr-defined]
    clip, (*_, pool) = desk.clips[-1], desk.kept.pools[-1]
    ask(client, **order | {"attributes": ["contour=by+0.15"], "natural": 0.9, "seed": 3, "alternatives": 3})
    assert (desk.clips[-1] is clip, desk.kept.pools[-1][-1] is pool) == (True, True)
    ask(client, **order | {"keep": ["rhythm"]})
    assert (desk.clips[-1] is clip, desk.kept.pools[-1][-1] is pool) == (True, False)
    for tempo in range(100, 110):
        ask(client, attributes=["contour"], steps=1, tempo=tempo)
    assert clip not in desk.clips


def test_what_cannot_be_is_said_in_remarks(client: TestClient) -> None:
    notes = [{"pitch": 60, "start": start, "duration": 4} for start in (0, 4)]
    stuck = ask(client, notes, attributes=["range=3"], alternatives=16)["remarks"]
    assert "range cannot change in this tune: each measure holds a single note, and keeps it" in stuck
    assert all("\n" not in remark for remark in stuck)
    late = [{**note, "start": note["start"] + 0.02 * (number % 2)} for number, note in enumerate(SCALE)]
    assert any("moved" in remark for remark in ask(client, late, attributes=["contour"])["remarks"])


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        ({"notes": []}, "the notes: there are none: give at least one"),
        ({"notes": SCALE[:1] * (MAX_NOTES + 1)}, f"notes: there are {MAX_NOTES + 1}: up to {MAX_NOTES} are taken"),
        (
            {"notes": [*SCALE, {"pitch": 48, "start": 2, "duration": 3}]},
            "the notes: pitch 74 starts at beat 2, while pitch 48 still sounds: give one voice, or say",
        ),
        ({"notes": [{**SCALE[0], "pitch": 128}]}, "notes.0.pitch: Input should be less than or equal to 127"),
        ({"notes": [{**SCALE[0], "pitch": "C4"}]}, "notes.0.pitch: Input should be a valid integer"),
        ({"notes": [{**SCALE[0], "start": True}]}, "notes.0.start: Input should be a valid number"),
        ({"notes": [{**SCALE[0], "start": -1}]}, "notes.0.start: Input should be greater than or equal to 0"),
        ({"notes": [{**SCALE[0], "velocity": 0}]}, "notes.0.velocity: Input should be greater than or equal to 1"),
        ({"notes": [{"pitch": 60, "start": 0}]}, "notes.0.duration: Field required"),
        (
            {"notes": [{**SCALE[0], "start": 5000}]},
            "the notes: they go on for 1251 measures: up to 256 are taken, from beat 0 of the clip on",
        ),
        ({"attributes": []}, "no attribute is named: name some, such as rhythm or rhythm=0.3"),
        ({"attributes": ["rythm"]}, "unknown attribute 'rythm': did you mean rhythm?"),
        (
            {"attributes": ["rhythm", "contour"]},
            "rhythm and contour: no target, and a sweep takes one attribute: write a target for each",
        ),
        ({"attributes": ["/tmp/own.py:mood=1"]}, "mood: an attribute in a file is for the command line: name another"),
        (
            {"attributes": ["rhythm=@/etc/passwd"]},
            "rhythm: a curve in a file is for the command line: write its points",
        ),
        ({"attributes": ["rhythm = @own.csv"]}, "rhythm: a curve in a file is for the command line: write its points"),
        ({"metre": "free"}, "metre 'free': write a time signature, such as 6/8"),
        (
            {"metre": [{"start": 2, "metre": "4/4"}]},
            "metre: the first begins at beat 0, and each later than the one before",
        ),
        ({"unit": "0/4"}, "unit: String should match pattern '^[1-9][0-9]?/[1-9][0-9]?$'"),
        ({"bar": 0.1}, "bar 0.1: a bar line lies on a sixteenth note"),
        (
            {"chords": [{"start": 0, "symbol": "H7"}]},
            "chords: 'H7' is not a chord symbol: write them as Am7, F#dim or N.C.",
        ),
        ({"keep": ["tempo"]}, "keep 'tempo': name cadences, downbeats, subdivisions, rhythm, pitches, or none"),
        ({"key": "H:major"}, "unknown key 'H:major'"),
        ({"measures": [1, 9]}, "measures 1-9: there are only measures 1-2 in the notes"),
        ({"api": API + 1}, f"this server has notes API {API}, and the request needs {API + 1}: update armusic"),
        ({"steps": 99, "alternatives": 2}, "99 steps in 2 ways are 198: up to 128 are given"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_sentence(
    client: TestClient, request_: dict[str, Any], message: str
) -> None:
    response = client.post("/api/notes", json={"notes": SCALE, "attributes": ["rhythm"], **request_})
    assert problem(response, 422).startswith(message)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_no_number_is_refused(client: TestClient, number: str) -> None:
    text = json.dumps({"notes": SCALE, "attributes": ["rhythm"]})
    for field in ('"start": 0.0', '"duration": 0.5'):
        content = text.replace(field, f"{field.partition(' ')[0]} {number}", 1)
        response = client.post("/api/notes", content=content, headers=JSON)
        assert problem(response, 422).endswith("Input should be a finite number")


def test_a_million_notes_are_too_many(client: TestClient) -> None:
    content = json.dumps({"notes": SCALE[:1] * 1_000_000, "attributes": ["rhythm"]})
    assert problem(client.post("/api/notes", content=content, headers=JSON), 413) == "larger than 10 MB"
    assert problem(client.post("/api/notes", content="{", headers=JSON), 422) == "JSON decode error"


def test_every_message_has_an_example_that_is_one() -> None:
    messages = [kind for kind in vars(note_schemas).values() if isinstance(kind, type) and issubclass(kind, Message)]
    own = [kind for kind in messages if kind is not Message]
    assert len(own) == 9
    for kind in own:
        (example,) = kind.model_json_schema()["examples"]
        assert kind.model_validate(example)


def test_the_example_of_a_request_is_answered(client: TestClient) -> None:
    (example,) = NotesRequest.model_json_schema()["examples"]
    response = client.post("/api/notes", json=example)
    assert response.status_code == 200
    assert len(response.json()["answers"]) == 1


def test_measures_that_are_left_as_they_are_keep_their_numbers(client: TestClient) -> None:
    metres = [{"start": 0, "metre": "4/4"}, {"start": 4, "metre": "7/8"}, {"start": 7.5, "metre": "4/4"}]
    clip = [
        {"pitch": 60 + (5 * at) % 12, "start": at / 2, "duration": 0.5, "velocity": 80} for at in range(8 + 7 + 8 + 8)
    ]
    answer = ask(client, clip, metre=metres, attributes=["density=by-0.1"], measures=[3, 3])
    assert [(each["number"], each["metre"]) for each in answer["measures"]] == [
        ("1", "4/4"),
        ("3", "4/4"),
        ("4", "4/4"),
    ]
    assert "measure 2 is in 7/8, for which no model is trained: left as it is" in answer["remarks"]
    assert [each["changed"] for each in answer["answers"]][-1] == ["3"]
    refused = client.post(
        "/api/notes", json={"notes": clip, "metre": metres, "attributes": ["density"], "measures": [2, 2]}
    )
    assert problem(refused, 422) == "measure 2 of the notes is in 7/8, for which no model is trained: it stays as it is"

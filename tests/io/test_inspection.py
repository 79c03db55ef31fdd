"""What is in a file is told, and why it cannot be used."""

from pathlib import Path

import pytest

from armusic.errors import ReadError
from armusic.io.inspection import inspect
from armusic.io.readers.options import Reading
from armusic.music.smf import SET_TEMPO, Event, tempo
from tests.notation import REEL
from tests.songs import TUNE, band, signature, song, track


def test_a_file_of_several_tracks(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(band(signatures=[signature(0, 4, 4)]))
    inspection = inspect(path)
    assert inspection.refused == ""
    assert inspection.facts == {
        "file": "MIDI of type 1, 5 tracks, 480 ticks per quarter note",
        "length": "0:04",
        "tempo": "120 quarter notes a minute",
        "time signatures": "4/4",
        "besides notes": "3 lyrics, 1 marker, 3 controllers (2 of the sustain pedal)",
        "melody": "Lead vocal: 9 notes, pitches 67 to 72",
        "measures": "2 of 4/4",
        "key": "G:major (by its notes)",
        "used": "2 of 2 measures",
    }
    melody = inspection.parts[1]
    assert (melody.track, melody.channel, melody.name, melody.program) == (3, 5, "Lead vocal", 53)
    assert (melody.notes, melody.low, melody.high, melody.together) == (9, 67, 72, 0.0)
    assert melody.melody is not None
    assert [part.melody is None for part in inspection.parts] == [False, False, False, True]
    assert all(part.melody is None or part.melody <= melody.melody for part in inspection.parts)
    assert any(remark.startswith("the melody is track 3 'Lead vocal'") for remark in inspection.remarks)


@pytest.mark.parametrize(
    ("paces", "text"),
    [
        ((120, 120, 120), "120 quarter notes a minute"),
        ((120, 120, 90), "120 quarter notes a minute, 1 change, 90 to 120"),
        ((120, 90, 120), "120 quarter notes a minute, 2 changes, 90 to 120"),
    ],
)
def test_only_tempos_that_change_are_counted(tmp_path: Path, paces: tuple[int, ...], text: str) -> None:
    path = tmp_path / "song.mid"
    tempos = [Event(480 * 2 * number, SET_TEMPO, tempo(pace)) for number, pace in enumerate(paces)]
    path.write_bytes(song(track(TUNE, others=[signature(0, 4, 4), *tempos])))
    assert inspect(path).facts["tempo"] == text


def test_what_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(song(track([*TUNE, (12, 1, 30), (13, 1, 90), (14, 1, 31)])))
    inspection = inspect(path)
    assert inspection.unchanged == "left as they are: 1 without a note, 1 of too wide a range (4)"
    assert inspection.facts["used"] == f"2 of 4 measures; {inspection.unchanged}"


def test_why_it_was_refused(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(band(signatures=[signature(0, 10, 8)]))
    inspection = inspect(path)
    assert inspection.refused.startswith("song.mid: no measure in a metre that can be used, only 10/8")
    assert "melody" not in inspection.facts
    assert len(inspection.parts) == 4
    assert inspect(path, Reading(metre="4/4")).refused == ""
    path.write_bytes(b"RIFF....RMID")
    with pytest.raises(ReadError, match="a RIFF file with no MIDI data in it"):
        inspect(path)


def test_other_formats(tmp_path: Path) -> None:
    path = tmp_path / "reel.abc"
    path.write_text(f"X:1\nT:Reel\nM:4/4\nL:1/8\nK:G\n{REEL}\n")
    inspection = inspect(path)
    assert (inspection.facts["key"], inspection.facts["measures"], inspection.parts) == ("G:major", "8 of 4/4", ())


def test_measures_that_no_model_can_edit_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "odd.abc"
    path.write_text("X:1\nM:4/4\nL:1/8\nK:C\nCDEF GABc|[M:7/8]cBAGFED|[M:4/4]c4 c4|\n")
    assert inspect(path).facts["used"] == "2 of 3 measures; left as they are: 1 that no model can edit"

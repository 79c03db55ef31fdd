"""Damaged MIDI files: what a player would play is read, and what is set right is said in one line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from armusic.errors import NoNotesError, ReadError
from armusic.io.readers import midi
from armusic.io.readers.options import STRICT
from armusic.music import smf
from armusic.music.score import Tune
from armusic.music.smf_damage import Repairs
from tests.io.readers.test_midi import END, OFF, ON, chunk, file

CASES = Path(__file__).parents[1] / "cases"
NOTES = f"{ON} {OFF} 00 90 3e 64 04 3e 00"  # a quarter note each
WHOLE = file(f"{NOTES} {END}")
TRACK = WHOLE[14:]
PLAYED = [(0, 1, 60), (1, 1, 62)]
Damaged = Callable[[bytes], tuple[Tune, str]]


@pytest.fixture
def damaged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Damaged:
    def read(data: bytes) -> tuple[Tune, str]:
        path = tmp_path / "song.mid"
        path.write_bytes(data)
        with pytest.raises(ReadError):
            midi.read(path, STRICT)
        tune = midi.read(path)
        lines = [record.getMessage() for record in caplog.records if "damaged" in record.getMessage()]
        assert len(lines) == 1
        return tune, lines[0]

    return read


def played(tune: Tune) -> list[tuple[float, float, int]]:
    return [(float(note.start), float(note.duration), note.pitch) for note in tune.notes]


@pytest.mark.parametrize(
    ("case", "remark"),
    [
        ("value-over-127", "a value over 127 is taken for 127 (in track 1)"),
        ("undefined-byte-f4", "the byte 0xf4, which no file may have, is passed over (in track 1)"),
        ("no-header", "its header is missing; 480 ticks are taken for a quarter note"),
        ("header-says-two-tracks", "its header names 2 tracks, 1 is there"),
    ],
)
def test_cases(damaged: Damaged, case: str, remark: str) -> None:
    tune, line = damaged((CASES / f"{case}.mid").read_bytes())
    up, down = [60, 62, 64, 65, 67, 69, 71, 72, 74], [72, 71, 69, 67, 65, 64, 62]
    cycle = (up + down) * 2
    assert played(tune)[:29] == [(place / 2, 0.5, pitch) for place, pitch in enumerate(cycle[:29])]
    assert line.endswith(f"damaged, and read as players do: {remark}")


@pytest.mark.parametrize(
    ("data", "notes", "remark"),
    [
        # values
        (file(f"00 b0 07 ff 00 b0 0a 80 {NOTES} {END}"), PLAYED, "127 is taken for 127 (2 times, first in track 1)"),
        (file(f"00 90 a0 40 00 c0 ff {NOTES} {END}"), PLAYED, "program over 127 is left out (2 times"),
        (file(f"{ON} 04 80 3c ff 00 90 3e ff 04 3e 00 {END}"), PLAYED, "a value over 127"),
        (file(f"00 e0 ff 40 00 d0 90 {NOTES} {END}"), PLAYED, "a value over 127"),
        # statuses
        (file(f"00 f1 01 00 f2 01 02 00 f6 00 fe {NOTES} {END}"), PLAYED, "0xf1, which no file may have"),
        (file(f"00 3c 64 {NOTES} {END}"), PLAYED, "data without an event are passed over (in track 1)"),
        # tracks
        (WHOLE[:-5], PLAYED, "a track is not as long as it says (in track 1)"),
        (file(f"{NOTES} 00 90 40"), PLAYED, "a track ends in the middle of an event (in track 1)"),
        (file(f"{NOTES} 80 80 80 80 00 90 40 64 {END}"), [*PLAYED, (2, 1, 64)], "a number has more than four bytes"),
        (WHOLE[:21] + b"\x63" + WHOLE[22:], PLAYED, "a track is not as long as it says"),
        (WHOLE[:18] + b"\0\0\0\0" + WHOLE[22:], PLAYED, "a track is not as long as it says"),
        (WHOLE[:18] + b"\xff\xff\xff\xff" + WHOLE[22:], PLAYED, "a track is not as long as it says"),
        (WHOLE[:21] + b"\x09" + WHOLE[22:], PLAYED, "a track is not as long as it says"),
        (file(END, NOTES)[:21] + b"\x09" + file(END, NOTES)[22:], PLAYED, "(in track 1)"),
        # headers
        (WHOLE[:8] + b"\0\x09" + WHOLE[10:], PLAYED, "type 9, which does not exist, is taken for 1"),
        (WHOLE[:11] + b"\x05" + WHOLE[12:], PLAYED, "its header names 5 tracks, 1 is there"),
        (WHOLE[:4] + b"\0\0\0\x05" + WHOLE[8:], PLAYED, "a header of a wrong length"),
        (WHOLE[:4] + b"\0\0\x10\0" + WHOLE[8:], PLAYED, "a header of a wrong length"),
        # wrappers
        (b"\0\x08tune.mid".ljust(128, b"\0") + WHOLE + b"\0" * 90, PLAYED, "128 bytes in front of its"),
        (b"\r\n" + WHOLE, PLAYED, "2 bytes in front of its header"),
        (b"RIFF\0\0\0\0RMIDdata\xff\xff\0\0\n" + WHOLE, PLAYED, "1 byte in front of its header is passed over"),
    ],
)  # fmt: skip
def test_what_players_play_is_read(
    damaged: Damaged, data: bytes, notes: list[tuple[float, float, int]], remark: str
) -> None:
    tune, line = damaged(data)
    assert played(tune) == notes
    assert remark in line


def test_running_status_goes_on_behind_a_meta_event(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(file(f"{ON} 04 ff 01 01 41 00 3c 00 {END}"))
    assert played(midi.read(path, STRICT)) == [(0, 1, 60)]


def test_more_tracks_than_the_header_names(tmp_path: Path) -> None:
    data = file(END, f"{NOTES} {END}")
    path = tmp_path / "strict.mid"
    path.write_bytes(data.replace(b"MThd\0\0\0\6\0\1\0\2", b"MThd\0\0\0\6\0\1\0\1"))
    tune = midi.read(path)
    assert played(tune) == PLAYED
    repairs = Repairs()
    smf.parse(path.read_bytes(), "strict.mid", repairs)
    assert repairs.text.endswith("its header names 1 track, 2 are there")


@pytest.mark.parametrize("division", [96, 120, 192, 384, 480, 960])
def test_the_ticks_of_a_file_without_a_header_are_a_usual_number(damaged: Damaged, division: int) -> None:
    step = division // 4
    delta = bytes([step]) if step < 128 else bytes([128 | step >> 7, step & 127])
    body = b"".join(b"\x00\x90" + bytes([60 + n, 80]) + delta + b"\x80" + bytes([60 + n, 0]) for n in range(12))
    tune, line = damaged(chunk(b"MTrk", body))
    lengths = {note.duration for note in tune.notes}
    assert len(lengths) == 1
    assert lengths <= {1 / 4, 1 / 2, 1, 1 / 8, 2}
    assert "ticks are taken for a quarter note" in line


def test_film_frames(damaged: Damaged) -> None:
    """At 25 frames of 40 parts, 500 ticks are half a second: a quarter note."""
    body = "00 90 3c 64 83 74 3c 00 00 90 3e 64 83 74 3e 00"
    tune, line = damaged(file(f"{body} {END}", division=0xE728))
    assert played(tune) == PLAYED
    assert tune.tempos == ((0, 120.0),)
    assert "times in film frames are read at 120 quarter notes a minute" in line


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"Hello world, MTrk is a word here and nothing more", "not a MIDI file"),
        (b"PK\x03\x04" + bytes(100), "not a MIDI file"),
        (WHOLE[:14], "cut short: 0 of its 1 tracks are there"),
        (file("00 f4 " * 40), "40 bytes in it start no event|1[0-9] bytes in it start no event"),
        (b"MThd\0\0", "cut short: only 6 bytes"),
    ],
)
def test_what_stays_unreadable_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(data)
    with pytest.raises(ReadError, match=words):
        midi.read(path)


def test_a_file_cut_before_its_first_note_is_refused_with_its_damage(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    path.write_bytes(WHOLE[:23])
    with pytest.raises(NoNotesError, match="no notes in it; damaged.*: a track is not as long as it says"):
        midi.read(path)


def test_a_time_that_one_number_cannot_say_is_written() -> None:
    track = (smf.Event(3 << 28, 0x90, b"<P"), smf.Event(5 << 28, smf.END_OF_TRACK, b""))
    again = smf.parse(smf.to_bytes(smf.MidiData(0, 96, (track,))), "x").tracks[0]
    assert [event for event in again if event.status != smf.TEXT] == list(track)

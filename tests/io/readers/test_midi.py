"""MIDI files are read exactly, or refused with a reason and a place."""

import io
import logging
import random
import re
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armusic.errors import (
    ArmusicError,
    MeasureLengthError,
    MetreError,
    MusicError,
    NoNotesError,
    PolyphonyError,
    ReadError,
)
from armusic.io import writers
from armusic.io.readers import midi
from armusic.io.readers.midi.tune import bpm
from armusic.io.readers.options import STRICT, Reading
from armusic.music import smf, tokenizer
from armusic.music.assembly import check_monophonic
from armusic.music.score import Key, Metre, Tune

Read = Callable[..., Tune]

# Delta times, at 4 ticks per quarter note:
#      0           a quarter   two quarters, a whole note
# in hex 00        04          08            10
ON, OFF = "00 90 3c 64", "04 80 3c 00"  # middle C, at velocity 100, one quarter note long
END = "00 ff 2f 00"


def chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "big") + data


def file(*tracks: str, kind: int = 1, division: int = 4) -> bytes:
    """Return a MIDI file of tracks in hex, with comments as in Python."""
    header = b"".join(number.to_bytes(2, "big") for number in (kind, len(tracks), division))
    return chunk(b"MThd", header) + b"".join(
        chunk(b"MTrk", bytes.fromhex(re.sub("#.*", "", track))) for track in tracks
    )


def name(text: str, encoding: str = "ascii") -> str:
    data = text.encode(encoding)
    return f"00 ff 03 {len(data):02x} {data.hex()}"


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def read(*tracks: str, reading: Reading | None = None, **header: int) -> Tune:
        path = tmp_path / "tune.mid"
        path.write_bytes(file(*tracks, **header))
        return midi.read(path, reading)

    return read


def played(tune: Tune) -> list[tuple[float, float, int]]:
    return [(float(note.start), float(note.duration), note.pitch) for note in tune.notes]


# -- what is read ----------------------------------------------------------------------------


def test_a_conductor_and_a_melody(read: Read) -> None:
    conductor = f"""
        {name("A Tune")}
        00 ff 58 04 03 02 18 08  # time signature 3/4
        00 ff 59 02 fe 01  # two flats, minor
        00 ff 51 03 08 52 af  # 545455 microseconds: 110 beats a minute
        0c ff 51 03 09 27 c0  # 600000 after 12 ticks: 100 beats a minute
        {END}"""
    melody = f"""
        {name("Flute")}
        00 c0 49  # program 73
        00 90 43 50  # G, velocity 80
        04 80 43 00
        00 90 45 60  # A; the next messages leave out the status
        06 45 00  # a note-on with velocity 0 is a note-off
        0e 47 01  # B, 24 ticks from the start
        03 47 00
        {END}"""
    tune = read(conductor, melody)
    assert played(tune) == [(0, 1, 67), (1, 1.5, 69), (6, 0.75, 71)]
    assert [note.velocity for note in tune.notes] == [80, 96, 1]
    assert [(measure.start, str(measure.metre)) for measure in tune.measures] == [(0, "3/4"), (3, "3/4"), (6, "3/4")]
    assert tune.tempos == ((0, 110.0), (3, 100.0))
    assert tune.key == Key(-2, "minor")
    assert (tune.program, tune.title, tune.source) == (73, "Flute", "tune.mid")
    assert tune.padding == (0, Fraction(9, 4))


def test_nothing_but_notes(read: Read) -> None:
    tune = read(ON + OFF, kind=0)
    assert played(tune) == [(0, 1, 60)]
    assert [str(measure.metre) for measure in tune.measures] == ["4/4"]
    assert (tune.title, tune.key, tune.program, tune.tempos) == ("tune", None, 0, ((0, 120.0),))


@pytest.mark.parametrize("division", [1, 7, 96, 220, 480, 10080, 0x7FFF])
def test_times_are_exact_at_any_resolution(read: Read, division: int) -> None:
    tune = read(ON + OFF + END, division=division, reading=STRICT)
    assert tune.notes[0].duration == Fraction(4, division)


def test_a_note_may_be_struck_again_before_its_end_is_sent(read: Read) -> None:
    tune = read(f"{ON} 04 90 3c 64 00 80 3c 00 {OFF} {END}")
    assert played(tune) == [(0, 1, 60), (1, 1, 60)]


def test_metre_changes_on_bar_lines(read: Read) -> None:
    tune = read(f"00 ff 58 04 06 03 24 08 {ON} 0c 80 3c 00 00 ff 58 04 02 02 18 08 {ON} 08 80 3c 00 {END}")
    assert [(measure.start, str(measure.metre)) for measure in tune.measures] == [(0, "6/8"), (3, "2/4")]


def test_the_last_of_two_signatures_at_one_time_counts(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    tune = read(f"00 ff 58 04 05 02 18 08 00 ff 58 04 03 02 18 08 {ON} {OFF} {END}")
    assert tune.measures[0].metre == Metre(3, 4)
    assert "two time signatures at one place: the later one counts, not 5/4" in caplog.text


def test_a_pickup_written_as_a_measure_of_its_own(read: Read) -> None:
    tune = read(f"00 ff 58 04 01 02 18 08 {ON} {OFF} 00 ff 58 04 04 02 18 08 {ON} 10 80 3c 00 {END}")
    assert [str(measure.metre) for measure in tune.measures] == ["4/4", "4/4"]
    assert played(tune) == [(3, 1, 60), (4, 4, 60)]
    assert tune.padding == (3, 0)


@pytest.mark.parametrize(
    ("delta", "measures", "padding"),
    [
        ("00", 1, 3),  # the track ends with its note
        ("04", 1, 2),  # in the first measure
        ("0c", 1, 0),  # at the bar line
        ("0d", 1, 0),  # behind it
        ("3c", 4, 0),  # three silent measures later
        ("87 68", 17, 0),  # a thousand ticks later: not all of them
    ],
)
def test_silence_at_the_end(read: Read, delta: str, measures: int, padding: int) -> None:
    tune = read(f"{ON} {OFF} {delta} ff 2f 00")
    assert len(tune.measures) == measures
    assert tune.padding == (0, padding)


def test_nothing_behind_the_music_is_refused(read: Read) -> None:
    tune = read(f"{ON} {OFF} 0c ff 58 04 0a 03 18 08 20 ff 2f 00")  # 10/8 in the second measure
    assert len(tune.measures) == 1


def test_drums_are_left_out(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        tune = read(f"00 99 24 64 {ON} 00 89 24 00 {OFF} 00 99 26 64 {END}")
    assert played(tune) == [(0, 1, 60)]
    assert "channel 10" in caplog.text


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_a_name_in_either_encoding(read: Read, encoding: str) -> None:
    assert read(name("Träumerei", encoding) + ON + OFF + END).title == "Träumerei"


def test_a_name_is_one_line(read: Read) -> None:
    assert read(name("\0 two\r\nlines ") + ON + OFF + END).title == "two lines"


@pytest.mark.parametrize("signature", ["02 0c 00", "02 00 05", "01 00", "00"])
def test_an_impossible_key_signature_is_ignored(read: Read, signature: str) -> None:
    assert read(f"00 ff 59 {signature} {ON} {OFF} 00 ff 59 02 01 00 {END}").key == Key(1)


def test_an_impossible_tempo_is_ignored(read: Read) -> None:
    assert read(f"00 ff 51 03 00 00 00 00 ff 51 00 {ON} {OFF} {END}").tempos == ((0, 120.0),)


@pytest.mark.parametrize(
    "event",
    [
        "ff 08 01 41",  # a meta event that not every reader knows: mido forgets the time in front of it
        "ff 58 01 03",  # a time signature without its second number
        "f0 03 01 02 f7",  # system exclusive
        "f7 01 01",  # and a continued one
        "b0 07 64",
        "e0 00 40",
        "d0 10",
        "80 10 00",  # the end of a note that never started
    ],
)
def test_events_without_meaning_here_keep_the_time(read: Read, event: str) -> None:
    assert played(read(f"04 {event} {ON} {OFF} {END}")) == [(1, 1, 60)]


def test_the_program_is_the_one_at_the_first_note(read: Read) -> None:
    conductor = f"00 c0 01 00 c1 02 {END}"
    assert read(conductor, f"00 c0 05 00 c0 06 {ON} {OFF} 00 c0 07 {END}").program == 6
    assert read(conductor, ON + OFF + END).program == 1
    assert read(f"{ON} {OFF} 00 c0 07 {END}").program == 7


def test_chunks_of_other_kinds_and_what_follows_are_skipped(tmp_path: Path) -> None:
    data = file(ON + OFF + END)
    path = tmp_path / "tune.mid"
    path.write_bytes(data[:14] + chunk(b"XFIH", b"xyz") + data[14:] + b"junk")
    assert played(midi.read(path)) == [(0, 1, 60)]


def test_tempos_are_read_as_they_were_meant() -> None:
    for tempo in (30.0, 66.6, 72.5, 97.0, 110.0, 133.33, 240.0):
        for written in (mido.bpm2tempo(tempo), int.from_bytes(smf.tempo(tempo), "big")):  # up or down
            assert bpm(written) == tempo
    for microseconds in random.Random(0).sample(range(1, 1 << 24), 1000):
        assert abs(smf.MINUTE / bpm(microseconds) - microseconds) < 1


def test_events_are_those_that_mido_reads(tmp_path: Path) -> None:
    track = mido.MidiTrack(
        [
            mido.MetaMessage("track_name", name="x", time=0),
            mido.Message("sysex", data=(1, 2, 3), time=300),
            mido.Message("note_on", note=60, velocity=1, time=0x7F),
            mido.Message("note_on", note=61, velocity=2, time=0x80),
            mido.Message("pitchwheel", pitch=-5, channel=3, time=0x3FFF),
            mido.Message("program_change", program=7, time=0x4000),
            mido.MetaMessage("time_signature", numerator=6, denominator=8, time=0x1FFFFF),
            mido.Message("note_off", note=60, time=0x200000),
            mido.MetaMessage("end_of_track", time=9),
        ]
    )
    data = io.BytesIO()
    mido.MidiFile(type=1, ticks_per_beat=96, tracks=[track]).save(file=data)
    tick = 0
    expected = []
    for message in track:
        tick += message.time
        content = bytes(message.bytes())
        at = 1 if not message.is_meta else 3
        status = smf.META + content[1] if message.is_meta else content[0]
        expected.append(smf.Event(tick, status, content[at:]))
    parsed = smf.parse(data.getvalue(), "x")
    assert (parsed.type, parsed.ticks_per_quarter, list(parsed.tracks[0])) == (1, 96, expected)


# -- what is refused -------------------------------------------------------------------------

GOOD = file(f"{ON} {OFF} {END}")


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (b"Hello world, this is text", ReadError, r"tune.mid: not a MIDI file \(it starts with 'Hello wo'\)"),
        (b"\x00\n\x1b", ReadError, r"not a MIDI file \(it starts with '\\x00\\n\\x1b'\)"),
        (b"MThd\0\0", ReadError, "cut short: only 6 bytes"),
        (GOOD[:14], ReadError, "cut short: 0 of its 1 tracks"),
        (GOOD[:18], ReadError, "tune.mid, track 1: cut short"),
        (GOOD[:-1], ReadError, "tune.mid, track 1: cut short: 11 of its 12 bytes"),
        (file(ON + OFF, ON + OFF, kind=2), MusicError, "type 2, whose tracks are separate songs"),
        (file(ON + OFF, kind=9), ReadError, "type 9, which does not exist"),
        (file(ON + OFF, division=0), ReadError, "0 ticks per quarter note"),
        (file(ON + OFF, division=0xE728), ReadError, "SMPTE"),
        (file("00 90 3c"), ReadError, "track 1: cut short: it ends in the middle of an event"),
        (file("00 3c 64"), ReadError, "track 1: damaged: byte 1 is not a MIDI event"),
        (file("00 f4 64"), ReadError, "damaged: byte 1 is 0xf4"),
        (file("00 90 3c 80"), ReadError, "a value over 127"),
        (file("ff ff ff ff 00 90 3c 64"), ReadError, "the number at byte 0 does not end"),
        (file("00 ff 03 7f 41"), ReadError, "ends in the middle of an event"),
        (file(END), NoNotesError, "tune.mid: no notes in it"),
        (file(), NoNotesError, "no notes in it"),
        (file(f"00 99 24 64 04 89 24 00 {END}"), NoNotesError, r"only drums \(channel 10\)"),
        (
            file(f"{ON} 02 90 40 64 {OFF} 00 80 40 00"),
            PolyphonyError,
            "measure 1, beat 1.5: pitch 64 starts while pitch 60",
        ),
        (file(f"10 90 3c 64 00 90 40 64 {OFF} 00 80 40 00"), PolyphonyError, "tune.mid, measure 2, beat 1: "),
        (file(f"{ON} 02 90 3c 64 {OFF} {OFF}"), PolyphonyError, "pitch 60 starts while pitch 60 still sounds"),
        (file(ON), MusicError, "measure 1, beat 1: pitch 60 never ends"),
        (file(f"{ON} {OFF} 10 90 3c 64"), MusicError, "measure 2, beat 2: pitch 60 never ends"),
        (file(f"{ON} 00 80 3c 00"), MusicError, "measure 1, beat 1: pitch 60 has no length"),
        (file(f"00 ff 58 04 05 02 18 08 {ON} {OFF}"), MetreError, "tune.mid, measure 1: metre 5/4 is not supported"),
        (file(f"10 ff 58 04 03 03 18 08 {ON} {OFF}"), MetreError, "tune.mid, measure 2: metre 3/8 is not supported"),
        (file(f"00 ff 58 04 04 ff 18 08 {ON} {OFF}"), MetreError, "metre 4/32768"),
        (file(f"00 ff 58 04 00 02 18 08 {ON} {OFF}"), MetreError, "metre 0/4"),
        (
            file(f"08 ff 58 04 03 02 18 08 {ON} {OFF}"),
            MeasureLengthError,
            "measure 1: .* changes 2 quarter notes into it",
        ),
        (file(f"ff ff ff 7f 90 3c 64 {OFF}", division=1), MusicError, "more than 10000 measures"),
    ],
)
def test_refusals(tmp_path: Path, data: bytes, error: type[ArmusicError], words: str) -> None:
    path = tmp_path / "tune.mid"
    path.write_bytes(data)
    with pytest.raises(error, match=words) as caught:
        midi.read(path, STRICT)
    assert type(caught.value) is error
    assert "\n" not in str(caught.value)


def test_several_tracks_are_too_many_for_a_corpus(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    for tracks, words in (
        ((END, name("Lead") + ON + OFF, "06 91 30 64 04 81 30 00"), "track 2 'Lead' channel 1, track 3 channel 2"),
        (("", f"{ON} {OFF} 00 91 3c 64 04 81 3c 00"), "track 2 channel 1, track 2 channel 2"),  # they take turns
        ([ON + OFF] * 40, "track 4 channel 1 and 36 more"),
    ):
        path.write_bytes(file(*tracks))
        with pytest.raises(PolyphonyError, match=f"song.mid: notes on .*{words}: one voice is needed"):
            midi.read(path, STRICT)


def test_too_many_events(read: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smf, "MAX_EVENTS", 5)
    with pytest.raises(ReadError, match="more than 5 events"):
        read(ON + OFF + END, (ON + OFF) * 2 + END)


# -- any bytes at all ------------------------------------------------------------------------

SEED = file(
    f"{name('Song')} 00 ff 58 04 03 02 18 08 00 ff 59 02 01 00 00 ff 51 03 07 a1 20 {END}",
    f"{name('Flute')} 00 c0 49 {ON} {OFF} 00 90 3e 64 04 3e 00 02 40 64 05 40 00 00 f0 02 01 f7 {END}",
    f"00 91 30 64 00 34 64 07 30 00 00 34 00 03 99 24 40 01 24 00 00 b1 40 7f 00 ff 05 01 61 {END}",
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Return a good file after a few changes of its bytes."""
    data = bytearray(SEED)
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        match draw(st.sampled_from(["change", "insert", "delete", "cut"])):
            case "change":
                data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
            case "insert":
                data[at:at] = draw(st.binary(min_size=1, max_size=4))
            case "delete":
                del data[at : at + draw(st.integers(1, 4))]
            case "cut":
                del data[at:]
    return bytes(data)


@settings(max_examples=300, deadline=None)
@given(data=st.one_of(damaged(), st.binary(max_size=64).map(lambda tail: SEED[:14] + tail)))
def test_any_file_is_a_tune_or_an_error_of_ours(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.mid"
    path.write_bytes(data)
    before = time.process_time()
    try:
        tune = midi.read(path)
    except ArmusicError as error:
        assert "\n" not in str(error)
        assert len(str(error)) < 500
    else:
        assert tune.notes
        assert tune.notes[-1].end <= tune.end
        tokenizer.encode(tune)
        check_monophonic(tune.notes, "x")
        out = path.with_name("out.mid")
        writers.write([("a", tune), ("b", replace(tune, notes=tune.notes[1:]))], out, force=True)
        assert smf.parse(out.read_bytes(), "x").tracks
    assert time.process_time() - before < 2

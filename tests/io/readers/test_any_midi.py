"""Any MIDI file is read, with what was chosen, left out and moved said; or refused with a reason."""

import time
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.errors import ArmusicError, MetreError, MusicError, NoNotesError, OffGridError, ReadError, UsageError
from armusic.io.readers import midi, read_all
from armusic.io.readers.options import Reading
from armusic.music import tokenizer
from armusic.music.score import Tune
from armusic.music.smf import ONE_TRACK, SEPARATE_SONGS, Event
from tests.io.readers.conftest import Read
from tests.songs import BASS, BEATS, CHORDS, TUNE, Notes, band, signature, song, track

THIRD = Fraction(1, 3)


def played(tune: Tune) -> list[tuple[float, float, int]]:
    return [(float(note.start), float(note.duration), note.pitch) for note in tune.notes]


# -- which part ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Lead vocal", "Melodie", "Singstimme", "MELODY"])
def test_a_part_that_is_called_melody_is_the_melody(read: Read, caplog: pytest.LogCaptureFixture, name: str) -> None:
    tune = read(band(name=name))
    assert played(tune) == [(float(s), float(d), p) for s, d, p in TUNE]
    assert tune.title == name
    assert f"the melody is track 3 '{name}' channel 5" in caplog.text
    assert "by its name), not track 4 'Bass' channel 2" in caplog.text or "not track 2 'Piano'" in caplog.text


def test_without_a_name_it_is_the_most_melodious(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    for order in ((0, 1, 2), (2, 1, 0), (1, 0, 2)):
        parts = [(TUNE, 0), (CHORDS, 1), (BASS, 2)]
        tracks = [track(parts[n][0], channel=parts[n][1]) for n in order]
        assert played(read(song(*tracks)))[0][2] == 67
    assert "most like a melody" in caplog.text


@pytest.mark.parametrize(("name", "pitch"), [("4", 36), ("Bass", 36), ("bas", 36), ("2:3", 55), ("piano", 55)])
def test_a_part_can_be_asked_for(read: Read, name: str, pitch: int) -> None:
    assert read(band(), track=name).notes[0].pitch == pitch


@pytest.mark.parametrize("name", ["9", "1", "3:9", "oboe"])
def test_a_part_that_is_not_there(read: Read, name: str) -> None:
    with pytest.raises(UsageError, match=r"song.mid: no melody in track .*: notes are on track 2 'Piano' channel 3;"):
        read(band(), track=name)


def test_all_channels_on_one_track(read: Read) -> None:
    tracks = [track(TUNE, "All"), track(CHORDS, channel=1), track(BEATS, channel=9)]
    events = sorted(
        (event for events_of_track in tracks for event in events_of_track[:-1]), key=lambda event: event.tick
    )
    tune = read(song((*events, tracks[0][-1]), kind=ONE_TRACK))
    assert [note.pitch for note in tune.notes] == [pitch for _, _, pitch in TUNE]


def test_separate_songs(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    waltz = [(start, 1, 60 + start) for start in range(6)]
    data = song(track(CHORDS), track(waltz, others=[signature(0, 3, 4)]), kind=SEPARATE_SONGS)
    tune = read(data, track="2")
    assert [str(measure.metre) for measure in tune.measures] == ["3/4", "3/4"]
    assert "whose tracks are separate songs: only one of them is read" in caplog.text


def test_drums_are_no_melody(read: Read) -> None:
    with pytest.raises(NoNotesError, match=r"only drums \(channel 10\)"):
        read(song(track(BEATS, channel=9)))


# -- one voice -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("notes", "highest", "remark"),
    [
        ([(0, 1, 60), (0, 1, 64), (0, 1, 67), (1, 1, 65)], [(0, 1, 67), (1, 1, 65)], "of 4 2 are left out"),
        ([(0, 4, 60), (1, 1, 67), (2, 2, 64)], [(0, 1, 60), (1, 1, 67), (2, 2, 64)], "1 ends where the next one"),
        ([(0, 4, 67), (1, 1, 60), (2, 2, 64)], [(0, 4, 67)], "of 3 2 are left out"),
        ([(0, 1.02, 67), (1, 1, 60)], [(0, 1, 67), (1, 1, 60)], "1 ends where the next one starts"),  # legato
        ([(0, 2, 60), (1, 2, 60)], [(0, 1, 60), (1, 2, 60)], "measure 1, beat 2"),
    ],
)
def test_the_highest_notes_stay(
    read: Read, caplog: pytest.LogCaptureFixture, notes: Notes, highest: Notes, remark: str
) -> None:
    assert played(read(song(track(notes)))) == [tuple(map(float, note)) for note in highest]
    assert "notes sound together, first in measure 1" in caplog.text
    assert remark in caplog.text


def test_the_lowest_notes_stay(read: Read) -> None:
    assert [note.pitch for note in read(song(track(CHORDS)), voice="lowest").notes] == [48] * 4


@pytest.mark.parametrize(
    ("events", "notes", "remark"),
    [
        ([(0, 60, 1), (480, 62, 1), (960, 62, 0)], [(0, 1, 60), (1, 1, 62)], "pitch 60 never ends"),
        ([(0, 60, 1), (480, 60, 1), (960, 60, 0), (960, 64, 1), (1440, 64, 0)],
         [(0, 1, 60), (1, 1, 60), (2, 1, 64)], "measure 1, beat 1: pitch 60 never ends"),
        ([(0, 60, 1), (480, 60, 0), (480, 62, 1), (480, 62, 0)], [(0, 1, 60)], "pitch 62 has no length: left out"),
        ([(0, 60, 1), (480, 60, 0), (480, 62, 0), (480, 62, 1)], [(0, 1, 60)], "pitch 62 has no length: left out"),
    ],
)  # fmt: skip
def test_broken_notes(
    read: Read, caplog: pytest.LogCaptureFixture, events: list[tuple[int, int, int]], notes: Notes, remark: str
) -> None:
    broken = [Event(tick, 0x90 if on else 0x80, bytes([pitch, 80])) for tick, pitch, on in events]
    assert played(read(song((*broken, Event(1440, 0x12F, b""))))) == [tuple(map(float, note)) for note in notes]
    assert remark in caplog.text


def test_nothing_but_notes_without_a_length(read: Read) -> None:
    with pytest.raises(NoNotesError, match="no note of track 1 channel 1 has a length"):
        read(song(track([(0, 0, 60)])))


# -- metres ----------------------------------------------------------------------------------


def metres(tune: Tune) -> list[str]:
    return [str(measure.metre) for measure in tune.measures]


def test_metres_without_a_grid_pass_by(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    notes = [(start, 1, 60 + start % 12) for start in range(24)]
    tune = read(song(track(notes, others=[signature(0, 4, 4), signature(4, 10, 8), signature(14, 4, 4)])))
    assert metres(tune) == ["4/4"] * 4
    assert [note.pitch for note in tune.notes] == [60 + start % 12 for start in (*range(4), *range(14, 24))]
    assert "measures 2-3 are in 10/8, for which no model is trained: left as they are" in caplog.text
    assert tune.origin is not None


def test_a_note_ends_where_a_passage_begins(read: Read) -> None:
    notes = [(0, 3, 60), (3, 4, 62), (7, 2, 64), (9, 1, 65)]
    tune = read(song(track(notes, others=[signature(0, 4, 4), signature(4, 10, 8), signature(9, 4, 4)])))
    assert played(tune) == [(0, 3, 60), (3, 1, 62), (4, 1, 65)]


@pytest.mark.parametrize(
    ("signatures", "expected", "remark"),
    [
        ([(0, 1, 4)], ["4/4", "4/4"], "its time signature, 1/4, is taken for 4/4"),
        ([], ["4/4", "4/4"], "no time signature: taken for 4/4"),
        ([(0, 4, 4), (3, 4, 4), (4, 4, 4)], ["4/4", "4/4"], ""),  # said again
        ([(0, 1, 4), (1, 4, 4)], ["4/4"] * 3, ""),  # a pickup
        ([(0, 4, 4), (1, 3, 4)], ["3/4"] * 4, "1 quarter notes, at the time signature 3/4: taken for a pickup"),
        ([(0, 4, 4), (6, 3, 4)], ["4/4", "2/4", "3/4"],
         "after 2 quarter notes, at the time signature 3/4: taken for one"),
        ([(0, 3, 4), (3, 6, 8), (4.5, 2, 4)], ["3/4", "2/4", "2/4"],
         "after 1.5 quarter notes, at the time signature 2/4: left"),
    ],
)  # fmt: skip
def test_loose_time_signatures(
    read: Read,
    caplog: pytest.LogCaptureFixture,
    signatures: list[tuple[float, int, int]],
    expected: list[str],
    remark: str,
) -> None:
    tune = read(song(track(TUNE, others=[signature(*numbers) for numbers in signatures])))
    assert metres(tune) == expected
    assert remark in caplog.text


def test_a_metre_can_be_given(read: Read) -> None:
    jig = [(start / 2, 0.5, 60 + start) for start in range(12)]
    tune = read(song(track(jig, others=[signature(0, 10, 8)])), metre="6/8")
    assert metres(tune) == ["6/8", "6/8"]
    tune = read(song(track(jig, others=[signature(0, 10, 8)])), metre="6/8", downbeat=2)
    assert metres(tune) == ["6/8"] * 3
    assert tune.padding == (Fraction(3, 2), Fraction(3, 2))


def test_no_measure_at_all(read: Read) -> None:
    with pytest.raises(MetreError, match=r"song.mid: no measure in a metre that can be used, only 10/8: .* metre=4/4"):
        read(song(track(TUNE, others=[signature(0, 10, 8)])))
    with pytest.raises(MusicError, match="no note of track 1 channel 1 is in a measure that can be used"):
        read(song(track([(0, 5, 60)], others=[signature(0, 10, 8), signature(5, 4, 4), Event(9999, 0x101, b"")])))


# -- the grid --------------------------------------------------------------------------------


@pytest.mark.parametrize("division", [24, 96, 100, 120, 192, 220, 384, 480, 960, 1024])
def test_sixteenths_and_triplets_at_any_resolution(read: Read, division: int) -> None:
    notes = [(0, THIRD, 60), (THIRD, THIRD, 62), (2 * THIRD, THIRD, 64), (1, 0.25, 65), (1.25, 0.75, 67), (2, 2, 60)]
    tune = read(song(track(notes, division=division), division=division))
    assert [(n.start, n.duration) for n in tune.notes] == [(Fraction(s), Fraction(d)) for s, d, _ in notes]


def misses(least: int, most: int) -> st.SearchStrategy[list[int]]:
    """Return by how many ticks each note misses."""
    return st.lists(st.integers(least, most), min_size=len(TUNE), max_size=len(TUNE))


@given(moves=misses(-12, 12), gaps=misses(0, 60))
def test_a_performance_is_put_on_the_grid(
    tmp_path_factory: pytest.TempPathFactory, moves: list[int], gaps: list[int]
) -> None:
    path = tmp_path_factory.getbasetemp() / "played.mid"
    played = [
        (max(start + Fraction(move, 480), Fraction(0)), length - Fraction(gap, 480), pitch)
        for (start, length, pitch), move, gap in zip(TUNE, moves, gaps, strict=True)
    ]
    path.write_bytes(song(track(played)))
    tune = midi.read(path)
    assert [(note.start, note.pitch) for note in tune.notes] == [(start, pitch) for start, _, pitch in TUNE]
    tokenizer.encode(tune)


def test_the_shift_is_said(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    played = [(start + (0.025 if start == 2 else 0), length, pitch) for start, length, pitch in TUNE]
    read(song(track(played)))
    assert "notes are moved to the grid: 1 of 9 starts by up to 0.025 of a quarter note (12 ms)" in caplog.text


def test_of_two_notes_on_a_tick_the_longer_one_stays(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    grace = [*TUNE[:3], (1.94, 0.05, 74), *TUNE[3:]]
    grace[2] = (1.5, 0.44, 71)
    assert [note.pitch for note in read(song(track(grace))).notes] == [pitch for _, _, pitch in TUNE]
    assert "1 note falls on the tick of a longer one, and is left out" in caplog.text


def test_swing_is_triplets(read: Read) -> None:
    swung = [(beat + part, 0.6 if not part else 0.4, 60) for beat in range(8) for part in (0, 0.62)]
    tune = read(song(track(swung)))
    assert {note.start % 1 for note in tune.notes} == {0, 2 * THIRD}


def test_measures_off_the_grid_can_pass_by_or_be_refused(read: Read, caplog: pytest.LogCaptureFixture) -> None:
    played = [(start + (0.02 if start == 5 else 0), length, pitch) for start, length, pitch in TUNE]
    data = song(track(played))
    assert [note.pitch for note in read(data, quantize="off").notes] == [67, 69, 71, 72, 67]
    assert "measure 2 has notes off the grid (first measure 2, beat 2.02): left as it is" in caplog.text
    with pytest.raises(OffGridError, match="song.mid, measure 2, beat 2.02: a note starts or ends between"):
        read(data, quantize="strict")
    with pytest.raises(OffGridError, match="no measure is on the grid"):
        read(song(track([(0.02, 1, 60)])), quantize="off")


@pytest.fixture
def performance() -> bytes:
    """Eight times the tune, at a tempo 7 % slower than the file says, from .3 quarter notes on."""
    notes = [((8 * n + start) * 1.07 + 0.3, length * 1.07, pitch) for n in range(8) for start, length, pitch in TUNE]
    return song(track(notes))


def test_notes_that_ignore_the_beats_are_refused(read: Read) -> None:
    rng = np.random.default_rng(0)
    notes = [(start, 0.1, 60 + n % 7) for n, start in enumerate(np.cumsum(rng.uniform(0.2, 1.4, 60)).tolist())]
    with pytest.raises(OffGridError, match=r"song.mid: its notes do not follow its own beats .*: give the beats with"):
        read(song(track(notes)))


def test_a_tempo_that_does_not_fit_is_named(read: Read, performance: bytes) -> None:
    with pytest.raises(OffGridError) as refusal:
        read(performance, tempo=96)
    assert str(refusal.value) == (
        "song.mid: its notes do not follow the given tempo, 96 beats a minute: leave out the option tempo, so that the"
        " tempo is looked for, or give the time of each beat with the option beats"
    )
    assert len(read(performance).measures) == 16


def test_beats_that_do_not_fit_are_named(read: Read, performance: bytes, tmp_path: Path) -> None:
    beats = tmp_path / "beats.txt"
    beats.write_text("\n".join(f"{n * 0.45:.2f}" for n in range(80)))
    with pytest.raises(OffGridError) as refusal:
        read(performance, beats=beats)
    assert str(refusal.value) == (
        "song.mid: its notes do not follow the beats in beats.txt: give the time of each of its own beats, in seconds"
        " from the start of the file, or leave out the option beats"
    )


@pytest.mark.parametrize("tempo", [120 / 1.07, 96])
def test_a_downbeat_that_does_not_fit_is_named(read: Read, performance: bytes, tempo: float) -> None:
    with pytest.raises(OffGridError) as refusal:
        read(performance, tempo=tempo, downbeat=1.12)
    assert f"the given tempo, {tempo:g} beats a minute from a downbeat of 1.12: give a whole number" in str(
        refusal.value
    )


def test_beats_by_tempo(read: Read, performance: bytes, caplog: pytest.LogCaptureFixture) -> None:
    tune = read(performance, tempo=120 / 1.07)
    assert [note.start for note in tune.notes] == [8 * n + start for n in range(8) for start, _, _ in TUNE]
    assert tune.tempos[0][1] == pytest.approx(120 / 1.07, abs=0.01)
    assert "the given beats replace its own" in caplog.text


@pytest.mark.parametrize(("first", "counted", "downbeat"), [(0, True, 1), (0, False, 1), (2, False, 3), (3, True, 1)])
def test_beats_from_a_file(
    read: Read, performance: bytes, tmp_path: Path, first: int, counted: bool, downbeat: int
) -> None:
    beats = tmp_path / "beats.txt"
    lines = [f"{(beat * 1.07 + 0.3) / 2:.6f}" + (f"\t{beat % 4 + 1}" if counted else "") for beat in range(first, 60)]
    beats.write_text("# seconds\n" + "\n".join(lines))
    tune = read(performance, beats=beats, downbeat=downbeat)
    assert [note.start for note in tune.notes] == [8 * n + start for n in range(8) for start, _, _ in TUNE]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0\none\n", "beats.txt, line 2: 'one' is not a time in seconds"),
        ("0\n2\n1\n", "beats.txt, line 3: 1 does not come after the beat before it"),
        ("nan\n1\n", "line 1: nan does not come after"),
        ("1\n", "beats.txt: 1 beats: give at least two"),
        ("0\n1e-9\n", "beats outside of those given: are they in seconds?"),
    ],
)
def test_beats_that_cannot_be_used(read: Read, tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "beats.txt").write_text(text)
    with pytest.raises(UsageError, match=words):
        read(song(track(TUNE)), beats=tmp_path / "beats.txt")


# -- the rest --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"voice": "middle"}, {"quantize": "yes"}, {"metre": "5/8"}, {"tempo": 0.0}, {"downbeat": 0}, {"max_size": 0.0},
        {"tempo": 100.0, "beats": Path("beats.txt")}, {"groove": "some"},
    ],
)  # fmt: skip
def test_options_that_cannot_be(wrong: dict[str, object]) -> None:
    reading = object.__new__(Reading)  # the tests' type checker would refuse a wrong choice before the class does
    for option in fields(Reading):
        object.__setattr__(reading, option.name, wrong.get(option.name, option.default))
    with pytest.raises(UsageError) as caught:
        reading.__post_init__()
    assert caught.value.exit_code == 2
    assert "\n" not in str(caught.value)


def test_a_size_can_be_set(read: Read) -> None:
    with pytest.raises(ReadError, match="song.mid: 0.000.* MB; files of up to 0.0001 MB are read"):
        read(band(), max_size=0.0001)


def test_a_corpus_guesses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "song.mid"
    for data, reason in (
        (band(), "polyphonic"),
        (song(track([(0, 1, 60), (0, 1, 64)])), "polyphonic"),
        (song(track(TUNE, others=[signature(0, 1, 4)])), "unsupported metre"),
        (song(track(TUNE, others=[signature(0, 4, 4), signature(6, 3, 4)])), "measure of a wrong length"),
        (song(track([(0, 0, 60), *TUNE[1:]])), "unusable music"),
    ):
        path.write_bytes(data)
        ((_, error),) = read_all(path)
        assert isinstance(error, ArmusicError)
        assert error.reason == reason
    path.write_bytes(song(track([(0.01, 1, 60)])))
    ((_, tune),) = read_all(path)
    assert isinstance(tune, Tune)
    assert not tokenizer.on_grid(tune).any()


def test_a_long_song_of_many_tracks_is_read_at_once(read: Read) -> None:
    tracks = [
        track([(start / 2, 0.5, 40 + number * 2 + start % 5) for start in range(1200)], channel=number + (number > 8))
        for number in range(15)
    ]
    data = song(*tracks, track([(start / 2, 0.25, 36) for start in range(1200)], channel=9))
    before = time.process_time()
    tune = read(data)
    assert time.process_time() - before < 3  # a third of a second without the checks of types
    assert len(tune.notes) == 1200
    assert np.ptp([note.pitch for note in tune.notes]) == 4

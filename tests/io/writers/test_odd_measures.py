"""Times in written measures behind, and in, measures of lengths that no metre has."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from armusic.io import readers, writers
from armusic.io.readers.options import Reading
from armusic.io.writers.notation import notate
from armusic.io.writers.parts import Part
from armusic.io.writers.passages import Plain, filled, frame_of
from armusic.io.writers.tuplets import FINEST, MOST_PARTS, writable
from armusic.music.metre import Metre, TimeSignature
from armusic.music.score import Key, Measure, Note, Tune
from tests.songs import TUNE, Notes, song, track


def test_times_are_moved_on_the_grid_of_their_measure() -> None:
    start = Fraction(281, 32)
    notes = [Note(start + Fraction(number, 97), Fraction(1, 97), 60) for number in (0, 40, 80)]
    placed, moved = writable(notes, [Part(0, Fraction(0), start, start, Metre(4, 4))])
    assert len(moved) == 1
    assert [(note.start - start) * 8 for note in placed] == [0, 3, 7]


def test_no_tuplet_is_finer_than_the_shortest_value() -> None:
    part = Part(0, Fraction(0), Fraction(0), Fraction(0), TimeSignature(105, 128))  # its beat is a 128th
    placed, moved = writable([Note(Fraction(0), Fraction(7, 12), 60), Note(Fraction(3, 4), Fraction(1), 62)], [part])
    assert moved == {part}
    assert [(note.start, note.end) for note in placed] == [(0, Fraction(5, 8)), (Fraction(3, 4), Fraction(7, 4))]


def test_the_end_of_an_odd_measure_makes_no_tuplet_that_abc_cannot_say(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd = Measure(Fraction(4), Plain(9, 8, real=Fraction(3083, 672)))  # once written with a rest as (21:16:2
    measures = (Measure(Fraction(0), Metre(4, 4)), odd, Measure(odd.end, Metre(4, 4)))
    run = [(4 + Fraction(17, 4) + Fraction(number, 28), Fraction(1, 28), 70 + number) for number in range(7)]
    rows = [*((beat, 1, 60) for beat in range(4)), (4, Fraction(17, 4), 69), *run, (odd.end, 2, 65)]
    tune = Tune(tuple(Note(Fraction(start), Fraction(length), pitch) for start, length, pitch in rows), measures)
    writers.write([("one", tune)], tmp_path / "out.abc")
    again = readers.read(tmp_path / "out.abc")
    assert [note.pitch for note in again.notes] == [60, 60, 60, 60, 65]
    assert [note.start for note in again.notes] == [0, 1, 2, 3, 4]
    (remark,) = [record.getMessage() for record in caplog.records]
    assert remark.startswith("out.abc: measure 2 is 4.5625 quarter notes long, which no metre is")


@example(length=Fraction(583, 205), times={Fraction(0), Fraction(65, 23)})  # the nearest place is behind the bar line
@given(
    length=st.fractions(Fraction(1, 2), 6, max_denominator=700),
    times=st.sets(st.fractions(0, 12, max_denominator=24), min_size=2, max_size=12),
)
def test_odd_measures_have_usual_tuplets(length: Fraction, times: set[Fraction]) -> None:
    odd = Measure(Fraction(0), Plain(4, 4, real=length))
    measures = [odd, *(Measure(length + 4 * number, Metre(4, 4)) for number in range(4))]
    ordered = sorted(times)
    notes = tuple(Note(start, end - start, 60) for start, end in pairwise(ordered))
    symbols = [symbol for written in notate(Tune(notes, tuple(measures)), Key(0)) for symbol in written.symbols]
    assert all(symbol.parts[0] <= MOST_PARTS for symbol in symbols)
    assert all(symbol.base >= FINEST for symbol in symbols)


@pytest.mark.parametrize("suffix", [".mid", ".musicxml", ".abc", ".svg", ".wav", ".dawproject"])
@pytest.mark.parametrize("odd", ["7/8", "11/16"])
def test_a_passage_in_a_metre_without_a_grid_is_written_in_every_format(tmp_path: Path, odd: str, suffix: str) -> None:
    body = {"7/8": "CDEFGAB", "11/16": "C/D/E/F/G/A/B/A/G/F/E/"}[odd]
    (tmp_path / "tune.abc").write_text(f"X:1\nM:4/4\nL:1/8\nK:C\nC2D2E2F2|[M:{odd}]{body}|[M:4/4]G2F2E2D2|]\n")
    tune = readers.read(tmp_path / "tune.abc")
    assert len(tune.measures) == 2
    assert tune.origin
    frame = frame_of(tune.origin)
    assert frame
    assert [str(measure.metre) for measure in frame.origin.measures] == ["4/4", odd, "4/4"]
    writers.write([("one", tune)], tmp_path / f"out{suffix}")
    if suffix in (".mid", ".musicxml", ".abc"):
        again = readers.read(tmp_path / f"out{suffix}")
        assert [(n.start, n.pitch) for n in again.notes] == [(n.start, n.pitch) for n in tune.notes]
        assert again.measures == tune.measures


# -- silence before the first beat -------------------------------------------------------------


def played(first: float, pace: float = 1.0) -> Notes:
    """Return the tune four times, from a quarter note of the file on, each of its quarter notes so many long."""
    starts = [(8 * n + start, length, pitch) for n in range(4) for start, length, pitch in TUNE]
    return [(first + start * pace, length * pace, pitch) for start, length, pitch in starts]


def saved(tmp_path: Path, *tracks: Notes) -> Path:
    path = tmp_path / "take.mid"
    path.write_bytes(song(*(track(notes, channel=number) for number, notes in enumerate(tracks))))
    return path


TAKE = played(0.74, 120 / 97)  # at 97 beats a minute in a file at 120
SILENCE = "out{}: the melody is silent for {} s before its first beat, which notation leaves out"


@pytest.mark.parametrize("suffix", [".abc", ".musicxml"])
@pytest.mark.parametrize("tempo", [None, 97])
def test_notation_leaves_silence_before_the_first_beat_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, tempo: float | None, suffix: str
) -> None:
    tune = readers.read(saved(tmp_path, TAKE), Reading(tempo=tempo))
    caplog.clear()
    writers.write([("one", tune), ("two", tune)], tmp_path / f"out{suffix}", layout="sequence")
    lines = [record.getMessage() for record in caplog.records if "silent" in record.getMessage()]
    assert lines == [SILENCE.format(suffix, "0.37")]
    again = readers.read(tmp_path / f"out{suffix}")
    assert again.padding == (0, 0)
    assert len(again.measures) == 2 * len(tune.measures)
    assert [note.start for note in again.notes][: len(tune.notes)] == [note.start for note in tune.notes]


def test_the_time_by_which_all_notes_are_late_is_no_measure(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    late = played(77 / 480)
    tune = readers.read(saved(tmp_path, late, [(start, length, 48) for start, length, _ in late]), Reading(track="1"))
    caplog.clear()
    writers.write([("one", tune)], tmp_path / "out.musicxml")
    assert caplog.messages[:1] == [SILENCE.format(".musicxml", "0.08")]
    assert readers.read(tmp_path / "out.musicxml", Reading(track="1")).notes[0].start == 0


def test_the_numbers_of_measures_in_notation_are_those_of_the_tune(tmp_path: Path) -> None:
    tune = readers.read(saved(tmp_path, TAKE))
    writers.write([("one", tune)], tmp_path / "out.musicxml")
    root = ElementTree.parse(tmp_path / "out.musicxml").getroot()
    assert [each.get("number") for each in root.iter("measure")] == [str(bar.number) for bar in tune.bars]


def test_sound_keeps_the_silence_before_the_first_beat(tmp_path: Path) -> None:
    tune = readers.read(saved(tmp_path, TAKE))
    ((_, whole),) = filled([("one", tune)])
    assert float(whole.notes[0].start) == pytest.approx(0.74, abs=0.01)
    writers.write([("one", tune)], tmp_path / "out.mid")
    again = readers.read(tmp_path / "out.mid")
    assert again.notes == tune.notes
    assert again.origin
    assert tune.origin
    assert again.origin.clock[0][1] == tune.origin.clock[0][1] > 0


def test_what_other_parts_play_before_the_first_beat_is_written_beside_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tune = readers.read(saved(tmp_path, TAKE, [(0, 0.25, 48)]), Reading(track="1"))
    assert [str(bar.number) for bar in tune.bars][:1] == ["1"]
    caplog.clear()
    writers.write([("one", tune)], tmp_path / "out.musicxml")
    assert "silent" not in caplog.text
    assert "<octave>3</octave>" in (tmp_path / "out.musicxml").read_text()
    writers.write([("one", tune)], tmp_path / "out.abc")
    assert SILENCE.format(".abc", "0.37") in caplog.text


def test_measures_of_rest_and_pickups_stay(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    writers.write([("one", readers.read(saved(tmp_path, played(8))))], tmp_path / "rest.abc")
    assert "z8|z8|" in (tmp_path / "rest.abc").read_text()
    writers.write([("one", readers.read(saved(tmp_path, played(3)), Reading(downbeat=4)))], tmp_path / "pickup.abc")
    assert "silent" not in caplog.text


def test_a_passage_before_the_first_beat_stays(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "tune.abc").write_text("X:1\nM:7/8\nL:1/8\nK:C\nz7|z7|[M:4/4]G2F2E2D2|C8|]\n")
    writers.write([("one", readers.read(tmp_path / "tune.abc"))], tmp_path / "out.abc")
    assert "M:7/8" in (tmp_path / "out.abc").read_text()
    assert "silent" not in caplog.text

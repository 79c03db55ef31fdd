"""A file ends on a bar line, also where its last note is released late."""

from fractions import Fraction

import pytest

from armusic.io.readers.midi.endings import bar_lines
from armusic.music import smf
from tests.io.readers.conftest import Read
from tests.songs import Notes, signature, song, track

STEPS: Notes = [(start, 1, 60 + start % 5) for start in range(8)]
LATE = Fraction(10, 480)


@pytest.mark.parametrize("late", [0, LATE, Fraction(24, 480), Fraction(60, 480)])
def test_a_late_release_adds_no_measure(read: Read, late: Fraction) -> None:
    tune = read(song(track([*STEPS[:-1], (7, 1 + late, 64)], others=[signature(0, 4, 4)])))
    assert (len(tune.measures), tune.padding) == (2, (0, 0))
    assert tune.notes[-1].end == 8


def test_notes_that_are_all_held_too_long_add_none(read: Read) -> None:
    tune = read(song(track([(start, 1.05, pitch) for start, _, pitch in STEPS], others=[signature(0, 4, 4)])))
    assert [note.duration for note in tune.notes] == [1] * 8
    assert len(tune.measures) == 2


def test_a_tied_sixteenth_has_a_measure(read: Read) -> None:
    tune = read(song(track([*STEPS[:-1], (7, 1.25, 64)], others=[signature(0, 4, 4)])))
    assert len(tune.measures) == 3
    assert tune.notes[-1].end == Fraction(33, 4)


def test_a_late_release_adds_no_measure_to_a_passage(read: Read) -> None:
    sevens: Notes = [(8 + start, 1, 60) for start in range(6)] + [(14, 1 + LATE, 62)]
    tune = read(song(track([*STEPS, *sevens], others=[signature(0, 4, 4), signature(8, 7, 8)])))
    assert [(passage.first, passage.last) for passage in tune.passages] == [(3, 4)]


@pytest.mark.parametrize(
    ("signatures", "length", "line"),
    [
        ([(0, 4, 4)], 5, 8),
        ([(0, 4, 4)], 8, 8),
        ([(0, 3, 4)], 8, 9),
        ([(0, 4, 4), (4, 3, 4)], 8, 10),
        ([(0, 4, 4), (6, 3, 4)], 5, 6),  # cut short by the next signature
        ([(0, 1, 4), (1, 4, 4)], 8, 8),  # 1 + 4 + 3
        ([(0, 1, 4), (1, 4, 4)], 8.5, 9),
        ([(0, 4, 4), (8, 3, 4)], 5, 8),
    ],
)
def test_the_last_bar_line(signatures: list[tuple[int, int, int]], length: float, line: int) -> None:
    data = song(track([(0, length, 60)], others=[signature(*sign) for sign in signatures]))
    assert bar_lines(smf.parse(data, "x")) == {0: line * 480}

"""The attributes of a tune, by its measures as they are read and as the file writes them."""

from fractions import Fraction

import numpy as np
import pytest

from armusic.errors import OffGridError, UsageError
from armusic.music import attributes
from armusic.music.attributes.table import attributes as table_of
from armusic.music.attributes.table import of_bars, of_tunes
from armusic.music.metre import TimeSignature
from armusic.music.score import Measure, Metre, Note, Tune


def notes(*onsets: int) -> tuple[Note, ...]:
    """Return quarter notes at these quarters."""
    return tuple(Note(Fraction(onset), Fraction(1), 60 + onset) for onset in onsets)


TWO = Tune(notes(0, 1, 2), (Measure(Fraction(0), Metre(2, 4)), Measure(Fraction(2), Metre(3, 4))))
FIVE = Tune(  # a measure of 5/4 is read as one of 3/4 and one of 2/4
    notes(0, 1, 2, 4),
    (
        Measure(Fraction(0), Metre(3, 4), (TimeSignature(5, 4),)),
        Measure(Fraction(3), Metre(2, 4), ()),
    ),
)


def test_each_measure_is_measured_in_its_own_metre() -> None:
    assert attributes.of_tune(TWO, ["density", "range"]) == pytest.approx(np.array([[2 / 12, 1 / 26], [1 / 18, 0]]))


def test_a_table_has_the_names_and_the_measures() -> None:
    table = table_of(TWO, ["note_density", "range"])
    assert table.names == ("density", "range")
    assert (table.measures, table.metres) == ((1, 2), ("2/4", "3/4"))
    assert table.values == pytest.approx(np.array([[2 / 12, 1 / 26], [1 / 18, 0]]))
    assert table_of(TWO).names == attributes.DEFAULT
    with pytest.raises(UsageError, match="unknown attribute 'dens'"):
        table_of(TWO, ["dens"])


def test_of_two_measures_that_are_read_together_the_first_is_named() -> None:
    eighths = (TimeSignature(3, 8), TimeSignature(3, 8))
    pair = tuple(Measure(Fraction(3 * k), Metre(6, 8), eighths) for k in range(2))
    table = table_of(Tune(notes(0, 3), pair), ["density"])
    assert (table.measures, table.metres) == ((1, 3), ("6/8", "6/8"))


def test_a_measure_of_the_file_has_the_mean_of_its_parts() -> None:
    values = attributes.of_tune(FIVE, ["density", "range"])
    assert of_bars(FIVE, values) == pytest.approx(np.array([[(3 / 18 + 1 / 12) / 2, (2 / 26 + 0) / 2]]))
    assert of_bars(FIVE, values[:, :0]).shape == (1, 0)


def test_without_attributes_notes_may_be_off_the_grid() -> None:
    off = Tune((Note(Fraction(1, 7), Fraction(1), 60),), FIVE.measures)
    names, (values,) = of_tunes([off], [])
    assert (names, of_bars(off, values).shape) == ((), (1, 0))
    with pytest.raises(OffGridError):
        of_tunes([off], ["density"])


def test_several_tunes_are_measured_alike() -> None:
    low, high = (Tune(notes(*onsets), FIVE.measures) for onsets in ((0, 1), (0, 1, 2)))
    names, values = of_tunes([low, high], ["note_density"])
    assert names == ("density",)
    assert [each[:, 0].tolist() for each in values] == [
        table_of(each, names).values[:, 0].tolist() for each in (low, high)
    ]

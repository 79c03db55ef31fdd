"""dMelodies, drawn from their factors: how many, none twice, known ones, and the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.datasets import dmelodies
from armusic.datasets.dmelodies import CLASSES, COUNT, DOWN, HIGHEST, LOWEST, MODES, REST, RHYTHMS, SIZES, TONICS, UP

numbers = st.integers(0, COUNT - 1)


def pitches(values: list[int]) -> list[int]:
    """The notes of one melody, as MIDI pitches."""
    (row,) = dmelodies.draw(np.array([values])).astype(int)
    return [LOWEST + int(note) - 1 for note in row if note != REST]


def test_how_many_there_are_and_none_is_twice() -> None:
    assert COUNT == 12 * 3 * 3 * 28 * 28 * 2**4 == 1_354_752
    assert len(RHYTHMS) == len({tuple(row) for row in RHYTHMS.tolist()}) == 28
    assert (RHYTHMS.sum(axis=1) == 6).all()
    x = dmelodies.draw(dmelodies.factors(np.arange(COUNT)))
    assert x.shape == (COUNT, 16)
    keys = np.random.default_rng(0).integers(2**63, size=16, dtype=np.uint64)  # other sums: other rows
    assert len(np.unique((x * keys).sum(axis=1))) == COUNT
    assert ((x != REST).sum(axis=1) == 12).all()
    assert x.max() == CLASSES - 1 == HIGHEST - LOWEST + 1


def test_c_major_from_middle_c() -> None:
    first = dmelodies.draw(np.zeros((1, 9), dtype=int))[0].tolist()
    assert first == [1, 5, 8, 6, 10, 13, 0, 0, 8, 12, 15, 1, 5, 8, 0, 0]
    assert pitches([0] * 9) == [60, 64, 67, 65, 69, 72, 67, 71, 74, 60, 64, 67]


@pytest.mark.parametrize(
    ("mode", "notes"),
    [
        ("major", [82, 86, 89, 87, 91, 94, 89, 93, 96, 82, 86, 89]),
        ("minor", [82, 85, 89, 87, 90, 94, 89, 93, 96, 82, 85, 89]),  # harmonic: with the leading note
        ("blues", [82, 85, 88, 87, 91, 94, 88, 92, 96, 82, 85, 88]),
    ],
)
def test_the_modes_an_octave_higher_from_b_flat(mode: str, notes: list[int]) -> None:
    values = [TONICS.index("A#"), 1, MODES.index(mode), 5, 20, UP, UP, UP, UP]
    assert pitches(values) == notes
    falling = [*values[:5], UP, DOWN, DOWN, UP]
    assert pitches(falling) == [*notes[:3], *notes[5:2:-1], *notes[8:5:-1], *notes[9:]]


def test_rhythms_are_the_choices_of_six_quavers_in_order() -> None:
    assert RHYTHMS[0].astype(int).tolist() == [1, 1, 1, 1, 1, 1, 0, 0]
    assert RHYTHMS[1].astype(int).tolist() == [1, 1, 1, 1, 1, 0, 1, 0]
    assert RHYTHMS[27].astype(int).tolist() == [0, 0, 1, 1, 1, 1, 1, 1]


def test_every_value_of_every_factor_is_found_again() -> None:
    index = np.random.default_rng(0).choice(COUNT, 5000, replace=False)
    values = dmelodies.factors(index)
    assert [len(np.unique(column)) for column in values.T] == list(SIZES)
    x = dmelodies.draw(values)
    assert (dmelodies.measure(x) == values).all()
    assert dmelodies.valid(x).all()
    assert (np.ravel_multi_index(tuple(values.T), SIZES) == index).all()


@given(numbers, st.integers(0, 15), st.integers(0, CLASSES - 1))
def test_another_class_at_one_place_is_no_melody_or_another(number: int, place: int, value: int) -> None:
    x = dmelodies.draw(dmelodies.factors(np.array([number])))
    changed = x.copy()
    changed[0, place] = value
    same = bool((changed == x).all())
    (valid,) = dmelodies.valid(changed)
    assert valid or not same
    if valid and not same:  # one note never tells one melody from another
        pytest.fail("a melody of the data set differs from another in one note")


def test_what_is_like_a_melody_has_the_factors_of_that_melody() -> None:
    x = dmelodies.draw(dmelodies.factors(np.full(6, 100_000)))
    known = dmelodies.measure(x[:1])[0]
    notes = np.flatnonzero(x[0] != REST)
    x[1, notes[1]] = REST  # five notes in the first measure
    x[2, notes[1]] += 1  # one note that the chord does not have
    x[3, notes[2]] = x[3, notes[0]]  # neither up nor down
    x[4] = 51 - x[4]  # all falls that rose
    x[5] = REST
    five, wrong, level, falling, empty = dmelodies.measure(x[1:])
    assert (np.delete(five, 3) == np.delete(known, 3)).all()
    assert (RHYTHMS[int(five[3])] != RHYTHMS[int(known[3])]).sum() <= 2
    assert (wrong == known).all()
    assert (level == known).all()
    assert not np.isnan(falling).any()
    assert np.isnan(empty).all()
    assert not dmelodies.valid(x[1:]).any()
    assert dmelodies.measure(x[:0]).shape == (0, 9)

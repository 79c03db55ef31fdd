"""How far measures are from one another, in numbers that can be checked by hand; and beats that nobody writes."""

import numpy as np
import pytest

from armusic.music.similarity import distance
from armusic.music.tokenizer import HOLD, PAD, REST

NONE = np.zeros((1, 0))


def apart(first: list[int], second: list[int]) -> float:
    return float(distance(np.array([first]), np.array([second]), NONE, NONE, NONE)[0])


# Four ticks: the downbeat counts five, the others one each.
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ([60, HOLD, 62, HOLD], [60, HOLD, 62, HOLD], 0),
        ([60, HOLD, 62, REST], [60, HOLD, 62, HOLD], 1 / 8),  # a shorter note
        ([60, HOLD, 60, HOLD], [60, HOLD, HOLD, HOLD], 1 / 8),  # another one, on the same line
        ([64, HOLD, 64, HOLD], [60, HOLD, 60, HOLD], 4 / 12),  # transposed: the line is the same
        ([62, HOLD, 60, HOLD], [60, HOLD, 62, HOLD], 2 / 12 + 2 / 12),  # turned round
        ([HOLD, 60, HOLD, HOLD], [REST, HOLD, 60, HOLD], 7 / 8 + 1),  # no onset in common
        ([60, HOLD, 60, PAD], [60, HOLD, HOLD, PAD], 1 / 7),
        ([20, HOLD, 20, HOLD], [120, HOLD, 120, HOLD], 1),  # octaves count once
    ],
)
def test_distances(first: list[int], second: list[int], expected: float) -> None:
    assert apart(first, second) == pytest.approx(expected)
    assert apart(second, first) == pytest.approx(expected)


def test_other_attributes_count() -> None:
    rows, zero = np.array([[60, HOLD, 62, HOLD]]), np.zeros((1, 2))
    assert distance(rows, rows, zero, np.array([[0.1, 0.4]]), np.array([[0.1, 0.2]])).tolist() == [0.75]


def test_what_is_on_the_beat_counts_more() -> None:
    scale = [60, HOLD, HOLD, 62, HOLD, HOLD, 64, HOLD, HOLD, 65, HOLD, HOLD]
    downbeat, beat, offbeat = ([*scale[:at], REST, *scale[at + 1 :]] for at in (0, 6, 3))
    assert apart(scale, downbeat) > apart(scale, beat) > apart(scale, offbeat)


def test_a_line_that_bends_is_nearer_than_one_whose_ends_leap() -> None:
    flat = 4 * [60, HOLD, HOLD]
    bent = [pitch for pitch in (54, 58, 62, 66) for pitch in (pitch, HOLD, HOLD)]
    leaping = [54, HOLD, HOLD, *(2 * [60, HOLD, HOLD]), 66, HOLD, HOLD]
    assert abs(apart(bent, flat) - apart(leaping, flat)) < 0.1, "near enough for the other terms to choose"

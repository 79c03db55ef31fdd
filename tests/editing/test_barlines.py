"""Bar lines: the intervals over them, and what they cost."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.editing import barlines
from armusic.music.tokenizer import HOLD, is_onset
from tests.pools import tiny_pool

intervals = st.integers(-40, 40)


def test_the_lines_of_a_tune_with_a_measure_that_comes_twice() -> None:
    """GABc dcBA|A2B2 c2d2|GABc dcBA: over the first line the A stays, over the second d falls to G."""
    lines = barlines.bar_lines(tiny_pool([[[1.0]], [[1.0]]], [[0.3], [0.3]], "aba", ("contour",)))
    assert lines.row.tolist() == [0, 1]
    assert (lines.before.tolist(), lines.after.tolist()) == ([0, 1], [1, 0])
    assert lines.own.tolist() == [0, -7]


@given(intervals)
def test_the_interval_of_the_input_costs_nothing(interval: int) -> None:
    assert barlines.cost(np.array([interval]), np.array([interval])) == 0


@given(intervals, intervals)
def test_an_interval_costs_what_it_is_wider_than_a_fourth_and_than_the_input(interval: int, own: int) -> None:
    wider = min(abs(interval), 24) - max(5, min(abs(own), 24))
    assert barlines.cost(np.array([interval]), np.array([own])) == pytest.approx(barlines.COST * max(wider, 0))


@given(st.lists(st.sampled_from([HOLD, 60, 62, 67]), min_size=6, max_size=6).filter(lambda row: set(row) != {HOLD}))
def test_ends_are_the_first_and_the_last_pitch(row: list[int]) -> None:
    tokens = np.array([row])
    pitches = tokens[is_onset(tokens)].tolist()
    assert [end.tolist() for end in barlines.ends(tokens)] == [pitches[:1], pitches[-1:]]

"""Over bar lines: of candidates with the same value, those whose ends meet the neighbours."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from armusic.editing import barlines
from armusic.editing.pool import Pool
from armusic.music.tokenizer import HOLD, is_onset
from tests.pools import tiny_pool


def pool_with(first_pitches: list[int], value: float = 1.0) -> Pool:
    """Return a pool for two measures: the second may begin with these pitches, at the same value and cost."""
    pool = tiny_pool([[[1.0]], [[value]] * len(first_pitches)], [[0.3], [0.3] * len(first_pitches)], "ab", ("contour",))
    tokens = pool.candidates.tokens.copy()
    tokens[3:, 0] = first_pitches
    return replace(pool, candidates=replace(pool.candidates, tokens=tokens))


def smooth(pool: Pool, places: list[int], close: float = 0.01) -> list[int]:
    column = pool.search.names.index("contour")
    costs = pool.costs(np.arange(len(pool.distance)))
    return barlines.smooth(pool, column, costs, np.array(places), pool.inputs, close).tolist()


def test_a_measure_begins_near_where_the_one_before_ends() -> None:
    """The first measure ends with an A (69): of C, B and c'' the second begins with the B."""
    pool = pool_with([48, 71, 96])
    for chosen in (3, 4, 5):
        assert smooth(pool, [0, chosen]) == [0, 4]


def test_the_input_stays_however_far_it_leaps() -> None:
    pool = pool_with([96])
    assert smooth(pool, [0, 2]) == [0, 2]


def test_a_fourth_is_as_good_as_a_step() -> None:
    pool = pool_with([64, 71])
    assert smooth(pool, [0, 3]) == [0, 3]
    assert smooth(pool_with([63, 71]), [0, 3]) == [0, 4], "a tritone is not"


def test_other_values_are_not_taken() -> None:
    pool = pool_with([48, 71])
    values = pool.candidates.values.copy()
    column = pool.search.names.index("contour")
    values[4, column] += 2 * barlines.NEAR * pool.search.std[1, column]
    pool = replace(pool, candidates=replace(pool.candidates, values=values))
    assert smooth(pool, [0, 3], close=9.0) == [0, 3]


def test_the_sum_stays_as_close_as_it_may() -> None:
    pool = pool_with([48, 71])
    values = pool.candidates.values.copy()
    column = pool.search.names.index("contour")
    moved = 0.5 * barlines.NEAR * pool.search.std[1, column]
    values[4, column] += moved
    pool = replace(pool, candidates=replace(pool.candidates, values=values))
    assert smooth(pool, [0, 3], close=0.9 * moved) == [0, 3]
    assert smooth(pool, [0, 3], close=1.1 * moved) == [0, 4]


@given(st.lists(st.sampled_from([HOLD, 60, 62, 67]), min_size=6, max_size=6).filter(lambda row: set(row) != {HOLD}))
def test_ends_are_the_first_and_the_last_pitch(row: list[int]) -> None:
    tokens = np.array([row])
    pitches = tokens[is_onset(tokens)].tolist()
    assert [end.tolist() for end in barlines.ends(tokens)] == [pitches[:1], pitches[-1:]]

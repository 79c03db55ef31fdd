"""Exchanges between measures: the sum stays, and what the tune costs falls."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armusic.editing import barlines
from armusic.editing.exchange import best_pair, exchange, exchanges
from armusic.editing.pool import Pool
from tests.pools import change, tiny_pool

CLOSE = 0.01


def near(pool: Pool) -> Pool:
    """Return a pool whose candidates begin near where the measure before them ends: no bar line costs anything."""
    tokens = pool.candidates.tokens.copy()
    others = np.setdiff1d(np.arange(len(tokens)), pool.inputs)
    tokens[others, 0] = 66 + np.arange(len(others)) % 4
    return replace(pool, candidates=replace(pool.candidates, tokens=tokens))


def pool_with(first_pitches: list[int], values: list[float] | None = None) -> Pool:
    """Return a pool for two measures: the second may begin with these pitches, at the same cost."""
    values = values or [1.0] * len(first_pitches)
    pool = tiny_pool([[[1.0]], [[value] for value in values]], [[30.0], [0.3] * len(first_pitches)], "ab", ("contour",))
    tokens = pool.candidates.tokens.copy()
    tokens[3:, 0] = first_pitches
    return replace(pool, candidates=replace(pool.candidates, tokens=tokens))


def settle(pool: Pool, places: list[int], close: float = CLOSE) -> list[int]:
    column = pool.search.names.index(pool.names[0])
    return exchange(
        exchanges(pool, column, pool.costs(np.arange(len(pool.distance)))), np.array(places), close
    ).tolist()


def test_a_measure_begins_near_where_the_one_before_ends() -> None:
    """The first measure ends with an A (69): of C, B and c'' the second begins with the B."""
    pool = pool_with([48, 71, 96])
    for chosen in (3, 4, 5):
        assert settle(pool, [0, chosen]) == [0, 4]


def test_a_fourth_is_as_good_as_a_step() -> None:
    assert settle(pool_with([64, 71]), [0, 3]) == [0, 3]
    assert settle(pool_with([63, 71]), [0, 3]) == [0, 4], "a tritone is not"


def test_the_sum_stays_as_close_as_it_may() -> None:
    pool = pool_with([48, 71], [1.0, 1.1])
    moved = 0.1 * pool.search.std[1, pool.search.names.index("contour")]
    assert settle(pool, [0, 3], close=0.9 * moved) == [0, 3]
    assert settle(pool, [0, 3], close=5 * moved) == [0, 4]


def test_two_measures_change_together_where_that_is_cheaper() -> None:
    """One measure up by two costs 1; both up by one cost .2 each."""
    pool = near(tiny_pool([[[1.0], [2.0]], [[1.0]]], [[0.2, 1.0], [0.2]], "ab", ("density",)))
    assert settle(pool, [2, 3]) == [1, 4]


def test_a_measure_that_comes_twice_counts_twice() -> None:
    """The first unit comes twice: one step of it is worth two of the other."""
    pool = near(tiny_pool([[[1.0]], [[2.0]]], [[0.2], [0.9]], "aab", ("density",)))
    assert settle(pool, [0, 3]) == [1, 2]


@st.composite
def drawn(draw: st.DrawFn) -> tuple[Pool, list[int]]:
    order = draw(st.sampled_from(["a", "ab", "aab", "abcb"]))
    steps = st.integers(-4, 4).filter(bool).map(lambda step: step / 2)
    moves = [[[draw(steps)] for _ in range(draw(st.integers(1, 4)))] for _ in set(order)]
    costs = [[draw(st.floats(0.05, 2)) for _ in each] for each in moves]
    pool = tiny_pool(moves, costs, order, ("density",))
    return pool, [
        draw(st.sampled_from(np.flatnonzero(pool.candidates.of == unit).tolist())) for unit in range(len(moves))
    ]


@given(drawn())
@settings(max_examples=25, report_multiple_bugs=False)
def test_nothing_is_lost(case: tuple[Pool, list[int]]) -> None:
    pool, places = case
    new = settle(pool, places)
    assert pool.candidates.of[new].tolist() == list(range(len(places)))
    assert change(pool, np.array(new))[0] == pytest.approx(change(pool, np.array(places))[0], abs=CLOSE)
    assert _cost(pool, new) <= _cost(pool, places) + 1e-9
    assert settle(pool, new) == new, "there is nothing left to exchange"


@given(st.integers(1, 5), st.integers(0, 3), st.integers(0, 2**32 - 1))
@settings(max_examples=200)
def test_the_best_pair_is_the_first_of_all_pairs_that_save_most(units: int, half: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.integers(-2, 3, (units, 2 * half + 1)).astype(float)  # many save the same
    table[rng.random(table.shape) < 0.3] = -np.inf
    useless = rng.random((units, units)) < 0.2
    every = np.full((units, units, 2 * half + 1), -np.inf)
    for first, second, up in np.ndindex(every.shape):
        if not useless[first, second]:
            alone = table[first, half] if up == half else -np.inf
            every[first, second, up] = alone if first == second else table[first, up] + table[second, 2 * half - up]
    place = np.unravel_index(every.argmax(), every.shape)
    assert best_pair(table, useless) == (tuple(map(int, place)) if every[place] > 0 else None)


def _cost(pool: Pool, places: list[int]) -> float:
    """Return what a choice costs: each measure by itself, and each bar line."""
    of = pool.search.of
    first, last = barlines.ends(pool.candidates.tokens)
    chosen = np.array(places)[of]
    own_first, own_last = barlines.ends(pool.search.material.tokens)
    over = barlines.cost(first[chosen[1:]] - last[chosen[:-1]], own_first[1:] - own_last[:-1])
    return float(pool.distance[chosen].sum() + over.sum())

"""Several attributes at once: all means come to their targets where that can be, for little more than it must cost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import armusic
from armusic.editing import joint
from armusic.editing import pool as pools
from armusic.editing.material import prepare
from armusic.editing.pool import Pool
from tests.notation import JIG, tune
from tests.pools import change, every_choice, occurrences, price, tiny_pool

NAMES = ("range", "density")
Drawn = tuple[list[list[tuple[float, float]]], list[list[float]], str]
moves = st.tuples(st.floats(-2, 2), st.floats(-2, 2))


@st.composite
def drawn_pools(draw: st.DrawFn) -> Drawn:
    """Changes and costs for pools of two or three units that come once or twice."""
    order = draw(st.sampled_from(["ab", "aab", "abc", "abcb"]))
    sizes = [draw(st.integers(2, 5)) for _ in set(order)]
    changes = [[draw(moves) for _ in range(size)] for size in sizes]
    costs = [[draw(st.floats(0.05, 2)) for _ in range(size)] for size in sizes]
    return changes, costs, order


def answer(pool: Pool, goal: np.ndarray) -> np.ndarray:
    """Return the answer for a change of the means, in standard deviations."""
    columns = [pool.search.names.index(name) for name in pool.names]
    totals = goal * (pool.search.std[:, columns] * occurrences(pool)[:, None]).sum(axis=0)
    return joint.answers(pool, totals, pool.costs(np.arange(len(pool.distance))))


def worth(pool: Pool, places: np.ndarray, goal: np.ndarray) -> np.ndarray:
    """Return what choices (..., unit) cost in a measure, with what errors of the means cost."""
    error = ((change(pool, places) - goal) ** 2).sum(axis=-1)
    return price(pool, places) / occurrences(pool).sum() + joint.EXACT * error


def test_two_means_that_two_measures_reach_together() -> None:
    """One candidate changes the range, another the density: each measure takes the cheap one of its own."""
    changes = [[(2.0, 0.0), (0.0, 2.0)], [(2.0, 0.0), (0.0, 2.0)]]
    pool = tiny_pool(changes, [[0.2, 0.9], [0.9, 0.2]], "ab", NAMES)
    assert answer(pool, np.array([1.0, 1.0])).tolist() == [1, 5]
    swapped = tiny_pool(changes, [[0.9, 0.2], [0.2, 0.9]], "ab", NAMES)
    assert answer(swapped, np.array([1.0, 1.0])).tolist() == [2, 4]


@given(drawn_pools())
@settings(max_examples=15, report_multiple_bugs=False)
def test_no_change_is_the_input(drawn: Drawn) -> None:
    pool = tiny_pool(*drawn, NAMES)
    assert (answer(pool, np.zeros(2)) == pool.inputs).all()


@given(drawn_pools(), st.integers(0, 10**6))
@settings(max_examples=15, report_multiple_bugs=False)
def test_an_answer_is_no_worse_than_the_input(drawn: Drawn, which: int) -> None:
    pool = tiny_pool(*drawn, NAMES)
    every = every_choice(pool)
    goal = change(pool, every[which % len(every)])

    answered = worth(pool, answer(pool, goal), goal)
    assert answered <= worth(pool, pool.inputs, goal) + 1e-9, "never worse than the input"
    assert answered >= worth(pool, every, goal).min() - 1e-9


@given(drawn_pools(), st.tuples(st.floats(-1, 1), st.floats(-1, 1)))
@settings(max_examples=15, report_multiple_bugs=False)
def test_no_unit_could_be_changed_for_the_better(drawn: Drawn, goal: tuple[float, float]) -> None:
    pool = tiny_pool(*drawn, NAMES)
    places = answer(pool, np.array(goal))

    for place, of in enumerate(pool.candidates.of.tolist()):
        other = places.copy()
        other[of] = place
        assert worth(pool, places, np.array(goal)) <= worth(pool, other, np.array(goal)) + 1e-6


def test_a_short_list_is_shorter_the_more_counts_as_equal_and_has_the_input(jig_pool: Pool) -> None:
    lists = (jig_pool, joint.short(jig_pool), jig_pool.shortlist(1.0, 1))
    lengths = [len(each.distance) for each in lists]
    assert lengths[0] >= lengths[1] > lengths[2]
    assert all(len(each.inputs) == len(jig_pool.search.first) for each in lists)


def test_means_of_a_tune_are_reached_together(jig_pool: Pool) -> None:
    short = joint.short(jig_pool)
    for goal in ((0.5, 0.5), (-0.5, 0.5), (0.7, -0.7), (-0.4, -0.4)):
        assert change(short, answer(short, np.array(goal))) == pytest.approx(goal, abs=0.06)


@pytest.fixture(scope="module")
def jig_pool() -> Pool:
    checkpoint = armusic.load().checkpoint
    return pools.build(checkpoint, prepare(checkpoint, tune("6/8", JIG)), NAMES)

"""The path of a tune: no measures are changed that others would be cheaper, and it never falls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import armusic
from armusic.editing import path
from armusic.editing import pool as pools
from armusic.editing.material import prepare
from armusic.editing.pool import Pool
from tests.notation import JIG, tune
from tests.pools import change, every_choice, occurrences, price, tiny_pool

Drawn = tuple[list[list[list[float]]], list[list[float]], str]
moves = st.integers(-300, 300).filter(bool).map(lambda hundredths: hundredths / 100)


@st.composite
def drawn_pools(draw: st.DrawFn) -> Drawn:
    """Changes and costs for pools of one to three units that come once or twice, with one to four candidates each."""
    order = draw(st.sampled_from(["a", "aa", "ab", "aab", "abc", "abcb"]))
    sizes = [draw(st.integers(1, 4)) for _ in set(order)]
    changes = [[[draw(moves)] for _ in range(size)] for size in sizes]
    costs = [[draw(st.floats(0.05, 2)) for _ in range(size)] for size in sizes]
    return changes, costs, order


def pool_of(drawn: Drawn) -> Pool:
    return tiny_pool(*drawn, ("density",))


def totals(pool: Pool, step: float) -> float:
    """Return the change of the sum for a step of the mean."""
    return path.path(pool).total(step)


def follow(pool: Pool, changes: tuple[path.Change, ...]) -> list[np.ndarray]:
    """Return all choices along a path, the input first."""
    places = [pool.inputs]
    for each in changes:
        assert places[-1][each.unit] == each.before
        places.append(places[-1].copy())
        places[-1][each.unit] = each.after
    return places


def test_a_path_that_is_known() -> None:
    """One unit in two measures, another in one: the cheap changes come first, what lies above the hull never."""
    pool = tiny_pool([[[1.0], [2.0], [1.5]], [[2.0], [-1.0]]], [[0.3, 1.0, 2.5], [0.4, 0.2]], "aab", ("density",))
    whole = path.path(pool)
    assert [(each.unit, each.before, each.after) for each in whole.up] == [(0, 0, 1), (1, 4, 5), (0, 1, 2)]
    assert [(each.unit, each.before, each.after) for each in whole.down] == [(1, 4, 6)]
    std = pool.search.std[0, pool.search.names.index("density")]
    assert [each.gain / std for each in whole.up] == pytest.approx([2, 2, 2])
    assert [each.price * std for each in whole.up] == pytest.approx([0.54, 0.68, 1.42])
    assert np.array(whole.reach) / std == pytest.approx([-1, 6])


@given(drawn_pools())
@settings(max_examples=15, report_multiple_bugs=False)
def test_no_choice_with_as_much_change_is_cheaper_than_the_path(drawn: Drawn) -> None:
    pool = pool_of(drawn)
    there, costs = change(pool, every_choice(pool))[:, 0], price(pool, every_choice(pool))
    both = path.path(pool)
    for changes, way in ((both.up, 1), (both.down, -1)):
        prices = [each.price for each in changes]
        assert prices == sorted(prices)
        for places in follow(pool, changes):
            here, cost = change(pool, places)[0], price(pool, places)
            assert cost <= costs[way * there >= way * here - 1e-9].min() + 1e-9


@given(drawn_pools())
@settings(max_examples=15, report_multiple_bugs=False)
def test_the_path_ends_where_nothing_goes_further(drawn: Drawn) -> None:
    pool = pool_of(drawn)
    every = change(pool, every_choice(pool))[:, 0]
    whole = path.path(pool)
    ends = np.array(whole.reach) / totals(pool, 1.0)
    assert ends == pytest.approx([every.min(), every.max()], abs=1e-9)
    for end, total in zip(ends, whole.reach, strict=True):
        assert change(pool, whole.answers(total))[0] == pytest.approx(end, abs=2 * path.CLOSE)
        assert (whole.answers(2 * total) == whole.answers(total)).all(), "beyond it stays there"


@given(drawn_pools())
@settings(max_examples=15, report_multiple_bugs=False)
def test_the_input_stands_at_no_change(drawn: Drawn) -> None:
    pool = pool_of(drawn)
    whole = path.path(pool)
    assert (whole.answers(0.0) == pool.inputs).all()
    assert whole.input is not whole.answers(0.0), "a copy"


@given(drawn_pools(), st.floats(-1, 1))
@settings(max_examples=15, report_multiple_bugs=False)
def test_an_answer_is_no_further_away_than_the_input_and_the_ends_of_the_path(drawn: Drawn, share: float) -> None:
    pool = pool_of(drawn)
    whole = path.path(pool)
    goal = share * abs(whole.reach[int(share > 0)])
    unit = totals(pool, 1.0)
    reached = change(pool, whole.answers(goal))[0]
    steps = [change(pool, places)[0] for places in follow(pool, whole.up if goal > 0 else whole.down)]
    assert abs(reached - goal / unit) <= min(abs(step - goal / unit) for step in steps) + 3 * path.CLOSE


def test_a_change_that_is_too_large_is_not_taken() -> None:
    """The only other candidate is a standard deviation away: a quarter of one is nearer to none."""
    whole = path.path(tiny_pool([[[1.0]]], [[0.3]], "a", ("density",)))
    assert [whole.answers(whole.total(step)).tolist() for step in (0.25, 0.45, 0.55, 1.0)] == [[0], [0], [1], [1]]


@given(drawn_pools())
@settings(max_examples=15, report_multiple_bugs=False)
def test_it_never_falls(drawn: Drawn) -> None:
    pool = pool_of(drawn)
    whole = path.path(pool)
    low, high = whole.reach
    reached = [change(pool, whole.answers(total))[0] for total in np.linspace(low, high, 15)]
    assert (np.diff(reached) >= -4 * path.CLOSE).all(), "but for what is near enough"


@pytest.fixture(scope="module")
def jig() -> dict[str, Pool]:
    checkpoint, music = armusic.load().checkpoint, tune("6/8", "GAB dBG|AcA EFG|GAB dBG|" + JIG)
    return {name: pools.build(checkpoint, prepare(checkpoint, music), name) for name in ("rhythm", "range")}


@pytest.mark.parametrize("name", ["rhythm", "range"])
def test_steps_of_a_tune_differ_rise_and_come_to_their_means(jig: dict[str, Pool], name: str) -> None:
    pool = jig[name]
    whole = path.path(pool)
    steps = [step for step in np.linspace(-1.5, 1.5, 13) if whole.reach[0] < whole.total(step) < whole.reach[1]]
    assert len(steps) > 6
    answers = [whole.answers(whole.total(step)) for step in steps]
    tokens = [pool.tokens(places) for places in answers]
    for row, first in enumerate(tokens):
        assert all((first != other).any() for other in tokens[:row]), "each step is another"
    reached = [change(pool, places)[0] for places in answers]
    assert reached == pytest.approx(steps, abs=0.05)
    assert np.median(abs(np.array(reached) - steps)) < path.CLOSE
    assert (np.diff(reached) > 0).all()


@pytest.mark.parametrize("name", ["rhythm", "range"])
def test_equal_measures_stay_equal_and_the_input_stands_at_0(jig: dict[str, Pool], name: str) -> None:
    pool, whole = jig[name], path.path(jig[name])
    assert occurrences(pool).max() > 2
    for step in (-1.0, 0.0, 0.4, 1.0):
        tokens = pool.tokens(whole.answers(whole.total(step)))
        before = pool.search.material.tokens
        for row in range(len(before)):
            same = (before == before[row]).all(axis=1)
            assert (tokens[same] == tokens[row]).all()
        assert (tokens == before).all() == (step == 0)


def test_other_costs_give_another_path() -> None:
    pool = tiny_pool([[[1.0], [1.0]]], [[0.3, 0.4]], "a", ("density",))
    assert path.path(pool).answers(totals(pool, 1.0)).tolist() == [1]
    costs = np.array([0.0, 0.5, 0.4])
    assert path.path(pool, 0, costs).answers(totals(pool, 1.0)).tolist() == [2]

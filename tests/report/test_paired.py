"""Paired comparisons: known answers, other implementations, and how often an interval has the truth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from armusic.report import paired
from armusic.report.paired import holm, over_groups, over_seeds, signed_rank


def test_the_signed_rank_test_is_that_of_the_tables() -> None:
    """Ten pairs with ranks 1 and 2 against the rest: W = 3, two-sided p = 10 / 1024."""
    p, effect = signed_rank(np.array([-1.0, -2.0, *range(3, 11)]))
    assert p == pytest.approx(10 / 1024)
    assert effect == pytest.approx((52 - 3) / 55)


def test_pairs_that_are_equal_are_ranked_and_left_out() -> None:
    values = np.array([0.0, 0.0, 0.3, -0.1, 0.2, 0.5, 0.4, 0.6])
    p, effect = signed_rank(values)
    assert p == 2 * 2 / 2**6  # of 64 choices of six signs, two have a sum of positive or of negative ranks up to 3
    assert effect == pytest.approx((4 + 5 + 6 + 7 + 8 - 3) / (3 + 4 + 5 + 6 + 7 + 8))
    assert signed_rank(np.zeros(5)) == (1.0, 0.0)
    assert signed_rank(np.array([1e-17, 0.0])) == (1.0, 0.0)  # rounding is no difference


@pytest.mark.parametrize("equal", [0, 13])
def test_few_pairs_that_differ_cannot_be_significant(equal: int) -> None:
    """The normal approximation gives six of nineteen .015; no choice of six signs is rarer than one in 64."""
    assert signed_rank(np.array([0.0] * equal + [0.1, 0.2, 0.2, 0.3, 0.4, 0.5]))[0] == pytest.approx(2 / 2**6)


@given(st.lists(st.integers(-1000, 1000).filter(bool), min_size=1, max_size=40, unique_by=abs).map(np.float64))
def test_without_ties_it_is_the_exact_test_of_scipy(values: np.ndarray) -> None:
    assert signed_rank(values)[0] == pytest.approx(stats.wilcoxon(values, method="exact").pvalue)


def test_of_many_pairs_the_approximation_is_as_good(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.round(np.random.default_rng(0).normal(0.1, 1, paired.EXACT + 50), 1)  # with ties and zeros
    approximate = signed_rank(values)[0]
    monkeypatch.setattr(paired, "EXACT", len(values))
    exact = signed_rank(values)[0]
    assert approximate != exact
    assert approximate == pytest.approx(exact, abs=1e-3)


@given(st.lists(st.floats(-1, 1).map(lambda value: round(value, 3)), min_size=1, max_size=20))
def test_the_other_way_round_the_effect_is_reversed(values: list[float]) -> None:
    p, effect = signed_rank(np.array(values))
    other_p, other = signed_rank(-np.array(values))
    assert (other_p, other) == (pytest.approx(p), pytest.approx(-effect))
    assert -1 <= effect <= 1


def test_means_weigh_the_items_of_a_group_and_each_run_alike() -> None:
    differences, items = np.array([[1.0, 0.0], [0.0, 3.0]]), np.array([[30.0, 10.0], [0.0, 7.0]])
    difference = over_groups(differences, items)
    assert difference.mean == pytest.approx((0.75 + 3) / 2)
    assert (difference.seeds, difference.groups, difference.interval, difference.p) == (2, 2, None, None)


def test_what_a_group_lacks_does_not_count() -> None:
    rng = np.random.default_rng(0)
    differences, items = rng.normal(size=(2, 30)), np.full((2, 30), 5.0)
    items[0, 10:20] = 0
    first = over_groups(differences, items)
    differences[0, 10:20] = 1e6
    assert over_groups(differences, items) == first


def test_an_interval_has_the_truth_about_as_often_as_it_says() -> None:
    """Effects of runs, of tunes and of both, around .5: of 95 % intervals, at least 90 % have it, and not all."""
    rng = np.random.default_rng(1)
    hits = 0
    for trial in range(200):
        effects = 0.5 + 0.3 * rng.normal(size=(10, 1)) + rng.normal(size=(1, 40)) + rng.normal(size=(10, 40))
        low, high = over_groups(effects, np.full((10, 40), 8.0), seed=trial).interval or (0, 0)
        hits += low <= 0.5 <= high
    assert 180 <= hits < 200


def test_few_runs_give_no_interval_and_five_no_small_p() -> None:
    few = over_seeds(np.array([0.1, 0.2, 0.3, 0.4]))
    assert (few.mean, few.interval, few.p, few.effect) == (pytest.approx(0.25), None, None, None)
    five = over_seeds(np.array([0.1, 0.2, 0.3, 0.4, 0.5]))
    assert (five.p, five.effect) == (0.0625, 1)
    low, high = five.interval or (1, 0)
    assert 0.1 <= low < 0.3 < high <= 0.5


def test_holm_multiplies_the_smallest_most() -> None:
    """The example of Holm's method in R's p.adjust: .01, .02, .03, .04 become .04, .06, .06, .06."""
    assert holm([0.04, 0.01, 0.03, 0.02]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []

"""Paired comparison of two models: interval, test and effect size of a difference over seeds and groups (tunes)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armusic.extras import require
from armusic.shapes import Float, Int

RESAMPLES = 4000
LEVEL = 0.95
FEWEST_GROUPS = 10  # for an interval over groups
FEWEST_SEEDS = 5  # for an interval or a test over seeds alone
EXACT = 300  # pairs that differ: with more, the normal approximation is as good, and does not take seconds


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two models, first minus second.

    Parameters
    ----------
    mean : float
        Mean over the pairs of runs.
    interval : (float, float) or None
        95 % interval; None for too few groups and seeds.
    p : float or None
        Two-sided p-value of the signed-rank test; None for too few pairs.
    effect : float or None
        Rank-biserial correlation of the pairs, -1..1: see `signed_rank`.
    seeds, groups : int
        Numbers of pairs of runs, and of groups in them; 0 groups where only runs are paired.
    """

    mean: float
    interval: tuple[float, float] | None
    p: float | None
    effect: float | None
    seeds: int
    groups: int


def over_groups(
    differences: Float[np.ndarray, "seed group"], items: Float[np.ndarray, "seed group"], *, seed: int = 0
) -> Difference:
    """Compare two models by the groups (tunes) that both were measured on, in several pairs of runs.

    The interval resamples runs and groups, each with replacement and independently of each other; a group that is
    drawn counts in all runs in which it is. The test is of the mean difference of each group.

    Parameters
    ----------
    differences : float array (seed, group)
        Difference of the means over the items of a group.
    items : float array (seed, group)
        Number of these items; 0 where a group is not among the test items of a run.
    seed : int
        Seed of the resamples.

    Source
    ------
    A. B. Owen, "The pigeonhole bootstrap", Annals of Applied Statistics 1 (2007): it does not understate the variance
    where two crossed factors are random.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> difference = over_groups(0.01 + 0.01 * rng.normal(size=(3, 40)), np.full((3, 40), 20.0))
    >>> low, high = difference.interval
    >>> low < 0.01 < high, difference.p < 0.001, difference.effect > 0.8
    (True, True, True)
    """
    seeds, groups = differences.shape
    weighted = np.where(items > 0, differences, 0) * items
    mean = float((weighted.sum(axis=1) / items.sum(axis=1)).mean())
    interval = None
    if groups >= FEWEST_GROUPS:
        rng = np.random.default_rng(seed)
        of_groups = rng.multinomial(groups, np.full(groups, 1 / groups), size=RESAMPLES)
        of_seeds = rng.multinomial(seeds, np.full(seeds, 1 / seeds), size=RESAMPLES)
        counts = of_groups @ items.T
        of_seeds = np.where(counts > 0, of_seeds, 0)  # none of its groups may be drawn
        means = of_groups @ weighted.T / np.maximum(counts, 1)
        drawn = of_seeds.sum(axis=1) > 0
        interval = _ends((of_seeds * means).sum(axis=1)[drawn] / of_seeds.sum(axis=1)[drawn])
    of_group = np.where(items > 0, differences, 0).sum(axis=0) / np.maximum((items > 0).sum(axis=0), 1)
    p, effect = signed_rank(of_group) if groups >= FEWEST_GROUPS else (None, None)
    return Difference(mean, interval, p, effect, seeds, groups)


def over_seeds(differences: Float[np.ndarray, " seed"], *, seed: int = 0) -> Difference:
    """Compare two models by a figure of each of several pairs of runs.

    Parameters
    ----------
    differences : float array (seed,)
        Difference of the figures of each pair.
    seed : int
        Seed of the resamples.

    Examples
    --------
    >>> over_seeds(np.array([0.1, 0.2, 0.1, 0.3, 0.2])).p
    0.0625
    >>> over_seeds(np.array([0.1, 0.2, 0.1])).interval is None
    True
    """
    count, mean = len(differences), float(differences.mean())
    if count < FEWEST_SEEDS:
        return Difference(mean, None, None, None, count, 0)
    drawn = np.random.default_rng(seed).integers(0, count, (RESAMPLES, count))
    return Difference(mean, _ends(differences[drawn].mean(axis=1)), *signed_rank(differences), count, 0)


def signed_rank(differences: Float[np.ndarray, " pair"]) -> tuple[float, float]:
    """Return the p-value of Wilcoxon's signed-rank test, two-sided, and the rank-biserial correlation of the pairs.

    Pairs without a difference are ranked, and then left out (Pratt). The p-value is exact, with ties as well: the share
    of all choices of signs for the other pairs whose rank sum is as extreme; for more than 300 of them, it is that of
    the normal approximation. The correlation is the sum of the ranks of
    positive differences less that of negative ones, as a share of both: 1 where the first model is never behind.

    Source
    ------
    F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1 (1945); J. W. Pratt, "Remarks on
    zeros and ties in the Wilcoxon signed rank procedures", JASA 54 (1959); D. S. Kerby, "The simple difference
    formula", Comprehensive Psychology 3 (2014).

    Examples
    --------
    >>> signed_rank(np.array([1.0, 2.0, 3.0, 4.0, -0.5]))[1]
    0.8666666666666667
    >>> signed_rank(np.array([0.0, 0.0, 0.0, 1.0, 2.0]))[0]  # of the four choices of two signs, half are as extreme
    0.5
    >>> signed_rank(np.zeros(4))
    (1.0, 0.0)
    """
    stats = require("scipy.stats", extra="train", purpose="a report")
    differences = np.round(differences, 12)  # sums in another order are equal
    if not differences.any():
        return 1.0, 0.0
    ranks = stats.rankdata(np.abs(differences))
    positive, negative = float(ranks[differences > 0].sum()), float(ranks[differences < 0].sum())
    unequal = ranks[differences != 0]
    if len(unequal) > EXACT:
        p = float(stats.wilcoxon(differences, zero_method="pratt", method="asymptotic").pvalue)
    else:
        p = _as_extreme(np.rint(2 * unequal).astype(np.int64), round(2 * min(positive, negative)))
    return p, (positive - negative) / (positive + negative)


def _as_extreme(ranks: Int[np.ndarray, " pair"], smaller: int) -> float:
    """Return the two-sided share of choices of signs with a rank sum up to `smaller`; ranks are doubled: integers."""
    share = np.ones(1)  # of the choices whose sum of positive ranks is the place
    for rank in ranks:
        share = (np.pad(share, (0, rank)) + np.pad(share, (rank, 0))) / 2
    return min(1.0, 2 * float(share[: smaller + 1].sum()))


def holm(p: Sequence[float]) -> list[float]:
    """Return p-values adjusted for their number.

    Source
    ------
    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979).

    Examples
    --------
    >>> [round(value, 3) for value in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    adjusted, most = [0.0] * len(p), 0.0
    for rank, place in enumerate(np.argsort(p, kind="stable")):
        most = max(most, min(1.0, (len(p) - rank) * p[place]))
        adjusted[place] = most
    return adjusted


def _ends(values: Float[np.ndarray, " resample"]) -> tuple[float, float]:
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)

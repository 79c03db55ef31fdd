"""The whole tune for several attributes at once: a price for each, so that all means come to their targets."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from armusic.editing.path import SPREAD
from armusic.editing.pool import Pool
from armusic.shapes import Float, Int

RESOLUTION = (0.1, 0.3, 0.45, 0.6)  # standard deviations that count as equal, for one attribute, two, three and more
EQUALS = 4  # of these, so many are judged as music
SOFTNESS = (1.0, 0.3, 0.1)  # of the choice, while prices are found: choices that cost so much more are e times rarer
STEPS = 12  # of Newton's method, at each softness
DAMPING = 1e-3
ROUNDS = 4  # in which each unit may take another candidate, from those of the prices on and from the input on
EXACT = 2000.0  # what a squared standard deviation of error of the tune's mean costs, for each of its measures

Answers = Int[np.ndarray, " unit"]


def short(pool: Pool) -> Pool:
    """Return the candidates of a pool that are worth judging."""
    return pool.shortlist(RESOLUTION[min(len(pool.names), len(RESOLUTION)) - 1], EQUALS)


def answers(pool: Pool, totals: Float[np.ndarray, " attribute"], costs: Float[np.ndarray, " candidate"]) -> Answers:
    """Return the candidates that change the sums of the attributes over the tune by `totals`, or nearly so.

    Parameters
    ----------
    pool : Pool
        The candidates: a short list.
    totals : float array (attribute,)
        Changes of the sums over all measures.
    costs : float array (candidate,)
        What each costs the music.

    Returns
    -------
    int array (unit,)
        A place in the pool for each unit.
    """
    search = pool.search
    columns = [search.names.index(name) for name in pool.names]
    occurrences = np.bincount(search.of[search.of >= 0], minlength=len(search.first))
    bounds = np.searchsorted(pool.candidates.of, np.arange(len(search.first) + 1))
    own = pool.inputs
    std = search.std[:, columns]
    change = (pool.candidates.values[:, columns] - pool.candidates.values[own[pool.candidates.of]][:, columns]) / std[
        pool.candidates.of
    ]
    cost = costs + SPREAD * (change**2).sum(axis=1)
    goal = totals / (std * occurrences[:, None]).sum(axis=0)  # standard deviations of the mean
    weight = std * occurrences[:, None] / (std * occurrences[:, None]).sum(axis=0)  # of a unit in the mean
    price = np.zeros(len(columns))
    for softness in SOFTNESS:
        for _ in range(STEPS):
            mean, slope = _expected(change, cost, price, softness, bounds, weight)
            step = np.linalg.solve(slope + DAMPING * np.eye(len(price)), goal - mean)
            price = price + step.clip(-2, 2)
    total = cost - change @ price
    priced = np.array([low + int(total[low:high].argmin()) for low, high in pairwise(bounds)])
    exact, results = EXACT * occurrences.sum(), []
    for places in (priced, own.copy()):
        mean = (weight * change[places]).sum(axis=0)
        for _ in range(ROUNDS):
            for unit, times in enumerate(occurrences.tolist()):
                here = np.arange(bounds[unit], bounds[unit + 1])
                new = mean + weight[unit] * (change[here] - change[places[unit]])
                best = int((cost[here] * times + exact * ((new - goal) ** 2).sum(axis=1)).argmin())
                mean, places[unit] = new[best], here[best]
        results.append((float(cost[places] @ occurrences + exact * ((mean - goal) ** 2).sum()), places))
    return min(results, key=lambda result: result[0])[1]


def _expected(
    change: Float[np.ndarray, "candidate attribute"],
    cost: Float[np.ndarray, " candidate"],
    price: Float[np.ndarray, " attribute"],
    softness: float,
    bounds: Int[np.ndarray, " bound"],
    weight: Float[np.ndarray, "unit attribute"],
) -> tuple[Float[np.ndarray, " attribute"], Float[np.ndarray, "attribute attribute"]]:
    """Return the mean change where each unit chooses softly at these prices, and its slope by the prices."""
    score = (change @ price - cost) / softness
    of = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    score = np.exp(score - np.maximum.reduceat(score, bounds[:-1])[of])
    share = (score / np.add.reduceat(score, bounds[:-1])[of])[:, None]
    mean = np.add.reduceat(share * change, bounds[:-1])
    centred = change - mean[of]
    spread = np.add.reduceat(share[:, :, None] * centred[:, :, None] * centred[:, None], bounds[:-1])
    return (weight * mean).sum(axis=0), np.einsum("ua,uab->ab", weight, spread) / softness

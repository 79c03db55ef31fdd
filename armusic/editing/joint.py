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
STEPS = 8  # of Newton's method, at each softness
LONGEST, SHORTER = 4.0, 4  # the longest step, and how many lengths are tried
NEAR = 1e-3  # standard deviations of the tune's mean: near enough for prices
DAMPING = 1e-3
ROUNDS = 4  # in which each unit may take another candidate, from those of the prices on and from the input on
EXACT = 2000.0  # what a squared standard deviation of error of the tune's mean costs, for each of its measures

Answers = Int[np.ndarray, " unit"]


def short(pool: Pool) -> Pool:
    """Return the candidates of a pool that are worth judging; they are judged there, once for all."""
    places = pool.best(RESOLUTION[min(len(pool.names), len(RESOLUTION)) - 1], EQUALS)
    pool.costs(places)
    return pool.take(places)


def answers(pool: Pool, totals: Float[np.ndarray, " attribute"], costs: Float[np.ndarray, " candidate"]) -> Answers:
    """Return the candidates that change the sums of the attributes over the tune by `totals`, or nearly so.

    Parameters
    ----------
    pool : Pool
        The candidates: a short list.
    totals : float array (attribute,)
        Changes of the sums over all measures.
    costs : float array (candidate,)
        Cost of each to the music.

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
    price = _price(change, cost, goal, weight, bounds)
    total, ends = cost - change @ price, bounds.tolist()
    priced = np.array([low + int(total[low:high].argmin()) for low, high in pairwise(ends)])
    exact, results = EXACT * occurrences.sum(), []
    cost, moves = cost * occurrences[pool.candidates.of], weight[pool.candidates.of] * change
    alone = cost + exact * (moves**2).sum(axis=1)  # what each costs where all else is at the goal
    for places in (priced, own.copy()):
        beyond = moves[places].sum(axis=0) - goal
        for _ in range(ROUNDS):
            before = places.copy()
            for unit, (low, high) in enumerate(pairwise(ends)):
                rest = beyond - moves[places[unit]]
                places[unit] = low + int((alone[low:high] + moves[low:high] @ (2 * exact * rest)).argmin())
                beyond = rest + moves[places[unit]]
            if (places == before).all():
                break
        results.append((float(cost[places].sum() + exact * (beyond**2).sum()), places))
    return min(results, key=lambda result: result[0])[1]


def _price(
    change: Float[np.ndarray, "candidate attribute"],
    cost: Float[np.ndarray, " candidate"],
    goal: Float[np.ndarray, " attribute"],
    weight: Float[np.ndarray, "unit attribute"],
    bounds: Int[np.ndarray, " bound"],
) -> Float[np.ndarray, " attribute"]:
    """Return the prices at which the mean change is the goal, or near it, where each unit chooses softly, then less so.

    Newton's method; a step that leads further away is shortened.
    """
    of, low = np.repeat(np.arange(len(weight)), np.diff(bounds)), bounds[:-1]
    change, weight = np.ascontiguousarray(change.T), np.ascontiguousarray(weight[of].T)  # a row for each attribute

    def choose(price: Float[np.ndarray, " attribute"]) -> tuple[np.ndarray, np.ndarray]:
        """Return the share of each candidate at a price, and what the mean change lacks."""
        score = (price @ change - cost) / softness
        score = np.exp(score - np.maximum.reduceat(score, low)[of])
        share = score / np.add.reduceat(score, low)[of]
        return share, goal - (weight * share * change).sum(axis=1)

    price = np.zeros(len(goal))
    for softness in SOFTNESS:
        share, error = choose(price)
        for _ in range(STEPS):
            if abs(error).max() < NEAR:
                break
            centred = change - np.add.reduceat(share * change, low, axis=1)[:, of]
            slope = (weight * share * centred) @ centred.T / softness
            step = np.linalg.solve(slope + DAMPING * np.eye(len(goal)), error)
            step *= min(1, LONGEST / abs(step).max())
            for _ in range(SHORTER):
                new_share, new_error = choose(price + step)
                if new_error @ new_error < error @ error:
                    break
                step /= 4
            else:
                break
            price, share, error = price + step, new_share, new_error
    return price

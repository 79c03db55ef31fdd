"""Exchanges: two measures change together, so that the tune keeps its mean and loses less as music.

A path changes one measure after the other, and knows no bar lines. From its answer on, the exchange that saves the most
is made, until none saves anything: one measure goes down as far as another goes up, or one takes a candidate of the
same value, wherever that costs less, bar lines included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.editing import barlines
from armusic.editing.barlines import BarLines
from armusic.editing.pool import Pool
from armusic.shapes import Bool, Float, Int

MOST = 64  # exchanges
BINS = 1000  # changes that are told apart on each side of the present value
_SAVES = 1e-9  # what rounding may seem to save

Answers = Int[np.ndarray, " unit"]
PerCandidate = Float[np.ndarray, " candidate"]


@dataclass(frozen=True, slots=True)
class _Tune:
    """What the choice of candidates for a tune costs.

    Parameters
    ----------
    of : int array (candidate,)
        The unit of each candidate.
    costs, gains : float array (candidate,)
        What each costs in all the measures that are its unit, and what it adds to the tune's sum.
    first, last : int array (candidate,)
        Its first and its last pitch.
    lines : BarLines
        The bar lines.
    item, line : int array (pair,)
        All candidates with each bar line that their unit stands beside.
    """

    of: Int[np.ndarray, " candidate"]
    costs: PerCandidate
    gains: PerCandidate
    first: Int[np.ndarray, " candidate"]
    last: Int[np.ndarray, " candidate"]
    lines: BarLines
    item: Int[np.ndarray, " pair"]
    line: Int[np.ndarray, " pair"]

    def total(self, places: Answers) -> float:
        """Return what the tune costs with a candidate for each unit."""
        low, high = self._pitches(places)
        return float(self.costs[places].sum() + barlines.cost(high - low, self.lines.own).sum())

    def savings(self, places: Answers) -> PerCandidate:
        """Return what each candidate saves in the place of the present one, the other units as they are."""
        low, high = self._pitches(places)
        unit, lines = self.of[self.item], self.lines
        low = np.where(lines.before[self.line] == unit, self.last[self.item], low[self.line])
        high = np.where(lines.after[self.line] == unit, self.first[self.item], high[self.line])
        costs = self.costs + np.bincount(
            self.item, barlines.cost(high - low, lines.own[self.line]), minlength=len(self.of)
        )
        return costs[places][self.of] - costs

    def _pitches(self, places: Answers) -> tuple[Int[np.ndarray, " line"], Int[np.ndarray, " line"]]:
        """Return the pitches before and after each bar line."""
        lines = self.lines
        low = np.where(lines.before >= 0, self.last[places[lines.before]], lines.last[lines.row])
        high = np.where(lines.after >= 0, self.first[places[lines.after]], lines.first[lines.row + 1])
        return low, high


def exchange(pool: Pool, column: int, costs: PerCandidate, places: Answers, close: float) -> Answers:
    """Return candidates that change the sum as much, to within `close`, and cost less or the same.

    Parameters
    ----------
    pool : Pool
        The candidates.
    column : int
        The place of the attribute among those of the search.
    costs : float64 array (candidate,)
        What each costs the music in one measure.
    places : int array (unit,)
        The candidate of each unit.
    close : float
        By how much the sum of the attribute over the tune may be off.
    """
    tune = _tune(pool, column, costs)
    total, drift, useless = tune.total(places), 0.0, np.zeros((len(places), len(places)), dtype=bool)
    for _ in range(MOST):
        pair = _most_saving(tune, places, close / 2, useless)
        if pair is None:
            break
        new = places.copy()
        new[tune.of[pair]] = pair
        moved = drift + float((tune.gains[new] - tune.gains[places]).sum())
        if tune.total(new) < total - _SAVES and abs(moved) <= max(close, abs(drift)):
            places, total, drift = new, tune.total(new), moved
            useless[:] = False
        else:  # the two are neighbours, or it was rounding
            useless[tune.of[pair], tune.of[pair][::-1]] = True
    return places


def _tune(pool: Pool, column: int, costs: PerCandidate) -> _Tune:
    search, every, lines = pool.search, pool.candidates, barlines.bar_lines(pool)
    occurrences = np.bincount(search.of[search.of >= 0], minlength=len(search.first))[every.of]
    beside = np.arange(len(search.first))[:, None]
    item, line = np.nonzero(((lines.before == beside) | (lines.after == beside))[every.of])
    gains = every.values[:, column] * occurrences
    return _Tune(every.of, costs * occurrences, gains, *barlines.ends(every.tokens), lines, item, line)


def _most_saving(
    tune: _Tune, places: Answers, width: float, useless: Bool[np.ndarray, "unit unit"]
) -> Int[np.ndarray, " 2"] | None:
    """Return the two candidates that save most and leave the sum as it is, to within a width; None if none do.

    Where one alone saves most, both are that one.
    """
    gains = tune.gains - tune.gains[places][tune.of]
    half = min(int(abs(gains).max() / width) + 1, BINS)
    bins = np.rint(gains / width).clip(-half, half).astype(np.int64) + half
    savings = tune.savings(places)
    table = np.full((len(places), 2 * half + 1), -np.inf)
    np.maximum.at(table, (tune.of, bins), savings)
    both = table[:, None] + table[None, :, ::-1]
    alone = np.arange(len(places))
    both[alone, alone] = -np.inf
    both[alone, alone, half] = table[:, half]
    both[useless] = -np.inf
    first, second, change = np.unravel_index(both.argmax(), both.shape)
    if both[first, second, change] <= _SAVES:
        return None
    pair = []
    for unit, moved in ((first, change), (second, 2 * half - change)):
        rows = np.flatnonzero((tune.of == unit) & (bins == moved))
        pair.append(rows[savings[rows].argmax()])
    return np.array(pair)

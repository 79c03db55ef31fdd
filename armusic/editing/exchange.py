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
class Exchanges:
    """What the choice of candidates for a tune costs: see `exchanges`.

    Parameters
    ----------
    of : int array (candidate,)
        The unit of each candidate.
    costs, gains : float array (candidate,)
        Cost of each in all the measures that are its unit, and the amount it adds to the tune's sum.
    first, last : int array (candidate,)
        First and last pitch of each.
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

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        arrays = (self.of, self.costs, self.gains, self.first, self.last, self.item, self.line)
        return sum(each.nbytes for each in arrays)

    def total(self, places: Answers) -> float:
        """Return what the tune costs with a candidate for each unit."""
        low, high = self._pitches(places)
        return float(self.costs[places].sum() + barlines.cost(high - low, self.lines.own).sum())

    def over(self, places: Answers, pairs: Int[np.ndarray, " some"]) -> Float[np.ndarray, " some"]:
        """Return what the bar line of some pairs costs with the pair's candidate, the other units as they are."""
        (low, high), lines = self._pitches(places), self.lines
        item, line = self.item[pairs], self.line[pairs]
        unit = self.of[item]
        low = np.where(lines.before[line] == unit, self.last[item], low[line])
        high = np.where(lines.after[line] == unit, self.first[item], high[line])
        return barlines.cost(high - low, lines.own[line])

    def beside(self, units: Int[np.ndarray, " changed"]) -> Int[np.ndarray, " some"]:
        """Return the pairs whose bar line stands beside one of these units."""
        lines = self.lines
        return np.flatnonzero((np.isin(lines.before, units) | np.isin(lines.after, units))[self.line])

    def savings(self, places: Answers, over: Float[np.ndarray, " pair"]) -> PerCandidate:
        """Return what each candidate saves in the place of the present one; `over` is that of all pairs."""
        costs = self.costs + np.bincount(self.item, over, minlength=len(self.of))
        return costs[places][self.of] - costs

    def _pitches(self, places: Answers) -> tuple[Int[np.ndarray, " line"], Int[np.ndarray, " line"]]:
        """Return the pitches before and after each bar line."""
        lines = self.lines
        low = np.where(lines.before >= 0, self.last[places[lines.before]], lines.last[lines.row])
        high = np.where(lines.after >= 0, self.first[places[lines.after]], lines.first[lines.row + 1])
        return low, high


def exchange(tune: Exchanges, places: Answers, close: float) -> Answers:
    """Return candidates that change the sum as much, to within `close`, and cost less or the same.

    Parameters
    ----------
    tune : Exchanges
        Costs of the candidates.
    places : int array (unit,)
        The candidate of each unit.
    close : float
        Tolerance of the sum of the attribute over the tune.
    """
    total, drift, useless = tune.total(places), 0.0, np.zeros((len(places), len(places)), dtype=bool)
    over = tune.over(places, np.arange(len(tune.item)))
    for _ in range(MOST):
        pair = _most_saving(tune, places, tune.savings(places, over), close / 2, useless)
        if pair is None:
            break
        new = places.copy()
        new[tune.of[pair]] = pair
        moved = drift + float((tune.gains[new] - tune.gains[places]).sum())
        if tune.total(new) < total - _SAVES and abs(moved) <= max(close, abs(drift)):
            places, total, drift = new, tune.total(new), moved
            pairs = tune.beside(tune.of[pair])
            over[pairs] = tune.over(places, pairs)
            useless[:] = False
        else:  # the two are neighbours, or it was rounding
            useless[tune.of[pair], tune.of[pair][::-1]] = True
    return places


def exchanges(pool: Pool, column: int, costs: PerCandidate) -> Exchanges:
    """Return what candidates of a pool cost in a tune.

    Parameters
    ----------
    pool : Pool
        The candidates.
    column : int
        The place of the attribute among those of the search.
    costs : float64 array (candidate,)
        Cost of each to the music, in one measure.
    """
    search, every, lines = pool.search, pool.candidates, barlines.bar_lines(pool)
    occurrences = np.bincount(search.of[search.of >= 0], minlength=len(search.first))[every.of]
    beside = np.arange(len(search.first))[:, None]
    item, line = np.nonzero(((lines.before == beside) | (lines.after == beside))[every.of])
    gains = every.values[:, column] * occurrences
    item, line, tokens = item.astype(np.int32), line.astype(np.int32), every.tokens.astype(np.int16)
    return Exchanges(every.of, costs * occurrences, gains, *barlines.ends(tokens), lines, item, line)


def _most_saving(
    tune: Exchanges, places: Answers, savings: PerCandidate, width: float, useless: Bool[np.ndarray, "unit unit"]
) -> Int[np.ndarray, " 2"] | None:
    """Return the two candidates that save most and leave the sum as it is, to within a width; None if none do.

    Where one alone saves most, both are that one.
    """
    gains = tune.gains - tune.gains[places][tune.of]
    half = min(int(abs(gains).max() / width) + 1, BINS)
    bins = np.rint(gains / width).clip(-half, half).astype(np.int64) + half
    table = np.full((len(places), 2 * half + 1), -np.inf)
    np.maximum.at(table.ravel(), tune.of * table.shape[1] + bins, savings)  # several times as quick as with two indices
    best = best_pair(table, useless)
    if best is None:
        return None
    first, second, change = best
    pair = []
    for unit, moved in ((first, change), (second, 2 * half - change)):
        rows = np.flatnonzero((tune.of == unit) & (bins == moved))
        pair.append(rows[savings[rows].argmax()])
    return np.array(pair)


def best_pair(
    table: Float[np.ndarray, "unit bin"], useless: Bool[np.ndarray, "unit unit"]
) -> tuple[int, int, int] | None:
    """Return the two units that save most where one goes up as far as the other goes down, and the bin of the first.

    Bins are looked at from the one in which the two best units would save most, until none can save more. Of pairs
    that save the same it is the first.

    Parameters
    ----------
    table : float array (unit, bin)
        Largest saving of each unit, by how far it goes up; the middle bin is none.
    useless : bool array (unit, unit)
        Pairs that are left out.
    """
    alone, half = np.arange(len(table)), table.shape[1] // 2
    top = table.argmax(axis=0)
    bins = np.arange(table.shape[1])
    most, rest = table[top, bins], table.copy()
    rest[top, bins] = -np.inf
    second = rest.max(axis=0)
    limit = np.where(top == top[::-1], np.maximum(most + second[::-1], second + most[::-1]), most + most[::-1])
    limit[half] = max(limit[half], most[half])
    best, saved = (0, 0, 0), _SAVES
    for change in np.argsort(-limit, kind="stable").tolist():
        if limit[change] < saved or limit[change] <= _SAVES:
            break
        both = table[:, change, None] + table[:, -1 - change]
        both[alone, alone] = table[:, half] if change == half else -np.inf
        both[useless] = -np.inf
        pair = np.unravel_index(both.argmax(), both.shape)
        place = int(pair[0]), int(pair[1]), change
        if both[pair] > saved or (both[pair] == saved > _SAVES and place < best):
            best, saved = place, float(both[pair])
    return best if saved > _SAVES else None

"""The whole tune: one path along which its mean rises and falls, each measure changing where it costs the music least.

All measures have one price: the change of the tune's attribute that a unit of cost buys. As the price
rises, a measure goes from candidate to candidate along the lower convex hull of cost over value, so its
value never falls; the path is all these changes in the order of their prices. Where a target lies
between two of them, candidates between the two fill the rest. Exchanges between measures then make the best of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from armusic.editing.exchange import Exchanges, exchange, exchanges
from armusic.editing.pool import Pool
from armusic.shapes import Float, Int

SPREAD = 0.24  # what a squared standard deviation of change costs: several small changes come before a large one
NEXT = 12  # changes of the path that may fill a rest
CLOSE = 0.01  # standard deviations of the tune's mean: near enough
_STEP = 200  # bytes of a change

Answers = Int[np.ndarray, " unit"]


@dataclass(frozen=True, slots=True)
class Change:
    """A step of the path: a unit goes from one candidate to another.

    Parameters
    ----------
    unit : int
        The unit.
    before, after : int
        Places of the candidates in the pool.
    gain : float
        Change of the sum of the attribute over the tune, in all measures that are this unit.
    price : float
        Cost of each unit of gain.
    """

    unit: int
    before: int
    after: int
    gain: float
    price: float


@dataclass(frozen=True, slots=True)
class Path:
    """The paths of a tune up and down, for one attribute of a pool.

    Parameters
    ----------
    pool : Pool
        The candidates: a short list.
    column : int
        The place of the attribute among those of the search.
    costs : float64 array (candidate,)
        Cost of each to the music.
    input : int array (unit,)
        The places of the units as they are.
    occurrences : int array (unit,)
        Number of measures that are this unit.
    up, down : tuple of Change
        The changes that make the sum larger and smaller, the cheapest first.
    """

    pool: Pool
    column: int
    costs: Float[np.ndarray, " candidate"]
    input: Answers
    occurrences: Int[np.ndarray, " unit"]
    up: tuple[Change, ...]
    down: tuple[Change, ...]
    _exchanges: list[Exchanges] = field(default_factory=list, compare=False, repr=False)  # none until they are needed

    @property
    def nbytes(self) -> int:
        """Memory that it takes, without its candidates."""
        steps = _STEP * (len(self.up) + len(self.down))
        return self.costs.nbytes + steps + sum(each.nbytes for each in self._exchanges)

    @property
    def reach(self) -> tuple[float, float]:
        """How far down and up the sum of the attribute over the tune can go."""
        return sum(change.gain for change in self.down), sum(change.gain for change in self.up)

    def answers(self, total: float) -> Answers:
        """Return the candidates that change the sum of the attribute over the tune by `total`, or as far as it goes."""
        changes = self.up if total > 0 else self.down
        places, rest, number = self.input.copy(), abs(total), 0
        close = CLOSE * len(self.occurrences) * self._std.mean()
        while number < len(changes) and abs(changes[number].gain) <= rest + close / 2:
            change = changes[number]
            places[change.unit] = change.after
            rest -= abs(change.gain)
            number += 1
        if rest > close and number < len(changes):
            self._fill(places, changes[number : number + NEXT], rest, close)
        if not self._exchanges:
            self._exchanges.append(exchanges(self.pool, self.column, self._worth))
        return exchange(self._exchanges[0], places, close)

    def total(self, step: float) -> float:
        """Return by how much the sum changes where each measure changes by `step` standard deviations."""
        return step * float(self._std @ self.occurrences)

    @property
    def _worth(self) -> Float[np.ndarray, " candidate"]:
        """What each candidate costs, the size of its change included."""
        values, of = self.pool.candidates.values[:, self.column], self.pool.candidates.of
        return self.costs + SPREAD * ((values - values[self.input[of]]) / self._std[of]) ** 2

    @property
    def _std(self) -> Float[np.ndarray, " unit"]:
        return self.pool.search.std[:, self.column]

    def _fill(self, places: Answers, ahead: tuple[Change, ...], rest: float, close: float) -> None:
        """Change one unit or two so that the sum comes near to the rest: the cheapest of what is near enough.

        Where no change is nearer than none, nothing is changed.
        """
        options = [self._between(place, change) for place, change in _first(places, ahead)]
        single = np.concatenate([gain for gain, _, _ in options])
        costs = np.concatenate([cost for _, cost, _ in options])
        where = np.concatenate([place for _, _, place in options])
        of = np.repeat(np.arange(len(options)), [len(gain) for gain, _, _ in options])
        error, total = abs(single[:, None] + single - rest), costs[:, None] + costs
        error[of[:, None] == of] = np.inf
        alone = np.arange(len(single))
        error[alone, alone], total[alone, alone] = abs(single - rest), costs
        if error.min() >= rest:
            return
        limit = max(close, float(error.min()))
        first, second = np.unravel_index(np.where(error <= limit, total, np.inf).argmin(), error.shape)
        for index in {int(first), int(second)}:
            places[self.pool.candidates.of[where[index]]] = where[index]

    def _between(
        self, place: int, change: Change
    ) -> tuple[Float[np.ndarray, " place"], Float[np.ndarray, " place"], Int[np.ndarray, " place"]]:
        """Return the candidates of a unit up to its next change: gain, cost beyond the present one, and place."""
        low, high = np.searchsorted(self.pool.candidates.of, [change.unit, change.unit + 1])
        gain, cost = _points(self.pool, self.column, self.costs, self.input, self.occurrences, change.unit)
        gain, cost = gain - gain[place - low], cost - cost[place - low]
        inside = (np.sign(change.gain) * gain > 0) & (abs(gain) <= abs(change.gain) + 1e-9)
        inside[change.after - low] = True
        return abs(gain[inside]), cost[inside], np.arange(low, high)[inside]


def path(pool: Pool, attribute: int = 0, costs: Float[np.ndarray, " candidate"] | None = None) -> Path:
    """Return the path of a tune for one attribute of a pool, which is a short list; with other costs, another path."""
    column = pool.search.names.index(pool.names[attribute])
    search = pool.search
    costs = pool.costs(np.arange(len(pool.distance))) if costs is None else costs
    units = np.arange(len(search.first))
    occurrences = np.bincount(search.of[search.of >= 0], minlength=len(units))
    bounds = np.searchsorted(pool.candidates.of, np.arange(len(units) + 1))
    places = pool.inputs
    changes: dict[int, list[Change]] = {1: [], -1: []}
    for unit in units.tolist():
        gain, cost = _points(pool, column, costs, places, occurrences, unit)
        for sign, listed in changes.items():
            listed += _hull(unit, int(bounds[unit]), int(places[unit]), sign * gain, cost, sign)
    up, down = (tuple(sorted(changes[sign], key=lambda change: change.price)) for sign in (1, -1))
    return Path(pool, column, costs, places, occurrences, up, down)


def _first(places: Answers, ahead: tuple[Change, ...]) -> list[tuple[int, Change]]:
    """Return the next change of each unit, with the place that it has now."""
    seen: dict[int, tuple[int, Change]] = {}
    for change in ahead:
        seen.setdefault(change.unit, (int(places[change.unit]), change))
    return list(seen.values())


def _points(
    pool: Pool,
    column: int,
    costs: Float[np.ndarray, " candidate"],
    places: Answers,
    occurrences: Int[np.ndarray, " unit"],
    unit: int,
) -> tuple[Float[np.ndarray, " place"], Float[np.ndarray, " place"]]:
    """Return what each candidate of a unit changes in the sum of the attribute over the tune, and what it costs."""
    search = pool.search
    low, high = np.searchsorted(pool.candidates.of, [unit, unit + 1])
    change = pool.candidates.values[low:high, column] - pool.candidates.values[places[unit], column]
    cost = costs[low:high] + SPREAD * (change / search.std[unit, column]) ** 2
    return change * occurrences[unit], cost * occurrences[unit]


def _hull(
    unit: int, low: int, start: int, gain: Float[np.ndarray, " place"], cost: Float[np.ndarray, " place"], sign: int
) -> list[Change]:
    """Return the changes along the lower convex hull of cost over gain, from the input on."""
    rows = np.flatnonzero(gain > 0)
    rows = rows[np.lexsort([cost[rows], gain[rows]])]
    hull = [start - low]
    for row in rows.tolist():
        while len(hull) > 1 and _slope(gain, cost, hull[-2], hull[-1]) >= _slope(gain, cost, hull[-2], row):
            hull.pop()
        if gain[row] > gain[hull[-1]]:
            hull.append(row)
    return [
        Change(unit, low + before, low + after, sign * (gain[after] - gain[before]), _slope(gain, cost, before, after))
        for before, after in pairwise(hull)
    ]


def _slope(gain: Float[np.ndarray, " place"], cost: Float[np.ndarray, " place"], first: int, second: int) -> float:
    width = float(gain[second] - gain[first])
    return float(cost[second] - cost[first]) / width if width > 0 else np.inf

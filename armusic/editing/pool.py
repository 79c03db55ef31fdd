"""Reach a target: ask for a value of an attribute and get it, with the rest of the measure kept.

For each measure there is one pool of candidates, the input first among them: its code with
the attribute's dimension put on a grid and the others nudged, decoded in one batch under the
constraints of `decoding.choose`, and the attributes of what comes out measured exactly.
An attribute that is no dimension of the model, one's own say, is looked for along all of them.
A second round looks where values are missing; a third puts what was found together with the
input: some of the beats of the one, the line of the one in the rhythm of the other. A target
then is a look-up: the least error, and of equals the least distance to the input
(`armusic.music.similarity`). Candidates that differ by less than `RESOLUTION` are equals, so each value
has one answer, answers rise with the target, and the present value gives the input back. No
answer depends on the other measures of the tune.
All this holds for any attribute that looks at each measure on its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from armusic.editing import candidates
from armusic.editing.calibration import Calibration
from armusic.editing.candidates import Candidates, Search
from armusic.editing.decoding import Allowed, decode, encode
from armusic.editing.material import measured, prepare
from armusic.editing.result import Reached, Rows, reach_result, split
from armusic.editing.targets import Targets, TargetTable, canonical, check, dimensions
from armusic.music.attributes import short_name
from armusic.music.score import METRES, Tune
from armusic.music.similarity import distance, mixed
from armusic.training.checkpoint import Checkpoint

Places = Int[np.ndarray, " place"]

STEPS, SCATTER, ROUNDS = (0.5, 1.0, 1.5), 32, 2  # towards joint targets: shares of the way left, codes each, rounds
REACH = 2.5  # standard deviations: the longest step of a round
RESOLUTION = 0.15  # standard deviations of the attribute: candidates nearer to one another are equals


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates for the measures of a tune; `reach` looks targets up in it.

    Parameters
    ----------
    search : Search
        Where they come from.
    names : tuple of str
        The attributes that are asked for.
    found : Candidates
        All of them, each once, in the order of their measures.
    kept : int array (kept,)
        Places in `found` of those that answer: for each value the one nearest to the input.
    distance : float64 array (kept,)
        Of each of these from the input.
    """

    search: Search
    names: tuple[str, ...]
    found: Candidates
    kept: Int[np.ndarray, " kept"]
    distance: Float[np.ndarray, " kept"]

    def reach(self, targets: Targets | Mapping[str, Targets]) -> Reached:
        """Return the tune with its attributes at the targets, or as near as there is a candidate.

        Parameters
        ----------
        targets : float, sequence (measure,), or a mapping from the pool's attributes to these
            In the attributes' own units: one for all measures, or one for each.

        Raises
        ------
        UsageError
            For a target that is no number, a wrong number of targets, or other attributes than the pool's.
        """
        asked = check(targets, self.names, self.search.material.tune)
        tokens, notes = self.look_up(asked)
        return reach_result(self.search.checkpoint, self.search.material, self.names, asked, tokens, notes)

    def look_up(self, asked: TargetTable) -> tuple[Rows, list[str]]:
        """Return the tokens that answer finite targets (measure, attribute), and which of these are out of reach."""
        rows, at, low, high = self._best(asked)
        tokens = self.search.material.tokens.copy()
        tokens[rows] = self.found.tokens[at]
        notes = [
            f"measure {rows[row] + 1}: {short_name(self.names[column])} {asked[rows[row], column]:.3g} is out of reach"
            f" ({low[row, column]:.3g} to {high[row, column]:.3g}): {self._values(at)[row, column]:.3g} reached"
            for row, column in np.argwhere((asked[rows] < low - _SLACK) | (asked[rows] > high + _SLACK)).tolist()
        ]
        return tokens, notes

    def turned(self, step: float) -> tuple[TargetTable, TargetTable]:
        """Return the targets `step` standard deviations from the present values.

        Parameters
        ----------
        step : float
            In standard deviations of each attribute in the measure's metre: see `population.spread`.

        Returns
        -------
        (float64 array (measure, attribute), float64 array (measure, attribute))
            The targets, and those of them that can be reached: the same, but for targets beyond what there is a
            candidate for, and measures that are not varied, which keep their values.
        """
        search = self.search
        present = np.column_stack([measured(search.material.tune, search.material.tokens, name) for name in self.names])
        rows, _, low, high = self._best(present)
        wanted = present.copy()
        wanted[rows] += step * search.std[search.of[rows]][:, self._columns]
        within = present.copy()
        within[rows] = wanted[rows].clip(low, high)
        return wanted, within

    def towards(self, targets: Targets | Mapping[str, Targets], seed: int = 0) -> Pool:
        """Return the pool with more candidates, near the best that there are for these targets."""
        search, rng = self.search, np.random.default_rng(seed)
        asked = check(targets, self.names, search.material.tune)
        rows, at, _, _ = self._best(asked)
        if not len(rows):
            return self
        _, different = np.unique(np.column_stack([search.of[rows], asked[rows]]), axis=0, return_index=True)
        rows, at = rows[different], at[different]
        left = (asked[rows] - self._values(at)) / self._std(at)
        moves = rng.normal(scale=candidates.NEAR, size=(len(STEPS) * SCATTER, 1, self.found.z.shape[1]))
        towards = candidates.directions(search, self.found, self.names)[search.of[rows]]
        way = np.einsum("ra,ral->rl", left.clip(-REACH, REACH), towards)
        z = self.found.z[at] + moves + np.repeat(STEPS, SCATTER)[:, None, None] * way
        return pooled(search, self.names, [self.found, candidates.attempt(search, search.of[rows], z)])

    @property
    def _columns(self) -> list[int]:
        return [self.search.names.index(name) for name in self.names]

    def _values(self, at: Places) -> Float[np.ndarray, "place asked"]:
        return self.found.values[at][..., self._columns]

    def _std(self, at: Places) -> Float[np.ndarray, "place asked"]:
        return self.search.std[self.found.of[at]][..., self._columns]

    def _best(self, asked: TargetTable) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the measures to vary, the place of the answer for each, and the least and largest values there are."""
        rows = np.flatnonzero(self.search.of >= 0)
        if not len(rows):
            return rows, rows, asked[rows], asked[rows]
        unit = self.search.of[rows]
        bounds = np.searchsorted(self.found.of[self.kept], np.arange(len(self.search.first) + 1))
        counts = np.diff(bounds)[unit]
        starts = np.cumsum(counts) - counts
        each = np.arange(counts.sum()) + np.repeat(bounds[unit] - starts, counts)  # measure by measure
        every = self.kept[each]
        values = self._values(every)
        low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        wanted = np.repeat(asked[rows].clip(low, high), counts, axis=0)
        error = (((values - wanted) / self._std(every)) ** 2).sum(axis=1)
        equal = error == np.repeat(np.minimum.reduceat(error, starts), counts)
        apart = np.where(equal, self.distance[each], np.inf)
        best = np.flatnonzero(apart == np.repeat(np.minimum.reduceat(apart, starts), counts))
        return rows, every[best[np.searchsorted(best, starts)]], low, high


_SLACK = 1e-6  # what rounding, as on a screen, takes from a value


def build(
    checkpoint: Checkpoint,
    tune: Tune,
    names: str | Sequence[str],
    *,
    allowed: Allowed | None = None,
    measures: tuple[int, int] | None = None,
    seed: int = 0,
) -> Pool:
    """Return the candidates for one attribute of a tune, or for several at once.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    tune : Tune
        All its notes on the grid.
    names : str or sequence of str
        Of attributes: the model's own, any others that there are, or `FILE.py:FUNCTION`.
    allowed : bool array (measure, 128), optional
        The pitches that each measure may have, as `keys.allowed` gives them; any when not given.
    measures : (int, int), optional
        The first and the last measure to vary, from 1; all when not given.
    seed : int
        Of the moves; the same seed gives the same pool.

    Raises
    ------
    UsageError
        For an attribute that there is not or that is named twice, or measures past the end.
    DataError
        For one that does not work, that is the same for all that the model makes, or that changes by
        transposition where the model's pitches count from the median of the measure.
    OffGridError
        For a note between two ticks.
    """
    names = canonical([names] if isinstance(names, str) else names, checkpoint.config.attributes)
    return fill(candidates.start(checkpoint, prepare(checkpoint, tune, measures), allowed, names), names, seed)


def fill(search: Search, names: tuple[str, ...], seed: int = 0) -> Pool:
    """Return the candidates of a search for some of its attributes; those of a measure depend on no other one."""
    known, rng = search.checkpoint.config.attributes, np.random.default_rng(seed)
    found = [candidates.inputs(search)]
    if not len(search.first):
        return pooled(search, names, found)
    units = np.arange(len(search.first))
    dims = dimensions(names, known) if set(names) <= set(known) else list(range(len(known)))
    found += [candidates.attempt(search, units, candidates.around(search, dim, len(dims), rng)) for dim in dims]
    pool = pooled(search, names, found)
    if len(names) > 1:
        return pool
    direction = candidates.directions(search, pool.found, names)
    z = candidates.between(search, pool.found.take(pool.kept), names[0], direction, rng)
    pool = pooled(search, names, [pool.found, candidates.attempt(search, units, z)])
    return pooled(search, names, [pool.found, candidates.recombined(search, pool.found.take(pool.kept))])


def reach(
    checkpoint: Checkpoint,
    tune: Tune,
    targets: Mapping[str, Targets],
    *,
    allowed: Allowed | None = None,
    measures: tuple[int, int] | None = None,
    seed: int = 0,
) -> Reached:
    """Return a tune with one or several attributes at their targets; options as for `build`.

    Of several, the sum of the squared errors in standard deviations of the corpus is the least that was found.
    """
    names = canonical(list(targets), checkpoint.config.attributes)
    wanted = dict(zip(names, targets.values(), strict=True))
    check(wanted, names, tune)
    pool = build(checkpoint, tune, names, allowed=allowed, measures=measures, seed=seed)
    for number in range(ROUNDS if len(names) > 1 else 0):
        pool = pool.towards(wanted, seed + number)
    return pool.reach(wanted)


def open_loop(
    checkpoint: Checkpoint,
    tune: Tune,
    targets: Mapping[str, Targets],
    calibration: Calibration,
    *,
    allowed: Allowed | None = None,
    measures: tuple[int, int] | None = None,
) -> Reached:
    """Return a tune decoded once, with z where the calibration says that the targets are: fast, not exact."""
    names = canonical(list(targets), checkpoint.config.attributes)
    dims = dimensions(names, checkpoint.config.attributes)
    asked = check(dict(zip(names, targets.values(), strict=True)), names, tune)
    material = prepare(checkpoint, tune, measures)
    tokens = material.tokens.copy()
    for kind in np.unique(material.kind[material.varied]).tolist():
        rows = np.flatnonzero(material.varied & (material.kind == kind))
        z = encode(checkpoint, material.classes[rows], kind)
        for column, (dim, name) in enumerate(zip(dims, names, strict=True)):
            z[:, dim] = calibration.value_to_z(name, kind, asked[rows, column])
        made = decode(checkpoint, material, rows, z[None], allowed)[0, 0]
        tokens[rows, : made.shape[1]] = made
    return reach_result(checkpoint, material, names, asked, tokens, [])


def pooled(search: Search, names: tuple[str, ...], parts: Sequence[Candidates]) -> Pool:
    """Return all candidates as a pool.

    Of those with nearly the same values, the one nearest to the input answers; one that mixes
    duplets and triplets in a beat, where no other is there.
    """
    found, before = candidates.join(parts), candidates.inputs(search)
    columns, others = split(search.names, names)
    std, change = search.std[found.of], found.values - before.values[found.of]
    away = change[:, others]
    was = before.tokens[found.of]
    apart = distance(found.tokens, was, away, np.zeros_like(away), std[:, others])
    compound = np.array([metre.compound for metre in METRES])[search.kind[found.of]]
    awkward = mixed(found.tokens, was) & ~compound
    bins = np.floor(change[:, columns] / std[:, columns] / RESOLUTION + 0.5).astype(np.int64)
    order = np.lexsort([apart, awkward, *bins.T, found.of])
    groups = np.column_stack([found.of, bins])[order]
    new = np.append(True, (groups[1:] != groups[:-1]).any(axis=1))[: len(order)]
    kept = order[new]
    return Pool(search, names, found, kept, apart[kept])

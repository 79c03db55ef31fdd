"""Pools of candidates: a target is a look-up in one, and the rest of the measure is kept.

For each measure there is one pool of candidates, the input first among them: its code with
the attribute's dimension put on a grid and the others nudged (and edited for the values of the grid,
where the model has an editor), decoded in one batch under the
constraints of `decoding.choose`, and the attributes of what comes out measured exactly.
An attribute that is no dimension of the model, a custom one say, is looked for along all of them.
A second round looks where values are missing; a third combines candidates with the input: some of
the beats of the one, the line of the one in the rhythm of the other. A target then is a look-up:
the least error, and of equals the least distance to the input
(`armusic.music.similarity`). Candidates that differ by less than `RESOLUTION` are equals, so each value
has one answer, answers rise with the target, and the present value gives the input back. No
answer depends on the other measures of the tune.
All this holds for any attribute that looks at each measure on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from armusic.editing import candidates
from armusic.editing.calibration import percentiles
from armusic.editing.candidates import Candidates, Search
from armusic.editing.decoding import Allowed, has_editor, ignore
from armusic.editing.material import Material, Tokens
from armusic.editing.result import Reached, reach_result, split
from armusic.editing.targets import TargetTable, Value, canonical, dimensions, parse_all, resolve_all
from armusic.music import attributes
from armusic.music.attributes import short_name
from armusic.music.score import METRES
from armusic.music.similarity import distance, mixes_divisions
from armusic.training.checkpoint import Checkpoint

Places = Int[np.ndarray, " place"]

STEPS, SCATTER = (0.5, 1.0, 1.5), 32  # towards joint targets: shares of the way left, and codes at each
REACH = 2.5  # standard deviations: the longest step towards joint targets
RESOLUTION = 0.15  # standard deviations of the attribute: candidates nearer to one another are equals
_SLACK = 1e-6  # what rounding, as on a screen, takes from a value


@dataclass(frozen=True, slots=True)
class Pool:
    """Candidates for the measures of a tune; `reach` looks targets up in it.

    Parameters
    ----------
    search : Search
        The search that the candidates come from.
    names : tuple of str
        Names of the attributes that targets are for.
    candidates : Candidates
        All candidates, each once, in the order of their units.
    answers : int array (answer,)
        Places in `candidates` of those that answer: for each value the one nearest to the input.
    distance : float64 array (answer,)
        Distance of each answer from the input.
    """

    search: Search
    names: tuple[str, ...]
    candidates: Candidates
    answers: Int[np.ndarray, " answer"]
    distance: Float[np.ndarray, " answer"]

    @property
    def present(self) -> TargetTable:
        """The input's values, float64 (measure, attribute)."""
        material = self.search.material
        return attributes.measure_each(material.tokens, material.kind, self.names)

    def reach(self, targets: Value | Mapping[str, Value | str]) -> Reached:
        """Return the tune with its attributes at the targets, or as near as there is a candidate.

        Parameters
        ----------
        targets : float, sequence (measure,), or a mapping from the pool's attributes to these or to strings
            In the attributes' own units: one for all measures, or one for each. Strings are as for
            `armusic.editing.targets`; without a mapping, targets are for the first attribute.

        Raises
        ------
        UsageError
            For a target that is no number, a wrong number of targets, or other attributes than the pool's.
        """
        table = self.target_table(targets)
        tokens, notes = self.look_up(table)
        return reach_result(self.search.checkpoint, self.search.material, self.names, table, tokens, notes)

    def target_table(self, targets: Value | Mapping[str, Value | str]) -> TargetTable:
        """Return targets as `reach` takes them as a value for each measure and attribute."""
        by_name = targets if isinstance(targets, Mapping) else {self.names[0]: targets}
        percentile = percentiles(self.search.checkpoint, self.search.material.kind)
        return resolve_all(parse_all(by_name), self.names, self.present, percentile)

    def look_up(self, targets: TargetTable) -> tuple[Tokens, list[str]]:
        """Return the tokens that answer finite targets, and messages about targets that are out of reach."""
        rows, places, low, high = self._best(targets)
        tokens = self.search.material.tokens.copy()
        tokens[rows] = self.candidates.tokens[places]
        values = self._values(places)
        outside = (targets[rows] < low - _SLACK) | (targets[rows] > high + _SLACK)
        notes = [
            f"measure {rows[row] + 1}: {short_name(self.names[column])} {targets[rows[row], column]:.3g}"
            f" is out of reach ({low[row, column]:.3g} to {high[row, column]:.3g}): {values[row, column]:.3g} reached"
            for row, column in np.argwhere(outside).tolist()
        ]
        return tokens, notes

    def step_targets(self, step: float) -> tuple[TargetTable, TargetTable]:
        """Return the targets `step` standard deviations from the present values.

        Parameters
        ----------
        step : float
            In standard deviations of each attribute in the measure's metre: see `prior_samples.spread`.

        Returns
        -------
        (float64 array (measure, attribute), float64 array (measure, attribute))
            The targets, and the nearest to them that can be reached: the same, but for targets beyond what there
            is a candidate for, and measures that are not varied, which keep their values.
        """
        search, present = self.search, self.present
        rows, _, low, high = self._best(present)
        targets = present.copy()
        targets[rows] += step * search.std[search.of[rows]][:, self._columns]
        within = present.copy()
        within[rows] = targets[rows].clip(low, high)
        return targets, within

    def refine(self, targets: TargetTable, seed: int = 0) -> Pool:
        """Return the pool with more candidates, near the best that there are for these targets.

        A model with an editor takes half of them from the input's code, edited for all targets at once.
        """
        search, rng = self.search, np.random.default_rng(seed)
        rows, places, _, _ = self._best(targets)
        if not len(rows):
            return self
        _, different = np.unique(np.column_stack([search.of[rows], targets[rows]]), axis=0, return_index=True)
        rows, places = rows[different], places[different]
        error = (targets[rows] - self._values(places)) / self._std(places)
        moves = rng.normal(scale=candidates.NEAR, size=(len(STEPS) * SCATTER, 1, self.candidates.z.shape[1]))
        directions = candidates.directions(search, self.candidates, self.names)[search.of[rows]]
        way = np.einsum("ra,ral->rl", error.clip(-REACH, REACH), directions)
        z = self.candidates.z[places] + moves + np.repeat(STEPS, SCATTER)[:, None, None] * way
        if has_editor(search.checkpoint):
            z[::2] = candidates.edited(search, search.of[rows], self.names, targets[rows], moves[::2])
        return from_candidates(search, self.names, [self.candidates, candidates.attempt(search, search.of[rows], z)])

    @property
    def _columns(self) -> list[int]:
        return [self.search.names.index(name) for name in self.names]

    def _values(self, places: Places) -> Float[np.ndarray, "place attribute"]:
        return self.candidates.values[places][..., self._columns]

    def _std(self, places: Places) -> Float[np.ndarray, "place attribute"]:
        return self.search.std[self.candidates.of[places]][..., self._columns]

    def _best(self, targets: TargetTable) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the measures to vary, the place of the answer for each, and the least and largest values there are."""
        rows = np.flatnonzero(self.search.of >= 0)
        if not len(rows):
            return rows, rows, targets[rows], targets[rows]
        unit = self.search.of[rows]
        bounds = np.searchsorted(self.candidates.of[self.answers], np.arange(len(self.search.first) + 1))
        counts = np.diff(bounds)[unit]
        starts = np.cumsum(counts) - counts
        each = np.arange(counts.sum()) + np.repeat(bounds[unit] - starts, counts)  # measure by measure
        places = self.answers[each]
        values = self._values(places)
        low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        nearest = np.repeat(targets[rows].clip(low, high), counts, axis=0)
        error = (((values - nearest) / self._std(places)) ** 2).sum(axis=1)
        equal = error == np.repeat(np.minimum.reduceat(error, starts), counts)
        distances = np.where(equal, self.distance[each], np.inf)
        best = np.flatnonzero(distances == np.repeat(np.minimum.reduceat(distances, starts), counts))
        return rows, places[best[np.searchsorted(best, starts)]], low, high


def build(
    checkpoint: Checkpoint,
    material: Material,
    names: str | Sequence[str],
    *,
    allowed: Allowed | None = None,
    seed: int = 0,
) -> Pool:
    """Return the candidates for one attribute of a tune, or for several at once.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    material : Material
        The tune: see `armusic.editing.material.prepare`.
    names : str or sequence of str
        Names of attributes: the model's own, any others that there are, or `FILE.py:FUNCTION`.
    allowed : bool array (measure, 128), optional
        The pitches that each measure may have, as `keys.allowed` gives them; any when not given.
    seed : int
        Seed of the moves; the same seed gives the same pool.

    Raises
    ------
    UsageError
        For an attribute that does not exist or that is named twice.
    DataError
        For one that does not work, that is the same for all that the model makes, or that changes by
        transposition where the model's pitches count from the median of the measure.
    """
    names = canonical([names] if isinstance(names, str) else names, checkpoint.config.attributes)
    return fill(candidates.start(checkpoint, material, allowed, names), names, seed)


def fill(search: Search, names: tuple[str, ...], seed: int = 0, on_decode: Callable[[int], None] = ignore) -> Pool:
    """Return the candidates of a search for some of its attributes; those of a measure depend on no other one.

    Parameters
    ----------
    search : Search
        The search.
    names : tuple of str
        Names of some of its attributes.
    seed : int
        Seed of the moves.
    on_decode : callable
        Called before each batch with the number of its codes; an exception that it raises ends the work.
    """
    known, rng = search.checkpoint.config.attributes, np.random.default_rng(seed)
    parts = [candidates.inputs(search)]
    if not len(search.first):
        return from_candidates(search, names, parts)
    units = np.arange(len(search.first))
    dims = dimensions(names, known) if set(names) <= set(known) else list(range(len(known)))
    codes = [candidates.around(search, dim, len(dims), rng) for dim in dims]
    parts += [candidates.attempt(search, units, z, on_decode) for z in codes]
    pool = from_candidates(search, names, parts)
    if len(names) > 1:
        return pool
    direction = candidates.directions(search, pool.candidates, names)
    z = candidates.between(search, pool.candidates.take(pool.answers), names[0], direction, rng)
    pool = from_candidates(search, names, [pool.candidates, candidates.attempt(search, units, z, on_decode)])
    combined = candidates.recombine(search, pool.candidates.take(pool.answers))
    return from_candidates(search, names, [pool.candidates, combined])


def from_candidates(search: Search, names: tuple[str, ...], parts: Sequence[Candidates]) -> Pool:
    """Return all candidates as a pool.

    Of those with nearly the same values, the one nearest to the input answers; one that mixes
    duplets and triplets in a beat, only where there is no other.
    """
    every, before = candidates.join(parts), candidates.inputs(search)
    columns, others = split(search.names, names)
    std, change = search.std[every.of], every.values - before.values[every.of]
    change_of_others = change[:, others]
    original = before.tokens[every.of]
    distances = distance(every.tokens, original, change_of_others, np.zeros_like(change_of_others), std[:, others])
    compound = np.array([metre.compound for metre in METRES])[search.kind[every.of]]
    awkward = mixes_divisions(every.tokens, original) & ~compound
    bins = np.floor(change[:, columns] / std[:, columns] / RESOLUTION + 0.5).astype(np.int64)
    order = np.lexsort([distances, awkward, *bins.T, every.of])
    groups = np.column_stack([every.of, bins])[order]
    new = np.append(True, (groups[1:] != groups[:-1]).any(axis=1))[: len(order)]
    answers = order[new]
    return Pool(search, names, every, answers, distances[answers])

"""Pools of candidates: a target is a look-up in one, and the rest of the measure is kept.

For each measure there is one pool of candidates, the input first among them: its code with
the attribute's dimension put on a grid and the others nudged (and edited for the values of the grid,
where the model has an editor), decoded in one batch under the constraints of `decoding.choose`; and measures
that come from no code (`editing.written`). Their attributes are measured exactly.
An attribute that is no dimension of the model, a custom one say, is looked for along all of them. For several
attributes, the candidates for each of them are put together.
A second round looks where values are missing; a third combines candidates with the input: some of
the beats of the one, the line of the one in the rhythm of the other. What no musician writes is left out
(`editing.ear`). Of those with nearly the same value, the nearest to the input are kept
(`armusic.music.similarity`), and what they cost the music is found out: how surprising each is where it
stands, and how far from the input. A target measure by measure then is a look-up: the least cost and squared error, so
answers rise with the target, and the present value gives the input back. No answer depends on the other
measures' targets. All this holds for any attribute that looks at each measure on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from armusic.config.manner import DEFAULT, Manner
from armusic.editing import candidates, probes, ranking, tune_values
from armusic.editing import ear as ears
from armusic.editing.calibration import percentiles
from armusic.editing.candidates import Candidates, Search
from armusic.editing.decoding import Allowed, ignore
from armusic.editing.limits import further, of_measure
from armusic.editing.material import Material, Tokens
from armusic.editing.result import Reached, reach_result, split
from armusic.editing.targets import TargetTable, Value, canonical, dimensions, parse_all, resolve_all
from armusic.inference.checkpoint import Checkpoint
from armusic.music import similarity
from armusic.shapes import Bool, Float, Int
from armusic.taste.information import NAME

Places = Int[np.ndarray, " place"]
PerCandidate = Float[np.ndarray, " candidate"]

RESOLUTION = 0.1  # standard deviations of the attribute: candidates nearer to one another are equals
EQUALS, FEW = 6, 2  # of equals, so many are judged as music, for one attribute and several: the nearest, least awkward
NEAREST = 32  # for one target, so many are
EXACT = 1000.0  # what a squared standard deviation of error costs
CHANCE = 0.6  # by how much the logarithm of a cost is changed for another answer
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
        Candidates, each once, in the order of their units.
    distance : float64 array (candidate,)
        Distance of each from the input.
    """

    search: Search
    names: tuple[str, ...]
    candidates: Candidates
    distance: PerCandidate

    @property
    def nbytes(self) -> int:
        """Memory that the candidates take."""
        return self.candidates.nbytes + self.distance.nbytes

    @property
    def present(self) -> TargetTable:
        """The input's values, float64 (measure, attribute)."""
        material = self.search.material
        return tune_values.measure(material.tokens, material.kind, self.names)

    @property
    def inputs(self) -> Places:
        """The place of each unit as it is among the candidates."""
        every = self.candidates
        same = (every.tokens == self.search.ear.tokens[every.of]).all(axis=1)
        places = np.flatnonzero(same)
        return places[np.argsort(every.of[places], kind="stable")]

    def tokens(self, places: Places) -> Tokens:
        """Return the tune with a candidate in the place of each unit."""
        rows = np.flatnonzero(self.search.of >= 0)
        tokens = self.search.material.tokens.copy()
        tokens[rows] = self.candidates.tokens[places[self.search.of[rows]]]
        return tokens

    def reach(self, targets: Value | Mapping[str, Value | str]) -> Reached:
        """Return the tune with its attributes at the targets, or as near as there is a candidate.

        Parameters
        ----------
        targets : float, sequence (measure,), or a mapping from the pool's attributes to these or to strings
            Values in the attributes' own units: one for all measures, or one for each. Strings are as for
            `armusic.editing.targets`; without a mapping, targets are for the first attribute.

        Raises
        ------
        UsageError
            For a target that is not a number, a wrong number of targets, or other attributes than the pool's.
        """
        table = self.target_table(targets)
        tokens, notes = self.look_up(table)
        return reach_result(self.search.checkpoint, self.search.material, self.names, table, tokens, notes)

    def target_table(self, targets: Value | Mapping[str, Value | str]) -> TargetTable:
        """Return targets as `reach` takes them as a value for each measure and attribute."""
        by_name = targets if isinstance(targets, Mapping) else {self.names[0]: targets}
        percentile = percentiles(self.search.checkpoint, self.search.material.kind)
        return resolve_all(parse_all(by_name), self.names, self.present, percentile, self.search.material.tune)

    def look_up(self, targets: TargetTable, seed: int | None = None) -> tuple[Tokens, list[str]]:
        """Return the tokens that answer finite targets, and messages about targets that are out of reach.

        With a seed it is another answer, of nearly the same worth: what the candidates cost is changed by chance.
        """
        rows, places, low, high = self._best(targets, seed)
        tokens = self.search.material.tokens.copy()
        tokens[rows] = self.candidates.tokens[places]
        values = self._values(places)
        below, above = targets[rows] < low - _SLACK, targets[rows] > high + _SLACK
        numbers = self.search.material.tune.numbers
        figures = (targets[rows], low, high, values)
        notes = further([self.names[k] for k in np.flatnonzero(above.any(axis=0))], self.search.ear.manner.keep)
        notes += [
            of_measure(self.names[column], numbers[rows[row]], *(float(table[row, column]) for table in figures))
            for row, column in np.argwhere(below | above).tolist()
        ]
        return tokens, notes

    def step_targets(self, step: float) -> tuple[TargetTable, TargetTable]:
        """Return the targets `step` standard deviations from the present values.

        Parameters
        ----------
        step : float
            Step in standard deviations of each attribute in the measure's metre: see `prior_samples.spread`.

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

    @property
    def _columns(self) -> list[int]:
        return [self.search.names.index(name) for name in self.names]

    def _values(self, places: Places) -> Float[np.ndarray, "place attribute"]:
        return self.candidates.values[places][..., self._columns]

    def _std(self, places: Places) -> Float[np.ndarray, "place attribute"]:
        return self.search.std[self.candidates.of[places]][..., self._columns]

    def _best(
        self, targets: TargetTable, seed: int | None = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return the measures to vary, the place of the answer for each, and the least and largest values there are."""
        rows = np.flatnonzero(self.search.of >= 0)
        if not len(rows):
            return rows, rows, targets[rows], targets[rows]
        unit = self.search.of[rows]
        bounds = np.searchsorted(self.candidates.of, np.arange(len(self.search.first) + 1))
        counts = np.diff(bounds)[unit]
        starts = np.cumsum(counts) - counts
        places = np.arange(counts.sum()) + np.repeat(bounds[unit] - starts, counts)  # measure by measure
        # of a measure alone; `present` may depend on those around
        values = self._values(places) + np.repeat(self.present[rows] - self._values(self.inputs)[unit], counts, axis=0)
        low, high = np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)
        nearest = np.repeat(targets[rows].clip(low, high), counts, axis=0)
        error = EXACT * (((values - nearest) / self._std(places)) ** 2).sum(axis=1)
        measure = np.repeat(np.arange(len(rows)), counts)
        order = np.lexsort([ears.cost(self.search.ear, 0.0, self.distance[places]) + error, measure])
        few = order[ranking.rank(measure[order]) < NEAREST]
        costs = self.costs(places[few])
        if seed is not None:
            chance = np.random.default_rng(seed).standard_normal(len(self.distance))
            costs = costs * np.exp(CHANCE * chance[places[few]])
        total = costs + error[few]
        least = few[np.lexsort([places[few], total, measure[few]])]
        return rows, places[least[np.searchsorted(measure[least], np.arange(len(rows)))]], low, high

    def costs(self, places: Places) -> Float[np.ndarray, " place"]:
        """Return what candidates cost the music; each is judged once, when it is first looked at."""
        every, ear = self.candidates, self.search.ear
        new = np.unique(places[np.isnan(every.strain[places])])
        every.strain[new] = ears.strain(
            ear, every.of[new], every.tokens[new].astype(np.int16), likely=NAME not in self.names
        )
        return ears.cost(ear, every.strain[places], self.distance[places])

    def at(self, natural: float) -> Pool:
        """Return the pool with other weights of what is natural and what is near: see `Manner`."""
        ear = self.search.ear
        if natural == ear.manner.natural:
            return self
        manner = replace(ear.manner, natural=natural)
        return replace(self, search=replace(self.search, ear=replace(ear, manner=manner)))

    def shortlist(self, resolution: float = RESOLUTION, count: int = EQUALS) -> Pool:
        """Return the best of those candidates that have nearly the same values."""
        return self.take(self.best(resolution, count))

    def best(self, resolution: float, count: int, awkward: PerCandidate | None = None) -> Places:
        """Return the places of the nearest to the input; where several are taken, of the least awkward as well.

        Surprise is found out later; what is awkward is looked for where it is not given.
        """
        every, columns = self.candidates, self._columns
        change = every.values[:, columns] - candidates.inputs(self.search).values[:, columns][every.of]
        worse = self.distance
        if count > 1:
            if awkward is None:
                awkward = ears.awkwardness(self.search.ear, every.of, every.tokens.astype(np.int16))
            worse = worse + awkward
        return ranking.nearest(every.of, change / self.search.std[:, columns][every.of], worse, resolution, count)

    def take(self, places: Places) -> Pool:
        """Return the candidates at some places."""
        return Pool(self.search, self.names, self.candidates.take(places), self.distance[places])


def build(
    checkpoint: Checkpoint,
    material: Material,
    names: str | Sequence[str],
    *,
    allowed: Allowed | None = None,
    manner: Manner = DEFAULT,
    rows: Bool[np.ndarray, " measure"] | None = None,
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
    manner : Manner
        Naturalness of the variations, and properties that must stay.
    rows : bool array (measure,), optional
        The measures that candidates are needed for; all that vary when not given.

    Raises
    ------
    UsageError, DataError
        For an attribute that does not exist or is named twice; for one that does not work, that is the same for all
        that the model makes, or that transposition changes where pitches count from the median of the measure.
    """
    names = canonical([names] if isinstance(names, str) else names, checkpoint.config.attributes)
    whole = candidates.start(checkpoint, material, allowed, names, manner)
    parts = [candidates.slim(candidates.inputs(whole))]
    for low, part in candidates.blocks(whole, rows):
        filled = [candidates.slim(fill(part, name)) for name in names]
        parts += [replace(every, of=every.of + low) for every in filled]
    return from_candidates(whole, names, parts).shortlist(count=FEW if len(names) > 1 else EQUALS)


def fill(search: Search, name: str, seed: int = 0, on_decode: Callable[[int], None] = ignore) -> Candidates:
    """Return all candidates of a search for one of its attributes; those of a measure depend on no other one.

    The same seed gives the same moves; `on_decode` is as for `armusic.editing.decoding.decode`.
    """
    known, rng, names = search.checkpoint.config.attributes, np.random.default_rng(seed), (name,)
    if not len(search.first):
        return candidates.inputs(search)
    units = np.arange(len(search.first))
    dims = dimensions(names, known) if name in known else list(range(len(known)))
    codes = [probes.around(search, dim, len(dims), rng) for dim in dims]
    pool = from_candidates(search, names, [candidates.inputs(search)])
    pool = with_candidates(pool, [candidates.attempt(search, units, z, on_decode) for z in codes])
    direction = probes.directions(search, pool.candidates, names)
    z = probes.between(search, pool.shortlist(count=1).candidates, name, direction, rng)
    pool = with_candidates(pool, [candidates.attempt(search, units, z, on_decode)])
    combined = candidates.recombine(search, pool.shortlist(count=1).candidates)
    return with_candidates(pool, [combined, candidates.written(search, names, rng)]).candidates


def with_candidates(pool: Pool, parts: Sequence[Candidates]) -> Pool:
    """Return a pool with more candidates, each once, without those that no musician writes."""
    more, ear = candidates.join(parts), pool.search.ear
    more = more.take(~ears.broken(ear, more.of, more.tokens, pool.names))
    return from_candidates(pool.search, pool.names, [pool.candidates, more])


def from_candidates(search: Search, names: tuple[str, ...], parts: Sequence[Candidates]) -> Pool:
    """Return candidates that a musician might write as a pool, each once."""
    every = candidates.join(parts)
    return of_candidates(search, names, every, similarity.apart(every.tokens, search.ear.tokens[every.of]))


def of_candidates(search: Search, names: tuple[str, ...], every: Candidates, apart: PerCandidate) -> Pool:
    """Return different candidates, in the order of their units, as a pool; `apart` is as for `similarity.apart`."""
    _, others = split(search.names, names)
    change = every.values[:, others] - candidates.inputs(search).values[:, others][every.of]
    far = similarity.others(change, search.std[:, others][every.of])
    return Pool(search, names, every, apart + similarity.OTHERS * far)

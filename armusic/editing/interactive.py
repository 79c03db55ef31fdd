"""Several attributes of a tune changed at once, each measure on its own, by look-ups: the studio's engine.

`TuneContext` is a tune as a model takes it, in a key; it answers at once, by one decode. `search` finds
candidates for every attribute, and gives a `LookUp`, which looks answers up in all of them together.
Targets are a table (measure, attribute) of values, NaN where a measure is free; a measure without any
stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from armusic.config.manner import NATURAL
from armusic.editing import candidates, open_loop, probes
from armusic.editing import chooser as choosers
from armusic.editing import ear as ears
from armusic.editing import pool as pools
from armusic.editing.calibration import Calibration, scale_of
from armusic.editing.candidates import Candidates
from armusic.editing.chooser import Chooser
from armusic.editing.decoding import Allowed, Codes, encode
from armusic.editing.material import Material, Tokens, pitches, prepare, with_tokens
from armusic.editing.pool import Pool
from armusic.editing.targets import TargetTable
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes
from armusic.music.score import Tune
from armusic.progress import Progress

TOLERANCE = 0.25  # standard deviations: samples may miss a target by so much more than the best answer does
LIKELY = 0.2  # of a cost: samples are e times as often a candidate as one that costs so much more
TOGETHER = 0.15  # standard deviations of all attributes: of candidates nearer to one another, one is kept
CHOOSERS = 8  # are kept, of the last attributes that had targets together
UNITS = 4  # different measures that are searched for together: more take more memory, and no less time
JITTER = 0.5  # prior standard deviations: how far samples move the free dimensions in the open loop


@dataclass(frozen=True, slots=True)
class TuneContext:
    """A tune as a model takes it, in a key.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    material : Material
        The tune.
    allowed : bool array (measure, 128), optional
        The pitches that each measure may have.
    scale : Calibration
        The scale of the model's attributes.
    z : float32 array (measure, latent)
        Posterior means; 0 where a measure cannot be varied.
    present : float64 array (measure, attribute)
        The model's attributes.
    """

    checkpoint: Checkpoint
    material: Material
    allowed: Allowed | None
    scale: Calibration
    z: Codes
    present: TargetTable

    @property
    def names(self) -> tuple[str, ...]:
        """The model's attributes: columns of targets."""
        return self.checkpoint.config.attributes

    def open_loop(self, targets: TargetTable, seed: int | None = None) -> Tokens:
        """Return the tokens that one decode gives; with a seed, free dimensions are moved by chance."""
        has_target = np.isfinite(targets).any(axis=1)
        if seed is None:
            rows, z = np.flatnonzero(self.material.varied & has_target), self.z
        else:
            rows, rng = np.flatnonzero(self.material.varied), np.random.default_rng(seed)
            z = self.z + np.float32(JITTER) * rng.standard_normal(self.z.shape[1], dtype=np.float32)
            targets = np.where(has_target[:, None], targets, self.present)
        return open_loop.decode_targets(
            self.checkpoint, self.material, rows, z[rows], self.names, targets[rows], self.scale, self.allowed
        )

    def tune(self, tokens: Tokens) -> Tune:
        """Return the tune with these tokens."""
        return with_tokens(self.material.tune, tokens)

    def values(self, tokens: Tokens) -> TargetTable:
        """Return the model's attributes of tokens in the place of the tune's."""
        return attributes.measure_each(tokens, self.material.kind, self.names)


@dataclass(frozen=True, slots=True)
class LookUp:
    """Candidates for every attribute of a tune, together.

    Parameters
    ----------
    context : TuneContext
        The tune.
    single : tuple of Pool
        For each attribute, the pool that answers where it alone has a target: as `armusic.editing.reach.reach` does.
    every : Pool
        The pool for all attributes together.
    """

    context: TuneContext
    single: tuple[Pool, ...]
    every: Pool
    _joint: dict[tuple[int, ...], Pool] = field(default_factory=dict)
    _choosers: dict[tuple[tuple[int, ...], float], Chooser] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Memory that the candidates take, in bytes; those that pools share count once."""
        pools = [*self.single, self.every, *self._joint.values()]
        pools += [part for chooser in self._choosers.values() for part in chooser.pools]
        shared = {id(pool.candidates): pool.candidates for pool in pools}.values()
        arrays = sum(each.of.nbytes + each.tokens.nbytes + each.values.nbytes + each.strain.nbytes for each in shared)
        return arrays + sum(pool.distance.nbytes for pool in pools)

    def pool(self, columns: tuple[int, ...]) -> Pool:
        """Return the pool for some attributes; that of several is made when it is first needed."""
        if len(columns) == 1:
            return self.single[columns[0]]
        if len(columns) == len(self.single):
            return self.every
        if columns not in self._joint:
            search, shared = self.every.search, self.every.candidates
            names = tuple(search.names[column] for column in columns)
            if set(names) <= set(ears.IN_PITCH):  # single notes stay
                broken = ears.broken(search.ear, shared.of, shared.tokens, names)
                shared = shared.take(~broken) if broken.any() else shared
            self._joint[columns] = replace(pools.from_candidates(search, names, [shared]), candidates=shared)
        return self._joint[columns]

    def chooser(self, columns: tuple[int, ...], natural: float) -> Chooser:
        """Return what answers targets of the tune's means for some attributes."""
        key = columns, natural
        if key not in self._choosers:
            while len(self._choosers) >= CHOOSERS:
                self._choosers.pop(next(iter(self._choosers)))
            self._choosers[key] = choosers.chooser(self.pool(columns).at(natural))
        return self._choosers[key]

    def whole(
        self, targets: TargetTable, natural: float = NATURAL, seed: int | None = None
    ) -> tuple[Tokens, list[str]]:
        """Return the tokens whose means come to those of targets, and messages about targets that are out of reach.

        Parameters
        ----------
        targets : float array (measure, attribute)
            Attributes of which no measure has a target are free.
        natural : float
            See `armusic.config.manner.Manner`.
        seed : int, optional
            Draws another answer of nearly the same worth.
        """
        columns = tuple(np.flatnonzero(np.isfinite(targets).any(axis=0)).tolist())
        if not columns:
            return self.context.material.tokens.copy(), []
        chooser = self.chooser(columns, natural)
        table = np.where(np.isfinite(targets), targets, self.context.present)[:, columns]
        return chooser.answer(table, seed)

    def closed_loop(self, targets: TargetTable, natural: float = NATURAL) -> tuple[Tokens, list[str]]:
        """Return the tokens that meet targets best, and messages about targets that are out of reach."""
        finite, tokens, notes = np.isfinite(targets), self.context.material.tokens.copy(), []
        for pattern in np.unique(finite[finite.any(axis=1)], axis=0):
            rows, columns = (finite == pattern).all(axis=1), np.flatnonzero(pattern)
            table = np.where(rows[:, None], targets, self.context.present)[:, columns]
            answers, messages = self.pool(tuple(columns.tolist())).at(natural).look_up(table)
            tokens[rows] = answers[rows]
            notes += messages
        return tokens, notes

    def sample(self, targets: TargetTable, seed: int, natural: float = NATURAL) -> Tokens:
        """Return tokens drawn by chance from those that meet targets nearly as well as the best.

        A measure without a target keeps its attributes, about; what costs the music less is likelier, and equal
        measures get equal ones.
        """
        tokens, rng = self.context.material.tokens.copy(), np.random.default_rng(seed)
        table = np.where(np.isfinite(targets).any(axis=1, keepdims=True), targets, self.context.present)
        pool = self.every.at(natural)
        units, every = pool.search.of, pool.candidates
        chance = rng.gumbel(size=len(every.of))
        bounds = np.searchsorted(every.of, np.arange(len(pool.search.first) + 1))
        for row in np.flatnonzero(units >= 0).tolist():
            part = np.arange(bounds[units[row]], bounds[units[row] + 1])
            deviation = (every.values[part] - table[row]) / pool.search.std[units[row]]
            error = np.sqrt(np.nansum(deviation**2, axis=1))
            near = part[error <= error.min() + TOLERANCE]
            near = near[np.argsort(pool.distance[near], kind="stable")][: pools.NEAREST]
            other = near[pool.distance[near] > 0]  # 0: the input itself
            near = other if len(other) else near
            tokens[row] = every.tokens[near[(chance[near] - pool.costs(near) / LIKELY).argmax()]]
        return tokens


def context_of(checkpoint: Checkpoint, tune: Tune, key: str = "auto") -> TuneContext:
    """Return a tune as a model takes it; the key is as for `armusic.editing.reach.reach`."""
    material = prepare(checkpoint, tune)
    z = np.zeros((len(material.tokens), checkpoint.config.network.latent), dtype=np.float32)
    rows = np.flatnonzero(material.varied)
    z[rows] = encode(checkpoint, material, rows)
    present = attributes.measure_each(material.tokens, material.kind, checkpoint.config.attributes)
    return TuneContext(checkpoint, material, pitches(tune, key), scale_of(checkpoint), z, present)


def search(context: TuneContext, on_progress: Progress | None = None) -> LookUp:
    """Search for the candidates of all attributes: seconds, up to a minute for a long tune.

    Parameters
    ----------
    context : TuneContext
        The tune.
    on_progress : callable, optional
        Called before every batch with how many codes are decoded, and how many there are; an exception that it
        raises ends the search.
    """
    codes = len(probes.GRID) * probes.MOVES + probes.GAPS  # of a unit, per attribute
    whole = candidates.start(context.checkpoint, context.material, context.allowed, context.names)
    total, done = codes * len(whole.first) * len(context.names), 0

    def count(batch: int) -> None:
        nonlocal done
        if on_progress is not None:
            on_progress(done, total)
        done += batch

    parts: list[list[Candidates]] = [[] for _ in context.names]
    for low in range(0, len(whole.first), UNITS):
        part = candidates.part(whole, slice(low, low + UNITS))
        single = [pools.fill(part, (name,), on_decode=count).candidates for name in context.names]
        every, places = candidates.merge(single)
        strain = ears.strain(part.ear, every.of, every.tokens)  # each once, of whatever attribute it is a candidate
        slim = np.zeros((len(every.of), 0), dtype=np.float32)  # codes are not needed any more
        every = replace(every, of=every.of + low, z=slim, strain=strain)
        for listed, own in zip(parts, places, strict=True):
            listed.append(every.take(own))
    merged = [candidates.join(listed or [candidates.inputs(whole)]) for listed in parts]
    every_pool = pools.from_candidates(whole, context.names, merged).shortlist(TOGETHER, 1)
    by_name = zip(context.names, merged, strict=True)
    return LookUp(context, tuple(pools.from_candidates(whole, (name,), [own]) for name, own in by_name), every_pool)

"""Several attributes of a tune changed at once, each measure on its own, by look-ups: the studio's engine.

`TuneContext` is a tune as a model takes it, in a key; it answers at once, by one decode. `search` finds
candidates for every attribute, and gives a `LookUp`, which looks answers up in all of them together.
Targets are a table (measure, attribute) of values, NaN where a measure is free; a measure without any
stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from armusic.editing import candidates, open_loop
from armusic.editing import pool as pools
from armusic.editing.calibration import Calibration, scale_of
from armusic.editing.candidates import Candidates
from armusic.editing.decoding import Allowed, Codes, encode
from armusic.editing.material import Material, Tokens, pitches, prepare, with_tokens
from armusic.editing.pool import Pool
from armusic.editing.targets import TargetTable
from armusic.music import attributes
from armusic.music.score import Tune
from armusic.progress import Progress
from armusic.training.checkpoint import Checkpoint

TOLERANCE = 0.25  # standard deviations: samples may miss a target by so much more than the best answer does
LIKELY = 0.1  # of a distance from the input: samples are e times as often a candidate as one so much further away
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
class PoolGroup:
    """Pools for some of the different measures of a tune.

    Parameters
    ----------
    single : tuple of Pool
        For each attribute, the pool that answers where it alone has a target: as `armusic.editing.reach.reach` does.
    whole : Pool
        The pool for all attributes together.
    """

    single: tuple[Pool, ...]
    whole: Pool
    _joint: dict[tuple[int, ...], Pool] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Memory in bytes; candidates that pools share count once."""
        pools = [*self.single, self.whole, *self._joint.values()]
        shared = {id(pool.candidates): pool.candidates for pool in pools}.values()
        arrays = sum(each.of.nbytes + each.tokens.nbytes + each.values.nbytes for each in shared)
        return arrays + sum(pool.answers.nbytes + pool.distance.nbytes for pool in pools)

    def pool(self, columns: tuple[int, ...]) -> Pool:
        """Return the pool for some attributes; that of several is made when it is first needed."""
        if len(columns) == 1:
            return self.single[columns[0]]
        if len(columns) == len(self.single):
            return self.whole
        if columns not in self._joint:
            search, shared = self.whole.search, self.whole.candidates
            names = tuple(search.names[column] for column in columns)
            joint = pools.from_candidates(search, names, [_with_dtype(np.int16, shared)])
            self._joint[columns] = replace(joint, candidates=shared, answers=joint.answers.astype(np.int32))
        return self._joint[columns]


@dataclass(frozen=True, slots=True)
class LookUp:
    """Candidates for every attribute of a tune, together.

    Parameters
    ----------
    context : TuneContext
        The tune.
    groups : tuple of PoolGroup
        Pools for all its different measures.
    """

    context: TuneContext
    groups: tuple[PoolGroup, ...]

    @property
    def size(self) -> int:
        """Memory that the candidates take, in bytes."""
        return sum(group.size for group in self.groups)

    def closed_loop(self, targets: TargetTable) -> tuple[Tokens, list[str]]:
        """Return the tokens that meet targets best, and messages about targets that are out of reach."""
        finite, tokens, notes = np.isfinite(targets), self.context.material.tokens.copy(), []
        for pattern in np.unique(finite[finite.any(axis=1)], axis=0):
            rows, columns = (finite == pattern).all(axis=1), np.flatnonzero(pattern)
            table = np.where(rows[:, None], targets, self.context.present)[:, columns]
            for group in self.groups:
                pool = group.pool(tuple(columns.tolist()))
                answered = rows & (pool.search.of >= 0)
                answers, messages = pool.look_up(table)
                tokens[answered] = answers[answered]
                notes += messages
        return tokens, notes

    def sample(self, targets: TargetTable, seed: int) -> Tokens:
        """Return tokens drawn by chance from those that meet targets nearly as well as the best.

        A measure without a target keeps its attributes, about; near answers are likelier than
        far ones, and equal measures get equal ones.
        """
        tokens, rng = self.context.material.tokens.copy(), np.random.default_rng(seed)
        table = np.where(np.isfinite(targets).any(axis=1, keepdims=True), targets, self.context.present)
        for group in self.groups:
            pool, units = group.whole, group.whole.search.of
            chance = rng.gumbel(size=len(pool.candidates.of))
            chance[pool.answers] -= np.where(pool.distance == 0, np.inf, pool.distance / LIKELY)  # 0: the input itself
            bounds = np.searchsorted(pool.candidates.of, np.arange(len(pool.search.first) + 1))
            for row in np.flatnonzero(units >= 0).tolist():
                part = slice(bounds[units[row]], bounds[units[row] + 1])
                deviation = (pool.candidates.values[part] - table[row]) / pool.search.std[units[row]]
                error = np.sqrt(np.nansum(deviation**2, axis=1))
                near = error <= error.min() + TOLERANCE
                tokens[row] = pool.candidates.tokens[part][np.where(near, chance[part], -np.inf).argmax()]
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
    codes = len(candidates.GRID) * candidates.MOVES + candidates.GAPS * candidates.TRIES  # of a unit, per attribute
    whole = candidates.start(context.checkpoint, context.material, context.allowed, context.names)
    total, done = codes * len(whole.first) * len(context.names), 0

    def count(batch: int) -> None:
        nonlocal done
        if on_progress is not None:
            on_progress(done, total)
        done += batch

    groups = []
    for low in range(0, len(whole.first), UNITS):
        part = candidates.part(whole, slice(low, low + UNITS))
        single = [pools.fill(part, (name,), on_decode=count) for name in context.names]
        joined = pools.from_candidates(part, context.names, [pool.candidates for pool in single])
        groups.append(PoolGroup(tuple(map(_slim, single)), _slim(joined)))
    return LookUp(context, tuple(groups))


def _slim(pool: Pool) -> Pool:
    """Return a pool of those candidates only that answer, in less memory: without their codes, and a byte a token."""
    answering = np.sort(pool.answers)
    every = _with_dtype(np.uint8, pool.candidates.take(answering))
    every = replace(every, of=every.of.astype(np.int32), z=np.zeros((len(answering), 0), dtype=np.float32))
    return replace(pool, candidates=every, answers=np.searchsorted(answering, pool.answers).astype(np.int32))


def _with_dtype(dtype: type[np.integer], pool: Candidates) -> Candidates:
    return replace(pool, tokens=pool.tokens.astype(dtype))

"""Turn several attributes of a tune at once, each measure on its own, by look-ups: what an instrument needs.

`TuneContext` is a tune as a model takes it, in a key; it answers at once, by one decode. `search` finds
candidates for every attribute, and gives a `LookUp`, which looks answers up in all of them together.
What is asked is a table (measure, attribute) of values, NaN where a measure is free; a measure for
which nothing is asked stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from torch import Tensor

from armusic.editing import candidates, reach
from armusic.editing import pool as control
from armusic.editing.calibration import Calibration, scale_of
from armusic.editing.candidates import Candidates
from armusic.editing.decoding import Allowed, Codes, decode, encode
from armusic.editing.material import Material, measured, prepare, with_tokens
from armusic.editing.pool import Pool
from armusic.editing.result import Rows
from armusic.editing.targets import TargetTable
from armusic.music.score import Tune
from armusic.training.checkpoint import Checkpoint
from armusic.vae.models.base import VAE, Normal

TOLERANCE = 0.25  # standard deviations: dice may miss a target by so much more than the best answer does
LIKELY = 0.1  # of a distance from the input: dice take a candidate e times as often as one so much further away
UNITS = 4  # different measures that are searched for together: more take more memory, and no less time
JITTER = 0.5  # prior standard deviations: how far dice move the free dimensions in the open loop


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
        Of the model's attributes.
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
        """The model's attributes: columns of what is asked."""
        return self.checkpoint.config.attributes

    def open_loop(self, asked: TargetTable, seed: int | None = None) -> Rows:
        """Return the tokens that one decode gives; with a seed, free dimensions are moved by chance."""
        material, tokens, z = self.material, self.material.tokens.copy(), self.z.copy()
        rows = material.varied & (np.isfinite(asked).any(axis=1) | (seed is not None))
        if seed is not None:
            z += np.float32(JITTER) * np.random.default_rng(seed).standard_normal(z.shape[1], dtype=np.float32)
            asked = np.where(np.isfinite(asked).any(axis=1, keepdims=True), asked, self.present)
        for kind in np.unique(material.kind[rows]).tolist():
            here = np.flatnonzero(rows & (material.kind == kind))
            for column, name in enumerate(self.names):
                given = here[np.isfinite(asked[here, column])]
                z[given, column] = self.scale.value_to_z(name, kind, asked[given, column])
            made = decode(self.checkpoint, material, here, z[here][None], self.allowed)[0, 0]
            tokens[here, : made.shape[1]] = made
        return tokens

    def tune(self, tokens: Rows) -> Tune:
        """Return the tune with these tokens."""
        return with_tokens(self.material.tune, tokens)

    def values(self, tokens: Rows) -> TargetTable:
        """Return the model's attributes of tokens in the place of the tune's."""
        return np.column_stack([measured(self.material.tune, tokens, name) for name in self.names])


@dataclass(frozen=True, slots=True)
class PoolGroup:
    """Candidates for some of the different measures of a tune.

    Parameters
    ----------
    single : tuple of Pool
        For each attribute, the one that answers where nothing else is asked: as `armusic.editing.reach.reach` does.
    whole : Pool
        For all attributes together.
    """

    single: tuple[Pool, ...]
    whole: Pool
    _joint: dict[tuple[int, ...], Pool] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """The memory that it takes, in bytes; candidates that pools share count once."""
        pools = [*self.single, self.whole, *self._joint.values()]
        shared = {id(pool.found): pool.found for pool in pools}.values()
        found = sum(each.of.nbytes + each.tokens.nbytes + each.values.nbytes for each in shared)
        return found + sum(pool.kept.nbytes + pool.distance.nbytes for pool in pools)

    def pool(self, columns: tuple[int, ...]) -> Pool:
        """Return the pool for some attributes; that of several is made when it is first wanted."""
        if len(columns) == 1:
            return self.single[columns[0]]
        if len(columns) == len(self.single):
            return self.whole
        if columns not in self._joint:
            search = self.whole.search
            names = tuple(search.names[column] for column in columns)
            joint = control.pooled(search, names, [_as(np.int16, self.whole.found)])
            kept = joint.kept.astype(np.int32)
            self._joint[columns] = replace(joint, found=self.whole.found, kept=kept)  # the same, held once
        return self._joint[columns]


@dataclass(frozen=True, slots=True)
class LookUp:
    """Candidates for every attribute of a tune, together.

    Parameters
    ----------
    ground : TuneContext
        The tune.
    blocks : tuple of PoolGroup
        Of all its different measures.
    """

    ground: TuneContext
    blocks: tuple[PoolGroup, ...]

    @property
    def size(self) -> int:
        """The memory that the candidates take, in bytes."""
        return sum(block.size for block in self.blocks)

    def closed_loop(self, asked: TargetTable) -> tuple[Rows, list[str]]:
        """Return the tokens that meet what is asked best, and which targets are out of reach."""
        given, tokens, notes = np.isfinite(asked), self.ground.material.tokens.copy(), []
        for wanted in np.unique(given[given.any(axis=1)], axis=0):
            rows, columns = (given == wanted).all(axis=1), np.flatnonzero(wanted)
            aim = np.where(rows[:, None], asked, self.ground.present)[:, columns]
            for block in self.blocks:
                pool = block.pool(tuple(columns.tolist()))
                here = rows & (pool.search.of >= 0)
                found, missed = pool.look_up(aim)
                tokens[here] = found[here]
                notes += missed
        return tokens, notes

    def sample(self, asked: TargetTable, seed: int) -> Rows:
        """Return tokens drawn by chance from those that meet what is asked nearly as well as the best.

        A measure for which nothing is asked keeps its attributes, about; near answers are likelier than
        far ones, and equal measures get equal ones.
        """
        tokens, rng = self.ground.material.tokens.copy(), np.random.default_rng(seed)
        wanted = np.where(np.isfinite(asked).any(axis=1, keepdims=True), asked, self.ground.present)
        for block in self.blocks:
            pool, units = block.whole, block.whole.search.of
            chance = rng.gumbel(size=len(pool.found.of))
            chance[pool.kept] -= np.where(pool.distance == 0, np.inf, pool.distance / LIKELY)  # 0 is the input itself
            bounds = np.searchsorted(pool.found.of, np.arange(len(pool.search.first) + 1))
            for row in np.flatnonzero(units >= 0).tolist():
                here = slice(bounds[units[row]], bounds[units[row] + 1])
                away = (pool.found.values[here] - wanted[row]) / pool.search.std[units[row]]
                error = np.sqrt(np.nansum(away**2, axis=1))
                near = error <= error.min() + TOLERANCE
                tokens[row] = pool.found.tokens[here][np.where(near, chance[here], -np.inf).argmax()]
        return tokens


def context_of(checkpoint: Checkpoint, tune: Tune, key: str = "auto") -> TuneContext:
    """Return a tune as a model takes it; the key is as for `armusic.editing.reach.reach`."""
    material = prepare(checkpoint, tune)
    z = np.zeros((len(material.tokens), checkpoint.config.network.latent), dtype=np.float32)
    for kind in np.unique(material.kind[material.varied]).tolist():
        here = np.flatnonzero(material.varied & (material.kind == kind))
        z[here] = encode(checkpoint, material.classes[here], kind)
    names = checkpoint.config.attributes
    present = np.column_stack([measured(tune, material.tokens, name) for name in names])
    return TuneContext(checkpoint, material, reach.pitches(tune, key), scale_of(checkpoint), z, present)


def search(ground: TuneContext, on_progress: Callable[[int, int], None] = lambda *_: None) -> LookUp:
    """Search for the candidates of all attributes: seconds, up to a minute for a long tune.

    Parameters
    ----------
    ground : TuneContext
        The tune.
    on_progress : callable
        Called before every batch with how many codes are decoded, and how many there are; what it raises ends
        the search.
    """
    each = len(candidates.GRID) * candidates.MOVES + candidates.GAPS * candidates.TRIES
    whole = candidates.start(ground.checkpoint, ground.material, ground.allowed, ground.names)
    total, done = each * len(whole.first) * len(ground.names), 0

    def counted(count: int) -> None:
        nonlocal done
        on_progress(done, total)
        done += count

    whole = replace(whole, checkpoint=replace(ground.checkpoint, model=_Watched(ground.checkpoint.model, counted)))
    blocks = []
    for low in range(0, len(whole.first), UNITS):
        part = candidates.part(whole, slice(low, low + UNITS))
        pools = [control.fill(part, (name,)) for name in ground.names]
        joined = control.pooled(part, ground.names, [pool.found for pool in pools])
        blocks.append(PoolGroup(tuple(map(_slim, pools)), _slim(joined)))
    return LookUp(ground, tuple(blocks))


class _Watched(VAE):
    """A model that tells of what it decodes."""

    def __init__(self, model: VAE, told: Callable[[int], None]) -> None:
        super().__init__()
        self.model, self.told, self.latent = model, told, model.latent

    def encode(self, x: Tensor, kind: int) -> Normal:
        return self.model.encode(x, kind)

    def decode(self, z: Tensor, kind: int, teacher: Tensor | None = None) -> Tensor:
        self.told(len(z))
        return self.model.decode(z, kind, teacher)

    def mode(self, output: Tensor) -> Tensor:
        return self.model.mode(output)


def _slim(pool: Pool) -> Pool:
    """Return a pool of those candidates only that answer, in less memory: without their codes, and a byte a token."""
    answering = np.sort(pool.kept)
    found = _as(np.uint8, pool.found.take(answering))
    found = replace(found, of=found.of.astype(np.int32), z=np.zeros((len(answering), 0), dtype=np.float32))
    return replace(pool, found=found, kept=np.searchsorted(answering, pool.kept).astype(np.int32))


def _as(kind: type[np.integer], found: Candidates) -> Candidates:
    return replace(found, tokens=found.tokens.astype(kind))

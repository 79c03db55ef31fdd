"""A tune as the studio edits it: answered at once by one decode, and by look-ups once candidates are searched for.

`TuneContext` is a tune as a model takes it, in a key. `search` finds candidates for every attribute of the model:
`armusic.editing.look_up`, which the command line uses as well.
Targets are a table (measure, attribute) of values, NaN where a measure is free; a measure without any
stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.config.manner import DEFAULT, Manner
from armusic.editing import candidates, look_up, open_loop
from armusic.editing.calibration import Calibration, scale_of
from armusic.editing.decoding import Allowed, Codes, encode
from armusic.editing.look_up import LookUp
from armusic.editing.material import Material, Tokens, pitches, prepare, with_tokens
from armusic.editing.targets import TargetTable
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes
from armusic.music.score import Key, Tune
from armusic.progress import Progress

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
    manner : Manner
        Properties that must stay, and the naturalness with which a search begins.
    """

    checkpoint: Checkpoint
    material: Material
    allowed: Allowed | None
    scale: Calibration
    z: Codes
    present: TargetTable
    manner: Manner = DEFAULT

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


def context_of(checkpoint: Checkpoint, tune: Tune, key: str | Key = "auto", manner: Manner = DEFAULT) -> TuneContext:
    """Return a tune as a model takes it; the key and the manner are as for `armusic.editing.reach.reach`."""
    material = prepare(checkpoint, tune)
    z = np.zeros((len(material.tokens), checkpoint.config.network.latent), dtype=np.float32)
    rows = np.flatnonzero(material.varied)
    z[rows] = encode(checkpoint, material, rows)
    present = attributes.measure_each(material.tokens, material.kind, checkpoint.config.attributes)
    return TuneContext(checkpoint, material, pitches(tune, key), scale_of(checkpoint), z, present, manner)


def search(context: TuneContext, on_progress: Progress | None = None) -> LookUp:
    """Search for the candidates of all attributes; `on_progress` as for `armusic.editing.look_up.search`."""
    whole = candidates.start(context.checkpoint, context.material, context.allowed, context.names, context.manner)
    return look_up.search(whole, context.names, on_progress=on_progress)

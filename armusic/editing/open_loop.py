"""The open loop: a tune decoded once, with its codes moved to where the attributes should be; fast, not exact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from jaxtyping import Float, Int

from armusic.editing.calibration import Calibration
from armusic.editing.decoding import Allowed, Rows, Tokens, decode, encode
from armusic.editing.material import Material
from armusic.editing.targets import dimensions
from armusic.training.checkpoint import Checkpoint
from armusic.vae import latent


def decode_targets(
    checkpoint: Checkpoint,
    material: Material,
    rows: Rows,
    z: Float[np.ndarray, "row latent"],
    names: Sequence[str],
    targets: Float[np.ndarray, "row attribute"],
    calibration: Calibration,
    allowed: Allowed | None = None,
) -> Tokens:
    """Return a tune with some measures decoded once, each attribute's dimension where its target lies.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    material : Material
        The tune.
    rows : int array (row,)
        Places of the measures to decode.
    z : float32 array (row, latent)
        Their codes.
    names : sequence of str
        Attributes of the model.
    targets : float array (row, attribute)
        Values of these; NaN leaves a dimension where it is.
    calibration : Calibration
        The scale: which z stands for a value.
    allowed : bool array (measure, 128), optional
        The pitches that each measure of the tune may have; any when not given.
    """
    z, kinds = z.copy(), material.kind[rows]
    for column, (dim, name) in enumerate(zip(dimensions(names, checkpoint.config.attributes), names, strict=True)):
        finite = np.isfinite(targets[:, column])
        z[finite, dim] = calibration.value_to_z(name, kinds[finite], targets[finite, column])
    tokens = material.tokens.copy()
    tokens[rows] = decode(checkpoint, material, rows, z[None], allowed)[0, 0]
    return tokens


def decode_moves(
    checkpoint: Checkpoint, material: Material, name: str, moves: Sequence[float], allowed: Allowed | None = None
) -> Int[np.ndarray, "move measure tick"]:
    """Return a tune decoded once for each move of an attribute's dimension, in prior standard deviations."""
    (dim,) = dimensions([name], checkpoint.config.attributes)
    tokens = np.repeat(material.tokens[None], len(moves), axis=0)
    rows = np.flatnonzero(material.varied)
    if len(moves):
        z = latent.sweep(torch.from_numpy(encode(checkpoint, material, rows)), dim, moves)
        tokens[:, rows] = decode(checkpoint, material, rows, z.numpy(), allowed)[0]
    return tokens

"""The open loop: a tune decoded once, with its codes edited for where the attributes should be; fast, not exact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from armusic.editing.calibration import Calibration
from armusic.editing.decoding import Allowed, Rows, Tokens, decode, edit, encode
from armusic.editing.material import Material
from armusic.editing.targets import dimensions
from armusic.inference.checkpoint import Checkpoint
from armusic.shapes import Float, Int


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
    """Return a tune with some measures decoded once, their codes edited for the targets.

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
        Values of these; NaN leaves an attribute as it comes.
    calibration : Calibration
        The scale: which z stands for a value.
    allowed : bool array (measure, 128), optional
        The pitches that each measure of the tune may have; any when not given.
    """
    kinds = material.kind[rows]
    positions = np.full((len(rows), len(checkpoint.config.attributes)), np.nan)
    for column, (dim, name) in enumerate(zip(dimensions(names, checkpoint.config.attributes), names, strict=True)):
        finite = np.isfinite(targets[:, column])
        positions[finite, dim] = calibration.value_to_z(name, kinds[finite], targets[finite, column])
    z = edit(checkpoint, z, kinds, positions)
    tokens = material.tokens.copy()
    tokens[rows] = decode(checkpoint, material, rows, z[None], allowed)[0, 0]
    return tokens


def decode_moves(
    checkpoint: Checkpoint, material: Material, name: str, moves: Sequence[float], allowed: Allowed | None = None
) -> Int[np.ndarray, "move measure tick"]:
    """Return a tune decoded once for each move along an attribute's dimension, in prior standard deviations."""
    (dim,) = dimensions([name], checkpoint.config.attributes)
    tokens = np.repeat(material.tokens[None], len(moves), axis=0)
    rows = np.flatnonzero(material.varied)
    if len(moves):
        z = encode(checkpoint, material, rows)
        positions = np.full((len(moves), len(rows), len(checkpoint.config.attributes)), np.nan, dtype=np.float32)
        positions[..., dim] = z[:, dim] + np.asarray(moves, dtype=np.float32)[:, None]
        edited = edit(checkpoint, z, material.kind[rows], positions)
        tokens[:, rows] = decode(checkpoint, material, rows, edited, allowed)[0]
    return tokens

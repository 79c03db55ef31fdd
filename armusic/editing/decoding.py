"""Codes of measures, and the measures that codes stand for under the constraints that keep a tune a tune."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from armusic.config import MeasureNetwork
from armusic.editing.material import Material
from armusic.inference.checkpoint import Checkpoint
from armusic.inference.settings import network_of
from armusic.music import tokenizer
from armusic.music.pitch_frame import Frame
from armusic.music.score import METRES
from armusic.music.tokenizer import HOLD
from armusic.shapes import Bool, Float, Int

Tokens = Int[np.ndarray, "measure tick"]
Codes = Float[np.ndarray, "measure latent"]
Allowed = Bool[np.ndarray, "measure 128"]
Rows = Int[np.ndarray, " row"]

CODES = 64  # decoded at a time: all at once take twice as long, for they leave the cache, and more memory


def ignore(codes: int) -> None:
    """Ignore how many codes are decoded."""


def encode_classes(checkpoint: Checkpoint, classes: Tokens, kind: int) -> Codes:
    """Return the posterior means of measures in one metre, float32 (measure, latent)."""
    return checkpoint.model.encode(classes, kind)


def encode(checkpoint: Checkpoint, material: Material, rows: Rows) -> Float[np.ndarray, "row latent"]:
    """Return the posterior means of some measures of a tune, float32 (row, latent): one batch per metre."""
    kinds = material.kind[rows]
    z = np.zeros((len(rows), checkpoint.config.network.latent), dtype=np.float32)
    for kind in np.unique(kinds).tolist():
        batch = kinds == kind
        z[batch] = encode_classes(checkpoint, material.classes[rows[batch]], kind)
    return z


def has_editor(checkpoint: Checkpoint) -> bool:
    """Return whether `edit` moves all dimensions of a code, or only those of the attributes that are asked for."""
    return network_of(checkpoint.config, MeasureNetwork).editor > 0


def edit(
    checkpoint: Checkpoint,
    z: Float[np.ndarray, "*#step row latent"],
    kinds: Int[np.ndarray, " row"],
    positions: Float[np.ndarray, "*#step row attribute"],
) -> Float[np.ndarray, "*#step row latent"]:
    """Return codes edited for one decode, float32 (step, row, latent): see `armusic.inference.network.Network.edit`.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    z : float array (step, row, latent)
        Codes of measures; no steps, or several. Those of `z` and `positions` are broadcast against each other.
    kinds : int array (row,)
        Places of the measures' metres in `score.METRES`.
    positions : float array (step, row, attribute)
        Position of each attribute of the model on its dimension, in prior standard deviations; NaN: as it comes.
    """
    steps = np.broadcast_shapes(z.shape[:-2], positions.shape[:-2])
    edited = np.array(np.broadcast_to(z, (*steps, *z.shape[-2:])), dtype=np.float32)
    targets = np.broadcast_to(positions, (*steps, *positions.shape[-2:])).astype(np.float32)
    for kind in np.unique(kinds).tolist():
        rows = kinds == kind
        part = edited[..., rows, :]
        codes, places = (each.reshape(-1, each.shape[-1]) for each in (part, targets[..., rows, :]))
        edited[..., rows, :] = checkpoint.model.edit(codes, places, kind).reshape(part.shape)
    return edited


def decode(
    checkpoint: Checkpoint,
    material: Material,
    rows: Rows,
    z: Float[np.ndarray, "step row latent"],
    allowed: Allowed | None = None,
    pulls: Sequence[float] = (0.0,),
    on_decode: Callable[[int], None] = ignore,
) -> Int[np.ndarray, "pull step row tick"]:
    """Return the tokens that codes stand for in the place of some measures of a tune.

    They are what `choose` makes of the logits, to which each of `pulls` (nats) is added at the
    input's own classes: what the code leaves open stays as it was.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    material : Material
        The tune.
    rows : int array (row,)
        Places of the measures in the tune.
    z : float32 array (step, row, latent)
        Several codes for each of them.
    allowed : bool array (measure, 128), optional
        The pitches that each measure of the tune may have; any when not given.
    pulls : sequence of float
        Weights of the input's own tokens, in nats.
    on_decode : callable
        Called before each batch with the number of its codes; an exception that it raises ends the work.

    Returns
    -------
    int16 array (pull, step, row, tick)
        Tokens, as wide as the tune's.
    """
    kinds = material.kind[rows]
    tokens = np.empty((len(pulls), *z.shape[:2], material.tokens.shape[1]), dtype=np.int16)
    tokens[:] = material.tokens[rows]
    for kind in np.unique(kinds).tolist():
        batch = kinds == kind
        width = tokenizer.ticks(METRES[kind])
        tokens[:, :, batch, :width] = _decode_metre(
            checkpoint, material, kind, rows[batch], z[:, batch], allowed, pulls, on_decode
        )
    return tokens


def _decode_metre(
    checkpoint: Checkpoint,
    material: Material,
    kind: int,
    rows: Rows,
    z: Float[np.ndarray, "step row latent"],
    allowed: Allowed | None,
    pulls: Sequence[float],
    on_decode: Callable[[int], None],
) -> Int[np.ndarray, "pull step row tick"]:
    """Return what `decode` does for measures that are all in one metre, as wide as it is."""
    frame, width = checkpoint.frame, tokenizer.ticks(METRES[kind])
    anchors = material.anchors[rows]
    held, silent = material.tokens[rows, 0] == HOLD, material.silent[rows, :width]
    pitches = None if allowed is None else _in_frame(allowed[rows], frame, anchors)
    own = material.classes[rows, :width].astype(np.int64)
    tokens = np.empty((len(pulls), *z.shape[:2], width), dtype=np.int16)
    count = max(1, CODES // len(rows))
    for first in range(0, len(z), count):
        part = z[first : first + count]
        on_decode(part.shape[0] * part.shape[1])
        logits = checkpoint.model.decode(part.reshape(-1, part.shape[2]), kind)
        logits = logits.reshape(*part.shape[:2], *logits.shape[1:])
        constrain(logits, frame, held=held, silent=silent, allowed=pitches)
        tokens[:, first : first + count] = frame.leave(_pulled(logits, own, pulls, frame), anchors)
    return tokens


def _pulled(
    logits: Float[np.ndarray, "step measure tick class"],
    own: Int[np.ndarray, "measure tick"],
    pulls: Sequence[float],
    frame: Frame,
) -> Int[np.ndarray, "pull step measure tick"]:
    """Return what `most_likely` makes of logits, to which each of `pulls` is added at the input's own classes."""
    at = np.broadcast_to(own[None, :, :, None], (*logits.shape[:3], 1))
    before = np.take_along_axis(logits, at, axis=3)
    np.put_along_axis(logits, at, -np.inf, axis=3)
    other = logits.argmax(axis=3)
    best = np.take_along_axis(logits, other[..., None], axis=3)[..., 0]
    results = []
    for pull in pulls:
        mine = before + np.float32(pull)
        chosen = np.where(mine[..., 0] > best, own, other)
        step, row = np.nonzero(~(chosen < frame.hold).any(axis=2))
        if len(step):
            few = logits[step, row]
            np.put_along_axis(few, at[step, row], mine[step, row], axis=2)
            chosen[step, row] = most_likely(few, frame)
        results.append(chosen)
    return np.stack(results)


def choose(
    logits: Float[np.ndarray, "step measure tick class"],
    frame: Frame,
    *,
    held: Bool[np.ndarray, " measure"],
    silent: Bool[np.ndarray, "measure tick"],
    allowed: Bool[np.ndarray, "measure pitch"] | None = None,
) -> Int[np.ndarray, "step measure tick"]:
    """Return the most likely classes under the constraints that keep a tune a tune.

    A measure begins with a hold only where it is `held` over the bar line in the input;
    `silent` ticks are rest; pitches that are not `allowed` do not occur; there is at least
    one note: the most likely one.
    """
    logits = logits.copy()
    constrain(logits, frame, held=held, silent=silent, allowed=allowed)
    return most_likely(logits, frame)


def constrain(
    logits: Float[np.ndarray, "step measure tick class"],
    frame: Frame,
    *,
    held: Bool[np.ndarray, " measure"],
    silent: Bool[np.ndarray, "measure tick"],
    allowed: Bool[np.ndarray, "measure pitch"] | None = None,
) -> None:
    """Rule out, in place, what `choose` does not allow."""
    logits[:, ~held, 0, frame.hold] = -np.inf
    if allowed is not None:
        logits.swapaxes(2, 3)[:, :, : frame.hold][:, ~allowed] = -np.inf
    logits[:, silent] = -np.inf
    logits[:, silent, frame.rest] = 0.0


def most_likely(logits: Float[np.ndarray, "*batch tick class"], frame: Frame) -> Int[np.ndarray, "*batch tick"]:
    """Return the most likely class at each tick, and at least one note: the most likely one."""
    chosen = logits.argmax(axis=-1)
    mute = np.nonzero(~(chosen < frame.hold).any(axis=-1))
    if len(mute[0]):
        onsets = logits[mute][..., : frame.hold]
        tick, pitch = np.divmod(onsets.reshape(len(onsets), -1).argmax(axis=-1), frame.hold)
        chosen[(*mute, tick)] = pitch
    return chosen


def _in_frame(
    allowed: Allowed, frame: Frame, anchors: Int[np.ndarray, " measure"]
) -> Bool[np.ndarray, "measure pitch"]:
    pitch = anchors[:, None] + np.arange(frame.low, frame.high + 1)
    return np.take_along_axis(allowed, pitch.clip(0, HOLD - 1), axis=1) & (pitch >= 0) & (pitch < HOLD)

"""Reconstruction: measures through the encoder and the decoder, and how they differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.editing.material import with_tokens
from armusic.inference.checkpoint import Checkpoint
from armusic.music import tokenizer
from armusic.music.score import Tune
from armusic.music.tokenizer import PAD, is_onset
from armusic.shapes import Float, Int
from armusic.vae.data import batches

Tokens = Int[np.ndarray, "measure tick"]


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """A tune as a model reconstructs it.

    Parameters
    ----------
    tune : Tune
        The reconstruction.
    ticks : float array (measure,)
        Share of the ticks of each measure that are right, 0..1.
    missed, added, changed : int array (measure,)
        Numbers of notes of the input that the reconstruction lacks, the reverse, and onsets with another pitch.
    """

    tune: Tune
    ticks: Float[np.ndarray, " measure"]
    missed: Int[np.ndarray, " measure"]
    added: Int[np.ndarray, " measure"]
    changed: Int[np.ndarray, " measure"]

    def __repr__(self) -> str:
        return f"Reconstruction({self.ticks.mean():.1%} of ticks right, {self.tune.summary})"


def reconstruct(checkpoint: Checkpoint, tune: Tune) -> Reconstruction:
    """Return a tune as a model reconstructs it, and where that differs.

    Raises
    ------
    OffGridError
        For a note between two ticks.
    """
    original = tokenizer.encode(tune)
    tokens, _ = decode(checkpoint, original, tokenizer.kinds(tune.measures))
    onset, new_onset = is_onset(original), is_onset(tokens)
    inside = original != PAD
    return Reconstruction(
        tune=with_tokens(tune, tokens),
        ticks=((original == tokens) & inside).sum(axis=1) / inside.sum(axis=1),
        missed=(onset & ~new_onset).sum(axis=1),
        added=(new_onset & ~onset).sum(axis=1),
        changed=(onset & new_onset & (original != tokens)).sum(axis=1),
    )


def decode(checkpoint: Checkpoint, tokens: Tokens, kind: Int[np.ndarray, " measure"]) -> tuple[Tokens, np.ndarray]:
    """Return the reconstruction of measures: their posterior means decoded without constraints.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    tokens : int array (measure, tick)
        Measures; those that its frame cannot hold are distorted.
    kind : int array (measure,)
        Places of their metres in `score.METRES`.

    Returns
    -------
    tokens : int16 array (measure, tick)
        Tokens, ending in `PAD` where the metre is shorter.
    z : float32 array (measure, latent)
        Posterior means.
    """
    model, frame = checkpoint.model, checkpoint.frame
    anchors = frame.anchors(tokens)
    classes, _ = frame.enter(tokens, anchors)
    result = np.full_like(tokens, PAD)
    z = np.empty((len(tokens), model.latent), dtype=np.float32)
    for rows in batches(kind, 1024):
        index = int(kind[rows[0]])
        z[rows] = model.encode(classes[rows], index)
        decoded = model.decode(z[rows], index).argmax(axis=2)
        result[rows, : decoded.shape[1]] = frame.leave(decoded, anchors[rows])
    return result, z

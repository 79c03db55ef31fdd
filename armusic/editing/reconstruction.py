"""What a model hears: measures through the encoder and back, and how they differ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int

from armusic.editing.material import with_tokens
from armusic.music import tokenizer
from armusic.music.score import Tune
from armusic.music.tokenizer import PAD, is_onset
from armusic.training.checkpoint import Checkpoint
from armusic.vae.data import batches

Tokens = Int[np.ndarray, "measure tick"]


@dataclass(frozen=True, slots=True)
class Reconstruction:
    """A tune as a model hears it.

    Parameters
    ----------
    tune : Tune
        The music heard.
    ticks : float array (measure,)
        Share of the ticks of each measure that are right, 0..1.
    missed, added, changed : int array (measure,)
        Notes of the input without an onset in what is heard, the reverse, and onsets with another pitch.
    """

    tune: Tune
    ticks: Float[np.ndarray, " measure"]
    missed: Int[np.ndarray, " measure"]
    added: Int[np.ndarray, " measure"]
    changed: Int[np.ndarray, " measure"]


def reconstruct(checkpoint: Checkpoint, tune: Tune) -> Reconstruction:
    """Return a tune as a model hears it, and where that differs.

    Raises
    ------
    OffGridError
        For a note between two ticks.
    """
    written = tokenizer.encode(tune)
    heard, _ = decode(checkpoint, written, tokenizer.kinds(tune.measures))
    one, two = is_onset(written), is_onset(heard)
    inside = written != PAD
    return Reconstruction(
        with_tokens(tune, heard),
        ((written == heard) & inside).sum(axis=1) / inside.sum(axis=1),
        (one & ~two).sum(axis=1),
        (two & ~one).sum(axis=1),
        (one & two & (written != heard)).sum(axis=1),
    )


@torch.inference_mode()
def decode(checkpoint: Checkpoint, tokens: Tokens, kind: Int[np.ndarray, " measure"]) -> tuple[Tokens, np.ndarray]:
    """Return what a model makes of measures, from the posterior mean, the decoder running free.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    tokens : int array (measure, tick)
        Measures; those that its frame cannot hold are heard wrong.
    kind : int array (measure,)
        Places of their metres in `score.METRES`.

    Returns
    -------
    heard : int16 array (measure, tick)
        Tokens, ending in `PAD` where the metre is shorter.
    z : float32 array (measure, latent)
        Posterior means.
    """
    model, frame = checkpoint.model.eval(), checkpoint.frame
    anchors = frame.anchors(tokens)
    classes, _ = frame.enter(tokens, anchors)
    heard = np.full_like(tokens, PAD)
    z = np.empty((len(tokens), model.latent), dtype=np.float32)
    for rows in batches(kind, 1024):
        index = int(kind[rows[0]])
        mean = model.encode(torch.as_tensor(classes[rows]).long(), index).mean
        z[rows] = mean.numpy()
        made = model.mode(model.decode(mean, index)).numpy()
        heard[rows, : made.shape[1]] = frame.leave(made, anchors[rows])
    return heard, z

"""How well a music model does on tunes that it was not trained on.

Reconstruction is from the posterior mean, the decoder running free. A measure is unseen when
no measure that the model was trained on, or chosen by, equals it up to transposition.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from armusic.datasets import corpora
from armusic.datasets.corpora.corpus import Corpus
from armusic.datasets.corpora.versions import different
from armusic.editing import reconstruction
from armusic.editing.sweep import move_dimension
from armusic.music import keys, tokenizer
from armusic.music.pitch_frame import FRAMES
from armusic.music.score import METRES, Measure, Tune
from armusic.music.tokenizer import decode, is_onset
from armusic.training import adapters
from armusic.training.adapters.music import to_data
from armusic.training.checkpoint import Checkpoint
from armusic.vae.data import subset

Tokens = Int[np.ndarray, "measure tick"]


def fidelity(written: Tokens, heard: Tokens) -> dict[str, float]:
    """Compare measures with their reconstructions.

    Parameters
    ----------
    written, heard : int array (measure, tick)
        Tokens of one metre; at least one measure.

    Returns
    -------
    dict of str to float
        `n` measures; `ticks` right and measures `exact`, as shares; `onset_f1`, the harmonic
        mean of precision and recall of the onsets; `pitch`, the share of right pitches where
        both have an onset.

    Examples
    --------
    >>> from armusic.music.tokenizer import HOLD
    >>> found = fidelity(np.array([[60, HOLD, 62, HOLD]]), np.array([[60, HOLD, 64, 65]]))
    >>> found["ticks"], found["exact"], round(found["onset_f1"], 3), found["pitch"]
    (0.5, 0.0, 0.8, 0.5)
    """
    same = written == heard
    one, two = is_onset(written), is_onset(heard)
    both = one & two
    return {
        "n": len(written),
        "ticks": float(same.mean()),
        "exact": float(same.all(axis=1).mean()),
        "onset_f1": float(2 * both.sum() / max(1, one.sum() + two.sum())),
        "pitch": float(same[both].mean()) if both.any() else 1.0,
    }


def held_out(checkpoint: Checkpoint, cache: Path, tunes: int = 50) -> dict[str, Any]:
    """Measure a model on the test tunes of its own corpus and split.

    Parameters
    ----------
    checkpoint : Checkpoint
        Of a music model.
    cache : Path
        Folder of cached corpora.
    tunes : int
        How many test tunes to move the dimensions of, spread evenly over the test set.

    Returns
    -------
    dict
        `reconstruction`: per metre, of `all` test measures and of the `unseen`, as `fidelity`
        gives it; `r2` of each attribute on its own dimension, per metre; `sweep`: for each
        attribute the share of upward steps in which the mean attribute of a tune falls, and
        the mean of each step.
    """
    settings, frame = checkpoint.config, FRAMES[checkpoint.config.frame]
    read = corpora.read(settings.data, cache)
    _, inside = frame.enter(read.tokens, frame.anchors(read.tokens))
    data = to_data(read, settings)
    places = subset(replace(data, x=np.flatnonzero(inside)[:, None]), settings.limit, settings.seed)
    train, valid, test = (part.x[:, 0] for part in adapters.get(settings.data).split(places, settings.seed))
    number = different(read.tokens, read.kind)
    unseen = ~np.isin(number, number[np.concatenate([train, valid])])
    heard, z = reconstruction.decode(checkpoint, read.tokens[test], read.kind[test])
    a = data.a[np.searchsorted(np.flatnonzero(inside), test)]

    result: dict[str, Any] = {"reconstruction": {}, "r2": {}}
    for index, metre in enumerate(METRES):
        here = read.kind[test] == index
        if not here.any():
            continue
        width = tokenizer.ticks(metre)
        parts = {"all": here, "unseen": here & unseen[test]}
        result["reconstruction"][str(metre)] = {
            name: fidelity(read.tokens[test][rows, :width], heard[rows, :width])
            for name, rows in parts.items()
            if rows.any()
        }
        if here.sum() > 2:
            result["r2"][str(metre)] = {
                name: float(np.corrcoef(z[here, k], a[here, k])[0, 1] ** 2)
                for k, name in enumerate(settings.attributes)
            }
    result["sweep"] = sweeps(checkpoint, read, np.unique(read.tune[test]), tunes)
    return result


def sweeps(checkpoint: Checkpoint, read: Corpus, tunes: Int[np.ndarray, " tune"], count: int) -> dict[str, Any]:
    """Move every dimension through `count` of the `tunes`, each in its key: the model's own sweep, without a search."""
    chosen = tunes[np.linspace(0, len(tunes) - 1, min(count, len(tunes))).astype(int)]
    music = [tune_of(read, read.tune == number, read.sources[number]) for number in chosen]
    result: dict[str, Any] = {"tunes": len(music)}
    for name in checkpoint.config.attributes:
        swept = [move_dimension(checkpoint, tune, name, allowed=keys.allowed(tune, keys.find(tune))) for tune in music]
        means = np.array([[one.values.mean() for one in variations] for variations in swept])
        falls = np.diff(means, axis=1) < 0
        result[name] = {"falls": float(falls.mean()), "means": means.mean(axis=0).round(4).tolist()}
    return result


def tune_of(read: Corpus, rows: Bool[np.ndarray, " measure"], source: str) -> Tune:
    """Return measures of a corpus as a tune."""
    metres = [METRES[index] for index in read.kind[rows]]
    starts = np.cumsum([Fraction(0), *(metre.length for metre in metres)])
    measures = tuple(Measure(start, metre) for start, metre in zip(starts, metres, strict=False))
    return Tune(decode(read.tokens[rows], measures), measures, source=source)

"""The quality of a music model on tunes that it was not trained on.

Reconstruction is from the posterior mean, the decoder running free. A measure is unseen when
no measure that the model was trained on, or chosen by, equals it up to transposition.
"""

from __future__ import annotations

from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from armusic.datasets import corpora
from armusic.datasets.corpora.corpus import Corpus
from armusic.datasets.corpora.versions import different
from armusic.editing import reconstruction
from armusic.editing.sweep import interpolate
from armusic.evaluation import one_decode
from armusic.evaluation.subject import load
from armusic.evaluation.sweeps import find_axes
from armusic.inference.checkpoint import Checkpoint as Light
from armusic.inference.items import to_data
from armusic.music import tokenizer
from armusic.music.augmentation import MANY, WIDE
from armusic.music.score import METRES, Measure, Tune
from armusic.music.tokenizer import HOLD, REST, TICKS_PER_BEAT, decode, is_onset
from armusic.shapes import Bool, Int
from armusic.training import adapters
from armusic.training.checkpoint import Checkpoint, in_numpy
from armusic.vae.data import subset

Tokens = Int[np.ndarray, "measure tick"]

OBEDIENT = ("4/4", "3/4", "6/8")
"""Metres whose measures get targets."""
FEWEST = 20  # items of a part that are enough to ask for values
MADE = "made to begin held"
FEW = 3  # notes off the beat in triplets: more than one triplet has


def fidelity(original: Tokens, reconstructed: Tokens) -> dict[str, float]:
    """Compare measures with their reconstructions.

    Parameters
    ----------
    original, reconstructed : int array (measure, tick)
        Tokens of one metre; at least one measure.

    Returns
    -------
    dict of str to float
        `n`, the number of measures; `ticks` right and measures `exact`, as shares; `onset_f1`, the
        harmonic mean of precision and recall of the onsets; `pitch`, the share of right pitches
        where both have an onset.

    Examples
    --------
    >>> from armusic.music.tokenizer import HOLD
    >>> shares = fidelity(np.array([[60, HOLD, 62, HOLD]]), np.array([[60, HOLD, 64, 65]]))
    >>> shares["ticks"], shares["exact"], round(shares["onset_f1"], 3), shares["pitch"]
    (0.5, 0.0, 0.8, 0.5)
    """
    same = original == reconstructed
    onsets = is_onset(original), is_onset(reconstructed)
    both = onsets[0] & onsets[1]
    return {
        "n": len(original),
        "ticks": float(same.mean()),
        "exact": float(same.all(axis=1).mean()),
        "onset_f1": float(2 * both.sum() / max(1, onsets[0].sum() + onsets[1].sum())),
        "pitch": float(same[both].mean()) if both.any() else 1.0,
    }


def held_out(checkpoint: Checkpoint, cache: Path, tunes: int = 50) -> dict[str, Any]:
    """Measure a model on the test tunes of its own corpus and split.

    Parameters
    ----------
    checkpoint : Checkpoint
        A music model.
    cache : Path
        Folder of cached corpora.
    tunes : int
        Number of test tunes to move the dimensions of, spread evenly over the test set.

    Returns
    -------
    dict
        `reconstruction`: per metre, the `fidelity` of `all` test measures and of the `unseen`; `slices`: in the
        first metre, how many measures of each of `slices` there are, and the share that is exact, and both of the
        unseen; `r2` of each
        attribute on its own dimension, per metre; `obedience`: per metre and attribute, what `one_decode` measures;
        `sweep`: for each attribute the share of upward steps in which the mean attribute of a tune falls, and the
        mean of each step.
    """
    config, frame = checkpoint.config, checkpoint.frame
    corpus = corpora.read(config.source, cache)
    _, inside = frame.enter(corpus.tokens, frame.anchors(corpus.tokens))
    data = to_data(corpus, config)
    places = subset(replace(data, x=np.flatnonzero(inside)[:, None]), config.limit, config.split)
    train, valid, test = (part.x[:, 0] for part in adapters.of(config).split(places, config.split))
    number = different(corpus.tokens, corpus.kind)
    unseen = ~np.isin(number, number[np.concatenate([train, valid])])
    light = in_numpy(checkpoint)
    reconstructed, z = reconstruction.decode(light, corpus.tokens[test], corpus.kind[test])
    a = data.a[np.searchsorted(np.flatnonzero(inside), test)]

    result: dict[str, Any] = {"reconstruction": {}, "slices": {}, "r2": {}, "obedience": {}}
    for kind, metre in enumerate(METRES):
        of_kind = corpus.kind[test] == kind
        if not of_kind.any():
            continue
        width = tokenizer.ticks(metre)
        parts = {"all": of_kind, "unseen": of_kind & unseen[test]}
        result["reconstruction"][str(metre)] = {
            name: fidelity(corpus.tokens[test][rows, :width], reconstructed[rows, :width])
            for name, rows in parts.items()
            if rows.any()
        }
        if of_kind.sum() > 2:
            result["r2"][str(metre)] = {
                name: float(np.corrcoef(z[of_kind, k], a[of_kind, k])[0, 1] ** 2)
                for k, name in enumerate(config.attributes)
            }
    first = int(corpus.kind[test].min())
    rows = test[corpus.kind[test] == first]
    result["slices"] = _exact(light, corpus.tokens[rows], first, unseen[rows])
    labels = [str(metre) for metre in METRES]
    for label in OBEDIENT:
        if min(int((corpus.kind[part] == labels.index(label)).sum()) for part in (train, valid, test)) >= FEWEST:
            subject, split = load(checkpoint, cache, label)
            axes, rng = find_axes(subject, split[2]), np.random.default_rng(config.seed)
            obedience = one_decode.measure(subject, split, axes, rng)
            result["obedience"][label] = {name: asdict(figures) for name, figures in obedience.items()}
    result["sweep"] = sweeps(light, corpus, np.unique(corpus.tune[test]), tunes)
    return result


def slices(tokens: Tokens) -> dict[str, Bool[np.ndarray, " measure"]]:
    """Return masks of the measures that models find hard, by what makes them so.

    Examples
    --------
    >>> masks = slices(np.array([[REST, HOLD, 60, 79, HOLD, HOLD]]))
    >>> [name for name, mask in masks.items() if mask.any()]
    ['17 and more semitones', 'a rest at the start', 'triplets']
    """
    onset = is_onset(tokens)
    span = np.where(onset, tokens, 0).max(axis=1) - np.where(onset, tokens, HOLD).min(axis=1)
    third = np.isin(np.arange(tokens.shape[1]) % TICKS_PER_BEAT, (2, 4))
    return {
        "held over the bar line": tokens[:, 0] == HOLD,
        f"{MANY} and more onsets": onset.sum(axis=1) >= MANY,
        f"{WIDE} and more semitones": span >= WIDE,
        "a rest at the start": tokens[:, 0] == REST,
        "triplets": (onset & third).any(axis=1),
        f"{FEW} and more notes of triplets": (onset & third).sum(axis=1) >= FEW,
    }


def _exact(
    checkpoint: Light, tokens: Tokens, kind: int, unseen: Bool[np.ndarray, " measure"]
) -> dict[str, dict[str, float]]:
    """Return the number of measures and the share that comes back exactly, by slice; and both of the unseen ones.

    Few measures of a corpus begin held: all with two notes or more are measured as well with the first one held.
    """
    width = tokenizer.ticks(METRES[kind])
    onset = is_onset(tokens)
    several = (onset.sum(axis=1) > 1) & onset[:, 0]
    held = tokens[several].copy()
    held[:, 0] = HOLD
    result: dict[str, dict[str, float]] = {}
    all_held = {MADE: np.ones(len(held), dtype=bool)}
    for rows, chosen, new in ((tokens, slices(tokens[:, :width]), unseen), (held, all_held, unseen[several])):
        decoded, _ = reconstruction.decode(checkpoint, rows, np.full(len(rows), kind))
        right = (rows[:, :width] == decoded[:, :width]).all(axis=1)
        for name, mask in chosen.items():
            if mask.any():
                result[name] = {"n": int(mask.sum()), "exact": float(right[mask].mean())}
                if (mask & new).any():
                    result[name] |= {"unseen": int((mask & new).sum()), "unseen exact": float(right[mask & new].mean())}
    return result


def sweeps(checkpoint: Light, corpus: Corpus, tunes: Int[np.ndarray, " tune"], count: int) -> dict[str, Any]:
    """Move every dimension through `count` of the `tunes`, each in its key: the model's own sweep, without a search."""
    chosen = tunes[np.linspace(0, len(tunes) - 1, min(count, len(tunes))).astype(int)]
    music = [tune_of(corpus, corpus.tune == number, corpus.sources[number]) for number in chosen]
    result: dict[str, Any] = {"tunes": len(music)}
    for name in checkpoint.config.attributes:
        swept = [interpolate(checkpoint, tune, name, closed=False) for tune in music]
        means = np.array([[variation.values.mean() for variation in variations] for variations in swept])
        falls = np.diff(means, axis=1) < 0
        result[name] = {"falls": float(falls.mean()), "means": means.mean(axis=0).round(4).tolist()}
    return result


def tune_of(corpus: Corpus, rows: Bool[np.ndarray, " measure"], source: str) -> Tune:
    """Return measures of a corpus as a tune."""
    metres = [METRES[kind] for kind in corpus.kind[rows]]
    starts = np.cumsum([Fraction(0), *(metre.length for metre in metres)])
    measures = tuple(Measure(start, metre) for start, metre in zip(starts, metres, strict=False))
    return Tune(decode(corpus.tokens[rows], measures), measures, source=source)

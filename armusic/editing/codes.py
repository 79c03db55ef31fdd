"""The codes of a tune, a row per measure, and the tune that codes stand for."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from armusic.config import MUSIC
from armusic.editing import prior_samples
from armusic.editing.decoding import decode, encode
from armusic.editing.material import prepare, with_tokens
from armusic.errors import UsageError
from armusic.files import counted
from armusic.inference.checkpoint import Checkpoint
from armusic.music import tokenizer
from armusic.music.score import METRES, Measure, Metre, Tune
from armusic.music.tokenizer import HOLD, REST
from armusic.shapes import Float

Codes = Float[np.ndarray, "measure latent"]


def encode_tune(checkpoint: Checkpoint, tune: Tune) -> Codes:
    """Return the code of each measure: the mean of the posterior.

    Returns
    -------
    float32 array (measure, latent)
        NaN where a measure has no code: nothing begins in it, or its pitches lie outside the model's range.

    Raises
    ------
    UsageError
        For a model of something else than music.
    OffGridError
        For a note between two ticks.
    """
    _refuse_other_than_music(checkpoint)
    material = prepare(checkpoint, tune)
    codes = np.full((len(material.kind), checkpoint.model.latent), np.nan, dtype=np.float32)
    rows = np.flatnonzero(material.varied)
    codes[rows] = encode(checkpoint, material, rows)
    return codes


def decode_tune(
    checkpoint: Checkpoint, codes: Codes, *, like: Tune | None = None, metre: str | Metre | None = None
) -> Tune:
    """Return the tune that codes stand for, a measure per code, each the most likely one.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    codes : float array (measure, latent)
        NaN rows are left out: they stay as in `like`, or are a measure of rest.
    like : Tune, optional
        A tune with as many measures: it gives their metres, the pitch around which each lies, the ties over bar
        lines, the tempo and the key.
    metre : str or Metre, optional
        The metre of all measures where there is no such tune, such as `6/8`; melodies then lie around A4.

    Raises
    ------
    UsageError
        For a model of something else than music, codes of another shape, or neither or both of `like` and `metre`.
    """
    _refuse_other_than_music(checkpoint)
    codes = np.asarray(codes, dtype=np.float32)
    latent = checkpoint.model.latent
    if codes.ndim != 2 or codes.shape[1] != latent:
        raise UsageError(f"codes of shape {codes.shape}: give one row of {latent} numbers per measure")
    if (like is None) is (metre is None):
        raise UsageError("decoding needs either a tune to be like, or a metre: give one of them")
    finite = np.isfinite(codes).all(axis=1)
    if like is None:
        assert metre is not None
        return _in_metre(checkpoint, codes, finite, metre if isinstance(metre, Metre) else Metre.parse(metre))
    if len(codes) != len(like.measures):
        raise UsageError(
            f"{counted(len(codes), 'code')} for a tune of {counted(len(like.measures), 'measure')}:"
            " give one per measure"
        )
    material = prepare(checkpoint, like)
    tokens = material.tokens.copy()
    rows = np.flatnonzero(finite)
    tokens[rows] = decode(checkpoint, material, rows, codes[rows][None])[0, 0]
    return with_tokens(like, tokens)


def _in_metre(checkpoint: Checkpoint, codes: Codes, finite: np.ndarray, metre: Metre) -> Tune:
    """Return the tune of codes in one metre."""
    kind = METRES.index(metre.kind)
    tokens = np.full((len(codes), tokenizer.ticks(metre.kind)), HOLD, dtype=np.int16)
    tokens[:, 0] = REST
    if finite.any():
        tokens[finite] = prior_samples.decode(checkpoint, codes[finite], kind)
    measures = tuple(Measure(Fraction(number * metre.length), metre) for number in range(len(codes)))
    return Tune(tokenizer.decode(tokens, measures), measures)


def _refuse_other_than_music(checkpoint: Checkpoint) -> None:
    if checkpoint.config.domain != MUSIC:
        raise UsageError(f"a model of {checkpoint.config.data} has no codes of tunes: load a model of music")

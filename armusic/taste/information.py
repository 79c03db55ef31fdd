"""Surprise as a curve over a tune: information content in context, in bits a note.

How unexpected the notes of a measure are to the model of tunes, which sees the rest of the tune on both
sides but not what is equal to the measure itself (information content: Pearce 2005; here in the whole tune rather
than after its past alone). Each measure is averaged with its neighbours by a Hann window of three measures:
half, one, half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from armusic.music import attributes, tokenizer
from armusic.music.attributes import table
from armusic.music.attributes.table import AttributeTable
from armusic.music.score import Tune, numbered
from armusic.music.tokenizer import is_onset
from armusic.shapes import Float, Int
from armusic.taste import context, tune_model
from armusic.taste import surprise as surprises

NAME = "surprise"
WINDOW = (0.5, 1.0, 0.5)
MEAN, STD = (2.65, 2.76, 3.39, 2.36, 2.28, 2.36), (0.94, 1.06, 1.10, 0.83, 0.66, 0.83)
"""Of the validation part of the folk corpus, in each of `score.METRES`; 12/8, which is not in it, has those of 6/8."""

Values = Float[np.ndarray, " measure"]


def surprise(tune: Tune) -> Values:
    """Return the surprise of each measure of a tune, in bits a note; 0 where nothing begins nearby.

    Parameters
    ----------
    tune : Tune
        All its notes on the grid.

    Examples
    --------
    >>> from armusic.io import readers
    >>> surprise(readers.read("examples/speed-the-plough.mid"))[:4].round(1).tolist()
    [2.1, 2.5, 2.6, 2.0]
    """
    return curve(tokenizer.encode(tune), tokenizer.kinds(tune.measures))


def curve(tokens: Int[np.ndarray, "measure tick"], kind: Int[np.ndarray, " measure"]) -> Values:
    """Return the surprise of each measure of a tune, in bits a note, as `surprise` does; parameters as for `bits`."""
    notes = is_onset(tokens).sum(axis=1)
    return smoothed(np.where(notes > 0, bits(tokens, kind), 0.0), notes)


def bits(tokens: Int[np.ndarray, "measure tick"], kind: Int[np.ndarray, " measure"]) -> Values:
    """Return the information of each measure of a tune, in bits.

    Parameters
    ----------
    tokens : int array (measure, tick)
        The tune: see `tokenizer.encode`.
    kind : int array (measure,)
        Places of the metres in `score.METRES`.
    """
    model, every = tune_model.shipped(), np.arange(len(tokens))
    where = surprises.places(model, context.setting(tokens, kind), every)
    return surprises.surprise(model, where, every, tokens) / float(np.log(2))


def smoothed(bits: Values, notes: Int[np.ndarray, " measure"]) -> Values:
    """Return bits a note, each measure with its neighbours.

    Examples
    --------
    >>> smoothed(np.array([8.0, 8.0, 24.0, 0.0, 0.0, 0.0]), np.array([4, 4, 4, 0, 0, 0])).round(2).tolist()
    [2.0, 3.0, 4.67, 6.0, 0.0, 0.0]
    """
    total, count = (np.convolve(values, WINDOW)[1:-1] for values in (bits, notes))
    return np.where(count > 0, total / np.maximum(count, min(WINDOW)), 0.0)


def with_surprise(tune: Tune, names: Sequence[str] | None = None) -> AttributeTable:
    """Return the attributes of every measure of a tune, `surprise` among them where it is named.

    The parameters are those of `armusic.music.attributes.table.attributes`.

    Examples
    --------
    >>> from armusic.io import readers
    >>> with_surprise(readers.read("examples/speed-the-plough.mid"), ["surprise", "note_density"]).names
    ('surprise', 'density')
    """
    others = [name for name in names or attributes.DEFAULT if name != NAME]
    measured = table.attributes(tune, others or None)
    if names is None or len(others) == len(names):
        return measured
    chosen = iter(measured.names)
    every = tuple(name if name == NAME else next(chosen) for name in names)
    columns = {**dict(zip(measured.names, measured.values.T, strict=True)), NAME: surprise(tune)}
    return replace(measured, names=every, values=np.column_stack([columns[name] for name in every]))


def summary(tune: Tune) -> str:
    """Return in words how surprising a tune is, and where it is most.

    Examples
    --------
    >>> from armusic.io import readers
    >>> summary(readers.read("examples/speed-the-plough.mid"))
    '2.7 bits a note; most around measure 16 (4.2), least around measure 5 (1.9)'
    """
    bits_a_note = surprise(tune)
    tokens, kind = tokenizer.encode(tune), tokenizer.kinds(tune.measures)
    sounds = is_onset(tokens).any(axis=1)
    mean = bits(tokens, kind)[sounds].sum() / max(len(tune.notes), 1)
    numbers = tune.numbers
    most, least = (int(np.where(sounds, sign * bits_a_note, -np.inf).argmax()) for sign in (1, -1))
    return (
        f"{mean:.1f} bits a note; most around {numbered(numbers[most])} ({bits_a_note[most]:.1f}),"
        f" least around {numbered(numbers[least])} ({bits_a_note[least]:.1f})"
    )

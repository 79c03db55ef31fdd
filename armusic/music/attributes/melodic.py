"""Melodic attributes: interval entropy and the mean interval.

Each looks at a measure on its own: what sounds into it and what follows it are not known. A
value does not change by transposition, and is 0 for silence and where a note is only held.
"""

from __future__ import annotations

import numpy as np

from armusic.music.attributes.entropy import entropy
from armusic.music.attributes.pati_lerch import SPAN
from armusic.music.attributes.validation import Tokens, Values
from armusic.music.score import Metre
from armusic.music.tokenizer import is_onset, ticks
from armusic.shapes import Int


def interval_entropy(tokens: Tokens, metre: Metre) -> Values:
    """Return how varied the melodic intervals of each measure are: their entropy.

    An interval is the step from one note of the measure to the next, in semitones with its
    direction; rests between them make no difference.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Tokens, as `tokenizer.encode` gives them.
    metre : Metre
        The metre of all measures.

    Returns
    -------
    float64 array (measure,)
        - sum(p log p) over the shares p of each interval, over log(ticks per measure): from 0
        (fewer than three notes, or all steps alike) to less than 1.

    Source
    ------
    C. E. Shannon, "A mathematical theory of communication" (1948), of melodic intervals.

    Examples
    --------
    >>> from armusic.music.tokenizer import HOLD
    >>> row = [60, HOLD, HOLD, 62, HOLD, HOLD, 64, HOLD, HOLD, 60, HOLD, HOLD]  # up 2, up 2, down 4
    >>> interval_entropy(np.array([row]), Metre(2, 4)).round(3).tolist()
    [0.256]
    """
    rows, steps = _steps(tokens[:, : ticks(metre)])
    return entropy(rows, steps, len(tokens), metre)


def mean_interval(tokens: Tokens, metre: Metre) -> Values:
    """Return how far the notes of each measure lie apart: the mean size of the steps between successive ones.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Tokens, as `tokenizer.encode` gives them.
    metre : Metre
        The metre of all measures.

    Returns
    -------
    float64 array (measure,)
        mean(|step|) in semitones over 26, as `range` and `contour` have it; 0 for a measure with
        fewer than two notes.

    Source
    ------
    The average melodic interval of C. McKay and I. Fujinaga, "jSymbolic: a feature extractor for
    MIDI files", International Computer Music Conference (2006), over 26.

    Examples
    --------
    >>> from armusic.music.tokenizer import HOLD
    >>> mean_interval(np.array([[60, HOLD, HOLD, 73, HOLD, HOLD] * 2]), Metre(2, 4)).tolist()
    [0.5]
    """
    rows, steps = _steps(tokens[:, : ticks(metre)])
    count = np.bincount(rows, minlength=len(tokens))
    return np.bincount(rows, np.abs(steps), minlength=len(tokens)) / np.maximum(count, 1) / SPAN


def _steps(tokens: Tokens) -> tuple[Int[np.ndarray, " step"], Int[np.ndarray, " step"]]:
    """Return of each step from a note to the next one its measure, and its size in semitones."""
    rows, at = np.nonzero(is_onset(tokens))
    same = rows[1:] == rows[:-1]
    return rows[1:][same], np.diff(tokens[rows, at].astype(np.int64))[same]

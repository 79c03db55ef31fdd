"""The attributes of Pati and Lerch (2020): rhythmic complexity, pitch range, note density, contour.

In 4/4 they are theirs; the other metres use the same formulas with their own number of ticks
and metrical weights (`metrical_weights`).
"""

from __future__ import annotations

from functools import cache

import numpy as np

from armusic.music.attributes.validation import Tokens, Values
from armusic.music.score import Metre
from armusic.music.tokenizer import is_onset, ticks
from armusic.shapes import Float

SPAN = 26  # semitones that count as 1 in range and contour (Pati and Lerch 2020)

# Weight of an onset by where it falls (Pati and Lerch 2020): the weaker the place, the heavier.
_DOWNBEAT, _HALF_MEASURE, _BEAT = 0.20, 0.25, 0.67
_WITHIN_SIMPLE = (1, 2, 0.5, 2, 1)  # 1/4, 1/3, 1/2, 2/3, 3/4 of the beat: eighth .5, sixteenths 1, triplets 2
_WITHIN_COMPOUND = (1, 0.5, 1, 0.5, 1)  # sixteenths 1, eighths .5


@cache
def metrical_weights(metre: Metre) -> Float[np.ndarray, " tick"]:
    """Return the weight that `rhythm` gives to an onset at each tick.

    Parameters
    ----------
    metre : Metre
        Any kind.

    Returns
    -------
    float64 array (tick,)
        From .2 at the downbeat to 2 at triplets.

    Source
    ------
    Pati and Lerch (2020) for 4/4, where a weight is the inverse of a place's metrical
    strength. The others follow the hierarchy of Lerdahl and Jackendoff (A Generative Theory
    of Tonal Music, 1983): the downbeat is strongest; the middle of four beats comes next;
    then the other beats; then the first division of a beat (eighths), the next (sixteenths),
    and last the division that is foreign to the metre (triplets in simple metres).

    Examples
    --------
    >>> metrical_weights(Metre(6, 8)).tolist()
    [0.2, 1.0, 0.5, 1.0, 0.5, 1.0, 0.67, 1.0, 0.5, 1.0, 0.5, 1.0]
    """
    heads = np.full(metre.beats, _BEAT)
    heads[0] = _DOWNBEAT
    if metre.beats == 4:
        heads[2] = _HALF_MEASURE
    within = _WITHIN_COMPOUND if metre.compound else _WITHIN_SIMPLE
    return np.column_stack([heads, np.tile(within, (metre.beats, 1))]).ravel()


def rhythm(tokens: Tokens, metre: Metre) -> Values:
    """Return the rhythmic complexity of each measure: onsets, weighted by how weak their place is.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Tokens, as `tokenizer.encode` gives them.
    metre : Metre
        The metre of all measures.

    Returns
    -------
    float64 array (measure,)
        From 0 (no onset) to 1 (one at every tick): sum(weight * onset) / sum(weight).

    Source
    ------
    Pati and Lerch (2020), "rhythmic complexity"; weights: `metrical_weights`.
    """
    weights = metrical_weights(metre.kind)
    return is_onset(tokens[:, : ticks(metre)]) @ (weights / weights.sum())


def pitch_range(tokens: Tokens, metre: Metre) -> Values:
    """Return how far apart the lowest and highest notes of each measure are.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Tokens, as `tokenizer.encode` gives them.
    metre : Metre
        The metre of all measures.

    Returns
    -------
    float64 array (measure,)
        Semitones over 26, at least 0; 0 for a measure with fewer than two notes.

    Source
    ------
    Pati and Lerch (2020), "pitch range".

    Examples
    --------
    >>> from armusic.music.tokenizer import HOLD
    >>> pitch_range(np.array([[60, HOLD, HOLD, 73, HOLD, HOLD] * 2]), Metre(2, 4)).tolist()
    [0.5]
    """
    tokens = tokens[:, : ticks(metre)]
    onset = is_onset(tokens)
    highest = np.where(onset, tokens, -1).max(axis=1)
    lowest = np.where(onset, tokens, np.iinfo(tokens.dtype).max).min(axis=1)
    return np.where(onset.any(axis=1), highest - lowest, 0) / SPAN


def density(tokens: Tokens, metre: Metre) -> Values:
    """Return the note density of each measure: onsets over ticks.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Tokens, as `tokenizer.encode` gives them.
    metre : Metre
        The metre of all measures.

    Returns
    -------
    float64 array (measure,)
        From 0 to 1; eight eighths in 4/4 are .33, six in 6/8 are .5.

    Source
    ------
    Pati and Lerch (2020), "note density".
    """
    return is_onset(tokens[:, : ticks(metre)]).mean(axis=1)


def contour(tokens: Tokens, metre: Metre) -> Values:
    """Return how far each measure rises (or falls) from its first note to its last.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Tokens, as `tokenizer.encode` gives them.
    metre : Metre
        The metre of all measures.

    Returns
    -------
    float64 array (measure,)
        Semitones over 26, negative where it falls; 0 for a measure with fewer than two notes.

    Source
    ------
    Pati and Lerch (2020), "contour": the sum of the steps.
    """
    tokens = tokens[:, : ticks(metre)]
    onset = is_onset(tokens)
    rows = np.arange(len(tokens))
    first = tokens[rows, onset.argmax(axis=1)]
    last = tokens[rows, tokens.shape[1] - 1 - onset[:, ::-1].argmax(axis=1)]
    return np.where(onset.any(axis=1), last - first, 0) / SPAN

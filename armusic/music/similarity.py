"""Distance between measures.

It looks at rows of tokens; a beat has six ticks in every metre, so none needs to be named.
"""

from __future__ import annotations

import numpy as np

from armusic.music.tokenizer import HOLD, PAD, TICKS_PER_BEAT, is_onset, sounding
from armusic.shapes import Bool, Float, Int

Tokens = Int[np.ndarray, "candidate tick"]
Values = Float[np.ndarray, "candidate attribute"]

STRENGTH = (5.0, 2.0)  # of the downbeat and the beats in the distance, of which other ticks have 1
OTHERS = 0.5  # weight of the other attributes in the distance
OCTAVE = 12


def distance(
    tokens: Tokens, before: Tokens, values: Values, values_before: Values, std: Values
) -> Float[np.ndarray, " candidate"]:
    """Return how far measures are from others: 0 only where they are equal.

    It is the sum of four terms: the share of ticks at which something else happens (a note
    starts, silence begins, or what was goes on); the root mean square difference of pitch where
    a note starts in both, 1 where none does, so that a line that bends is nearer than one with a
    note that leaps; the mean difference of the melodic line (the last pitch at each tick, less the
    line's mean); and half the mean change of the attributes without a target. In the first two, a beat
    counts as two ticks, and the downbeat as five (`STRENGTH`). Pitches count in octaves, at most
    one; attributes in standard deviations of the corpus.

    Parameters
    ----------
    tokens, before : int array (candidate, tick)
        At least one note each; padded at the same ticks.
    values, values_before, std : float array (candidate, attribute)
        The attributes without a target, and their standard deviations.

    Examples
    --------
    >>> none = np.zeros((1, 0))
    >>> two_notes, one_note = np.array([[60, 128, 62, 128]]), np.array([[60, 128, 128, 128]])
    >>> distance(two_notes, one_note, none, none, none).round(3).tolist()
    [0.208]
    """
    return apart(tokens, before) + OTHERS * others(values - values_before, std)


def apart(tokens: Tokens, before: Tokens) -> Float[np.ndarray, " candidate"]:
    """Return the first three terms of the distance: what the notes alone say."""
    inside = before != PAD
    length = inside.sum(axis=1)
    weight = _weights(tokens.shape[1])
    onset, onset_before = is_onset(tokens), is_onset(before)
    both = onset & onset_before
    happens = (np.where(onset, 0, tokens) != np.where(onset_before, 0, before)) @ weight / (inside @ weight)
    squares = np.where(both, tokens - before, 0).astype(float) ** 2 @ weight / np.maximum(both @ weight, 1)
    pitch = np.where(both.any(axis=1), (np.sqrt(squares) / OCTAVE).clip(max=1), 1.0)
    lines = abs(_line(tokens, inside) - _line(before, inside))
    melody = (np.where(inside, lines, 0).sum(axis=1) / length / OCTAVE).clip(max=1)
    return happens + pitch + melody


def others(change: Values, std: Values) -> float | Float[np.ndarray, " candidate"]:
    """Return the mean change of the attributes without a target, in standard deviations; 0 without any."""
    return (abs(change) / std).mean(axis=1) if change.shape[1] else 0.0


def _weights(width: int) -> Float[np.ndarray, " tick"]:
    """Return what a tick counts for: its place in the measure is that of all metres, whose beats have six ticks."""
    weight = np.ones(width)
    weight[::TICKS_PER_BEAT] = STRENGTH[1]
    weight[:1] = STRENGTH[0]
    return weight


def pitch_line(tokens: Tokens) -> Tokens:
    """Return the last pitch struck at each tick, and the first pitch before it; each row needs a note.

    Examples
    --------
    >>> pitch_line(np.array([[HOLD, 60, HOLD, 62, HOLD, HOLD]])).tolist()
    [[60, 60, 60, 62, 62, 62]]
    """
    onset = is_onset(tokens)
    first = np.take_along_axis(tokens, onset.argmax(axis=1)[:, None], axis=1)
    line = sounding(np.where(onset, tokens, HOLD))
    return np.where(line == HOLD, first, line)


def _line(tokens: Tokens, inside: Bool[np.ndarray, "candidate tick"]) -> Float[np.ndarray, "candidate tick"]:
    """Return the pitch that sounds at each tick, less the mean."""
    line = pitch_line(tokens).astype(float)
    return line - np.where(inside, line, 0).sum(axis=1, keepdims=True) / inside.sum(axis=1, keepdims=True)

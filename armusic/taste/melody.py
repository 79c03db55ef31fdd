"""The melody of a measure: its notes one behind the other, and how they go on."""

from __future__ import annotations

import numpy as np

from armusic.music.tokenizer import HOLD, is_onset
from armusic.shapes import Int

Tokens = Int[np.ndarray, "candidate tick"]
Counts = Int[np.ndarray, " candidate"]


def notes(tokens: Tokens) -> tuple[Int[np.ndarray, "candidate note"], Int[np.ndarray, " candidate"]]:
    """Return the pitches of each row one behind the other, and their number; what follows them means nothing."""
    onset = is_onset(tokens)
    count = onset.sum(axis=1)
    pitch = np.zeros(tokens.shape, dtype=np.int64)
    pitch[np.arange(tokens.shape[1]) < count[:, None]] = tokens[onset]  # both masks are read row by row
    return pitch, count


def intervals(tokens: Tokens) -> Int[np.ndarray, "candidate interval"]:
    """Return the intervals from note to note, in semitones with their sign; 0 behind the last.

    Examples
    --------
    >>> intervals(np.array([[60, HOLD, 64, 62], [HOLD, 60, HOLD, HOLD]])).tolist()
    [[4, -2, 0], [0, 0, 0]]
    """
    pitch, count = notes(tokens)
    steps = np.diff(pitch, axis=1)
    return np.where(np.arange(1, pitch.shape[1]) < count[:, None], steps, 0)


def runs(tokens: Tokens) -> Counts:
    """Return how many notes of one pitch stand in a row, at most.

    Examples
    --------
    >>> runs(np.array([[60, 60, HOLD, 62], [HOLD, HOLD, HOLD, HOLD], [60, 62, 62, 62]])).tolist()
    [2, 0, 3]
    """
    pitch, count = notes(tokens)
    longest = length = np.minimum(count, 1)
    for place in range(1, pitch.shape[1]):
        again = (pitch[:, place] == pitch[:, place - 1]) & (place < count)
        length = np.where(again, length + 1, 1)
        longest = np.maximum(longest, np.where(place < count, length, 0))
    return longest


def repetitions(tokens: Tokens) -> Counts:
    """Return how many notes of each row strike the pitch before them again.

    Examples
    --------
    >>> repetitions(np.array([[60, 60, HOLD, 62], [60, 62, 62, 62], [HOLD, HOLD, HOLD, HOLD]])).tolist()
    [1, 2, 0]
    """
    pitch, count = notes(tokens)
    again = (np.diff(pitch, axis=1) == 0) & (np.arange(1, pitch.shape[1]) < count[:, None])
    return np.asarray(again.sum(axis=1))


def variety(tokens: Tokens) -> Counts:
    """Return how many different pitches each row has.

    Examples
    --------
    >>> variety(np.array([[60, 64, HOLD, 60], [HOLD, HOLD, HOLD, HOLD]])).tolist()
    [2, 0]
    """
    pitch = np.sort(np.where(is_onset(tokens), tokens, HOLD), axis=1)
    new = np.diff(pitch, axis=1, prepend=-1) > 0
    return np.asarray((new & (pitch < HOLD)).sum(axis=1))

"""Variants of measures to train on: a corpus holds few of the possible measures.

Every variant is a whole measure, whose attributes are measured anew: mirrored in pitch,
spliced with another measure at a beat, given the pitches of another measure, or with single
notes moved, tied together or struck twice; a few begin with a note held over the bar line, which is rare in a corpus.
"""

from __future__ import annotations

import numpy as np

from armusic.music.pitch_frame import Frame
from armusic.music.tokenizer import TICKS_PER_BEAT, sounding
from armusic.shapes import Bool, Int

MIRROR, SPLICE, REPITCH, MOVE, MERGE, STRIKE, HELD = 0.3, 0.5, 0.3, 0.3, 0.15, 0.15, 0.1
_STEP = np.array([-4, -3, -2, -1, 1, 2, 3, 4])  # semitones by which a single note moves


def vary(
    x: Int[np.ndarray, "item tick"],
    changed: Bool[np.ndarray, " item"],
    frame: Frame,
    ticks: int,
    rng: np.random.Generator,
) -> Int[np.ndarray, "variant tick"]:
    """Return variants of the `changed` measures, made from them and the others of the batch.

    Parameters
    ----------
    x : int array (item, tick)
        Classes of `frame`, of one metre.
    changed : bool array (item,)
        Mask of the measures to vary.
    frame : Frame
        Pitch frame of the classes.
    ticks : int
        Ticks per measure; further columns stay as they are.
    rng : numpy Generator
        Source of randomness.

    Returns
    -------
    int array (variant, tick)
        Canonical rows; in place of a variant that leaves the frame, the measure itself.
    """
    source = x[changed]
    y = source[:, :ticks].copy()
    partner = x[rng.integers(len(x), size=len(y)), :ticks]

    def drawn(share: float) -> Bool[np.ndarray, "variant 1"]:
        return rng.random((len(y), 1)) < share

    def struck(rows: Int[np.ndarray, "variant tick"]) -> Bool[np.ndarray, "variant tick"]:
        return rows < frame.hold

    # the other measure's notes, from a beat on
    seam = TICKS_PER_BEAT * rng.integers(1, max(2, ticks // TICKS_PER_BEAT), size=(len(y), 1))
    y = np.where(drawn(SPLICE) & (np.arange(ticks) >= seam), partner, y)
    # the other measure's pitches, in order, for as many notes as there are
    donor = x[rng.integers(len(x), size=len(y)), :ticks]
    rank = np.cumsum(struck(y), axis=1) - 1
    order = np.argsort(~struck(donor), axis=1, kind="stable")
    count = struck(donor).sum(axis=1, keepdims=True)
    pitches = np.take_along_axis(
        np.take_along_axis(donor, order, axis=1), np.clip(rank, 0, np.maximum(count - 1, 0)), axis=1
    )
    y = np.where(drawn(REPITCH) & (count > 0) & struck(y), pitches, y)
    # single notes: moved, tied to the one before, or struck again while they sound
    some = rng.random(y.shape) < 0.2
    moved = y + rng.choice(_STEP, size=y.shape)
    y = np.where(drawn(MOVE) & some & struck(y) & (moved >= 0) & (moved < frame.hold), moved, y)
    some = rng.random(y.shape) < 0.3
    y = np.where(drawn(MERGE) & some & struck(y) & (np.arange(ticks) > 0), frame.hold, y)
    pitch = sounding(y, frame.hold)
    some = rng.random(y.shape) < 0.2
    y = np.where(drawn(STRIKE) & some & (y == frame.hold) & struck(pitch), pitch, y)
    y = np.where(drawn(MIRROR) & struck(y), frame.hold - 1 - y, y)
    several = struck(y).sum(axis=1, keepdims=True) > 1
    y[:, :1] = np.where(drawn(HELD) & several & struck(y[:, :1]), frame.hold, y[:, :1])
    y = _canonical(y, frame)

    fits = np.ones(len(y), dtype=bool)
    if frame.name == "anchored":  # the median is a new one
        tokens = frame.leave(y, np.full(len(y), 64))
        y, fits = frame.enter(tokens, frame.anchors(tokens))
    result = source.copy()
    result[fits, :ticks] = y[fits]
    return result


MANY, WIDE = 11, 17  # onsets, and semitones from the lowest note to the highest


def hard(x: Int[np.ndarray, "item tick"], frame: Frame) -> Bool[np.ndarray, " item"]:
    """Return the mask of the measures that models find hard: many onsets, a wide span, or no onset at the start.

    Examples
    --------
    >>> from armusic.music.pitch_frame import ANCHORED
    >>> hard(np.array([[19, ANCHORED.hold], [ANCHORED.rest, 19], [10, 27]]), ANCHORED).tolist()
    [False, True, True]
    """
    struck = x < frame.hold
    span = np.where(struck, x, 0).max(axis=1) - np.where(struck, x, frame.hold).min(axis=1)
    return (struck.sum(axis=1) >= MANY) | (span >= WIDE) | ~struck[:, 0]


def _canonical(y: Int[np.ndarray, "item tick"], frame: Frame) -> Int[np.ndarray, "item tick"]:
    """Drop every rest that follows silence."""
    before = sounding(y, frame.hold)[:, :-1]
    silent = (y[:, 1:] == frame.rest) & (before == frame.rest)
    return np.concatenate([y[:, :1], np.where(silent, frame.hold, y[:, 1:])], axis=1)


def transpose(x: Int[np.ndarray, "item tick"], frame: Frame, rng: np.random.Generator) -> Int[np.ndarray, "item tick"]:
    """Return each measure in another register of the frame: all that fit are equally likely."""
    struck = x < frame.hold
    lowest = np.where(struck, x, frame.hold - 1).min(axis=1)
    highest = np.where(struck, x, 0).max(axis=1)
    shift = rng.integers(-lowest, np.maximum(frame.hold - highest, 1 - lowest))
    return np.where(struck, x + shift[:, None], x).astype(x.dtype)

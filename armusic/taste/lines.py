"""Measures made by rules: lines tilted, stretched and moved as a whole, figures added, weak notes left out.

All of it is in steps of the scale that the tune uses, so that what comes out stays in it.
"""

from __future__ import annotations

from itertools import product

import numpy as np

from armusic.music.tokenizer import HOLD, MAX_TICKS, is_onset, sounding
from armusic.shapes import Bool, Float, Int

Tokens = Int[np.ndarray, "item tick"]
Scale = Int[np.ndarray, " pitch"]

TILTS = (-10, -8, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 8, 10)  # steps from the first note to the last
STRETCHES = (-1.0, -0.6, -0.3, 0.0, 0.5, 1.0)  # of the line around its mean: -1 leaves one pitch
SHIFTS = (-1, 0, 1)  # steps by which all of it moves
STEPS = (-3, -2, -1, 1, 2, 3)  # by which a single note moves, or is added beside the one that sounds
PAIRS = 200  # of touches, of all that there are
FIGURES = 48  # tries of added and left-out notes, each

_MOVE, _DROP, _ADD = range(3)


def moved(tokens: Tokens, scale: Scale, ends: Bool[np.ndarray, " item"]) -> Int[np.ndarray, "move item tick"]:
    """Return each measure with its line tilted, stretched and moved: its rhythm stays.

    Parameters
    ----------
    tokens : int array (item, tick)
        Measures.
    scale : int array (pitch,)
        The pitches that there are to choose from, rising.
    ends : bool array (item,)
        Measures whose last note is to stay: the line turns around it.
    """
    onset = is_onset(tokens)
    place = np.cumsum(onset, axis=1) - 1
    count = np.maximum(onset.sum(axis=1, keepdims=True) - 1, 1)
    whole = place / count
    half = np.clip(whole * 2 - 1, 0, 1)  # the second half only
    early = np.clip(whole * 2, 0, 1)  # the first half only
    steps = np.searchsorted(scale, np.where(onset, tokens, 0)).clip(0, len(scale) - 1)
    mean = (steps * onset).sum(axis=1, keepdims=True) / np.maximum(onset.sum(axis=1, keepdims=True), 1)
    last = tokens.shape[1] - 1 - onset[:, ::-1].argmax(axis=1)[:, None]
    pivot = np.where(ends[:, None], np.take_along_axis(steps, last, axis=1), mean)
    shapes = np.stack([whole, half, early])
    shapes = shapes - np.where(ends[:, None], np.take_along_axis(shapes, last[None], axis=2), 0.5)
    moves = np.array([*product(range(len(shapes)), TILTS, STRETCHES, SHIFTS)])
    moves = moves[(moves[:, 0] == 0) | (moves[:, 1] != 0)]  # without a tilt all shapes are alike
    tilt, stretch, shift = moves.T[1:, :, None, None]
    way = tilt * shapes[moves[:, 0].astype(np.int64)] + stretch * (steps - pivot) + np.where(ends[:, None], 0, shift)
    change = np.rint(way).astype(np.int64)
    pitch = scale[(steps + change).clip(0, len(scale) - 1)]
    return np.where(onset & (change != 0), pitch, tokens)


def filled(
    tokens: Tokens, scale: Scale, grid: Bool[np.ndarray, "item tick"], rng: np.random.Generator, count: int = FIGURES
) -> Int[np.ndarray, "try item tick"]:
    """Return measures with notes added where one goes on: passing notes, neighbours and arpeggios.

    Parameters
    ----------
    tokens : int array (item, tick)
        Measures.
    scale : int array (pitch,)
        The pitches that there are to choose from, rising.
    grid : bool array (item, tick)
        Ticks at which notes may be added.
    rng : numpy Generator
        Source of randomness: the same for all measures, so that what comes of one does not depend on the others.
    count : int
        Number of tries, from few notes added to many.
    """
    shape = (count, *tokens.shape)
    rows = np.broadcast_to(tokens, shape).reshape(-1, tokens.shape[1])

    def chance(values: Float[np.ndarray, "try tick"]) -> np.ndarray:
        return np.repeat(values[:, : rows.shape[1]], len(tokens), axis=0)

    dice = [chance(rng.random((count, MAX_TICKS))) for _ in range(6)]
    often = np.repeat(np.linspace(0.1, 1, count), len(tokens))[:, None]
    state = sounding(rows)
    free = (rows == HOLD) & is_onset(state) & np.broadcast_to(grid, shape).reshape(rows.shape)
    added = free & (dice[0] < often)
    beside = np.roll(added, 1, axis=1) | np.roll(added, -1, axis=1)
    added &= ~(beside & (dice[1] < 0.7))  # two notes on neighbouring ticks are few
    now = np.searchsorted(scale, np.where(is_onset(state), state, 0)).clip(0, len(scale) - 1)
    following = _following(rows)
    ahead = np.where(is_onset(following), np.searchsorted(scale, following).clip(0, len(scale) - 1), now)
    up = np.where(dice[2] < 0.5, -1, 1)
    between = np.rint((now + ahead) / 2 + 0.1 * up).astype(np.int64)
    arpeggio = now + up * np.where(dice[3] < 0.5, 2, 4)
    passing = (abs(ahead - now) >= 2) & (dice[4] < 0.75)
    step = np.where(passing, between, np.where(dice[5] < 0.6, now + up, arpeggio))
    pitch = scale[step.clip(0, len(scale) - 1)]
    return np.where(added, pitch, rows).reshape(shape)


def thinned(
    tokens: Tokens, weight: Float[np.ndarray, "item tick"], rng: np.random.Generator, count: int = FIGURES
) -> Int[np.ndarray, "try item tick"]:
    """Return measures with notes held through, the weak ones first.

    `weight` says how weak each tick is; by chance, notes of about the same weight change places.
    """
    shape = (count, *tokens.shape)
    onset = np.broadcast_to(is_onset(tokens), shape)
    dice = rng.normal(scale=0.3, size=(count, 1, MAX_TICKS))[:, :, : tokens.shape[1]]
    weak = np.where(onset, weight + dice * weight.mean(axis=1, keepdims=True), -np.inf)
    rank = (-weak).argsort(axis=2).argsort(axis=2)  # 0: the weakest note
    notes = onset.sum(axis=2, keepdims=True)
    gone = np.ceil(np.linspace(0, 1, count)[:, None, None] * (notes - 1))
    return np.where(onset & (rank < gone), HOLD, tokens)


def touched(
    tokens: Tokens, scale: Scale, grid: Bool[np.ndarray, "item tick"], rng: np.random.Generator, pairs: int = PAIRS
) -> Int[np.ndarray, "touch item tick"]:
    """Return measures with one or two notes moved, left out or added: every single touch, and some of the pairs.

    Parameters
    ----------
    tokens : int array (item, tick)
        Measures.
    scale : int array (pitch,)
        The pitches that there are to choose from, rising.
    grid : bool array (item, tick)
        Ticks at which notes may be added.
    rng : numpy Generator
        Source of randomness: the same for all measures.
    pairs : int
        Number of pairs.

    Examples
    --------
    >>> row, scale = np.array([[60, HOLD, HOLD, 64, HOLD, HOLD]]), np.array([60, 62, 64, 65, 67])
    >>> rows = touched(row, scale, row > 0, np.random.default_rng(0))[:, 0].tolist()
    >>> [60, HOLD, HOLD, 65, HOLD, HOLD] in rows, [60, HOLD, 62, 64, HOLD, HOLD] in rows
    (True, True)
    """
    touches = every_touch()
    inside = touches[touches[:, 1] < tokens.shape[1]]
    single = touch(np.broadcast_to(tokens, (len(inside), *tokens.shape)), inside, scale, grid)
    first, second = rng.integers(0, len(touches), size=(2, pairs))
    both = (touches[first, 1] < tokens.shape[1]) & (touches[second, 1] < tokens.shape[1])
    rows = touch(np.broadcast_to(tokens, (int(both.sum()), *tokens.shape)), touches[first[both]], scale, grid)
    return np.concatenate([single, touch(rows, touches[second[both]], scale, grid)])


def every_touch() -> Int[np.ndarray, "touch three"]:
    """Return every touch of a note: what is done (move, add or drop), at which tick, and by how many steps."""
    return np.array([*product((_MOVE, _ADD), range(MAX_TICKS), STEPS), *product((_DROP,), range(MAX_TICKS), (0,))])


def touch(
    rows: Int[np.ndarray, "touch item tick"],
    touches: Int[np.ndarray, "touch three"],
    scale: Scale,
    grid: Bool[np.ndarray, "item tick"],
) -> Int[np.ndarray, "touch item tick"]:
    """Return measures, each with a note moved, left out or added at a tick, where that is possible."""
    way, tick, step = (column[:, None, None] for column in touches.T)
    state = sounding(rows.reshape(-1, rows.shape[2])).reshape(rows.shape)
    here = np.arange(rows.shape[2]) == tick
    now = np.searchsorted(scale, np.where(is_onset(state), state, 0)).clip(0, len(scale) - 1)
    pitch = scale[(now + step).clip(0, len(scale) - 1)]
    onset = is_onset(rows)
    rows = np.where(here & onset & (way == _MOVE), pitch, rows)
    rows = np.where(here & onset & (way == _DROP), HOLD, rows)
    return np.where(here & (rows == HOLD) & ~onset & is_onset(state) & grid & (way == _ADD), pitch, rows)


def _following(rows: Tokens) -> Tokens:
    """Return the pitch of the next note after each tick; `HOLD` where there is none."""
    onset = is_onset(rows)
    at = np.where(onset, np.arange(rows.shape[1]), rows.shape[1])
    behind = np.minimum.accumulate(at[:, ::-1], axis=1)[:, ::-1]
    behind = np.concatenate([behind[:, 1:], np.full((len(rows), 1), rows.shape[1])], axis=1)
    padded = np.concatenate([rows, np.full((len(rows), 1), HOLD)], axis=1)
    return np.take_along_axis(padded, behind, axis=1)

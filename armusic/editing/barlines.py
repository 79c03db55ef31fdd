"""Over the bar lines: of candidates with nearly the same value, those whose ends meet their neighbours."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from armusic.editing.pool import Pool
from armusic.music.similarity import pitch_line
from armusic.music.tokenizer import is_onset

ROUNDS = 2  # each unit is looked at so often
NEAR = 0.12  # standard deviations: what a unit's value may change by
STEP, WIDEST = (
    5,
    24,
)  # semitones: intervals up to a fourth cost nothing over a bar line, wider ones than two octaves no more
COST = 0.2  # of a semitone beyond

Answers = Int[np.ndarray, " unit"]


def smooth(
    pool: Pool, column: int, costs: Float[np.ndarray, " candidate"], places: Answers, original: Answers, close: float
) -> Answers:
    """Return candidates of the same values, whose intervals over the bar lines are narrower.

    Parameters
    ----------
    pool : Pool
        The candidates.
    column : int
        The place of the attribute among those of the search.
    costs : float64 array (candidate,)
        What each costs the music.
    places : int array (unit,)
        The candidate of each unit.
    original : int array (unit,)
        The units as they are: an interval that the tune has costs nothing, and they stay.
    close : float
        By how much the sum of the attribute over the tune may be off.
    """
    search, every = pool.search, pool.candidates
    first, last = ends(every.tokens)
    rows = np.flatnonzero(search.of >= 0)
    unit = search.of[rows]
    occurrences = np.bincount(unit, minlength=len(places))
    tokens = search.material.tokens
    sounds = np.logical_or.reduce(is_onset(tokens), axis=1)
    own_first, own_last = np.zeros(len(tokens), dtype=int), np.zeros(len(tokens), dtype=int)
    own_first[sounds], own_last[sounds] = ends(tokens[sounds])
    before, after = _neighbour(sounds, -1), _neighbour(sounds, 1)
    chosen, drift = places.copy(), 0.0
    bounds = np.searchsorted(every.of, np.arange(len(places) + 1))
    rows_of = [rows[unit == number] for number in range(len(places))]

    def pitch(row: int, table: Int[np.ndarray, " candidate"], own: Int[np.ndarray, " measure"]) -> int:
        return int(table[chosen[search.of[row]]] if search.of[row] >= 0 else own[row])

    for number in [*range(len(places))] * ROUNDS:
        if chosen[number] == original[number]:
            continue
        here = np.arange(bounds[number], bounds[number + 1])
        change = every.values[here, column] - every.values[chosen[number], column]
        here = here[abs(change) <= NEAR * search.std[number, column]]
        moved = (every.values[here, column] - every.values[chosen[number], column]) * occurrences[number]
        here = here[abs(moved + drift) <= max(close, abs(drift))]
        if len(here) < 2:
            continue
        total = costs[here] * occurrences[number]
        for row in rows_of[number].tolist():
            if before[row] >= 0:
                interval = first[here] - pitch(int(before[row]), last, own_last)
                total = total + _cost(interval, int(own_first[row] - own_last[before[row]]))
            if after[row] >= 0:
                interval = pitch(int(after[row]), first, own_first) - last[here]
                total = total + _cost(interval, int(own_first[after[row]] - own_last[row]))
        best = int(here[total.argmin()])
        drift += float((every.values[best, column] - every.values[chosen[number], column]) * occurrences[number])
        chosen[number] = best
    return chosen


def ends(
    tokens: Int[np.ndarray, "candidate tick"],
) -> tuple[Int[np.ndarray, " candidate"], Int[np.ndarray, " candidate"]]:
    """Return the first and the last pitch of each measure.

    Examples
    --------
    >>> [pitch.tolist() for pitch in ends(np.array([[128, 60, 62, 128]]))]
    [[60], [62]]
    """
    line = pitch_line(tokens)
    return line[:, 0].astype(np.int64), line[:, -1].astype(np.int64)


def _cost(interval: Int[np.ndarray, " candidate"], own: int) -> Float[np.ndarray, " candidate"]:
    beyond = abs(interval).clip(STEP, WIDEST) - max(STEP, min(abs(own), WIDEST))
    return COST * np.maximum(beyond, 0)


def _neighbour(sounds: Bool[np.ndarray, " measure"], way: int) -> Int[np.ndarray, " measure"]:
    """Return the measure before (-1) or after (1) each one; -1 where there is none, or nothing sounds in it."""
    rows = np.arange(len(sounds)) + way
    inside = (rows >= 0) & (rows < len(sounds))
    return np.where(inside & sounds[rows.clip(0, len(sounds) - 1)], rows, -1)

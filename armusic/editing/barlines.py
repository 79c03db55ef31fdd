"""Bar lines: what the intervals over them cost a variation, where the input has narrower ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.editing.pool import Pool
from armusic.music.similarity import pitch_line
from armusic.music.tokenizer import is_onset
from armusic.shapes import Float, Int

STEP, WIDEST = 5, 24  # semitones: intervals up to a fourth cost nothing, and those beyond two octaves no more
COST = 0.3  # of a semitone beyond

Pitches = Int[np.ndarray, " measure"]
Candidates = Int[np.ndarray, " candidate"]


@dataclass(frozen=True, slots=True)
class BarLines:
    """The bar lines of a tune with a varied measure on one side, where notes sound on both.

    Parameters
    ----------
    row : int array (line,)
        The measure before each.
    before, after : int array (line,)
        The units on both sides; -1 for a measure that is not varied.
    first, last : int array (measure,)
        The first and the last pitch of each measure of the input; 0 where nothing sounds.
    """

    row: Int[np.ndarray, " line"]
    before: Int[np.ndarray, " line"]
    after: Int[np.ndarray, " line"]
    first: Pitches
    last: Pitches

    @property
    def own(self) -> Int[np.ndarray, " line"]:
        """The input's interval over each, in semitones."""
        return self.first[self.row + 1] - self.last[self.row]


def bar_lines(pool: Pool) -> BarLines:
    """Return the bar lines of the tune of a pool."""
    of, tokens = pool.search.of, pool.search.material.tokens
    sounds = np.logical_or.reduce(is_onset(tokens), axis=1)
    first, last = np.zeros((2, len(tokens)), dtype=np.int64)
    first[sounds], last[sounds] = ends(tokens[sounds])
    row = np.flatnonzero(sounds[:-1] & sounds[1:] & ((of[:-1] >= 0) | (of[1:] >= 0)))
    return BarLines(row, of[row], of[row + 1], first, last)


def ends(tokens: Int[np.ndarray, "candidate tick"]) -> tuple[Candidates, Candidates]:
    """Return the first and the last pitch of each measure.

    Examples
    --------
    >>> [pitch.tolist() for pitch in ends(np.array([[128, 60, 62, 128]]))]
    [[60], [62]]
    """
    line = pitch_line(tokens)
    return line[:, 0].astype(np.int64), line[:, -1].astype(np.int64)


def cost(interval: Int[np.ndarray, "*line"], own: Int[np.ndarray, "*#line"]) -> Float[np.ndarray, "*line"]:
    """Return what intervals over bar lines cost, where the input has its own ones there.

    Examples
    --------
    >>> cost(np.array([5, -7, 12, 12]), np.array([0, 0, 0, 12])).round(2)
    array([0. , 0.6, 2.1, 0. ])
    """
    beyond = abs(interval).clip(STEP, WIDEST) - abs(own).clip(STEP, WIDEST)
    return COST * np.maximum(beyond, 0)

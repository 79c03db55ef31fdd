"""Measures written by hand: from notes in messages to tokens, as far as the grid holds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import numpy as np

from armusic.editing.chooser import ByHand
from armusic.editing.material import Material
from armusic.errors import OffGridError, PolyphonyError, UsageError
from armusic.music import tokenizer
from armusic.music.score import METRES, mixed_number, numbered
from armusic.music.tokenizer import HOLD, PAD, REST
from armusic.shapes import Float, Int
from armusic.studio.edits import HandNote

_NEAR = 1e-3  # quarter notes: what rounding takes from a time in a message
_BEFORE = -1  # the tick of a note that is held over the bar line
_FINEST = 96  # the largest denominator of a time in an error message


def grid(material: Material, row: int) -> list[float]:
    """Return where notes of a measure can start, from its own start, and last where they end at the latest.

    Ticks before a pickup, and those behind a short last measure, are left out.
    """
    at, silent = _ticks(material, row), material.silent[row]
    loud = np.flatnonzero(~silent[: len(at) - 1])
    times: list[float] = at[[*loud, loud[-1] + 1]].tolist()
    return times


def rows(material: Material, by_hand: Mapping[int, Sequence[HandNote]]) -> ByHand:
    """Return the tokens of measures that were written by hand.

    Parameters
    ----------
    material : Material
        The tune.
    by_hand : mapping of int to sequence of HandNote
        The notes that sound in each measure, by its number from 1. One that starts before it is held over the bar line.

    Returns
    -------
    dict of int to int16 array (tick,)
        By the place of the measure.

    Raises
    ------
    UsageError
        For a measure that the tune does not have, and a note outside of its measure.
    OffGridError
        For a note that starts or ends between two ticks.
    PolyphonyError
        For two notes that sound at once.
    """
    count = len(material.tokens)
    for number in by_hand:
        if number > count:
            raise UsageError(f"measure {number}, by hand: the tune has measures 1-{count}")
    return {number - 1: _row(material, number - 1, notes) for number, notes in by_hand.items()}


def _row(material: Material, row: int, notes: Sequence[HandNote]) -> Int[np.ndarray, " tick"]:
    measure, at = material.tune.measures[row], _ticks(material, row)
    where = f"{numbered(material.tune.numbers[row])}, by hand"
    tokens = np.full(material.tokens.shape[1], PAD, dtype=np.int16)
    tokens[: len(at) - 1] = HOLD
    tokens[0] = REST
    until = _BEFORE
    for note in sorted(notes, key=lambda note: note.start):
        start = note.start - float(measure.start)
        first, last = _place(at, start), _place(at, start + note.duration)
        beat = mixed_number(Fraction(start).limit_denominator(_FINEST) / measure.metre.beat + 1)
        name = f"{where}: the note of pitch {note.pitch} at beat {beat}"
        if first is None or last is None:
            raise OffGridError(f"{name} starts or ends between the six ticks of a beat: use sixteenths or triplets")
        begin = max(first, 0)
        if not begin < last or (first == _BEFORE and row == 0) or material.silent[row, begin:last].any():
            raise UsageError(f"{name} lies outside of the measure")
        if first < until or (until > _BEFORE and first == _BEFORE):
            raise PolyphonyError(f"{name} starts while another one sounds: a melody has one voice")
        tokens[begin] = HOLD if first == _BEFORE else note.pitch
        if last < len(at) - 1:
            tokens[last] = REST
        until = last
    return tokens


def _ticks(material: Material, row: int) -> Float[np.ndarray, " tick"]:
    """Return the start of each tick of a measure, and the end of the last one, in quarter notes from its start."""
    metre = material.tune.measures[row].metre
    at = tokenizer.tick_units(METRES[material.kind[row]]) * float(metre.scale) / tokenizer.UNITS_PER_QUARTER
    return np.append(at, float(metre.length))


def _place(at: Float[np.ndarray, " tick"], time: float) -> int | None:
    """Return the tick at a time: `_BEFORE` if it is before the measure, the last if behind; None between two."""
    if time < -_NEAR:
        return _BEFORE
    if time > at[-1]:
        return len(at) - 1
    nearest = int(abs(at - time).argmin())
    return nearest if abs(at[nearest] - time) <= _NEAR else None

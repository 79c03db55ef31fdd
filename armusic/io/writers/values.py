"""Note values: lengths of single symbols, and those that fill a time so that the beats can be seen."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from armusic.io.writers.parts import Beats
from armusic.io.writers.tuplets import Tuplet

_BASES = tuple(Fraction(8, 2**power) for power in range(9))  # from a breve to a 128th, in quarter notes
VALUES = {base * dotted: (base, dots) for base in _BASES for dots, dotted in ((0, Fraction(1)), (1, Fraction(3, 2)))}
"""Durations of single symbols, in quarter notes, each with its undotted length and its dots."""

_LENGTHS = sorted((length for length, (base, _) in VALUES.items() if base < _BASES[0]), reverse=True)
_EIGHTH, _QUARTER = Fraction(1, 2), Fraction(1)
_THREE = 3  # beats: the measure has no halves to show


def values(
    metre: Beats, low: Fraction, high: Fraction, *, rest: bool, tuplet: Tuplet | None
) -> Iterator[tuple[Fraction, Fraction]]:
    """Yield start and written length of the symbols that fill the time from `low` to `high`."""
    ratio = tuplet.ratio if tuplet else Fraction(1)
    while low < high:
        remaining = (high - low) * ratio
        short = [length for length in _LENGTHS if length <= remaining]
        if not short:  # less than any value: the end of a measure of an odd length
            return
        fit = (x for x in short if (not (rest and VALUES[x][1]) if tuplet else _fits(metre, low, x, rest)))
        length = next(fit, short[0])
        yield low, length
        low += length / ratio


def _fits(metre: Beats, at: Fraction, length: Fraction, rest: bool) -> bool:
    """Return whether one symbol may stand there, by the usual rules on showing the beats."""
    offset, beats = at % metre.beat, length / metre.beat
    if offset + length <= metre.beat:
        if not rest:
            return True
        if metre.compound and length > _EIGHTH:
            return offset == 0 and length in (metre.beat, _QUARTER)
        return VALUES[length][1] == 0 and at % length == 0
    half = 2 * metre.beat if metre.beats % 2 == 0 else metre.length
    within = at // half == (at + length - Fraction(1, 128)) // half
    if rest:
        return at % length == 0 and beats in (2, 4) and metre.beats != _THREE
    if metre.compound:
        return offset == 0 and beats.denominator == 1 and (at % length == 0 or metre.beats == _THREE)
    if offset == 0:
        return within or at == 0 or (at % half == _QUARTER and length == 2)
    return offset == _EIGHTH and within and length in (_QUARTER, 3 * _EIGHTH)

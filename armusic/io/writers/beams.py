"""Beams: those of a beat, or of half a measure where all are eighths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from armusic.io.writers.parts import Beats

_QUARTER, _EIGHTH = Fraction(1), Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Stem:
    """What beams depend on: start in the measure and undotted length, in quarter notes.

    Parameters
    ----------
    start, base : Fraction
        Quarter notes.
    note : bool
        Whether it is a note, not a rest.
    plain : bool
        Whether it has no dots, and stands in no tuplet.
    """

    start: Fraction
    base: Fraction
    note: bool
    plain: bool


def beams(metre: Beats, stems: Sequence[Stem]) -> list[tuple[str, ...]]:
    """Return the kinds of beams of each symbol of a measure, the eighth beam first.

    Examples
    --------
    >>> from armusic.music.metre import Metre
    >>> eighth = Fraction(1, 2)
    >>> beams(Metre(2, 4), [Stem(at * eighth, eighth, True, True) for at in range(3)])
    [('begin',), ('continue',), ('end',)]
    """
    half = metre.beat * (2 if metre.beats % 2 == 0 else metre.beats)
    eighths = {
        number
        for number, run in groupby(stems, key=lambda stem: stem.start // half)
        if not metre.compound and all(stem.note and stem.plain and stem.base == _EIGHTH for stem in run)
    }

    def group(stem: Stem) -> tuple[bool, bool, Fraction | int]:
        number = stem.start // half
        flagged = stem.note and stem.base <= _EIGHTH
        return flagged, number in eighths, number if number in eighths else stem.start // metre.beat

    kinds: list[tuple[str, ...]] = []
    for (flagged, *_), run in groupby(stems, key=group):
        kinds += _group([int(_QUARTER / stem.base).bit_length() - 1 if flagged else 0 for stem in run])
    return kinds


def _group(levels: Sequence[int]) -> list[tuple[str, ...]]:
    """Return the beams of the notes of a group, by their numbers of flags; a single note keeps its flags."""
    if len(levels) == 1:
        return [()]
    last = len(levels) - 1
    result = []
    for place, count in enumerate(levels):
        kinds = []
        for level in range(1, count + 1):
            before = place > 0 and levels[place - 1] >= level
            after = place < last and levels[place + 1] >= level
            hook = "backward hook" if place else "forward hook"
            kinds.append("continue" if before and after else "begin" if after else "end" if before else hook)
        result.append(tuple(kinds))
    return result

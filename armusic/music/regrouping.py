"""Measures of a file as measures that models know: pairs of 3/8 as 6/8, 5/4 as 3/4 and 2/4, 6/4 as a slow 6/8.

A time signature has one or more countings, each the metres that one or two measures of it become. Of several the
first is taken on whose grid the notes lie; 5/4 is 3 + 2 or 2 + 3 by where long notes begin. The file's own bar
lines stay with the measures: see `Measure.bars`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import NamedTuple

import numpy as np

from armusic.errors import MetreError
from armusic.music.metre import Metre, TimeSignature, fraction, time_signature, unsupported
from armusic.music.score import Measure
from armusic.music.tokenizer import UNITS_PER_QUARTER, tick_units
from armusic.shapes import Float

_TOLERANCE = 1 / 48  # quarter notes by which a note may miss the grid: the rounding of files
_FEWER = 0.5  # share of the first counting's misses with which another one is better
_LONGEST = 2.0  # quarter notes beyond which a note has no more weight
_TWICE, _HALF = Fraction(2), Fraction(1, 2)


@dataclass(frozen=True, slots=True)
class Counting:
    """How measures in a time signature are read: so many at a time, as measures in these metres.

    Examples
    --------
    >>> [str(counting) for counting in countings(TimeSignature(5, 4))]
    ['3/4 and 2/4', '2/4 and 3/4']
    >>> [str(counting) for counting in countings(Metre(3, 8))]
    ['6/8, two measures at a time', '3/4 with doubled note values']
    """

    bars: int
    metres: tuple[Metre, ...]

    @property
    def kinds(self) -> str:
        """Names of the kinds of its metres."""
        return " and ".join(str(metre.kind) for metre in self.metres)

    def __str__(self) -> str:
        values = {_TWICE: " with halved note values", _HALF: " with doubled note values"}.get(self.metres[0].scale, "")
        together = ", two measures at a time" if self.bars > 1 else ""
        return self.kinds + values + together


class Notes(NamedTuple):
    """Notes in measures of one time signature: starts in the measure and durations, in quarter notes."""

    start: Float[np.ndarray, " note"]
    duration: Float[np.ndarray, " note"]


class Group(NamedTuple):
    """Measures of a file, from the first to before the last, and the metres that they are read in together."""

    first: int
    last: int
    metres: tuple[Metre, ...]


def _counting(bars: int, *metres: tuple[int, int]) -> Counting:
    return Counting(bars, tuple(Metre(*pair) for pair in metres))


_COUNTINGS = {
    (2, 8): (_counting(2, (2, 4)), _counting(1, (2, 8))),
    (3, 8): (_counting(2, (6, 8)), _counting(1, (3, 8))),
    (3, 2): (_counting(1, (3, 2)), _counting(1, (2, 4), (2, 4), (2, 4))),
    (4, 2): (_counting(1, (4, 2)), _counting(1, (4, 4), (4, 4))),
    (2, 1): (_counting(1, (2, 1)), _counting(1, (4, 4), (4, 4))),
    (6, 4): (_counting(1, (6, 4)), _counting(1, (3, 4), (3, 4))),
    (9, 4): (_counting(1, (9, 4)), _counting(1, (3, 4), (3, 4), (3, 4))),
    (12, 4): (_counting(1, (12, 4)), _counting(1, (3, 4), (3, 4), (3, 4), (3, 4))),
    (8, 4): (_counting(1, (4, 4), (4, 4)),),
    (5, 4): (_counting(1, (3, 4), (2, 4)), _counting(1, (2, 4), (3, 4))),
    (7, 4): (_counting(1, (4, 4), (3, 4)), _counting(1, (3, 4), (4, 4))),
}


def countings(metre: TimeSignature) -> tuple[Counting, ...]:
    """Return the ways to read measures in a time signature, the usual one first; none where there is no way."""
    pair = metre.numerator, metre.denominator
    return _COUNTINGS.get(pair) or ((Counting(1, (metre,)),) if isinstance(metre, Metre) else ())


def readable(text: str, *, own: bool = False) -> TimeSignature:
    """Read a time signature that measures can be read in, or one of the models' `own`; raise `MetreError` for another.

    Examples
    --------
    >>> readable("5/4"), readable("C|")
    (TimeSignature(numerator=5, denominator=4), Metre(numerator=2, denominator=2))
    """
    numbers = fraction(text)
    metre = time_signature(*numbers) if numbers else None
    if metre is None or not countings(metre) or (own and not (isinstance(metre, Metre) and metre.own)):
        raise MetreError(unsupported(str(metre) if metre else repr(text.strip())))
    return metre


def choose(metre: TimeSignature, melody: Notes, accents: Notes) -> Counting:
    """Return the way to read all measures of a file in a time signature.

    Parameters
    ----------
    metre : TimeSignature
        One that has countings.
    melody : Notes
        Notes that are to lie on the grid.
    accents : Notes
        Notes that show where measures divide: a long note begins there.

    Examples
    --------
    >>> notes = Notes(np.array([0.0, 2.0]), np.array([2.0, 3.0]))
    >>> str(choose(TimeSignature(5, 4), notes, notes))
    '2/4 and 3/4'
    """
    usual, *others = countings(metre)
    misses = _misses(usual, metre, melody)
    for other in others:
        fewer = _misses(other, metre, melody)
        if fewer < _FEWER * misses or (
            fewer == misses and len(usual.metres) > 1 and _weight(other, accents) > _weight(usual, accents)
        ):
            usual, misses = other, fewer
    return usual


def _misses(counting: Counting, metre: TimeSignature, notes: Notes) -> int:
    """Return the number of notes that begin between two ticks."""
    ticks = np.concatenate(
        [
            float(start) + tick_units(part) * float(part.scale) / UNITS_PER_QUARTER
            for start, part in zip(_starts(counting), counting.metres, strict=True)
        ]
    )
    length = float(metre.length)
    points = np.append(np.unique(np.round(ticks[ticks < length - _TOLERANCE], 9)), length)
    place = np.searchsorted(points, notes.start).clip(1, len(points) - 1)
    off = np.minimum(abs(notes.start - points[place - 1]), abs(points[place] - notes.start))
    return int((off > _TOLERANCE).sum())


def _weight(counting: Counting, notes: Notes) -> float:
    """Return the length of the notes that begin where measures divide."""
    inside = np.array([float(start) for start in _starts(counting)[1:]])
    at = (abs(notes.start[:, None] - inside) <= _TOLERANCE).any(axis=1)
    return float(np.minimum(notes.duration[at], _LONGEST).sum())


def _starts(counting: Counting) -> list[Fraction]:
    return list(accumulate((metre.length for metre in counting.metres[:-1]), initial=Fraction(0)))


def groups(
    metres: Sequence[TimeSignature | None], chosen: Mapping[TimeSignature, Counting], alone: Collection[int] = ()
) -> list[Group]:
    """Return how the measures of a file are read together; those without a metre are passed over.

    Parameters
    ----------
    metres : sequence of TimeSignature or None
        Time signature of each measure.
    chosen : mapping of TimeSignature to Counting
        Reading of each. Where that is in pairs, a measure without a partner is read alone.
    alone : collection of int
        Places of measures that have no partner: that of a pickup.

    Examples
    --------
    >>> three = Metre(3, 8)
    >>> [(first, last, str(metres[0])) for first, last, metres in groups([three] * 3, {})]
    [(0, 2, '6/8'), (2, 3, '3/8')]
    >>> [(first, last, str(metres[0])) for first, last, metres in groups([three] * 3, {}, alone=[0])]
    [(0, 1, '3/8'), (1, 3, '6/8')]
    """
    result: list[Group] = []
    at = 0
    while at < len(metres):
        metre = metres[at]
        if metre is None:
            at += 1
            continue
        counting = chosen.get(metre) or countings(metre)[0]
        if counting.bars > 1 and (metres[at + 1 : at + 2] != [metre] or at in alone or at + 1 in alone):
            counting = countings(metre)[-1]
        result.append(Group(at, at + counting.bars, counting.metres))
        at += counting.bars
    return result


def measures(group: Group, metres: Sequence[TimeSignature | None], start: Fraction) -> list[Measure]:
    """Return the measures of a group, from quarter note `start` on, with the file's bar lines.

    Examples
    --------
    >>> first, second = measures(Group(0, 1, (Metre(3, 4), Metre(2, 4))), [TimeSignature(5, 4)], Fraction(0))
    >>> str(first.bars[0]), second.bars, second.start
    ('5/4', (), Fraction(3, 1))
    """
    signatures = tuple(metre for metre in metres[group.first : group.last] if metre)
    starts = accumulate((metre.length for metre in group.metres[:-1]), initial=start)
    bars = [None if signatures == group.metres else signatures, *[()] * (len(group.metres) - 1)]
    return [Measure(at, metre, own) for at, metre, own in zip(starts, group.metres, bars, strict=True)]


def description(metre: TimeSignature, counting: Counting) -> str:
    """Return in words how measures in a time signature are read.

    Examples
    --------
    >>> description(Metre(4, 8), countings(Metre(4, 8))[0])
    'measures in 4/8 are read as 2/4: values are those of 2/4, and bar lines stay'
    """
    return f"measures in {metre} are read as {counting}: values are those of {counting.kinds}, and bar lines stay"


def descriptions(measures: Sequence[Measure]) -> list[str]:
    """Return in words how the measures of a tune are read, for each time signature that is not a model's own.

    Examples
    --------
    >>> descriptions([Measure(Fraction(0), Metre(8, 8))])
    ['measures in 8/8 are read as 4/4: values are those of 4/4, and bar lines stay']
    """
    read: Counter[tuple[TimeSignature, Counting]] = Counter()
    openings = [row for row, measure in enumerate(measures) if measure.bars != ()]
    for row, following in pairwise([*openings, len(measures)]):
        first = measures[row]
        own = (first.metre,) if first.bars is None else first.bars
        if own and not (isinstance(own[0], Metre) and own[0].own):
            read[own[0], Counting(len(own), tuple(measure.metre for measure in measures[row:following]))] += 1
    usual: dict[TimeSignature, Counting] = {}
    for (metre, counting), count in read.items():
        if metre not in usual or count > read[metre, usual[metre]]:
            usual[metre] = counting
    return [description(metre, counting) for metre, counting in usual.items()]

"""The measures of a tune: as a model takes them, as the file writes and numbers them, and those that pass through."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count

from armusic.music.metre import Metre, TimeSignature

_SEVERAL = {"is": "are", "has": "have", "ends": "end"}


@dataclass(frozen=True, slots=True)
class Measure:
    """A full measure of a tune, as a model takes it.

    Parameters
    ----------
    start : Fraction
        Quarter notes from the start of the first measure.
    metre : Metre
        Metre, which gives the length.
    bars : tuple of TimeSignature, optional
        Time signatures of the file's measures that begin in it, one after another, where these are others: two of 3/8
        in a measure of 6/8; 5/4 in the first part of such a measure, and none in the second.
    """

    start: Fraction
    metre: Metre
    bars: tuple[TimeSignature, ...] | None = None

    @property
    def end(self) -> Fraction:
        """End of the measure, in quarter notes."""
        return self.start + self.metre.length


@dataclass(frozen=True, slots=True)
class Bar:
    """A measure as the file writes it, between two bar lines.

    Parameters
    ----------
    start, end : Fraction
        Quarter notes from the start of the first measure.
    metre : TimeSignature
        Time signature of the bar.
    rows : range
        Places in `Tune.measures` of those that it has a part of.
    number : int
        Number in the file, from 1.
    """

    start: Fraction
    end: Fraction
    metre: TimeSignature
    rows: range
    number: int


@dataclass(frozen=True, slots=True)
class Passage:
    """Measures of a file that no model can edit: they are not in the tune, and pass through into what is written.

    Parameters
    ----------
    first, last : int
        Numbers in the file, from 1.
    what : str
        Sentence about each, from its verb on: `is in 7/8, for which no model is trained`.
    """

    first: int
    last: int
    what: str


def bars(measures: Sequence[Measure], passages: Sequence[Passage] = ()) -> tuple[Bar, ...]:
    """Return the measures of the file that hold the measures of a tune, numbered with the passages between them.

    Examples
    --------
    >>> pair = Measure(Fraction(0), Metre(6, 8), (Metre(3, 8), Metre(3, 8)))
    >>> [(float(bar.start), str(bar.metre), bar.rows, bar.number) for bar in bars([pair])]
    [(0.0, '3/8', range(0, 1), 1), (1.5, '3/8', range(0, 1), 2)]
    >>> three = [Measure(Fraction(3 * row), Metre(3, 4)) for row in range(3)]
    >>> [bar.number for bar in bars(three, [Passage(2, 3, "is in 7/8")])]
    [1, 4, 5]
    """
    openings: list[tuple[Fraction, TimeSignature, int]] = []
    for row, measure in enumerate(measures):
        at = measure.start
        for metre in (measure.metre,) if measure.bars is None else measure.bars:
            openings.append((at, metre, row))
            at += metre.length
    until = [(start, row + (measures[row].start < start)) for start, _, row in openings[1:]]
    ends = [*until, (measures[-1].end, len(measures))] if measures else []
    return tuple(
        Bar(start, end, metre, range(row, stop), number)
        for (start, metre, row), (end, stop), number in zip(openings, ends, _numbers(passages), strict=False)
    )


def _numbers(passages: Sequence[Passage]) -> Iterator[int]:
    """Yield the numbers, from 1, of all measures of a file but those in passages."""
    number = 1
    for passage in passages:
        yield from range(number, passage.first)
        number = passage.last + 1
    yield from count(number)


def why_not(passages: Sequence[Passage], first: float, last: float, source: str) -> str:
    """Return in a line why measures of a file cannot be edited, where all of them pass through; empty if not all do.

    Examples
    --------
    >>> passages = [Passage(2, 3, "is in 7/8, for which no model is trained"), Passage(4, 4, "has 32nd notes")]
    >>> why_not(passages, 3, 3, "tune.mid")
    'measure 3 of tune.mid is in 7/8, for which no model is trained: it stays as it is'
    >>> why_not(passages, 2, 3, "tune.mid")
    'measures 2-3 of tune.mid are in 7/8, for which no model is trained: they stay as they are'
    >>> why_not(passages, 2, 4, "tune.mid")
    'measures 2-4 of tune.mid stay as they are: measure 2 is in 7/8, for which no model is trained'
    >>> why_not(passages, 4, 5, "tune.mid")
    ''
    """
    here = [passage for passage in passages if passage.last >= first and passage.first <= last]
    at = first
    for passage in here:
        if passage.first > at:
            return ""
        at = passage.last + 1
    if at <= last:
        return ""
    what = here[0].what
    if first == last:
        return f"measure {first:g} of {source} {what}: it stays as it is"
    if {passage.what for passage in here} == {what}:
        verb, _, rest = what.partition(" ")
        return f"measures {first:g}-{last:g} of {source} {_SEVERAL[verb]} {rest}: they stay as they are"
    return f"measures {first:g}-{last:g} of {source} stay as they are: measure {first:g} {what}"


def numbered(number: str | int) -> str:
    """Return a number of a measure with its word, or those of two: `measure 3`, `measures 3-4`."""
    return f"measures {number}" if "-" in str(number) else f"measure {number}"


def spanned(first: int, last: int) -> str:
    """Return the numbers of measures in a row with their word.

    Examples
    --------
    >>> spanned(3, 4), spanned(3, 3)
    ('measures 3-4', 'measure 3')
    """
    return numbered(first if first == last else f"{first}-{last}")

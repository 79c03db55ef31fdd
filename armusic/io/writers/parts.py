"""The parts in which measures are written, each in a metre with quarter or dotted quarter beats.

Most measures are one part. A measure of 5/4 is two, so that its halves can be seen; notes of 6/4 are written as those
of a 6/8 and then made twice as long. Time in such metres is *written time*: it runs at another pace than the tune's.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from armusic.music.metre import Metre
from armusic.music.score import Bar, Tune

_THIRDS = (Fraction(1, 3), Fraction(2, 3))
_ONE, _EIGHTHS, _THREE = Fraction(1), 8, 3


class Beats(Protocol):
    """What notation knows of a metre."""

    @property
    def beat(self) -> Fraction:
        """Length of a beat, in quarter notes."""

    @property
    def beats(self) -> int:
        """Beats per measure."""

    @property
    def compound(self) -> bool:
        """Whether the beat is dotted."""

    @property
    def length(self) -> Fraction:
        """Length of a measure, in quarter notes."""


@dataclass(frozen=True, slots=True)
class OneBeat:
    """A metre of one beat: 3/8, or 2/8."""

    beat: Fraction
    compound: bool

    @property
    def beats(self) -> int:
        """Beats per measure."""
        return 1

    @property
    def length(self) -> Fraction:
        """Length of a measure, in quarter notes."""
        return self.beat


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a written measure.

    Parameters
    ----------
    bar : int
        Number of the measure, from 0.
    onset : Fraction
        Start in the measure, in quarter notes.
    real, start : Fraction
        Start in the tune, and in written time.
    metre : Beats
        Metre in written time.
    scale : Fraction
        Length of its notes by their length in written time.
    """

    bar: int
    onset: Fraction
    real: Fraction
    start: Fraction
    metre: Beats
    scale: Fraction = _ONE

    @property
    def end(self) -> Fraction:
        """End in written time."""
        return self.start + self.metre.length


def parts(tune: Tune, bars: Sequence[Bar]) -> list[Part]:
    """Return the parts of a tune's written measures, one after another.

    Examples
    --------
    >>> from armusic.music.score import Measure
    >>> tune = Tune((), (Measure(Fraction(0), Metre(6, 4)),))
    >>> (part,) = parts(tune, tune.bars)
    >>> str(part.metre), part.scale
    ('6/8', Fraction(2, 1))
    """
    result: list[Part] = []
    at = Fraction(0)
    times: list[Fraction] = []
    for number, bar in enumerate(bars):
        rows = [tune.measures[row] for row in bar.rows]
        pieces = [(row.start, row.metre) for row in rows]
        if len(rows[0].bars or ()) > 1:  # one of those that a model takes together
            pieces = [(bar.start, Metre(bar.metre.numerator, bar.metre.denominator))]
        for real, metre in pieces:
            beats: Beats = metre if metre.scale == 1 and metre.own else metre.kind
            scale = metre.scale
            if scale < 1 and metre.denominator == _EIGHTHS:
                times = times or sorted({time for note in tune.notes for time in (note.start, note.end)})
                inside = times[bisect_left(times, real) : bisect_right(times, real + metre.length)]
                single = OneBeat(metre.length, metre.numerator == _THREE)
                if all(_in_one_beat(time - real, single) for time in inside):
                    beats, scale = single, _ONE
            result.append(Part(number, real - bar.start, real, at, beats, scale))
            at += beats.length
    return result


def _in_one_beat(time: Fraction, single: OneBeat) -> bool:
    return not time.denominator & (time.denominator - 1) or (not single.compound and time in _THIRDS)


def written(time: Fraction, of: Sequence[Part], starts: Sequence[Fraction]) -> Fraction:
    """Return a time of a tune in written time; `starts` are those of the parts in the tune."""
    part = of[max(bisect_right(starts, time) - 1, 0)]
    return part.start + (time - part.real) / part.scale

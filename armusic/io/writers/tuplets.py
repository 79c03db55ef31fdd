"""Tuplets: where a beat is divided otherwise than by two, and notes that no division of it can say.

A beat in which something starts or ends off its halves, quarters and so on is a tuplet of as many parts as its
times need: three in the time of two, five in the time of four. Two such beats may be one slower tuplet. In compound
metres a tuplet fills a beat, or an eighth if fewer parts are then enough.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import lcm

from armusic.io.writers.parts import Beats, Part
from armusic.music.score import Note

FINEST = Fraction(1, 32)  # of a quarter note: a 128th, the shortest value that is written
MOST_PARTS = 9  # of a tuplet: ABC has no more
MOVED = Fraction(1, 8)  # of a quarter note: times that cannot be written go to multiples of this
_EIGHTH = Fraction(1, 2)
_THREE = 3
_EASY = frozenset(base * 2**power for base in (1, 3) for power in range(5))  # denominators that all beats can say


@dataclass(frozen=True, slots=True)
class Tuplet:
    """`actual` parts in the time of `normal`, from `start` to `end` in quarter notes from the start of the measure."""

    start: Fraction
    end: Fraction
    actual: int
    normal: int

    @property
    def ratio(self) -> Fraction:
        """Written length of its notes by their duration."""
        return Fraction(self.actual, self.normal)

    @property
    def usual(self) -> bool:
        """Whether it has at most `MOST_PARTS` parts, none of them shorter than `FINEST`."""
        return self.actual <= MOST_PARTS and (self.end - self.start) / self.normal >= FINEST


def tuplets(metre: Beats, times: Iterable[Fraction]) -> list[Tuplet]:
    """Return the tuplets of a measure, for the times at which its notes and rests start and end.

    Examples
    --------
    >>> from armusic.music.metre import Metre
    >>> [(float(t.start), t.actual, t.normal) for t in tuplets(Metre(4, 4), {Fraction(1, 3), Fraction(11, 5)})]
    [(0.0, 3, 2), (2.0, 5, 4)]
    """
    inside: defaultdict[int, set[Fraction]] = defaultdict(set)
    for time in times:
        beat, rest = divmod(time, metre.beat)
        if rest.denominator & (rest.denominator - 1):
            inside[beat].add(time)
    result: list[Tuplet] = []
    done = -1
    for beat in sorted(inside):
        if beat <= done:
            continue
        start = beat * metre.beat
        every = [time for time in times if start < time < start + 2 * metre.beat]
        if slow := _slow(metre, beat, every, beat + 1 in inside):
            result.append(slow)
            done = beat + 1
        else:
            result += _of_beat(metre, start, [time for time in every if time < start + metre.beat])
    return result


def _slow(metre: Beats, beat: int, times: Sequence[Fraction], both: bool) -> Tuplet | None:
    """Return the tuplet over two beats, if they are nothing else."""
    if not both or metre.compound or not (beat % 2 == 0 or metre.beats == _THREE):
        return None
    start, length = beat * metre.beat, 2 * metre.beat
    parts = _parts(times, start, length)
    if parts > MOST_PARTS or any(((time - start) / length * parts).denominator > 1 for time in times):
        return None
    return _tuplet(start, length, parts)


def _of_beat(metre: Beats, start: Fraction, times: Sequence[Fraction]) -> list[Tuplet]:
    whole = _parts(times, start, metre.beat)
    if metre.compound:
        spans = [start + number * _EIGHTH for number in range(int(metre.beat / _EIGHTH))]
        parts = [_parts([t for t in times if at < t < at + _EIGHTH], at, _EIGHTH) for at in spans]
        if max(parts) < whole:
            return [_tuplet(at, _EIGHTH, count) for at, count in zip(spans, parts, strict=True) if count > 1]
    return [_tuplet(start, metre.beat, whole)]


def _parts(times: Iterable[Fraction], start: Fraction, length: Fraction) -> int:
    """Return the least odd number of parts of a span whose halves, quarters and so on are all these times."""
    parts = 1
    for time in times:
        whole = ((time - start) / length).denominator
        parts = lcm(parts, whole // (whole & -whole))
    return parts


def _tuplet(start: Fraction, length: Fraction, parts: int) -> Tuplet:
    part = length / parts
    base = Fraction(4)
    while base / 2 >= part:
        base /= 2
    return Tuplet(start, start + length, parts, int(length / base))


def writable(notes: Sequence[Note], measures: Sequence[Part]) -> tuple[tuple[Note, ...], frozenset[Part]]:
    """Return notes of one voice whose times all can be written, and the parts in which some were moved.

    A beat with times that no tuplet of up to `MOST_PARTS` parts, in values from `FINEST` on, can say has them moved
    to multiples of `MOVED`, or to the end of the measure. A note that has no room then is left out.

    Examples
    --------
    >>> from armusic.music.metre import Metre
    >>> part = Part(0, Fraction(0), Fraction(0), Fraction(0), Metre(4, 4))
    >>> notes, moved = writable([Note(Fraction(1, 97), Fraction(1), 60)], [part])
    >>> notes[0].start, notes[0].duration, moved == {part}
    (Fraction(0, 1), Fraction(1, 1), True)
    """
    times = {time for note in notes for time in (note.start, note.end)}
    starts = [measure.start for measure in measures]
    easy = all(time.denominator in _EASY for each in (times, starts) for time in each)
    if easy and all(part.metre.beat >= _EIGHTH for part in measures):
        return tuple(notes), frozenset()
    beats: defaultdict[tuple[int, int], list[Fraction]] = defaultdict(list)
    for time in times:
        row = max(bisect_right(starts, time) - 1, 0)
        beats[row, (time - starts[row]) // measures[row].metre.beat].append(time)
    to: dict[Fraction, Fraction] = {}
    moved = set()
    for (row, _), members in beats.items():
        if not _can_be_written(measures[row], members):
            start, *end = starts[row : row + 2]
            to |= {time: min([start + round((time - start) / MOVED) * MOVED, *end]) for time in members}
            moved.add(measures[row])
    return tuple(_placed(notes, to)) if to else tuple(notes), frozenset(moved)


def _can_be_written(measure: Part, times: Sequence[Fraction]) -> bool:
    within = [time - measure.start for time in times]
    groups = tuplets(measure.metre, within)
    if not all(group.usual for group in groups):
        return False
    for time in within:
        group = next((group for group in groups if group.start <= time < group.end), None)
        length = (time - group.start) * group.ratio if group else time
        if (length / FINEST).denominator > 1:
            return False
    return True


def _placed(notes: Sequence[Note], to: dict[Fraction, Fraction]) -> Iterable[Note]:
    """Yield notes at other times, each at least `MOVED` long, or as long as there is room for it."""
    places = [(to.get(note.start, note.start), to.get(note.end, note.end)) for note in notes]
    for note, (start, end), (following, _) in zip(notes, places, [*places[1:], (None, None)], strict=True):
        until = max(end, start + MOVED) if end <= start else end
        until = until if following is None else min(until, following)
        if until > start:
            yield replace(note, start=start, duration=until - start)

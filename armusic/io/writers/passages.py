"""Passages that a tune left out, put back: so written music has every measure of the file.

A reader leaves out measures that no model can edit. They are in the file around the tune, where MIDI and DAWprojects
find them; notation, sound and sequences get them here, with the highest of the melody's notes in them.
"""

from __future__ import annotations

import logging
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from armusic.io.readers.midi.measures import UNITS, Signature
from armusic.io.readers.midi.meta import signatures_of, tempos_of
from armusic.io.readers.midi.parts import parts_of
from armusic.io.readers.midi.tune import bpm
from armusic.io.writers.layout import Named
from armusic.io.writers.plain_metre import Plain
from armusic.music.metre import Metre, time_signature
from armusic.music.score import Measure, Note, Origin, Tune

_NONE = Fraction(0)
_LEAST = Fraction(1, 8)  # of a quarter note: a shorter gap is rounding
_SHORTEST = Fraction(1, 4)  # quarter notes of a measure
_SIXTEENTHS = 16  # the largest usual denominator

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Frame:
    """The measures of a file, with those that its tune left out.

    Parameters
    ----------
    origin : Origin
        Source of the tune; its clock and its measures are those of the whole file.
    runs : tuple of (Fraction, Fraction)
        Quarter note of the tune at which each run of measures starts, and by how much it is later here.
    notes : tuple of Note
        The melody's notes in the passages.
    tempos : tuple of (Fraction, float)
        Tempos in the passages.
    ends : (bool, bool)
        Whether a passage is before the tune, and behind it.
    """

    origin: Origin
    runs: tuple[tuple[Fraction, Fraction], ...]
    notes: tuple[Note, ...]
    tempos: tuple[tuple[Fraction, float], ...]
    ends: tuple[bool, bool]

    def later(self, at: Fraction) -> Fraction:
        """Return a time of the tune as one of the file."""
        return at + self.runs[max(bisect_right(self.runs, at, key=lambda run: run[0]) - 1, 0)][1]


def filled(tunes: Named, source: str = "", *, alone: bool = True) -> list[tuple[str, Tune]]:
    """Return tunes with the passages that they left out; those that have none, or are no variations, as they are.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names.
    source : str
        Name of what is written, in messages, if it is notation: silence before the first beat is left out of that.
    alone : bool
        Whether the melody stands without the other parts of its file, which may sound in that silence.
    """
    frames: dict[int, Frame | None] = {}
    result = []
    for name, tune in tunes:
        origin = tune.origin
        if origin is None or tune.measures != origin.measures:
            result.append((name, tune))
            continue
        if id(origin) not in frames:
            silence = silence_before(tune, alone=alone) if source else Fraction(0)
            frames[id(origin)] = frame_of(origin, silence)
            if silence:
                seconds = tempos_of(origin.file).to_seconds(np.array([float(silence)]))[0]
                log.warning(
                    "%s: the melody is silent for %.2g s before its first beat, which notation leaves out",
                    source, seconds,
                )  # fmt: skip
        frame = frames[id(origin)]
        result.append((name, tune if frame is None else _fill(tune, frame)))
    return result


def whole(tunes: Named, origin: Origin | None) -> Named:
    """Return tunes side by side with the passages that they left out, unless the file around them has these."""
    return filled(tunes) if origin is None and any(tune.passages for _, tune in tunes) else tunes


def starts(tune: Tune) -> list[Fraction]:
    """Return the quarter note at which each measure of a tune starts where its passages are put back."""
    frame = frame_of(tune.origin) if tune.passages and tune.origin else None
    return [measure.start if frame is None else frame.later(measure.start) for measure in tune.measures]


def silence_before(tune: Tune, *, alone: bool = True) -> Fraction:
    """Return the ticks of a file before the first beat of its melody; 0 where measures of the file stand there.

    Those are measures without a beat that the melody follows: it was played to a beat of its own, or came late.
    Where it is not `alone`, no other part sounds in them.
    """
    origin = tune.origin
    if origin is None or (tune.passages and tune.passages[0].first == 1):
        return Fraction(0)
    first, least = origin.clock[0][1], origin.file.ticks_per_quarter * _LEAST
    sounds = not alone and any(
        part.start[0] < first - least
        for part in parts_of(origin.file)
        if (part.track, part.channel) != (origin.track, origin.channel)
    )
    return Fraction(0) if sounds or first <= least else first


def is_own(tune: Tune, whole: Tune) -> list[bool]:
    """Return for each bar of a tune with its passages in notation whether it is one of the tune without them."""
    frame = None if tune is whole or tune.origin is None else frame_of(tune.origin, silence_before(tune))
    if frame is None:
        return [True] * len(whole.bars)
    own = {frame.later(bar.start) for bar in tune.bars}
    return [bar.start in own for bar in whole.bars]


def frame_of(origin: Origin, silence: Fraction = _NONE) -> Frame | None:
    """Return the measures of the whole file but for ticks of silence at its start; None where the tune has them all."""
    quarter = origin.file.ticks_per_quarter
    clock = origin.clock
    end = origin.measures[-1].end
    until = [
        tick + (following - start) * rate
        for (start, tick, rate), (following, *_) in pairwise([*clock, (end, Fraction(0), Fraction(1))])
    ]
    played = [part for part in parts_of(origin.file) if (part.track, part.channel) == (origin.track, origin.channel)]
    last = max((int(part.end.max()) for part in played), default=0)
    starts = [tick for _, tick, _ in clock]
    gaps = [(silence, starts[0]), *zip(until[:-1], starts[1:], strict=True), (until[-1], Fraction(last))]
    if not any(high - low > quarter * _LEAST for low, high in gaps):
        return None
    measures: list[Measure] = []
    runs: list[tuple[Fraction, Fraction]] = []
    lines: list[tuple[Fraction, Fraction, Fraction]] = []
    passages: list[tuple[Fraction, Fraction, Fraction]] = []  # first tick, last tick, quarter note
    later = Fraction(0)
    for number, (low, high) in enumerate(gaps):
        at = clock[number][0] if number < len(clock) else end
        if number == 0 and high > quarter * _LEAST:
            at = Fraction(0)
        if high - low > quarter * _LEAST:
            added = _bars(origin, low, high, at + later, closing=number == len(clock))
            lines.append((at + later, low, Fraction(quarter)))
            passages.append((low, high, at + later))
            measures += added
            later += sum((measure.metre.length for measure in added), Fraction(0))
        if number == len(clock):
            break
        start, tick, rate = clock[number]
        runs.append((start if number else Fraction(0), later))
        lines.append((start + later, tick, rate))
        stop = clock[number + 1][0] if number + 1 < len(clock) else end
        first = start if number else Fraction(0)
        measures += [replace(m, start=m.start + later) for m in origin.measures if first <= m.start < stop]
    whole = replace(origin, clock=tuple(lines), measures=tuple(measures))
    ends = gaps[0][1] - gaps[0][0] > quarter * _LEAST, gaps[-1][1] - gaps[-1][0] > quarter * _LEAST
    return Frame(whole, tuple(runs), tuple(_notes(origin, passages)), tuple(_tempos(origin, passages)), ends)


def _bars(origin: Origin, low: Fraction, high: Fraction, at: Fraction, *, closing: bool) -> list[Measure]:
    """Return the measures of a passage between two ticks, as the file's time signatures have them, from `at` on.

    One that a change of time signature cuts short has a signature of its length; the last of a file is whole.
    """
    quarter = origin.file.ticks_per_quarter
    signatures = signatures_of(origin.file)[0]
    changes = [Fraction(signature.at, UNITS) for signature in signatures]
    measures: list[Measure] = []
    while high - low > quarter * _LEAST:
        place = max(bisect_right(changes, low) - 1, 0)
        metre = _metre(*signatures[place][1:])
        if metre.length < _SHORTEST:
            metre = Metre(4, 4)
        whole = metre.length * quarter
        stop = min([high, *changes[place + 1 : place + 2]])
        length = min(whole - (low - changes[place]) % whole, stop - low)
        usual = metre.denominator <= _SIXTEENTHS
        shown = (metre.numerator, metre.denominator) if usual else _before(signatures[:place])
        if (length < whole and not (closing and low + length == high)) or not usual:
            metre = _of_length(length / quarter, shown)
        measures.append(Measure(at, metre))
        at += metre.length
        low += length
    return measures


def _before(signatures: Sequence[Signature]) -> tuple[int, int]:
    """Return the numbers of the last usual signature."""
    usual = [(n, d) for _, n, d in signatures if d <= _SIXTEENTHS and n]
    return usual[-1] if usual else (4, 4)


def _metre(numerator: int, denominator: int) -> Metre:
    signature = time_signature(numerator, denominator)
    return signature if isinstance(signature, Metre) else Plain(numerator, denominator)


def _of_length(length: Fraction, shown: tuple[int, int]) -> Metre:
    """Return a metre for a length in quarter notes; where no usual signature says it, one that shows another."""
    sixteenths = length * _SIXTEENTHS / 4
    if sixteenths.denominator > 1:
        return Plain(*shown, real=length)
    denominator = 4
    while (length * denominator / 4).denominator > 1:
        denominator *= 2
    return _metre(int(length * denominator / 4), denominator)


def _notes(origin: Origin, passages: Sequence[tuple[Fraction, Fraction, Fraction]]) -> list[Note]:
    """Return the melody's notes in passages: the highest of those that start together, up to the next one."""
    quarter = origin.file.ticks_per_quarter
    notes: list[Note] = []
    for part in parts_of(origin.file):
        if (part.track, part.channel) != (origin.track, origin.channel):
            continue
        columns = (part.start, part.end, part.pitch, part.velocity)
        struck = list(zip(*(column.tolist() for column in columns), strict=True))
        for low, high, at in passages:
            inside = [note for note in struck if low <= note[0] < high and note[1] > note[0]]
            top = {note[0]: note for note in sorted(inside, key=lambda note: note[2])}
            ordered = [top[start] for start in sorted(top)]
            ends = [*(note[0] for note in ordered[1:]), *([high] if ordered else [])]
            for (start, end, pitch, velocity), following in zip(ordered, ends, strict=True):
                length = Fraction(min(end, following) - start) / quarter
                notes.append(Note(at + (start - low) / quarter, length, pitch, max(velocity, 1)))
    return notes


def _tempos(origin: Origin, passages: Sequence[tuple[Fraction, Fraction, Fraction]]) -> list[tuple[Fraction, float]]:
    """Return the tempos that begin in passages."""
    quarter = origin.file.ticks_per_quarter
    tempos = tempos_of(origin.file)
    rates = [bpm(max(round(slope * quarter * 1e6), 1)) for slope in tempos.slopes.tolist()]
    ticks = [int(tick) for tick in tempos.ticks.tolist()]
    changes = []
    for low, high, at in passages:
        changes.append((at, rates[max(bisect_right(ticks, low) - 1, 0)]))
        changes += [
            (at + (tick - low) / quarter, rate) for tick, rate in zip(ticks, rates, strict=True) if low < tick < high
        ]
    return changes


def _fill(tune: Tune, frame: Frame) -> Tune:
    """Return a tune with the passages of its file."""
    notes = [replace(note, start=frame.later(note.start)) for note in tune.notes]
    tempos = {frame.later(at): rate for at, rate in tune.tempos} | dict(frame.tempos)
    tempos = {Fraction(0): next(iter(tempos.values()))} | tempos
    ordered = sorted(tempos.items())
    return replace(
        tune,
        notes=tuple(sorted([*notes, *frame.notes], key=lambda note: note.start)),
        key_changes=tuple((frame.later(at), key) for at, key in tune.key_changes),
        measures=frame.origin.measures,
        tempos=tuple(change for n, change in enumerate(ordered) if not n or change[1] != ordered[n - 1][1]),
        padding=(
            Fraction(0) if frame.ends[0] else tune.padding[0],
            Fraction(0) if frame.ends[1] else tune.padding[1],
        ),
        origin=frame.origin,
        passages=(),
    )

"""A written score as a MIDI file in memory: a track for each part, and its measures as time signatures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from armusic.errors import MeasureLengthError
from armusic.io.readers.score.pickups import Step
from armusic.io.readers.score.playback import signatures, sounds, tempos
from armusic.io.readers.score.sheet import UNITS, Sheet, Sound, WrittenMeasure
from armusic.music import smf
from armusic.music.score import DEFAULT_VELOCITY

_TICKS = 480  # per quarter note, or the least multiple that makes all times whole
_MOST_TICKS = 10_080  # where that is too many
_CHANNELS = 15  # without drums
_LARGEST = 255  # number in a MIDI time signature
_PICKUP, _SMALLEST = 16, 128  # denominators: no grid is in sixteenths, so these are never taken for a metre


class _Measure(NamedTuple):
    """A measure as played: its start and length in `UNITS`, and the written measure."""

    at: int
    length: int
    bar: WrittenMeasure

    @property
    def whole(self) -> int:
        """Length of a whole measure in its metre."""
        return self.bar.metre.units or 0


def perform(sheet: Sheet, steps: Sequence[Step], source: str) -> smf.MidiData:
    """Return the MIDI file of a score, with the measures in the order and of the lengths of `steps`.

    Raises
    ------
    MeasureLengthError
        For a measure that is longer than any time signature.
    """
    parts = [sounds(part, sheet.bars, steps) for part in sheet.parts]
    measures = list(_joined_measures(sheet.bars, steps))
    times = {time for part in parts for sound in part for time in (sound.start, sound.units)}
    ticks = lcm(_TICKS, UNITS // gcd(UNITS, *times, *(time for measure in measures for time in measure[:2])))
    ticks = ticks if ticks <= smf.MAX_RESOLUTION else _MOST_TICKS

    def tick(units: int) -> int:
        return round(Fraction(units * ticks, UNITS))

    end = tick(measures[-1].at + measures[-1].length)
    metas = [smf.Event(tick(at), smf.TIME_SIGNATURE, data) for at, data in _signatures(measures, source)]
    metas += [smf.Event(tick(at), smf.SET_TEMPO, smf.tempo(bpm)) for at, bpm in tempos(sheet.bars, steps)]
    metas += [
        smf.Event(tick(at), smf.KEY_SIGNATURE, bytes([key.fifths % 256, key.mode == "minor"]))
        for at, key in signatures(sheet, steps)
    ]
    tracks = []
    melodic = -1  # parts with pitches so far
    for number, (part, sounds_of_part) in enumerate(zip(sheet.parts, parts, strict=True)):
        melodic += not part.drums
        place = melodic % _CHANNELS
        channel = smf.DRUMS if part.drums else place + (place >= smf.DRUMS)
        head = [
            smf.Event(0, smf.TRACK_NAME, part.name.encode()),
            smf.Event(0, smf.PROGRAM_CHANGE + channel, bytes([part.program])),
        ]
        events = sorted(
            [*(metas if number == 0 else ()), *_notes(sounds_of_part, channel, tick)], key=lambda event: event.tick
        )
        last = smf.Event(max(end, events[-1].tick), smf.END_OF_TRACK, b"")
        tracks.append((*head, *events, last))
    return smf.MidiData(smf.TRACKS if len(tracks) > 1 else smf.ONE_TRACK, ticks, tuple(tracks))


def _notes(sounds: Sequence[Sound], channel: int, tick: Callable[[int], int]) -> list[smf.Event]:
    """Return the events of notes; at one tick, notes end before others start."""
    events = []
    for start, units, pitch, *_ in sounds:
        begin = tick(start)
        end = max(tick(start + units), begin + 1)
        events.append((begin, 1, smf.Event(begin, smf.NOTE_ON + channel, bytes([pitch, DEFAULT_VELOCITY]))))
        events.append((end, 0, smf.Event(end, smf.NOTE_OFF + channel, bytes([pitch, 0]))))
    return [event for *_, event in sorted(events, key=lambda item: item[:2])]


def _joined_measures(bars: Sequence[WrittenMeasure], steps: Sequence[Step]) -> Iterator[_Measure]:
    """Yield the measures; a short one at the end of a section and a short one after it are joined."""
    at = 0
    waiting: _Measure | None = None
    for index, step in enumerate(steps):
        for length in step.lengths:
            measure = _Measure(at, length, bars[step.place])
            at += length
            if waiting and waiting.length + length == measure.whole:
                yield _Measure(waiting.at, measure.whole, measure.bar)
                waiting = None
                continue
            if waiting:
                yield waiting
                waiting = None
            if index and step.closes and length < measure.whole:
                waiting = measure
            else:
                yield measure
    if waiting:
        yield waiting


def _signatures(measures: Sequence[_Measure], source: str) -> Iterator[tuple[int, bytes]]:
    """Yield the time signatures, each where it comes into force.

    A measure of a length that none can say has the next longer one that no metre has, and is cut short by the next.
    """
    previous = b""
    for number, measure in enumerate(measures):
        short_end = number == len(measures) - 1 and measure.length < measure.whole
        pickup = number == 0 and measure.length < measure.whole and not short_end
        length = measure.whole if short_end else measure.length
        numbers = _numbers(length, _PICKUP if pickup else _denominator(measure, length))
        if numbers is None:
            numbers = _longer(length)
        if numbers is None:
            raise MeasureLengthError(
                f"{source}, measure {measure.bar.label}: {length / UNITS:g} quarter notes long, but"
                f" {measure.bar.metre.text} has {measure.whole / UNITS:g}"
            )
        if numbers != previous:
            yield measure.at, numbers
            previous = numbers


def _denominator(measure: _Measure, length: int) -> int:
    """Return the denominator for a measure of some length: that of its metre, if possible."""
    denominator = int(measure.bar.metre.text.rpartition("/")[2]) if "/" in measure.bar.metre.text else 4
    return denominator if length == measure.whole or denominator > 4 else 4


def _numbers(length: int, denominator: int) -> bytes | None:
    """Return a MIDI time signature for a length in `UNITS`, with this denominator or the next one that fits."""
    if denominator & (denominator - 1):
        denominator = 4
    while denominator <= _SMALLEST:
        count, rest = divmod(length * denominator, 4 * UNITS)
        if not rest and 0 < count <= _LARGEST:
            return _data(count, denominator)
        denominator *= 2
    return None


def _longer(length: int) -> bytes | None:
    """Return the shortest MIDI time signature that is longer than a length in `UNITS`, in the smallest parts."""
    denominator = _SMALLEST
    while denominator:
        count = length * denominator // (4 * UNITS) + 1
        if count <= _LARGEST:
            return _data(count, denominator)
        denominator //= 2
    return None


def _data(count: int, denominator: int) -> bytes:
    return bytes([count, denominator.bit_length() - 1, 24, 8])

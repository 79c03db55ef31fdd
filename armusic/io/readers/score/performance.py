"""A written score as a MIDI file in memory: a track for each part, and its measures as time signatures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

from armusic.errors import MeasureLengthError
from armusic.io.readers.midi.parts import DRUMS
from armusic.io.readers.score.pickups import Step
from armusic.io.readers.score.playback import sounds, tempos
from armusic.io.readers.score.sheet import UNITS, Sheet, Sound, Written
from armusic.music import smf
from armusic.music.score import DEFAULT_VELOCITY

_MICROSECONDS = 60_000_000  # per minute
_SLOWEST = 0xFFFFFF  # microseconds per quarter note
_TICKS = 480  # per quarter note, or the least multiple that makes all times whole
_MOST_TICKS = 10_080  # where that is too many
_CHANNELS = 15  # without drums
_LARGEST = 255  # number in a MIDI time signature
_PICKUP, _SMALLEST = 16, 128  # denominators: no grid is in sixteenths, so these are never taken for a metre


class _Measure(NamedTuple):
    """A measure as it is played: where it starts, how long it is, and the measure that it is written as."""

    at: int
    length: int
    bar: Written

    @property
    def whole(self) -> int:
        """The length that its metre says."""
        return self.bar.metre.units or 0


def performed(sheet: Sheet, steps: Sequence[Step], source: str) -> smf.MidiData:
    """Return the MIDI file of a score, with the measures in the order and of the lengths of `steps`.

    Raises
    ------
    MeasureLengthError
        For a measure of a length that no time signature can say.
    """
    parts = [sounds(part, sheet.bars, steps) for part in sheet.parts]
    measures = list(_joined(sheet.bars, steps))
    times = {time for part in parts for sound in part for time in (sound.start, sound.units)}
    ticks = lcm(_TICKS, UNITS // gcd(UNITS, *times, *(time for one in measures for time in one[:2])))
    ticks = ticks if ticks <= smf.MAX_RESOLUTION else _MOST_TICKS

    def tick(units: int) -> int:
        return round(Fraction(units * ticks, UNITS))

    end = tick(measures[-1].at + measures[-1].length)
    metas = [smf.Event(tick(at), smf.TIME_SIGNATURE, data) for at, data in _signatures(measures, source)]
    metas += [
        smf.Event(tick(at), smf.SET_TEMPO, min(round(_MICROSECONDS / bpm), _SLOWEST).to_bytes(3, "big"))
        for at, bpm in tempos(sheet.bars, steps)
    ]
    if sheet.key:
        metas.append(smf.Event(0, smf.KEY_SIGNATURE, bytes([sheet.key.fifths % 256, sheet.key.mode == "minor"])))
    tracks = []
    for number, (part, played) in enumerate(zip(sheet.parts, parts, strict=True)):
        channel = number % _CHANNELS + (number % _CHANNELS >= DRUMS)
        head = [
            smf.Event(0, smf.TRACK_NAME, part.name.encode()),
            smf.Event(0, smf.PROGRAM_CHANGE + channel, bytes([part.program])),
        ]
        events = sorted([*(metas if number == 0 else ()), *_notes(played, channel, tick)], key=lambda one: one.tick)
        last = smf.Event(max(end, events[-1].tick), smf.END_OF_TRACK, b"")
        tracks.append((*head, *events, last))
    return smf.MidiData(smf.TRACKS if len(tracks) > 1 else smf.ONE_TRACK, ticks, tuple(tracks))


def _notes(played: Sequence[Sound], channel: int, tick: Callable[[int], int]) -> list[smf.Event]:
    """Return the events of some notes; at one tick, notes end before others start."""
    events = []
    for start, units, pitch, _ in played:
        begin = tick(start)
        end = max(tick(start + units), begin + 1)
        events.append((begin, 1, smf.Event(begin, smf.NOTE_ON + channel, bytes([pitch, DEFAULT_VELOCITY]))))
        events.append((end, 0, smf.Event(end, smf.NOTE_OFF + channel, bytes([pitch, 0]))))
    return [event for *_, event in sorted(events, key=lambda one: one[:2])]


def _joined(bars: Sequence[Written], steps: Sequence[Step]) -> Iterator[_Measure]:
    """Yield the measures; a short one at the end of a section and the short one after it are one."""
    at = 0
    waiting: _Measure | None = None
    for index, step in enumerate(steps):
        for length in step.lengths:
            here = _Measure(at, length, bars[step.place])
            at += length
            if waiting and waiting.length + length == here.whole:
                yield _Measure(waiting.at, here.whole, here.bar)
                waiting = None
                continue
            if waiting:
                yield waiting
                waiting = None
            if index and step.closes and length < here.whole:
                waiting = here
            else:
                yield here
    if waiting:
        yield waiting


def _signatures(measures: Sequence[_Measure], source: str) -> Iterator[tuple[int, bytes]]:
    """Yield the time signatures, each where it comes into force."""
    now = b""
    for number, one in enumerate(measures):
        short_end = number == len(measures) - 1 and one.length < one.whole
        pickup = number == 0 and one.length < one.whole and not short_end
        length = one.whole if short_end else one.length
        numbers = _numbers(length, _PICKUP if pickup else _denominator(one))
        if numbers is None:
            raise MeasureLengthError(
                f"{source}, measure {one.bar.label}: {length / UNITS:g} quarter notes long, but {one.bar.metre.text}"
                f" has {one.whole / UNITS:g}"
            )
        if numbers != now:
            yield one.at, numbers
            now = numbers


def _denominator(one: _Measure) -> int:
    """Return the denominator in which the length of a measure is to be said: that of its metre, if it can."""
    written = int(one.bar.metre.text.rpartition("/")[2]) if "/" in one.bar.metre.text else 4
    return written if one.length == one.whole or written > 4 else 4


def _numbers(length: int, denominator: int) -> bytes | None:
    """Return a MIDI time signature for a length in `UNITS`, with this denominator or the next one that fits."""
    if denominator & (denominator - 1):
        denominator = 4
    while denominator <= _SMALLEST:
        count, rest = divmod(length * denominator, 4 * UNITS)
        if not rest and 0 < count <= _LARGEST:
            return bytes([count, denominator.bit_length() - 1, 24, 8])
        denominator *= 2
    return None

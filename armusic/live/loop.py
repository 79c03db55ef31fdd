"""Play a tune in a loop while it changes: notes and clock out, knobs and clock in.

All is counted in quarter notes from the first bar. What a knob asks for is heard from the next
bar line on: `LEAD` before it, the knobs are read and the tune asked for; a note that the new
measure does not hold ends at the bar line. Ports are mido's, or anything with their methods.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from armusic.errors import UsageError
from armusic.live.ports import Input, Output
from armusic.music.score import Tune

if TYPE_CHECKING:
    from mido import Message

CLOCKS = 24  # per quarter note (MIDI 1.0)
LEAD = Fraction(1, 8)  # quarter notes: time enough for a look-up at any tempo that is played
POLL = 0.002  # seconds between two looks at the input
CENTRE, HALF = 64, 63  # of a knob: where nothing is changed, and as far as it turns to the right
TURN = 3.0  # standard deviations: how far a knob turns an attribute at its ends
ALL_NOTES_OFF = 123  # controller number (MIDI 1.0)
_KNOBS = 120  # controllers from here on are channel mode messages

Turned = Mapping[str, float]
"""Attributes whose knobs have been turned, and how far: standard deviations from the input, -`TURN`..`TURN`."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that begins now.

    Parameters
    ----------
    number : int
        From 0, over all loops; measure `number % len(measures)` of the tune.
    turned : mapping of str to float
        What it was asked for.
    """

    number: int
    turned: Turned


@dataclass
class Tempo:
    """The computer's own clock, which follows the tempos of a tune."""

    tune: Tune
    port: Input | None = None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    began: float | None = None

    def until(self, at: Fraction) -> Iterator[Message]:
        """Yield what comes in until quarter note `at`."""
        if self.began is None:
            self.began = self.now()
        due = self.began + seconds(self.tune, at)
        while True:
            yield from self.port.iter_pending() if self.port else ()
            left = due - self.now()
            if left <= 0:
                return
            self.sleep(min(left, POLL) if self.port else left)


@dataclass
class Follow:
    """Another's clock: time stands until `start` comes, and after `stop`; `continue` goes on, `start` begins anew."""

    port: Input
    sleep: Callable[[float], None] = time.sleep
    running: bool = False
    clocks: int = 0

    def until(self, at: Fraction) -> Iterator[Message]:
        """Yield what comes in until quarter note `at`."""
        while not self.running or Fraction(self.clocks, CLOCKS) < at:
            for message in self.port.iter_pending():
                if message.type == "clock":
                    self.clocks += self.running
                elif message.type == "start":
                    self.running, self.clocks = True, 0
                    yield message
                    return
                elif message.type in ("stop", "continue"):
                    self.running = message.type == "continue"
                yield message
                if self.running and Fraction(self.clocks, CLOCKS) >= at:
                    return
            self.sleep(POLL)


@dataclass
class Knobs:
    """Which controller turns which attribute: those that are given, else each the first free knob that is touched."""

    free: list[str]
    by_number: dict[int, str] = field(default_factory=dict)
    turned: dict[str, float] = field(default_factory=dict)

    def hear(self, message: Message) -> None:
        """Take a controller's value; anything else, and knobs without an attribute, are let pass."""
        if message.type != "control_change" or message.control >= _KNOBS:
            return
        if message.control not in self.by_number and self.free:
            self.by_number[message.control] = self.free.pop(0)
        if message.control in self.by_number:
            self.turned[self.by_number[message.control]] = step(message.value)


def step(value: int) -> float:
    """Return how far a controller's value turns an attribute, in standard deviations.

    Examples
    --------
    >>> step(64), step(127), step(0)
    (0.0, 3.0, -3.0)
    """
    return max(-1.0, (value - CENTRE) / HALF) * TURN


def knobs(names: Sequence[str], numbers: Mapping[str, int]) -> Knobs:
    """Return the knobs for some attributes; `numbers` are those of them that have a controller of their own.

    Raises
    ------
    UsageError
        For an attribute that is not played, or a controller number that there is not or that is taken twice.
    """
    by_number: dict[int, str] = {}
    for name, number in numbers.items():
        if name not in names:
            raise UsageError(f"knob {number} is for {name}, which is not among the attributes: add {name}")
        if not 0 <= number < _KNOBS:
            raise UsageError(f"knob {number} for {name}: controllers have numbers from 0 to {_KNOBS - 1}")
        if number in by_number:
            raise UsageError(f"knob {number} is for {by_number[number]} and for {name}: give each its own")
        by_number[number] = name
    return Knobs([name for name in names if name not in numbers], by_number)


def play(
    tune: Tune,
    answer: Callable[[Turned], Tune],
    out: Output,
    clock: Tempo | Follow,
    turn: Knobs,
    *,
    channel: int = 0,
    send_clock: bool = False,
    loops: int | None = None,
) -> Generator[Bar]:
    """Play a tune in a loop, and yield each bar as it begins; closing the generator ends all notes.

    Parameters
    ----------
    tune : Tune
        The input.
    answer : callable
        Takes what the knobs ask for, and gives the tune with the same measures.
    out : port
        For the notes.
    clock : Tempo or Follow
        The time, and the port that knobs come from.
    turn : Knobs
        What the knobs mean.
    channel : int
        0..15.
    send_clock : bool
        Send MIDI clock, start and stop as well.
    loops : int, optional
        How many times; for ever when not given.
    """
    from mido import Message

    current, asked = tune, dict(turn.turned)
    count = len(tune.measures)
    at, sounding = Fraction(0), None

    def listen(until: Fraction) -> bool:
        """Take what comes until then; return whether another's clock has started anew."""
        anew = False
        for message in clock.until(until):
            turn.hear(message)
            if message.type == "stop":
                release(out, channel)
            anew |= message.type == "start" and until > 0
        return anew

    try:
        listen(Fraction(0))
        if send_clock:
            out.send(Message("start"))
        out.send(Message("program_change", channel=channel, program=tune.program))
        number = 0
        while loops is None or number < loops * count:
            yield Bar(number, dict(asked))
            index, anew = number % count, False
            events, sounding = _bar(current, index, sounding, channel)
            length = tune.measures[index].metre.length
            if send_clock:
                events += [(Fraction(k, CLOCKS), Message("clock")) for k in range(math.ceil(length * CLOCKS))]
            events.sort(key=lambda event: event[0])  # ends come before starts: the sort is stable
            early = [event for event in events if event[0] < length - LEAD]
            for offset, message in early:
                anew = anew or listen(at + offset)
                if not anew:
                    out.send(message)
            anew = anew or listen(at + length - LEAD)
            if turn.turned != asked and not anew:
                asked = dict(turn.turned)
                current = answer(asked)
            for offset, message in events[len(early) :]:
                anew = anew or listen(at + offset)
                if not anew:
                    out.send(message)
            anew = anew or listen(at + length)
            if anew:
                release(out, channel)
                at, number, sounding = Fraction(0), 0, None
                continue
            at, number = at + length, number + 1
    finally:
        release(out, channel)
        if send_clock:
            out.send(Message("stop"))


def release(out: Output, channel: int) -> None:
    """End every note on a channel: a note-off for each, for what knows no "all notes off"."""
    from mido import Message

    out.send(Message("control_change", channel=channel, control=ALL_NOTES_OFF, value=0))
    for pitch in range(128):
        out.send(Message("note_off", channel=channel, note=pitch, velocity=0))


def seconds(tune: Tune, at: Fraction) -> float:
    """Return when quarter note `at` of a tune that is played in a loop comes, in seconds from its start.

    Examples
    --------
    >>> from armusic.music.score import Measure, Metre
    >>> tune = Tune((), (Measure(Fraction(0), Metre(4, 4)),), tempos=((Fraction(0), 120.0), (Fraction(2), 60.0)))
    >>> seconds(tune, Fraction(3)), seconds(tune, Fraction(5))
    (2.0, 3.5)
    """
    loops, rest = divmod(at, tune.end)
    return int(loops) * _seconds(tune, tune.end) + _seconds(tune, rest)


def _seconds(tune: Tune, at: Fraction) -> float:
    tempos = [*tune.tempos, (max(at, tune.end), 0.0)]
    spans = ((min(at, end) - start, bpm) for (start, bpm), (end, _) in pairwise(tempos))
    return sum(float(span) * 60 / bpm for span, bpm in spans if span > 0)


def _bar(
    tune: Tune, index: int, sounding: int | None, channel: int
) -> tuple[list[tuple[Fraction, Message]], int | None]:
    """Return the messages of a measure, with when they come in it, and the pitch that sounds on beyond its end.

    `sounding` is the pitch that sounds on from the measure before: it goes on to where this tune's own note that
    is held over the bar line ends, or ends at the bar line where there is none.
    """
    from mido import Message

    measure = tune.measures[index]
    held = next((note for note in tune.notes if note.start < measure.start < note.end), None)
    events: list[tuple[Fraction, Message]] = []

    def end(pitch: int, at: Fraction) -> None:
        events.append((at - measure.start, Message("note_off", channel=channel, note=pitch, velocity=0)))

    if sounding is not None and held is not None and held.end >= measure.end:
        return events, sounding
    if sounding is not None:
        end(sounding, held.end if held else measure.start)
    last = None
    for note in tune.notes:
        if measure.start <= note.start < measure.end:
            start = note.start - measure.start
            events.append((start, Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)))
            if note.end < measure.end or (note.end == measure.end and index == len(tune.measures) - 1):
                end(note.pitch, note.end)
            else:
                last = note.pitch
    return events, last

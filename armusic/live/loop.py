"""Play a tune in a loop while it changes: notes and clock out, knobs and clock in.

Time is counted in quarter notes from the first bar. A change of a knob sounds from the next bar
line on: `LEAD` before it, the knobs are read and the new tune is fetched; a note that the new
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
from armusic.live.band import by_measure
from armusic.live.ports import Input, Output
from armusic.music.score import Tune

if TYPE_CHECKING:
    from mido import Message

CLOCKS = 24  # per quarter note (MIDI 1.0)
LEAD = Fraction(1, 8)  # quarter notes: time enough for a look-up at any tempo that is played
POLL = 0.002  # seconds between two polls of the input
CENTRE, HALF = 64, 63  # controller value that changes nothing, and from there to the largest one
REACH = 3.0  # standard deviations: the change of an attribute at the ends of a knob
ALL_NOTES_OFF = 123  # controller number (MIDI 1.0)
_KNOBS = 120  # controllers from here on are channel mode messages

Steps = Mapping[str, float]
"""Attribute -> step that its knob sets: standard deviations from the input, -`REACH`..`REACH`; moved knobs only."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar that begins now.

    Parameters
    ----------
    number : int
        Number of the bar from 0, over all loops: measure `number % len(measures)` of the tune.
    steps : mapping of str to float
        Steps of the attributes in it.
    """

    number: int
    steps: Steps


@dataclass(frozen=True, slots=True)
class Turn:
    """A message that is not MIDI's: an attribute is turned to a step."""

    name: str
    step: float
    type: str = "turn"


@dataclass
class Tempo:
    """The computer's own clock, which follows the tempos of a tune."""

    tune: Tune
    port: Input | None = None
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    began: float | None = None

    def until(self, at: Fraction) -> Iterator[Message | Turn]:
        """Yield the messages that come in until quarter note `at`."""
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
    """An external clock: time stands until `start` comes, and after `stop`; `continue` resumes, `start` restarts."""

    port: Input
    sleep: Callable[[float], None] = time.sleep
    running: bool = False
    clocks: int = 0

    def until(self, at: Fraction) -> Iterator[Message | Turn]:
        """Yield the messages that come in until quarter note `at`."""
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
    """The controller of each attribute: the assigned one, else the first free knob that is touched."""

    free: list[str]
    by_number: dict[int, str] = field(default_factory=dict)
    steps: dict[str, float] = field(default_factory=dict)

    def receive(self, message: Message | Turn) -> None:
        """Take a controller's value, or a turn; ignore other messages, and knobs without an attribute."""
        if isinstance(message, Turn):
            self.steps[message.name] = message.step
            return
        if message.type != "control_change" or message.control >= _KNOBS:
            return
        if message.control not in self.by_number and self.free:
            self.by_number[message.control] = self.free.pop(0)
        if message.control in self.by_number:
            self.steps[self.by_number[message.control]] = step(message.value)


def step(value: int) -> float:
    """Return the step of an attribute that a controller's value sets, in standard deviations.

    Examples
    --------
    >>> step(64), step(127), step(0)
    (0.0, 3.0, -3.0)
    """
    return max(-1.0, (value - CENTRE) / HALF) * REACH


def assign_knobs(names: Sequence[str], numbers: Mapping[str, int]) -> Knobs:
    """Return the knobs for some attributes; `numbers` has the controllers of those that have one assigned.

    Raises
    ------
    UsageError
        For an attribute that is not played, or a controller number that is invalid or assigned twice.
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
    answer: Callable[[Steps], Tune],
    out: Output,
    clock: Tempo | Follow,
    knobs: Knobs,
    *,
    channel: int = 0,
    send_clock: bool = False,
    loops: int | None = None,
    band: Sequence[tuple[Fraction, Message]] = (),
) -> Generator[Bar]:
    """Play a tune in a loop, and yield each bar as it begins; closing the generator ends all notes.

    Parameters
    ----------
    tune : Tune
        The input.
    answer : callable
        Returns the tune at the steps of the knobs, with the same measures.
    out : port
        Output for the notes.
    clock : Tempo or Follow
        The time, and the port that knobs come from.
    knobs : Knobs
        The knobs of the attributes.
    channel : int
        MIDI channel, 0..15.
    send_clock : bool
        Whether to send MIDI clock, start and stop as well.
    loops : int, optional
        Number of repetitions; endless when not given.
    band : sequence of (Fraction, Message)
        Messages that play along, in the order of time: see `armusic.live.band`.
    """
    from mido import Message

    along = by_measure(band, tune)
    used = sorted({channel, *(message.channel for _, message in band)})
    current, steps = tune, dict(knobs.steps)
    count = len(tune.measures)
    at, sounding = Fraction(0), None

    def listen(until: Fraction) -> bool:
        """Receive messages until then; return whether an external clock has restarted."""
        restart = False
        for message in clock.until(until):
            knobs.receive(message)
            if message.type == "stop":
                release(out, used)
            restart |= message.type == "start" and until > 0
        return restart

    try:
        listen(Fraction(0))
        if send_clock:
            out.send(Message("start"))
        out.send(Message("program_change", channel=channel, program=tune.program))
        number = 0
        while loops is None or number < loops * count:
            yield Bar(number, dict(steps))
            index, restart = number % count, False
            events, sounding = _bar(current, index, sounding, channel)
            events += along[index]
            length = tune.measures[index].metre.length
            if send_clock:
                events += [(Fraction(k, CLOCKS), Message("clock")) for k in range(math.ceil(length * CLOCKS))]
            events.sort(key=lambda event: event[0])  # ends come before starts: the sort is stable
            early = [event for event in events if event[0] < length - LEAD]
            for offset, message in early:
                restart = restart or listen(at + offset)
                if not restart:
                    out.send(message)
            restart = restart or listen(at + length - LEAD)
            if knobs.steps != steps and not restart:
                steps = dict(knobs.steps)
                current = answer(steps)
            for offset, message in events[len(early) :]:
                restart = restart or listen(at + offset)
                if not restart:
                    out.send(message)
            restart = restart or listen(at + length)
            if restart:
                release(out, used)
                at, number, sounding = Fraction(0), 0, None
                continue
            at, number = at + length, number + 1
    finally:
        release(out, used)
        if send_clock:
            out.send(Message("stop"))


def release(out: Output, channels: Sequence[int]) -> None:
    """End every note on channels: by a note-off for each as well, for instruments without "all notes off"."""
    from mido import Message

    for channel in channels:
        out.send(Message("control_change", channel=channel, control=ALL_NOTES_OFF, value=0))
        for pitch in range(128):
            out.send(Message("note_off", channel=channel, note=pitch, velocity=0))


def seconds(tune: Tune, at: Fraction) -> float:
    """Return the time of quarter note `at` of a tune that is played in a loop, in seconds from its start.

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
    """Return the messages of a measure with their times in it, and the pitch that is held beyond its end.

    `sounding` is the pitch that is held over from the measure before: it ends with the note that this tune holds over
    the bar line, or at the bar line where there is none.
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

"""A voice of an ABC tune: from its signs to written measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn

from armusic.errors import MetreError, MusicError, OffGridError, ReadError, RepeatError
from armusic.io.readers.abc.accidentals import Accidentals
from armusic.io.readers.abc.fields import KeyField
from armusic.io.readers.abc.tokens import ALTERED_NOTE, TOKEN, bar_sign, pieces, ratio
from armusic.io.readers.score.repeats import MAX_PASSES, MAX_PLAYED, passes
from armusic.io.readers.score.sheet import BarLine, Signature, Sound, Written

MAX_EVENTS = 200_000  # notes and rests of a voice: days of music

_MAX_PITCH = 127  # MIDI's
_MAX_BROKEN = 3  # > >> >>> (ABC 2.1, section 4.4)


@dataclass(slots=True)
class Event:
    """A note or chord, or a rest without pitches: its length in `UNITS`, and whether it is tied to the next."""

    pitches: tuple[int, ...]
    units: int
    tied: bool = False


@dataclass(slots=True)
class Bar(Written):
    """A measure of a voice: its notes and rests; `&` begins another layer of them."""

    layers: list[list[Event]] = field(default_factory=lambda: [[]])
    full: int = 0  # the length of the layers before the last

    @property
    def events(self) -> list[Event]:
        """The layer that is being read."""
        return self.layers[-1]

    @property
    def begun(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.layers[0] or len(self.layers) > 1)

    def sounds(self) -> Iterator[Sound]:
        """Yield the notes, layer by layer."""
        for layer in self.layers:
            at = 0
            for event in layer:
                for pitch in event.pitches:
                    yield Sound(at, event.units, pitch, event.tied)
                at += event.units


class Voice:
    """The state of reading a voice: what is in force, and the measures so far.

    Parameters
    ----------
    source, name : str
        What messages call the tune, and the voice's name in `V:` fields.
    metre, unit, key, bpm
        What the header says: the unit length in `UNITS`, the tempo in quarter notes per minute.
    """

    def __init__(self, source: str, name: str, metre: Signature, unit: int, key: KeyField, bpm: float) -> None:
        self.source = source
        self.name = name
        self.metre = metre
        self.unit = unit
        self.bpm = bpm
        self.accidentals = Accidentals(key)
        self.shift = 0  # semitones that its V: field adds
        self.lines = [BarLine()]
        self.bars: list[Bar] = []
        self.bar = Bar(metre, self.bpm)
        self.last: Event | None = None
        self.last_natural = 0  # pitch of `last` without accidentals
        self.number = 0
        self.events = 0
        self.broken: tuple[int, int] | None = None  # what the next note's length is multiplied by
        self.tuplet = (0, 1, 1)  # notes left, and what their lengths are multiplied by

    def note(self, text: str) -> None:
        """Add a note or a rest."""
        natural, place, sign, num, den = pieces(text)
        if place >= 0:
            self.add((self.pitch(natural, place, sign),), natural, num, den, text)
        elif text[0] in "ZX":
            self.whole_rests(num, den)
        else:
            self.add((), 0, num, den, text)

    def pitch(self, natural: int, place: int, sign: int | None) -> int:
        """Return the pitch of a note, with the accidental in force; remember the one that is written."""
        if sign is None:
            last = self.last
            if last and last.tied and len(last.pitches) == 1 and self.last_natural == natural:
                return last.pitches[0]  # a tie carries an accidental over a bar line
        pitch = self.accidentals.sound(natural, place, sign) + self.shift
        if not 0 <= pitch <= _MAX_PITCH:
            self.fail(MusicError, f"pitch {pitch} is outside MIDI's 0 to {_MAX_PITCH}")
        return pitch

    def add(self, pitches: tuple[int, ...], natural: int, num: int, den: int, text: str) -> None:
        """Add a note, chord or rest of `num/den` unit lengths, as broken rhythms and tuplets have it."""
        num *= self.unit
        if self.broken:
            num *= self.broken[0]
            den *= self.broken[1]
            self.broken = None
        left, over, under = self.tuplet
        if left:
            num *= over
            den *= under
            self.tuplet = (left - 1, over, under)
        if not num or not den or num % den:
            self.fail(OffGridError, f"the length of {text[:20]!r} is none that can be played exactly")
        self.events += 1
        if self.events > MAX_EVENTS:
            self.fail(MusicError, f"more than {MAX_EVENTS} notes and rests: too long for one melody")
        event = Event(pitches, num // den)
        self.bar.events.append(event)
        self.bar.units += event.units
        self.last = event
        self.last_natural = natural

    def grace(self, text: str) -> None:
        """Leave grace notes out, but for their accidentals, which last as long as any others."""
        if "^" in text or "_" in text or "=" in text:
            for note in ALTERED_NOTE.findall(text):
                natural, place, sign, *_ = pieces(note)
                self.pitch(natural, place, sign)

    def whole_rests(self, count: int, den: int) -> None:
        """Add `count` measures of rest."""
        if self.metre.units is None:
            self.fail(MetreError, "a rest of whole measures (Z) needs a metre: write M:4/4 or another one")
        if den != 1 or count + len(self.bars) > MAX_PLAYED:
            self.fail(ReadError, "a rest of whole measures (Z) needs their number, as in Z4")
        for number in range(count):
            if number:
                self.bar_line(BarLine())
            self.add((), 0, self.metre.units, self.unit, "Z")

    def chord(self, text: str) -> None:
        """Add a chord: its first note's length is that of all (ABC 2.1, section 4.17)."""
        inside, _, after = text.rpartition("]")
        heard: dict[int, int] = {}  # pitches, each with itself without accidentals
        num, den = 1, 1
        tied = False
        for match in TOKEN.finditer(inside, 1):
            kind = match.lastgroup
            if kind == "note":
                natural, place, sign, *length = pieces(match[0])
                if not heard:
                    num, den = length
                heard[self.pitch(natural, place, sign)] = natural
            elif kind == "tie":
                tied = True
            elif kind not in {"skip", "quoted", "named", "grace", "rest"}:
                self.fail(ReadError, f"{text[:20]!r} is no chord: take it out or correct it")
        if not heard:
            self.fail(ReadError, f"{text[:20]!r} is a chord without notes: take it out or correct it")
        times, parts = ratio(after)
        self.add(tuple(heard), next(iter(heard.values())), num * times, den * parts, text)
        if tied:
            self.tie()

    def tie(self) -> None:
        """Tie the last note or chord to the next one."""
        if self.last:
            self.last.tied = True

    def overlay(self) -> None:
        """Go back to the start of the measure, for notes that sound with those that are there."""
        self.bar.full = max(self.bar.full, self.bar.units)
        self.bar.units = 0
        self.bar.layers.append([])
        self.last = None

    def broken_rhythm(self, text: str) -> None:
        """Lengthen the note before or the one after, and shorten the other."""
        if not self.bar.events or self.broken or len(text) > _MAX_BROKEN:
            self.fail(ReadError, f"{text[:20]!r} does not stand between two notes: take it out or correct it")
        last = self.bar.events[-1]
        parts = 2 ** len(text)
        long, short = (2 * parts - 1, parts), (1, parts)
        mine, self.broken = (long, short) if text[0] == ">" else (short, long)
        units, rest = divmod(last.units * mine[0], mine[1])
        if rest:
            self.fail(OffGridError, f"the note before {text} cannot be divided so often: write its length out")
        self.bar.units += units - last.units
        last.units = units

    def bar_sign(self, run: str, numbers: str) -> None:
        """Read a bar line or the beginning of an ending."""
        if run == ":" and not self.bar.begun:
            run = "|:"  # the rest of a sign that begins on the line before
        sign = bar_sign(run)
        if not sign or max(sign) >= MAX_PASSES:
            self.fail(RepeatError, f"{run[:20]!r} is no repeat sign: write :|, |: or ::")
        endings = passes(numbers) if numbers else ()
        if numbers and not endings:
            self.fail(RepeatError, f"ending {numbers[:20]!r} names no passes up to {MAX_PASSES}: write 1, 1,3 or 1-3")
        self.bar_line(BarLine(*sign, endings))

    def bar_line(self, line: BarLine) -> None:
        """End the measure, if there is music in it; else join the bar lines."""
        if self.bar.begun:
            self.bar.units = max(self.bar.units, self.bar.full)
            self.label()
            self.bars.append(self.bar)
            self.lines.append(line)
            self.bar = Bar(self.metre, self.bpm)
            if len(self.bars) > MAX_PLAYED:
                self.fail(MusicError, f"more than {MAX_PLAYED} measures: too long for one melody")
        else:
            self.lines[-1].join(line)
        self.accidentals.new_measure()

    def label(self) -> None:
        """Give the measure its number: 0 for a pickup, and no new one for what completes a short measure."""
        units, full = self.bar.units, self.bar.metre.units or 0
        if not self.bars:
            self.number = int(units >= full)
        elif not (self.lines[-1].closes and self.bars[-1].units + units <= full):
            self.number += 1
        self.bar.label = str(self.number)

    def finish(self) -> None:
        """End the last measure."""
        if self.broken:
            self.fail(ReadError, "no note follows < or >: take it out or correct it")
        if self.bar.begun:
            self.bar_line(BarLine())
        elif self.bars:
            self.bars[-1].marks |= self.bar.marks  # a jump behind the last bar line
        if len(self.bars) == 1:
            self.bars[0].label = "1"

    def fail(self, error: type[ReadError], what: str) -> NoReturn:
        """Raise an error that names the tune and the measure."""
        number = self.number + 1 if self.bars else 1
        raise error(f"{self.source}, measure {number}: {what}")

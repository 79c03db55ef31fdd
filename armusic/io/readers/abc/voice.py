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
from armusic.io.readers.score.sheet import BarLine, Signature, Sound, WrittenMeasure
from armusic.music import chord_symbols

MAX_EVENTS = 200_000  # notes and rests of a voice: days of music

_MAX_PITCH = 127  # MIDI's
_MAX_BROKEN = 3  # > >> >>> (ABC 2.1, section 4.4)


@dataclass(slots=True)
class Event:
    """A note, chord or rest (without pitches): its length in `UNITS`, and whether it is tied to the next."""

    pitches: tuple[int, ...]
    units: int
    tied: bool = False


@dataclass(slots=True)
class Bar(WrittenMeasure):
    """A measure of a voice: its notes and rests; `&` begins another layer of them."""

    layers: list[list[Event]] = field(default_factory=lambda: [[]])
    full: int = 0  # the length of the layers before the last

    @property
    def events(self) -> list[Event]:
        """Layer being read."""
        return self.layers[-1]

    @property
    def has_music(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.layers[0] or len(self.layers) > 1)

    def sounds(self) -> Iterator[Sound]:
        """Yield the notes, layer by layer."""
        for layer, events in enumerate(self.layers):
            at = 0
            for event in events:
                for pitch in event.pitches:
                    yield Sound(at, event.units, pitch, event.tied, True, str(layer))
                at += event.units


class Voice:
    """State of reading a voice: its settings, and the measures so far.

    Parameters
    ----------
    source, name : str
        Name of the tune in messages, and name of the voice in `V:` fields.
    metre, unit, key, bpm
        Settings of the header: unit length in `UNITS`, tempo in quarter notes per minute.
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
        self.broken: tuple[int, int] | None = None  # factor of the next note's length
        self.tuplet = (0, 1, 1)  # remaining notes, and the factor of their lengths

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
        """Return the pitch of a note with the accidental in force; remember a written one."""
        if sign is None:
            last = self.last
            if last and last.tied and len(last.pitches) == 1 and self.last_natural == natural:
                return last.pitches[0]  # a tie carries an accidental over a bar line
        pitch = self.accidentals.sound(natural, place, sign) + self.shift
        if not 0 <= pitch <= _MAX_PITCH:
            self.fail(MusicError, f"pitch {pitch} is outside MIDI's 0 to {_MAX_PITCH}")
        return pitch

    def add(self, pitches: tuple[int, ...], natural: int, num: int, den: int, text: str) -> None:
        """Add a note, chord or rest of `num/den` unit lengths, changed by broken rhythms and tuplets."""
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
            self.fail(OffGridError, f"the length of {text[:20]!r} cannot be played exactly")
        self.events += 1
        if self.events > MAX_EVENTS:
            self.fail(MusicError, f"more than {MAX_EVENTS} notes and rests: too long for one melody")
        event = Event(pitches, num // den)
        self.bar.events.append(event)
        self.bar.units += event.units
        self.last = event
        self.last_natural = natural

    def grace(self, text: str) -> None:
        """Leave grace notes out, except for their accidentals, which last as long as any others."""
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
        """Add a chord, as long as its first note (ABC 2.1, section 4.17)."""
        inside, _, after = text.rpartition("]")
        naturals: dict[int, int] = {}  # by pitch: the pitch without accidentals
        num, den = 1, 1
        tied = False
        for match in TOKEN.finditer(inside, 1):
            kind = match.lastgroup
            if kind == "note":
                natural, place, sign, *length = pieces(match[0])
                if not naturals:
                    num, den = length
                naturals[self.pitch(natural, place, sign)] = natural
            elif kind == "tie":
                tied = True
            elif kind not in {"skip", "quoted", "named", "grace", "rest"}:
                self.fail(ReadError, f"{text[:20]!r} is no chord: take it out or correct it")
        if not naturals:
            self.fail(ReadError, f"{text[:20]!r} is a chord without notes: take it out or correct it")
        times, parts = ratio(after)
        self.add(tuple(naturals), next(iter(naturals.values())), num * times, den * parts, text)
        if tied:
            self.tie()

    def chord_symbol(self, text: str) -> None:
        """Add a chord symbol; other words in quotation marks are left out."""
        classes = chord_symbols.parse(text)
        if classes is not None:
            sounding = frozenset((pitch + self.shift) % chord_symbols.OCTAVE for pitch in classes)
            self.bar.chords.append((self.bar.units, sounding))

    def tie(self) -> None:
        """Tie the last note or chord to the next one."""
        if self.last:
            self.last.tied = True

    def overlay(self) -> None:
        """Go back to the start of the measure, for notes that sound at the same time."""
        self.bar.full = max(self.bar.full, self.bar.units)
        self.bar.units = 0
        self.bar.layers.append([])
        self.last = None

    def broken_rhythm(self, text: str) -> None:
        """Lengthen the note before and shorten the one after, or the reverse."""
        if not self.bar.events or self.broken or len(text) > _MAX_BROKEN:
            self.fail(ReadError, f"{text[:20]!r} does not stand between two notes: take it out or correct it")
        last = self.bar.events[-1]
        parts = 2 ** len(text)
        long, short = (2 * parts - 1, parts), (1, parts)
        own, self.broken = (long, short) if text[0] == ">" else (short, long)
        units, rest = divmod(last.units * own[0], own[1])
        if rest:
            self.fail(OffGridError, f"the note before {text} cannot be divided so often: write its length out")
        self.bar.units += units - last.units
        last.units = units

    def bar_sign(self, run: str, numbers: str) -> None:
        """Read a bar line or the beginning of an ending."""
        if run == ":" and not self.bar.has_music:
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
        if self.bar.has_music:
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
        """Give the measure its number: 0 for a pickup, and no new number for one that completes a short measure."""
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
        if self.bar.has_music:
            self.bar_line(BarLine())
        elif self.bars:
            self.bars[-1].marks |= self.bar.marks  # a jump behind the last bar line
        if len(self.bars) == 1:
            self.bars[0].label = "1"

    def fail(self, error: type[ReadError], what: str) -> NoReturn:
        """Raise an error that names the tune and the measure."""
        number = self.number + 1 if self.bars else 1
        raise error(f"{self.source}, measure {number}: {what}")

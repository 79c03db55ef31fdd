"""A voice of an ABC tune: from its signs to written measures."""

from __future__ import annotations

from typing import NamedTuple, NoReturn

from armusic.errors import MetreError, MusicError, OffGridError, ReadError, RepeatError
from armusic.io.readers.abc.accidentals import Accidentals
from armusic.io.readers.abc.bars import Bar, Event
from armusic.io.readers.abc.key import KeyField, Shift
from armusic.io.readers.abc.signs import PassedOver
from armusic.io.readers.abc.tokens import ALTERED_NOTE, NOTE_LETTER, TOKEN, bar_sign, bar_signs, pieces, ratio
from armusic.io.readers.score.repeats import MAX_PASSES, MAX_PLAYED, passes
from armusic.io.readers.score.sheet import BarLine, Signature
from armusic.music import chord_symbols
from armusic.music.score import Key

MAX_EVENTS = 200_000  # notes and rests of a voice: days of music

_MAX_PITCH = 127  # MIDI's
_MAX_BROKEN = 3  # > >> >>> (ABC 2.1, section 4.4)


class _Split(NamedTuple):
    """What is in force where the first of several endings begins, and so at the others."""

    last: Event | None
    last_pitches: dict[int, int]
    accidentals: tuple[list[int], dict[int, int]] | None  # None at a bar line


class Voice:
    """State of reading a voice: its settings, and the measures so far.

    Parameters
    ----------
    source, name : str
        Name of the tune in messages, and name of the voice in `V:` fields.
    metre, unit, key
        Settings of the header: unit length in `UNITS`.
    passed : PassedOver
        Signs that are passed over.
    """

    def __init__(self, source: str, name: str, metre: Signature, unit: int, key: KeyField, passed: PassedOver) -> None:
        self.source = source
        self.name = name
        self.metre = metre
        self.unit = unit
        self.passed = passed
        self.accidentals = Accidentals(key)
        self.shift = Shift()
        self.semitones = 0  # of the shift
        self.first_semitones: int | None = None  # at the first note
        self.program: int | None = None
        self.lines = [BarLine()]
        self.bars: list[Bar] = []
        self.bar = Bar(metre, 0.0)
        self.coming: Key | None = None  # the signature of the next measure
        self.late = 0  # signatures within measures
        self.last: Event | None = None
        self.last_pitches: dict[int, int] = {}  # of `last`, by pitch without accidentals
        self.split: _Split | None = None  # where the endings of the section begin
        self.number = 0
        self.events = 0
        self.graces = 0
        self.broken: tuple[int, int] | None = None  # factor of the next note's length
        self.unbroken = 0  # length of the last note before it was changed
        self.tuplet = (0, 1, 1)  # remaining notes, and the factor of their lengths
        self.set_shift(key.shift)

    def set_shift(self, shift: Shift) -> None:
        """Put in force what a field sets of the distance from written to sounding notes; the rest of it stays."""
        self.shift = shift.over(self.shift)
        self.semitones = self.shift.semitones

    def note(self, text: str) -> None:
        """Add a note or a rest."""
        natural, place, sign, num, den = pieces(text)
        if place >= 0:
            pitch = self.pitch(natural, place, sign)
            self.add({} if pitch is None else {natural: pitch}, num, den, text)
        elif text[0] in "ZX":
            self.whole_rests(num, den)
        else:
            self.add({}, num, den, text)

    def pitch(self, natural: int, place: int, sign: int | None) -> int | None:
        """Return the pitch of a note with the accidental in force; remember a written one.

        None for a pitch that MIDI does not have.
        """
        if sign is None and self.last and self.last.tied:
            tied = self.last_pitches.get(natural)
            if tied in self.last.tied:
                return tied  # a tie carries an accidental over a bar line, and into each ending
        pitch = self.accidentals.sound(natural, place, sign) + self.semitones
        if 0 <= pitch <= _MAX_PITCH:
            return pitch
        self.skip(MusicError, f"pitch {pitch}", f"pitch {pitch} is outside MIDI's 0 to {_MAX_PITCH}")
        return None

    def add(self, pitches: dict[int, int], num: int, den: int, text: str) -> None:
        """Add a note, chord or rest of `num/den` unit lengths, changed by broken rhythms and tuplets.

        `pitches` are those that sound, each by its pitch without accidentals.
        """
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
            self.skip(OffGridError, text, f"the length of {text[:20]!r} cannot be played exactly")
            num, den = (num // den if den else 0), 1
            if not num:
                return
        self.events += 1
        if self.events > MAX_EVENTS:
            self.fail(MusicError, f"more than {MAX_EVENTS} notes and rests: too long for one melody")
        if self.first_semitones is None:
            self.first_semitones = self.semitones
        sounding = tuple(pitches.values()) if len(pitches) < 2 else tuple(dict.fromkeys(pitches.values()))
        event = Event(sounding, num // den)
        self.bar.events.append(event)
        self.bar.units += event.units
        self.last = event
        self.last_pitches = pitches

    def grace(self, text: str) -> None:
        """Leave grace notes out, except for their accidentals, which last as long as any others."""
        self.graces += len(NOTE_LETTER.findall(text))
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
            self.add({}, self.metre.units, self.unit, "Z")

    def chord(self, text: str) -> None:
        """Add a chord, as long as its first note (ABC 2.1, section 4.17)."""
        inside, _, after = text.rpartition("]")
        pitches: dict[int, int] = {}  # by pitch without accidentals
        length: tuple[int, int] | None = None  # of the first note
        rest: tuple[int, int] | None = None
        tied: set[int] = set()
        latest: int | None = None  # the pitch before a sign
        for match in TOKEN.finditer(inside, 1):
            kind = match.lastgroup
            if kind in {"note", "rest"}:
                natural, place, sign, num, den = pieces(match[0])
                if kind == "rest":
                    latest, rest = None, (num, den)
                    continue
                length = length or (num, den)
                latest = self.pitch(natural, place, sign)
                if latest is not None:
                    pitches[natural] = latest
            elif kind == "tie" and latest is not None:
                tied.add(latest)
            elif kind not in {"skip", "quoted", "named", "grace", "tie"}:
                self.skip(ReadError, match[0], f"{text[:20]!r} is not a chord: take it out or correct it")
        if not length:
            self.skip(ReadError, text, f"{text[:20]!r} is a chord without notes: take it out or correct it")
            if not rest:
                return
            length = rest
        times, parts = ratio(after)
        self.add(pitches, length[0] * times, length[1] * parts, text)
        if tied and self.last:
            self.last.tied = frozenset(tied)

    def chord_symbol(self, text: str) -> None:
        """Add a chord symbol; other words in quotation marks are left out."""
        classes = chord_symbols.parse(text)
        if classes is not None:
            sounding = frozenset((pitch + self.semitones) % chord_symbols.OCTAVE for pitch in classes)
            self.bar.chords.append((self.bar.units, sounding))

    def tie(self) -> None:
        """Tie the last note or chord to the next one."""
        if self.last:
            self.last.tied = frozenset(self.last.pitches)

    def overlay(self) -> None:
        """Go back to the start of the measure, for notes that sound at the same time."""
        self.bar.full = max(self.bar.full, self.bar.units)
        self.bar.units = 0
        self.bar.layers.append([])
        self.last = None

    def broken_rhythm(self, text: str) -> None:
        """Lengthen the note before and shorten the one after, or the reverse."""
        if not self.bar.events or self.broken or len(text) > _MAX_BROKEN:
            what = f"{text[:20]!r} does not stand between two notes: take it out or correct it"
            self.skip(ReadError, text, what)
            return
        last = self.bar.events[-1]
        parts = 2 ** len(text)
        long, short = (2 * parts - 1, parts), (1, parts)
        own, other = (long, short) if text[0] == ">" else (short, long)
        units, rest = divmod(last.units * own[0], own[1])
        if rest:
            what = f"the note before {text} cannot be divided so often: write its length out"
            self.skip(OffGridError, text, what)
            return
        self.broken, self.unbroken = other, last.units
        self.bar.units += units - last.units
        last.units = units

    def unbreak(self) -> None:
        """Give the last note back the length that it had before `<` or `>`."""
        bar = self.bar if self.bar.has_music else self.bars[-1]
        if self.last and bar.events and bar.events[-1] is self.last:
            bar.units += self.unbroken - self.last.units
            self.last.units = self.unbroken

    def bar_sign(self, run: str, numbers: str) -> None:
        """Read a bar line or the beginning of an ending."""
        if run == ":" and not self.bar.has_music:
            run = "|:"  # the rest of a sign that begins on the line before
        endings = passes(numbers) if numbers else ()
        if numbers and not endings:
            what = f"ending {numbers[:20]!r} names no passes up to {MAX_PASSES}: write 1, 1,3 or 1-3"
            self.skip(RepeatError, numbers, what)
        within = not run and self.bar.has_music  # a measure: its accidentals stay in force
        here = _Split(self.last, self.last_pitches, self.accidentals.state() if within else None)
        self.bar_line(self.read_bar_sign(run, endings))
        if not endings:
            return
        if self.split and 1 not in endings:
            here = self.split
            self.last, self.last_pitches = here.last, here.last_pitches
        self.split = here
        if here.accidentals:
            self.accidentals.restore(here.accidentals)

    def read_bar_sign(self, run: str, endings: tuple[int, ...]) -> BarLine:
        """Return the bar line of a run of signs; one that is none as a whole is read sign by sign."""
        sign = bar_sign(run)
        if sign and max(sign) < MAX_PASSES:
            if sign[1] and not endings:
                self.split = None
            return BarLine(*sign, endings)
        self.skip(RepeatError, run, f"{run[:20]!r} is not a repeat sign: write :|, |: or ::")
        line = BarLine(endings=endings)
        for piece in bar_signs(run):
            sign = bar_sign(piece)
            if sign and max(sign) < MAX_PASSES:
                line.join(BarLine(*sign))
        return line

    def bar_line(self, line: BarLine) -> None:
        """End the measure, if there is music in it; else join the bar lines."""
        if self.bar.has_music:
            self.bar.units = max(self.bar.units, self.bar.full)
            self.label()
            self.bars.append(self.bar)
            self.lines.append(line)
            self.bar = Bar(self.metre, 0.0, key=self.coming)
            self.coming = None
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
            self.skip(ReadError, "< or >", "no note follows < or >: take it out or correct it")
            self.unbreak()
        if self.bar.has_music:
            self.bar_line(BarLine())
        elif self.bars:
            self.bars[-1].marks |= self.bar.marks  # a jump behind the last bar line
        if len(self.bars) == 1:
            self.bars[0].label = "1"

    def skip(self, error: type[ReadError], sign: str, what: str) -> None:
        """Pass a sign over, or raise an error where nothing may be set right."""
        number = self.number + 1 if self.bars else 1
        self.passed.add(sign, number, error(f"{self.source}, measure {number}: {what}"))

    def fail(self, error: type[ReadError], what: str) -> NoReturn:
        """Raise an error that names the tune and the measure."""
        number = self.number + 1 if self.bars else 1
        raise error(f"{self.source}, measure {number}: {what}")

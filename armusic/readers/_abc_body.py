"""The body of an ABC tune: from lines of text to written measures."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn, TypeVar

from armusic.errors import MetreError, MusicError, OffGridError, PolyphonyError, ReadError, RepeatError
from armusic.readers._abc_accidentals import Accidentals
from armusic.readers._abc_fields import KeyField, Signature, key_field, signature, tempo, unit_length
from armusic.readers._abc_repeats import MAX_PASSES, MAX_PLAYED, passes
from armusic.readers._abc_tokens import (
    ALTERED_NOTE,
    FIELD,
    JUMP,
    TOKEN,
    bar_sign,
    pieces,
    ratio,
    tuplet,
    without_comment,
)
from armusic.readers._abc_written import BarLine, Event, Written
from armusic.score import DEFAULT_BPM

_T = TypeVar("_T")

_MAX_PITCH = 127  # MIDI's
_MAX_BROKEN = 3  # > >> >>> (ABC 2.1, section 4.4)
_MAX_FIELD = 200  # characters: no key, metre or tempo is longer


class Body:
    """The state of reading: what is in force, and the measures so far.

    Parameters
    ----------
    source : str
        What messages call the tune.
    metre, unit, key, bpm
        What the header says: the unit length in `UNITS`, the tempo in quarter notes per minute.
    """

    def __init__(self, source: str, metre: Signature, unit: int, key: KeyField, bpm: float | None) -> None:
        self.source = source
        self.metre = metre
        self.unit = unit
        self.bpm = bpm or DEFAULT_BPM
        self.accidentals = Accidentals(key)
        self.lines = [BarLine()]
        self.bars: list[Written] = []
        self.bar = Written(metre, self.bpm)
        self.last: Event | None = None
        self.last_natural = 0  # pitch of `last` without accidentals
        self.number = 0
        self.broken: tuple[int, int] | None = None  # what the next note's length is multiplied by
        self.tuplet = (0, 1, 1)  # notes left, and what their lengths are multiplied by
        self.voice = ""
        self.heard: str | None = None  # the voice that has notes
        self.hidden_until = ""  # inside a block of text: the directive that ends it

    def line(self, text: str) -> None:
        """Read a line of the body: a directive, a field or music."""
        if self.hidden_until or text.startswith("%%"):
            self.directive(text)
            return
        text = without_comment(text)
        match = FIELD.match(text)
        if match:
            self.field(match[1] or match[2], match[3])
        else:
            self.music(text)

    def directive(self, text: str) -> None:
        """Follow `%%propagate-accidentals` and pass over blocks such as `%%begintext`; ignore all else."""
        words = text.removeprefix("%%").split(None, 2)
        if self.hidden_until:
            if words and words[0] == self.hidden_until:
                self.hidden_until = ""
        elif words and words[0].startswith("begin"):
            self.hidden_until = "end" + words[0].removeprefix("begin")
        elif len(words) > 1 and words[0] == "propagate-accidentals" and words[1] in {"not", "octave", "pitch"}:
            self.accidentals.reach = words[1]

    def field(self, name: str, text: str) -> None:
        """Follow a field, on a line of its own or in brackets."""
        text = text[:_MAX_FIELD]
        if name == "K":
            self.accidentals.change(self.parsed(key_field, text.rstrip("\\ ")))
        elif name == "M":
            self.metre = signature(text)
            if not self.bar.events:
                self.bar.metre = self.metre
        elif name == "L":
            self.unit = self.parsed(unit_length, text)
        elif name == "Q":
            self.bpm = tempo(text, self.unit) or self.bpm
            self.bar.tempos.append((self.bar.units, self.bpm))
        elif name == "P":
            self.bar_line(BarLine(double=True, part=text.strip()))
        elif name == "V":
            self.voice = (text.split() or [""])[0]
        elif name == "I":
            self.directive(text.strip())

    def music(self, text: str) -> None:
        """Read a line of music."""
        for match in TOKEN.finditer(text):
            kind = match.lastgroup
            if kind in {"note", "rest"}:
                self.note(match[0])
            elif kind in {"skip", "quoted", "mailed"}:
                continue
            elif kind in {"bar", "ending", "later"}:
                self.bar_sign(match["bar"] or "", (match["ending"] or match["later"] or "").strip(" \t["))
            elif kind == "grace":
                self.grace(match[0])
            elif kind == "broken":
                self.broken_rhythm(match[0])
            elif kind == "tuplet":
                self.tuplet = tuplet(match[0], self.metre.compound)
            elif kind == "tie":
                if self.last:
                    self.last.tied = True
            elif kind == "named":
                if JUMP.search(match[0]):
                    self.fail(RepeatError, f"jumps such as {match[0][:20]} are not followed: write out what is played")
            elif kind == "inline":
                self.field(match[0][1], match[0][3:-1])
            elif kind == "chord":
                self.chord(match[0])
            elif match[0] == "&":
                self.fail(PolyphonyError, "a second voice begins at &: one voice is needed")
            elif match[0] != "!":  # an old sign for the end of a line
                self.fail(ReadError, f"{match[0]!r} does not belong there: take it out or correct it")

    def note(self, text: str) -> None:
        """Add a note or a rest."""
        natural, place, sign, num, den = pieces(text)
        if place >= 0:
            self.add(self.pitch(natural, place, sign), natural, num, den, text)
        elif text[0] in "ZX":
            self.whole_rests(num, den)
        else:
            self.add(None, 0, num, den, text)

    def pitch(self, natural: int, place: int, sign: int | None) -> int:
        """Return the pitch of a note, with the accidental in force; remember the one that is written."""
        if sign is None:
            last = self.last
            if last and last.tied and last.pitch is not None and self.last_natural == natural:
                return last.pitch  # a tie carries an accidental over a bar line
        pitch = self.accidentals.sound(natural, place, sign)
        if not 0 <= pitch <= _MAX_PITCH:
            self.fail(MusicError, f"pitch {pitch} is outside MIDI's 0 to {_MAX_PITCH}")
        return pitch

    def add(self, pitch: int | None, natural: int, num: int, den: int, text: str) -> None:
        """Add a note or rest of `num/den` unit lengths, as broken rhythms and tuplets have it."""
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
        if pitch is None:
            if not self.listening:
                return
        elif self.heard is None:
            self.heard = self.voice
        elif self.heard != self.voice:
            self.fail(PolyphonyError, f"notes in a second voice, {self.voice[:20]!r}: one voice is needed")
        event = Event(pitch, num // den)
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
            self.add(None, 0, self.metre.units, self.unit, "Z")

    def chord(self, text: str) -> None:
        """Add a chord of one pitch; refuse any other."""
        inside, _, after = text.rpartition("]")
        heard: dict[int, int] = {}  # pitches, each with itself without accidentals
        num, den = 0, 0
        tied = False
        for match in TOKEN.finditer(inside, 1):
            kind = match.lastgroup
            if kind == "note":
                natural, place, sign, *length = pieces(match[0])
                if not heard:
                    num, den = length  # the first note's is the chord's (ABC 2.1, section 4.17)
                heard[self.pitch(natural, place, sign)] = natural
            elif kind == "tie":
                tied = True
            elif kind not in {"skip", "quoted", "named", "grace", "rest"}:
                self.fail(ReadError, f"{text[:20]!r} is no chord: take it out or correct it")
        if len(heard) != 1:
            self.fail(PolyphonyError, f"chord {text[:20]!r} has {len(heard)} pitches: one voice is needed")
        times, parts = ratio(after)
        pitch, natural = heard.popitem()
        self.add(pitch, natural, num * times, den * parts, text)
        if tied and self.last:
            self.last.tied = True

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
        if run == ":" and not self.bar.events:
            run = "|:"  # the rest of a sign that begins on the line before
        sign = bar_sign(run)
        if not sign or max(sign) >= MAX_PASSES:
            self.fail(RepeatError, f"{run[:20]!r} is no repeat sign: write :|, |: or ::")
        endings = passes(numbers) if numbers else ()
        if numbers and not endings:
            self.fail(RepeatError, f"ending {numbers[:20]!r} names no passes up to {MAX_PASSES}: write 1, 1,3 or 1-3")
        if self.listening:
            self.bar_line(BarLine(*sign, endings))

    def bar_line(self, line: BarLine) -> None:
        """End the measure, if there is music in it; else join the bar lines."""
        if self.bar.events:
            self.label()
            self.bars.append(self.bar)
            self.lines.append(line)
            self.bar = Written(self.metre, self.bpm)
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
        if self.bar.events:
            self.bar_line(BarLine())
        if len(self.bars) == 1:
            self.bars[0].label = "1"

    @property
    def listening(self) -> bool:
        """Whether bar lines and rests count: not in a second voice."""
        return self.heard is None or self.heard == self.voice

    def parsed(self, parse: Callable[[str], _T], text: str) -> _T:
        """Return a field's value; name the measure where it has none."""
        try:
            return parse(text)
        except ReadError as error:
            self.fail(type(error), str(error))

    def fail(self, error: type[ReadError], what: str) -> NoReturn:
        """Raise an error that names the tune and the measure."""
        number = self.number + 1 if self.bars else 1
        raise error(f"{self.source}, measure {number}: {what}")

"""The body of an ABC tune: from lines of text to voices."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from armusic.errors import MusicError, ReadError
from armusic.files import one_line
from armusic.io.abc_text import decoded
from armusic.io.readers.abc.fields import tempo, unit_length
from armusic.io.readers.abc.key import KeyField, Shift, key_field, shift, transposed
from armusic.io.readers.abc.signs import PassedOver
from armusic.io.readers.abc.tokens import FIELD, OLD_CHORD, PLAYED, TOKEN, tuplet, without_comment
from armusic.io.readers.abc.voice import Voice
from armusic.io.readers.options import Remark, without_graces
from armusic.io.readers.score import jumps
from armusic.io.readers.score.sheet import BarLine, Signature, signature

_T = TypeVar("_T")

_MAX_FIELD = 200  # characters: no key, metre or tempo is longer
_MAX_VOICES = 100
_NAME = re.compile(r'\b(?:name|nm)=(?:"((?:[^"\\]|\\.)*)|([^"=]*?)(?:\s+\w+=|$))')
_NUMBER = re.compile("[+-]?[0-9]{1,3}")
_HIGHEST_PROGRAM = 127
_DRUMS = 10  # channel
_MAX_UNKNOWN = 8
_NO_SOUND = {"nobarlines", "channel", "control", "temperament", "makechordchannels"}
"""`%%MIDI` lines that change no note: nothing is lost with them."""


class Body:
    """State of reading: the voices, and the current one.

    Parameters
    ----------
    source : str
        Name of the tune in messages.
    metre, unit, key
        Settings of the header: unit length in `UNITS`.
    strict : bool
        Whether a sign that does not belong where it stands is an error.
    """

    def __init__(self, source: str, metre: Signature, unit: int, key: KeyField, *, strict: bool) -> None:
        self.passed = PassedOver(strict=strict)
        self.begin = (metre, unit, key, self.passed)
        self.source = source
        self.in_header = True
        self.tune_shift, self.tune_program = Shift(), 0  # for voices that have none of their own
        self.voice = Voice(source, "", *self.begin)
        self.voices = {"": self.voice}
        self.names: dict[str, str] = {}
        self.scope = self.voice.accidentals.scope
        self.hidden_until = ""  # inside a block of text: the directive that ends it
        self.unknown: dict[str, None] = {}  # `%%MIDI` lines that are not followed
        self.lyrics = False  # whether there are any
        self.signs = False  # whether there are any that say how notes are to be played

    def header(self, settings: Sequence[tuple[str, str]]) -> None:
        """Read the directives (I) and voices (V) of the header, in their order; the body begins behind them."""
        for name, value in settings:
            if name == "V":
                self.switch(value)
            else:
                self.directive(value)
        self.switch("")
        self.in_header = False

    @property
    def header_shift(self) -> int:
        """Semitones by which a voice without a shift of its own sounds higher than written."""
        return self.tune_shift.over(self.begin[2].shift).semitones

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
        """Follow `%%propagate-accidentals` and `%%MIDI`, skip blocks such as `%%begintext`, and ignore all else."""
        words = text.removeprefix("%%").split(None, 2)
        if self.hidden_until:
            if words and words[0] == self.hidden_until:
                self.hidden_until = ""
        elif words and words[0].startswith("begin"):
            self.hidden_until = "end" + words[0].removeprefix("begin")
        elif len(words) > 1 and words[0] == "propagate-accidentals" and words[1] in {"not", "octave", "pitch"}:
            self.scope = words[1]
            for voice in self.voices.values():
                voice.accidentals.scope = self.scope
        elif len(words) > 1 and words[0] == "MIDI":
            self.midi(words[1], words[2] if len(words) > 2 else "")

    def midi(self, name: str, text: str) -> None:
        """Follow `%%MIDI program` and `%%MIDI transpose`: of the tune, or of a voice behind its field."""
        numbers = [int(word) for word in without_comment(text).split() if _NUMBER.fullmatch(word)]
        for_all = self.in_header and self.voice.name == ""
        if name == "program" and numbers and 0 <= numbers[-1] <= _HIGHEST_PROGRAM:  # a channel may stand before it
            if for_all:
                self.tune_program = numbers[-1]
            elif self.voice.program is None:
                self.voice.program = numbers[-1]
        elif name in {"transpose", "rtranspose"} and numbers:
            shift_before = self.voice.shift.directive or 0
            moved = Shift(directive=numbers[0] + (shift_before if name == "rtranspose" else 0))
            if for_all:
                self.tune_shift = moved
            self.voice.set_shift(moved)
        elif name in _NO_SOUND and numbers[:1] != [_DRUMS]:
            pass
        elif len(self.unknown) < _MAX_UNKNOWN and not (name == "ratio" and numbers[:2] == [3, 1]):
            self.unknown[one_line(name[:20])] = None

    def remarks(self) -> list[Remark]:
        """Return remarks on what is passed over or left out; raise an error where that is too much."""
        passed = self.passed.remarks(sum(voice.events for voice in self.voices.values()))
        if self.unknown:
            passed.append(Remark(f"%%MIDI lines are not followed: {', '.join(self.unknown)}"))
        if any(voice.late for voice in self.voices.values()):
            passed.append(Remark("a key signature within a measure holds from the next measure on"))
        return passed + without_graces(sum(voice.graces for voice in self.voices.values()))

    def field(self, name: str, text: str) -> None:
        """Read a field, on a line of its own or in brackets."""
        text, voice = text[:_MAX_FIELD], self.voice
        if name == "K":
            key = self.value_of(key_field, text.rstrip("\\ "))
            voice.accidentals.change(key)
            voice.set_shift(key.shift)
            if voice.bar.has_music:
                voice.coming = transposed(key.key, voice.semitones)
                voice.late += bool(key.key) and voice.bar.units < (voice.bar.metre.units or 0)
            else:
                voice.bar.key = transposed(key.key, voice.semitones) or voice.bar.key
        elif name == "M":
            voice.metre = signature(text)
            if not voice.bar.has_music:
                voice.bar.metre = voice.metre
        elif name == "L":
            voice.unit = self.value_of(unit_length, text)
        elif name == "Q":
            bpm = tempo(text, voice.unit)
            if bpm:
                voice.bar.tempos.append((voice.bar.units, bpm))
        elif name == "P":
            voice.bar_line(BarLine(double=True, part=text.strip()))
        elif name == "V":
            self.switch(text)
        elif name == "I":
            self.directive(text.strip())
        elif name == "w":
            self.lyrics = True

    def switch(self, text: str) -> None:
        """Switch to the voice that a `V:` field names."""
        name, rest = ([*text.split(None, 1), "", ""])[:2]
        if name not in self.voices:
            if len(self.voices) > _MAX_VOICES:
                self.voice.fail(MusicError, f"more than {_MAX_VOICES} voices")
            self.voices[name] = Voice(self.source, name, *self.begin)
            self.voices[name].accidentals.scope = self.scope
            self.voices[name].set_shift(self.tune_shift)
        self.voice = self.voices[name]
        if rest:
            self.voice.set_shift(self.value_of(shift, rest))
            match = _NAME.search(rest)
            if match:
                self.names[name] = decoded(match[1] or match[2] or "").strip()

    def music(self, text: str) -> None:
        """Read a line of music."""
        voice = self.voice
        for match in TOKEN.finditer(text):
            kind = match.lastgroup
            if kind in {"note", "rest"}:
                voice.note(match[0])
            elif kind == "skip":
                sign = PLAYED.search(text, match.start(), match.end() + 1)  # with what follows it
                self.signs |= sign is not None and sign.start() < match.end()
            elif kind == "mailed":
                continue
            elif kind == "quoted":
                voice.chord_symbol(match[0][1:-1])
            elif kind in {"bar", "ending", "later"}:
                voice.bar_sign(match["bar"] or "", (match["ending"] or match["later"] or "").strip(" \t["))
            elif kind == "grace":
                voice.grace(match[0])
            elif kind == "broken":
                voice.broken_rhythm(match[0])
            elif kind == "tuplet":
                voice.tuplet = tuplet(match[0], voice.metre.compound)
            elif kind == "tie":
                voice.tie()
            elif kind == "named":
                chord = OLD_CHORD.fullmatch(match[0])
                if chord and len(set(chord[1])) > 1:
                    voice.chord(f"[{chord[1]}]{chord[2]}")
                else:
                    marks = jumps.marks(match[0].strip("!+"))
                    voice.bar.marks |= marks
                    self.signs |= not marks
            elif kind == "inline":
                self.field(match[0][1], match[0][3:-1])
                voice = self.voice
            elif kind == "chord":
                voice.chord(match[0])
            elif match[0] == "&":
                voice.overlay()
            elif match[0] != "!":  # an old sign for the end of a line
                voice.skip(ReadError, match[0], f"{match[0]!r} does not belong there: take it out or correct it")

    def finish(self) -> None:
        """End the last measure of every voice."""
        for voice in self.voices.values():
            voice.finish()

    def value_of(self, parse: Callable[[str], _T], text: str) -> _T:
        """Return a field's value; errors name the measure."""
        try:
            return parse(text)
        except ReadError as error:
            self.voice.fail(type(error), str(error))

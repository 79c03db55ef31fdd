"""The body of an ABC tune: from lines of text to voices."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeVar

from armusic.errors import MusicError, ReadError
from armusic.io.readers.abc.fields import KeyField, key_field, shift, tempo, unit_length
from armusic.io.readers.abc.tokens import FIELD, TOKEN, tuplet, without_comment
from armusic.io.readers.abc.voice import Voice
from armusic.io.readers.score import jumps
from armusic.io.readers.score.sheet import BarLine, Signature, signature
from armusic.music.score import DEFAULT_BPM

_T = TypeVar("_T")

_MAX_FIELD = 200  # characters: no key, metre or tempo is longer
_MAX_VOICES = 100
_NAME = re.compile(r'\b(?:name|nm)="?([^"=]*?)(?:"|\s+\w+=|$)')


class Body:
    """State of reading: the voices, and the current one.

    Parameters
    ----------
    source : str
        Name of the tune in messages.
    metre, unit, key, bpm
        Settings of the header: unit length in `UNITS`, tempo in quarter notes per minute.
    """

    def __init__(self, source: str, metre: Signature, unit: int, key: KeyField, bpm: float | None) -> None:
        self.begin = (metre, unit, key, bpm or DEFAULT_BPM)
        self.source = source
        self.voice = Voice(source, "", *self.begin)
        self.voices = {"": self.voice}
        self.names: dict[str, str] = {}
        self.scope = self.voice.accidentals.scope
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
        """Follow `%%propagate-accidentals`, skip blocks such as `%%begintext`, and ignore all else."""
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

    def field(self, name: str, text: str) -> None:
        """Read a field, on a line of its own or in brackets."""
        text, voice = text[:_MAX_FIELD], self.voice
        if name == "K":
            voice.accidentals.change(self.value_of(key_field, text.rstrip("\\ ")))
        elif name == "M":
            voice.metre = signature(text)
            if not voice.bar.has_music:
                voice.bar.metre = voice.metre
        elif name == "L":
            voice.unit = self.value_of(unit_length, text)
        elif name == "Q":
            voice.bpm = tempo(text, voice.unit) or voice.bpm
            voice.bar.tempos.append((voice.bar.units, voice.bpm))
        elif name == "P":
            voice.bar_line(BarLine(double=True, part=text.strip()))
        elif name == "V":
            self.switch(text)
        elif name == "I":
            self.directive(text.strip())

    def switch(self, text: str) -> None:
        """Switch to the voice that a `V:` field names."""
        name, rest = ([*text.split(None, 1), "", ""])[:2]
        if name not in self.voices:
            if len(self.voices) > _MAX_VOICES:
                self.voice.fail(MusicError, f"more than {_MAX_VOICES} voices")
            self.voices[name] = Voice(self.source, name, *self.begin)
            self.voices[name].accidentals.scope = self.scope
        self.voice = self.voices[name]
        if rest:
            self.voice.shift = self.value_of(shift, rest)
            match = _NAME.search(rest)
            self.names[name] = match[1].strip() if match else self.names.get(name, "")

    def music(self, text: str) -> None:
        """Read a line of music."""
        voice = self.voice
        for match in TOKEN.finditer(text):
            kind = match.lastgroup
            if kind in {"note", "rest"}:
                voice.note(match[0])
            elif kind in {"skip", "mailed"}:
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
                voice.bar.marks |= jumps.marks(match[0][1:-1])
            elif kind == "inline":
                self.field(match[0][1], match[0][3:-1])
                voice = self.voice
            elif kind == "chord":
                voice.chord(match[0])
            elif match[0] == "&":
                voice.overlay()
            elif match[0] != "!":  # an old sign for the end of a line
                voice.fail(ReadError, f"{match[0]!r} does not belong there: take it out or correct it")

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

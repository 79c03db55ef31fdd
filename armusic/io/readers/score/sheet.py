"""A written score, from ABC or MusicXML: measures, bar lines between them, and the notes of each part.

Lengths are whole numbers of `UNITS`, parts of a quarter note, so that reading needs no fractions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from armusic.music.score import Key

UNITS = 2**8 * 3**2 * 5 * 7
"""Parts of a quarter note: tuplets of 3, 5, 6, 7 and 9 and six dots come out whole."""

_COMPOUND = 3  # a metre of two or more threes is compound (ABC 2.1, section 4.13)
_METRE = re.compile(r"\(?([0-9]{1,3}(?:\+[0-9]{1,3}){0,9})\)?/([0-9]{1,3})")
_SUM = re.compile(rf"{_METRE.pattern}(?:\+{_METRE.pattern}){{1,9}}")


@dataclass(frozen=True, slots=True)
class Signature:
    """A metre as written: its text, its length in `UNITS` (None where it is free), and whether it is compound."""

    text: str
    units: int | None
    compound: bool


@lru_cache(maxsize=256)
def signature(text: str) -> Signature:
    """Read a time signature; any text that is not a metre counts as free, like `none`.

    Examples
    --------
    >>> signature("6 / 8") == Signature("6/8", 3 * UNITS, True), signature("none").units
    (True, None)
    >>> signature("C|").text
    '2/2'
    >>> signature("3/4+2/8").units == 4 * UNITS
    True
    """
    plain = "".join(text.split())
    if _SUM.fullmatch(plain):
        parts = [signature(match[0]) for match in _METRE.finditer(plain)]
        if all(part.units for part in parts):
            return Signature(plain, sum(part.units or 0 for part in parts), False)
    plain = {"C": "4/4", "C|": "2/2"}.get(plain, plain)
    match = _METRE.fullmatch(plain)
    if not match or not int(match[2]):
        return Signature(text.strip(), None, False)
    beats = sum(map(int, match[1].split("+")))
    units, rest = divmod(4 * UNITS * beats, int(match[2]))
    return Signature(plain, None if rest or not units else units, beats % _COMPOUND == 0 and beats > _COMPOUND)


class Sound(NamedTuple):
    """A note of a measure.

    Parameters
    ----------
    start, units : int
        Start in the measure, and length, in `UNITS`.
    pitch : int
        MIDI pitch.
    tied : bool
        Whether it is tied to the next note of its pitch.
    ends : bool
        Whether it may end the tie of another voice; that of its own voice it always may.
    voice : str
        Name of its voice among those of the part.
    """

    start: int
    units: int
    pitch: int
    tied: bool
    ends: bool = False
    voice: str = ""


@dataclass(slots=True)
class BarLine:
    """The bar line before a measure; bar lines without music between them are joined.

    Parameters
    ----------
    ends, starts : int
        Colons to its left and right: additional times that the music there is played.
    double : bool
        Whether it is a double or a thick one.
    endings : tuple of int
        Passes of the ending that begins here; empty where none begins.
    part : str, optional
        Name of the section that begins here.
    silent : tuple of str
        Names of sections that begin here as well, but have no music.
    """

    ends: int = 0
    starts: int = 0
    double: bool = False
    endings: tuple[int, ...] = ()
    part: str | None = None
    silent: tuple[str, ...] = ()

    @property
    def closes(self) -> bool:
        """Whether it is a double bar or a repeat sign."""
        return bool(self.double or self.ends or self.starts)

    def join(self, following: BarLine) -> None:
        """Merge a bar line that follows without music between."""
        self.ends = max(self.ends, following.ends)
        self.starts = max(self.starts, following.starts)
        self.double |= following.double
        self.endings = following.endings or self.endings
        if following.part is not None:
            if self.part is not None and len(self.part) == 1 and self.part not in self.silent:
                self.silent += (self.part,)  # an order of sections names them by single letters
            self.part = following.part
        if following.silent:
            self.silent = tuple(dict.fromkeys(self.silent + following.silent))


@dataclass(slots=True)
class WrittenMeasure:
    """A measure as written, between two bar lines.

    Parameters
    ----------
    metre : Signature
        Metre in force.
    bpm : float
        Tempo at its start, in quarter notes per minute.
    tempos : list of (int, float)
        Tempo changes: units from its start, and quarter notes per minute.
    chords : list of (int, frozenset of int)
        Chord symbols: units from its start, and pitch classes, as in `Tune`.
    units : int
        Length, in `UNITS`.
    silent : int
        Rest at its end, in `UNITS`, which may make room for a pickup.
    marks : set of str
        Jumps, and the places that they lead to: see `armusic.io.readers.score.jumps`.
    label : str
        Number that messages name it by.
    key : Key, optional
        Key signature that begins with it, at sounding pitch.
    """

    metre: Signature
    bpm: float
    tempos: list[tuple[int, float]] = field(default_factory=list)
    chords: list[tuple[int, frozenset[int]]] = field(default_factory=list)
    units: int = 0
    silent: int = 0
    marks: set[str] = field(default_factory=set)
    label: str = ""
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The notes of a part, staff or voice.

    Parameters
    ----------
    name : str
        Name as written; may be empty.
    program : int
        MIDI program, 0..127.
    measures : sequence of sequences of Sound
        Notes of each measure, from the first; trailing measures may be missing.
    drums : bool
        Whether its pitches are drums.
    """

    name: str
    program: int
    measures: Sequence[Sequence[Sound]]
    drums: bool = False


@dataclass(frozen=True, slots=True)
class Sheet:
    """A score.

    Parameters
    ----------
    bars : sequence of WrittenMeasure
        Measures.
    lines : sequence of BarLine
        Bar line before each measure, and the last one.
    parts : tuple of Part
        Parts that have notes.
    title : str
        Title as written.
    key : Key, optional
        First key signature, at sounding pitch.
    sections : str
        Playing order of the sections that bar lines name, as in ABC's `P:A2B`.
    lyrics : bool
        Whether words stand below the notes.
    signs : bool
        Whether it has signs that say how notes are to be played: ornaments, articulation, slurs, dynamics.
    """

    bars: Sequence[WrittenMeasure]
    lines: Sequence[BarLine]
    parts: tuple[Part, ...]
    title: str = ""
    key: Key | None = None
    sections: str = ""
    lyrics: bool = False
    signs: bool = False

"""Music as exact values: `Note`, `Measure`, `Metre`, `Key` and `Tune`.

Times are quarter notes, as `Fraction`, from the start of the first measure. A tune is one voice: its
notes are sorted and do not overlap. Its measures follow one another without a gap, and are all as long as
their metre says; `armusic.music.assembly` makes them so. A note that is tied over a bar line is one note.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from fractions import Fraction

from armusic.errors import MetreError
from armusic.music.smf import MidiData

DEFAULT_VELOCITY = 80
DEFAULT_BPM = 120.0  # the MIDI standard's tempo where a file names none

_TONICS = tuple(f"{letter}{sign}" for sign in ("b", "", "#") for letter in "FCGDAEB")  # rising fifths, from Fb to B#
_TONIC_OF_C = 8  # index of C in _TONICS
# How many fifths above its relative major each mode's tonic lies.
MODES = {"lydian": -1, "major": 0, "mixolydian": 1, "dorian": 2, "minor": 3, "phrygian": 4, "locrian": 5}


def mixed_number(value: Fraction) -> str:
    """Return a time as a musician counts it.

    Examples
    --------
    >>> mixed_number(Fraction(7, 3)), mixed_number(Fraction(2))
    ('2 1/3', '2')
    """
    whole, part = divmod(value, 1)
    return f"{whole} {part}" if part else f"{whole}"


@dataclass(frozen=True, slots=True, order=True)
class Metre:
    """A time signature, with the beats that it is counted in.

    Simple metres have quarter beats, compound ones dotted quarters; 2/2 counts as four quarters.

    Examples
    --------
    >>> Metre(6, 8).beats, Metre(6, 8).compound, Metre(6, 8).length
    (2, True, Fraction(3, 1))
    >>> Metre.parse("C|"), str(Metre.parse("C|").kind)
    (Metre(numerator=2, denominator=2), '4/4')
    """

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if (self.numerator, self.denominator) not in _SUPPORTED:
            raise MetreError(unsupported(str(self)))

    @classmethod
    def parse(cls, text: str) -> Metre:
        """Read `4/4`, `6/8`, `C` or `C|`; raise `MetreError` for anything else."""
        text = {"C": "4/4", "C|": "2/2"}.get(text.strip(), text.strip())
        numerator, slash, denominator = text.partition("/")
        if not (slash and numerator.strip().isdecimal() and denominator.strip().isdecimal()):
            raise MetreError(unsupported(repr(text)))
        return cls(int(numerator), int(denominator))

    @property
    def kind(self) -> Metre:
        """The metre whose grid and weights this one shares (2/2 is counted as 4/4)."""
        return METRES[0] if self.denominator == 2 else self

    @property
    def compound(self) -> bool:
        """Whether the beat is a dotted quarter."""
        return self.denominator == 8

    @property
    def beats(self) -> int:
        """Beats per measure."""
        return self.kind.numerator // 3 if self.compound else self.kind.numerator

    @property
    def beat(self) -> Fraction:
        """Length of a beat, in quarter notes."""
        return Fraction(3, 2) if self.compound else Fraction(1)

    @property
    def length(self) -> Fraction:
        """Length of a measure, in quarter notes."""
        return self.beats * self.beat

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


def unsupported(metre: str) -> str:
    """Return the message for a metre without a grid."""
    return f"metre {metre} is not supported: use one of 4/4 (C), 2/2 (C|), 2/4, 3/4, 6/8, 9/8, 12/8"


_KINDS = ((4, 4), (2, 4), (3, 4), (6, 8), (9, 8), (12, 8))
_SUPPORTED = frozenset({*_KINDS, (2, 2)})
METRES = tuple(Metre(*pair) for pair in _KINDS)
"""Kinds of metre, one grid each; models identify a metre by its index in this tuple."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key signature: `fifths` sharps (negative: flats) and a mode.

    Examples
    --------
    >>> str(Key(1, "dorian")), str(Key(-3, "minor")), str(Key(7, "locrian"))
    ('A:dorian', 'C:minor', 'B#:locrian')
    """

    fifths: int
    mode: str = "major"

    @property
    def tonic(self) -> str:
        """Name of the tonic, as in `F#`."""
        return _TONICS[self.fifths + MODES[self.mode] + _TONIC_OF_C]

    def __str__(self) -> str:
        return f"{self.tonic}:{self.mode}"


@dataclass(frozen=True, slots=True)
class Note:
    """One sounding note.

    Parameters
    ----------
    start, duration : Fraction
        Quarter notes; the start counts from the start of the first measure.
    pitch, velocity : int
        MIDI pitch, 0..127, where 60 is middle C, and MIDI velocity, 1..127.
    """

    start: Fraction
    duration: Fraction
    pitch: int
    velocity: int = DEFAULT_VELOCITY

    @property
    def end(self) -> Fraction:
        """End of the note, in quarter notes."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Measure:
    """A full measure of a tune.

    Parameters
    ----------
    start : Fraction
        Quarter notes from the start of the first measure.
    metre : Metre
        Its time signature, which gives its length.
    """

    start: Fraction
    metre: Metre

    @property
    def end(self) -> Fraction:
        """End of the measure, in quarter notes."""
        return self.start + self.metre.length


@dataclass(frozen=True, slots=True)
class Origin:
    """The MIDI file that a tune is the melody of, so that a variation can take the melody's place.

    Parameters
    ----------
    file, track, channel
        Whole file, and track and channel of the melody, from 0.
    measures, notes
        Measures and notes of the tune, as read.
    places, homes : tuple of int
        Index of each note in `smf.pairs`; for each of those pairs, the index of the tune's measure in which it
        starts, or -1.
    clock : tuple of (Fraction, Fraction, Fraction)
        Quarter note from which a line holds, its tick, and ticks per quarter note from there on.
    groove : bool
        Whether notes that start with one of the file's are as early or late as that one.
    """

    file: MidiData
    track: int
    channel: int
    measures: tuple[Measure, ...]
    notes: tuple[Note, ...]
    places: tuple[int, ...]
    homes: tuple[int, ...]
    clock: tuple[tuple[Fraction, Fraction, Fraction], ...]
    groove: bool = False

    def quarter(self, tick: Fraction) -> Fraction:
        """Return a tick of the file as a quarter note of the tune; all of a passage that is left out is one moment."""
        line = max(bisect_right(self.clock, tick, key=lambda line: line[1]) - 1, 0)
        start, first, rate = self.clock[line]
        at = max(start, start + (tick - first) / rate)
        return min([at, *(following for following, *_ in self.clock[line + 1 : line + 2])])


@dataclass(frozen=True, slots=True)
class Tune:
    """One voice over full measures, with what a writer needs to write it again.

    Parameters
    ----------
    notes : tuple of Note
        Notes, sorted; no two overlap.
    measures : tuple of Measure
        Measures from quarter note 0 on, without a gap; every note lies within them.
    title, source : str
        Title, and name in messages (`tune.abc`, `book.abc#12`).
    key : Key, optional
        First key signature, if one is written.
    tempos : tuple of (Fraction, float)
        Tempo changes: start in quarter notes, and quarter notes per minute.
    program : int
        MIDI program, 0..127.
    padding : tuple of (Fraction, Fraction)
        Quarter notes of rest added in front of a pickup and behind a short last measure.
    origin : Origin, optional
        File around the tune, if it has more than the tune.
    chords : tuple of (Fraction, frozenset of int)
        Chord symbols: start in quarter notes, and pitch classes (0 is C, none where no chord is to sound); each
        holds until the next.
    """

    notes: tuple[Note, ...]
    measures: tuple[Measure, ...]
    title: str = ""
    source: str = ""
    key: Key | None = None
    tempos: tuple[tuple[Fraction, float], ...] = ((Fraction(0), DEFAULT_BPM),)
    program: int = 0
    padding: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0))
    origin: Origin | None = field(default=None, repr=False, compare=False)
    chords: tuple[tuple[Fraction, frozenset[int]], ...] = field(default=(), repr=False, compare=False)

    def __repr__(self) -> str:
        return f"Tune({self.summary})"

    @property
    def summary(self) -> str:
        """Title, numbers of measures and notes, metres and key, in a line."""
        metres = " ".join(dict.fromkeys(str(measure.metre) for measure in self.measures)) or "no metre"
        facts = [self.title, f"{len(self.measures)} measures of {metres}", f"{len(self.notes)} notes", self.key]
        return ", ".join(str(fact) for fact in facts if fact)

    @property
    def end(self) -> Fraction:
        """End of the last measure, in quarter notes."""
        return self.measures[-1].end if self.measures else Fraction(0)

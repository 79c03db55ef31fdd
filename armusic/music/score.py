"""Music as exact values: `Note`, `Measure`, `Key` and `Tune`; `Metre` comes from `armusic.music.metre`.

Times are quarter notes, as `Fraction`, from the start of the first measure. A tune is one voice: its
notes are sorted and do not overlap. Its measures follow one another without a gap, and are all as long as
their metre says; `armusic.music.assembly` makes them so. A note that is tied over a bar line is one note.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from armusic.files import counted
from armusic.music.measures import Bar, Measure, Passage, bars, numbered, spanned, why_not
from armusic.music.metre import METRES, Metre
from armusic.music.smf import MidiData

__all__ = [
    "DEFAULT_BPM",
    "DEFAULT_VELOCITY",
    "METRES",
    "MODES",
    "Bar",
    "Key",
    "Measure",
    "Metre",
    "Note",
    "Origin",
    "Passage",
    "Tune",
    "bars",
    "mixed_number",
    "numbered",
    "spanned",
]

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
class Origin:
    """The MIDI file that a tune is the melody of, so that a variation can take the melody's place.

    Parameters
    ----------
    file, track, channel
        Whole file, and track and channel of the melody, from 0.
    measures, notes
        Measures and notes of the tune, as read.
    places, homes : tuple of int
        Index of each note in `smf_notes.pairs`; for each of those pairs, the index of the tune's measure in which it
        starts, or -1.
    clock : tuple of (Fraction, Fraction, Fraction)
        Quarter note from which a line holds, its tick, and ticks per quarter note from there on.
    groove : bool
        Whether notes that start with one of the file's are as early or late as that one.
    score : bool
        Whether the file is a score that was played into one, and ends where the score does.
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
    score: bool = False

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
        MIDI file that the tune is the melody of, or the score of several voices, played into one.
    chords : tuple of (Fraction, frozenset of int)
        Chord symbols: start in quarter notes, and pitch classes (0 is C, none where no chord is to sound); each
        holds until the next.
    passages : tuple of Passage
        Measures of the file that are not in the tune, in order: they keep their numbers.
    key_changes : tuple of (Fraction, Key)
        Later key signatures: start in quarter notes, and the key.
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
    passages: tuple[Passage, ...] = field(default=(), repr=False, compare=False)
    key_changes: tuple[tuple[Fraction, Key], ...] = ()

    def __repr__(self) -> str:
        return f"Tune({self.summary})"

    @property
    def summary(self) -> str:
        """Title, numbers of measures and notes, metres and key, in a line."""
        metres = " ".join(dict.fromkeys(str(bar.metre) for bar in self.bars)) or "no metre"
        facts = [
            self.title,
            f"{counted(len(self.bars), 'measure')} of {metres}",
            counted(len(self.notes), "note"),
            self.key,
        ]
        return ", ".join(str(fact) for fact in facts if fact)

    @property
    def bars(self) -> tuple[Bar, ...]:
        """The measures as the file writes them, which may be others than those that a model takes."""
        return bars(self.measures, self.passages)

    @property
    def numbers(self) -> tuple[str, ...]:
        """For each measure the number, from 1, of the file's measure that it lies in, or the numbers, as in `3-4`.

        The file's measures that pass through are counted, so that a number is missing where one of these stands.
        """
        first, last = [0] * len(self.measures), [0] * len(self.measures)
        for bar in self.bars:
            for row in bar.rows:
                first[row], last[row] = first[row] or bar.number, bar.number
        return tuple(str(low) if low == high else f"{low}-{high}" for low, high in zip(first, last, strict=True))

    @property
    def firsts(self) -> tuple[int, ...]:
        """For each measure the number of the file's measure that it lies in, or the first of those numbers."""
        return tuple(int(number.partition("-")[0]) for number in self.numbers)

    @property
    def last(self) -> int:
        """The number of the file's last measure."""
        return max([0, *(bar.number for bar in self.bars[-1:]), *(passage.last for passage in self.passages[-1:])])

    @property
    def places(self) -> tuple[float, ...]:
        """The middle of the numbers of each measure: 3.5 for one that is two measures of the file, 3 and 4."""
        ends = (number.split("-") for number in self.numbers)
        return tuple((int(each[0]) + int(each[-1])) / 2 for each in ends)

    def rows(self, first: int, last: int) -> tuple[int, ...]:
        """Return the places in `measures` of those that lie within measures of the file, numbered from 1."""
        outside = {row for bar in self.bars if not first <= bar.number <= last for row in bar.rows}
        return tuple(row for row in range(len(self.measures)) if row not in outside)

    def count_bars(self, hit: Sequence[bool]) -> int:
        """Return how many of the file's measures are hit, where `hit` is about each of `measures`.

        Examples
        --------
        >>> pairs = [Measure(Fraction(3 * row), Metre(6, 8), (Metre(3, 8), Metre(3, 8))) for row in range(2)]
        >>> Tune((), tuple(pairs)).count_bars([True, False])
        2
        """
        return sum(all(hit[row] for row in bar.rows) for bar in self.bars)

    def key_at(self, time: Fraction, first: Key) -> Key:
        """Return the key signature at a time, in quarter notes: `first` where none is written before it but the first.

        Examples
        --------
        >>> tune = Tune((), (), key=Key(1), key_changes=((Fraction(16), Key(-1)),))
        >>> [str(tune.key_at(Fraction(time), Key(1))) for time in (0, 15, 16, 99)]
        ['G:major', 'G:major', 'F:major', 'F:major']
        """
        place = bisect_right(self.key_changes, time, key=lambda change: change[0])
        return self.key_changes[place - 1][1] if place else first

    def why_not(self, first: float, last: float) -> str:
        """Return why nothing of some measures of the file can be edited: all pass through. Empty if not all do."""
        return why_not(self.passages, first, last, self.source or "the tune")

    @property
    def end(self) -> Fraction:
        """End of the last measure, in quarter notes."""
        return self.measures[-1].end if self.measures else Fraction(0)

"""What the tools answer: plain data, of which clients get a schema.

The classes have no slots, which the SDK would take for defaults.
"""

from __future__ import annotations

from dataclasses import dataclass

from armusic.music.score import Tune


@dataclass(frozen=True)
class NoteReply:
    """A note: its MIDI pitch, and its start and duration in quarter notes from the start of the first measure."""

    pitch: int
    start: float
    duration: float
    velocity: int


@dataclass(frozen=True)
class ValueReply:
    """An attribute of a tune: the mean of its measures before, the target, and the mean reached."""

    attribute: str
    before: float
    target: float
    reached: float


@dataclass(frozen=True)
class TuneReply:
    """A tune, as notes and as ABC notation, with what was said of it."""

    name: str
    notes: list[NoteReply]
    abc: str
    values: list[ValueReply]
    changed_measures: list[int]
    remarks: list[str]
    unusual: list[str]


@dataclass(frozen=True)
class Answer:
    """Tunes, the best first; the MIDI file that they were written to, a track each; and remarks on the input."""

    tunes: list[TuneReply]
    file: str
    remarks: list[str]


@dataclass(frozen=True)
class PartReply:
    """A part of a MIDI file or score: its name is a value for `track`; `melody` is its likeness to one, 0 to 1."""

    track: str
    name: str
    notes: int
    melody: float | None


@dataclass(frozen=True)
class Contents:
    """What is in a file, and whether it can be used; `refused` is the reason why not."""

    usable: bool
    refused: str
    facts: dict[str, str]
    parts: list[PartReply]
    remarks: list[str]
    abc: str


@dataclass(frozen=True)
class MeasureValues:
    """The attributes of a measure; its number is the file's own."""

    measure: int
    metre: str
    values: dict[str, float]


@dataclass(frozen=True)
class Measurements:
    """The attributes of a tune: its mean of each, and those of each measure."""

    means: dict[str, float]
    measures: list[MeasureValues]
    remarks: list[str]


@dataclass(frozen=True)
class Explanation:
    """A word explained; for an attribute with its usual values in the corpus, by percentile, in measures of a metre."""

    name: str
    text: str
    usual: dict[str, float]


def notes_of(tune: Tune) -> list[NoteReply]:
    """Return the notes of a tune.

    Examples
    --------
    >>> from armusic import read
    >>> notes_of(read("examples/speed-the-plough.mid"))[0]
    NoteReply(pitch=67, start=0.0, duration=0.5, velocity=96)
    """
    return [NoteReply(note.pitch, float(note.start), float(note.duration), note.velocity) for note in tune.notes]

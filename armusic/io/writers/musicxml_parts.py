"""Parts of a MusicXML score: their instruments, staves and measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element

from armusic.files import one_line
from armusic.io.writers.musicxml_notes import Pen, add, add_symbols, add_words, drum_id, pitch_of
from armusic.io.writers.notation import WrittenMeasure
from armusic.music.metre import TimeSignature
from armusic.music.score import Key

TREBLE, BASS, PERCUSSION = ("G", "2"), ("F", "4"), ("percussion", "")
_DRUM_CHANNEL = 10
_VOICES_A_STAFF = 4


@dataclass(frozen=True, slots=True)
class Section:
    """Music of a part, one of those that follow one another.

    Parameters
    ----------
    name : str
        Name of the section.
    staves : list of list of list of WrittenMeasure
        Voices of each staff, at least one, each with its measures.
    tempos : tuple of (Fraction, float)
        Tempo changes.
    marks : sequence of (Fraction, str)
        Texts above the staff: quarter notes and words.
    syllables : dict of Fraction to str
        Lyrics by the start of their notes.
    """

    name: str
    staves: list[list[list[WrittenMeasure]]]
    tempos: tuple[tuple[Fraction, float], ...] = ()
    marks: Sequence[tuple[Fraction, str]] = ()
    syllables: dict[Fraction, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its name, MIDI program from 0, the clef of each staff, its sections, and whether it is of drums."""

    name: str
    program: int
    clefs: list[tuple[str, str]]
    sections: list[Section]
    drums: bool = False


def add_part(root: Element, entries: Element, part: Part, identity: str, divisions: int) -> None:
    """Add a part to a score, and its entry to the list of parts.

    Parameters
    ----------
    root, entries : Element
        Score, and its list of parts.
    part : Part
        The part.
    identity : str
        Identity in the file.
    divisions : int
        Parts of a quarter note, in which all its durations are whole.
    """
    entry = add(entries, "score-part", id=identity)
    add(entry, "part-name", one_line(part.name))
    instruments = [(f"{identity}-I1", f"Program {part.program + 1}", 0)]
    if part.drums:
        pitches = sorted({
            pitch_of(spelling)
            for section in part.sections
            for measures in section.staves[0]
            for written in measures
            for symbol in written.symbols
            for spelling, _ in ((symbol.spelling, False), *symbol.others)
            if spelling
        })  # fmt: skip
        instruments = [(drum_id(identity, pitch), f"Drum {pitch}", pitch + 1) for pitch in pitches]
    for name, text, _ in instruments:
        add(add(entry, "score-instrument", id=name), "instrument-name", text)
    for name, _, drum in instruments:
        instrument = add(entry, "midi-instrument", id=name)
        if drum:
            add(instrument, "midi-channel", str(_DRUM_CHANNEL))
        add(instrument, "midi-program", str(part.program + 1))
        if drum:
            add(instrument, "midi-unpitched", str(drum))
    _add_measures(add(root, "part", id=identity), part, identity, divisions)


def _add_measures(element: Element, part: Part, identity: str, divisions: int) -> None:
    """Add the measures of sections, one after another."""
    key: Key | None = None
    metre: TimeSignature | None = None
    bpm: float | None = None
    behind = 0  # measures of the sections before
    last = len(part.sections) - 1
    for index, section in enumerate(part.sections):
        measures = section.staves[0][0]
        for row, written in enumerate(measures):
            number = behind + written.number
            measure = add(element, "measure", number=str(number), **({} if number else {"implicit": "yes"}))
            if index and row == 0:
                add(measure, "print", **{"new-system": "yes"})
            new = written.measure.metre
            shown = None if written.key == key else written.key, None if str(new) == str(metre) else new
            _attributes(
                measure, *shown, divisions,
                part.clefs if key is None else [],
            )  # fmt: skip
            if last and row == 0:
                add_words(measure, section.name)
            full = written.measure
            for at, text in section.marks:
                if full.start <= at < full.end or (at >= full.end and row == len(measures) - 1):
                    add_words(measure, text, round(max(at - written.start, Fraction(0)) * divisions))
            changes = _changes(written, section.tempos, bpm)
            bpm = changes[-1][1] if changes else bpm
            key, metre = written.key, new
            _add_voices(measure, section, row, changes, Pen(divisions, identity, drums=part.drums))
            if row == len(measures) - 1:
                line = add(measure, "barline", location="right")
                add(line, "bar-style", "light-heavy" if index == last else "light-light")
        behind += measures[-1].number if measures else 0


def _add_voices(
    measure: Element, section: Section, row: int, changes: Sequence[tuple[Fraction, float]], pen: Pen
) -> None:
    """Add the voices of all staves; a voice beside another is left out where it is silent."""
    several = len(section.staves) > 1
    for staff, voices in enumerate(section.staves):
        for number, measures in enumerate(voices):
            written = measures[row]
            first = staff == number == 0
            if number and all(symbol.spelling is None for symbol in written.symbols):
                continue
            if not first:
                backup = add(measure, "backup")
                add(backup, "duration", str(int(written.length * pen.divisions)))
            voice = Pen(
                pen.divisions, pen.part, staff * _VOICES_A_STAFF + number + 1, (staff + 1) * several, pen.drums,
                section.syllables if first else {},
            )  # fmt: skip
            add_symbols(measure, written, changes if first else (), voice)


def _attributes(
    element: Element, key: Key | None, metre: TimeSignature | None, divisions: int, clefs: Sequence[tuple[str, str]]
) -> None:
    if key is None and metre is None:
        return
    attributes = add(element, "attributes")
    add(attributes, "divisions", str(divisions))
    if key is not None:
        signature = add(attributes, "key")
        add(signature, "fifths", str(key.fifths))
        add(signature, "mode", key.mode)
    if metre is not None:
        time = add(attributes, "time")
        add(time, "beats", str(metre.numerator))
        add(time, "beat-type", str(metre.denominator))
    if len(clefs) > 1:
        add(attributes, "staves", str(len(clefs)))
    for number, (sign, line) in enumerate(clefs, 1):
        clef = add(attributes, "clef", **({"number": str(number)} if len(clefs) > 1 else {}))
        add(clef, "sign", sign)
        if line:
            add(clef, "line", line)


def _changes(
    written: WrittenMeasure, changes: Sequence[tuple[Fraction, float]], bpm: float | None
) -> list[tuple[Fraction, float]]:
    """Return the tempo changes in a measure, in time from its (full) start, after a tempo of `bpm`."""
    full = written.measure
    tempos = {max(at, written.start): new for at, new in changes if full.start <= at < full.end}
    earlier = [bpm, *tempos.values()]
    return [(at - full.start, new) for before, (at, new) in zip(earlier, tempos.items(), strict=False) if new != before]

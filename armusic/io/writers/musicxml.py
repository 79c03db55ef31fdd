"""Write tunes as MusicXML, for notation programs: a part per tune, or one part with a rehearsal mark at each.

Beats are visible, accidentals follow the key and beams the metre, and a pickup is a short measure.
A tune without a key signature gets the one that fits its notes best.

Source
------
MusicXML 4.0 (W3C Music Notation Community Group, 2021), score-partwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from pathlib import Path
from statistics import median
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from armusic.files import atomic_path, label, one_line
from armusic.io.writers.layout import Named, check_together, keys_of, say_moved
from armusic.io.writers.notation import Symbol, WrittenMeasure, notate, padding_of, tempo
from armusic.io.writers.values import VALUES
from armusic.music.metre import TimeSignature
from armusic.music.score import Key

LEAST_DIVISIONS = 96  # of a quarter note: 128th notes and those of triplets are whole numbers
MOST_DIVISIONS = 16_383  # that the standard recommends

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE score-partwise PUBLIC'
    ' "-//Recordare//DTD MusicXML 4.0 Partwise//EN" "http://www.musicxml.org/dtds/partwise.dtd">\n'
)
_TYPES = {
    Fraction(8): "breve", Fraction(4): "whole", Fraction(2): "half", Fraction(1): "quarter",
    Fraction(1, 2): "eighth", Fraction(1, 4): "16th", Fraction(1, 64): "256th",
    Fraction(1, 8): "32nd", Fraction(1, 16): "64th", Fraction(1, 32): "128th",
}  # fmt: skip
_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_BASS = 55  # below this median pitch a melody is written in the bass clef


@dataclass(frozen=True, slots=True)
class Section:
    """A tune in a part: its name, key and written measures, and its tempo changes."""

    name: str
    key: Key
    measures: list[WrittenMeasure]
    tempos: tuple[tuple[Fraction, float], ...]


def write(tunes: Named, path: str | Path, *, layout: str = "tracks", force: bool = False) -> None:
    """Write named tunes as one MusicXML file.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, at least one.
    path : path
        Output file, which appears once it is complete.
    layout : {"tracks", "sequence"}
        `tracks`: a part per tune. `sequence`: one part, a rehearsal mark at the start of each tune.
    force : bool
        Whether an existing file may be replaced.

    Raises
    ------
    UsageError
        For parts whose measures differ.
    WriteError
        If the file exists and `force` is not set, or if it cannot be written.
    """
    root = score(tunes, layout, label(path))
    ElementTree.indent(root)
    text = _HEAD + ElementTree.tostring(root, encoding="unicode") + "\n"
    with atomic_path(path, force) as temporary:
        temporary.write_text(text, encoding="utf-8")


def score(tunes: Named, layout: str = "tracks", source: str = "score") -> Element:
    """Return tunes as the root element of a MusicXML score; `source` is its name in messages.

    Examples
    --------
    >>> from armusic.music.score import Measure, Metre, Note, Tune
    >>> scale = tuple(Note(Fraction(beat), Fraction(1), 60 + 2 * beat) for beat in range(2))
    >>> root = score([("one", Tune(scale, (Measure(Fraction(0), Metre(2, 4)),)))])
    >>> [step.text for step in root.iter("step")]
    ['C', 'D']
    """
    if layout == "tracks":
        check_together(tunes, source)
    common = padding_of(*(tune for _, tune in tunes)) if layout == "tracks" else None
    sections = []
    for index, ((name, tune), key) in enumerate(zip(tunes, keys_of(tunes), strict=True)):
        padding = common or padding_of(tune, front=not index, back=index == len(tunes) - 1)
        tempos = tune.tempos if layout != "tracks" or not index else ()
        sections.append(Section(name, key, notate(tune, key, padding=padding), tempos))
    written = [measure for section in sections for measure in section.measures]
    say_moved(source, sum(measure.moved for measure in written))
    units = {symbol.duration.denominator for measure in written for symbol in measure.symbols}
    divisions = lcm(LEAST_DIVISIONS, *units)
    divisions = divisions if divisions <= MOST_DIVISIONS else lcm(*units)

    title = tunes[0][1].title or tunes[0][0]
    root = Element("score-partwise", version="4.0")
    _add(_add(root, "work"), "work-title", one_line(title))
    _add(_add(_add(root, "identification"), "encoding"), "software", "armusic")
    entries = _add(root, "part-list")
    pitches = [note.pitch for _, tune in tunes for note in tune.notes]
    bass = bool(pitches) and median(pitches) < _BASS
    parts = [[section] for section in sections] if layout == "tracks" else [sections]
    for number, members in enumerate(parts, 1):
        name, tune = (title, tunes[0][1]) if layout != "tracks" else tunes[number - 1]
        entry = _add(entries, "score-part", id=f"P{number}")
        _add(entry, "part-name", one_line(name))
        _add(_add(entry, "score-instrument", id=f"P{number}-I1"), "instrument-name", f"Program {tune.program + 1}")
        _add(_add(entry, "midi-instrument", id=f"P{number}-I1"), "midi-program", str(tune.program + 1))
        _sections(_add(root, "part", id=f"P{number}"), members, divisions, bass=bass)
    return root


def _sections(part: Element, sections: Sequence[Section], divisions: int, *, bass: bool) -> None:
    """Add the measures of tunes, one after another; only the first has a pickup, and only the last ends short."""
    key: Key | None = None
    metre: TimeSignature | None = None
    bpm: float | None = None
    behind = 0  # measures of the sections before
    last = len(sections) - 1
    for index, section in enumerate(sections):
        measures = section.measures
        for written in measures:
            number = behind + written.number
            element = _add(part, "measure", number=str(number), **({} if number else {"implicit": "yes"}))
            if index and written is measures[0]:
                _add(element, "print", **{"new-system": "yes"})
            new_metre = written.measure.metre
            shown = None if section.key == key else section.key, None if new_metre == metre else new_metre
            _attributes(element, *shown, divisions)
            if key is None:
                _clef(element, bass=bass)
            if last and written is measures[0]:
                mark = _add(element, "direction", placement="above")
                _add(_add(mark, "direction-type"), "rehearsal", one_line(section.name))
            changes = _changes(written, section.tempos, bpm)
            bpm = changes[-1][1] if changes else bpm
            key, metre = section.key, new_metre
            _symbols(element, written, changes, divisions)
            if written is measures[-1]:
                line = _add(element, "barline", location="right")
                _add(line, "bar-style", "light-heavy" if index == last else "light-light")
        behind += measures[-1].number if measures else 0


def _attributes(element: Element, key: Key | None, metre: TimeSignature | None, divisions: int) -> None:
    if key is None and metre is None:
        return
    attributes = _add(element, "attributes")
    _add(attributes, "divisions", str(divisions))
    if key is not None:
        signature = _add(attributes, "key")
        _add(signature, "fifths", str(key.fifths))
        _add(signature, "mode", key.mode)
    if metre is not None:
        time = _add(attributes, "time")
        _add(time, "beats", str(metre.numerator))
        _add(time, "beat-type", str(metre.denominator))


def _clef(element: Element, *, bass: bool) -> None:
    clef = _add(element[-1], "clef")
    _add(clef, "sign", "F" if bass else "G")
    _add(clef, "line", "4" if bass else "2")


def _changes(
    written: WrittenMeasure, changes: Sequence[tuple[Fraction, float]], bpm: float | None
) -> list[tuple[Fraction, float]]:
    """Return the tempo changes in a measure, in time from its (full) start, after a tempo of `bpm`."""
    full = written.measure
    tempos = {max(at, written.start): new for at, new in changes if full.start <= at < full.end}
    earlier = [bpm, *tempos.values()]
    return [(at - full.start, new) for before, (at, new) in zip(earlier, tempos.items(), strict=False) if new != before]


def _symbols(
    element: Element, written: WrittenMeasure, changes: Sequence[tuple[Fraction, float]], divisions: int
) -> None:
    """Add the notes and rests of a measure, each with the tempo changes before its end."""
    waiting = list(changes)
    for index, symbol in enumerate(written.symbols):
        end = written.length + symbol.start if written.silent else symbol.start + symbol.duration
        while waiting and waiting[0][0] < end:
            at, bpm = waiting.pop(0)
            _tempo(element, bpm, written.measure.metre, (at - symbol.start) * divisions)
        if written.silent:
            note = _add(element, "note")
            _add(note, "rest", measure="yes")
            _add(note, "duration", str(int(written.length * divisions)))
            _add(note, "voice", "1")
            return
        place, count = symbol.place or (0, 1)
        beamed = all(member.beams for member in written.symbols[index - place : index - place + count])
        _note(element, symbol, divisions, bracket="no" if beamed else "yes")


def _tempo(element: Element, bpm: float, metre: TimeSignature, offset: Fraction) -> None:
    """Add a tempo, `offset` divisions after the present position in the measure."""
    mark = _add(element, "direction", placement="above")
    metronome = _add(_add(mark, "direction-type"), "metronome")
    beat, count = tempo(bpm, metre)
    base, dots = VALUES[beat]
    _add(metronome, "beat-unit", _TYPES[base])
    if dots:
        _add(metronome, "beat-unit-dot")
    _add(metronome, "per-minute", count)
    if round(offset):
        _add(mark, "offset", f"{round(offset)}", sound="yes")
    _add(mark, "sound", tempo=f"{bpm:.10g}")


def _note(element: Element, symbol: Symbol, divisions: int, bracket: str) -> None:
    """Add a note or a rest, its parts in the order of the standard; a triplet under one beam needs no bracket."""
    note = _add(element, "note")
    spelling = symbol.spelling
    if spelling is None:
        _add(note, "rest")
    else:
        pitch = _add(note, "pitch")
        _add(pitch, "step", spelling.letter)
        if spelling.alter:
            _add(pitch, "alter", str(spelling.alter))
        _add(pitch, "octave", str(spelling.octave))
    _add(note, "duration", str(int(symbol.duration * divisions)))
    ties = [kind for kind, present in (("stop", symbol.tied_back), ("start", symbol.tied_on)) if present]
    for kind in ties:
        _add(note, "tie", type=kind)
    _add(note, "voice", "1")
    _add(note, "type", _TYPES[symbol.base])
    for _ in range(symbol.dots):
        _add(note, "dot")
    if symbol.sign and spelling is not None:
        _add(note, "accidental", _ACCIDENTALS[spelling.alter])
    if symbol.place:
        ratio = _add(note, "time-modification")
        _add(ratio, "actual-notes", str(symbol.parts[0]))
        _add(ratio, "normal-notes", str(symbol.parts[1]))
    for level, kind in enumerate(symbol.beams, 1):
        _add(note, "beam", kind, number=str(level))
    place, count = symbol.place or (1, 0)
    edges = [kind for kind, present in (("start", place == 0), ("stop", place == count - 1)) if present]
    if ties or edges:
        notations = _add(note, "notations")
        for kind in ties:
            _add(notations, "tied", type=kind)
        for kind in edges:
            _add(notations, "tuplet", type=kind, bracket=bracket)


def _add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    child = SubElement(parent, tag, attributes)
    child.text = text
    return child

"""Notes, rests, tempos and words of a measure in MusicXML.

Source
------
MusicXML 4.0 (W3C Music Notation Community Group, 2021), score-partwise. Drums stand where Weinberg has them:
N. Weinberg, "Guidelines for Drumset Notation", Percussive Notes 32 (3), 1994.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from xml.etree.ElementTree import Element, SubElement

from armusic.files import one_line
from armusic.io.writers.notation import Symbol, WrittenMeasure, tempo
from armusic.io.writers.spelling import Spelling
from armusic.io.writers.values import VALUES
from armusic.music.metre import TimeSignature

_TYPES = {
    Fraction(8): "breve", Fraction(4): "whole", Fraction(2): "half", Fraction(1): "quarter",
    Fraction(1, 2): "eighth", Fraction(1, 4): "16th", Fraction(1, 64): "256th",
    Fraction(1, 8): "32nd", Fraction(1, 16): "64th", Fraction(1, 32): "128th",
}  # fmt: skip
_ACCIDENTALS = {-2: "flat-flat", -1: "flat", 0: "natural", 1: "sharp", 2: "double-sharp"}
_DRUMS = {
    35: "F4", 36: "F4", 37: "C5", 38: "C5", 39: "C5", 40: "C5", 41: "A4", 43: "A4", 45: "B4", 47: "D5", 48: "D5",
    50: "E5", 42: "G5x", 44: "D4x", 46: "G5x", 49: "A5x", 57: "A5x", 52: "A5x", 55: "A5x", 51: "F5x", 53: "F5x",
    59: "F5x", 54: "E5x", 56: "E5x",
}  # fmt: skip
_OTHER_DRUM = "B5"
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True, slots=True)
class Pen:
    """How the notes of a voice are written.

    Parameters
    ----------
    divisions : int
        Parts of a quarter note.
    part : str
        Identity of the part.
    voice, staff : int
        Numbers from 1; a staff of 0 is the only one.
    drums : bool
        Whether pitches are drums.
    syllables : mapping of Fraction to str
        Lyrics by the start of their notes, in quarter notes of the tune.
    """

    divisions: int
    part: str = ""
    voice: int = 1
    staff: int = 0
    drums: bool = False
    syllables: Mapping[Fraction, str] = field(default_factory=dict)


def add(parent: Element, tag: str, text: str | None = None, **attributes: str) -> Element:
    """Add an element, and return it."""
    child = SubElement(parent, tag, attributes)
    child.text = text
    return child


def add_symbols(element: Element, written: WrittenMeasure, changes: Sequence[tuple[Fraction, float]], pen: Pen) -> None:
    """Add the notes and rests of a measure, each with the tempo changes before its end."""
    waiting = list(changes)
    for index, symbol in enumerate(written.symbols):
        end = written.length + symbol.start if written.silent else symbol.start + symbol.duration
        while waiting and waiting[0][0] < end:
            at, bpm = waiting.pop(0)
            _tempo(element, bpm, written.measure.metre, (at - symbol.start) * pen.divisions)
        if written.silent:
            note = add(element, "note")
            add(note, "rest", measure="yes")
            add(note, "duration", str(int(written.length * pen.divisions)))
            add(note, "voice", str(pen.voice))
            _staff(note, pen)
            return
        place, count = symbol.place or (0, 1)
        beamed = all(member.beams for member in written.symbols[index - place : index - place + count])
        heads = [(symbol.spelling, symbol.sign), *symbol.others]
        syllable = None if symbol.tied_back else pen.syllables.get(written.measure.start + symbol.start)
        for number, (spelling, sign) in enumerate(heads):
            note = _note(element, symbol, spelling, sign, pen, chord=number > 0)
            _notations(note, symbol, chord=number > 0, bracket="no" if beamed else "yes")
            if syllable and symbol.spelling is not None and number == 0:
                _lyric(note, syllable)


def add_words(element: Element, text: str, offset: int = 0) -> None:
    """Add a rehearsal mark, `offset` divisions after the present position in the measure."""
    mark = add(element, "direction", placement="above")
    add(add(mark, "direction-type"), "rehearsal", one_line(text))
    if offset:
        add(mark, "offset", str(offset))


def _tempo(element: Element, bpm: float, metre: TimeSignature, offset: Fraction) -> None:
    """Add a tempo, `offset` divisions after the present position in the measure."""
    mark = add(element, "direction", placement="above")
    metronome = add(add(mark, "direction-type"), "metronome")
    beat, count = tempo(bpm, metre)
    base, dots = VALUES[beat]
    add(metronome, "beat-unit", _TYPES[base])
    if dots:
        add(metronome, "beat-unit-dot")
    add(metronome, "per-minute", count)
    if round(offset):
        add(mark, "offset", f"{round(offset)}", sound="yes")
    add(mark, "sound", tempo=f"{bpm:.10g}")


def _note(element: Element, symbol: Symbol, spelling: Spelling | None, sign: bool, pen: Pen, *, chord: bool) -> Element:
    """Add a note or a rest, its parts in the order of the standard, without its notations."""
    hidden = spelling is None and pen.voice > 1
    note = add(element, "note", **({"print-object": "no"} if hidden else {}))
    if chord:
        add(note, "chord")
    look = ""
    if spelling is None:
        add(note, "rest")
    elif pen.drums:
        look = _DRUMS.get(pitch_of(spelling), _OTHER_DRUM)
        drum = add(note, "unpitched")
        add(drum, "display-step", look[0])
        add(drum, "display-octave", look[1])
    else:
        pitch = add(note, "pitch")
        add(pitch, "step", spelling.letter)
        if spelling.alter:
            add(pitch, "alter", str(spelling.alter))
        add(pitch, "octave", str(spelling.octave))
    add(note, "duration", str(int(symbol.duration * pen.divisions)))
    for kind in _ties(symbol):
        add(note, "tie", type=kind)
    if pen.drums and spelling is not None:
        add(note, "instrument", id=drum_id(pen.part, pitch_of(spelling)))
    add(note, "voice", str(pen.voice))
    add(note, "type", _TYPES[symbol.base])
    for _ in range(symbol.dots):
        add(note, "dot")
    if sign and spelling is not None and not pen.drums:
        add(note, "accidental", _ACCIDENTALS[spelling.alter])
    if symbol.place:
        ratio = add(note, "time-modification")
        add(ratio, "actual-notes", str(symbol.parts[0]))
        add(ratio, "normal-notes", str(symbol.parts[1]))
    if look.endswith("x"):
        add(note, "notehead", "x")
    _staff(note, pen)
    if not chord:
        for level, kind in enumerate(symbol.beams, 1):
            add(note, "beam", kind, number=str(level))
    return note


def _staff(note: Element, pen: Pen) -> None:
    if pen.staff:
        add(note, "staff", str(pen.staff))


def _ties(symbol: Symbol) -> list[str]:
    return [kind for kind, present in (("stop", symbol.tied_back), ("start", symbol.tied_on)) if present]


def _notations(note: Element, symbol: Symbol, *, chord: bool, bracket: str) -> None:
    """Add ties and the edges of a tuplet, which needs no bracket under one beam."""
    place, count = symbol.place or (1, 0)
    edges = [kind for kind, present in (("start", place == 0), ("stop", place == count - 1)) if present and not chord]
    ties = _ties(symbol)
    if ties or edges:
        notations = add(note, "notations")
        for kind in ties:
            add(notations, "tied", type=kind)
        for kind in edges:
            add(notations, "tuplet", type=kind, bracket=bracket)


def _lyric(note: Element, text: str) -> None:
    """Add a syllable; a hyphen at its end is no letter of it."""
    plain = text.strip("/\\")
    lyric = add(note, "lyric", number="1")
    add(lyric, "syllabic", "begin" if plain.endswith("-") else "single")
    add(lyric, "text", one_line(plain.rstrip("-")))


def pitch_of(spelling: Spelling) -> int:
    """Return the MIDI pitch of a spelling.

    Examples
    --------
    >>> pitch_of(Spelling("C", 1, 4))
    61
    """
    return 12 * (spelling.octave + 1) + _STEPS[spelling.letter] + spelling.alter


def drum_id(part: str, pitch: int) -> str:
    """Return the identity of a drum in a part.

    Examples
    --------
    >>> drum_id("P1", 36)
    'P1-I36'
    """
    return f"{part}-I{pitch}"

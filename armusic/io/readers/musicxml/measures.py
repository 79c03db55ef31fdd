"""The parts of a MusicXML score: from elements to written measures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from sys import intern
from typing import NoReturn
from xml.etree.ElementTree import Element

from armusic.errors import MusicError, ReadError, RepeatError
from armusic.files import one_line
from armusic.io.readers.musicxml.endings import ending_passes
from armusic.io.readers.musicxml.harmony import pitch_classes
from armusic.io.readers.musicxml.percussion import drum
from armusic.io.readers.musicxml.values import metronome_tempo, written_value
from armusic.io.readers.score import jumps
from armusic.io.readers.score.repeats import MAX_PASSES, MAX_PLAYED
from armusic.io.readers.score.sheet import UNITS, BarLine, Signature, Sound, signature
from armusic.music.chord_symbols import OCTAVE

_NUMBER = re.compile(r"\s*(-?[0-9]{1,9}(?:\.[0-9]{1,6})?)\s*")
_STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_JUMPS = {
    "segno": jumps.SEGNO, "coda": jumps.CODA, "fine": jumps.FINE, "tocoda": jumps.TO_CODA, "dacapo": jumps.DA_CAPO,
    "dalsegno": jumps.DAL_SEGNO,
}  # fmt: skip
_DOUBLE = {"light-light", "light-heavy", "heavy-light", "heavy-heavy"}
_TEMPOS = (4.0, 1000.0)  # quarter notes per minute, as for ABC
_MAX_PITCH = 127
_MOST_QUARTERS = 10_000  # of a measure
_SHOWN = 12


@dataclass(slots=True)
class XmlMeasure:
    """A measure of a part.

    Parameters
    ----------
    label : str
        Number as written.
    metre : Signature, optional
        Time signature that begins with it.
    fifths : (int, str), optional
        Key signature that begins with it, at sounding pitch, and its mode.
    sounds : dict of str to list of Sound
        Notes of each staff; times in `UNITS`.
    drums : dict of str to list of Sound
        Notes without pitch of each staff.
    by_place : int
        Number of these that name no drum.
    units : int
        Length; 0 if it is empty.
    tempos : list of (int, float)
        Tempo changes: units from its start, and quarter notes per minute.
    chords : list of (int, frozenset of int)
        Chord symbols: units from its start, and pitch classes, as they sound.
    left, right : BarLine
        Bar lines at its sides.
    marks : set of str
        Jumps, and the places that they lead to.
    graces, cues : int
        Numbers of grace notes and of cue notes, which are left out.
    again : dict of str to int
        Staves that show only a sign for a repeat of this many measures before; an empty name means all staves.
    """

    label: str
    metre: Signature | None = None
    fifths: tuple[int, str] | None = None
    sounds: dict[str, list[Sound]] = field(default_factory=dict)
    drums: dict[str, list[Sound]] = field(default_factory=dict)
    by_place: int = 0
    units: int = 0
    tempos: list[tuple[int, float]] = field(default_factory=list)
    chords: list[tuple[int, frozenset[int]]] = field(default_factory=list)
    left: BarLine = field(default_factory=BarLine)
    right: BarLine = field(default_factory=BarLine)
    marks: set[str] = field(default_factory=set)
    graces: int = 0
    cues: int = 0
    again: dict[str, int] = field(default_factory=dict)


class PartReader:
    """State of reading a part: settings that last from one measure to the next."""

    def __init__(self, source: str, drums: Mapping[str, int] | None = None) -> None:
        self.source = source
        self.drums = drums or {}  # MIDI pitches, by instrument
        self.divisions = Fraction(1)  # per quarter note
        self.semitones: dict[str, int] = {}  # from written to sounding pitch, by staff; "" for the others
        self.fifths: dict[str, int] = {}  # the same, for key signatures
        self.transposes = False  # by other intervals than octaves, anywhere
        self.again: dict[str, int] = {}  # the repeats of measures in force
        self.at = self.end = Fraction(0)  # quarter notes
        self.start = Fraction(0)  # of the last note, for the rest of its chord
        self.measure = XmlMeasure("")

    def measures(self, part: Element) -> Iterator[XmlMeasure]:
        """Yield the measures of a part."""
        for number, element in enumerate(part.iterfind("measure"), 1):
            if number > MAX_PLAYED:
                self.fail(MusicError, f"more than {MAX_PLAYED} measures: too long for one melody")
            label = one_line(" ".join(element.get("number", "").split()))[:_SHOWN] or str(number)
            self.measure = XmlMeasure(label)
            self.at = self.end = self.start = Fraction(0)
            for child in element:
                self.read(child)
            self.measure.units = _units(self.end)
            self.measure.again = dict(self.again)
            yield self.measure

    def read(self, element: Element) -> None:
        """Read one child element of a measure."""
        kind = element.tag
        if kind == "note":
            self.note(element)
        elif kind in {"backup", "forward"}:
            self.move(self.quarters(element) * (-1 if kind == "backup" else 1))
        elif kind == "attributes":
            self.attributes(element)
        elif kind == "harmony":
            self.harmony(element)
        elif kind == "direction":
            self.direction(element)
        elif kind == "sound":
            self.sound(element)
        elif kind == "barline":
            self.bar_line(element)

    def move(self, quarters: Fraction) -> None:
        """Move the position forward, or back."""
        self.at += quarters
        if self.at < 0:
            self.fail(ReadError, "it goes back to before its start: it is damaged")
        if self.at > _MOST_QUARTERS:
            self.fail(MusicError, f"more than {_MOST_QUARTERS} quarter notes long")
        self.end = max(self.end, self.at)

    def note(self, element: Element) -> None:
        """Read a note or a rest."""
        if element.find("grace") is not None:
            self.measure.graces += element.find("cue") is None
            return
        quarters = self.quarters(element)
        if element.find("chord") is None:
            self.start = self.at
            self.move(quarters)
        pitch = element.find("pitch")
        silent = pitch is None and element.find("unpitched") is None
        if element.find("cue") is not None:
            self.measure.cues += not silent
            return
        if silent or not quarters:
            return
        ties = {tie.get("type") for tie in element.findall("tie") or element.findall("notations/tied")}
        begin, stop = _units(self.start), _units(self.start + quarters)
        staff, voice = (intern(element.findtext(tag, "1").strip()) for tag in ("staff", "voice"))
        tied, ends = bool(ties & {"start", "continue"}), bool(ties & {"stop", "continue"})
        height, unknown = drum(element, self.drums) if pitch is None else (self.pitch(pitch, staff), False)
        sound = Sound(begin, stop - begin, height, tied, ends, voice)
        if sound.units:
            notes = self.measure.drums if pitch is None else self.measure.sounds
            notes.setdefault(staff, []).append(sound)
            self.measure.by_place += unknown

    def pitch(self, element: Element, staff: str) -> int:
        """Return a note's MIDI pitch, as it sounds."""
        step = element.findtext("step", "").strip()
        if step not in _STEPS:
            self.fail(ReadError, f"a note has the letter {one_line(step)[:_SHOWN]!r}: it is damaged")
        octave, alter = self.number(element, "octave"), self.number(element, "alter", "0")
        pitch = int(12 * (octave + 1) + _STEPS[step] + round(alter) + _of_staff(self.semitones, staff))
        if not 0 <= pitch <= _MAX_PITCH:
            self.fail(MusicError, f"pitch {pitch} is outside MIDI's 0 to {_MAX_PITCH}")
        return pitch

    def quarters(self, element: Element) -> Fraction:
        """Return a duration in quarter notes; that of the note's type, where none is written."""
        if element.find("duration") is None and (value := written_value(element)):
            return value
        quarters = self.number(element, "duration") / self.divisions
        if quarters < 0:
            self.fail(ReadError, "a duration is less than 0: it is damaged")
        return quarters

    def number(self, element: Element, tag: str, default: str = "") -> Fraction:
        """Return the number in a child element."""
        text = element.findtext(tag, default)
        match = _NUMBER.fullmatch(text)
        if not match:
            problem = f"'{one_line(text)[:_SHOWN]}' in it is not a number" if text.strip() else "is missing"
            self.fail(ReadError, f"<{element.tag}>: <{tag}> {problem}: it is damaged")
        return Fraction(match[1])

    def attributes(self, element: Element) -> None:
        """Read divisions, transposition, the key and the metre."""
        if element.find("divisions") is not None:
            self.divisions = self.number(element, "divisions")
            if self.divisions <= 0:
                self.fail(ReadError, f"{self.divisions} divisions of a quarter note: it is damaged")
        for transpose in element.iterfind("transpose"):
            self.transpose(transpose)
        for style in element.iterfind("measure-style/measure-repeat/.."):
            self.measure_repeat(style)
        key = element.find("key")
        if key is not None and key.find("fifths") is not None:
            shift = _of_staff(self.fifths, key.get("number", "1"))
            fifths = int(self.number(key, "fifths")) + shift
            if shift or element.find("transpose") is not None:
                fifths = (fifths + 5) % 12 - 5 if abs(fifths) > 7 else fifths
            self.measure.fifths = (fifths, key.findtext("mode", "").strip().lower())
        time = element.find("time")
        if time is not None:
            pairs = zip(time.findall("beats"), time.findall("beat-type"), strict=False)
            texts = ["/".join("".join((number.text or "").split()) for number in pair) for pair in pairs]
            self.measure.metre = signature("+".join(texts) or "none")

    def transpose(self, element: Element) -> None:
        """Read a transposition, of one staff or of all; one of octaves alone needs no `chromatic`."""
        octaves_alone = element.find("chromatic") is None and element.find("octave-change") is not None
        chromatic = 0 if octaves_alone else int(self.number(element, "chromatic"))
        self.transposes |= chromatic % OCTAVE != 0
        semitones = chromatic + OCTAVE * int(self.number(element, "octave-change", "0"))
        staff = element.get("number", "").strip()
        for shifts, value in (self.semitones, semitones), (self.fifths, (7 * chromatic + 5) % 12 - 5):
            if not staff:
                shifts.clear()
            shifts[staff] = value

    def measure_repeat(self, style: Element) -> None:
        """Read where a sign for the repeat of measures begins or stops to be in force, for one staff or for all."""
        staff = style.get("number", "").strip()
        for sign in style.iterfind("measure-repeat"):
            count = (sign.text or "").strip()
            if sign.get("type") == "start":
                self.again[staff] = int(count[:3]) if count.isdecimal() and count.isascii() and int(count[:3]) else 1
            else:
                self.again.pop(staff, None)
                if not staff:
                    self.again.clear()

    def direction(self, element: Element) -> None:
        """Read a tempo, and words and signs of jumps."""
        has_tempo, position = False, self.at
        if element.find("offset") is not None:  # from the present position
            self.at = max(Fraction(0), position + self.number(element, "offset") / self.divisions)
        for sound in element.iterfind("sound"):
            has_tempo |= self.sound(sound)
        for metronome in element.iterfind("direction-type/metronome"):
            bpm = metronome_tempo(metronome)
            if bpm is not None and not has_tempo:
                self.tempo(bpm)
        self.at = position
        for place in element.iterfind("direction-type"):
            self.measure.marks |= {_JUMPS[sign.tag] for sign in place if sign.tag in ("segno", "coda")}
            self.measure.marks |= jumps.marks(" ".join(words.text or "" for words in place.iterfind("words")))

    def harmony(self, element: Element) -> None:
        """Read a chord symbol; one that cannot be understood is left out."""
        classes = pitch_classes(element)
        if classes is None:
            return
        at = self.at
        if element.find("offset") is not None:  # from the present position
            at = max(Fraction(0), at + self.number(element, "offset") / self.divisions)
        semitones = _of_staff(self.semitones, element.findtext("staff", "1").strip())
        self.measure.chords.append((_units(at), frozenset((pitch + semitones) % OCTAVE for pitch in classes)))

    def sound(self, element: Element) -> bool:
        """Read an element on playback; return whether it has a tempo."""
        self.measure.marks |= {mark for name, mark in _JUMPS.items() if element.get(name, "no") != "no"}
        match = _NUMBER.fullmatch(element.get("tempo", ""))
        if match:
            self.tempo(float(match[1]))
        return bool(match)

    def tempo(self, bpm: float) -> None:
        """Add a tempo, if it can be played."""
        if _TEMPOS[0] <= bpm <= _TEMPOS[1]:
            self.measure.tempos.append((_units(self.at), bpm))

    def bar_line(self, element: Element) -> None:
        """Read a bar line, a repeat sign, an ending."""
        location = element.get("location", "right")
        line = self.measure.left if location == "left" else self.measure.right
        line.double |= element.findtext("bar-style", "").strip() in _DOUBLE
        repeat = element.find("repeat")
        if repeat is not None:
            times = _NUMBER.fullmatch(repeat.get("times", "2"))
            count = int(float(times[1])) if times else 2
            if count > MAX_PASSES:
                self.fail(RepeatError, f"to be played {count} times: at most {MAX_PASSES} are followed")
            if repeat.get("direction") == "forward":
                line.starts = 1
            else:
                line.ends = max(count - 1, 1)
        ending = element.find("ending")
        if ending is not None and ending.get("type") == "start":
            numbers = ending_passes(ending.get("number", "")) or ending_passes(ending.text or "")
            line.endings = numbers or (0,)  # a pass that there is not: its order cannot be followed
        elif ending is not None:
            line.double = True  # it stops here

    def fail(self, error: type[ReadError], what: str) -> NoReturn:
        """Raise an error that names the measure."""
        raise error(f"{self.source}, measure {self.measure.label}: {what}")


def _of_staff(values: dict[str, int], staff: str) -> int:
    """Return the value for a staff: its own, else that of all staves."""
    return values.get(staff, values.get("", 0))


def _units(quarters: Fraction) -> int:
    return round(quarters * UNITS)

"""Read the melody of a MusicXML score, plain or compressed.

Repeats, endings and jumps are played out, ties merged, transposing instruments read at
sounding pitch; grace notes and cue notes are left out; chord symbols become `Tune.chords`. A corpus
reads strictly: chords and notes in two voices or parts are refused, and drums left out. For a single file, the
melody is chosen among the staves and reduced to one voice, as `armusic.io.readers.score.tune` has it.

Not music21: it raises whatever a damaged score brings about, and reads `A :| B :|` as if B's
repeat went back to the start. Both find the same notes (benchmarks/musicxml_agreement.py).

Source
------
MusicXML 4.0 (W3C Community Group Final Report, 2021).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from xml.etree.ElementTree import Element

from armusic.errors import MusicError, NoNotesError, PartsError, ReadError
from armusic.files import label, one_line, read_bytes
from armusic.io.readers.musicxml import percussion
from armusic.io.readers.musicxml.measures import PartReader, XmlMeasure
from armusic.io.readers.musicxml.xml import score_root
from armusic.io.readers.options import Reading, Remark, without_cues, without_graces
from armusic.io.readers.score.sheet import BarLine, Part, Sheet, WrittenMeasure, signature
from armusic.io.readers.score.tempos import settle
from armusic.io.readers.score.tune import strict_tune, tune_of
from armusic.music.score import MODES, Key, Tune

_MOST_SIGNS = 7  # in a key signature
_OTHER_MODES = {"ionian": "major", "aeolian": "minor"}
_MOST_NOTES = 200_000  # that signs for repeats of measures add
_MAX_PROGRAM = 128  # programs count from 1 here
_SHOWN = 4  # parts that a remark names
_PLAYED = {"ornaments", "articulations", "technical", "slur", "dynamics", "wedge", "fermata", "arpeggiate"}
"""Elements that say how notes are to be played."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class XmlPart:
    """A part.

    Parameters
    ----------
    name : str
        Name as written; may be empty.
    program : int
        MIDI program, 0..127.
    measures : list of XmlMeasure
        Measures, whose notes are at sounding pitch.
    drums : bool
        Whether its notes are drums.
    transposes : bool
        Whether its notes are written for a transposing instrument, other than at octaves.
    """

    name: str
    program: int
    measures: list[XmlMeasure]
    drums: bool
    transposes: bool


def read(path: str | Path, reading: Reading | None = None) -> Tune:
    """Read the melody of a MusicXML file (.musicxml, .xml or .mxl).

    Parameters
    ----------
    path : path
        The file; its content shows whether it is compressed.
    reading : Reading, optional
        Options; by default those that suit most files.

    Returns
    -------
    Tune
        The melody as played, with repeats; all velocities are the default.

    Raises
    ------
    NoNotesError
        Without notes, or with notes without pitch only.
    PolyphonyError, RepeatError
        When reading strictly: if there are chords, several voices, or notes in several parts; if
        repeats, endings or jumps contradict one another.
    MetreError, MeasureLengthError
        If no measure is in a metre with a grid; when reading strictly if one is not, or is not filled.
    ReadError
        If the file cannot be read.
    """
    remarks: list[Remark] = []
    tune = read_with_remarks(path, reading or Reading(), remarks)
    for remark in remarks:
        log.warning("%s: %s", tune.source, remark.text)
    return tune


def read_with_remarks(path: str | Path, reading: Reading, remarks: list[Remark]) -> Tune:
    """Read as `read` does; choices, omissions and corrections are added to `remarks`."""
    source = label(path)
    sheet, more = _sheet(path, source, reading.max_size)
    remarks += more
    if reading.track is None and sheet.parts and all(part.drums for part in sheet.parts):
        raise NoNotesError(
            f"{source}: only drums (notes without pitch) in it: if they are a melody, name its part with the option"
            " track"
        )
    if reading.strict:
        sheet, more = _without_drums(sheet)
        remarks += more
        tune, more = strict_tune(sheet, source)
        remarks += more
    else:
        tune = tune_of(sheet, source, reading, remarks)
    return tune if tune.title else replace(tune, title=Path(path).stem)


def read_part(path: str | Path, name: str, parts: Sequence[str]) -> Tune:
    """Read one part of a score for certain voices, strictly, as a corpus is read.

    Measures, repeats and jumps are those of the whole score.

    Parameters
    ----------
    path : path
        The file.
    name : str
        Name of the part.
    parts : sequence of str
        Names of all the parts that have notes, from the top.

    Raises
    ------
    ReadError
        As when `read` reads strictly; a `PartsError` for a score with other parts.
    """
    source = label(path)
    sheet, sheet_remarks = _sheet(path, source, Reading().max_size)
    sheet, drum_remarks = _without_drums(sheet)
    names = [part.name for part in sheet.parts]
    if names != list(parts):
        present = ", ".join(names) or "without notes"
        raise PartsError(f"{source}: its parts are {present}; {', '.join(parts)} are needed, and no others")
    tune, tune_remarks = strict_tune(replace(sheet, parts=(sheet.parts[names.index(name)],)), source)
    for remark in (*sheet_remarks, *drum_remarks, *tune_remarks):
        log.warning("%s: %s", source, remark.text)
    return tune


def _sheet(path: str | Path, source: str, megabytes: float) -> tuple[Sheet, list[Remark]]:
    """Return a score as written, and remarks on omissions and corrections."""
    root, unpacked = score_root(read_bytes(path, megabytes), source, megabytes)
    entries = {entry.get("id", ""): entry for entry in root.iterfind("part-list/score-part")}
    remarks: list[Remark] = []
    parts = [_part(part, entries.get(part.get("id", "")), source, remarks) for part in root.iterfind("part")]
    if not any(part.measures for part in parts):
        raise ReadError(f"{source}: a MusicXML score without measures")
    filled = sum(_fill_repeats(part.measures, source) for part in parts)
    rows = list(zip_longest(*(part.measures for part in parts)))
    bars = list(_bars([[measure for measure in row if measure] for row in rows]))
    settle(bars)
    pitched = [part.measures for part in parts if _sound(part.measures) and not part.drums]
    for bar, row in zip(bars, zip_longest(*pitched), strict=False):
        bar.key = next((_key(*measure.fifths) for measure in row if measure and measure.fifths), None)
    staves = [staff for part in parts for staff in _staves(part)]
    keys = (_key(*measure.fifths) for measures in pitched for measure in measures if measure.fifths)
    graces, cues = (
        sum(getattr(measure, kind) for part in parts for measure in part.measures) for kind in ("graces", "cues")
    )
    remarks = [*unpacked, *without_graces(graces), *without_cues(cues), *remarks, *_at_concert_pitch(parts)]
    if filled:
        remarks.append(Remark(f"measures that show a sign for a repeat and no notes: {filled}, played as it says"))
    title = root.findtext("work/work-title", "") or root.findtext("movement-title", "")
    key = next(filter(None, keys), None)
    tags = {element.tag for element in root.iter()}
    title, lyrics, signs = one_line(" ".join(title.split())), "lyric" in tags, not tags.isdisjoint(_PLAYED)
    return Sheet(bars, _lines(rows), tuple(staves), title, key, lyrics=lyrics, signs=signs), remarks


def _part(part: Element, entry: Element | None, source: str, remarks: list[Remark]) -> XmlPart:
    """Return a part; one whose notes have no pitch is of drums, in any other these are left out, with a remark."""
    name = " ".join(entry.findtext("part-name", "").split()) if entry is not None else ""
    text = entry.findtext("midi-instrument/midi-program", "") if entry is not None else ""
    program = int(text) - 1 if text.strip().isdecimal() and 0 < int(text[:9]) <= _MAX_PROGRAM else 0
    reader = PartReader(source, percussion.drums_of(entry))
    measures = list(reader.measures(part))
    count = sum(len(staff) for measure in measures for staff in measure.drums.values())
    drums = bool(count) and not _sound(measures)
    if drums:
        for measure in measures:
            measure.sounds = measure.drums
        remarks += percussion.by_place(name, sum(measure.by_place for measure in measures))
    else:
        remarks += percussion.left_out(name, count)
    return XmlPart(name, program, measures, drums, reader.transposes and not drums and _sound(measures))


def _at_concert_pitch(parts: Sequence[XmlPart]) -> list[Remark]:
    """Return the remark on parts for transposing instruments, if there are any."""
    names = [one_line(part.name) or str(number) for number, part in enumerate(parts, 1) if part.transposes]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    which = f"part{'s' * (len(names) > 1)} {', '.join(names[:_SHOWN])}{more}"
    verbs = "transposes: it is" if len(names) == 1 else "transpose: they are"
    return [Remark(f"{which} {verbs} read, and written, at concert pitch")] if names else []


def _without_drums(sheet: Sheet) -> tuple[Sheet, list[Remark]]:
    """Return a score without its parts of drums, and a remark on each."""
    remarks = [
        remark
        for part in sheet.parts
        if part.drums
        for remark in percussion.left_out(part.name, sum(map(len, part.measures)))
    ]
    return replace(sheet, parts=tuple(part for part in sheet.parts if not part.drums)), remarks


def _sound(measures: Sequence[XmlMeasure]) -> bool:
    return any(measure.sounds for measure in measures)


def _fill_repeats(measures: Sequence[XmlMeasure], source: str) -> int:
    """Put the notes of earlier measures where a sign repeats them and no notes are written; return how often."""
    filled = notes = 0
    for place, measure in enumerate(measures):
        for staff, count in measure.again.items():
            earlier = measures[place - count] if count <= place else None
            if earlier is None or measure.units not in (0, earlier.units):
                continue
            silent = [name for name in earlier.sounds if staff in ("", name) and not measure.sounds.get(name)]
            for name in silent:
                measure.sounds[name] = earlier.sounds[name]
                notes += len(earlier.sounds[name])
            if notes > _MOST_NOTES:
                raise MusicError(f"{source}: more than {_MOST_NOTES} notes in measures that signs repeat")
            if silent:
                measure.units, measure.chords = earlier.units, measure.chords or earlier.chords
                filled += 1
    return filled


def _bars(rows: Sequence[Sequence[XmlMeasure]]) -> Iterator[WrittenMeasure]:
    """Yield the measures of the whole score: as long as the longest of those with notes in them."""
    metre = signature("4/4")
    for row in rows:
        metre = next((measure.metre for measure in row if measure.metre), metre)
        tempos: dict[int, float] = {}
        for measure in reversed(row):  # the first part's count
            tempos |= measure.tempos
        with_notes = [measure for measure in row if measure.sounds]
        units = max(measure.units for measure in with_notes or row) or metre.units or 0
        sounds = [sound for measure in with_notes for staff in measure.sounds.values() for sound in staff]
        last = max((sound.start + sound.units for sound in sounds), default=0)
        marks = {mark for measure in row for mark in measure.marks}
        chords = next((measure.chords for measure in row if measure.chords), [])
        yield WrittenMeasure(metre, 0.0, list(tempos.items()), chords, units, units - last, marks, row[0].label)


def _lines(rows: Sequence[Sequence[XmlMeasure | None]]) -> list[BarLine]:
    """Return the bar lines, of all parts together; a start of a repeat without an end does not count."""
    lines = [BarLine() for _ in range(len(rows) + 1)]
    for index, row in enumerate(rows):
        for measure in filter(None, row):
            lines[index].join(measure.left)
            lines[index + 1].join(measure.right)
    closed = False  # whether the next repeat sign ends a repeat
    for line in reversed(lines):
        sign, ends = line.starts or line.ends, bool(line.ends)
        line.starts *= closed
        closed = ends if sign else closed
    return lines


def _staves(part: XmlPart) -> Iterator[Part]:
    """Yield the staves of a part that have notes, numbered where there are several."""
    staves = sorted({staff for measure in part.measures for staff in measure.sounds})
    for staff in staves:
        shown = f"{part.name} staff {staff}".strip() if len(staves) > 1 else part.name
        notes = [measure.sounds.get(staff, []) for measure in part.measures]
        yield Part(one_line(shown), part.program, notes, part.drums)


def _key(fifths: int, mode: str) -> Key | None:
    """Return a key, `None` for one that is not traditional."""
    mode = _OTHER_MODES.get(mode, mode)
    return Key(fifths, mode if mode in MODES else "major") if abs(fifths) <= _MOST_SIGNS else None

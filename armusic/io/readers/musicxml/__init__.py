"""Read the melody of a MusicXML score, plain or compressed.

Repeats, endings and jumps are played out, ties merged, transposing instruments read at
sounding pitch; grace notes, cue notes and chord symbols are left out. A corpus reads strictly:
chords and notes in two voices or parts are refused. For a single file, the melody is chosen
among the staves and reduced to one voice, as `armusic.io.readers.score.tune` has it.

Not music21: it raises whatever a damaged score brings about, and reads `A :| B :|` as if B's
repeat went back to the start. Both find the same notes (benchmarks/musicxml_agreement.py).

Source
------
MusicXML 4.0 (W3C Community Group Final Report, 2021).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from xml.etree.ElementTree import Element

from armusic.errors import PartsError, ReadError
from armusic.files import label, one_line, read_bytes
from armusic.io.readers.musicxml.measures import PartReader, XmlMeasure
from armusic.io.readers.musicxml.xml import score_root
from armusic.io.readers.options import Reading, Remark
from armusic.io.readers.score import tune as score
from armusic.io.readers.score.sheet import BarLine, Part, Sheet, Written, signature
from armusic.music.score import DEFAULT_BPM, MODES, Key, Tune

_MOST_SIGNS = 7  # in a key signature
_OTHER_MODES = {"ionian": "major", "aeolian": "minor"}
_MAX_PROGRAM = 128  # programs count from 1 here

log = logging.getLogger(__name__)


def read(path: str | Path, reading: Reading | None = None) -> Tune:
    """Read the melody of a MusicXML file (.musicxml, .xml or .mxl).

    Parameters
    ----------
    path : path
        The file. Whether it is compressed is seen from its content.
    reading : Reading, optional
        What is wished; what suits most files when not given.

    Returns
    -------
    Tune
        As played, with repeats; all velocities are the default.

    Raises
    ------
    NoNotesError
        Without notes of definite pitch.
    PolyphonyError, RepeatError
        When reading strictly: if there are chords, several voices, or notes in several parts; if
        repeats, endings or jumps contradict one another.
    MetreError, MeasureLengthError
        If no measure is in a metre with a grid; when reading strictly if one is not, or is not filled.
    ReadError
        If the file cannot be read.
    """
    remarks: list[Remark] = []
    tune = remarked(path, reading or Reading(), remarks)
    for remark in remarks:
        log.warning("%s: %s", tune.source, remark.text)
    return tune


def remarked(path: str | Path, reading: Reading, remarks: list[Remark]) -> Tune:
    """Return what `read` does; `remarks` gets what was chosen, left out and set right."""
    source = label(path)
    sheet, said = _sheet(path, source, reading.max_size)
    remarks += said
    if reading.strict:
        tune, said = score.strict(sheet, source)
        remarks += said
    else:
        tune = score.tune_of(sheet, source, reading, remarks)
    return tune if tune.title else replace(tune, title=Path(path).stem)


def read_part(path: str | Path, name: str, of: Sequence[str]) -> Tune:
    """Read one part of a score for certain voices, strictly, as a corpus is read.

    Measures, repeats and jumps are those of the whole score.

    Parameters
    ----------
    path : path
        The file.
    name : str
        Of the part.
    of : sequence of str
        The names of all the parts that have notes, from the top.

    Raises
    ------
    ReadError
        As when `read` reads strictly; a `PartsError` for a score with other parts.
    """
    source = label(path)
    sheet, said = _sheet(path, source, Reading().max_size)
    names = [part.name for part in sheet.parts]
    if names != list(of):
        shown = ", ".join(names) or "without notes"
        raise PartsError(f"{source}: its parts are {shown}; {', '.join(of)} are wanted, and no others")
    tune, more = score.strict(replace(sheet, parts=(sheet.parts[names.index(name)],)), source)
    for remark in (*said, *more):
        log.warning("%s: %s", source, remark.text)
    return tune


def _sheet(path: str | Path, source: str, megabytes: float) -> tuple[Sheet, list[Remark]]:
    """Return a score as it is written, and what is left out of it and set right."""
    root, unpacked = score_root(read_bytes(path, megabytes), source, megabytes)
    listed = {one.get("id", ""): one for one in root.iterfind("part-list/score-part")}
    parts = [(part.get("id", ""), list(PartReader(source).measures(part))) for part in root.iterfind("part")]
    if not any(measures for _, measures in parts):
        raise ReadError(f"{source}: a MusicXML score without measures")
    rows = list(zip_longest(*(measures for _, measures in parts)))
    bars = list(_bars([[one for one in row if one] for row in rows]))
    found = [part for ident, measures in parts for part in _staves(listed.get(ident), measures)]
    keys = (_key(*one.fifths) for _, measures in parts if _sound(measures) for one in measures if one.fifths)
    graces = sum(measure.graces for _, measures in parts for measure in measures)
    said = [*unpacked, *([Remark(f"{graces} grace notes are left out")] if graces else [])]
    title = root.findtext("work/work-title", "") or root.findtext("movement-title", "")
    key = next(filter(None, keys), None)
    return Sheet(bars, _lines(rows), tuple(found), one_line(" ".join(title.split())), key), said


def _sound(measures: Sequence[XmlMeasure]) -> bool:
    return any(measure.sounds for measure in measures)


def _bars(rows: Sequence[Sequence[XmlMeasure]]) -> Iterator[Written]:
    """Yield the measures of the whole score: as long as the longest of those with notes in them."""
    metre, bpm = signature("4/4"), DEFAULT_BPM
    for row in rows:
        metre = next((one.metre for one in row if one.metre), metre)
        tempos = sorted({tempo for one in row for tempo in one.tempos})
        if tempos and tempos[0][0] == 0:
            bpm = tempos.pop(0)[1]
        sounding = [one for one in row if one.sounds]
        units = max(one.units for one in sounding or row) or metre.units or 0
        last = max((s.start + s.units for one in sounding for staff in one.sounds.values() for s in staff), default=0)
        marks = {mark for one in row for mark in one.marks}
        yield Written(metre, bpm, tempos, units, units - last, marks, row[0].label)
        bpm = tempos[-1][1] if tempos else bpm


def _lines(rows: Sequence[Sequence[XmlMeasure | None]]) -> list[BarLine]:
    """Return the bar lines, of all parts together; a start of a repeat without an end does not count."""
    lines = [BarLine() for _ in range(len(rows) + 1)]
    for place, row in enumerate(rows):
        for measure in filter(None, row):
            lines[place].join(measure.left)
            lines[place + 1].join(measure.right)
    ended = False  # whether the next repeat sign is the end of one
    for line in reversed(lines):
        sign, ends = line.starts or line.ends, bool(line.ends)
        line.starts *= ended
        ended = ends if sign else ended
    return lines


def _staves(listed: Element | None, measures: Sequence[XmlMeasure]) -> Iterator[Part]:
    """Yield the staves of a part that have notes, numbered where there are several."""
    name = " ".join(listed.findtext("part-name", "").split()) if listed is not None else ""
    text = listed.findtext("midi-instrument/midi-program", "") if listed is not None else ""
    program = int(text) - 1 if text.strip().isdecimal() and 0 < int(text[:9]) <= _MAX_PROGRAM else 0
    staves = sorted({staff for measure in measures for staff in measure.sounds})
    for staff in staves:
        shown = f"{name} staff {staff}".strip() if len(staves) > 1 else name
        yield Part(one_line(shown), program, [measure.sounds.get(staff, []) for measure in measures])


def _key(fifths: int, mode: str) -> Key | None:
    """Return a key, `None` for one that is not traditional."""
    mode = _OTHER_MODES.get(mode, mode)
    return Key(fifths, mode if mode in MODES else "major") if abs(fifths) <= _MOST_SIGNS else None

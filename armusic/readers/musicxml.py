"""Read the melody of a MusicXML score, plain or compressed, with music21.

Repeats, endings and jumps are played out, ties merged, transposing instruments read at
sounding pitch; grace notes and chord symbols are left out. music21 sees the score only
after it was checked here: it is parsed in memory, nothing is cached or unpickled.
"""

from __future__ import annotations

import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, replace
from fractions import Fraction
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from armusic.errors import ArmusicError, MetreError, NoNotesError, PolyphonyError, ReadError, RepeatError
from armusic.files import label, one_line, read_bytes
from armusic.readers._xml import score_root
from armusic.score import DEFAULT_BPM, MODES, Bar, Key, Metre, Note, Tune, assemble

MAX_TIMES = 16  # how often a section may be played: keeps a hostile score from growing without end

_OTHER_MODES = {"ionian": "major", "aeolian": "minor"}
_SMALLEST = 65535  # music21 rounds its fractions to this denominator
_CLOSING = ("double", "final")
_MAX_PROGRAM = 127
_SHOWN_PARTS, _SHOWN_LENGTH = 4, 120

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Written:
    """A measure as it stands in the score; times count from its start, in quarter notes.

    `notes` has each note's start, duration and pitch, and whether it is tied to the next.
    """

    bar: Bar
    notes: tuple[tuple[Fraction, Fraction, int, bool], ...]
    tempos: tuple[tuple[Fraction, float], ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """A part: its measures as written, the order in which they are played, and what goes for all of it."""

    measures: tuple[_Written, ...]
    order: tuple[int, ...]
    title: str
    key: Key | None
    program: int


def read(path: str | Path) -> Tune:
    """Read the melody of a MusicXML file (.musicxml, .xml or .mxl).

    Parameters
    ----------
    path : path
        The file. Whether it is compressed is seen from its content.

    Returns
    -------
    Tune
        As played, with repeats; all velocities are the default.

    Raises
    ------
    NoNotesError
        Without notes of definite pitch.
    PolyphonyError
        If there are chords, several voices, or notes in several parts.
    MetreError, MeasureLengthError
        At a time signature without a grid, or a measure that does not fill it.
    RepeatError
        If repeats, endings or jumps contradict one another.
    ReadError
        If the file cannot be read.
    """
    source = label(path)
    root = score_root(read_bytes(path), source)
    with _quiet():
        part = _part(root, source)
    return _played(part, part.title or Path(path).stem, source)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep music21's remarks off the terminal; they reach the log instead."""
    with warnings.catch_warnings(), redirect_stderr(io.StringIO()) as said:
        warnings.simplefilter("ignore")
        yield
    if said.getvalue():
        log.debug("music21: %s", said.getvalue().strip())


def _music21(name: str) -> Any:
    """Return a module of music21, which takes half a second to load and is needed for this format alone."""
    return import_module(f"music21.{name}")


def _part(root: ElementTree.Element, source: str) -> _Part:
    """Return the one part with notes in a score."""
    try:
        importer = _music21("musicxml.xmlToM21").MusicXMLImporter()
        score = importer.stream
        importer.xmlRootToScore(root, score)
        parts = [part for part in score.parts if any(_sounding(part))]
        if not parts:
            raise NoNotesError(f"{source}: no notes of definite pitch in it")
        if len(parts) > 1:
            names = ", ".join(repr(one_line(str(part.partName or part.id))) for part in parts[:_SHOWN_PARTS])
            raise PolyphonyError(
                f"{source}: notes in {len(parts)} parts ({names}{', ...' if len(parts) > _SHOWN_PARTS else ''}),"
                f" from measure {_first_measure(parts[1])} on: one voice is needed, so save the melody's part alone"
            )
        part = parts[0]
        instrument = part.getInstrument()
        part.toSoundingPitch(inPlace=True)
        measures = list(part.getElementsByClass("Measure"))
        written = tuple(_written(measures, source))
        order = tuple(_order(part, measures, source))
        title = str(score.metadata.bestTitle or score.metadata.movementName or "") if score.metadata else ""
        keys = (_key(signature) for measure in measures for signature in measure.getElementsByClass("KeySignature"))
        program = instrument.midiProgram if instrument is not None else None
        return _Part(
            written,
            order,
            " ".join(title.split()),
            next(filter(None, keys), None),
            program if isinstance(program, int) and 0 <= program <= _MAX_PROGRAM else 0,
        )
    except ArmusicError:
        raise
    except Exception as error:  # music21 raises whatever its thousands of lines come across in a damaged score
        raise ReadError(f"{source}: music21 cannot read it ({_short(error)})") from error


def _sounding(stream: Any) -> Iterator[Any]:
    """Yield the notes and chords of definite pitch that take time."""
    for note in stream.recurse().notes:
        if "Harmony" not in note.classes and note.pitches and note.duration.quarterLength:
            yield note


def _first_measure(part: Any) -> str:
    """Return the number of the first measure of a part with a note."""
    note = next(_sounding(part))
    measure = note.getContextByClass("Measure")
    return str(measure.measureNumberWithSuffix()) if measure is not None else "1"


def _written(measures: Sequence[Any], source: str) -> Iterator[_Written]:
    """Yield the measures as they stand, each with the metre in force."""
    metre = Metre(4, 4)
    skipped = 0
    for measure, following in zip(measures, [*measures[1:], None], strict=True):
        number = str(measure.measureNumberWithSuffix())
        where = f"{source}, measure {number}"
        for signature in measure.getElementsByClass("TimeSignature"):
            try:
                metre = Metre(signature.numerator, signature.denominator)
            except MetreError as error:
                raise MetreError(f"{where}: {error}") from None
        voices = [voice for voice in measure.voices if any(_sounding(voice))]
        if len(voices) > 1:
            raise PolyphonyError(f"{where}: notes in {len(voices)} voices: one voice is needed")
        notes = []
        for note in _sounding(measure):
            if len(note.pitches) > 1:
                raise PolyphonyError(f"{where}: a chord of {len(note.pitches)} notes: one voice is needed")
            tied = note.tie is not None and note.tie.type in ("start", "continue")
            start = _exact(note.getOffsetInHierarchy(measure))
            notes.append((start, _exact(note.duration.quarterLength), note.pitches[0].midi, tied))
        skipped += sum(1 for note in measure.recurse().notes if note.duration.isGrace)
        tempos = [
            (_exact(mark.offset), float(bpm))
            for mark in measure.getElementsByClass("MetronomeMark")
            if not (mark.numberImplicit and mark.numberSounding is None) and (bpm := mark.getQuarterBPM()) and bpm > 0
        ]
        closes = _closing(measure.rightBarline) or (following is not None and _closing(following.leftBarline))
        length = _exact(measure.highestTime) or metre.length  # nothing in it, not even a rest: a silent measure
        yield _Written(Bar(metre, length, closes, number), tuple(sorted(notes)), tuple(tempos))
    if skipped:
        log.warning("%s: %d grace notes are left out", source, skipped)


def _closing(barline: Any) -> bool:
    """Return whether a bar line is a repeat sign or a double one."""
    return barline is not None and ("Repeat" in barline.classes or barline.type in _CLOSING)


def _order(part: Any, measures: Sequence[Any], source: str) -> Iterator[int]:
    """Yield the indices of the measures as they are played.

    music21 follows repeats, endings and jumps, but reads `A :| B :|` as if B's repeat went
    back to the start. So a repeat whose start is not written gets one, where the last one
    ended, as players read it; and a start without an end before the next one does not count.
    """
    repeat = _music21("repeat")
    in_ending = {
        id(measure)
        for bracket in part.recurse().getElementsByClass("RepeatBracket")
        for measure in bracket.getSpannedElements()
    }
    begin = 0  # where the section began that the next repeat sign goes back to
    begun: int | None = None  # where such a beginning is written
    for index, measure in enumerate(measures):
        measure.id = str(index)
        left, right = measure.leftBarline, measure.rightBarline
        if left is not None and "Repeat" in left.classes and left.direction == "start":
            if begun is not None:
                measures[begun].leftBarline = None
            begin = begun = index
        if right is None or "Repeat" not in right.classes or right.direction != "end":
            continue
        if right.times is not None and right.times > MAX_TIMES:
            raise RepeatError(
                f"{source}, measure {measure.measureNumberWithSuffix()}: to be played {right.times} times:"
                f" at most {MAX_TIMES} are followed"
            )
        if begin <= index:
            if begun is None and begin:
                measures[begin].leftBarline = _music21("bar").Repeat(direction="start")
            begin = index + 1
            while begin < len(measures) and id(measures[begin]) in in_ending:
                begin += 1
        begun = None
    if begun is not None:
        measures[begun].leftBarline = None
    for measure in measures:  # music21 copies what it repeats: bar lines alone are copied quickly
        measure.removeByClass(["GeneralNote", "Voice"])
    try:
        for measure in repeat.Expander(part).process().getElementsByClass("Measure"):
            yield int(measure.id)
    except repeat.ExpanderException as error:
        raise RepeatError(
            f"{source}: its repeats, endings or jumps contradict one another ({_short(error)})"
        ) from error


def _key(signature: Any) -> Key | None:
    """Return a key signature of ours for one of music21's, `None` for one that is not traditional."""
    mode = str(getattr(signature, "mode", None) or "major")
    mode = _OTHER_MODES.get(mode, mode)
    return None if signature.sharps is None else Key(signature.sharps, mode if mode in MODES else "major")


def _exact(quarters: Any) -> Fraction:
    """Return one of music21's times, a float or a fraction, exactly."""
    return Fraction(quarters).limit_denominator(_SMALLEST)


def _played(part: _Part, title: str, source: str) -> Tune:
    """Return the tune that comes of playing the measures in order, tied notes as one."""
    at = Fraction(0)
    notes: list[Note] = []
    bars: list[Bar] = []
    tempos = {Fraction(0): DEFAULT_BPM}
    held = False  # whether the last note is tied to the next
    for place, index in enumerate(part.order, 1):
        measure = part.measures[index]
        if bars and bars[-1].closes and place < len(part.order):
            # Some programs fill the measure before a pickup up with rests: the pickup stands in their place.
            over = bars[-1].length + measure.bar.length - measure.bar.metre.length
            silent = at - (notes[-1].end if notes else 0)
            if 0 < over < bars[-1].length and over <= silent and measure.bar.length < measure.bar.metre.length:
                bars[-1] = replace(bars[-1], length=bars[-1].length - over)
                at -= over
        for start, duration, pitch, tied in measure.notes:
            if held and notes[-1].pitch == pitch and notes[-1].end == at + start:
                notes[-1] = Note(notes[-1].start, notes[-1].duration + duration, pitch)
            else:
                notes.append(Note(at + start, duration, pitch))
            held = tied
        tempos.update((at + start, bpm) for start, bpm in measure.tempos)
        bars.append(measure.bar)
        at += measure.bar.length
    return assemble(
        notes,
        bars,
        source=source,
        title=title,
        key=part.key,
        tempos=tuple(sorted(tempos.items())),
        program=part.program,
    )


def _short(error: BaseException) -> str:
    """Return what an exception says, on one line."""
    text = one_line((str(error).splitlines() or [""])[0])[:_SHOWN_LENGTH]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__

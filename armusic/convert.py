"""Tunes to and from other libraries' objects: pretty_midi, music21, symusic and pandas; and as a notebook shows them.

Each function imports its library, and the writer it needs, when it is called. Notes, measures, tempo, key and title are
carried over as far as the other library has a place for them.

Examples
--------
>>> from fractions import Fraction
>>> from armusic.music.score import Measure, Metre, Note, Tune
>>> tune = Tune((Note(Fraction(0), Fraction(1), 69),), (Measure(Fraction(0), Metre(2, 4)),))
>>> from_pretty_midi(to_pretty_midi(tune)).notes == tune.notes
True
"""

from __future__ import annotations

import base64
import io
import tempfile
import warnings
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from armusic import extras
from armusic.errors import MusicError, NoNotesError, UsageError
from armusic.io import readers
from armusic.io.readers.options import Reading
from armusic.music.assembly import Bar, assemble
from armusic.music.attributes.table import attributes
from armusic.music.regrouping import readable
from armusic.music.score import DEFAULT_VELOCITY, Note, Tune
from armusic.music.tokenizer import UNITS_PER_QUARTER

if TYPE_CHECKING:
    import music21
    import pretty_midi

DataFrame = Any  # of pandas, and of symusic: neither has to be installed
SymusicScore = Any
SUFFIX_OF_MIDI, SUFFIX_OF_XML = ".mid", ".musicxml"
FINEST = 1024 * UNITS_PER_QUARTER  # denominators of times in tables, which have them as floats
SECONDS, RATE = 60, 11_025  # of the sound in a notebook: how much of it, and samples a second
WIDTH, HEIGHT, MARGIN = 720, 150, 4  # pixels of the roll in a notebook


def to_pretty_midi(tune: Tune) -> pretty_midi.PrettyMIDI:
    """Return a tune as a `pretty_midi.PrettyMIDI` with one instrument."""
    module = _library("pretty_midi")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it finds fault with tempos on any track but the first: there are none
        return module.PrettyMIDI(io.BytesIO(_midi(tune)))


def from_pretty_midi(music: pretty_midi.PrettyMIDI, **reading: Any) -> Tune:
    """Return the melody in a `pretty_midi.PrettyMIDI`, read as a MIDI file is: see `armusic.read`."""
    buffer = io.BytesIO()
    music.write(buffer)
    return _read(buffer.getvalue(), SUFFIX_OF_MIDI, reading)


def to_symusic(tune: Tune) -> SymusicScore:
    """Return a tune as a `symusic.Score` in ticks, with one track."""
    return _library("symusic").Score.from_midi(_midi(tune))


def from_symusic(score: SymusicScore, **reading: Any) -> Tune:
    """Return the melody in a `symusic.Score`, read as a MIDI file is: see `armusic.read`."""
    return _read(score.to("tick").dumps_midi(), SUFFIX_OF_MIDI, reading)


def to_music21(tune: Tune) -> music21.stream.Score:
    """Return a tune as a `music21.stream.Score` with one part, by way of MusicXML: velocities are not carried over."""
    from xml.etree import ElementTree as ET

    from armusic.io.writers import musicxml

    converter = _library("music21.converter")
    root = musicxml.score([(tune.title or "melody", tune)], source=tune.source or "the tune")
    return converter.parse(ET.tostring(root, encoding="unicode"), format="musicxml")


def from_music21(stream: music21.stream.Stream, **reading: Any) -> Tune:
    """Return the melody in a `music21.stream.Stream`, read as a MusicXML file is: see `armusic.read`."""
    exporter = _library("music21.musicxml.m21ToXml").GeneralObjectExporter(stream)
    return _read(exporter.parse(), SUFFIX_OF_XML, reading)


def to_dataframe(tune: Tune) -> DataFrame:
    """Return the notes of a tune as a `pandas.DataFrame`, a row per note.

    Returns
    -------
    DataFrame
        measure (its number in the file), metre, start and duration (quarter notes from the start of the tune), pitch
        (MIDI), velocity.
    """
    measures = iter(tune.bars)
    measure = next(measures)
    rows = []
    for note in tune.notes:
        while note.start >= measure.end:
            measure = next(measures)
        times = float(note.start), float(note.duration)
        rows.append((measure.number, str(measure.metre), *times, note.pitch, note.velocity))
    columns = ["measure", "metre", "start", "duration", "pitch", "velocity"]
    return _library("pandas").DataFrame(rows, columns=columns)


def from_dataframe(notes: DataFrame, metre: str | None = None, *, title: str = "") -> Tune:
    """Return the tune of a table of notes.

    Parameters
    ----------
    notes : DataFrame
        A row per note: start and duration in quarter notes, pitch as in MIDI; velocity, when there is such a column.
    metre : str, optional
        The metre of all measures, such as `6/8`; when not given, what the column `metre` has in every row.
    title : str
        The tune's name.

    Raises
    ------
    UsageError
        For a missing column, or no metre or several.
    PolyphonyError
        For notes that overlap.
    """
    missing = [name for name in ("start", "duration", "pitch") if name not in notes]
    if missing:
        raise UsageError(f"a table of notes without {' and '.join(missing)}: it needs start, duration and pitch")
    if metre is None:
        names = sorted(set(notes["metre"])) if "metre" in notes else []
        if len(names) != 1:
            raise UsageError(f"{len(names)} metres in the table of notes: name one, such as metre='4/4'")
        metre = names[0]
    if not len(notes):
        raise NoNotesError("a table of notes without rows: a tune needs a note")
    velocities = notes["velocity"] if "velocity" in notes else [DEFAULT_VELOCITY] * len(notes)
    columns = (notes["start"], notes["duration"], notes["pitch"], velocities)
    rows = sorted(
        (_fraction(start), _fraction(duration), int(pitch), int(velocity))
        for start, duration, pitch, velocity in zip(*columns, strict=True)
    )
    if rows[0][0] < 0 or min(duration for _, duration, *_ in rows) <= 0:
        raise MusicError("a table of notes with a start below 0 or a duration that is not above it")
    beat = readable(metre)
    end = max(start + duration for start, duration, *_ in rows)
    bars = [Bar(beat, beat.length)] * -(-end // beat.length)
    return assemble((Note(*row) for row in rows), bars, source=title or "table of notes", title=title)


def attributes_to_dataframe(tune: Tune, names: Sequence[str] | None = None) -> DataFrame:
    """Return the attributes of a tune as a `pandas.DataFrame`, a row per measure.

    Parameters
    ----------
    tune : Tune
        All its notes on the grid.
    names : sequence of str, optional
        Names of attributes; rhythm, range, density and contour when not given.

    Returns
    -------
    DataFrame
        Indexed by the number of the measure, from 1: metre, and a column per attribute.
    """
    pandas = _library("pandas")
    table = attributes(tune, names)
    frame = pandas.DataFrame(
        table.values, columns=list(table.names), index=pandas.Index(table.measures, name="measure")
    )
    frame.insert(0, "metre", list(table.metres))
    return frame


def to_html(tune: Tune) -> str:
    """Return a tune as a notebook shows it: its title, its piano roll (SVG), and its sound (the first minute)."""
    import wave
    from html import escape

    from armusic.io.writers import wav

    samples = wav.sound([("tune", tune)])[: SECONDS * wav.RATE]
    step = wav.RATE // RATE
    samples = samples[: len(samples) // step * step].reshape(-1, step).mean(axis=1)
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * np.iinfo(np.int16).max).astype("<i2").tobytes())
    data = base64.b64encode(buffer.getvalue()).decode("ascii")
    return (
        f'<figure style="margin: 0; max-width: {WIDTH}px"><figcaption>{escape(tune.summary)}</figcaption>'
        f'{_roll(tune)}<audio controls src="data:audio/wav;base64,{data}" style="width: 100%"></audio></figure>'
    )


def named(music: Any) -> list[tuple[str, Tune]]:
    """Return music as tunes with names: a tune, a result of a model, or a sequence of those or of (name, tune).

    Raises
    ------
    UsageError
        For what is no music.

    Examples
    --------
    >>> named(Tune((), (), title="Reel")) == named([("Reel", Tune((), (), title="Reel"))])
    True
    """
    if isinstance(music, Tune):
        return [(music.title or Path(music.source).stem or "melody", music)]
    if isinstance(music, tuple) and len(music) == 2 and isinstance(music[0], str) and isinstance(music[1], Tune):
        return [(music[0], music[1])]
    if isinstance(getattr(music, "tunes", None), tuple):  # Generated
        return list(music.tunes)
    if isinstance(getattr(music, "tune", None), Tune):  # Variation, Reached and the like
        return [(str(getattr(music, "name", "")) or named(music.tune)[0][0], music.tune)]
    if isinstance(music, Sequence) and not isinstance(music, str):
        return [pair for item in music for pair in named(item)]
    raise UsageError(
        f"{type(music).__name__}: no tune, and nothing that holds tunes: give a tune or what a model returned"
    )


def _roll(tune: Tune) -> str:
    """Return a piano roll as SVG."""
    pitches = [note.pitch for note in tune.notes] or [60]
    low, high = min(pitches), max(pitches)
    across = (WIDTH - 2 * MARGIN) / max(float(tune.end), 1.0)
    down = (HEIGHT - 2 * MARGIN) / (high - low + 1)
    lines = "".join(
        f'<line x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{HEIGHT}" stroke="currentColor" stroke-opacity="0.25"/>'
        for x in (MARGIN + across * float(measure.start) for measure in tune.bars[1:])
    )
    notes = "".join(
        f'<rect x="{MARGIN + across * float(note.start):.1f}" y="{MARGIN + down * (high - note.pitch):.1f}"'
        f' width="{max(across * float(note.duration) - 0.5, 1):.1f}" height="{max(down - 0.5, 1):.1f}" fill="#0072b2"/>'
        for note in tune.notes
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Piano roll" xmlns="http://www.w3.org/2000/svg"'
        f' style="width: 100%">{lines}{notes}</svg>'
    )


def _midi(tune: Tune) -> bytes:
    """Return a tune alone as the bytes of a MIDI file."""
    from armusic.io.writers import midi

    buffer = io.BytesIO()
    midi.sequence([(tune.title or "melody", tune)]).save(file=buffer)
    return buffer.getvalue()


def _read(data: bytes, suffix: str, reading: dict[str, Any]) -> Tune:
    """Read bytes as a file of this suffix."""
    with tempfile.TemporaryDirectory(prefix="armusic-") as folder:
        path = Path(folder, f"melody{suffix}")
        path.write_bytes(data)
        return readers.read(path, Reading(**reading))


def _fraction(time: float) -> Fraction:
    return Fraction(float(time)).limit_denominator(FINEST)


def _library(module: str) -> Any:
    """Import a library that a conversion needs."""
    return extras.require(module, extra="convert", purpose="this conversion")

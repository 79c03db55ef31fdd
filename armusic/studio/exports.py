"""Variations as files."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from threading import Lock

from armusic import plotting
from armusic.errors import UsageError
from armusic.io import writers
from armusic.io.writers import engraving
from armusic.music import smf
from armusic.music.score import DEFAULT_BPM, Tune
from armusic.music.smf import Event, MidiData
from armusic.studio import memory
from armusic.studio.schemas import Format

TYPES: dict[str, str] = {
    "mid": "audio/midi",
    "dawproject": "application/zip",
    "musicxml": "application/vnd.recordare.musicxml+xml",
    "abc": "text/vnd.abc",
    "wav": "audio/wav",
    "svg": "image/svg+xml",
    "pdf": "application/pdf",
    "picture": "image/png",
    "zip": "application/zip",
}
"""The media type of each format."""

_NEEDS = {"svg": ("verovio",), "pdf": ("verovio", "cairosvg")}
_PICTURE = "png"
_MICROSECONDS, _SLOWEST = 60_000_000, 0xFFFFFF  # of a minute, and the most that a MIDI tempo holds for a quarter note
_ONE_AT_A_TIME = Lock()  # the engraver is one for all

Named = Sequence[tuple[str, Tune]]


def formats() -> list[Format]:
    """Return the formats that can be written here: the score takes an extra."""
    every: tuple[Format, ...] = ("mid", "dawproject", "musicxml", "abc", "wav", "svg", "pdf", "picture")
    return [one for one in every if all(find_spec(name) for name in _NEEDS.get(one, ()))]


def write(
    tunes: Named, form: Format, layout: str | None, out: Path, title: str, attributes: Sequence[str]
) -> tuple[Path, str]:
    """Write named tunes to a file; return it and its media type.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        At least one.
    form : str
        The format.
    layout : str, optional
        As for `armusic.io.writers.write`; the clips of a folder become one ZIP.
    out : path
        The file, without its suffix, in a folder that is there.
    title : str
        Of the picture.
    attributes : sequence of str
        What to show of each measure, in the formats that can.

    Raises
    ------
    UsageError
        For a layout that the format does not have.
    MissingExtraError
        Without the extra that a format needs.
    """
    suffix = _PICTURE if form == "picture" else form
    if form == "picture" and layout is not None:
        raise UsageError("a picture has no layout: leave it out")
    path = out.with_name(f"{out.name}.{suffix}")
    folder = writers.in_folder(path, layout)
    path = out if folder else path
    try:
        with _ONE_AT_A_TIME:
            if form == "picture":
                plotting.save(plotting.rolls(tunes, title), path)
            else:
                writers.write(tunes, path, layout=layout, clips=f".{suffix}", attributes=attributes)
    finally:
        memory.give_back()
    return (_zipped(path), TYPES["zip"]) if folder else (path, TYPES[form])


def at_tempo(tunes: Named, bpm: float) -> Named:
    """Return variations of a tune that start with another tempo, in quarter notes a minute; later ones change with it.

    Where they are put back into a MIDI file, its tempos change as well.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from armusic.music.score import Measure, Metre
    >>> tune = Tune((), (Measure(Fraction(0), Metre(4, 4)),), tempos=((Fraction(0), 90.0), (Fraction(2), 60.0)))
    >>> [tempo for _, tempo in at_tempo([("slow", tune)], 180)[0][1].tempos]
    [180.0, 120.0]
    """
    first = tunes[0][1]
    factor = bpm / first.tempos[0][1]
    tempos = tuple((start, old * factor) for start, old in first.tempos)
    origin = first.origin and replace(first.origin, file=_faster(first.origin.file, factor))
    return [(name, replace(tune, tempos=tempos, origin=origin)) for name, tune in tunes]


def _faster(file: MidiData, factor: float) -> MidiData:
    """Return a MIDI file with its tempos changed; where none is named at the start, that is the standard's."""

    def turned(event: Event) -> Event:
        if event.status != smf.SET_TEMPO:
            return event
        return replace(event, data=_tempo(int.from_bytes(event.data[:3], "big") / factor))

    tracks = tuple(tuple(map(turned, track)) for track in file.tracks)
    if not any(event.status == smf.SET_TEMPO and event.tick == 0 for track in tracks for event in track):
        start = Event(0, smf.SET_TEMPO, _tempo(_MICROSECONDS / DEFAULT_BPM / factor))
        tracks = ((start, *tracks[0]), *tracks[1:])
    return replace(file, tracks=tracks)


def _tempo(microseconds: float) -> bytes:
    return min(max(round(microseconds), 1), _SLOWEST).to_bytes(3, "big")


def score(name: str, tune: Tune) -> str:
    """Return a tune as notation, in SVG.

    Raises
    ------
    MissingExtraError
        Without the extra `armusic[score]`.
    OffGridError
        For a note that cannot be written.
    """
    with _ONE_AT_A_TIME:
        return engraving.svg([(name, tune)])


def _zipped(folder: Path) -> Path:
    path = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return path

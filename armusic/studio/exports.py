"""Variations as files."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from armusic import plotting
from armusic.errors import UsageError
from armusic.io import writers
from armusic.io.writers import engraving
from armusic.io.writers.formats import FORMATS
from armusic.music import smf
from armusic.music.attributes import short_name
from armusic.music.score import DEFAULT_BPM, Tune
from armusic.music.smf import Event, MidiData
from armusic.studio.edits import NamedEdit
from armusic.studio.schemas import PICTURE, Format, FormatInfo

_PICTURE_SUFFIX, _ZIP = "png", "application/zip"

Named = Sequence[tuple[str, Tune]]


def formats() -> list[FormatInfo]:
    """Return the formats that this installation can write: a score needs an extra."""
    available = [
        FormatInfo(
            key=form.key,
            label=f"{form.name} (score)" if form.picture else form.name,
            layouts=list(form.layouts),
            scenes=form.scenes,
        )
        for form in FORMATS
        if all(find_spec(module) for module in form.needs)
    ]
    return [*available, FormatInfo(key=PICTURE, label="PNG (piano roll)", layouts=[], scenes=False)]


def media_type(form: Format) -> str:
    """Return the media type of a format.

    Examples
    --------
    >>> media_type("mid"), media_type("picture")
    ('audio/midi', 'image/png')
    """
    return writers.WRITERS[f".{_PICTURE_SUFFIX if form == PICTURE else form}"].media_type


def stem(name: str, attributes: Sequence[str], variations: Sequence[NamedEdit]) -> str:
    """Return the name of an export without its suffix: that of the file, and what was changed in it.

    Examples
    --------
    >>> from armusic.studio.edits import Edit
    >>> stem("Фуга.mid", ["density"], [NamedEdit(name="B", edit=Edit(shifts={"density": 0.1}))])
    'Фуга-density'
    >>> stem("reel.abc", [], [NamedEdit(name="A", edit=Edit())])
    'reel-original'
    """
    same = all(named.edit.seed is None for named in variations)
    changes = [short_name(attribute).replace("/", "-") for attribute in attributes]
    return "-".join([Path(name).stem, *(changes or ["original" if same else "variation"])])


def disposition(name: str) -> str:
    r"""Return the header that names a download: in its own letters, and in plain ones for what knows no others.

    Examples
    --------
    >>> disposition("Фуга.mid")
    'attachment; filename="____.mid"; filename*=UTF-8\'\'%D0%A4%D1%83%D0%B3%D0%B0.mid'
    """
    plain = re.sub(r'[^ -~]|["%\\]', "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"


def write(
    tunes: Named, form: Format, layout: str | None, out: Path, title: str, attributes: Sequence[str]
) -> tuple[Path, str]:
    """Write named tunes to a file; return its path and its media type.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        At least one.
    form : str
        The format.
    layout : str, optional
        A layout of `armusic.io.writers.write`; clips in a folder become a ZIP.
    out : path
        Path of the file without its suffix; its folder exists.
    title : str
        Title of a picture.
    attributes : sequence of str
        Names of the attributes to show for each measure, in formats that can show them.

    Raises
    ------
    UsageError
        If the format does not have the layout.
    MissingExtraError
        If the format needs an extra that is not installed.
    """
    suffix = _PICTURE_SUFFIX if form == PICTURE else form
    if form == PICTURE and layout is not None:
        raise UsageError("a picture has no layout: leave it out")
    path = out.with_name(f"{out.name}.{suffix}")
    folder = writers.in_folder(path, layout)
    path = out if folder else path
    if form == PICTURE:
        plotting.save(plotting.rolls(tunes, title), path)
    else:
        writers.write(tunes, path, layout=layout, clips=f".{suffix}", attributes=attributes)
    return (_zipped(path), _ZIP) if folder else (path, media_type(form))


def at_tempo(tunes: Named, bpm: float) -> Named:
    """Return variations of a tune at another initial tempo, in quarter notes a minute; later tempos scale with it.

    Tempos of a MIDI file that the variations are written into are scaled as well.

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
    tempos = tuple((start, tempo * factor) for start, tempo in first.tempos)
    origin = first.origin and replace(first.origin, file=_faster(first.origin.file, factor))
    return [(name, replace(tune, tempos=tempos, origin=origin)) for name, tune in tunes]


def _faster(file: MidiData, factor: float) -> MidiData:
    """Return a MIDI file with its tempos scaled; a file without a tempo at its start has the default one."""

    def scaled(event: Event) -> Event:
        if event.status != smf.SET_TEMPO:
            return event
        return replace(event, data=smf.tempo(_bpm(event) * factor))

    tracks = tuple(tuple(map(scaled, track)) for track in file.tracks)
    if not any(event.status == smf.SET_TEMPO and event.tick == 0 for track in tracks for event in track):
        start = Event(0, smf.SET_TEMPO, smf.tempo(DEFAULT_BPM * factor))
        tracks = ((start, *tracks[0]), *tracks[1:])
    return replace(file, tracks=tracks)


def _bpm(tempo: Event) -> float:
    return smf.MINUTE / max(int.from_bytes(tempo.data[:3], "big"), 1)


def score(name: str, tune: Tune) -> str:
    """Return a tune as notation in SVG.

    Raises
    ------
    MissingExtraError
        If the extra `armusic[score]` is not installed.
    OffGridError
        If a note cannot be written.
    """
    return engraving.svg([(name, tune)])


def _zipped(folder: Path) -> Path:
    path = folder.with_name(f"{folder.name}.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return path

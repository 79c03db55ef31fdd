"""Write tunes to a file: one module per format, chosen by the file's suffix.

Another package adds a format with an entry point in the group `armusic.writers`, named
after the suffix, that leads to a module with `write(tunes, path, *, layout, force)`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from armusic import plugins
from armusic.errors import UsageError, WriteError
from armusic.files import atomic_folder, label
from armusic.io.writers.layout import file_name
from armusic.music.score import Tune

EXPORTERS = {
    ".mid": "armusic.io.writers.midi",
    ".midi": "armusic.io.writers.midi",
    ".dawproject": "armusic.io.writers.dawproject",
    ".musicxml": "armusic.io.writers.musicxml",
    ".abc": "armusic.io.writers.abc",
    ".svg": "armusic.io.writers.engraving",
    ".png": "armusic.io.writers.engraving",
    ".pdf": "armusic.io.writers.engraving",
    ".wav": "armusic.io.writers.wav",
}
"""The module that writes each suffix."""

ONE_VOICE = (".abc", ".svg", ".png", ".pdf", ".wav")
"""Formats that hold one voice: several tunes follow one another."""

SHOWING = (".dawproject", ".svg", ".png", ".pdf")
"""Formats that can show the attributes of each measure: their `write` takes `attributes` as well."""

LAYOUTS = {
    "tracks": "one file, one track per tune, all starting together",
    "sequence": "one file, the tunes one after another on one track, a marker at each",
    "clips": "a folder, one file per tune; in a DAWproject, a scene per tune",
}
"""How several tunes are laid out."""

_SCENES = ".dawproject"  # holds clips itself: its layout `clips` is a file, not a folder


def suffixes() -> tuple[str, ...]:
    """Return every suffix that can be written, in lower case, with its dot; other packages' come last.

    Examples
    --------
    >>> suffixes()[0]
    '.mid'
    """
    return tuple(dict.fromkeys([*EXPORTERS, *plugins.by_suffix("writers")]))


def write(
    tunes: Iterable[tuple[str, Tune]],
    path: str | Path,
    *,
    layout: str | None = None,
    force: bool = False,
    clips: str = ".mid",
    ppq: int | None = None,
    attributes: Sequence[str] = (),
) -> None:
    """Write named tunes to a file, or with the layout `clips` to a folder of files.

    Parameters
    ----------
    tunes : iterable of (str, Tune)
        At least one; each with the name of its track, marker or clip.
    path : path
        The file, whose suffix says the format, or the folder. What is there already stays as
        it is unless everything could be written.
    layout : str, optional
        One of `LAYOUTS`; when not given `tracks`, or `sequence` where the format holds one voice.
    force : bool
        Whether existing files may be replaced.
    clips : str
        The suffix of the files in a folder.
    ppq : int, optional
        Of MIDI files, ticks per quarter note.
    attributes : sequence of str
        What to show of each measure, in the formats that can.

    Raises
    ------
    UsageError
        For an unknown suffix or layout, no tunes, or tunes that do not fit together.
    OffGridError
        For a note that a format cannot write.
    MissingExtraError
        For a format that needs an extra which is not installed.
    WriteError
        If the output exists and `force` is not set, or cannot be written.
    """
    layout = check(path, layout=layout, clips=clips, ppq=ppq)
    tunes = list(tunes)
    if not tunes:
        raise UsageError(f"{label(path)}: no tunes to write: give at least one")
    suffix = Path(path).suffix.lower()
    if layout == "clips" and suffix != _SCENES:
        digits = max(2, len(str(len(tunes))))
        with atomic_folder(path, force) as folder:
            for number, (name, tune) in enumerate(tunes, 1):
                file = folder / f"{number:0{digits}}_{file_name(name)}{clips}"
                write([(name, tune)], file, ppq=ppq, attributes=attributes)
        return
    options: dict[str, Any] = {"attributes": attributes} if suffix in SHOWING else {}
    if ppq is not None:
        options["ppq"] = ppq
    _exporter(path).write(tunes, Path(path), layout=layout, force=force, **options)


def check(path: str | Path, *, layout: str | None = None, clips: str = ".mid", ppq: int | None = None) -> str:
    """Refuse what `write` would refuse whatever the tunes: a cheap check before long work.

    Returns
    -------
    str
        The layout: the one that was asked for, else as fits the format.

    Raises
    ------
    UsageError
        For an unknown layout or suffix, or options that do not go with it.

    Examples
    --------
    >>> check("out.mid"), check("out.abc")
    ('tracks', 'sequence')
    """
    if layout is not None and layout not in LAYOUTS:
        raise UsageError(f"layout {layout!r} is not known: use one of {', '.join(LAYOUTS)}")
    folder = layout == "clips" and Path(path).suffix.lower() != _SCENES
    file = f"clip{clips}" if folder else path
    _exporter(file)
    suffix = Path(file).suffix.lower()
    if suffix in ONE_VOICE and layout == "tracks":
        raise UsageError(f"{label(file)}: {suffix} holds one voice: use the layout sequence or clips")
    if ppq is not None and suffix not in (".mid", ".midi"):
        raise UsageError(f"{label(file)}: ticks per quarter note (ppq) are for MIDI files: leave them out")
    return layout or ("sequence" if suffix in ONE_VOICE else "tracks")


def _exporter(path: str | Path) -> Any:
    suffix = Path(path).suffix.lower()
    if suffix in EXPORTERS:
        return import_module(EXPORTERS[suffix])
    if point := plugins.by_suffix("writers").get(suffix):
        return plugins.load(point, WriteError, f"{label(path)}: its writer")
    found = f"suffix {suffix}" if suffix else "a name without a suffix"
    raise UsageError(f"{label(path)}: {found} says no known format: use one of {', '.join(suffixes())}")

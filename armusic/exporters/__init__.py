"""Write tunes to a file: one module per format, chosen by the file's suffix.

Another package adds a format with an entry point in the group `armusic.exporters`, named
after the suffix, that leads to a module with `write(tunes, path, *, layout, force)`.
"""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from armusic.errors import UsageError, WriteError
from armusic.files import label
from armusic.score import Tune

EXPORTERS = {
    ".mid": "armusic.exporters.midi",
    ".midi": "armusic.exporters.midi",
}
"""The module that writes each suffix."""

LAYOUTS = {
    "tracks": "one file, one track per tune, all starting together",
    "sequence": "one file, the tunes one after another on one track, a marker at each",
    "clips": "a folder, one file per tune",
}
"""How several tunes are laid out."""

GROUP = "armusic.exporters"


def suffixes() -> tuple[str, ...]:
    """Return every suffix that can be written, in lower case, with its dot; other packages' come last.

    Examples
    --------
    >>> suffixes()[0]
    '.mid'
    """
    others = (f".{point.name.lstrip('.').lower()}" for point in entry_points(group=GROUP))
    return tuple(dict.fromkeys([*EXPORTERS, *others]))


def write(tunes: Iterable[tuple[str, Tune]], path: str | Path, *, layout: str = "tracks", force: bool = False) -> None:
    """Write named tunes to a file, or with the layout `clips` to a folder of MIDI files.

    Parameters
    ----------
    tunes : iterable of (str, Tune)
        At least one; each with the name of its track, marker or clip.
    path : path
        The file, whose suffix says the format, or the folder. What is there already stays as
        it is unless everything could be written.
    layout : str
        One of `LAYOUTS`.
    force : bool
        Whether existing files may be replaced.

    Raises
    ------
    UsageError
        For an unknown suffix or layout, no tunes, or tunes that do not fit together.
    WriteError
        If the output exists and `force` is not set, or cannot be written.
    """
    if layout not in LAYOUTS:
        raise UsageError(f"layout {layout!r} is not known: use one of {', '.join(LAYOUTS)}")
    tunes = list(tunes)
    if not tunes:
        raise UsageError(f"{label(path)}: no tunes to write: give at least one")
    module = import_module(EXPORTERS[".mid"]) if layout == "clips" else _exporter(path)
    module.write(tunes, Path(path), layout=layout, force=force)


def _exporter(path: str | Path) -> Any:
    suffix = Path(path).suffix.lower()
    if suffix in EXPORTERS:
        return import_module(EXPORTERS[suffix])
    for point in entry_points(group=GROUP):
        if f".{point.name.lstrip('.').lower()}" == suffix:
            return _load(point, path)
    found = f"suffix {suffix}" if suffix else "a name without a suffix"
    raise UsageError(f"{label(path)}: {found} says no known format: use one of {', '.join(suffixes())}")


def _load(point: Any, path: str | Path) -> Any:
    """Return the module that another package's entry point names."""
    try:
        return point.load()
    except Exception as error:  # another package's import may fail in any way
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        raise WriteError(f"{label(path)}: its exporter {point.value} cannot be loaded ({reason})") from error

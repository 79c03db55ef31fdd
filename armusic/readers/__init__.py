"""Read a tune from a file: one module per format, chosen by the file's suffix.

Another package adds a format with an entry point in the group `armusic.readers`, named
after the suffix, that leads to a module with `read(path) -> Tune`; a format that keeps many
tunes in one file has `read_all(path)` as well, which yields `(source, Tune or ArmusicError)`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from armusic.errors import ArmusicError, ReadError, UsageError
from armusic.files import check_readable, label
from armusic.score import Tune

# Names, not modules: neither mido nor music21 is loaded before a file asks for it.
READERS = {
    ".mid": "armusic.readers.midi",
    ".midi": "armusic.readers.midi",
    ".abc": "armusic.readers.abc",
    ".musicxml": "armusic.readers.musicxml",
    ".xml": "armusic.readers.musicxml",
    ".mxl": "armusic.readers.musicxml",
}
"""The module that reads each suffix."""

GROUP = "armusic.readers"


def suffixes() -> tuple[str, ...]:
    """Return every suffix that can be read, in lower case, with its dot; other packages' come last.

    Examples
    --------
    >>> suffixes()[:2]
    ('.mid', '.midi')
    """
    others = (f".{point.name.lstrip('.').lower()}" for point in entry_points(group=GROUP))
    return tuple(dict.fromkeys([*READERS, *others]))


def read(path: str | Path) -> Tune:
    """Read the tune in a file.

    Parameters
    ----------
    path : path
        A MIDI, ABC or MusicXML file; its suffix says which.

    Returns
    -------
    Tune
        One voice, exactly as written: whether it fits the grid is for the tokenizer to say.

    Raises
    ------
    MissingFileError
        If there is no file.
    UsageError
        If the suffix is not known.
    ReadError
        If the file cannot be read, or has music in it that cannot be used.
    """
    module = _reader(path)
    with_tune: Tune = module.read(Path(path))
    return with_tune


def read_all(path: str | Path) -> Iterator[tuple[str, Tune | ArmusicError]]:
    """Yield every tune in a file, or what is wrong with it: for a corpus, which counts what it skips.

    Yields
    ------
    source : str
        What messages call the tune: the file's name, with a number in a book of tunes.
    tune : Tune or ArmusicError
        The error is yielded, not raised, so that the rest can be read.
    """
    try:
        module = _reader(path)
        if not hasattr(module, "read_all"):
            yield label(path), module.read(Path(path))
            return
    except ArmusicError as error:
        yield label(path), error
        return
    yield from module.read_all(Path(path))


def _reader(path: str | Path) -> Any:
    """Return the module for a file that is there and can be read."""
    check_readable(path)
    suffix = Path(path).suffix.lower()
    if suffix in READERS:
        return import_module(READERS[suffix])
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
        raise ReadError(f"{label(path)}: its reader {point.value} cannot be loaded ({reason})") from error

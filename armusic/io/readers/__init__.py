"""Read a tune from a file: one module per format, chosen by the file's suffix.

Another package adds a format with an entry point in the group `armusic.readers`, named
after the suffix, that leads to a module with `read(path) -> Tune`; a format that keeps many
tunes in one file has `read_all(path)` as well, which yields `(source, Tune or ArmusicError)`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armusic import plugins
from armusic.errors import ArmusicError, ReadError, UsageError
from armusic.files import check_readable, label, unknown_suffix
from armusic.io.readers.options import STRICT, Reading, Remark

if TYPE_CHECKING:
    from armusic.music.score import Tune

_MIDI, _ABC = "armusic.io.readers.midi", "armusic.io.readers.abc"
# Names, not modules: neither numpy nor music21 is loaded before a file asks for it.
READERS = {
    ".mid": _MIDI,
    ".midi": _MIDI,
    ".abc": _ABC,
    ".musicxml": "armusic.io.readers.musicxml",
    ".xml": "armusic.io.readers.musicxml",
    ".mxl": "armusic.io.readers.musicxml",
    ".kar": _MIDI,
    ".rmi": _MIDI,
}
"""Module that reads each suffix."""


def suffixes() -> tuple[str, ...]:
    """Return every suffix that can be read, in lower case, with its dot; other packages' come last.

    Examples
    --------
    >>> suffixes()[:2]
    ('.mid', '.midi')
    """
    return tuple(dict.fromkeys([*READERS, *plugins.by_suffix("readers")]))


def read(path: str | Path, reading: Reading | None = None, tune: int | str | None = None) -> Tune:
    """Read the tune in a file.

    Parameters
    ----------
    path : path
        A MIDI, ABC or MusicXML file; its suffix says which. `book.abc#12` is tune 12 of a book, `book.abc#12.2`
        the second tune with that number.
    reading : Reading, optional
        Options of reading; for a format of another package, only the size.
    tune : int or str, optional
        Number of the tune in an ABC tune book, as in the path.

    Returns
    -------
    Tune
        Melody, as one voice.

    Raises
    ------
    MissingFileError
        If there is no file.
    UsageError
        If the suffix is unknown, or an option does not apply to the file.
    ReadError
        If the file cannot be read, or has music in it that cannot be used.
    """
    path, number = _file_and_number(path, tune)
    module = _reader(path, (reading or Reading()).max_size)
    if path.suffix.lower() not in READERS:
        if reading and replace(reading, max_size=Reading().max_size) != Reading():
            raise UsageError(f"{label(path)}: its reader has no options such as track, metre or beats: leave them out")
        result: Tune = module.read(path)
    else:
        result = module.read(path, reading) if number is None else module.read(path, reading, number)
    return result


def read_with_remarks(path: str | Path, reading: Reading, remarks: list[Remark]) -> Tune:
    """Read the tune in an ABC or MusicXML file as `read` does; what it logs is added to `remarks` instead."""
    path, number = _file_and_number(path, None)
    module = _reader(path, reading.max_size)
    result: Tune = module.read_with_remarks(path, reading, remarks, *(() if number is None else (number,)))
    return result


def _file_and_number(path: str | Path, tune: int | str | None) -> tuple[Path, int | str | None]:
    """Return the file, and the number of the tune in it, which may be given in two ways."""
    path, number = split_number(path)
    if tune is not None and READERS.get(path.suffix.lower()) == _ABC:
        tune = import_module(_ABC).parse_name(tune)
    if tune is not None and number not in (None, tune):
        raise UsageError(f"{label(path)}: tune {tune} and tune {number} are requested: name one of them")
    number = number if tune is None else tune
    if number is not None and READERS.get(path.suffix.lower()) != _ABC:
        raise UsageError(f"{label(path)}: only ABC tune books have numbered tunes: leave the tune number out")
    return path, number


def split_number(path: str | Path) -> tuple[Path, int | str | None]:
    """Return the file and the number of a tune in a book such as `book.abc#12`; None where there is no number.

    The second tune with a number is `12.2`, as text.

    Examples
    --------
    >>> split_number("book.abc#12")[1], split_number("book.abc")[1], split_number("book.abc#1.2")[1]
    (12, None, '1.2')
    """
    path = Path(path)
    match = re.fullmatch(r"(.+?\.\w+)#([0-9]{1,9})(?:\.([0-9]{1,9}))?", path.name)
    if not match or path.exists():
        return path, None
    name = int(match[2]) if int(match[3] or 1) == 1 else f"{int(match[2])}.{int(match[3])}"
    return path.with_name(match[1]), name


def is_midi(path: str | Path) -> bool:
    """Return whether a file is a MIDI file by its suffix.

    Examples
    --------
    >>> is_midi("song.KAR"), is_midi("song.abc")
    (True, False)
    """
    return READERS.get(Path(path).suffix.lower()) == _MIDI


def read_all(path: str | Path) -> Iterator[tuple[str, Tune | ArmusicError]]:
    """Yield every tune in a file, or what is wrong with it: for a corpus, which counts what it skips.

    Yields
    ------
    source : str
        Name of the tune in messages: the file's name, with a number in a book of tunes.
    tune : Tune or ArmusicError
        The error is yielded, not raised, so that the rest can be read. Nothing is guessed: a file that is not
        one voice in known metres is an error.
    """
    try:
        module = _reader(path)
        if not hasattr(module, "read_all"):
            ours = Path(path).suffix.lower() in READERS
            yield label(path), module.read(Path(path), STRICT) if ours else module.read(Path(path))
            return
    except ArmusicError as error:
        yield label(path), error
        return
    yield from module.read_all(Path(path))


def _reader(path: str | Path, megabytes: float = Reading().max_size) -> Any:
    """Return the module that reads a file, after a check that the file can be read."""
    check_readable(path, megabytes)
    suffix = Path(path).suffix.lower()
    if suffix in READERS:
        return import_module(READERS[suffix])
    if point := plugins.by_suffix("readers").get(suffix):
        return plugins.load(point, ReadError, f"{label(path)}: its reader")
    raise unknown_suffix(path, suffixes())

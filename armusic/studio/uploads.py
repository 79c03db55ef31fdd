"""Uploads: from the bytes of a file to a tune, a summary of it, and the other melodies in the file."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from dataclasses import dataclass, replace
from importlib import resources
from itertools import groupby
from pathlib import Path

from armusic.errors import MusicError
from armusic.files import counted, one_line
from armusic.io import inspection, readers
from armusic.io.readers import options
from armusic.io.readers.abc import book
from armusic.music import keys
from armusic.music.score import Tune
from armusic.studio.schemas import MAX_MEASURES, Reading, Track

EXAMPLES = "examples.abc"
INITIAL = "initial"
LARGE = 300_000  # bytes: reading takes as much as a second and 100 MB
_MAX_TUNES = 2000  # of a book, to choose from; any other can be named
_MAX_METRES = 3  # in a summary
_MAX_NAME = 120  # bytes of a file's name, so that what is added to it fits everywhere
_MAX_SUFFIX = 20
_MAX_TITLE = 80  # letters of a tune's name in the list


@dataclass(frozen=True, slots=True)
class Upload:
    """A file and the tune that was read from it.

    Parameters
    ----------
    name : str
        Name of the file, without a path.
    data : bytes
        Contents of the file.
    reading : Reading
        Options it was read with.
    path : str
        Path of the file in commands; its name as it was sent, where only the browser knows the path.
    tune : Tune
        The melody.
    summary : str
        Measures, metres, notes, key and tempo, in one line.
    remarks : tuple of str
        Choices, omissions and corrections of the reader, one line each.
    tracks : tuple of Track
        The melodies to choose from.
    """

    name: str
    data: bytes
    reading: Reading
    path: str
    tune: Tune
    summary: str
    remarks: tuple[str, ...]
    tracks: tuple[Track, ...]


def open_bytes(name: str, data: bytes, reading: Reading, frame: str, path: str = "") -> Upload:
    """Read a tune from the bytes of a file.

    Parameters
    ----------
    name : str
        Name of the file; its suffix decides the format.
    data : bytes
        Contents of the file.
    reading : Reading
        Options; where they name no tune of a book, the first is read.
    frame : str
        Pitch frame of the model.
    path : str
        Path of the file in commands, if it is not its name.

    Raises
    ------
    ArmusicError
        If the file cannot be read, or its tune cannot be used.
    """
    path = path or base_name(name)
    name = plain_name(name)
    books = _books(name, data)
    remarks: list[str] = []
    if len(books) > 1 and reading.tune is None:
        reading = reading.model_copy(update={"tune": book.parse_name(books[0].id)})
        count = f"{len(books)} tunes in it" if len(books) < _MAX_TUNES else f"the list has the first {_MAX_TUNES} tunes"
        remarks.append(f"{count}: the first one is shown")
    with tempfile.TemporaryDirectory(prefix="armusic-") as folder:
        file = Path(folder, name)
        file.write_bytes(data)
        reader_options = options.Reading(**reading.model_dump(exclude={"tune"}))
        tune = readers.read(file, reader_options, reading.tune)
        source = file if reading.tune is None else file.with_name(f"{name}#{reading.tune}")
        report = inspection.inspect(source, reader_options, frame)
    if len(tune.measures) > MAX_MEASURES:
        raise MusicError(f"{tune.source}: {len(tune.measures)} measures: the studio takes up to {MAX_MEASURES}")
    if not tune.notes:
        raise MusicError(f"{tune.source}: no notes in it")
    if report.refused:
        raise MusicError(report.refused)
    parts = tuple(
        Track(
            id=f"{part.track}:{part.channel}",
            name=one_line(part.name) or f"track {part.track}, channel {part.channel}",
            notes=part.notes,
            selected=len(report.parts) == 1 or (part.track, part.channel) == _part_of(tune),
        )
        for part in report.parts
    )
    if len(books) > 1:
        chosen = str(book.parse_name(reading.tune or 0))
        tracks = tuple(track.model_copy(update={"selected": track.id == chosen}) for track in books)
    else:
        tracks = parts
    remarks += report.remarks
    if report.unchanged:
        remarks.append(report.unchanged)
    return Upload(name, data, reading, path, tune, _summary(tune), tuple(remarks), tracks)


def checked(upload: Upload, frame: str) -> tuple[Track, ...]:
    """Return the melodies of a file with why those that cannot be edited cannot; the tunes of a book as they are.

    Parameters
    ----------
    upload : Upload
        The file.
    frame : str
        Pitch frame of the model.
    """
    if upload.reading.tune is not None or len(upload.tracks) < 2:
        return upload.tracks
    plain = options.Reading(**upload.reading.model_dump(exclude={"tune"}))
    with tempfile.TemporaryDirectory(prefix="armusic-") as folder:
        file = Path(folder, upload.name)
        file.write_bytes(upload.data)
        return tuple(
            track
            if track.selected
            else track.model_copy(update={"problem": inspection.why_not(file, replace(plain, track=track.id), frame)})
            for track in upload.tracks
        )


def examples() -> tuple[Track, ...]:
    """Return the example tunes that come with armusic."""
    return _books(EXAMPLES, examples_bytes())


def examples_path() -> str:
    """Return the path of the example tunes, for commands."""
    return str(resources.files("armusic") / "resources" / EXAMPLES)


def examples_bytes() -> bytes:
    """Return the ABC book of the example tunes."""
    return Path(examples_path()).read_bytes()


def base_name(name: str) -> str:
    r"""Return a file name without a path, whatever the system that it comes from.

    Examples
    --------
    >>> base_name("../../etc/passwd.mid"), base_name("C:\\-Fuga.mid")
    ('passwd.mid', '-Fuga.mid')
    """
    return re.split(r"[/\\]", name)[-1]


def plain_name(name: str) -> str:
    r"""Return a file name in its own letters, without a path and with what every system accepts.

    Examples
    --------
    >>> plain_name("../../etc/passwd.mid"), plain_name("C:\\My Reel?.MID"), plain_name("#1.abc")
    ('passwd.mid', 'My Reel_.MID', '_1.abc')
    >>> plain_name("Фуга.mid"), plain_name("-e\u0301tude.mid")
    ('Фуга.mid', '-étude.mid')
    """
    clean = re.sub(r"[^\w .,()+'&-]", "_", unicodedata.normalize("NFC", base_name(name))).strip(" .")
    stem, dot, suffix = clean.rpartition(".") if "." in clean else (clean, "", "")
    stem = stem.encode()[:_MAX_NAME].decode(errors="ignore").strip(" .")
    return f"{stem or 'tune'}{dot}{suffix[:_MAX_SUFFIX]}"


def _books(name: str, data: bytes) -> tuple[Track, ...]:
    """Return the tunes of an ABC book, each by the name that reads it; at most the first two thousand."""
    if not name.lower().endswith(".abc"):
        return ()
    tunes = book.book_of(book.text_of(data))
    return tuple(
        Track(id=ident, name=tunes.title(place)[:_MAX_TITLE] or f"tune {ident}", notes=0, selected=False)
        for place, ident in enumerate(tunes.names()[:_MAX_TUNES])
    )


def _part_of(tune: Tune) -> tuple[int, int] | None:
    return None if tune.origin is None else (tune.origin.track + 1, tune.origin.channel + 1)


def _summary(tune: Tune) -> str:
    """Return measures, metres, notes, key and tempo of a tune in one line."""
    runs = [(str(metre), len(list(group))) for metre, group in groupby(tune.bars, lambda bar: bar.metre)]
    metres = ", ".join(f"{count} of {metre}" for metre, count in runs[:_MAX_METRES])
    if len(runs) > _MAX_METRES:
        metres += ", ..."
    key = f"{keys.find(tune)}".replace(":", " ") + ("" if tune.key else " (by its notes)")
    tempo = f"{tune.tempos[0][1]:.4g} quarter notes a minute"
    if len(tune.tempos) > 1:
        tempo += f", {len(tune.tempos)} tempos"
    return f"{counted(len(tune.bars), 'measure')} ({metres}), {counted(len(tune.notes), 'note')}, {key}, {tempo}"

"""From the bytes of a file to a tune, what was read of it in words, and what else could be chosen."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from importlib import resources
from itertools import groupby
from pathlib import Path

from armusic.errors import MusicError
from armusic.files import one_line
from armusic.io import inspection, readers
from armusic.io.inspection import Inspection
from armusic.io.readers.options import Reading as Wishes
from armusic.music import keys
from armusic.music.score import Tune
from armusic.studio.schemas import MOST_MEASURES, Reading, Track

EXAMPLES = "examples.abc"
GIVEN = "given"
_SHOWN = 100  # tunes of a book
_BOOKED = re.compile(r"^X:[ \t]*(\d{1,9})[^\n]*\n((?:(?!X:)[^\n]*\n?)*)", re.MULTILINE)
_TITLE = re.compile(r"^T:[ \t]*(.+)", re.MULTILINE)
_NAME = 80  # letters of a file's name


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that was read.

    Parameters
    ----------
    name, data, reading
        The file's name (no path), its bytes, and how it was read.
    path : str
        What a command calls it: its name where only the browser knows where it is.
    tune : Tune
        The melody.
    summary : str
        What was read, in one line.
    remarks : tuple of str
        What was chosen, left out and set right.
    tracks : tuple of Track
        What else could be read.
    """

    name: str
    data: bytes
    reading: Reading
    path: str
    tune: Tune
    summary: str
    remarks: tuple[str, ...]
    tracks: tuple[Track, ...]


def open_bytes(name: str, data: bytes, reading: Reading, frame: str, path: str = "") -> Opened:
    """Read a tune from the bytes of a file, by the readers of the command line.

    Parameters
    ----------
    name : str
        Of the file: only its suffix says anything.
    data : bytes
        The file.
    reading : Reading
        What is wished. Of a book of tunes it is the first, where none is named.
    frame : str
        The model's pitch frame.
    path : str
        What a command is to call the file, where that is not its name.

    Raises
    ------
    ArmusicError
        One line on what cannot be used.
    """
    name = plain_name(name)
    books = _books(name, data)
    remarks: list[str] = []
    if len(books) > 1 and reading.tune is None:
        reading = reading.model_copy(update={"tune": int(books[0].id)})
        remarks.append(f"{len(books)} tunes in it: the first one was taken")
    with tempfile.TemporaryDirectory(prefix="armusic-") as folder:
        file = Path(folder, name)
        file.write_bytes(data)
        asked = Wishes(**reading.model_dump(exclude={"tune"}))
        tune = readers.read(file, asked, reading.tune)
        at = file if reading.tune is None else file.with_name(f"{name}#{reading.tune}")
        found = inspection.inspect(at, asked, frame)
    if len(tune.measures) > MOST_MEASURES:
        raise MusicError(f"{tune.source}: {len(tune.measures)} measures: up to {MOST_MEASURES} are taken here")
    if not tune.notes:
        raise MusicError(f"{tune.source}: no notes in it")
    if found.refused:
        raise MusicError(found.refused)
    parts = tuple(
        Track(
            id=f"{part.track}:{part.channel}",
            name=one_line(part.name) or f"track {part.track}, channel {part.channel}",
            notes=part.notes,
            chosen=len(found.parts) == 1 or (part.track, part.channel) == _place(tune),
        )
        for part in found.parts
    )
    chosen = tuple(book.model_copy(update={"chosen": book.id == str(reading.tune)}) for book in books)
    said = (*remarks, *found.remarks, *_left(found))
    return Opened(name, data, reading, path or name, tune, _summary(tune), said, chosen if len(books) > 1 else parts)


def examples() -> tuple[Track, ...]:
    """Return the tunes that come with armusic."""
    return _books(EXAMPLES, examples_bytes())


def examples_path() -> str:
    """Return where they are, for a command."""
    return str(resources.files("armusic") / "resources" / EXAMPLES)


def examples_bytes() -> bytes:
    """Return the book that they are in."""
    return Path(examples_path()).read_bytes()


def plain_name(name: str) -> str:
    r"""Return a file's name that is no path, and that every system takes.

    Examples
    --------
    >>> plain_name("../../etc/passwd.mid"), plain_name("C:\\My Reel?.MID"), plain_name("#1.abc")
    ('passwd.mid', 'My Reel_.MID', '_1.abc')
    """
    last = re.split(r"[/\\\\]", name)[-1]
    clean = re.sub(r"[^\w .()+-]", "_", last, flags=re.ASCII).strip(" .")
    stem, dot, suffix = clean.rpartition(".") if "." in clean else (clean, "", "")
    return f"{stem[:_NAME].strip(' .') or 'tune'}{dot}{suffix[:_NAME]}"


def _books(name: str, data: bytes) -> tuple[Track, ...]:
    """Return the tunes of an ABC book, the first hundred."""
    if not name.lower().endswith(".abc"):
        return ()
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    found: list[Track] = []
    for match in _BOOKED.finditer(text):
        title = _TITLE.search(match[2])
        name = one_line(title[1].strip()[:_NAME]) if title else f"tune {match[1]}"
        if len(found) == _SHOWN:
            break
        found.append(Track(id=str(int(match[1])), name=name, notes=0, chosen=False))
    return tuple(found)


def _place(tune: Tune) -> tuple[int, int] | None:
    return None if tune.origin is None else (tune.origin.track + 1, tune.origin.channel + 1)


def _summary(tune: Tune) -> str:
    """Return a tune in a line: its name, metre, key and tempo."""
    runs = [(str(metre), len(list(group))) for metre, group in groupby(tune.measures, lambda one: one.metre)]
    most = 3
    metres = ", ".join(f"{count} of {metre}" for metre, count in runs[:most]) + ", ..." * (len(runs) > most)
    key = f"{keys.find(tune)}".replace(":", " ") + ("" if tune.key else " (by its notes)")
    pace = f"{tune.tempos[0][1]:.4g} quarter notes a minute" + f", {len(tune.tempos)} tempos" * (len(tune.tempos) > 1)
    count = len(tune.measures)
    return f"{count} measure{'s' * (count > 1)} ({metres}), {len(tune.notes)} notes, {key}, {pace}"


def _left(found: Inspection) -> tuple[str, ...]:
    """Return what a model leaves as it is."""
    _, said, left = found.facts.get("used", "").partition("; ")
    return (left,) if said else ()

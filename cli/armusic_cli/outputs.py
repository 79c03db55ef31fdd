"""Where a command writes: refused before any work is done, music and picture both or neither."""

from __future__ import annotations

import hashlib
import math
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from armusic.errors import UsageError, WriteError
from armusic.io.writers.formats import FORMATS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PICTURES = tuple(suffix for form in FORMATS if form.picture for suffix in form.suffixes)
"""Suffixes of pictures of the score. No piano roll is drawn beside one."""
_SUFFIXES = tuple(suffix for form in FORMATS for suffix in form.suffixes)
_SCENES = tuple(suffix for form in FORMATS if form.scenes for suffix in form.suffixes)


@dataclass(frozen=True, slots=True)
class Output:
    """The output of a command.

    Parameters
    ----------
    path : Path
        The file, or the folder of clips.
    layout : str, optional
        Layout of the tunes; when not given as fits the format.
    folder : bool
        Whether it is a folder with a file per tune.
    clips : str
        The suffix of those files.
    ppq : int, optional
        Ticks per quarter note of MIDI files.
    paper : str, optional
        Paper of a PDF.
    force : bool
        Whether existing files may be replaced.
    rolls : bool
        Whether piano rolls are drawn.
    """

    path: Path
    layout: str | None
    folder: bool
    clips: str
    ppq: int | None
    paper: str | None
    force: bool
    rolls: bool

    @property
    def format(self) -> dict[str, Any]:
        """Options of `armusic.io.writers.check`."""
        return {"layout": self.layout, "clips": self.clips, "ppq": self.ppq, "paper": self.paper}

    @property
    def options(self) -> dict[str, Any]:
        """Options of `armusic.api.write`."""
        return {**self.format, "force": self.force}

    @property
    def picture(self) -> Path | None:
        """Path of the piano rolls, beside the output; None where none are drawn, or the output is itself a picture."""
        if not self.rolls:
            return None
        if not self.folder and self.path.suffix.lower() in PICTURES:
            return None
        return self.path.parent / f"{self.path.name if self.folder else self.path.stem}.png"

    @property
    def files(self) -> list[Path]:
        """Every path that is written."""
        return [self.path, *([self.picture] if self.picture else [])]

    def __str__(self) -> str:
        return " and ".join(map(str, self.files))


def choose(
    out: Path | None,
    stem: str,
    *,
    layout: str | None = None,
    form: str | None = None,
    ppq: int | None = None,
    paper: str | None = None,
    force: bool = False,
    no_picture: bool = False,
) -> Output:
    """Return the output for the options that the user typed; `stem` is its name where `out` is None.

    Raises
    ------
    UsageError
        For a format and a suffix that contradict each other, and a folder that is named like a file.
    """
    suffix = f".{form}" if form else ".mid"
    typed = out.suffix.lower() if out else suffix
    folder = layout == "clips" and not {suffix, typed} & set(_SCENES)
    if out is None:
        out = Path(stem if folder else stem + suffix)
    elif form and not folder and typed != suffix:
        if typed:
            raise UsageError(f"{out}: its suffix says {typed}, but -f says {form}: leave one of them out")
        out = out.with_name(out.name + suffix)
    elif folder and typed in _SUFFIXES and not out.is_dir():
        raise UsageError(
            f"{out}: the layout clips is a folder with a file per tune: leave {typed} out"
            f"{'' if form or typed == suffix else f', and add -f {typed[1:]}'}"
        )
    return Output(out, layout, folder, suffix, ppq, paper, force, not no_picture)


def stem(file: Path, tune: int | str | None = None) -> str:
    """Return what names of outputs begin with: the input's name, and the number of the tune of a book.

    Examples
    --------
    >>> stem(Path("tunes/reel.mid")), stem(Path("book.abc#12")), stem(Path("book.abc"), "12.2")
    ('reel', 'book-12', 'book-12.2')
    """
    from armusic import api

    path, number = api.readers.split_number(file)
    number = number if tune is None else tune
    return path.stem if number is None else f"{path.stem}-{number}"


def source(*parts: Path | object) -> str:
    """Return what a picture is made of, in short: a digest of files' contents and of other values.

    Two files of the same content are the same, whatever their names; so are two tunes of a book only if their numbers
    are.
    """
    from armusic import api

    digest = hashlib.sha256()
    for part in parts:
        path, number = api.readers.split_number(part) if isinstance(part, Path) else (None, part)
        if path is not None:
            digest.update(hashlib.sha256(api.files.read_bytes(path, math.inf)).digest())
        digest.update(repr(number).encode())
    return digest.hexdigest()


def refuse_inputs(out: Path, *inputs: Path) -> None:
    """Raise `UsageError` where an output is one of the inputs, or the book of one."""
    from armusic import api

    for path in (api.readers.split_number(each)[0] for each in inputs):
        if path.exists() and out.exists() and out.samefile(path):
            raise UsageError(f"{out}: the input itself: name another file with -o")


def check_targets(targets: Sequence[str]) -> None:
    """Raise `UsageError` for a target that cannot be understood, whatever else is wrong with the output."""
    from armusic import api

    api.check_targets(targets)


def check(path: Path, force: bool, *, folder: bool = False) -> None:
    """Raise `WriteError` for an output that may not be written."""
    from armusic import api

    (api.files.check_folder if folder else api.files.check_writable)(path, force)


@dataclass(frozen=True, slots=True)
class Draft:
    """A picture that is not yet in its place: its path, and what it is made of."""

    path: Path
    source: str

    def save(self, figure: Figure) -> None:
        """Write the picture."""
        from armusic import api

        api.plotting.save(figure, self.path, source=self.source)


@contextmanager
def with_picture(output: Output, source: str) -> Iterator[Draft | None]:
    """Yield a draft of the picture of an output, None where it has no picture.

    It takes its place when the block ends, after the music is written: both are there, or neither. A picture of our
    own making that was made of the same is replaced: so one tune can be written in several formats.

    Raises
    ------
    WriteError
        Where the music or any other file is there already and may not be replaced.
    """
    out, picture = output.path, output.picture
    check(out, output.force, folder=output.folder)
    if picture is None:
        yield None
        return
    _check_picture(picture, source, output.force)
    try:
        drafts = tempfile.TemporaryDirectory(prefix=".armusic-", dir=out.parent)
    except OSError as error:
        raise WriteError(f"{out}: its folder cannot be written to ({error.strerror})") from error
    with drafts as name:
        draft = Draft(Path(name, "picture.png"), source)
        yield draft
        os.replace(draft.path, picture)


def _check_picture(picture: Path, source: str, force: bool) -> None:
    """Refuse a picture in whose place another file is, except one of our own making of the same source."""
    if not force and picture.is_file():
        from armusic import api

        before = api.plotting.source_of(picture)
        if before != source:
            raise WriteError(
                f"{picture} exists already{'' if before is None else ', a picture of another tune'}: name another"
                " file, leave the picture out with --no-picture, or replace it with --force"
            )
        force = True
    check(picture, force)

"""Where a command writes: refused before any work is done, music and picture both or neither."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from armusic.errors import UsageError, WriteError
from armusic.io.writers.formats import FORMATS

PICTURES = tuple(suffix for form in FORMATS if form.picture for suffix in form.suffixes)
"""Suffixes of pictures of the score. No piano roll is drawn beside one."""
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
    force : bool
        Whether existing files may be replaced.
    """

    path: Path
    layout: str | None
    folder: bool
    clips: str
    ppq: int | None
    force: bool

    @property
    def format(self) -> dict[str, Any]:
        """Options of `armusic.io.writers.check`."""
        return {"layout": self.layout, "clips": self.clips, "ppq": self.ppq}

    @property
    def options(self) -> dict[str, Any]:
        """Options of `armusic.api.write`."""
        return {**self.format, "force": self.force}

    @property
    def picture(self) -> Path | None:
        """Path of the piano rolls, beside the output; None where the output is itself a picture."""
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
    force: bool = False,
) -> Output:
    """Return the output for the options that the user typed; `stem` is its name where `out` is None.

    Raises
    ------
    UsageError
        For a format and a suffix that contradict each other.
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
    return Output(out, layout, folder, suffix, ppq, force)


def refuse_inputs(out: Path, *inputs: Path) -> None:
    """Raise `UsageError` where an output is one of the inputs."""
    for path in inputs:
        if path.exists() and out.exists() and out.samefile(path):
            raise UsageError(f"{out}: the input itself: name another file with -o")


def check(path: Path, force: bool, *, folder: bool = False) -> None:
    """Raise `WriteError` for an output that may not be written."""
    from armusic import api

    (api.files.check_folder if folder else api.files.check_writable)(path, force)


@contextmanager
def with_picture(output: Output) -> Iterator[Path | None]:
    """Yield the path for a draft of the picture of an output, None where it has no picture.

    It takes its place when the block ends, after the music is written: both are there, or neither.
    """
    out, picture = output.path, output.picture
    check(out, output.force, folder=output.folder)
    if picture is None:
        yield None
        return
    check(picture, output.force)
    try:
        drafts = tempfile.TemporaryDirectory(prefix=".armusic-", dir=out.parent)
    except OSError as error:
        raise WriteError(f"{out}: its folder cannot be written to ({error.strerror})") from error
    with drafts as name:
        draft = Path(name, "picture.png")
        yield draft
        os.replace(draft, picture)

"""Where a command writes: refused before any work is done, music and picture both or neither."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from armusic.errors import UsageError, WriteError


def refuse_inputs(out: Path, *inputs: Path) -> None:
    """Raise `UsageError` where an output is one of the inputs."""
    for path in inputs:
        if path.exists() and out.exists() and out.samefile(path):
            raise UsageError(f"{out}: the input itself: name another file with -o")


def check(path: Path, force: bool, *, folder: bool = False) -> None:
    """Raise `WriteError` for an output that is there already, or has a folder in its place."""
    if path.is_dir() and not folder:
        raise WriteError(f"{path}: a folder, where a file is wanted: name a file in it")
    if path.exists() and not force and not (path.is_dir() and not any(path.iterdir())):
        raise WriteError(f"{path} exists already: name another with -o, or replace it with --force")


@contextmanager
def with_picture(out: Path, force: bool, *, folder: bool = False) -> Iterator[tuple[Path, Path]]:
    """Yield where to draft the picture of an output, and where it will be: beside it.

    It takes its place when the block ends, after the music is written: both are there, or neither.
    """
    picture = out.parent / f"{out.name if folder else out.stem}.png"
    check(out, force, folder=folder)
    check(picture, force)
    try:
        drafts = tempfile.TemporaryDirectory(prefix=".armusic-", dir=out.parent)
    except OSError as error:
        raise WriteError(f"{out}: its folder cannot be written to ({error.strerror})") from error
    with drafts as name:
        draft = Path(name, "picture.png")
        yield draft, picture
        os.replace(draft, picture)

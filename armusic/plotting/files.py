"""Pictures as files: the suffix says the format; they are written whole, over an existing file with `force` only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from armusic.errors import UsageError
from armusic.files import atomic_folder, atomic_path, check_writable, label
from armusic.plotting.sources import texts
from armusic.shapes import UInt8

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Pixels = UInt8[np.ndarray, "*frame height width 3"]
"""A picture in red, green and blue, or the frames of an animation."""

FIGURES, STILL, MOVING = (".png", ".pdf", ".svg"), (".png",), (".gif",)
"""Suffixes of the formats of a figure, of pixels, and of frames."""

LEVEL = 1  # of 9, of a PNG: more take longer, and the files of drawings are hardly smaller


def save(picture: Figure | Pixels, path: str | Path, *, force: bool = False, source: str = "") -> None:
    """Write a picture to a file.

    Parameters
    ----------
    picture : Figure or uint8 array ([frame,] height, width, 3)
        A figure, pixels, or the frames of an animation.
    path : path
        The file: .png, .pdf or .svg for a figure, .png for pixels, .gif for an animation.
    force : bool
        Whether an existing file may be replaced.
    source : str
        Sources of the figure. A .png names them: see `armusic.plotting.sources`.

    Raises
    ------
    UsageError
        For another suffix.
    WriteError
        For a file that may not be written.
    """
    if not isinstance(picture, np.ndarray):
        check_figure(path, force)
    elif picture.ndim == 3:
        _check(path, force, STILL, "a picture of pixels")
    else:
        _check(path, force, MOVING, "an animation")
    with atomic_path(path, force) as temporary:
        _write(picture, temporary, source)


def save_all(pictures: Mapping[str, Figure | Pixels], folder: str | Path, *, force: bool = False) -> list[Path]:
    """Write pictures into a folder, all or none.

    Parameters
    ----------
    pictures : mapping of str to Figure or uint8 array
        File name -> picture.
    folder : path
        The folder, which is created where it does not exist.
    force : bool
        Whether existing files may be replaced.

    Returns
    -------
    list of Path
        The files.
    """
    with atomic_folder(folder, force) as temporary:
        for name, picture in pictures.items():
            _write(picture, temporary / name)
    return [Path(folder, name) for name in pictures]


def check_figure(path: str | Path, force: bool = False) -> None:
    """Refuse a file that no figure can be written to, before any work.

    Raises
    ------
    UsageError
        For another suffix than .png, .pdf or .svg.
    WriteError
        For a file that may not be written.

    Examples
    --------
    >>> check_figure("map.pdf")
    """
    _check(path, force, FIGURES, "a figure")


def check_traversal(path: str | Path, force: bool = False) -> None:
    """Refuse a file that no traversal of a model of images can be written to, before any work.

    Raises
    ------
    UsageError
        For another suffix than .gif (an animation) or .png (a strip of steps).
    WriteError
        For a file that may not be written.
    """
    _check(path, force, (*MOVING, *STILL), "a traversal")


def _check(path: str | Path, force: bool, suffixes: Sequence[str], what: str) -> None:
    if Path(path).suffix.lower() not in suffixes:
        *most, last = suffixes
        choice = f"{', '.join(most)} or {last}" if most else last
        raise UsageError(f"{label(path)}: {what} is written as {choice}: change the suffix")
    check_writable(path, force)


def _write(picture: Figure | Pixels, path: Path, source: str = "") -> None:
    if isinstance(picture, np.ndarray):
        from armusic.plotting import tiles

        tiles.save(picture, path)
    elif path.suffix.lower() == ".png":
        picture.savefig(path, metadata=texts(source), pil_kwargs={"compress_level": LEVEL})
    else:
        picture.savefig(path)

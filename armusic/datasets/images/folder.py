"""Images in a folder, with their attributes in a CSV file."""

from __future__ import annotations

import csv
import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np

from armusic.datasets.images.arrays import MAX_BYTES, images_of, size_of
from armusic.datasets.images.base import Images
from armusic.datasets.images.stored import New, digest, stored
from armusic.errors import DataError, ReadError
from armusic.extras import require
from armusic.files import label, one_line, read_bytes
from armusic.shapes import Shaped

log = logging.getLogger(__name__)

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
_MODES = {"1": "L", "L": "L", "RGB": "RGB"}


def is_folder(path: Path) -> bool:
    """Return whether a folder has images or a CSV file."""
    return path.is_dir() and any(file.suffix.lower() in (*SUFFIXES, ".csv") for file in path.iterdir())


def names_in(folder: Path) -> tuple[str, ...]:
    """Return the names of the attributes, from the first line of the CSV file."""
    return _table(folder)[0]


def size_in(folder: Path) -> tuple[int, int, int]:
    """Return channels, height and width of the first image."""
    image, _ = _decoded(_table(folder)[1][:1], None)
    return size_of(label(folder), image.shape)


def read(folder: Path, cache: Path, on_progress: Callable[[int, int], None] | None = None) -> Images:
    r"""Return the images of a folder: from the cache, unless a file has changed.

    Parameters
    ----------
    folder : Path
        Folder with images of one size (PNG, JPEG, TIFF, BMP, GIF, WebP), and one CSV file with a line of headings:
        the first column has the paths of the images in the folder, the others have attributes, which are numbers.
    cache : Path
        Folder to keep them in.
    on_progress : callable, optional
        Called with the number of files read, and of all files.

    Raises
    ------
    DataError, ReadError
        When something is wrong; the message says what and where, and nothing is kept.

    Examples
    --------
    >>> import tempfile
    >>> from PIL import Image
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name, grey in (("dark", 30), ("light", 220)):
    ...         Image.new("L", (8, 8), grey).save(Path(folder, f"{name}.png"))
    ...     _ = Path(folder, "labels.csv").write_text("file,brightness\ndark.png,30\nlight.png,220\n")
    ...     images = read(Path(folder), Path(folder, "cache"))
    >>> images.names, images.x[:, 0, 0, 0].tolist()
    (('brightness',), [30, 220])
    """
    names, files, values = _table(folder)
    images = {path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES}
    without = sorted(images - set(files))
    if without:
        raise DataError(
            f"{_csv(folder).name}: no row for {len(without)} of {len(images)} images, first {label(without[0])}:"
            " add them, or take the images out of the folder"
        )

    def decoded(new: New) -> Images:
        array, converted = _decoded(files, on_progress)
        if converted:
            log.warning("%d images with a palette, transparency or other colours were read as RGB", converted)
        images = images_of(label(folder), array, values, names)
        x = new(images.x.shape)
        x[:] = images.x
        return Images(x, images.shape, images.values, names)

    listed = "\n".join(str(file.relative_to(folder)) for file in files)
    return stored(cache / f"{folder.resolve().name}-{digest(listed.encode(), _csv(folder), *files)}", decoded)


def _csv(folder: Path) -> Path:
    """Return the one CSV file of a folder."""
    tables = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")
    if len(tables) != 1:
        names = ", ".join(map(label, tables)) or "none"
        raise DataError(f"{one_line(str(folder))}: give one CSV file with attributes of the images; there is {names}")
    return tables[0]


def _table(folder: Path) -> tuple[tuple[str, ...], list[Path], Shaped[np.ndarray, "item name"]]:
    """Return the attributes' names, the files of the images, and the values."""
    table = _csv(folder)
    if not any(path.suffix.lower() in SUFFIXES for path in folder.rglob("*")):
        raise DataError(f"{one_line(str(folder))}: no images in it: files that end in {', '.join(SUFFIXES)} are read")
    try:
        lines = read_bytes(table).decode("utf-8-sig").splitlines()
        rows = list(csv.reader(lines, strict=True))
    except UnicodeDecodeError as error:
        raise ReadError(f"{label(table)}: not UTF-8 text") from error
    except csv.Error as error:
        raise ReadError(f"{label(table)}: not CSV ({error})") from error
    if not rows or not rows[0]:
        raise ReadError(f"{label(table)}: no line of headings: the first names the columns")
    head, names = rows[0], tuple(name.strip() for name in rows[0][1:])
    files: dict[Path, int] = {}
    values = np.empty((len(rows) - 1, len(names)))
    for number, row in enumerate(rows[1:], 2):
        where = f"{label(table)}, line {number}"
        if len(row) != len(head):
            raise DataError(f"{where}: {len(row)} columns, where the first line has {len(head)}")
        for column, text in enumerate(row[1:]):
            try:
                values[number - 2, column] = float(text)
            except ValueError:
                raise DataError(f"{where}: {one_line(text)!r} for {one_line(names[column])!r} is no number") from None
        file = folder / row[0].strip()
        if file in files:
            raise DataError(f"{where}: {one_line(row[0])} has a row already, in line {files[file]}")
        if not file.is_file():
            raise DataError(f"{where}: there is no {one_line(row[0])}")
        files[file] = number
    if not files:
        raise DataError(f"{label(table)}: no rows below the headings: write one for each image")
    return names, list(files), values


def _decoded(files: list[Path], on_progress: Callable[[int, int], None] | None) -> tuple[np.ndarray, int]:
    """Return images as uint8 (item, height, width) or (item, height, width, 3), and the number converted to RGB."""
    image = require("PIL.Image", extra="image", purpose="reading images")
    images = np.empty(0, np.uint8)
    converted = 0
    for done, file in enumerate(files):
        try:
            with image.open(file) as opened:
                mode = _MODES.get(opened.mode, "RGB")
                converted += opened.mode not in _MODES
                pixels = np.asarray(opened.convert(mode))
        except (OSError, SyntaxError, ValueError, EOFError, image.DecompressionBombError) as error:
            raise ReadError(f"{label(file)}: cannot be read as an image ({one_line(str(error))})") from error
        if done == 0:
            if len(files) * pixels.size > MAX_BYTES:
                raise DataError(f"{label(file)}: {len(files)} images of its size take over {MAX_BYTES / 1e9:g} GB")
            images = np.empty((len(files), *pixels.shape), np.uint8)
        if pixels.shape != images.shape[1:]:
            raise DataError(
                f"{label(file)}: {_size(pixels)}, where {label(files[0])} has {_size(images[0])}: bring all to one size"
            )
        images[done] = pixels
        if on_progress is not None:
            on_progress(done + 1, len(files))
    return images, converted


def _size(pixels: np.ndarray) -> str:
    return f"{pixels.shape[1]} x {pixels.shape[0]} pixels in {'colour' if pixels.ndim == 3 else 'grey'}"

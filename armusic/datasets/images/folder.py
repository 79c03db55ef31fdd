"""Images in a folder, with their attributes in a CSV file."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np

from armusic.datasets.images import tables
from armusic.datasets.images.arrays import MAX_BYTES, eight_bits, images_of, size_of
from armusic.datasets.images.base import WHITE, Images
from armusic.datasets.images.stored import New, digest, stored
from armusic.errors import DataError, ReadError
from armusic.files import label, one_line
from armusic.shapes import Shaped

log = logging.getLogger(__name__)

SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
VERSION = 2
"""Version of the decoded images in the cache: raise it when they come out differently."""
_MODES = {"1": "L", "L": "L", "RGB": "RGB"}
_DEEP = ("I", "I;16", "I;16B", "I;16L", "I;16N")  # grey, in more than 8 bits
_REAL = "F"  # grey, in real numbers
_DEEPEST = 0xFFFF


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
        Columns are set apart by commas, semicolons or tabs. Pixels of 16 bits are scaled to 8.
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
        array, remarks = _decoded(files, on_progress)
        for remark in remarks:
            log.warning("%s: %s", label(folder), remark)
        images = images_of(label(folder), array, values, names)
        x = new(images.x.shape)
        x[:] = images.x
        return Images(x, images.shape, images.values, names)

    listed = "\n".join([str(VERSION), *(str(file.relative_to(folder)) for file in files)])
    return stored(cache / f"{folder.resolve().name}-{digest(listed.encode(), _csv(folder), *files)}", decoded)


def _csv(folder: Path) -> Path:
    """Return the one CSV file of a folder."""
    here = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".csv")
    if len(here) != 1:
        names = ", ".join(map(label, here)) or "none"
        raise DataError(f"{one_line(str(folder))}: give one CSV file with attributes of the images; there is {names}")
    return here[0]


def _table(folder: Path) -> tuple[tuple[str, ...], list[Path], Shaped[np.ndarray, "item name"]]:
    """Return the attributes' names, the files of the images, and the values."""
    table = _csv(folder)
    if not any(path.suffix.lower() in SUFFIXES for path in folder.rglob("*")):
        raise DataError(f"{one_line(str(folder))}: no images in it: files that end in {', '.join(SUFFIXES)} are read")
    rows, between = tables.rows_of(table)
    if not rows or not rows[0][1]:
        raise ReadError(f"{label(table)}: no line of headings: the first names the columns")
    head = rows[0][1]
    names = tuple(name.strip() for name in head[1:])
    files: dict[Path, int] = {}
    values = np.empty((len(rows) - 1, len(names)))
    for place, (number, row) in enumerate(rows[1:]):
        where = f"{label(table)}, line {number}"
        if len(row) != len(head):
            raise DataError(f"{where}: {len(row)} columns, where the first line has {len(head)}")
        for column, text in enumerate(row[1:]):
            try:
                values[place, column] = tables.number(text, between)
            except ValueError:
                raise DataError(
                    f"{where}: {one_line(text)!r} for {one_line(names[column])!r} is not a number"
                ) from None
        file = folder / row[0].strip()
        if file in files:
            raise DataError(f"{where}: {one_line(row[0])} has a row already, in line {files[file]}")
        if not file.is_file():
            raise DataError(f"{where}: there is no {one_line(row[0])}")
        files[file] = number
    if not files:
        raise DataError(f"{label(table)}: no rows below the headings: write one for each image")
    return names, list(files), values


def _decoded(files: list[Path], on_progress: Callable[[int, int], None] | None) -> tuple[np.ndarray, list[str]]:
    """Return images as uint8 (item, height, width) or (item, height, width, 3), and remarks on what was changed."""
    from PIL import Image

    images = np.empty(0, np.uint8)
    converted, deep = 0, {}
    for done, file in enumerate(files):
        try:
            with Image.open(file) as opened:
                mode = opened.mode
                if mode in (*_DEEP, _REAL):
                    pixels = np.asarray(opened)
                else:
                    converted += mode not in _MODES
                    pixels = np.asarray(opened.convert(_MODES.get(mode, "RGB")))
        except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
            raise ReadError(f"{label(file)}: cannot be read as an image ({one_line(str(error))})") from error
        if done == 0:
            if len(files) * pixels.size > MAX_BYTES:
                raise DataError(f"{label(file)}: {len(files)} images of its size take over {MAX_BYTES / 1e9:g} GB")
            images = np.empty((len(files), *pixels.shape), np.uint8)
        if pixels.shape != images.shape[1:]:
            raise DataError(
                f"{label(file)}: {_size(pixels)}, where {label(files[0])} has {_size(images[0])}: bring all to one size"
            )
        if mode in _DEEP:
            deep[done] = _in_range(pixels, file, _DEEPEST, "integers").astype(np.uint16)
        elif mode == _REAL:
            images[done] = np.rint(_in_range(pixels, file, 1, "numbers") * np.float32(WHITE))
        else:
            images[done] = pixels
        if on_progress is not None:
            on_progress(done + 1, len(files))
    remarks = []
    if converted:
        remarks.append(f"{converted} images with a palette, transparency or other colours were read as RGB")
    if deep:
        images[list(deep)], remark = eight_bits(np.stack(list(deep.values())))
        remarks.append(f"{len(deep)} images: {remark}")
    return images, remarks


def _in_range(pixels: np.ndarray, file: Path, most: int, what: str) -> np.ndarray:
    """Return pixels, after checking that they lie between 0 and `most`."""
    low, high = pixels.min(), pixels.max()
    if not (low >= 0 and high <= most):  # also where either is NaN
        raise DataError(f"{label(file)}: pixels from {low:g} to {high:g}: {what} from 0 to {most} are needed")
    return pixels


def _size(pixels: np.ndarray) -> str:
    return f"{pixels.shape[1]} x {pixels.shape[0]} pixels in {'colour' if pixels.ndim == 3 else 'grey'}"

"""Arrays of an .npz file, read in blocks and never unpickled; and a data set of images in one."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from math import prod
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile, ZipFile

import numpy as np

from armusic.datasets.images.arrays import MAX_BYTES, images_of, size_of
from armusic.datasets.images.base import Images
from armusic.errors import ArmusicError, ReadError
from armusic.files import check_readable, label, one_line

BLOCK = 1 << 22  # bytes that are read at once


def read(path: Path) -> Images:
    """Return the data set in an .npz file.

    Parameters
    ----------
    path : Path
        `images` (item, height, width) or (item, height, width, channel); `attributes` (item, name), numbers;
        and `names` of the attributes, text. See `armusic.datasets.images.arrays.images_of`.

    Raises
    ------
    ReadError
        When something is wrong, also for pickled arrays, which are never opened; the message says what.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "dots.npz")
    ...     images = np.zeros((5, 8, 8), np.uint8)
    ...     np.savez(path, images=images, attributes=np.arange(10.0).reshape(5, 2), names=["x", "y"])
    ...     read(path).names
    ('x', 'y')
    """
    with opened(path) as archive:
        images, attributes = (whole(archive, name, path) for name in ("images", "attributes"))
        return images_of(label(path), images, attributes, _names(archive, path))


def names_in(path: Path) -> tuple[str, ...]:
    """Return the names of the attributes in an .npz file."""
    with opened(path) as archive:
        return _names(archive, path)


def size_in(path: Path) -> tuple[int, int, int]:
    """Return channels, height and width of the images in an .npz file."""
    with opened(path) as archive:
        shape = shape_of(archive, "images", path)
        return size_of(label(path), shape)


def _names(archive: ZipFile, path: Path) -> tuple[str, ...]:
    names = whole(archive, "names", path)
    if names.dtype.kind not in "US" or names.ndim != 1:
        raise ReadError(f"{label(path)}: names are {names.dtype} {names.shape}: a text per attribute is needed")
    return tuple(names.astype(str).tolist())


@contextmanager
def opened(path: Path) -> Iterator[ZipFile]:
    """Open an .npz file; what is wrong with it, also later, becomes a `ReadError`."""
    check_readable(path, MAX_BYTES / 1e6)
    try:
        with ZipFile(path) as archive:
            yield archive
    except ArmusicError:
        raise
    except (BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError) as error:
        raise ReadError(f"{label(path)}: a broken .npz file, or none ({one_line(str(error))})") from error


def members(archive: ZipFile) -> tuple[str, ...]:
    """Return the names of the arrays in an .npz file."""
    return tuple(name.removesuffix(".npy") for name in archive.namelist())


def shape_of(archive: ZipFile, name: str, path: Path) -> tuple[int, ...]:
    """Return the shape of an array in an .npz file, without reading it."""
    with _member(archive, name, path) as (_, shape, _, _):
        return shape


def whole(archive: ZipFile, name: str, path: Path) -> np.ndarray:
    """Return an array of an .npz file.

    Raises
    ------
    ReadError
        When there is none of that name, it is pickled, or far too large.
    """
    return np.concatenate(list(blocks(archive, name, path)))


def blocks(archive: ZipFile, name: str, path: Path) -> Iterator[np.ndarray]:
    """Yield an array of an .npz file in parts: so many of its rows that they take 4 MB; at least one part.

    An array in Fortran's order is one part.
    """
    with _member(archive, name, path) as (file, shape, fortran, dtype):
        row = dtype.itemsize * prod(shape[1:])
        step = max(shape[0], 1) if fortran else max(1, BLOCK // max(1, row))
        for start in range(0, max(shape[0], 1), step):
            count = min(step, shape[0] - start)
            data = file.read(count * row)
            if len(data) < count * row:
                raise ReadError(f"{label(path)}: {name} ends within the first {start + count} of its {shape[0]} items")
            yield np.frombuffer(data, dtype).reshape(count, *shape[1:], order="F" if fortran else "C")
        if file.read(1):  # at the end, the checksum is compared
            raise ReadError(f"{label(path)}: {name} goes on after its {shape[0]} items")


@contextmanager
def _member(
    archive: ZipFile, name: str, path: Path
) -> Iterator[tuple[IO[bytes], tuple[int, ...], bool, np.dtype[Any]]]:
    """Open an array; yield the file where its data begin, its shape, whether it is in Fortran's order, its type."""
    if name not in members(archive):
        there = ", ".join(map(one_line, members(archive))) or "nothing"
        raise ReadError(f"{label(path)}: no array {name!r} in it; there is {there}")
    with archive.open(f"{name}.npy") as file:
        version = np.lib.format.read_magic(file)
        parse = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, fortran, dtype = parse(file)
        if dtype.hasobject:
            raise ReadError(f"{label(path)}: {name} is pickled, and pickles are not opened: save plain numbers or text")
        if not shape:
            raise ReadError(f"{label(path)}: {name} is a single value, where an array is needed")
        size = dtype.itemsize * prod(shape)
        if size > MAX_BYTES:
            raise ReadError(f"{label(path)}: {name} takes {size / 1e9:.3g} GB; up to {MAX_BYTES / 1e9:g} GB are read")
        yield file, shape, fortran, dtype

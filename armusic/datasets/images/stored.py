"""`stored`: images in the cache folder, memory-mapped, so that a large data set takes little memory."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import partial
from math import prod
from pathlib import Path

import numpy as np

from armusic.datasets.cache import exists, make_cache
from armusic.datasets.images.base import Images
from armusic.errors import WriteError
from armusic.files import atomic_path, one_line

New = Callable[[tuple[int, ...]], np.ndarray]
"""Shape -> an uint8 array to read items into."""


def stored(path: Path, read: Callable[[New], Images]) -> Images:
    """Return the images stored at a path; where there are none yet, read and store them.

    Parameters
    ----------
    path : Path
        Path in the cache folder, without a suffix: two files are written, each whole or not at all.
    read : callable
        Reads the images, with their items in an array from the function it is passed.

    Examples
    --------
    >>> import tempfile
    >>> def read(new):
    ...     x = new((2, 1, 3, 3))
    ...     x[:] = 255
    ...     return Images(x, (1, 3, 3), np.array([[1.0], [2.0]]), ("size",))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     images = stored(Path(folder, "white"), read)
    >>> images.names, images.x.shape
    (('size',), (2, 1, 3, 3))
    """
    items, rest = path.with_name(path.name + ".npy"), path.with_name(path.name + ".npz")
    if not exists(items):
        make_cache(path.parent)
        with atomic_path(items, force=True) as temporary:
            images = read(partial(_new, temporary, items))
            with atomic_path(rest, force=True) as beside:
                np.savez(beside, shape=images.shape, values=images.values.astype(np.float32), names=images.names)
            if isinstance(images.x, np.memmap):
                images.x.flush()
    x = np.load(items, mmap_mode="c", allow_pickle=False)  # what is written to it stays in memory
    with np.load(rest, allow_pickle=False) as arrays:
        channels, height, width = arrays["shape"].tolist()
        return Images(x, (channels, height, width), arrays["values"], tuple(arrays["names"].tolist()))


def _new(path: Path, shown: Path, shape: tuple[int, ...]) -> np.ndarray:
    """Make an array in a file, with room for it on the disk: a full one would end the process later."""
    try:
        array = np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=shape)
        if hasattr(os, "posix_fallocate"):
            with path.open("r+b") as file:
                os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    except OSError as error:
        raise WriteError(
            f"{one_line(str(shown))}: no room for {prod(shape) / 1e6:.0f} MB ({error.strerror})"
        ) from error
    return array


def digest(*parts: bytes | Path) -> str:
    """Return a short digest of bytes and of the contents of files, to name a result that depends on them.

    Examples
    --------
    >>> digest(b"a", b"b") == digest(b"ab")
    False
    """
    total = hashlib.sha256()
    for part in parts:
        if isinstance(part, Path):
            with part.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
        else:
            total.update(hashlib.sha256(part).digest())
    return total.hexdigest()[:16]

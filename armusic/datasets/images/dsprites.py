"""dSprites as it was published: an .npz file of all combinations of its factors, or of some of them.

Source: L. Matthey, I. Higgins, D. Hassabis and A. Lerchner, "dSprites: Disentanglement testing Sprites
dataset", 2017, https://github.com/google-deepmind/dsprites-dataset (Apache-2.0). See data/sprites.md.
"""

from __future__ import annotations

import logging
from math import prod
from pathlib import Path
from zipfile import ZipFile

import numpy as np

from armusic.datasets.cache import make_cache
from armusic.datasets.images.arrays import check_attributes
from armusic.datasets.images.base import Images
from armusic.datasets.images.npz import blocks, members, opened, shape_of, whole
from armusic.datasets.images.sprites import COUNT, NAMES, SIDE
from armusic.datasets.images.stored import New, digest, stored
from armusic.errors import ArmusicError, DataError, ReadError
from armusic.files import atomic_path, label, one_line
from armusic.progress import Progress
from armusic.shapes import Shaped, UInt8

log = logging.getLogger(__name__)

URL = "https://github.com/google-deepmind/dsprites-dataset/raw/master/dsprites_ndarray_co1sh3sc6or40x32y32_64x64.npz"
KEPT = "dsprites.npz"
_KEYS = ("imgs", "latents_values")


def is_archive(path: Path) -> bool:
    """Return whether an .npz file has the arrays of dSprites."""
    with opened(path) as archive:
        return set(_KEYS) <= set(members(archive))


def read(path: Path, cache: Path, on_progress: Progress | None = None) -> Images:
    """Return the sprites of an archive: packed, memory-mapped, and in the cache after the first time.

    3 GB of images go through in blocks; it takes under 500 MB.

    Parameters
    ----------
    path : Path
        An .npz file with `imgs`, (item, 64, 64) of 0 and 1 (or 255) or their bits (item, 512), and
        `latents_values`: (item, 6), or (item, 5) without the colour, which is always white.
    cache : Path
        Folder to keep them in.
    on_progress : callable, optional
        Called with the number of items read, and of all items.

    Raises
    ------
    ReadError, DataError
        When something is wrong; the message says what, and nothing is kept.
    """

    def unpacked(new: New) -> Images:
        with opened(path) as archive:
            values = _values(archive, path)
            x = new((len(values), SIDE * SIDE // 8))
            done = 0
            for block in blocks(archive, "imgs", path):
                x[done : done + len(block)] = _bits(block, path)
                done += len(block)
                if on_progress is not None:
                    on_progress(done, len(x))
        return Images(x, (1, SIDE, SIDE), values, NAMES)

    with opened(path):  # raises where it cannot be read
        name = f"{KEPT.removesuffix('.npz')}-{digest(path)}"
    return stored(cache / name, unpacked)


def official(cache: Path) -> Path:
    """Return the path of the whole official archive, 26 MB, which is downloaded the first time.

    The SHA-256 of what was downloaded is recorded beside it, and from then on has to be that.

    Raises
    ------
    DataError
        Where it cannot be downloaded.
    ReadError
        When what was downloaded is another file, or has changed since.
    """
    import pooch

    path, record = cache / KEPT, cache / f"{KEPT}.sha256"
    if path.exists() and record.exists():
        if pooch.file_hash(str(path)) != record.read_text(encoding="ascii").strip():
            raise ReadError(
                f"{one_line(str(path))}: not what was downloaded, by its recorded checksum ({record.name}):"
                " delete both files to download it again"
            )
        return path
    make_cache(cache)
    pooch.get_logger().setLevel("WARNING")  # errors are raised below
    path.unlink(missing_ok=True)  # of unknown origin
    try:
        pooch.retrieve(URL, known_hash=None, fname=KEPT, path=cache)
    except (OSError, ValueError) as error:
        raise DataError(
            f"{URL} cannot be downloaded ({type(error).__name__}): download it elsewhere and pass its path in the"
            " option data, or use sprites, which are drawn here"
        ) from error
    try:
        with opened(path) as archive:
            if shape_of(archive, "imgs", path) != (COUNT, SIDE, SIDE):
                raise ReadError(f"{URL}: not the official archive: it has not {COUNT} images of {SIDE} x {SIDE} pixels")
    except ArmusicError:
        path.unlink()
        raise
    checksum = pooch.file_hash(str(path))
    with atomic_path(record, force=True) as temporary:
        temporary.write_text(checksum + "\n", encoding="ascii")
    log.info("downloaded %s, SHA-256 %s", URL, checksum)
    return path


def _values(archive: ZipFile, path: Path) -> Shaped[np.ndarray, "item 5"]:
    """Return the factors, after checking that they and the images are those of dSprites."""
    shape, values = shape_of(archive, "imgs", path), whole(archive, "latents_values", path)
    if shape[1:] not in ((SIDE, SIDE), (SIDE * SIDE // 8,)):
        raise DataError(f"{label(path)}: imgs of the shape {shape}: sprites have {SIDE} x {SIDE} pixels")
    if values.ndim != 2 or values.shape[1] not in (len(NAMES), len(NAMES) + 1):
        raise DataError(
            f"{label(path)}: latents_values of the shape {values.shape}: (item, 5), or 6 with colour, is needed"
        )
    return check_attributes(label(path), values[:, -len(NAMES) :], NAMES, shape[0])


def _bits(block: np.ndarray, path: Path) -> UInt8[np.ndarray, "item byte"]:
    """Return images as bits; those that are bits already as they are."""
    if block.dtype not in (np.uint8, np.bool_):
        raise DataError(f"{label(path)}: imgs are {block.dtype}: uint8 is needed")
    if block.ndim == 2:
        return block.view(np.uint8)
    flat = block.reshape(len(block), prod(block.shape[1:])).view(np.uint8)
    if ((flat + np.uint8(1)) > 2).any():  # 255, 0 and 1 become 0, 1 and 2
        raise DataError(f"{label(path)}: imgs have grey pixels: sprites are 0 and 1, or 255")
    return np.packbits(flat, axis=1)

"""Morpho-MNIST: MNIST with measurements of its digits.

Source: Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten digits" (CC BY-SA 3.0), and
`armusic.datasets.images.morphometry`. See data/morpho-mnist.md.
"""

from __future__ import annotations

import gzip
import hashlib
import logging
import zlib
from pathlib import Path

import numpy as np

from armusic.datasets.cache import exists, keep, make_cache
from armusic.datasets.images import idx, morphometry
from armusic.datasets.images.arrays import check_attributes
from armusic.datasets.images.base import Images, drawn
from armusic.datasets.images.stored import digest
from armusic.datasets.images.tables import separator
from armusic.errors import DataError, ReadError
from armusic.files import atomic_path, label, one_line
from armusic.progress import Progress
from armusic.shapes import Float, Int, UInt8

log = logging.getLogger(__name__)

DIGIT = "digit"
NAMES = (*morphometry.NAMES, DIGIT)
SIDE = 28
PARTS = ("train", "t10k")
TEST = 2
URL = "https://ossci-datasets.s3.amazonaws.com/mnist/"
SHA256 = {  # of the uncompressed files
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
_VALIDATION = 12  # one in twelve of the training images: 5,000 of MNIST's, the last


def is_folder(folder: Path) -> bool:
    """Return whether a folder has files named like MNIST's images.

    Examples
    --------
    >>> is_folder(Path("/nowhere"))
    False
    """
    return any(idx.find(folder, f"{part}-images-idx3-ubyte") for part in PARTS)


def read(folder: Path, cache: Path, on_progress: Progress | None = None, *, limit: int = 0, seed: int = 0) -> Images:
    """Return the digits of a folder, or some at random; those of the `t10k` files are the test part.

    Their measurements are read from a table beside the images (`train-morpho.csv`, `t10k-morpho.csv`); where there
    is none, they are computed once, and kept in the cache.

    Parameters
    ----------
    folder : Path
        Folder with `{train,t10k}-images-idx3-ubyte` and `{train,t10k}-labels-idx1-ubyte`, compressed (`.gz`) or not.
    cache : Path
        Folder for measurements.
    on_progress : callable, optional
        Called with the number of images measured, and of all images.
    limit, seed : int
        Number of digits, and seed of the choice: only these are measured. 0, or more than there are: all.

    Raises
    ------
    DataError, ReadError
        When a file is missing, broken, or does not fit the others; the message says which.
    """
    images, labels, part = digits(folder)
    chosen = drawn(len(images), limit, seed)
    values = []
    for name, here in zip(PARTS, (part != TEST, part == TEST), strict=True):
        path, table = _file(folder, f"{name}-images-idx3-ubyte"), folder / f"{name}-morpho.csv"
        items, places = int(here.sum()), np.flatnonzero(np.isin(np.flatnonzero(here), chosen))
        if table.exists():
            values.append(check_attributes(label(table), _table(table, items), NAMES[:-1], items)[places])
        else:
            values.append(_measure(path, images[here], places, cache, on_progress).astype(np.float32))
    known = np.column_stack([np.concatenate(values), labels[chosen]]).astype(np.float32)
    return Images(images[chosen], (1, SIDE, SIDE), known, NAMES, part[chosen])


def digits(
    folder: Path,
) -> tuple[UInt8[np.ndarray, "item 1 28 28"], UInt8[np.ndarray, " item"], Int[np.ndarray, " item"]]:
    """Return the images of a folder, their labels, and whether they are for training (0), validation (1), test (2).

    Raises
    ------
    DataError, ReadError
        As `read`.
    """
    images, labels = zip(*(_part(folder, part) for part in PARTS), strict=True)
    train, test = map(len, images)
    valid = train // _VALIDATION
    part = np.repeat(np.array([0, 1, TEST], np.int8), [train - valid, valid, test])
    return np.concatenate(images)[:, None], np.concatenate(labels), part


def official(cache: Path) -> Path:
    """Return the folder of MNIST in the cache; missing files are downloaded (12 MB).

    Raises
    ------
    DataError
        When they cannot be downloaded; the message says where to put which files.
    ReadError
        When the SHA-256 of a downloaded file is wrong.
    """
    folder = cache / "morpho-mnist"
    for name, checksum in SHA256.items():
        if idx.find(folder, name) is None:
            _download(folder, name, checksum)
    return folder


def _part(folder: Path, part: str) -> tuple[UInt8[np.ndarray, "item 28 28"], UInt8[np.ndarray, " item"]]:
    """Return images and digits of one part."""
    path, beside = (_file(folder, f"{part}-{name}-ubyte") for name in ("images-idx3", "labels-idx1"))
    images, labels = idx.read(path, 3), idx.read(beside, 1)
    if images.shape[1:] != (SIDE, SIDE):
        raise DataError(f"{label(path)}: images of {images.shape[1]} x {images.shape[2]} pixels: digits have 28 x 28")
    if len(images) != len(labels):
        raise DataError(f"{label(path)} has {len(images)} images, but {label(beside)} {len(labels)} labels")
    if labels.max(initial=0) > 9:
        raise DataError(f"{label(beside)}: label {labels.max()} of image {labels.argmax()} (from 0): digits are 0 to 9")
    return images, labels


def _file(folder: Path, name: str) -> Path:
    path = idx.find(folder, name)
    if path is None:
        raise DataError(f"{one_line(str(folder))}: no {name} in it, nor {name}.gz: MNIST is {', '.join(SHA256)}")
    return path


def _table(path: Path, items: int) -> Float[np.ndarray, "item 6"]:
    """Return the columns of `morphometry.NAMES` of a table, a row per image."""
    try:
        with path.open(encoding="utf-8") as file:
            head = file.readline()
            between = separator(head)
            names = [name.strip() for name in head.split(between)]
            missing = [name for name in morphometry.NAMES if name not in names]
            if missing:
                raise DataError(f"{label(path)}: no column {missing[0]!r}: its first line has to name the columns")
            lines = file if between == "," else (line.replace(",", ".") for line in file)  # decimals after a comma
            places = [names.index(name) for name in morphometry.NAMES]
            rows = np.loadtxt(lines, delimiter=between, ndmin=2, usecols=places)
    except DataError:  # a ValueError as well
        raise
    except (OSError, ValueError) as error:
        raise ReadError(f"{label(path)}: cannot be read as a table of numbers ({one_line(str(error))})") from error
    if len(rows) != items:
        raise DataError(f"{label(path)}: {len(rows)} rows for {items} images: write one for each")
    return rows


def _measure(
    path: Path,
    images: UInt8[np.ndarray, "item 1 28 28"],
    places: Int[np.ndarray, " some"],
    cache: Path,
    on_progress: Progress | None,
) -> Float[np.ndarray, "some 6"]:
    """Return the measurements of some images, from the cache where they, or those of all images, are in it."""
    chosen = images[places]
    file, all_of_them = (
        cache / f"morphometry-{digest(str(morphometry.VERSION).encode(), part.tobytes())}.npy"
        for part in (chosen, images)
    )
    if exists(all_of_them):
        return np.load(all_of_them, allow_pickle=False)[places]
    if exists(file):
        return np.load(file, allow_pickle=False)
    log.info("%s: %d images are measured, once", label(path), len(chosen))
    values = morphometry.measure_all(chosen, on_progress)
    flat = np.flatnonzero(np.isnan(values[:, 0]))
    if len(flat):
        raise DataError(
            f"{label(path)}: image {places[flat[0]]} (from 0) has one level of grey only: nothing can be measured"
        )
    keep(file, lambda place: np.save(place, values))
    return values


def _download(folder: Path, name: str, checksum: str) -> None:
    """Download a file of MNIST into a folder, compressed as it is published."""
    import pooch

    pooch.get_logger().setLevel("WARNING")
    make_cache(folder)
    url, path = f"{URL}{name}.gz", folder / f"{name}.gz"
    with atomic_path(path) as temporary:
        temporary.unlink()  # pooch keeps an existing file
        try:
            pooch.retrieve(url, known_hash=None, fname=temporary.name, path=temporary.parent)
        except (OSError, ValueError) as error:
            raise DataError(
                f"{url} cannot be downloaded ({type(error).__name__}): download MNIST elsewhere, and put"
                f" {', '.join(SHA256)} (or .gz) into {one_line(str(folder))}"
            ) from error
        _check(temporary, url, checksum)
    log.info("downloaded %s", url)


def _check(path: Path, url: str, checksum: str) -> None:
    """Raise `ReadError` unless a compressed file has the contents that it should have."""
    try:
        actual = hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest()
    except (OSError, EOFError, zlib.error) as error:
        raise ReadError(f"{url}: the downloaded file is not compressed by gzip") from error
    if actual != checksum:
        raise ReadError(f"{url}: the downloaded file is not the expected one: its SHA-256 is {actual}, not {checksum}")

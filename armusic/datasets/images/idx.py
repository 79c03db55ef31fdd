"""IDX files, in which MNIST and data sets like it are published: images or labels, plain or compressed by gzip.

Source: Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten digits".
"""

from __future__ import annotations

import gzip
import zlib
from math import prod
from pathlib import Path

import numpy as np

from armusic.errors import ReadError
from armusic.files import label, read_bytes
from armusic.shapes import UInt8

MEGABYTES = 1000
_BYTES = 8  # code of uint8
_GZIP = b"\x1f\x8b"


def read(path: Path, dimensions: int) -> UInt8[np.ndarray, "item ..."]:
    """Return the array of an IDX file.

    Parameters
    ----------
    path : Path
        The file, compressed or not, whatever its suffix.
    dimensions : int
        Number of dimensions: 3 for images, 1 for labels.

    Returns
    -------
    uint8 array (item, height, width), or (item,)
        Contents of the file.

    Raises
    ------
    MissingFileError
        If there is no such file.
    ReadError
        When it is no IDX file of bytes, has another number of dimensions, or is cut short.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "labels-idx1-ubyte")
    ...     _ = path.write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    ...     read(path, 1).tolist()
    [7, 2, 1]
    """
    data = read_bytes(path, MEGABYTES)
    if data.startswith(_GZIP):
        try:
            data = gzip.decompress(data)
        except (OSError, EOFError, zlib.error) as error:
            raise ReadError(f"{label(path)}: compressed, and cut short or broken: get it again") from error
    head = 4 + 4 * dimensions
    if len(data) < head or data[:3] != bytes([0, 0, _BYTES]):
        raise ReadError(f"{label(path)}: not an IDX file of bytes: it begins with {data[:4].hex(' ')}, not 00 00 08")
    if data[3] != dimensions:
        raise ReadError(f"{label(path)}: {data[3]} dimensions in place of {dimensions}: images have 3, labels have 1")
    shape = np.frombuffer(data, ">u4", dimensions, 4).tolist()
    if len(data) - head != prod(shape):
        raise ReadError(
            f"{label(path)}: {len(data) - head} bytes after its head, which says {' x '.join(map(str, shape))}:"
            " cut short, or not whole: get it again"
        )
    return np.frombuffer(data, np.uint8, offset=head).reshape(shape)


def find(folder: Path, name: str) -> Path | None:
    """Return the path of a file in a folder, compressed (`.gz`) or not, if there is one.

    Examples
    --------
    >>> find(Path("/nowhere"), "train-images-idx3-ubyte") is None
    True
    """
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)

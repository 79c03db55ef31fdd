"""A hundred digits of MNIST, and folders with files like its own."""

import gzip
from pathlib import Path

import numpy as np

from armusic.datasets.images import idx, morphometry

HERE = Path(__file__).parent / "data"
IMAGES = idx.read(HERE / "digits100-images-idx3-ubyte.gz", 3)[:, None]
LABELS = idx.read(HERE / "digits100-labels-idx1-ubyte.gz", 1)
TABLE = HERE / "digits100-morpho.csv"
PUBLISHED = np.loadtxt(TABLE, delimiter=",", skiprows=1)[:, 1:]
assert TABLE.read_text(encoding="utf-8").splitlines()[0] == ",".join(["index", *morphometry.NAMES])


def write(path: Path, array: np.ndarray) -> None:
    """Write an IDX file, compressed if its suffix is `.gz`."""
    data = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes() + array.tobytes()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)


def folder(path: Path, train: int = 60, suffix: str = ".gz") -> Path:
    """Make a folder of the first digits, `train` of them for training, 40 for testing; no tables."""
    path.mkdir(parents=True, exist_ok=True)
    for part, here in (("train", slice(0, train)), ("t10k", slice(60, 100))):
        write(path / f"{part}-images-idx3-ubyte{suffix}", IMAGES[here, 0])
        write(path / f"{part}-labels-idx1-ubyte{suffix}", LABELS[here])
    return path

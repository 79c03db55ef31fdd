"""Adapters of a user's images: an .npz file, a folder with a CSV file, or an indexable data set."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from armusic.config import Config
from armusic.datasets.images import dsprites, folder, indexable, mnist, npz
from armusic.datasets.images.base import Images
from armusic.io import readers
from armusic.progress import Progress
from armusic.training.adapters import morpho_mnist, sprites
from armusic.training.adapters.images import ImageAdapter

_LATENT = 16  # the paper's for digits; with more than eight attributes, twice their number


def find(data: str) -> ImageAdapter | None:
    """Return the adapter of an .npz file or a folder of images; None where `data` is neither.

    A folder with files named like MNIST's is one of digits. Another folder is one of images where it has images or
    a CSV file, and no music.

    Raises
    ------
    ReadError, DataError
        When the names of the attributes cannot be read.

    Examples
    --------
    >>> find("folk") is None
    True
    """
    path = Path(data)
    if path.suffix.lower() == ".npz":
        if path.exists() and dsprites.is_archive(path):
            return sprites.from_file(path)
        if not path.exists():  # a model can be loaded without its data
            return _adapter(data, (), None, lambda *_: npz.read(path))
        names, size = npz.names_in(path), npz.size_in(path)
        return _adapter(data, names, size, lambda *_: npz.read(path))
    if mnist.is_folder(path):
        return morpho_mnist.from_folder(path)
    music = readers.suffixes()
    if folder.is_folder(path) and not any(file.suffix.lower() in music for file in path.iterdir()):
        return _adapter(
            data,
            folder.names_in(path),
            folder.size_in(path),
            lambda _, cache, on_progress: folder.read(path, cache, on_progress),
        )
    return None


def of(data: indexable.Indexable, names: Sequence[str], name: str = "data") -> ImageAdapter:
    """Return the adapter of a data set that is indexed for an image and its labels, such as torchvision's.

    Parameters
    ----------
    data : indexable
        The data set: see `armusic.datasets.images.indexable.read`.
    names : sequence of str
        Names of the labels.
    name : str
        Name of the data set in messages, and of the entry point of a package that provides it.
    """
    return _adapter(name, tuple(names), indexable.size_in(data, name), lambda *_: indexable.read(data, names, name))


def _adapter(
    name: str,
    names: tuple[str, ...],
    size: tuple[int, int, int] | None,
    read: Callable[[Config, Path, Progress | None], Images],
) -> ImageAdapter:
    """Return an adapter of images whose attributes cannot be measured."""
    settings: dict[str, Any] = {"latent": max(_LATENT, 2 * len(names))} | ({"attributes": names} if names else {})
    return ImageAdapter(name, read, size, {"default": settings})

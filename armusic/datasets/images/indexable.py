"""Data sets that give `(image, labels)` when they are indexed, as torchvision's do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from armusic.datasets.images.arrays import images_of, size_of
from armusic.datasets.images.base import Images
from armusic.errors import DataError

_CHANNELS = (1, 3)


class Indexable(Protocol):
    """A data set that has a length and can be indexed."""

    def __len__(self) -> int:
        """Return the number of items."""
        ...

    def __getitem__(self, index: int, /) -> Any:
        """Return an image and its labels."""
        ...


def read(data: Indexable, names: Sequence[str], where: str = "data") -> Images:
    """Return all items of a data set as images.

    Parameters
    ----------
    data : indexable
        Data set that gives an image and its labels for an index from 0. An image is anything that numpy can make
        an array of: a Pillow image, a tensor, an array (height, width), (height, width, channel) or
        (channel, height, width), with integers from 0 to 255 or numbers from 0 to 1. Labels are a number, or one
        for each name.
    names : sequence of str
        Names of the labels.
    where : str
        Name of the data set in messages.

    Raises
    ------
    DataError
        When an item is no such pair, or has another size than the first.

    Examples
    --------
    >>> squares = [(np.full((8, 8), 25 * n, np.uint8), n) for n in range(4)]
    >>> read(squares, ["brightness"]).values.ravel().tolist()
    [0.0, 1.0, 2.0, 3.0]
    """
    if not len(data):
        raise DataError(f"{where}: no images in it")
    images: list[np.ndarray] = []
    labels: list[np.ndarray] = []
    for index in range(len(data)):
        image, label = _item(data, index, where)
        images.append(image)
        labels.append(label)
        if image.shape != images[0].shape or len(label) != len(names):
            raise DataError(
                f"{where}, item {index}: an image {image.shape} with {len(label)} labels:"
                f" others are {images[0].shape}, with {len(names)}"
            )
    return images_of(where, np.stack(images), np.stack(labels), tuple(names))


def size_in(data: Indexable, where: str = "data") -> tuple[int, int, int]:
    """Return channels, height and width of the first image."""
    if not len(data):
        raise DataError(f"{where}: no images in it")
    return size_of(where, (1, *_item(data, 0, where)[0].shape))


def _item(data: Indexable, index: int, where: str) -> tuple[np.ndarray, np.ndarray]:
    """Return an image, its channels last, and its labels (label,)."""
    try:
        image, label = data[index]
        return _last(np.asarray(image)), np.asarray(label, dtype=float).reshape(-1)
    except (TypeError, ValueError) as error:
        raise DataError(f"{where}, item {index}: no image with numbers as its labels ({error})") from error


def _last(image: np.ndarray) -> np.ndarray:
    """Return an image with its channels last."""
    if image.ndim == 3 and image.shape[0] in _CHANNELS and image.shape[2] not in _CHANNELS:
        return np.moveaxis(image, 0, -1)
    return image

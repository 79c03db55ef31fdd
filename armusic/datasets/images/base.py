"""What a data set of images is, and how black-and-white images are packed."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from armusic.shapes import Int, Shaped, UInt8

WHITE = 255


@dataclass(frozen=True, slots=True)
class Images:
    """A data set: images of one size, and what is known of each.

    Attributes
    ----------
    x : uint8 array (item, channel, height, width) or (item, byte)
        0 (black) to 255; or the bits of black-and-white images, as `pack` makes them.
    shape : tuple of int
        Channel, height and width.
    values : float array (item, name)
        The attributes; finite.
    names : tuple of str
        Names of the attributes, regularised or not.
    part : int array (item,), optional
        0 training, 1 validation, 2 test, where the data set has a split of its own.
    group : int array (item,), optional
        Items of one group stay on one side of a split drawn at random.
    """

    x: UInt8[np.ndarray, "item ..."]
    shape: tuple[int, int, int]
    values: Shaped[np.ndarray, "item name"]
    names: tuple[str, ...]
    part: Int[np.ndarray, " item"] | None = None
    group: Int[np.ndarray, " item"] | None = None

    def __len__(self) -> int:
        """Return how many items there are."""
        return len(self.x)


def drawn(count: int, limit: int, seed: int) -> Int[np.ndarray, " some"]:
    """Return the numbers of `limit` items drawn at random, rising; those of all where `limit` is 0 or more than all.

    They are those that `armusic.vae.data.subset` draws.

    Examples
    --------
    >>> drawn(1000, 3, seed=0).tolist(), drawn(3, 0, seed=0).tolist()
    ([206, 222, 459], [0, 1, 2])
    """
    if not 0 < limit < count:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).permutation(count)[:limit])


def pack(images: UInt8[np.ndarray, "item channel height width"]) -> UInt8[np.ndarray, "item byte"]:
    """Return black-and-white images as bits, an eighth as large: a pixel is white where it is at least half so.

    Parameters
    ----------
    images : uint8 array (item, channel, height, width)
        0 to 255.

    Returns
    -------
    uint8 array (item, byte)
        Eight pixels a byte, row by row; the last byte is filled with zeros.

    Examples
    --------
    >>> images = np.zeros((2, 1, 64, 64), np.uint8)
    >>> pack(images).shape
    (2, 512)
    """
    return np.packbits(images.reshape(len(images), prod(images.shape[1:])) > WHITE // 2, axis=1)


def pixels(
    x: UInt8[np.ndarray, "item ..."], shape: tuple[int, int, int]
) -> UInt8[np.ndarray, "item channel height width"]:
    """Return items as images: packed bits unpacked, images as they are.

    Parameters
    ----------
    x : uint8 array (item, channel, height, width) or (item, byte)
        Images, or bits from `pack`.
    shape : tuple of int
        Channel, height and width.

    Returns
    -------
    uint8 array (item, channel, height, width)
        0 to 255; of bits 0 and 255 only.

    Examples
    --------
    >>> images = np.tile(np.array([0, 255, 255], np.uint8), (2, 1, 3, 1))
    >>> bool((pixels(pack(images), (1, 3, 3)) == images).all())
    True
    """
    if x.ndim > 2:
        return x
    return np.unpackbits(x, axis=1, count=prod(shape)).reshape(len(x), *shape) * np.uint8(WHITE)

"""`images_of`: plain arrays, checked, as `armusic.datasets.images.base.Images`."""

from __future__ import annotations

import logging

import numpy as np

from armusic.datasets.images.base import WHITE, Images, pack
from armusic.errors import DataError
from armusic.files import counted, one_line
from armusic.shapes import Shaped, UInt8

log = logging.getLogger(__name__)

DEPTHS = (8, 10, 12, 14, 16)  # bits of a pixel
MAX_BYTES = 4e9  # greatest size of unpacked images: 10^6 of 64 x 64 pixels


def images_of(
    where: str, images: Shaped[np.ndarray, "..."], attributes: Shaped[np.ndarray, "..."], names: tuple[str, ...]
) -> Images:
    """Return a data set of arrays of images and attributes.

    Parameters
    ----------
    where : str
        Name of the data in messages.
    images : array (item, height, width) or (item, height, width, channel)
        Integers 0 to 255, or numbers 0 to 1 (also integers, where none is more than 1); 1 to 4 channels. Integers of
        16 bits are scaled: see `eight_bits`.
    attributes : array (item, name)
        Finite numbers; no attribute the same for all items.
    names : tuple of str
        Names of the attributes.

    Returns
    -------
    Images
        The images, packed where all pixels are black or white, in one channel.

    Raises
    ------
    DataError
        When the arrays do not fit; the message says what is wrong, and where.

    Examples
    --------
    >>> grey = np.linspace(0, 1, 2 * 8 * 8).reshape(2, 8, 8)
    >>> images_of("mine", grey, np.array([[0], [1]]), ("size",)).x.shape
    (2, 1, 8, 8)
    """
    shape = size_of(where, images.shape)
    values = check_attributes(where, attributes, names, len(images))
    for column, name in zip(values.T, names, strict=True):
        if column.min() == column.max():
            raise DataError(
                f"{where}: attribute {one_line(name)!r} is {column[0]:g} for all {len(images)} items: leave it out"
            )
    first = np.moveaxis(images, -1, 1) if images.ndim == 4 else images[:, None]
    x = _bytes(where, first)
    if shape[0] == 1 and ((x == 0) | (x == WHITE)).all():
        x = pack(x)
    return Images(x, shape, values, names)


def size_of(where: str, shape: tuple[int, ...]) -> tuple[int, int, int]:
    """Return channels, height and width of images whose array has this shape.

    Raises
    ------
    DataError
        When images do not have such a shape.

    Examples
    --------
    >>> size_of("mine", (5, 8, 9, 3)), size_of("mine", (5, 8, 9))
    ((3, 8, 9), (1, 8, 9))
    """
    if len(shape) not in (3, 4) or (len(shape) == 4 and not 1 <= shape[3] <= 4) or 0 in shape[1:]:
        raise DataError(
            f"{where}: images of the shape {shape}: give (item, height, width), or the same with 1 to 4 channels at"
            " the end"
        )
    return (shape[3] if len(shape) == 4 else 1), shape[1], shape[2]


def check_attributes(
    where: str, attributes: Shaped[np.ndarray, "..."], names: tuple[str, ...], items: int
) -> Shaped[np.ndarray, "item name"]:
    """Return attributes as float32, after checking that there is a finite number for each item.

    Raises
    ------
    DataError
        When their shape does not fit items and names, or they are not finite numbers.
    """
    if attributes.shape != (items, len(names)):
        raise DataError(
            f"{where}: attributes of the shape {attributes.shape}: {items} images and {len(names)} names"
            f" need ({items}, {len(names)})"
        )
    if items < 2 or not names:
        raise DataError(f"{where}: {items} images with {len(names)} attributes: too few to learn from")
    if len(set(names)) < len(names) or not all(names):
        raise DataError(f"{where}: attributes {', '.join(map(one_line, names))}: give each a name of its own")
    if attributes.dtype.kind not in "biuf":
        raise DataError(f"{where}: attributes are {attributes.dtype}: numbers are needed")
    values = attributes.astype(np.float32)
    for column, name in zip(values.T, names, strict=True):
        unknown = np.flatnonzero(~np.isfinite(column))
        if len(unknown):
            raise DataError(
                f"{where}: attribute {one_line(name)!r} is not finite for {counted(len(unknown), 'item')},"
                f" first item {unknown[0]}"
            )
    return values


def _bytes(where: str, images: np.ndarray) -> np.ndarray:
    """Return pixels as 0 to 255."""
    if images.dtype.kind not in "biuf":
        raise DataError(f"{where}: images are {images.dtype}: numbers are needed")
    low, high = images.min(), images.max()
    if images.dtype.kind in "iu" and images.dtype.itemsize == 2 and low >= 0 and high > WHITE:
        scaled, remark = eight_bits(images)
        log.warning("%s: %s", where, remark)
        return scaled
    if not (low >= 0 and high <= (1 if images.dtype.kind == "f" else WHITE)):  # also where either is NaN
        raise DataError(
            f"{where}: pixels from {low:g} to {high:g}: integers from 0 to {WHITE}, or numbers from 0 to 1, are needed"
        )
    if high > 1:
        return images.astype(np.uint8)
    return np.rint(images * np.float32(WHITE)).astype(np.uint8)


def eight_bits(images: Shaped[np.ndarray, "..."]) -> tuple[UInt8[np.ndarray, "..."], str]:
    """Return images of integers as 0 to 255, and a remark on how they were scaled.

    The brightest pixel says how many bits are used: cameras and scanners store 8, 10, 12 or 14 in 16.

    Parameters
    ----------
    images : int array
        0 to 65535.

    Examples
    --------
    >>> scaled, remark = eight_bits(np.array([[0, 2047, 4095]], np.uint16))
    >>> scaled.tolist(), remark
    ([[0, 127, 255]], 'pixels of 12 bits (the brightest is 4095) were scaled to 8')
    """
    high = int(images.max(initial=0))
    bits = next(bits for bits in DEPTHS if high < 2**bits)
    scaled = np.rint(images * np.float32(WHITE / (2**bits - 1))).astype(np.uint8)
    return scaled, f"pixels of {bits} bits (the brightest is {high}) were scaled to 8"

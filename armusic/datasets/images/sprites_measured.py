"""The factors of sprites, measured on the image: of those that a model decoded."""

from __future__ import annotations

from functools import cache
from math import comb, pi

import numpy as np

from armusic.datasets.images import sprites
from armusic.datasets.images.base import WHITE
from armusic.shapes import Bool, Float, Int, UInt8

SYMMETRY = np.array([4, 2, 1])
"""Number of orientations in which a square, an ellipse, a heart look the same."""
MOMENT = np.array([4, 2, 3])
"""Order of the moment that has the orientation of a square, an ellipse, a heart: a full turn turns it as often."""
_CANDIDATE = np.repeat(np.arange(len(MOMENT)), MOMENT // SYMMETRY)
_COPY = np.concatenate([np.arange(copies) for copies in MOMENT // SYMMETRY])
ALIKE = 0.8  # of the union of an image and the nearest sprite: official and drawn sprites have over .85

_BATCH = 512
_EDGES = -0.45, 1.45  # where a centre may be for a sprite to be drawn


def fit(
    images: UInt8[np.ndarray, "item channel height width"],
) -> tuple[Float[np.ndarray, "item 5"], Float[np.ndarray, " item"]]:
    """Return the sprite that is nearest to each image, and how near it is.

    Size comes from the area, place from the centroid, orientation from a complex moment that turns with
    the image. That gives a square, an ellipse and three hearts, of which the nearest is taken. An
    orientation is the smallest that looks the same: below a quarter turn for squares, a half for ellipses.

    Parameters
    ----------
    images : uint8 array (item, 1, 64, 64)
        0 to 255; a pixel is white where it is at least half so.

    Returns
    -------
    values : float array (item, 5)
        Factors, in the units of `armusic.datasets.images.sprites.factors`; NaN where nothing is white.
    near : float array (item,)
        Pixels that are white in both, over those white in either: 0 to 1.

    Examples
    --------
    >>> from armusic.datasets.images.base import pixels
    >>> heart = pixels(sprites.draw(np.array([[3, 1, 2, 0.2, 0.6]])), (1, 64, 64))
    >>> values, near = fit(heart)
    >>> values.round(1).tolist()
    [[3.0, 1.0, 2.0, 0.2, 0.6]]
    """
    values, near = np.full((len(images), len(sprites.NAMES)), np.nan), np.zeros(len(images))
    seen = np.flatnonzero((images > WHITE // 2).any(axis=(1, 2, 3)))
    for start in range(0, len(seen), _BATCH):
        rows = seen[start : start + _BATCH]
        values[rows], near[rows] = _fit(images[rows].reshape(-1, sprites.SIDE, sprites.SIDE) > WHITE // 2)
    return values, near


def measure(
    images: UInt8[np.ndarray, "item channel height width"], names: tuple[str, ...]
) -> Float[np.ndarray, "item attribute"]:
    """Return factors of images by name, NaN where nothing is white; see `fit`."""
    return fit(images)[0][:, [sprites.NAMES.index(name) for name in names]]


def shapes(images: UInt8[np.ndarray, "item channel height width"]) -> Int[np.ndarray, " item"]:
    """Return the shape of images: 1 square, 2 ellipse, 3 heart, 0 where nothing is white."""
    return np.nan_to_num(fit(images)[0][:, 0]).astype(int)


def valid(images: UInt8[np.ndarray, "item channel height width"]) -> Bool[np.ndarray, " item"]:
    """Return the mask of the images that overlap with the nearest sprite with an IoU of four fifths or more."""
    return fit(images)[1] >= ALIKE


def _fit(white: Bool[np.ndarray, "item row column"]) -> tuple[np.ndarray, np.ndarray]:
    flat = white.reshape(len(white), -1)
    area, centroid, phase = _moments(flat)
    phase = phase[_CANDIDATE]
    size, centre, angle = (values[_CANDIDATE][:, None] for values in _outlines())
    orientation = (angle - phase + 2 * pi * _COPY[:, None]) / MOMENT[_CANDIDATE][:, None]
    period = 2 * pi / SYMMETRY[_CANDIDATE][:, None]
    orientation %= period
    orientation[orientation >= period] = 0  # of -1e-17, the remainder is the whole period
    scale = np.sqrt(area / size)
    place = centroid - scale * np.exp(-1j * orientation) * centre
    x, y = ((part - sprites.FIRST) / sprites.ACROSS for part in (place.real, place.imag))
    shape = np.broadcast_to(_CANDIDATE[:, None] + 1.0, scale.shape)
    values = np.stack([shape, scale, orientation, x, y], axis=-1)
    drawable = values.copy()
    drawable[..., 3:] = values[..., 3:].clip(*_EDGES)
    drawn = (
        np.unpackbits(sprites.draw(drawable.reshape(-1, 5)), axis=1).reshape(len(_CANDIDATE), *flat.shape).astype(bool)
    )
    near = (drawn & flat).sum(axis=2) / (drawn | flat).sum(axis=2)
    best, item = near.argmax(axis=0), np.arange(len(white))
    return values[best, item], near[best, item]


def _moments(white: Bool[np.ndarray, "item pixel"]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the area and centroid (item,), and the angle of each shape's moment about it (shape, item)."""
    middle = (sprites.SIDE - 1) / 2
    rows, columns = np.mgrid[: sprites.SIDE, : sprites.SIDE] - middle
    powers = (columns + 1j * rows).reshape(-1, 1) ** np.arange(MOMENT.max() + 1)
    raw = (white.astype(float) @ powers.view(float)).view(complex).T
    area, centroid = raw[0].real, raw[1] / raw[0]
    central = [
        sum(comb(order, power) * raw[power] * (-centroid) ** (order - power) for power in range(order + 1))
        for order in MOMENT.tolist()
    ]
    return area, centroid + middle * (1 + 1j), np.angle(central)


@cache
def _outlines() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the area, centroid and angle of the moment of each shape at scale 1, measured on a fine grid."""
    step = 0.05
    across = np.arange(-sprites.REACH, sprites.REACH, step) + step / 2
    u, v = np.meshgrid(across, across)
    plane = [(u + 1j * v)[inside(u, v)] for inside in sprites.INSIDE]
    size = np.array([len(points) * step**2 for points in plane])
    centre = np.array([points.mean() for points in plane])
    phase = [np.angle(((points - at) ** order).sum()) for points, at, order in zip(plane, centre, MOMENT, strict=True)]
    return size, centre, np.array(phase)

"""2-d sprites: a white square, ellipse or heart on black, drawn from its five factors.

The factors and their order are those of dSprites (Matthey et al. 2017, see data/sprites.md).
The outlines were fitted to 400 of its images: in the mean, the intersection of a drawn and an
official image is .998 of their union.
"""

from __future__ import annotations

from math import pi, prod
from pathlib import Path

import numpy as np

from armusic.datasets.images.base import Images, drawn
from armusic.datasets.images.stored import New, stored
from armusic.progress import Progress
from armusic.shapes import Float, Int, Shaped, UInt8

SIDE = 64
NAMES = ("shape", "scale", "orientation", "x", "y")
VERSION = 1
"""Version of the drawings in the cache: raise it when sprites come out differently."""
FACTORS = (
    np.arange(1, 4),  # square, ellipse, heart
    np.linspace(0.5, 1, 6),
    np.linspace(0, 2 * pi, 40),  # both ends look the same
    np.linspace(0, 1, 32),
    np.linspace(0, 1, 32),
)
"""The values of each factor: shape, scale, orientation in radians, x (to the right), y (down)."""
COUNT = prod(map(len, FACTORS))

# At scale 1, in pixels:
HALF = 9.6  # half of the square's side
AXES = 12.77, 7.22  # half of the ellipse's axes, across and along
HEART = (8.004, 0.491, -0.612, -2.551, -0.299, -0.079, 0.137, -0.169, -0.008, -0.018, 0.035, -0.038)
"""Distance of the heart's outline: Chebyshev series of the angle, which is -1 at the tip and 1 at the notch."""
REACH = 15  # greatest distance of an outline from its centre
FIRST, ACROSS = 15.5, 32.0  # centre at x = 0, and distance from there to x = 1

BATCH = 512


def read(limit: int, seed: int, cache: Path, on_progress: Progress | None = None) -> Images:
    """Return all sprites, drawn once and kept in the cache, or some at random (2 s for a tenth of them).

    Parameters
    ----------
    limit : int
        Number of sprites; 0, or more than there are: all.
    seed : int
        Seed of the choice.
    cache : Path
        Folder to keep all of them in (400 MB).
    on_progress : callable, optional
        Called with the number of sprites drawn, and of all.

    Returns
    -------
    Images
        Sprites as bits, with the five factors of `factors`.

    Examples
    --------
    >>> read(10, 0, Path()).x.shape
    (10, 512)
    """
    shape = (1, SIDE, SIDE)
    if 0 < limit < COUNT:
        values = factors(drawn(COUNT, limit, seed))
        return Images(draw(values, on_progress=on_progress), shape, values, NAMES)

    def every(new: New) -> Images:
        values = factors(np.arange(COUNT, dtype=np.int32))
        return Images(draw(values, new((COUNT, SIDE * SIDE // 8)), on_progress), shape, values, NAMES)

    return stored(cache / f"sprites-{VERSION}", every)


def factors(index: Int[np.ndarray, " item"]) -> Float[np.ndarray, "item 5"]:
    """Return the factors of items of the official order, in which y changes fastest and shape slowest.

    Parameters
    ----------
    index : int array (item,)
        Places in the official order, 0 to 737,279.

    Returns
    -------
    float32 array (item, 5)
        Shape (1 square, 2 ellipse, 3 heart), scale (.5 to 1), orientation (0 to 2 pi), x and y (0 to 1).

    Examples
    --------
    >>> factors(np.array([0, 31, 737_279]))[:, [0, 1, 3, 4]].tolist()
    [[1.0, 0.5, 0.0, 0.0], [1.0, 0.5, 0.0, 1.0], [3.0, 1.0, 1.0, 1.0]]
    """
    places = np.unravel_index(index, [len(values) for values in FACTORS])
    columns = [values.astype(np.float32)[place] for values, place in zip(FACTORS, places, strict=True)]
    return np.column_stack(columns)


def draw(
    values: Shaped[np.ndarray, "item 5"],
    out: UInt8[np.ndarray, "item byte"] | None = None,
    on_progress: Progress | None = None,
) -> UInt8[np.ndarray, "item byte"]:
    """Draw sprites of 64 x 64 pixels.

    Parameters
    ----------
    values : float array (item, 5)
        Factors as in `factors`; scale, orientation, x and y may lie between those of the data set.
    out : uint8 array (item, 512), optional
        Array to draw into.
    on_progress : callable, optional
        Called with the number of sprites drawn, and of all.

    Returns
    -------
    uint8 array (item, 512)
        Pixels as bits: see `armusic.datasets.images.base.pack`.

    Examples
    --------
    >>> square = draw(np.array([[1, 0.5, 0, 0.5, 0.5]]))
    >>> int(np.unpackbits(square).sum())  # pixels: a side of 19.2 at scale 1
    100
    """
    out = np.empty((len(values), SIDE * SIDE // 8), np.uint8) if out is None else out
    around = np.arange(-REACH, REACH + 1)
    for start in range(0, len(values), BATCH):
        _, scale, angle, *place = values[start : start + BATCH].T
        column, row = (FIRST + ACROSS * part[:, None] for part in place)
        columns, rows = (np.rint(centre).astype(int) + around for centre in (column, row))
        dx, dy = ((columns - column) / scale[:, None])[:, None, :], ((rows - row) / scale[:, None])[:, :, None]
        sin, cos = np.sin(angle)[:, None, None], np.cos(angle)[:, None, None]
        u, v = cos * dx - sin * dy, sin * dx + cos * dy
        shape = values[start : start + BATCH, 0]
        white = np.zeros((len(shape), SIDE + 2 * REACH, SIDE + 2 * REACH), bool)  # with a margin, cut off below
        for number, inside in enumerate(INSIDE, 1):
            (chosen,) = np.nonzero(shape == number)
            at = chosen[:, None, None], rows[chosen][:, :, None] + REACH, columns[chosen][:, None, :] + REACH
            white[at] = inside(u[chosen], v[chosen])
        cut = white[:, REACH:-REACH, REACH:-REACH].reshape(len(shape), -1)
        out[start : start + BATCH] = np.packbits(cut, axis=1)
        if on_progress is not None:
            on_progress(min(start + BATCH, len(values)), len(values))
    return out


def _in_square(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum(abs(u), abs(v)) <= HALF


def _in_ellipse(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.square(u / AXES[0]) + np.square(v / AXES[1]) <= 1


def _in_heart(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    angle = np.arctan2(abs(u), v) * (2 / pi) - 1
    return np.hypot(u, v) <= np.polynomial.chebyshev.chebval(angle, HEART)


INSIDE = (_in_square, _in_ellipse, _in_heart)
"""Test of each shape: whether points (u, v), right and down of its centre in pixels at scale 1, are inside."""

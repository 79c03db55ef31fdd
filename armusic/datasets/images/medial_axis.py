"""`medial_axis`: the middle lines of strokes in many black-and-white images at once.

Pixels are visited from the edge inward, and each is removed unless it connects its neighbours or ends a
line. This is the algorithm of scikit-image's `medial_axis`, which visits one image pixel by pixel; here
all images take a step together, which is ten times as fast for small images.

Source: H. Blum, "A transformation for extracting new descriptors of shape", 1967.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from armusic.extras import require
from armusic.shapes import Bool, Float, Int

_BITS = 1 << np.arange(9)
"""Weight of each pixel of a 3 x 3 pattern, row by row, in the number of the pattern."""


def medial_axis(
    white: Bool[np.ndarray, "item height width"],
) -> tuple[Bool[np.ndarray, "item height width"], Float[np.ndarray, "item height width"]]:
    """Return the medial axis of each image, and the distance of each pixel from black.

    The outside of an image counts as black. The pixels nearest to black come first; among equally near
    pixels those with the most white around them, and then an order drawn with a fixed seed, so that no
    direction is preferred and an image always has the same axis, whatever the other images are.

    Parameters
    ----------
    white : bool array (item, height, width)
        The strokes.

    Returns
    -------
    axis : bool array (item, height, width)
        Lines that are one pixel wide, connected as the strokes are.
    distance : float array (item, height, width)
        Euclidean distance to the nearest black pixel, in pixels; 0 where it is black.

    Examples
    --------
    >>> bar = np.zeros((1, 5, 9), bool)
    >>> bar[0, 1:4, 1:8] = True
    >>> axis, distance = medial_axis(bar)
    >>> axis[0, 2].astype(int).tolist(), float(distance[0, 2, 4])
    ([0, 0, 1, 1, 1, 1, 1, 0, 0], 2.0)
    """
    distance_of = require("scipy.ndimage", extra="train", purpose="a medial axis").distance_transform_edt
    framed = np.pad(white, ((0, 0), (1, 1), (1, 1)))
    distance = np.stack([distance_of(image) for image in framed]) if len(white) else np.zeros(framed.shape)
    items, height, width = framed.shape
    pixel = framed.reshape(-1).astype(np.uint8)
    around = np.array([row * width + column for row in (-1, 0, 1) for column in (-1, 0, 1)])[:, None]
    place = np.flatnonzero(pixel)
    item = place // (height * width)
    count = np.bincount(item, minlength=items)
    stays, black = _patterns()
    drawn = np.concatenate([_order(int(number)) for number in count])
    order = np.lexsort((drawn, black[_pattern(pixel, place, around)], distance.reshape(-1)[place], item))
    turn = np.arange(len(place)) - np.repeat(np.cumsum(count) - count, count)
    place = place[order][np.argsort(turn, kind="stable")]  # the first pixel of every image, then the second
    start = 0
    for end in np.cumsum(np.bincount(turn)):
        step = place[start:end]
        pixel[step] = stays[_pattern(pixel, step, around)]
        start = end
    inner = (slice(None), slice(1, -1), slice(1, -1))
    return pixel.reshape(framed.shape).astype(bool)[inner], distance[inner]


def _pattern(
    pixel: np.ndarray, place: Int[np.ndarray, " pixel"], around: Int[np.ndarray, "9 1"]
) -> Int[np.ndarray, " pixel"]:
    """Return the number of the 3 x 3 pattern around each pixel."""
    return _BITS @ pixel.take(place + around)


@cache
def _order(count: int) -> Int[np.ndarray, " pixel"]:
    """Return the order of `count` pixels, drawn as for the published measurements."""
    return np.random.RandomState(0).permutation(count)  # its stream is the same in every version of numpy


@cache
def _patterns() -> tuple[Bool[np.ndarray, "512"], Int[np.ndarray, "512"]]:
    """Return, for each pattern of 3 x 3 pixels, whether its centre stays, and its number of black pixels."""
    label = require("scipy.ndimage", extra="train", purpose="a medial axis").label

    patterns = (np.arange(512)[:, None] & _BITS).astype(bool).reshape(-1, 3, 3)
    stays = np.zeros(len(patterns), bool)
    for number, pattern in enumerate(patterns):
        rest = pattern.copy()
        rest[1, 1] = False
        parts = [label(white, np.ones((3, 3)))[1] for white in (pattern, rest)]
        stays[number] = pattern[1, 1] and (parts[0] != parts[1] or pattern.sum() <= 2)  # ends of lines stay
    return stays, 9 - patterns.sum(axis=(1, 2))

"""Measurements of a written digit: area, length, thickness, slant, width and height.

Source: D. C. Castro, J. Tan, B. Kainz, E. Konukoglu and B. Glocker, "Morpho-MNIST: Quantitative Assessment
and Diagnostics for Representation Learning", Journal of Machine Learning Research 20 (2019). What the paper
leaves open was chosen so that the published figures come out: see data/morpho-mnist.md.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from armusic.datasets.images.base import WHITE
from armusic.datasets.images.medial_axis import medial_axis
from armusic.extras import require
from armusic.progress import Progress
from armusic.shapes import Bool, Float, Int, Num, UInt8

NAMES = ("area", "length", "thickness", "slant", "width", "height")
VERSION = 1
"""Version of the measurements in the cache: raise it when they come out differently."""


_FINER = 4  # pixels are divided by so much, each way, before anything is measured
_OUTSIDE = 0.01  # of all ink, on each side of the parallelogram
_BATCH = 500
_SETTLED = 1e-6  # far above the rounding of floats, far below a level of grey


def measure(
    images: UInt8[np.ndarray, "item 1 height width"], names: tuple[str, ...] = NAMES
) -> Float[np.ndarray, "item name"]:
    """Return measurements of each image.

    - `area`: pixels of the digit, px²
    - `length`: of its middle lines, px
    - `thickness`: twice the mean distance of the middle lines from the edge, px
    - `slant`: angle of its ink to the upright, in radians; positive to the right
    - `width`, `height`: of the parallelogram with that slant, and level sides, that leaves out 1 % of the ink
      on each side, px

    Parameters
    ----------
    images : uint8 array (item, 1, height, width)
        0 to 255: bright digits on dark.
    names : tuple of str
        Names of the measurements.

    Returns
    -------
    float array (item, name)
        NaN for a name that is not known, and for an image of one level of grey.

    Examples
    --------
    >>> bar = np.zeros((1, 1, 28, 28), np.uint8)
    >>> bar[0, 0, 4:24, 12:16] = 255  # 20 high, 4 wide
    >>> measure(bar, ("area", "thickness", "height")).round(1).tolist()
    [[79.8, 3.8, 19.9]]
    """
    values = np.full((len(images), len(names)), np.nan)
    pixel = (1, 2, 3)
    uneven = np.flatnonzero(images.max(axis=pixel, initial=0) > images.min(axis=pixel, initial=WHITE))
    known = np.array([place for place, name in enumerate(names) if name in NAMES], int)
    for start in range(0, len(uneven), _BATCH):
        batch = uneven[start : start + _BATCH]
        measured = np.column_stack(_measured(images[batch, 0]))
        values[np.ix_(batch, known)] = measured[:, [NAMES.index(names[place]) for place in known]]
    return values


def measure_all(
    images: UInt8[np.ndarray, "item 1 height width"], on_progress: Progress | None = None, jobs: int | None = None
) -> Float[np.ndarray, "item 6"]:
    """Return `measure` of many images, in several processes.

    Parameters
    ----------
    images : uint8 array (item, 1, height, width)
        0 to 255.
    on_progress : callable, optional
        Called with the number of images measured, and of all.
    jobs : int, optional
        Number of processes; by default one per core.

    Examples
    --------
    >>> measure_all(np.zeros((3, 1, 28, 28), np.uint8)).shape
    (3, 6)
    """
    joblib = require("joblib", extra="train", purpose="measuring images")

    chunks = [images[start : start + _BATCH] for start in range(0, len(images), _BATCH)]
    jobs = max(1, min(jobs or joblib.cpu_count(), len(chunks)))
    parts = []
    for values in joblib.Parallel(n_jobs=jobs, return_as="generator")(
        joblib.delayed(measure)(chunk) for chunk in chunks
    ):
        parts.append(values)
        if on_progress is not None:
            on_progress(sum(map(len, parts)), len(images))
    return np.concatenate(parts) if parts else np.zeros((0, len(NAMES)))


def _measured(images: UInt8[np.ndarray, "item height width"]) -> tuple[Float[np.ndarray, " item"], ...]:
    """Return each of `NAMES` of images that have ink and paper."""
    ink = _finer(images)
    low, high = (edge(axis=(1, 2), keepdims=True) for edge in (ink.min, ink.max))
    digit = ink >= low + (high - low) / 2
    axis, distance = medial_axis(digit)
    lean, width, height = _parallelogram(ink)
    return (
        digit.sum(axis=(1, 2)) / _FINER**2,
        _length(axis) / _FINER,
        2 * (distance * axis).sum(axis=(1, 2)) / axis.sum(axis=(1, 2)) / _FINER,
        np.arctan(lean),
        width / _FINER,
        height / _FINER,
    )


def _finer(images: UInt8[np.ndarray, "item height width"]) -> Float[np.ndarray, "item fineheight finewidth"]:
    """Return images with finer pixels, without steps: whole levels of grey, 0 to 255."""
    gaussian_filter = require("scipy.ndimage", extra="train", purpose="measuring images").gaussian_filter
    low, high = (edge(axis=(1, 2), keepdims=True) for edge in (images.min, images.max))
    rows, columns = (_cubic(size) for size in images.shape[1:])
    fine = np.clip(rows @ (images @ columns.T), low, high)  # a cubic goes beyond what it goes through
    smooth = gaussian_filter(fine, _FINER / 3, axes=(1, 2))
    return np.floor(smooth + _SETTLED)


@cache
def _cubic(size: int) -> Float[np.ndarray, "finesize size"]:
    """Return the weights of pixels in finer ones, by cubic convolution; edges are mirrored.

    Source: R. G. Keys, "Cubic convolution interpolation for digital image processing", 1981.
    """
    at = (np.arange(_FINER * size) + 0.5) / _FINER - 0.5
    weights = np.zeros((len(at), size))
    for step in (-1, 0, 1, 2):
        pixel = np.floor(at).astype(int) + step
        far = np.abs(at - pixel)
        near = 1.5 * far**3 - 2.5 * far**2 + 1
        weight = np.where(far <= 1, near, -0.5 * far**3 + 2.5 * far**2 - 4 * far + 2)
        mirrored = np.where(pixel < 0, -1 - pixel, np.where(pixel >= size, 2 * size - 1 - pixel, pixel))
        np.add.at(weights, (np.arange(len(at)), mirrored.clip(0, size - 1)), weight)
    return weights


def _length(axis: Bool[np.ndarray, "item height width"]) -> Float[np.ndarray, " item"]:
    """Return how long lines are: the distances of all neighbouring pixels, added."""
    straight = (axis[:, 1:] & axis[:, :-1]).sum(axis=(1, 2)) + (axis[:, :, 1:] & axis[:, :, :-1]).sum(axis=(1, 2))
    down = (axis[:, 1:, 1:] & axis[:, :-1, :-1]).sum(axis=(1, 2))
    up = (axis[:, 1:, :-1] & axis[:, :-1, 1:]).sum(axis=(1, 2))
    return straight + np.sqrt(2) * (down + up)


def _parallelogram(ink: Float[np.ndarray, "item height width"]) -> tuple[Float[np.ndarray, " item"], ...]:
    """Return the horizontal shear, the width and the height of the parallelogram that the ink is in."""
    items, high, wide = ink.shape
    row, column = np.arange(high), np.arange(wide)
    rows, columns = ink.sum(axis=2), ink.sum(axis=1)
    total = rows.sum(axis=1)
    middle = rows @ row / total
    beside = columns @ column / total
    down = row - middle[:, None]
    moment = ((ink @ column) * down).sum(axis=1) - beside * (rows * down).sum(axis=1)
    spread = (rows * down**2).sum(axis=1)
    lean = -moment / np.where(spread > 0, spread, 1)  # one row only: upright
    shift = lean[:, None] * down
    moved = np.rint(column + shift[:, :, None]).astype(np.int64)
    moved -= moved.min(initial=0)
    bins = int(moved.max(initial=0)) + 1
    place = moved + bins * np.arange(items)[:, None, None]
    sheared = np.bincount(place.reshape(-1), ink.reshape(-1), items * bins).reshape(items, bins)
    return lean, _extent(sheared), _extent(rows)


def _extent(ink: Num[np.ndarray, "item place"]) -> Float[np.ndarray, " item"]:
    """Return how far apart the places are before and behind which a share of the ink lies."""
    share = np.pad(ink.cumsum(axis=1) / ink.sum(axis=1, keepdims=True), ((0, 0), (1, 0)))
    return _crossing(share, 1 - _OUTSIDE) - _crossing(share, _OUTSIDE)


def _crossing(share: Float[np.ndarray, "item place"], level: float) -> Float[np.ndarray, " item"]:
    """Return where rising shares reach a level, between places."""
    after: Int[np.ndarray, " item"] = (share < level).sum(axis=1).clip(1, share.shape[1] - 1)
    item = np.arange(len(share))
    before = share[item, after - 1]
    return after - 1 + (level - before) / (share[item, after] - before)

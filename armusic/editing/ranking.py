"""Which candidates come first: the nearest of those that are nearly equal."""

from __future__ import annotations

import numpy as np

from armusic.shapes import Float, Int


def nearest(
    of: Int[np.ndarray, " item"],
    values: Float[np.ndarray, "item value"],
    distance: Float[np.ndarray, " item"],
    resolution: float,
    count: int,
) -> Int[np.ndarray, " place"]:
    """Return the places, rising, of the `count` nearest among items of the same kind whose values are nearly equal.

    Parameters
    ----------
    of : int array (item,)
        The kind of each.
    values : float array (item, value)
        Values; those that are rounded to the same multiple of `resolution` are nearly equal.
    distance : float array (item,)
        Distance of each item.
    resolution : float
        Resolution in the units of the values.
    count : int
        Number of nearly equal items that are taken.

    Examples
    --------
    >>> values = np.array([[0.0], [0.01], [0.02], [1.0]])
    >>> nearest(np.zeros(4, dtype=int), values, np.array([0.3, 0.1, 0.2, 0.9]), 0.1, 2).tolist()
    [1, 2, 3]
    """
    bins = np.floor(values / resolution + 0.5).astype(np.int64)
    keys = [*bins.T, of]
    order = np.lexsort([distance, *keys])
    new = np.zeros(len(order), dtype=bool)
    for key in keys:
        new[1:] |= np.diff(key[order]) != 0
    return np.sort(order[rank(np.cumsum(new)) < count])


def rank(group: Int[np.ndarray, " item"]) -> Int[np.ndarray, " item"]:
    """Return the place of each item among those of its group, which stand together.

    Examples
    --------
    >>> rank(np.array([5, 5, 5, 2, 7, 7])).tolist()
    [0, 1, 2, 0, 0, 1]
    """
    places = np.arange(len(group))
    new = np.append(True, group[1:] != group[:-1])[: len(group)]
    return places - np.maximum.accumulate(np.where(new, places, 0))

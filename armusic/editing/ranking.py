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
        How near each is.
    resolution : float
        In the units of the values.
    count : int
        How many of nearly equal items are taken.

    Examples
    --------
    >>> values = np.array([[0.0], [0.01], [0.02], [1.0]])
    >>> nearest(np.zeros(4, dtype=int), values, np.array([0.3, 0.1, 0.2, 0.9]), 0.1, 2).tolist()
    [1, 2, 3]
    """
    bins = np.floor(values / resolution + 0.5).astype(np.int64)
    groups = np.unique(np.column_stack([of, bins]), axis=0, return_inverse=True)[1].ravel()
    order = np.lexsort([distance, groups])
    return np.sort(order[rank(groups[order]) < count])


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

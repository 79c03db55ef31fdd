"""`Data`: items with attributes, split by group and dealt out in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import prod

import numpy as np

from armusic.errors import DataError
from armusic.files import counted
from armusic.shapes import Float, Int, Shaped

Items = Shaped[np.ndarray, "item *shape"]
Variants = Shaped[np.ndarray, "variant *shape"]
Augment = Callable[
    [Items, np.ndarray, int, np.random.Generator], tuple[Variants, Float[np.ndarray, "variant attribute"]]
]
"""(items of one kind, mask of those to change, the kind, generator) -> variants of these, and their attributes."""


@dataclass(frozen=True, slots=True)
class Data:
    """Items with their attributes.

    Parameters
    ----------
    x : array (item, *shape)
        Items as the model takes them.
    a : float32 array (item, attribute)
        Attribute values, in their own units.
    names : tuple of str
        Names of the attributes: column k belongs to latent dimension k.
    group : int array (item,)
        Group of each item (a tune and its versions): a split keeps it together.
    kind : int array (item,)
        Kind of each item (the metre): the items of a batch share one.
    reported : float array (item, name), optional
        Attributes that belong to no dimension: metrics of them are only reported.
    reported_names : tuple of str
        Names of the attributes in `reported`.
    part : int array (item,), optional
        The data set's own split: 0 training, 1 validation, 2 test.
    remark : str
        One line for the user on how the data was read; empty if there is nothing to say.
    """

    x: Items
    a: Float[np.ndarray, "item attribute"]
    names: tuple[str, ...]
    group: Int[np.ndarray, " item"]
    kind: Int[np.ndarray, " item"]
    reported: Float[np.ndarray, "item name"] | None = None
    reported_names: tuple[str, ...] = ()
    part: Int[np.ndarray, " item"] | None = None
    remark: str = ""

    def __len__(self) -> int:
        return len(self.x)

    def take(self, index: np.ndarray | slice) -> Data:
        """Return the items at `index` (ints, a mask, or a slice)."""
        return replace(
            self,
            x=self.x[index],
            a=self.a[index],
            group=self.group[index],
            kind=self.kind[index],
            reported=None if self.reported is None else self.reported[index],
            part=None if self.part is None else self.part[index],
        )

    def distinct(self) -> Data:
        """Return each different item of a kind once, at its first place."""
        rows = as_bytes(self.x)
        first = [places[np.unique(rows[places], return_index=True)[1]] for places in _places(self.kind)]
        return self.take(np.sort(np.concatenate(first)))


@dataclass(frozen=True, slots=True)
class Scale:
    """Mean and standard deviation of each attribute in each kind, float64 (kind, attribute).

    Examples
    --------
    >>> scale = Scale(np.array([[1.0]]), np.array([[2.0]]))
    >>> scale.standardise(np.array([[5.0]]), np.array([0])).tolist()
    [[2.0]]
    """

    mean: Float[np.ndarray, "kind attribute"]
    std: Float[np.ndarray, "kind attribute"]

    def standardise(self, a: Float[np.ndarray, "item attribute"], kind: Int[np.ndarray, " item"]) -> np.ndarray:
        """Return attribute values in standard deviations from their kind's mean."""
        return (a - self.mean[kind]) / self.std[kind]


def scale_of(data: Data, kinds: int) -> Scale:
    """Measure the scale of `data`; kinds with fewer than two items, or no spread, have the scale of all items.

    Raises
    ------
    DataError
        When an attribute is the same for all items, or not finite.
    """
    if not np.isfinite(data.a).all():
        column = int(np.argmin(np.isfinite(data.a).all(axis=0)))
        count = int((~np.isfinite(data.a[:, column])).sum())
        raise DataError(f"attribute {data.names[column]!r} is not finite for {counted(count, 'item')}")
    a = data.a.astype(np.float64)
    overall = a.std(axis=0)
    if not overall.all():
        raise DataError(f"attribute {data.names[int(np.argmin(overall))]!r} is the same for all {len(data)} items")
    mean, std = np.tile(a.mean(axis=0), (kinds, 1)), np.tile(overall, (kinds, 1))
    for kind in np.unique(data.kind):
        values = a[data.kind == kind]
        spread = values.std(axis=0)
        usable = spread > 0
        mean[kind, usable], std[kind, usable] = values.mean(axis=0)[usable], spread[usable]
    return Scale(mean, std)


def as_bytes(x: Shaped[np.ndarray, "item ..."]) -> Shaped[np.ndarray, " item"]:
    """Return one value per item; two are equal where the items are.

    Examples
    --------
    >>> len(np.unique(as_bytes(np.array([[1, 2], [1, 3], [1, 2]]))))
    2
    """
    rows = np.ascontiguousarray(x).reshape(len(x), prod(x.shape[1:]))
    return rows.view(np.dtype((np.void, rows.dtype.itemsize * rows.shape[1])))[:, 0]


def subset(data: Data, limit: int, seed: int) -> Data:
    """Return `limit` items drawn at random, in their order; all of them where `limit` is 0 or there are fewer."""
    if not 0 < limit < len(data):
        return data
    return data.take(np.sort(np.random.default_rng(seed).permutation(len(data))[:limit]))


def _places(kind: Int[np.ndarray, " item"]) -> list[np.ndarray]:
    """Return the places of the items of each kind."""
    return [np.flatnonzero(kind == value) for value in np.unique(kind)]


SHARES = (0.8, 0.1, 0.1)  # of the items: training, validation, test


def split(data: Data, seed: int) -> tuple[Data, Data, Data]:
    """Split into training, validation and test items: by `part`, else by group (about 80, 10 and 10 % of the items).

    Raises
    ------
    DataError
        With fewer than three groups, or where the data's own split leaves a part empty.
    """
    if data.part is not None:
        parts = [data.take(data.part == number) for number in range(len(SHARES))]
        if not all(map(len, parts)):
            counts = ", ".join(str(len(part)) for part in parts)
            raise DataError(f"{counts} items for training, validation and test: none of the three may be empty")
        return parts[0], parts[1], parts[2]
    names, sizes = np.unique(data.group, return_counts=True)
    if len(names) < len(SHARES):
        raise DataError(
            f"only {counted(len(names), 'group')} of items (versions of one tune are a group): training, validation and"
            " test parts need at least one each"
        )
    order = np.random.default_rng(seed).permutation(len(names))
    ends = np.cumsum(sizes[order]) / len(data)
    side = np.minimum(np.searchsorted(np.cumsum(SHARES), ends - 1e-9), len(SHARES) - 1)
    side[0], side[-2:] = 0, (1, 2)  # with few groups, no side goes empty
    part_of_group = np.empty(len(names), dtype=int)
    part_of_group[order] = side
    part = part_of_group[np.searchsorted(names, data.group)]
    train, valid, test = (data.take(part == number) for number in range(len(SHARES)))
    return train, valid, test


def batches(kind: Int[np.ndarray, " item"], size: int, rng: np.random.Generator | None = None) -> Iterator[np.ndarray]:
    """Yield the indices of each batch, of one kind each; shuffled where `rng` is given."""
    parts = []
    for index in _places(kind):
        if rng is not None:
            rng.shuffle(index)
        parts += np.split(index, range(size, len(index), size))
    order = range(len(parts)) if rng is None else rng.permutation(len(parts))
    yield from (parts[number] for number in order)

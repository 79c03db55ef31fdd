"""Decoded items while dimensions are moved, as pictures: one dimension at a time, or two over a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from armusic.config import MUSIC
from armusic.errors import UsageError
from armusic.evaluation.identity import identity_in_data
from armusic.evaluation.subject import Items, Subject, load
from armusic.evaluation.sweeps import Axes, Steps, find_axes
from armusic.files import one_line
from armusic.metrics.information import standardised
from armusic.music.attributes import canonical_name
from armusic.shapes import Float, Integer, UInt8
from armusic.training import adapters
from armusic.training.checkpoint import Checkpoint
from armusic.vae.data import Data

STEPS = 17  # of a sweep
KINDS, FEW = 10, 5  # ordinary items: one of each of so many identities, or so many where there are no identities


@dataclass(frozen=True, slots=True)
class Traversal:
    """Items, and what is decoded of each while one dimension is moved.

    Parameters
    ----------
    names : tuple of str
        The attributes whose dimensions are moved, each alone.
    steps : float array (step,)
        Positions of a dimension, in standard deviations of the prior.
    originals : uint8 array (item, height, width, 3)
        Pictures of the items.
    original_values : float array (item, attribute)
        Their attributes, as the data has them.
    pictures : uint8 array (step, item, attribute, height, width, 3)
        Items decoded with the dimension of an attribute at a step.
    values : float array (step, item, attribute)
        Values of that attribute in the decoded items; NaN where it cannot be or was not measured.
    """

    names: tuple[str, ...]
    steps: Steps
    originals: UInt8[np.ndarray, "item height width 3"]
    original_values: Float[np.ndarray, "item attribute"]
    pictures: UInt8[np.ndarray, "step item attribute height width 3"]
    values: Float[np.ndarray, "step item attribute"]

    @property
    def measured(self) -> bool:
        """Whether any attribute was measured."""
        return not np.isnan(self.values).all()


def ordinary(subject: Subject, test: Data, seed: int = 0) -> Integer[np.ndarray, " some"]:
    """Return the places of ordinary items: one of each identity that a judge tells apart, else a few at random.

    That of an identity is the one whose farthest attribute is nearest to the mean, in standard deviations.
    """
    name = subject.adapter.identity_name
    if not name:
        return np.sort(np.random.default_rng(seed).permutation(len(test))[:FEW])
    recorded = identity_in_data(test, name)
    identity = subject.identify(test.x) if recorded is None else recorded
    identities, counts = np.unique(identity, return_counts=True)
    places = []
    for value in np.sort(identities[np.argsort(-counts, kind="stable")[:KINDS]]):
        alike = np.flatnonzero(identity == value)
        places.append(alike[np.abs(standardised(test.a[alike])).max(axis=1).argmin()])
    return np.array(places)


def traverse(
    subject: Subject, items: Data, names: Sequence[str], steps: Steps, axes: Axes, *, measured: bool = True
) -> Traversal:
    """Encode items, put the dimension of each attribute, alone, at each step, and decode all at once.

    Parameters
    ----------
    subject : Subject
        The model.
    items : Data
        Few items.
    names : sequence of str
        Names of the attributes whose dimensions are moved.
    steps : float array (step,)
        Positions of each dimension, in standard deviations of the prior.
    axes : Axes
        The dimension of each attribute: see `sweeps.find_axes`.
    measured : bool
        Whether attributes are measured in the decoded items, which takes longer than decoding.
    """
    places = [items.names.index(name) for name in names]
    mean = subject.encode(items.x)[0]
    codes = np.tile(mean[:, None], (len(steps), 1, len(places), 1))
    for column, place in enumerate(places):
        axes.move(codes[:, :, column], place, steps[:, None])
    shape = codes.shape[:3]
    decoded = subject.decode(codes.reshape(-1, mean.shape[1]))
    pictures = draw(subject, decoded)
    values = np.full(shape, np.nan)
    if measured:
        values = subject.measure(decoded).reshape(*shape, -1)[:, :, np.arange(len(places)), places]
    return Traversal(
        names=tuple(names),
        steps=steps,
        originals=draw(subject, items.x),
        original_values=items.a[:, places].astype(np.float64),
        pictures=pictures.reshape(*shape, *pictures.shape[1:]),
        values=values,
    )


def traverse_test_items(
    checkpoint: Checkpoint,
    cache: Path,
    numbers: Sequence[int],
    names: Sequence[str],
    *,
    steps: int = STEPS,
    span: tuple[float, float] = (-2.0, 2.0),
    data: str | None = None,
) -> Traversal:
    """Move the dimensions of attributes of test items.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    cache : Path
        Folder of cached data.
    numbers : sequence of int
        Numbers of the items in the test part, from 0.
    names : sequence of str
        Names of the attributes.
    steps : int
        Number of positions of each dimension.
    span : (float, float)
        The first and the last position, in standard deviations of the prior.
    data : str, optional
        A data set or path with other items than those of the model's own data; they need all of its attributes.

    Raises
    ------
    UsageError
        For an attribute that the model does not have, an item that does not exist, or data of another domain.
    DataError
        For data that cannot be used, or does not fit the model.
    """
    config = checkpoint.config
    if adapters.of(config).domain == MUSIC:
        raise UsageError(
            f"a model of music ({one_line(config.data)}) has no test images: name one of images, or interpolate a tune"
        )
    if not numbers:
        raise UsageError("no item is named: give the number of one of the test part, from 0")
    chosen = [canonical_name(name, config.attributes) for name in dict.fromkeys(names)]
    if not np.isfinite(span).all():
        raise UsageError(f"the span is {span[0]:g} to {span[1]:g}: give two finite numbers")
    if data is not None:
        words = adapters.of(config).words
        if adapters.get(data).domain != adapters.of(config).domain:
            raise UsageError(
                f"{one_line(data)} has no {words.items}, and this model is one of {words.items}"
                f" ({one_line(config.data)}): name other data, or use its own"
            )
        checkpoint = replace(checkpoint, config=config.replace(data=data), card={})
    subject, (_, _, test) = load(checkpoint, cache)
    missing = [number for number in numbers if not 0 <= number < len(test)]
    if missing:
        raise UsageError(
            f"item {missing[0]}: the test part of {one_line(subject.config.data)} has {len(test)} items, 0 to"
            f" {len(test) - 1}"
        )
    items, positions = test.take(np.array(numbers)), np.linspace(*span, steps)
    return traverse(subject, items, chosen, positions, find_axes(subject, test))


def plane(
    subject: Subject, item: Data, pair: tuple[int, int], points: Float[np.ndarray, " point"], axes: Axes
) -> UInt8[np.ndarray, "point point height width 3"]:
    """Encode one item, put the dimensions of two attributes at all points of a grid, and decode.

    Parameters
    ----------
    subject : Subject
        The model.
    item : Data
        The item.
    pair : (int, int)
        Two attributes: `pictures[j, i]` has the first at `points[i]` and the second at `points[j]`.
    points : float array (point,)
        Points of the grid along each dimension, in standard deviations of the prior.
    axes : Axes
        The dimension of each attribute.
    """
    codes = np.tile(subject.encode(item.x)[0][0], (len(points), len(points), 1))
    over, up = pair
    axes.move(codes, over, points)
    axes.move(codes, up, points[:, None])
    pictures = draw(subject, subject.decode(codes.reshape(-1, codes.shape[2])))
    return pictures.reshape(len(points), len(points), *pictures.shape[1:])


def draw(subject: Subject, x: Items) -> UInt8[np.ndarray, "item height width 3"]:
    """Return a picture of each item, of the data or decoded."""
    return subject.adapter.draw(x, subject.kind, subject.config)

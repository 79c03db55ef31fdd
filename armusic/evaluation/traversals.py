"""What is decoded while dimensions are moved, as pictures: one dimension at a time, or two over a grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from jaxtyping import Float, Integer, UInt8

from armusic.config import MUSIC
from armusic.errors import UsageError
from armusic.evaluation.identity import told
from armusic.evaluation.subject import Items, Subject, load
from armusic.evaluation.sweeps import Axes, axes
from armusic.files import one_line
from armusic.metrics.information import standardised
from armusic.music.attributes import canonical_name
from armusic.training import adapters
from armusic.training.checkpoint import Checkpoint
from armusic.vae.data import Data

STEPS = 17  # of a sweep
KINDS, SOME = 10, 5  # items that stand for all: of so many kinds, or, where nothing tells kinds, so many


@dataclass(frozen=True, slots=True)
class Traversal:
    """Items, and what is decoded of each while one dimension is moved.

    Parameters
    ----------
    names : tuple of str
        The attributes whose dimensions are moved, each alone.
    steps : float array (step,)
        Where a dimension is put, in standard deviations of the prior.
    originals : uint8 array (item, height, width, 3)
        The items.
    before : float array (item, attribute)
        Their attributes, as the data has them.
    pictures : uint8 array (step, item, attribute, height, width, 3)
        What is decoded where the dimension of an attribute is at a step.
    values : float array (step, item, attribute)
        That attribute, measured there; NaN where it cannot be, or was not.
    """

    names: tuple[str, ...]
    steps: Float[np.ndarray, " step"]
    originals: UInt8[np.ndarray, "item height width 3"]
    before: Float[np.ndarray, "item attribute"]
    pictures: UInt8[np.ndarray, "step item attribute height width 3"]
    values: Float[np.ndarray, "step item attribute"]

    @property
    def measured(self) -> bool:
        """Whether any attribute was."""
        return not np.isnan(self.values).all()


def ordinary(subject: Subject, test: Data, seed: int = 0) -> Integer[np.ndarray, " some"]:
    """Return where ordinary items are: one of each kind that a judge tells apart, else a few drawn at random.

    That of a kind is the one whose farthest attribute is nearest to the mean of its kind, in standard deviations.
    """
    what = subject.adapter.identity_name
    if not what:
        return np.sort(np.random.default_rng(seed).permutation(len(test))[:SOME])
    known = told(test, what)
    kind = subject.identify(test.x) if known is None else known
    found, counts = np.unique(kind, return_counts=True)
    places = []
    for one in np.sort(found[np.argsort(-counts, kind="stable")[:KINDS]]):
        here = np.flatnonzero(kind == one)
        places.append(here[np.abs(standardised(test.a[here])).max(axis=1).argmin()])
    return np.array(places)


def traverse(
    subject: Subject,
    items: Data,
    names: Sequence[str],
    steps: Float[np.ndarray, " step"],
    turned: Axes,
    *,
    measured: bool = True,
) -> Traversal:
    """Encode items, put the dimension of each attribute, alone, at each step, and decode all at once.

    Parameters
    ----------
    subject : Subject
        The model.
    items : Data
        Few items.
    names : sequence of str
        Which of the model's attributes.
    steps : float array (step,)
        In standard deviations of the prior.
    turned : Axes
        Of the model: see `axes`.
    measured : bool
        Whether the attributes are measured in what is decoded, which takes longer than to decode it.
    """
    places = [items.names.index(name) for name in names]
    mean = subject.encode(items.x)[0]
    moved = np.tile(mean[:, None], (len(steps), 1, len(places), 1))
    for column, place in enumerate(places):
        moved[:, :, column, turned.dims[place]] = turned.ways[place] * steps[:, None]
    made = subject.decode(moved.reshape(-1, mean.shape[1]))
    pictures, across = draw(subject, made), moved.shape[:3]
    values = np.full(across, np.nan)
    if measured:
        values = subject.measure(made).reshape(*across, -1)[:, :, np.arange(len(places)), places]
    return Traversal(
        tuple(names),
        steps,
        draw(subject, items.x),
        items.a[:, places].astype(np.float64),
        pictures.reshape(*across, *pictures.shape[1:]),
        values,
    )


def of_model(
    checkpoint: Checkpoint,
    cache: Path,
    numbers: Sequence[int],
    names: Sequence[str],
    *,
    steps: int = STEPS,
    span: tuple[float, float] = (-2.0, 2.0),
    data: str | None = None,
) -> Traversal:
    """Turn attributes of test items by their dimensions.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    cache : Path
        Folder of cached data.
    numbers : sequence of int
        Which items of the test part, from 0.
    names : sequence of str
        Which attributes.
    steps : int
        Where each dimension is put: at so many places.
    span : (float, float)
        The first and the last of these, in standard deviations of the prior.
    data : str, optional
        A data set or path with other items than those of the model's own data; they need all of its attributes.

    Raises
    ------
    UsageError
        For an attribute that the model has not, an item that there is not, or data of another domain.
    DataError
        For data that cannot be used, or does not fit the model.
    """
    config = checkpoint.config
    if adapters.of(config).domain == MUSIC:
        raise UsageError(
            f"a model of music ({one_line(config.data)}) has no test images: name one of images, or interpolate a tune"
        )
    if not numbers:
        raise UsageError("no item: name one of the test part, from 0")
    chosen = [canonical_name(name, config.attributes) for name in dict.fromkeys(names)]
    if not np.isfinite(span).all():
        raise UsageError(f"from {span[0]:g} to {span[1]:g}: a dimension is put at finite places")
    if data is not None:
        words = adapters.of(config).words
        if adapters.get(data).domain != adapters.of(config).domain:
            raise UsageError(
                f"{one_line(data)}: not {words.items}, which this model ({one_line(config.data)}) is of: name others,"
                " or take its own"
            )
        checkpoint = replace(checkpoint, config=replace(config, data=data))
    subject, (_, _, test) = load(checkpoint, cache)
    missing = [number for number in numbers if not 0 <= number < len(test)]
    if missing:
        raise UsageError(
            f"item {missing[0]}: the test part of {one_line(subject.config.data)} has {len(test)} items, 0 to"
            f" {len(test) - 1}"
        )
    return traverse(subject, test.take(np.array(numbers)), chosen, np.linspace(*span, steps), axes(subject, test))


def plane(
    subject: Subject, item: Data, pair: tuple[int, int], points: Float[np.ndarray, " point"], turned: Axes
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
        In standard deviations of the prior.
    turned : Axes
        Of the model.
    """
    moved = np.tile(subject.encode(item.x)[0][0], (len(points), len(points), 1))
    over, up = pair
    moved[..., turned.dims[over]] = turned.ways[over] * points
    moved[..., turned.dims[up]] = turned.ways[up] * points[:, None]
    pictures = draw(subject, subject.decode(moved.reshape(-1, moved.shape[2])))
    return pictures.reshape(len(points), len(points), *pictures.shape[1:])


def draw(subject: Subject, x: Items) -> UInt8[np.ndarray, "item height width 3"]:
    """Return a picture of each item, of the data or decoded."""
    return subject.adapter.draw(x, subject.kind, subject.config)

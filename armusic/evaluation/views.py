"""The arrays and tunes that pictures of an evaluation show: attributes over pairs of dimensions, one measure swept."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from armusic.evaluation.subject import Codes, Subject
from armusic.evaluation.sweeps import Axes, moved, put
from armusic.inference.settings import frame_of
from armusic.music import tokenizer
from armusic.music.score import METRES, Measure, Tune
from armusic.music.tokenizer import HOLD, REST
from armusic.progress import Stage, silent
from armusic.shapes import Float
from armusic.vae.data import Data

POINTS = np.linspace(-3, 3, 17)  # of a surface, along each dimension, in standard deviations of the prior
ITEMS = 16  # over which a surface is the mean
COARSE, FEWER = np.linspace(-3, 3, 9), 8  # points and items where measuring takes long: of images
STEPS = np.linspace(-2, 2, 5)  # of a sweep that is shown as notes


def surfaces(
    subject: Subject,
    z: Codes,
    axes: Axes,
    points: Float[np.ndarray, " point"] = POINTS,
    on_progress: Stage = silent,
) -> Float[np.ndarray, "attribute other point point"]:
    """Put the dimensions of every pair of attributes of some codes at all points of a grid, and measure the items.

    Parameters
    ----------
    subject : Subject
        The model.
    z : float32 array (item, latent)
        The codes; their other dimensions stay.
    axes : Axes
        The dimensions to move.
    points : float array (point,)
        Points of the grid along each dimension, in standard deviations of the prior.
    on_progress : callable
        Called with the stage, how many pairs are done, and their number.

    Returns
    -------
    float64 array (attribute, other, point, point)
        `values[k, d, j, i]` is attribute k, the mean over the items in which it can be measured, where its dimension
        is at `points[i]` and that of attribute d at `points[j]`; NaN where it can be measured in none, and where k
        and d share a dimension.

    Source
    ------
    Pati and Lerch (2020): surface plots of attributes over two dimensions of the latent space.
    """
    count, size = len(subject.config.attributes), len(points)
    values = np.full((count, count, size, size), np.nan)
    pairs = [(k, d) for k in range(count) for d in range(k)]
    for number, (k, d) in enumerate(pairs):
        on_progress("surfaces", number, len(pairs))
        if axes.dims[k] == axes.dims[d]:
            continue
        places = {k: points[:, None], d: points[:, None, None]}
        codes = put(subject, np.tile(z, (size, size, 1, 1)), axes, places)
        measured = subject.measure(subject.decode(codes.reshape(-1, z.shape[1])))
        mean = _known_mean(measured.reshape(size, size, len(z), count))
        values[k, d], values[d, k] = mean[..., k], mean[..., d].T
    on_progress("surfaces", len(pairs), len(pairs))
    return values


def _known_mean(values: Float[np.ndarray, "point point item attribute"]) -> Float[np.ndarray, "point point attribute"]:
    """Return the mean over items, of the values that are known; NaN where none is."""
    known = ~np.isnan(values)
    count = known.sum(axis=2)
    return np.where(count > 0, np.where(known, values, 0).sum(axis=2) / np.maximum(count, 1), np.nan)


def few_codes(z: Codes, seed: int) -> Float[np.ndarray, "some latent"]:
    """Return a few codes, drawn at random, over which a surface is the mean."""
    return z[np.sort(np.random.default_rng(seed).permutation(len(z))[:ITEMS])]


@dataclass(frozen=True, slots=True)
class Example:
    """A test measure with the dimension of each attribute swept, as music.

    Parameters
    ----------
    tunes : tuple of Tune
        One per attribute: the measure at each step of its dimension, one after another.
    steps : float array (step,)
        Positions of the dimension, in standard deviations of the prior.
    values : float64 array (attribute, step)
        The attribute of each measure.
    """

    tunes: tuple[Tune, ...]
    steps: Float[np.ndarray, " step"]
    values: Float[np.ndarray, "attribute step"]


def example(
    subject: Subject, test: Data, mean: Codes, axes: Axes, steps: Float[np.ndarray, " step"] = STEPS
) -> Example:
    """Sweep the dimension of each attribute of the most ordinary test measure.

    That is the one whose attributes are nearest to their means. A note that would be held over from the step before
    begins as silence.
    """
    count = len(test.names)
    distance = np.abs((test.a - test.a.mean(axis=0)) / (test.a.std(axis=0) + 1e-9)).max(axis=1)
    codes = moved(subject, mean[[distance.argmin()]], axes, steps)
    classes = subject.decode(codes.reshape(-1, mean.shape[1]))
    values = subject.measure(classes).reshape(count, len(steps), count)
    frame, metre = frame_of(subject.config), METRES[subject.kind]
    tokens = frame.tokens(classes)
    tokens[tokens[:, 0] == HOLD, 0] = REST
    measures = tuple(Measure(place * Fraction(metre.length), metre) for place in range(len(steps)))
    tunes = tuple(Tune(tokenizer.decode(rows, measures), measures) for rows in np.split(tokens, count))
    return Example(tunes, steps, values[np.arange(count), :, np.arange(count)])

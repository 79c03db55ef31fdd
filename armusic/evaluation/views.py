"""What the pictures of an evaluation show: attributes over pairs of dimensions, and one measure swept."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from jaxtyping import Float

from armusic.evaluation.subject import Codes, Subject
from armusic.evaluation.sweeps import Axes, placed
from armusic.music import tokenizer
from armusic.music.pitch_frame import FRAMES, MIDDLE
from armusic.music.score import METRES, Measure, Tune
from armusic.music.tokenizer import HOLD, REST
from armusic.progress import Stage, silent
from armusic.vae.data import Data

POINTS = np.linspace(-3, 3, 17)  # of a surface, along each dimension, in standard deviations of the prior
ITEMS = 16  # over which a surface is the mean
COARSE, FEWER = np.linspace(-3, 3, 9), 8  # of these, where what is decoded takes long to measure: of pictures
STEPS = np.linspace(-2, 2, 5)  # of a sweep that is shown as notes


def surfaces(
    subject: Subject,
    z: Codes,
    turned: Axes,
    points: Float[np.ndarray, " point"] = POINTS,
    on_progress: Stage = silent,
) -> Float[np.ndarray, "attribute other point point"]:
    """Put the dimensions of every pair of attributes of some codes at all points of a grid, and measure what comes.

    Parameters
    ----------
    subject : Subject
        The model.
    z : float32 array (item, latent)
        The codes; their other dimensions stay.
    turned : Axes
        Which dimension is that of an attribute.
    points : float array (point,)
        Of the grid, along both dimensions.
    on_progress : callable
        Told how many codes are decoded.

    Returns
    -------
    float64 array (attribute, other, point, point)
        `values[k, d, j, i]` is attribute k, the mean over the items of which it is known, where its dimension is at
        `points[i]` and that of attribute d at `points[j]`; NaN where it is known of none, and where d has no other
        dimension than k.

    Source
    ------
    Pati and Lerch (2020): surface plots of attributes over two dimensions of the latent space.
    """
    count, size = len(subject.config.attributes), len(points)
    values = np.full((count, count, size, size), np.nan)
    pairs = [(one, other) for one in range(count) for other in range(one)]
    moved = np.tile(z, (size, size, 1, 1))
    for number, (k, d) in enumerate(pairs):
        on_progress("surfaces", number, len(pairs))
        if turned.dims[k] == turned.dims[d]:
            continue
        codes = moved.copy()
        codes[..., turned.dims[k]] = turned.ways[k] * points[:, None]
        codes[..., turned.dims[d]] = turned.ways[d] * points[:, None, None]
        found = subject.measure(subject.decode(codes.reshape(-1, z.shape[1])))
        mean = _known_mean(found.reshape(size, size, len(z), count))
        values[k, d], values[d, k] = mean[..., k], mean[..., d].T
    on_progress("surfaces", len(pairs), len(pairs))
    return values


def _known_mean(values: Float[np.ndarray, "point point item attribute"]) -> Float[np.ndarray, "point point attribute"]:
    """Return the mean over items, of the values that are known; NaN where none is."""
    known = ~np.isnan(values)
    count = known.sum(axis=2)
    return np.where(count > 0, np.where(known, values, 0).sum(axis=2) / np.maximum(count, 1), np.nan)


def some(z: Codes, seed: int) -> Float[np.ndarray, "some latent"]:
    """Return a few codes, drawn at random, to take the mean of a surface over."""
    return z[np.sort(np.random.default_rng(seed).permutation(len(z))[:ITEMS])]


@dataclass(frozen=True, slots=True)
class Example:
    """A test measure with the dimension of each attribute swept, as music.

    Parameters
    ----------
    tunes : tuple of Tune
        One per attribute: the measure at each step of its dimension, one after another.
    steps : float array (step,)
        Where the dimension is put, in standard deviations of the prior.
    values : float64 array (attribute, step)
        The attribute of each measure.
    """

    tunes: tuple[Tune, ...]
    steps: Float[np.ndarray, " step"]
    values: Float[np.ndarray, "attribute step"]


def example(
    subject: Subject, test: Data, mean: Codes, turned: Axes, steps: Float[np.ndarray, " step"] = STEPS
) -> Example:
    """Sweep the dimension of each attribute of the most ordinary test measure.

    That is the one whose attributes are nearest to their means.
    Each step stands for itself: a note that would go on from the measure before begins as silence.
    """
    count = len(test.names)
    far = np.abs((test.a - test.a.mean(axis=0)) / (test.a.std(axis=0) + 1e-9)).max(axis=1)
    moved = placed(mean[[far.argmin()]], turned, steps)
    made = subject.decode(moved.reshape(-1, mean.shape[1]))
    values = subject.measure(made).reshape(count, len(steps), count)
    frame, metre = FRAMES[subject.config.frame], METRES[subject.kind]
    tokens = frame.leave(made, np.full(len(made), 0 if frame.name == "absolute" else MIDDLE))
    tokens[tokens[:, 0] == HOLD, 0] = REST
    measures = tuple(Measure(place * Fraction(metre.length), metre) for place in range(len(steps)))
    tunes = tuple(Tune(tokenizer.decode(rows, measures), measures) for rows in np.split(tokens, count))
    return Example(tunes, steps, values[np.arange(count), :, np.arange(count)])

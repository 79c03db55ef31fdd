"""What is decoded when one attribute is moved: the control that a model has without a search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from armusic.evaluation.subject import Codes, Subject
from armusic.extras import require
from armusic.metrics.information import standardised
from armusic.progress import Stage, silent
from armusic.shapes import Float, Int
from armusic.vae.data import Data

POSITIONS = np.linspace(-2, 2, 9)  # of a moved dimension, in standard deviations of the prior
MOST = 5000  # items over which attributes and dimensions are correlated

Steps = Float[np.ndarray, " step"]
Swept = Float[np.ndarray, "attribute step some attribute"]


@dataclass(frozen=True, slots=True)
class Axes:
    """The dimension that controls each attribute.

    Parameters
    ----------
    dims : int array (attribute,)
        Number of the dimension.
    signs : float array (attribute,)
        1 where the attribute rises with it, -1 where it falls.
    """

    dims: Int[np.ndarray, " attribute"]
    signs: Float[np.ndarray, " attribute"]

    def along(self, z: Codes) -> Float[np.ndarray, "item attribute"]:
        """Return the positions of codes on the dimension of each attribute, in the direction in which it rises."""
        return z[:, self.dims] * self.signs

    def move(self, codes: np.ndarray, attribute: int, positions: np.ndarray) -> None:
        """Put the dimension of an attribute at `positions` (broadcast), in place, in codes of shape (..., latent)."""
        codes[..., self.dims[attribute]] = self.signs[attribute] * positions

    def take(self, attributes: list[int]) -> Axes:
        """Return the axes of some of the attributes."""
        return Axes(self.dims[attributes], self.signs[attributes])


def find_axes(subject: Subject, test: Data) -> Axes:
    """Return which dimension controls each attribute: its own where they are tied, else the one that correlates most.

    In a plain beta-VAE (`gamma` 0) that is the one whose rank correlation with it is largest, over up to 5,000 of the
    test items.
    """
    count = len(test.names)
    if subject.config.loss.gamma > 0:
        return Axes(np.arange(count), np.ones(count))
    rankdata = require("scipy.stats", extra="train", purpose="evaluation").rankdata

    sample = test.take(np.sort(np.random.default_rng(0).permutation(len(test))[:MOST]))
    z, a = (standardised(rankdata(values, axis=0)) for values in (subject.encode(sample.x)[0], sample.a))
    rho = z.T @ a
    dims = np.abs(rho).argmax(axis=0)
    return Axes(dims, np.where(rho[dims, np.arange(count)] < 0, -1.0, 1.0))


def sweep(subject: Subject, z: Codes, axes: Axes, positions: Steps = POSITIONS, on_progress: Stage = silent) -> Swept:
    """Put the dimension of each attribute of some codes at the same positions, and measure what is decoded there.

    Parameters
    ----------
    subject : Subject
        The model.
    z : float32 array (item, latent)
        The codes; their other dimensions stay, unless the model has an editor.
    axes : Axes
        The dimensions to move.
    positions : float array (step,)
        Positions of each dimension, in standard deviations of the prior.
    on_progress : callable
        Called with the stage, how many codes are decoded, and their number.

    Returns
    -------
    float64 array (attribute, step, item, attribute)
        By the attribute whose dimension is moved, the attributes, in their own units.
    """
    codes = moved(subject, z, axes, positions)
    items = subject.decode(
        codes.reshape(-1, z.shape[1]), lambda done, total: on_progress("moving dimensions", done, total)
    )
    return subject.measure(items).reshape(*codes.shape[:3], len(subject.config.attributes))


def moved(subject: Subject, z: Codes, axes: Axes, positions: Steps) -> Float[np.ndarray, "attribute step item latent"]:
    """Return codes with the dimension of each attribute, alone, at each of the positions: see `put`."""
    codes = np.tile(z, (len(axes.dims), len(positions), 1, 1))
    for attribute in range(len(axes.dims)):
        codes[attribute] = put(subject, codes[attribute], axes, {attribute: positions[:, None]})
    return codes


def put(
    subject: Subject, codes: Float[np.ndarray, "... latent"], axes: Axes, places: Mapping[int, np.ndarray]
) -> Float[np.ndarray, "... latent"]:
    """Return codes with the dimensions of some attributes at `places` (broadcast); an editor moves the others."""
    if not subject.edits:
        codes = codes.copy()
        for attribute, positions in places.items():
            axes.move(codes, attribute, positions)
        return codes
    targets = np.full((*codes.shape[:-1], len(subject.config.attributes)), np.nan)
    for attribute, positions in places.items():
        targets[..., attribute] = positions
    return subject.edit(codes.reshape(-1, codes.shape[-1]), targets.reshape(-1, targets.shape[-1])).reshape(codes.shape)

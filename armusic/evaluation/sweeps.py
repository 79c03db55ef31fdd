"""What is decoded when a dimension is moved: how far a model can be turned without a search."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from armusic.evaluation.subject import Codes, Subject
from armusic.metrics.information import standardised
from armusic.progress import Stage, silent
from armusic.vae.data import Data

POSITIONS = np.linspace(-2, 2, 9)  # where a dimension is put, in standard deviations of the prior
MOST = 5000  # items that tell which dimension turns which attribute

Swept = Float[np.ndarray, "attribute step some attribute"]


@dataclass(frozen=True, slots=True)
class Axes:
    """The dimension that turns each attribute.

    Parameters
    ----------
    dims : int array (attribute,)
        Which.
    ways : float array (attribute,)
        1 where the attribute rises with it, -1 where it falls.
    """

    dims: Int[np.ndarray, " attribute"]
    ways: Float[np.ndarray, " attribute"]

    def along(self, z: Codes) -> Float[np.ndarray, "item attribute"]:
        """Return where codes are on the dimension of each attribute, in the direction in which it rises."""
        return z[:, self.dims] * self.ways


def axes(subject: Subject, test: Data) -> Axes:
    """Return which dimension turns each attribute: its own where they are tied, else the one that tells most of it.

    In a plain beta-VAE (`gamma` 0) that is the one whose rank correlation with it is largest, over up to 5,000 of the
    test items.
    """
    count = len(test.names)
    if subject.config.gamma > 0:
        return Axes(np.arange(count), np.ones(count))
    from scipy.stats import rankdata

    few = test.take(np.sort(np.random.default_rng(0).permutation(len(test))[:MOST]))
    z, a = (standardised(rankdata(values, axis=0)) for values in (subject.encode(few.x)[0], few.a))
    rho = z.T @ a
    dims = np.abs(rho).argmax(axis=0)
    return Axes(dims, np.where(rho[dims, np.arange(count)] < 0, -1.0, 1.0))


def sweep(
    subject: Subject,
    z: Codes,
    turned: Axes,
    positions: Float[np.ndarray, " step"] = POSITIONS,
    on_progress: Stage = silent,
) -> Swept:
    """Put the dimension of each attribute of some codes at the same positions, and measure what is decoded there.

    Parameters
    ----------
    subject : Subject
        The model.
    z : float32 array (item, latent)
        The codes; their other dimensions stay.
    turned : Axes
        Which dimension is that of an attribute.
    positions : float array (step,)
        Where each dimension is put, in standard deviations of the prior.
    on_progress : callable
        Told how many codes are decoded.

    Returns
    -------
    float64 array (attribute, step, item, attribute)
        By the attribute whose dimension is moved, the attributes, in their own units.
    """
    count = len(subject.config.attributes)
    moved = placed(z, turned, positions)
    made = subject.decode(
        moved.reshape(-1, z.shape[1]), lambda done, total: on_progress("moving dimensions", done, total)
    )
    return subject.measure(made).reshape(*moved.shape[:3], count)


def placed(
    z: Codes, turned: Axes, positions: Float[np.ndarray, " step"]
) -> Float[np.ndarray, "attribute step item latent"]:
    """Return codes with the dimension of each attribute, alone, at each of the positions."""
    moved = np.tile(z, (len(turned.dims), len(positions), 1, 1))
    for number, (dim, way) in enumerate(zip(turned.dims, turned.ways, strict=True)):
        moved[number, :, :, dim] = way * positions[:, None]
    return moved

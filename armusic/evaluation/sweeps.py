"""What is decoded when a dimension is moved: how far a model can be turned without a search."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from armusic.evaluation.subject import Codes, Progress, Subject, silent

POSITIONS = np.linspace(-2, 2, 9)  # where a dimension is put, in standard deviations of the prior

Swept = Float[np.ndarray, "attribute step some attribute"]


def sweep(
    subject: Subject, z: Codes, positions: Float[np.ndarray, " step"] = POSITIONS, on_progress: Progress = silent
) -> Swept:
    """Put each regularised dimension of some codes at the same positions, and measure what is decoded there.

    Parameters
    ----------
    subject : Subject
        The model.
    z : float32 array (item, latent)
        The codes; their other dimensions stay.
    positions : float array (step,)
        Where each dimension is put, in standard deviations of the prior.
    on_progress : callable
        Told how many codes are decoded.

    Returns
    -------
    float64 array (attribute, step, item, attribute)
        By the dimension that is moved (k belongs to attribute k), the attributes, in their own units.
    """
    count = len(subject.config.attributes)
    moved = placed(z, count, positions)
    made = subject.decode(
        moved.reshape(-1, z.shape[1]), lambda done, total: on_progress("moving dimensions", done, total)
    )
    return subject.measure(made).reshape(*moved.shape[:3], count)


def placed(z: Codes, count: int, positions: Float[np.ndarray, " step"]) -> Float[np.ndarray, "dim step item latent"]:
    """Return codes with each of the first `count` dimensions, alone, at each of the positions."""
    moved = np.tile(z, (count, len(positions), 1, 1))
    for dim in range(count):
        moved[dim, :, :, dim] = positions[:, None]
    return moved

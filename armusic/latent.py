"""Arithmetic on codes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


def sweep(z: Tensor, dim: int, steps: Sequence[float]) -> Tensor:
    """Return codes with one dimension moved by each of `steps`.

    Parameters
    ----------
    z : Tensor (item, latent)
    dim : int
        The dimension that moves.
    steps : sequence of float
        How far, in prior standard deviations, from where each code is.

    Returns
    -------
    Tensor (step, item, latent)

    Examples
    --------
    >>> sweep(torch.tensor([[5.0, 7.0]]), 0, [-1, 1]).tolist()
    [[[4.0, 7.0]], [[6.0, 7.0]]]
    """
    moved = z.repeat(len(steps), 1, 1)
    moved[:, :, dim] += torch.as_tensor(steps, dtype=z.dtype, device=z.device)[:, None]
    return moved

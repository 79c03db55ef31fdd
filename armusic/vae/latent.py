"""Arithmetic on codes."""

from __future__ import annotations

import torch
from torch import Tensor

TINY = 1e-12  # below this length, a code is at the origin
FLAT = 1e-4  # below this sine of the angle between two codes, the arc is a straight line


def lerp(start: Tensor, end: Tensor, share: float) -> Tensor:
    """Return the codes a share of the straight way from `start` to `end`.

    Parameters
    ----------
    start, end : Tensor (..., latent)
        Codes at both ends.
    share : float
        Share of the way: 0 is the start, 1 the end.

    Returns
    -------
    Tensor (..., latent)

    Examples
    --------
    >>> lerp(torch.tensor([[0.0, 2.0]]), torch.tensor([[4.0, 2.0]]), 0.25).tolist()
    [[1.0, 2.0]]
    """
    return (1 - share) * start + share * end


def slerp(start: Tensor, end: Tensor, share: float) -> Tensor:
    """Return the codes a share of the way along the arc from `start` to `end`.

    The direction changes evenly along the great circle, and so does the length: unlike those of `lerp`,
    codes half-way are no nearer to the origin than both ends. Where the arc is undefined (opposite codes,
    or one at the origin) the way is straight.

    Parameters
    ----------
    start, end : Tensor (..., latent)
        Codes at both ends.
    share : float
        Share of the way: 0 is the start, 1 the end.

    Returns
    -------
    Tensor (..., latent)

    Source
    ------
    K. Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985.

    Examples
    --------
    >>> round(slerp(torch.tensor([1.0, 0.0]), torch.tensor([0.0, 3.0]), 0.5).norm().item(), 3)
    2.0
    """
    lengths = start.norm(dim=-1, keepdim=True), end.norm(dim=-1, keepdim=True)
    first, last = (z / size.clamp_min(TINY) for z, size in zip((start, end), lengths, strict=True))
    angle = (first * last).sum(dim=-1, keepdim=True).clamp(-1, 1).arccos()
    sine = angle.sin().clamp_min(TINY)
    direction = (((1 - share) * angle).sin() * first + (share * angle).sin() * last) / sine
    arc = lerp(*lengths, share) * direction
    no_arc = (sine < FLAT) | (lengths[0] < TINY) | (lengths[1] < TINY)
    return torch.where(no_arc, lerp(start, end, share), arc)

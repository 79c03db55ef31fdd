"""Arithmetic on codes."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

TINY = 1e-12  # a length that counts as none
FLAT = 1e-4  # the sine of an angle so small (or so near to half a turn) that the arc is a straight line


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


def lerp(start: Tensor, end: Tensor, share: float) -> Tensor:
    """Return the codes that lie a share of the straight way from `start` to `end`.

    Parameters
    ----------
    start, end : Tensor (..., latent)
    share : float
        0: the start, 1: the end.

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
    """Return the codes that lie a share of the way along the arc from `start` to `end`.

    The direction turns evenly, along the great circle, and the length changes evenly: codes half-way
    are no nearer to the origin than both ends are, where those of `lerp` are. Where there is no one
    arc (opposite codes, or one at the origin) the way is straight.

    Parameters
    ----------
    start, end : Tensor (..., latent)
    share : float
        0: the start, 1: the end.

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
    one, other = (z / size.clamp_min(TINY) for z, size in zip((start, end), lengths, strict=True))
    angle = (one * other).sum(dim=-1, keepdim=True).clamp(-1, 1).arccos()
    sine = angle.sin().clamp_min(TINY)
    turned = (((1 - share) * angle).sin() * one + (share * angle).sin() * other) / sine
    arc = lerp(*lengths, share) * turned
    no_arc = (sine < FLAT) | (lengths[0] < TINY) | (lengths[1] < TINY)
    return torch.where(no_arc, lerp(start, end, share), arc)

"""Arithmetic on codes."""

from __future__ import annotations

import numpy as np

from armusic.shapes import Float

TINY = 1e-12  # below this length, a code is at the origin
FLAT = 1e-4  # below this sine of the angle between two codes, the arc is a straight line

Codes = Float[np.ndarray, "*code latent"]


def lerp(start: Codes, end: Codes, share: float) -> Codes:
    """Return the codes a share of the straight way from `start` to `end`.

    Parameters
    ----------
    start, end : float array (..., latent)
        Codes at both ends.
    share : float
        Share of the way: 0 is the start, 1 the end.

    Returns
    -------
    float array (..., latent)

    Examples
    --------
    >>> lerp(np.array([[0.0, 2.0]]), np.array([[4.0, 2.0]]), 0.25).tolist()
    [[1.0, 2.0]]
    """
    return (1 - share) * start + share * end


def slerp(start: Codes, end: Codes, share: float) -> Codes:
    """Return the codes a share of the way along the arc from `start` to `end`.

    The direction changes evenly along the great circle, and so does the length: unlike those of `lerp`,
    codes half-way are no nearer to the origin than both ends. Where the arc is undefined (opposite codes,
    or one at the origin) the way is straight.

    Parameters
    ----------
    start, end : float array (..., latent)
        Codes at both ends.
    share : float
        Share of the way: 0 is the start, 1 the end.

    Returns
    -------
    float array (..., latent)

    Source
    ------
    K. Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985.

    Examples
    --------
    >>> round(float(np.linalg.norm(slerp(np.array([1.0, 0.0]), np.array([0.0, 3.0]), 0.5))), 3)
    2.0
    """
    lengths = np.linalg.norm(start, axis=-1, keepdims=True), np.linalg.norm(end, axis=-1, keepdims=True)
    first, last = (z / np.maximum(size, TINY) for z, size in zip((start, end), lengths, strict=True))
    angle = np.arccos((first * last).sum(axis=-1, keepdims=True).clip(-1, 1))
    sine = np.maximum(np.sin(angle), TINY)
    direction = (np.sin((1 - share) * angle) * first + np.sin(share * angle) * last) / sine
    arc = lerp(*lengths, share) * direction
    no_arc = (sine < FLAT) | (lengths[0] < TINY) | (lengths[1] < TINY)
    result: np.ndarray = np.where(no_arc, lerp(start, end, share), arc)
    return result

"""Expected attributes of a decoder's output, differentiable.

The ticks of an output are independent given the code, so the expectations below are exact
where stated: of the number of onsets, of the first and last pitch given that there is a
note, and of the highest and lowest.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

Expectation = Callable[[Tensor, Tensor], Tensor]
"""(probability of an onset per tick and pitch (item, tick, pitch), metrical weight per tick (tick,)) -> (item,)."""


def density(onsets: Tensor, weights: Tensor) -> Tensor:
    """Return the expected share of ticks with an onset.

    Examples
    --------
    >>> density(torch.tensor([[[0.5, 0.5], [0.0, 0.5]]]), torch.ones(2)).tolist()
    [0.75]
    """
    return onsets.sum(dim=2).mean(dim=1)


def rhythm(onsets: Tensor, weights: Tensor) -> Tensor:
    """Return the expected rhythmic complexity: onsets by metrical weight."""
    return onsets.sum(dim=2) @ (weights / weights.sum())


def contour(onsets: Tensor, weights: Tensor, span: float) -> Tensor:
    """Return the expected interval from the first note to the last, over `span` semitones."""
    return (_first_pitch(onsets.flip(1)) - _first_pitch(onsets)) / span


def pitch_range(onsets: Tensor, weights: Tensor, span: float) -> Tensor:
    """Return the expected distance from the lowest note to the highest, over `span` semitones.

    Examples
    --------
    >>> certain = torch.zeros(1, 2, 5)
    >>> certain[0, 0, 1] = certain[0, 1, 4] = 1.0
    >>> round(pitch_range(certain, torch.ones(2), 26).item() * 26, 3)
    3.0
    """
    # P(no onset above v) = product over ticks of 1 - P(onset above v); likewise below
    above = onsets.flip(2).cumsum(dim=2).flip(2)
    below = onsets.cumsum(dim=2)
    none_above, none_below = (_log1m(p).sum(dim=1).exp() for p in (above, below))
    none = none_above[:, 0]  # no onset at all: counts as range 0
    highest = (1 - none_above[:, 1:]).sum(dim=1)  # sum over v of P(highest >= v), from the lowest pitch
    lowest = (none_below[:, :-1] - none[:, None]).sum(dim=1)
    return (highest - lowest).clamp_min(0) / span


def _first_pitch(onsets: Tensor) -> Tensor:
    """Return the expected pitch of the first onset, given that there is one."""
    any_pitch = onsets.sum(dim=2)
    none_before = (_log1m(any_pitch).cumsum(dim=1) - _log1m(any_pitch)).exp()
    pitches = torch.arange(onsets.shape[2], dtype=onsets.dtype, device=onsets.device)
    total = (none_before * any_pitch).sum(dim=1)
    return (none_before * (onsets @ pitches)).sum(dim=1) / total.clamp_min(1e-6)


def _log1m(p: Tensor) -> Tensor:
    return torch.log1p(-p.clamp(0, 1 - 1e-6))


def expectations(names: tuple[str, ...], span: float) -> dict[str, Expectation]:
    """Return the expectation of each attribute that has one."""
    known: dict[str, Expectation] = {
        "rhythm": rhythm,
        "range": lambda onsets, weights: pitch_range(onsets, weights, span),
        "density": density,
        "contour": lambda onsets, weights: contour(onsets, weights, span),
    }
    return {name: known[name] for name in names if name in known}


def expected(logits: Tensor, pitches: int, weights: np.ndarray, names: tuple[str, ...], span: float) -> Tensor:
    """Return the expected attributes (item, attribute) of logits (item, tick, class); NaN where none is known."""
    onsets = logits.softmax(dim=2)[..., :pitches]
    known = expectations(names, span)
    weight = torch.as_tensor(weights, dtype=onsets.dtype, device=onsets.device)
    missing = onsets.new_full((len(onsets),), float("nan"))
    return torch.stack([known[name](onsets, weight) if name in known else missing for name in names], dim=1)

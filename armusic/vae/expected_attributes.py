"""Mean and variance of the attributes of a decoder's output, differentiable.

The ticks of an output are independent given the code, so these are exact for density and rhythm, and
for the mean of the highest and lowest pitch and of the first and last given that there is a note. The variances of
range and contour take the two notes that they lie between as independent: exact where either is certain.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

Moments = tuple[Tensor, Tensor]
"""Mean and variance of an attribute, each (item,)."""
Expectation = Callable[[Tensor, Tensor], Moments]
"""(probability of an onset per tick and pitch (item, tick, pitch), metrical weight per tick (tick,)) -> moments."""

TINY = 1e-6


def density(onsets: Tensor, weights: Tensor) -> Moments:
    """Return the moments of the share of ticks with an onset.

    Examples
    --------
    >>> [part.tolist() for part in density(torch.tensor([[[0.5, 0.5], [0.0, 0.5]]]), torch.ones(2))]
    [[0.75], [0.0625]]
    """
    return rhythm(onsets, torch.ones_like(weights))


def rhythm(onsets: Tensor, weights: Tensor) -> Moments:
    """Return the moments of the rhythmic complexity: onsets by metrical weight."""
    share, struck = weights / weights.sum(), onsets.sum(dim=2)
    return struck @ share, (struck * (1 - struck)).clamp_min(0) @ share.square()


def contour(onsets: Tensor, weights: Tensor, span: float) -> Moments:
    """Return the moments of the interval from the first note to the last, over `span` semitones."""
    (first, first_variance), (last, last_variance) = _first_pitch(onsets), _first_pitch(onsets.flip(1))
    return (last - first) / span, (first_variance + last_variance) / span**2


def pitch_range(onsets: Tensor, weights: Tensor, span: float) -> Moments:
    """Return the moments of the distance from the lowest note to the highest, over `span` semitones.

    Examples
    --------
    >>> certain = torch.zeros(1, 2, 5)
    >>> certain[0, 0, 1] = certain[0, 1, 4] = 1.0
    >>> mean, variance = pitch_range(certain, torch.ones(2), 26)
    >>> round(mean.item() * 26, 3), round(variance.item(), 3)
    (3.0, 0.0)
    """
    # P(no onset above v) = product over ticks of 1 - P(onset above v); likewise below
    above = onsets.flip(2).cumsum(dim=2).flip(2)
    below = onsets.cumsum(dim=2)
    none_above, none_below = (_log1m(p).sum(dim=1).exp() for p in (above, below))
    none = none_above[:, :1]  # no onset at all: counts as range 0
    highest, lowest = 1 - none_above[:, 1:], none_below[:, :-1] - none  # P(at least v), from the lowest pitch but one
    (high, high_variance), (low, low_variance) = _from_tail(highest), _from_tail(lowest)
    return (high - low).clamp_min(0) / span, (high_variance + low_variance) / span**2


def _from_tail(tail: Tensor) -> Moments:
    """Return the moments of a whole number from the probabilities that it is at least 1, 2, ... (item, number)."""
    odd = 2 * torch.arange(tail.shape[1], dtype=tail.dtype, device=tail.device) + 1
    mean = tail.sum(dim=1)
    return mean, (tail @ odd - mean.square()).clamp_min(0)


def _first_pitch(onsets: Tensor) -> Moments:
    """Return the moments of the pitch of the first onset, given that there is one."""
    any_pitch = onsets.sum(dim=2)
    none_before = (_log1m(any_pitch).cumsum(dim=1) - _log1m(any_pitch)).exp()
    pitches = torch.arange(onsets.shape[2], dtype=onsets.dtype, device=onsets.device)
    total = (none_before * any_pitch).sum(dim=1).clamp_min(TINY)
    mean = (none_before * (onsets @ pitches)).sum(dim=1) / total
    square = (none_before * (onsets @ pitches.square())).sum(dim=1) / total
    return mean, (square - mean.square()).clamp_min(0)


def _log1m(p: Tensor) -> Tensor:
    return torch.log1p(-p.clamp(0, 1 - TINY))


def expectations(names: tuple[str, ...], span: float) -> dict[str, Expectation]:
    """Return the moments of each attribute that has them in closed form."""
    known: dict[str, Expectation] = {
        "rhythm": rhythm,
        "range": lambda onsets, weights: pitch_range(onsets, weights, span),
        "density": density,
        "contour": lambda onsets, weights: contour(onsets, weights, span),
    }
    return {name: known[name] for name in names if name in known}


def moments(logits: Tensor, pitches: int, weights: Tensor, names: tuple[str, ...], span: float) -> Moments:
    """Return mean and variance of the attributes of logits (item, tick, class), each (item, name).

    Only of `names` that have an expectation: see `expectations`.
    """
    onsets = logits.softmax(dim=2)[..., :pitches]
    known = expectations(names, span)
    parts = [known[name](onsets, weights.to(onsets)) for name in names]
    mean, variance = (torch.stack(part, dim=1) for part in zip(*parts, strict=True))
    return mean, variance


def faults(logits: Tensor, pitches: int) -> Tensor:
    """Return the expected number of faults of each output (item,): rests in silence, and having no note at all.

    Classes are the pitches, hold and rest, in this order. A measure without a fault is canonical: see
    `armusic.music.tokenizer`.

    Examples
    --------
    >>> rest_twice = 50.0 * torch.nn.functional.one_hot(torch.tensor([[0, 2, 2]]), 3)
    >>> faults(rest_twice, 1).round(decimals=3).tolist()
    [1.0]
    """
    chances = logits.softmax(dim=2)
    hold, rest = chances[..., pitches].unbind(1), chances[..., pitches + 1].unbind(1)
    silent, count = rest[0], torch.zeros_like(rest[0])
    for held, rested in zip(hold[1:], rest[1:], strict=True):
        count = count + silent * rested
        silent = silent * held + rested
    return count + _log1m(chances[..., :pitches].sum(dim=2)).sum(dim=1).exp()

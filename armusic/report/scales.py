"""Axes of figures: where a value stands, from where to where they go, and which values are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import floor, inf, log10

LEAST = 0.5  # decades that a logarithmic axis has
MARGIN = 0.06  # of an axis, at both ends
APART = 0.2  # of an axis: names that are nearer run into each other
ENOUGH = 3  # names
EXACT = 9  # digits after the point of a share: what is nearer to one is all
STEPS = (1, 0.5, 0.2, 0.3, 0.7, 0.4)  # in a decade; those of the first are named first


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis.

    Parameters
    ----------
    of : callable
        Value -> place.
    ends : (float, float)
        The places where the axis begins and ends.
    ticks : mapping of str to float
        What is written below it -> its place.
    """

    of: Callable[[float], float]
    ends: tuple[float, float]
    ticks: Mapping[str, float]


UNIT = Scale(float, (-0.03, 1.05), {"0": 0, ".25": 0.25, ".5": 0.5, ".75": 0.75, "1": 1})
"""Of figures from 0 to 1."""


def right(shares: Iterable[float]) -> Scale:
    """Return an axis for shares of right answers, logarithmic in what is wrong: 90 %, 99 % and 99.9 % are equally far.

    Parameters
    ----------
    shares : iterable of float
        All that is drawn, 0..1. Where nothing is wrong in one of them, that stands at the end of the axis.

    Examples
    --------
    >>> scale = right([0.7, 0.995, 1.0])
    >>> {name: round(place, 2) for name, place in scale.ticks.items()}
    {'100': 2.9, '90': 1.0, '99': 2.0}
    """
    wrong = [round(1 - share, EXACT) for share in shares] or [1.0]
    perfect = min(wrong) <= 0
    least = min((one for one in wrong if one > 0), default=0.1) / (4 if perfect else 1)

    def of(share: float) -> float:
        return -log10(max(1 - share, least))

    low, high = of(1 - max(wrong)), of(1 - min(wrong))
    low = max(0.0, min(low, (low + high - LEAST) / 2))
    high = max(high, low + LEAST)
    margin = MARGIN * (high - low)
    named = {"100": of(1.0)} if perfect else {}
    for step in STEPS:
        if len(named) >= ENOUGH:
            break
        for decade in range(floor(high) + 2):
            place = decade - log10(step)
            apart = min((abs(place - other) for other in named.values()), default=inf) > APART * (high - low)
            if apart and low - margin <= place <= high + margin:
                named[f"{100 - 100 * step * 10.0**-decade:.7g}"] = place
    return Scale(of, (low - margin, high + margin), named)

"""Axes of figures: the place of a value, the ends of the axis, and its ticks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import floor, log10

LEAST = 0.7  # fewest decades of a logarithmic axis: on fewer there may be no room for two ticks
MARGIN = 0.06  # of an axis, at both ends
APART, CHARACTER = 0.06, 0.04  # room between two labels, and that of a character, as shares of the axis
ENOUGH = 3  # ticks
EXACT = 1e-6  # a share that is nearer to 1 counts as 1: no label would tell them apart
STEPS = (1, 0.5, 0.2, 0.3, 0.7, 0.4)  # ticks in a decade, the preferred first


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis.

    Parameters
    ----------
    of : callable
        Value -> place.
    ends : (float, float)
        Places of the two ends of the axis.
    ticks : mapping of str to float
        Label -> place.
    """

    of: Callable[[float], float]
    ends: tuple[float, float]
    ticks: Mapping[str, float]


UNIT = Scale(float, (-0.03, 1.05), {"0": 0, ".25": 0.25, ".5": 0.5, ".75": 0.75, "1": 1})
"""Axis of figures from 0 to 1."""


def accuracy_scale(shares: Iterable[float]) -> Scale:
    """Return an axis for shares of right answers, logarithmic in what is wrong: 90 %, 99 % and 99.9 % are equally far.

    Parameters
    ----------
    shares : iterable of float
        All values that are drawn, 0..1. A value of 1 stands at the end of the axis.

    Examples
    --------
    >>> scale = accuracy_scale([0.7, 0.995, 1.0])
    >>> {name: round(place, 2) for name, place in scale.ticks.items()}
    {'100': 2.9, '90': 1.0, '99': 2.0}
    """
    wrong = list(map(_wrong, shares)) or [1.0]
    perfect = min(wrong) <= 0
    least = min((share for share in wrong if share > 0), default=0.1) / (4 if perfect else 1)

    def of(share: float) -> float:
        return -log10(max(_wrong(share), least))

    low, high = of(1 - max(wrong)), of(1 - min(wrong))
    low = max(0.0, min(low, (low + high - LEAST) / 2))
    high = max(high, low + LEAST)
    margin = MARGIN * (high - low)
    ticks = {"100": of(1.0)} if perfect else {}
    for step in STEPS:
        if len(ticks) >= ENOUGH:
            break
        for decade in range(floor(high) + 2):
            place = decade - log10(step)
            label = f"{100 - 100 * step * 10.0**-decade:.7g}"
            free = all(abs(place - tick) > _room(label, other) * (high - low) for other, tick in ticks.items())
            if free and low - margin <= place <= high + margin:
                ticks[label] = place
    return Scale(of, (low - margin, high + margin), ticks)


def _wrong(share: float) -> float:
    return 1 - share if 1 - share >= EXACT else 0.0


def _room(*labels: str) -> float:
    """Return the least distance of two labels that are centred on their ticks, as a share of the axis."""
    return APART + CHARACTER * sum(map(len, labels)) / 2

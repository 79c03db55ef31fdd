"""Messages about targets that are out of reach, which keep their figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from armusic.editing.ear import IN_PITCH
from armusic.music.attributes import short_name

FURTHER = "without subdivisions in the option keep, the tune may go further"


@dataclass(frozen=True, slots=True)
class Limit:
    """A target that is out of reach.

    Parameters
    ----------
    name : str
        The attribute.
    target, reached : float
        The target and the value in its place, in the units of the attribute.
    measure : str
        Number of the measure in the file; empty where the target is the mean of the tune.
    """

    name: str
    target: float
    reached: float
    measure: str = ""


class OutOfReach(str):
    """A message that a target is out of reach, for those who say it in other words as well.

    Examples
    --------
    >>> message = of_mean("density", 3.0, 0.5, (0.1, 0.5))
    >>> print(message, message.limit.target, sep="; ")
    density: a mean of 3 is out of reach for this tune (0.1 to 0.5): 0.5 reached; 3.0
    """

    __slots__ = ("limit",)
    limit: Limit


def of_measure(name: str, measure: str, target: float, low: float, high: float, reached: float) -> OutOfReach:
    """Return the message that a measure has no candidate for a target; they reach from `low` to `high`."""
    text = f"{short_name(name)} {target:.3g} is out of reach ({low:.3g} to {high:.3g}): {reached:.3g} reached"
    return _message(f"measure {measure}: {text}", Limit(name, target, reached, measure))


def of_mean(
    name: str, target: float, reached: float, ends: tuple[float, float] | None = None, *, alone: bool = False
) -> OutOfReach:
    """Return the message that a tune's mean cannot be a target: beyond its ends, or not found, alone or with others."""
    if ends is None:
        why = "for this tune" if alone else "together with the other targets"
        text = f"a mean of {target:.3g} is out of reach {why}: {reached:.3g} reached"
    else:
        low, high = map(_shown, ends)
        text = f"a mean of {_shown(target)} is out of reach for this tune ({low} to {high}): {_shown(reached)} reached"
    return _message(f"{short_name(name)}: {text}", Limit(name, target, reached))


def further(names: Sequence[str], keep: Sequence[str]) -> list[str]:
    """Return the message that attributes which were to rise further may do so where subdivisions are not kept.

    Examples
    --------
    >>> further(["density"], ("cadences", "subdivisions")), further(["range"], ("subdivisions",))
    (['without subdivisions in the option keep, the tune may go further'], [])
    """
    return [FURTHER] if "subdivisions" in keep and not set(names) <= set(IN_PITCH) else []


def _message(text: str, limit: Limit) -> OutOfReach:
    message = OutOfReach(text)
    message.limit = limit
    return message


def _shown(value: float) -> str:
    return f"{round(value, 6) + 0:.3g}"  # not 2e-10, nor -0

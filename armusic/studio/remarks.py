"""Remarks on a variation: short, together where they say the same, and in the units of the sliders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from armusic.editing.limits import Limit, OutOfReach
from armusic.music.attributes import SPAN, short_name
from armusic.music.tokenizer import TICKS_PER_BEAT

Units = Mapping[str, tuple[float, str]]
"""name of an attribute -> factor and unit in which it is shown"""

UNITS: Units = {
    "range": (SPAN, "semitones"),
    "contour": (SPAN, "semitones"),
    "mean_interval": (SPAN, "semitones"),
    "density": (TICKS_PER_BEAT, "notes a beat"),
}
"""Factor and unit in which attributes are shown, where they are not shares."""


def grouped(remarks: Sequence[str], units: Units) -> list[str]:
    """Return remarks with those about targets out of reach said once for each attribute, in its unit.

    Parameters
    ----------
    remarks : sequence of str
        Remarks; those of `armusic.editing.limits` are put in other words, the others are returned as they are.
    units : mapping
        Factor and unit of attributes; those not in it are shown as they are.

    Examples
    --------
    >>> from armusic.editing.limits import of_measure
    >>> limits = [of_measure("density", number, 0.5, 0.1, 0.25, 0.25) for number in "124"]
    >>> grouped([*limits, "sixteenths"], {"density": (6, "notes a beat")})
    ['density: out of reach in measures 1-2, 4, by 1.5 notes a beat on average', 'sixteenths']
    """
    limits: dict[str, list[Limit]] = {}
    for remark in remarks:
        if isinstance(remark, OutOfReach):
            limits.setdefault(remark.limit.name, []).append(remark.limit)
    lines = [_line(name, of, *units.get(name, (1, ""))) for name, of in limits.items()]
    return lines + [remark for remark in remarks if not isinstance(remark, OutOfReach)]


def unchanged(remarks: Sequence[str], numbers: Sequence[str]) -> list[str]:
    """Return why measures are left as they are: for several, together.

    Parameters
    ----------
    remarks : sequence of str
        A remark for each measure.
    numbers : sequence of str
        Their numbers in the file.
    """
    if len(remarks) < 2:
        return list(remarks)
    return [f"measures {named(numbers)} are left as they are: too wide a range for the model"]


def named(numbers: Sequence[str]) -> str:
    """Return the numbers of measures as text.

    Examples
    --------
    >>> named(["1", "2", "3", "3", "5"]), named(["1", "2-3"])
    ('1-3, 5', '1, 2-3')
    """
    names = list(dict.fromkeys(numbers))
    return ranges([int(number) for number in names]) if all(map(str.isdecimal, names)) else ", ".join(names)


def ranges(numbers: Sequence[int]) -> str:
    """Return rising numbers as text.

    Examples
    --------
    >>> ranges([1, 2, 3, 5, 8, 9])
    '1-3, 5, 8-9'
    """
    runs = (list(run) for _, run in groupby(numbers, lambda number: number - numbers.index(number)))
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _line(name: str, limits: Sequence[Limit], factor: float, unit: str) -> str:
    """Return what is said of an attribute that is out of reach."""

    def text(value: float) -> str:
        return f"{round(value * factor, 2) + 0:g} {unit}".strip()

    first = limits[0]
    if len(limits) == 1:
        where = f"measure {first.measure}: " if first.measure else ""
        return f"{where}{short_name(name)} {text(first.target)} is out of reach: {text(first.reached)} reached"
    off = sum(abs(limit.target - limit.reached) for limit in limits) / len(limits)
    places = named([limit.measure for limit in limits])
    return f"{short_name(name)}: out of reach in measures {places}, by {text(off)} on average"

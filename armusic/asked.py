"""What is asked of an attribute, as typed, and what that means measure by measure.

rhythm=0.6              the value .6 in every measure
density=p80             the 80th percentile of the corpus in each measure's metre
contour=+0.2            each measure's own value, and .2 more (-0.2: less)
density=1:0.2 8:0.7     a curve: .2 in measure 1, .7 in measure 8, linear between
density=@curve.csv      a curve from a file, one line `measure,value` per point
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float

from armusic.errors import UsageError
from armusic.files import label, read_bytes

Values = Float[np.ndarray, " measure"]
Percentile = Callable[[float], Values]
"""percent 0..100 -> value of the attribute in the corpus, in the metre of each measure."""

_NUMBER = re.compile(r"[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked of one attribute.

    Parameters
    ----------
    attribute : str
        Its name, as typed.
    form : {"value", "percentile", "shift", "curve"}
        What `points` mean.
    points : tuple of (float, float)
        Measure, from 1, and value: one point (at measure 1) but for a curve.
    text : str
        As typed, for names and messages.
    """

    attribute: str
    form: Literal["value", "percentile", "shift", "curve"]
    points: tuple[tuple[float, float], ...]
    text: str


def parse(text: str) -> Target:
    """Read a target such as `rhythm=0.6`.

    Raises
    ------
    UsageError
        For what cannot be understood, a value that is no number, or an empty curve.

    Examples
    --------
    >>> parse("density=p80")
    Target(attribute='density', form='percentile', points=((1.0, 80.0),), text='p80')
    >>> parse("density=1:0.2 8:0.7").points
    ((1.0, 0.2), (8.0, 0.7))
    """
    name, equals, asked = (part.strip() for part in text.partition("="))
    if not (name and equals and asked):
        raise UsageError(f"target {text!r}: write it like rhythm=0.6, rhythm=p80, rhythm=+0.2 or rhythm=@curve.csv")
    if asked.startswith("@"):
        return Target(name, "curve", _from_file(Path(asked[1:])), asked)
    if ":" in asked:
        return Target(name, "curve", _curve((point.split(":") for point in asked.split()), f"curve {asked!r}"), asked)
    if asked.startswith("p"):
        percent = _number(asked[1:], f"{name}={asked}")
        if not 0 <= percent <= 100:
            raise UsageError(f"{name}={asked}: percentiles go from p0 to p100")
        return Target(name, "percentile", ((1.0, percent),), asked)
    # contour may be negative: a sign in front is a shift, so a negative value is written as a curve of one point
    form: Literal["shift", "value"] = "shift" if asked[0] in "+-" else "value"
    return Target(name, form, ((1.0, _number(asked, f"{name}={asked}")),), asked)


def resolve(target: Target, present: Values, percentile: Percentile) -> Values:
    """Return the value that is asked of each measure.

    Parameters
    ----------
    target : Target
        As parsed.
    present : float array (measure,)
        The tune's own values.
    percentile : callable
        Looks up the corpus.

    Raises
    ------
    UsageError
        For a curve with a point outside the tune.

    Examples
    --------
    >>> resolve(parse("rhythm=1:0.2 3:0.4"), np.zeros(4), lambda _: np.zeros(4)).round(2).tolist()
    [0.2, 0.3, 0.4, 0.4]
    """
    count = len(present)
    where, values = (np.array(column) for column in zip(*target.points, strict=True))
    if target.form == "curve":
        outside = [point for point in where if not 1 <= point <= count]
        if outside:
            raise UsageError(f"curve {target.text}: measure {outside[0]:g}, but the tune has measures 1-{count}")
        return np.interp(np.arange(1, count + 1), where, values)
    if target.form == "percentile":
        return percentile(float(values[0]))
    return present + values[0] if target.form == "shift" else np.full(count, values[0])


def _from_file(path: Path) -> tuple[tuple[float, float], ...]:
    try:
        lines = read_bytes(path).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"{label(path)}: no text: write one line `measure,value` per point") from None
    rows = [row for row in csv.reader(lines) if row and not row[0].lstrip().startswith("#")]
    if rows and not _NUMBER.fullmatch(rows[0][0].strip()):
        rows = rows[1:]  # a header
    return _curve(rows, label(path))


def _curve(points: Iterable[Sequence[str]], where: str) -> tuple[tuple[float, float], ...]:
    """Return the points of a curve, sorted; refuse what is none."""
    found: dict[float, float] = {}
    for point in points:
        if len(point) != 2:
            raise UsageError(f"{where}: {':'.join(point)!r} is no point: write measure:value")
        measure = _number(point[0], where)
        if measure in found:
            raise UsageError(f"{where}: two values for measure {measure:g}")
        found[measure] = _number(point[1], where)
    if not found:
        raise UsageError(f"{where}: no points in it: give at least one, as measure and value")
    return tuple(sorted(found.items()))


def _number(text: str, where: str) -> float:
    text = text.strip()
    if not _NUMBER.fullmatch(text.lstrip("+-")) or not math.isfinite(float(text)):
        raise UsageError(f"{where}: {text!r} is no number")
    return float(text)

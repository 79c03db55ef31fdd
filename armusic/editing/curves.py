"""Curves of targets over the measures of a tune: points typed or read from a file, linear between them.

A point whose value is `free` frees its measure, and those up to the next point.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from armusic.errors import UsageError
from armusic.files import label, one_line, read_bytes
from armusic.shapes import Float

Points = tuple[tuple[float, float], ...]
"""Measures, rising, and values; NaN where they are free."""

FREE = "free"

_NUMBER = re.compile(r"[+-]?[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?")


def between(points: Points, places: Float[np.ndarray, " measure"]) -> Float[np.ndarray, " measure"]:
    """Return the values of a curve at the places of measures.

    Examples
    --------
    >>> between(((1.0, 0.2), (3.0, 0.4), (5.0, np.nan), (7.0, 0.5)), np.arange(1.0, 9.0)).round(2).tolist()
    [0.2, 0.3, 0.4, 0.43, nan, nan, 0.5, 0.5]
    """
    at, values = (np.array(column) for column in zip(*points, strict=True))
    bound = np.isfinite(values)
    if not bound.any():
        return np.full(len(places), np.nan)
    before = np.searchsorted(at, places, side="right") - 1
    return np.where(bound[before.clip(0)], np.interp(places, at[bound], values[bound]), np.nan)


def from_text(text: str) -> Points:
    """Return the points of a curve as it is typed: `1:0.2 8:0.7`."""
    return points_of((point.split(":") for point in text.split()), f"curve {text!r}")


def from_file(path: Path) -> Points:
    """Return the points of a curve in a file: one line `measure,value` each."""
    try:
        lines = read_bytes(path).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"{label(path)}: no text: write one line `measure,value` per point") from None
    rows = [(at, line) for at, line in enumerate(lines, 1) if line.strip() and not line.lstrip().startswith("#")]
    separator = ";" if any(";" in line for _, line in rows) else ","
    points = [(at, next(csv.reader([line], delimiter=separator))) for at, line in rows]
    if points and not any(_NUMBER.fullmatch(cell.strip()) for cell in points[0][1]):
        points = points[1:]  # a header
    for at, point in points:
        if len(point) != 2:
            text = one_line(separator.join(point))
            raise UsageError(f"{label(path)}, line {at}: {text!r} is not a point: write measure{separator}value")
    return points_of((point for _, point in points), label(path))


def points_of(points: Iterable[Sequence[str]], where: str) -> Points:
    """Return the points of a curve, sorted; refuse what is none."""
    values: dict[float, float] = {}
    for point in points:
        if len(point) != 2:
            raise UsageError(
                f"{where}: {':'.join(point)!r} is not a point: write measure:value, a space between points"
            )
        measure = number(point[0], where)
        if measure in values:
            raise UsageError(f"{where}: two values for measure {measure:g}")
        values[measure] = np.nan if point[1].strip() == FREE else number(point[1], where)
    if not values:
        raise UsageError(f"{where}: no points in it: give at least one, as measure and value")
    return tuple(sorted(values.items()))


def number(text: str, where: str, hint: str = "") -> float:
    """Return a finite number; refuse what is none."""
    text = text.strip()
    if not _NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise UsageError(f"{where}: {text!r} is not a number{hint}")
    return float(text)

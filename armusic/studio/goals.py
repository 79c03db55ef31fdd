"""Goals: the targets of an edit, measure by measure, and as the command line spells them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armusic.editing import curves
from armusic.editing.material import Material
from armusic.editing.targets import TargetTable, Values
from armusic.errors import UsageError
from armusic.files import counted
from armusic.music.attributes import canonical_name, short_name
from armusic.shapes import Bool
from armusic.studio.edits import Edit, Target

DIGITS = 6  # decimals of values in messages, and of curves
KEEP = "by+0"  # a lock


@dataclass(frozen=True, slots=True)
class Goals:
    """What an edit is to reach.

    Parameters
    ----------
    table : float64 array (measure, attribute)
        Targets, NaN where a measure is free.
    texts : mapping of str to str
        The targets of attributes as the command line spells them.
    measures : str
        Option for the measures; empty for all.
    trouble : str
        Why it cannot spell them; empty where it can.
    """

    table: TargetTable
    texts: dict[str, str]
    measures: str = ""
    trouble: str = ""


def of_tune(edit: Edit) -> bool:
    """Return whether the targets of an edit are of the tune's means, not of each measure."""
    goals = [*edit.targets.values(), *edit.shifts.values()]
    by_measure = edit.each_measure or edit.measures is not None or any(isinstance(goal, list) for goal in goals)
    return bool(goals) and not by_measure


def goals(names: Sequence[str], material: Material, present: TargetTable, edit: Edit) -> Goals:
    """Return the goals of an edit of a tune.

    A number is spelled as it is. A list that is no single number is spelled as a curve, with `DIGITS` decimals, which
    its targets then have as well: what is shown and what the command reads are the same.

    Raises
    ------
    UsageError
        For attributes, measures or numbers of values that do not fit.
    """
    table, texts = np.full(present.shape, np.nan), {}
    for listed, base in ((edit.targets, np.zeros_like(present)), (edit.shifts, present)):
        for name, goal in listed.items():
            column = names.index(canonical_name(name, names))
            if names[column] in texts or np.isfinite(table[:, column]).any():
                raise UsageError(f"{short_name(name)} is given twice: use a target or a shift")
            shifts = _column(goal, len(table), name)
            table[:, column] = base[:, column] + shifts
            values = np.unique(shifts[np.isfinite(shifts)])
            if len(values) == 1:
                texts[names[column]] = f"by{plain(values[0], '+')}" if base is present else plain(values[0])
            else:
                table[:, column] = table[:, column].round(DIGITS)
    excluded = ~material.varied | excludes(edit.measures, len(table))
    if not of_tune(edit):  # in the mean of the tune they count
        excluded |= np.isin(np.arange(1, len(table) + 1), list(edit.by_hand))
    table[excluded] = np.nan
    for name in edit.locks:
        column = names.index(canonical_name(name, names))
        free = np.isnan(table[:, column]) & np.isfinite(table).any(axis=1) & ~excluded
        if free.any() and np.isnan(table[:, column]).all():
            texts[names[column]] = KEEP
        elif free.any():
            texts.pop(names[column], None)
        table[free, column] = present[free, column]
    return _spelled(names, material, table, texts)


def _spelled(names: Sequence[str], material: Material, table: TargetTable, texts: dict[str, str]) -> Goals:
    """Return targets with their spelling: numbers for one stretch of measures, or else curves."""
    has = np.isfinite(table)
    rows, columns = has.any(axis=1), np.flatnonzero(has.any(axis=0)).tolist()
    texts = {names[column]: texts.get(names[column], "") for column in columns}
    measures = _stretch(material, rows)
    if measures is None or not has[rows][:, columns].all():
        measures, texts = "", dict.fromkeys(texts, "")
        table = table.round(DIGITS)
    places = np.array(material.tune.places)
    trouble = ""
    for column in columns:
        if not texts[names[column]]:
            here = material.varied & (rows if measures else True)
            if len(np.unique(places[here])) < here.sum():
                trouble = "two of these measures lie in one measure of the file"
            texts[names[column]] = _curve(places[here], table[here, column])
    return Goals(table, texts, measures, trouble)


def _stretch(material: Material, rows: Bool[np.ndarray, " measure"]) -> str | None:
    """Return the option for exactly these measures: empty for all that vary, None where they are no stretch."""
    if (rows == material.varied).all() or not rows.any():
        return ""
    numbers, places = material.tune.numbers, np.flatnonzero(rows)
    first, last = int(numbers[places[0]].split("-")[0]), int(numbers[places[-1]].split("-")[-1])
    same = np.zeros(len(rows), dtype=bool)
    same[list(material.tune.rows(first, last))] = True
    return f"{first}-{last}" if ((same & material.varied) == rows).all() else None


def _curve(places: Values, values: Values) -> str:
    """Return values at places as a curve.

    Examples
    --------
    >>> _curve(np.arange(1.0, 6.0), np.array([0.2, np.nan, np.nan, 0.25, 0.3]))
    '1:0.2 2:free 4:0.25 5:0.3'
    """
    points = [plain(value) if np.isfinite(value) else curves.FREE for value in values.tolist()]
    return " ".join(
        f"{place:g}:{point}"
        for place, point, before in zip(places.tolist(), points, [None, *points], strict=False)
        if not point == before == curves.FREE
    )


def plain(number: float, sign: str = "") -> str:
    """Return a number as text that is read as the very same.

    Examples
    --------
    >>> plain(0.1), plain(2.0, "+"), plain(-1e-05), plain(1234567.25)
    ('0.1', '+2', '-1e-05', '1234567.25')
    """
    text = repr(float(number) + 0.0).removesuffix(".0")
    return f"+{text}" if sign and not text.startswith("-") else text


def _column(goal: Target, count: int, name: str) -> Values:
    if not isinstance(goal, list):
        return np.full(count, float(goal))
    if len(goal) != count:
        raise UsageError(
            f"{counted(len(goal), 'value')} for {short_name(name)}: the tune has {counted(count, 'measure')}"
        )
    return np.array([np.nan if value is None else value for value in goal], dtype=float)


def excludes(measures: Sequence[int] | None, count: int) -> Bool[np.ndarray, " measure"]:
    """Return a mask of the measures that an edit leaves out; their numbers count from 1.

    Raises
    ------
    UsageError
        For measures that the tune does not have.
    """
    if measures is None:
        return np.zeros(count, dtype=bool)
    if measures and max(measures) > count:
        raise UsageError(f"measure {max(measures)}: the tune has measures 1-{count}")
    return ~np.isin(np.arange(1, count + 1), measures)

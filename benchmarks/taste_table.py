"""The figures of `taste.py` as Markdown: what must hold in a column for each source of variations, and the surprise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import faults

ASKED, REACHABLE, OWN = (
    f"the tune's mean against {what}, mean error, sd"
    for what in ("the value asked for", "the nearest to it that the corpus has", "the target that the tune was given")
)
EACH_MEASURE, DISTANCE = "each measure against its own target, mean error, sd", "distance from the input"
BACKWARDS, SAME = "steps of a sweep that go back", "steps that equal the one nearer to the input"
Result = Mapping[str, Any]


def page(columns: Mapping[str, Result]) -> str:
    """Return the table of all results, and the excess surprise of each."""
    parts = [summary(columns)]
    for name, result in columns.items():
        parts += [f"Excess surprise, {name}:", surprise(result)]
    return "\n\n".join(parts)


def summary(columns: Mapping[str, Result]) -> str:
    """Return a row for each figure, and a column for each result."""
    rows = [_rows(result) for result in columns.values()]
    names = dict.fromkeys(name for row in rows for name in row)
    lines = [f"| | {' | '.join(columns)} |", "|---" * (1 + len(columns)) + "|"]
    return "\n".join([*lines, *(f"| {name} | {' | '.join(row.get(name, '') for row in rows)} |" for name in names)])


def surprise(result: Result) -> str:
    """Return the excess surprise of one result: a row for each attribute and judge."""
    lines = ["| | -2 | -1 | +1 | +2 | ±1 | ±2 |", "|---" * 7 + "|"]
    for judge, table in result["excess"].items():
        for attribute, row in table.items():
            cells = [_interval(row[step]) if step in row else "" for step in ("-2", "-1", "1", "2", "±1", "±2")]
            lines.append(
                f"| {attribute}{'' if judge == 'judge' else f', {judge.capitalize()}'} | {' | '.join(cells)} |"
            )
    return "\n".join(lines)


def _rows(result: Result) -> dict[str, str]:
    """Return the figures of one result, in words; a bracket has the worst attribute and step."""
    excess, figures = result["excess"], result["figures"]
    rows = {}
    for judge, label in (
        ("judge", "excess surprise, nats a measure"),
        ("temperley", "the same by Temperley's formula"),
    ):
        table = excess[judge]
        rows[f"{label}: ±1 / ±2"] = " / ".join(_interval(table["all"][both]) for both in ("±1", "±2"))
        at_one = {(name, step): row[step][0] for name, row in table.items() if name != "all" for step in ("-1", "1")}
        worst = max(at_one, key=lambda cell: at_one[cell])
        rows[f"{label}: worst at ±1"] = f"{at_one[worst]:.1f} ({_cell(*worst)})"
        over = result["over input"][judge]["all"]
        rows[f"{label}, above the input's: ±1 / ±2"] = " / ".join(_interval(over[both]) for both in ("±1", "±2"))
        rows[f"{label}: the input"] = _interval(result["input"]["excess"][judge])
    for name in (faults.CADENCES, faults.LAST, faults.TONIC):
        rows[name] = _shares(figures[name], worst=min)
    downbeats = {name: cells for name, cells in figures.items() if name.startswith(faults.DOWNBEATS)}
    for name, cells in downbeats.items():
        rows[name] = _shares(cells)
    for name in (faults.SILENCE, faults.MIXED):
        rows[name] = _shares(figures[name])
    total, _ = pool(figures[faults.SHORTER])
    rows[f"{faults.SHORTER}, where the input has none: how many"] = f"{total:.0f}"
    for name in (faults.OVER_OCTAVE, faults.OVER_SIXTH):
        own = pool(result["input"]["figures"][name])
        rows[name] = f"{_shares(figures[name])}; input {_percent(*own)}"
        rows[f"{name}, contour ±2"] = _percent(*pool(figures[name], ("contour",), ("-2", "2")))
    for name in (ASKED, REACHABLE, OWN, EACH_MEASURE, DISTANCE):
        if name in figures:
            pairs = [pool(figures[name], steps=steps) for steps in (("-1", "1"), ("-2", "2"))]
            rows[f"{name}: ±1 / ±2"] = " / ".join(f"{total / of:.3f}" for total, of in pairs if of)
    rows[faults.ALIKE] = _shares(figures[faults.ALIKE], worst=min)
    for name in (BACKWARDS, SAME):
        rows[name] = _shares(figures[name])
    return rows


def pool(
    cells: Mapping[str, Mapping[str, tuple[float, float]]],
    attributes: Iterable[str] | None = None,
    steps: Iterable[str] | None = None,
) -> tuple[float, float]:
    """Return the sum of a figure, and of how many, over some attributes and steps: all when not given.

    Examples
    --------
    >>> pool({"range": {"-1": (1, 2), "1": (0, 2)}, "contour": {"-1": (3, 4)}}, steps=["-1"])
    (4, 6)
    """
    chosen = [
        pair
        for name, row in cells.items()
        for step, pair in row.items()
        if (attributes is None or name in attributes) and (steps is None or step in steps)
    ]
    return sum(total for total, _ in chosen), sum(of for _, of in chosen)


def _shares(cells: Mapping[str, Mapping[str, tuple[float, float]]], worst: Any = max) -> str:
    """Return the share over all, and in brackets that of the worst attribute and step, where they differ."""
    each = {(name, step): total / of for name, row in cells.items() for step, (total, of) in row.items() if of}
    if not each:
        return "none"
    if len({*each.values()}) == 1:
        return _percent(*pool(cells))
    place = worst(each, key=lambda cell: each[cell])
    return f"{_percent(*pool(cells))} ({_percent(each[place], 1)} {_cell(*place)})"


def _cell(attribute: str, step: str) -> str:
    return f"{attribute} {int(step):+d}"


def _percent(total: float, of: float) -> str:
    share = 100 * total / of if of else 0.0
    return f"{share:.1f} %" if 0 < share < 10 else f"{share:.0f} %"


def _interval(values: tuple[float, float, float]) -> str:
    mean, low, high = values
    return f"{mean:.1f} [{low:.1f}, {high:.1f}]"

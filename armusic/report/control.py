"""Tables of a report on control: what chance codes decode to, and how near one decode comes to a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from armusic.report.figures import CONTROL, EACH, published_control
from armusic.report.pairs import Models
from armusic.report.results import Result, Spread, outside_grids, spread, words_of
from armusic.report.sheets import Cell, Entry, Table
from armusic.report.tables import cell


def control(data: str, models: Models) -> Table | None:
    """Return a table of the figures of decoders on one data set; None where no run has any."""
    models = outside_grids(models)
    if not models:
        return None
    words = words_of([run for runs in models.values() for run in runs])
    rows: list[list[Entry]] = []
    for name, title in CONTROL.items():
        cells = [cell(spread(runs, name), name) for runs in models.values()]
        if any(cells):
            rows.append([title.format(**words), *cells])
        if name in EACH:
            rows += _each(name, models)
    return Table.of(f"{data}-control", ("", *models), rows) if rows else None


def correlations(groups: Mapping[str, Models]) -> Table | None:
    """Return a table of the correlations of target and decoded values of chance codes, beside those published.

    None where no run with the attributes of the published ones has any.
    """
    known = published_control()
    names = tuple(next(iter(known.values())))
    rows: list[list[Entry]] = []
    for data, models in groups.items():
        for model, runs in outside_grids(models).items():
            measured = [run for run in runs if all(run.each("pearson").get(name) is not None for name in names)]
            if measured:
                each = [_over(measured, "pearson", name) for name in names]
                mean = cell(spread(measured, "pearson"), "pearson")
                valid = cell(spread(measured, "asked_valid"), "asked_valid")
                rows.append([data, model, str(len(measured)), *each, mean, valid])
    if not rows:
        return None
    published: list[list[Entry]] = [
        ["Lakh MIDI", f"published: {method}", "", *map(Cell, values.values()), Cell(float(np.mean([*values.values()]))),
         ""]
        for method, values in known.items()
    ]  # fmt: skip
    return Table.of("chance-codes", ("data", "model", "runs", *names, "mean", "valid"), [*published, *rows])


def _each(figure: str, models: Models) -> list[list[Entry]]:
    """Return a row of a figure for each attribute that any run has it for."""
    every = [pair for runs in models.values() for run in runs for pair in run.each(figure).items()]
    measured = dict.fromkeys(name for name, value in every if value is not None)
    return [
        [EACH[figure].format(attribute=name), *(_over(runs, figure, name) for runs in models.values())]
        for name in measured
    ]


def _over(runs: Sequence[Result], figure: str, attribute: str) -> Entry:
    """Return a figure of one attribute over runs; empty where none has it."""
    values = [value for run in runs if (value := run.each(figure).get(attribute)) is not None]
    return cell(Spread(tuple(sorted(values))), figure) if values else ""

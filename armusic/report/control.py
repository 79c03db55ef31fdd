"""Tables of a report on control: what chance codes decode to, and how near one decode comes to a target."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from armusic.report.figures import CONTROL, published_control
from armusic.report.pairs import Models
from armusic.report.results import Result, Spread, outside_grids, spread, words_of
from armusic.report.sheets import Cell, Entry, Table
from armusic.report.tables import cell


def control(data: str, models: Models) -> Table | None:
    """Return a table of the figures of decoders on one data set; None where no run has any."""
    models = outside_grids(models)
    if not models:
        return None
    every = [run for runs in models.values() for run in runs]
    words, attributes = words_of(every), dict.fromkeys(name for run in every for name in run.targeted)
    rows: list[list[Entry]] = []
    for name, title in CONTROL.items():
        cells = [cell(spread(runs, name), name) for runs in models.values()]
        if any(cells):
            rows.append([title.format(**words), *cells])
        if name == "r2":
            rows += [[f"R² of {each}", *(_over(runs, name, each) for runs in models.values())] for each in attributes]
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
            measured = [run for run in runs if all(run.obedience("pearson", name) is not None for name in names)]
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


def _over(runs: Sequence[Result], figure: str, attribute: str) -> Entry:
    """Return a figure of one attribute over runs; empty where none has it."""
    values = [value for run in runs if (value := run.obedience(figure, attribute)) is not None]
    if not values:
        return ""
    over_runs = Spread(tuple(sorted(values)))
    return Cell(over_runs.median, over_runs.ends)

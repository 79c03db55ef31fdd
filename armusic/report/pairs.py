"""Which models of a report are compared with each other, and their runs in pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from armusic.config import Config
from armusic.report.paired import Difference, over_groups, over_seeds
from armusic.report.results import BASELINE, Result

Models = Mapping[str, list[Result]]

OWN = "-beta"
"""Ending of the name of a model without an attribute loss that is otherwise as the model that it is named after."""
PRETRAINED = ("tuned",)
"""Models that were trained on other data before: they are compared with a model of their own alone."""
BY_GROUP = ("by_tune", "exact", "unseen")
"""Figures that evaluations have by group as well."""


def baseline_of(model: str, models: Models, chosen: Mapping[str, str] | None = None) -> str | None:
    """Return the model without an attribute loss that a model is compared with, if it was run.

    Parameters
    ----------
    model : str
        Name of the model.
    models : mapping of str to list of Result
        Model -> evaluated runs, on one data set.
    chosen : mapping of str to str, optional
        Model -> its baseline. Other models have that named MODEL-beta, or, unless they were trained on other data
        before, beta-vae where its network (but for an editor) and its schedule are the same.
    """
    if models[model][0].config.loss.gamma == 0 and model not in (chosen or {}):
        return None
    name = (chosen or {}).get(model, model + OWN)
    if name in models:
        return name
    if model in (chosen or {}) or model in PRETRAINED or BASELINE not in models:
        return None
    return BASELINE if _alike(models[model][0].config, models[BASELINE][0].config) else None


def _alike(config: Config, other: Config) -> bool:
    """Return whether two models differ in their losses alone; an editor is part of a loss."""
    networks = [settings.network_values() | {"editor": 0} for settings in (config, other)]
    return networks[0] == networks[1] and config.schedule == other.schedule


def pairs(runs: Sequence[Result], others: Sequence[Result]) -> list[tuple[Result, Result]]:
    """Return the runs of two models that share split and seed."""
    partners = {(run.config.split, run.config.seed): run for run in others}
    return [(run, partners[key]) for run in runs if (key := (run.config.split, run.config.seed)) in partners]


def compare(runs: Sequence[Result], others: Sequence[Result], figure: str) -> Difference | None:
    """Compare the runs of two models in pairs: by groups (tunes) where all have the figure by group, else by runs.

    None where there is no pair.
    """
    known = [
        (run, other)
        for run, other in pairs(runs, others)
        if run.value(figure) is not None and other.value(figure) is not None
    ]
    if not known:
        return None
    tables = [(run.groups(figure), other.groups(figure)) for run, other in known] if figure in BY_GROUP else []
    names = sorted({name for table, other in tables for name in table.keys() & other.keys()})
    if not tables or not all(table.keys() & other.keys() for table, other in tables):
        return over_seeds(np.array([(run.value(figure) or 0) - (other.value(figure) or 0) for run, other in known]))
    differences, items = np.zeros((2, len(tables), len(names)))
    for row, (table, other) in enumerate(tables):
        for column, name in enumerate(names):
            if name in table and name in other:
                differences[row, column], items[row, column] = table[name][0] - other[name][0], table[name][1]
    return over_groups(differences, items)

"""Tables of a report: models beside the paper, targets, and settings of grids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from armusic.report.figures import ELSEWHERE, FIGURES, PERCENTAGES, UNRANKED, published, rows_of
from armusic.report.pairs import Models, baseline_of, compare
from armusic.report.results import Result, Spread, spread, words_of
from armusic.report.sheets import Cell, Entry, Table

Groups = Mapping[str, Models]

ALL = 0.9995  # reference from which a share says no more than the figure
FIRST = "AR-VAE, first run"
AR_VAE = "AR-VAE"
LOST, GAINED = "lost", "beta-vae"
TARGET_OF = {"value": "", "reference": ", share of the reference", "ceiling": ", share of the tie ceiling",
             GAINED: ", more than its beta-VAE", LOST: ", lost against its beta-VAE, upper end"}  # fmt: skip
"""Quantity that a target is for -> its words in the title of the target."""
OURS = ("paper", "default")
"""Models that are held against the published figures."""


def comparison(data: str, models: Models) -> Table | None:
    """Return a table of one data set: the paper, and each model; None without models."""
    if not models:
        return None
    runs = [run for some in models.values() for run in some]
    words = words_of(runs)
    paper = published().get(data, {})
    blank = [""] * len(paper)
    rows: list[list[Entry]] = [["runs", *blank, *(str(len(some)) for some in models.values()), ""]]
    rows.append(["epochs", *blank, *(epochs(some) for some in models.values()), ""])
    rows.append([f"{words['items']} shown", *blank, *(_shown(some) for some in models.values()), ""])
    for name in FIGURES:
        cells: list[Entry] = [number(known[name], name) if name in known else "" for known in paper.values()]
        cells += [cell(spread(some, name), name, share=_shares(runs, name)) for some in models.values()]
        if any(cells):
            reference = reference_of(runs, name)
            rows.append([FIGURES[name].format(**words), *cells, "" if reference is None else number(reference, name)])
    counts = [_counts(some, words) for some in models.values()]
    rows += [
        [label, *blank, *(of_model[label] for of_model in counts), ""]
        for label in counts[0]
        if any(of_model[label] for of_model in counts)
    ]
    head = ("", *(f"{_source(data)}: {name}" for name in paper), *models, "reference")
    return Table.of(data, head, rows)


def reference_of(runs: Sequence[Result], name: str) -> float | None:
    """Return the median of the references of a figure over runs; None where there is none."""
    known = [value for run in runs if (value := run.reference(name)) is not None]
    return float(np.median(known)) if known else None


def number(value: float, name: str) -> Cell:
    """Return a value of a figure as it is shown."""
    return Cell(value, unit="percent", digits=2) if name in PERCENTAGES else Cell(value)


def cell(over_runs: Spread | None, name: str, *, share: bool = False) -> Entry:
    """Return a figure over runs: median, in brackets the lowest and the highest, and where asked its share."""
    if over_runs is None:
        return ""
    percent = name in PERCENTAGES
    return Cell(
        over_runs.median,
        over_runs.ends,
        over_runs.share if share else None,
        unit="percent" if percent else "plain",
        digits=2 if percent else 3,
    )


def _shares(runs: Sequence[Result], name: str) -> bool:
    """Return whether shares of the reference are shown: where it is below 1."""
    reference = reference_of(runs, name)
    return reference is not None and 0 < reference <= ALL


def _source(data: str) -> str:
    return f"paper ({ELSEWHERE[data]})" if data in ELSEWHERE else "paper"


def _counts(runs: Sequence[Result], words: Mapping[str, str]) -> dict[str, str]:
    """Return the numbers of items that the shares of some runs are of, by what they count; empty where not known."""
    labels = {
        "items": f"n: test {words['items']}",
        "groups": f"n: {words['groups']} of these",
        "unseen": "n: of these unseen",
        "paper": f"n: {words['items']} of the protocol",
        "paper_seen": "of these in training or validation",
    }
    if words["groups"] == words["items"]:
        del labels["groups"]
    result = {}
    for key, label in labels.items():
        counts = [count for run in runs if (count := run.count(key)) is not None]
        show = "{:.1%}" if key == "paper_seen" else "{:,.0f}"
        ends = _range(show.format(min(counts)), show.format(max(counts))) if counts else ""
        result[label] = ends.replace("%", "", ends.count("%") - 1).replace("%", " %")
    return result


def targets(groups: Groups, chosen: Mapping[str, str] | None = None) -> Table | None:
    """Return a row per target whose model was run: the value reached, the target, and whether it is missed."""
    rows: list[list[Entry]] = []
    for target in rows_of("targets.csv"):
        models = groups.get(target["data"], {})
        runs, name, of, least = models.get(target["model"], []), target["figure"], target["of"], float(target["least"])
        value = _reached(models, target, chosen)
        if value is None:
            continue
        if of in (GAINED, LOST):
            shown, goal = (f"{Cell(number, unit='points', digits=2)} points" for number in (value, least))
        else:
            percent = name in PERCENTAGES or of != "value"
            shown, goal = (str(Cell(number, unit="percent", digits=2) if percent else Cell(number))
                           for number in (value, least))  # fmt: skip
        met = value <= least if of == LOST else value >= least
        verdict = ("met" if met else "**missed**") + (", not ranked" if name in UNRANKED else "")
        bound = "at most" if of == LOST else "at least"
        published_value = published().get(target["data"], {}).get(AR_VAE, {}).get(name) if of == "value" else None
        beside = "" if published_value is None else number(published_value, name)
        title = runs[0].title(name) + TARGET_OF[of]
        rows.append([target["data"], target["model"], title, shown, f"{bound} {goal}", verdict, beside])
    head = ("data", "model", "figure", "reached", "target", "", "published")
    return Table.of("targets", head, rows) if rows else None


def _reached(models: Models, target: Mapping[str, str], chosen: Mapping[str, str] | None) -> float | None:
    """Return what a target is for; None where it was not measured."""
    model, name, of = target["model"], target["figure"], target["of"]
    runs = models.get(model, [])
    if of in (GAINED, LOST):
        baseline = baseline_of(model, models, chosen) if runs else None
        gain = compare(runs, models[baseline], name) if baseline else None
        if gain is None or of == GAINED:
            return None if gain is None else gain.mean
        return None if gain.interval is None else -gain.interval[0]
    values = [value for run in runs if (value := run.value(name) if of == "value" else run.share(name, of)) is not None]
    return float(np.median(values)) if values else None


def higher(groups: Groups) -> Table | None:
    """Return the published figures of AR-VAE that the default or the paper's preset does not reach."""
    rows: list[list[Entry]] = []
    for data, models in groups.items():
        for source in (AR_VAE, FIRST):
            for name, value in published().get(data, {}).get(source, {}).items():
                for model in OURS:
                    ours = spread(models.get(model, []), name)
                    if ours is not None and ours.median < value and name not in UNRANKED:
                        runs = models[model]
                        by, title = f"{_source(data)}: {source}", runs[0].title(name)
                        rows.append([data, by, title, number(value, name), model, cell(ours, name)])
    head = ("data", "published by", "figure", "published", "model", "reached")
    return Table.of("higher", head, rows) if rows else None


def grids(groups: Groups) -> list[Table]:
    """Return a table of the points of grids per domain."""
    names = ("interpretability", "scc", "mig", "sap", "paper", "by_tune", "unseen")
    tables: dict[tuple[str, ...], list[list[Entry]]] = {}
    domains: dict[tuple[str, ...], str] = {}
    for data, models in groups.items():
        for model, runs in models.items():
            if runs[0].in_grid:
                titles = tuple(runs[0].title(name) for name in names)
                cells = [cell(spread(runs, name), name, share=_shares(runs, name)) for name in names]
                tables.setdefault(titles, []).append([data, model, str(len(runs)), epochs(runs), *cells])
                domains[titles] = runs[0].words["parts"]
    return [
        Table.of(f"grid-{domains[titles]}", ("data", "model", "runs", "epochs", *titles), rows)
        for titles, rows in tables.items()
    ]


def unfinished(runs: Sequence[Result]) -> Table | None:
    """Return a table of the runs without an evaluation of their best checkpoint."""
    rows = [[run.folder.name, epochs([run])] for run in runs if not run.current]
    return Table.of("unfinished", ("run", "epochs"), rows) if rows else None


def epochs(runs: Sequence[Result]) -> str:
    """Return how many epochs of how many are done."""
    done, planned = [run.epoch for run in runs], [run.config.schedule.epochs for run in runs]
    return " of ".join(_range(str(min(numbers)), str(max(numbers))) for numbers in (done, planned))


def _shown(runs: Sequence[Result]) -> str:
    shown = [run.shown / 1e6 for run in runs]
    return _range(f"{min(shown):.2f}", f"{max(shown):.2f}") + " M"


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low}\N{EN DASH}{high}"

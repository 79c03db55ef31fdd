"""Tables of a report that compare models in pairs: what an attribute loss costs, and the default beside the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from armusic.report.figures import PERCENTAGES, UNRANKED
from armusic.report.paired import Difference, holm
from armusic.report.pairs import Models, baseline_of, compare
from armusic.report.results import Result, outside_grids
from armusic.report.sheets import Cell, Entry, Table

COMPARED = ("by_tune", "unseen", "exact", "interpretability", "scc", "mig", "sap", "dmig", "xmig", "dlig", "kept_swept",
            "valid", "pearson", "r2")  # fmt: skip
"""Figures by which the default is compared with the other models."""
OURS = "default"
POINTS = 2  # decimals of percentage points


def cost(groups: Mapping[str, Models], chosen: Mapping[str, str] | None = None) -> Table | None:
    """Return a table of the parts (ticks, pixels) that models lose against their own baselines; None without a pair."""
    rows: list[list[Entry]] = []
    for data, models in groups.items():
        for model, runs in outside_grids(models).items():
            baseline = baseline_of(model, models, chosen)
            if baseline is None:
                continue
            for figure in ("by_tune", "unseen"):
                gain = compare(runs, models[baseline], figure)
                if gain is not None:
                    lost = Cell(-gain.mean, _reversed(gain.interval), unit="points", digits=POINTS)
                    upper = "" if gain.interval is None else Cell(-gain.interval[0], unit="points", digits=POINTS)
                    rows.append([data, model, baseline, runs[0].title(figure), *_counts(gain), lost, upper])
    head = ("data", "model", "baseline", "figure", "pairs of runs", "tunes", "lost, points", "upper end")
    return Table.of("cost", head, rows) if rows else None


def differences(data: str, models: Models) -> Table | None:
    """Return a table of the default less each other model on a data set; None where there is nothing to compare."""
    models = outside_grids(models)
    if OURS not in models or len(models) == 1:
        return None
    rows: list[list[Entry]] = []
    for figure in COMPARED:
        if figure in UNRANKED:
            continue
        known = [
            (name, difference)
            for name, runs in models.items()
            if name != OURS and (difference := compare(models[OURS], runs, figure)) is not None
        ]
        tested = [(name, difference.p) for name, difference in known if difference.p is not None]
        adjusted = dict(zip((name for name, _ in tested), holm([p for _, p in tested]), strict=True))
        for name, difference in known:
            rows.append(_row(models[OURS], name, figure, difference, adjusted.get(name)))
    head = ("figure", "default less", "pairs of runs", "tunes", "difference", "p, Holm", "rank-biserial")
    return Table.of(f"{data}-differences", head, rows) if rows else None


def _row(runs: Sequence[Result], name: str, figure: str, difference: Difference, p: float | None) -> list[Entry]:
    percent = figure in PERCENTAGES
    shown = Cell(
        difference.mean, difference.interval, unit="points" if percent else "plain", digits=POINTS if percent else 3
    )
    title = runs[0].title(figure) + (", points" if percent else "")
    return [title, name, *_counts(difference), shown, *_test(difference, p)]


def _test(difference: Difference, p: float | None) -> list[Entry]:
    return [
        "" if p is None else Cell(p, unit="p"),
        "" if difference.effect is None else Cell(difference.effect, digits=2),
    ]


def _counts(difference: Difference) -> list[Entry]:
    return [str(difference.seeds), str(difference.groups) if difference.groups else ""]


def _reversed(interval: tuple[float, float] | None) -> tuple[float, float] | None:
    return None if interval is None else (-interval[1], -interval[0])

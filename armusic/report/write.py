"""The report itself: pictures and Markdown tables, written into one folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from armusic import corpus
from armusic.errors import ArmusicError
from armusic.files import atomic_folder
from armusic.report import tables
from armusic.report.results import METRICS, SHARES, Result, grouped, published, spread

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PAPER = tuple(METRICS)[:5]
MOST = 2000  # items of a pair plot


def write(results: Sequence[Result], out: Path, *, data_dir: Path | None = None, force: bool = False) -> list[str]:
    """Write a report: report.md, and its pictures as PNG and SVG.

    Parameters
    ----------
    results : sequence of Result
        All runs; those without an evaluation are listed as unfinished.
    out : Path
        The folder to write into; made if it is not there.
    data_dir : Path, optional
        Where data is cached: pair plots show the test items of the default's best run.
    force : bool
        Whether files there may be replaced.

    Returns
    -------
    list of str
        What could not be drawn, and why.

    Raises
    ------
    WriteError
        If files are in the folder, or it cannot be written.
    """
    remarks: list[str] = []
    with atomic_folder(out, force) as folder:
        groups = grouped(results)
        made = _boxes(groups) | _grids(results) | _pairs(groups, data_dir, remarks)
        for name, (figure, _) in made.items():
            for suffix in (".png", ".svg"):
                figure.savefig(folder / (name + suffix), metadata={"Date": None} if suffix == ".svg" else None)
        captions = {name: caption for name, (_, caption) in made.items()}
        text = tables.report(results, groups, captions, remarks)
        (folder / "report.md").write_text(text, encoding="utf-8")
    return remarks


Figures = dict[str, tuple["Figure", str]]


def _boxes(groups: Mapping[str, Mapping[str, list[Result]]]) -> Figures:
    """Draw the metrics and the reconstruction of all models, those of grids left out."""
    from armusic.report import charts

    rows = {
        data: {
            model: {figure: found for figure in (*PAPER, *SHARES) if (found := spread(runs, figure)) is not None}
            for model, runs in models.items()
            if not runs[0].gridded
        }
        for data, models in groups.items()
    }
    rows = {data: models for data, models in rows.items() if models}
    if not rows:
        return {}
    plain = [run for models in groups.values() for runs in models.values() for run in runs]
    references = {
        (data, figure): float(np.median(values))
        for data in rows
        for figure in PAPER
        if (values := [value for run in plain if run.data == data and (value := run.reference(figure))])
    }
    baselines = frozenset(run.model for run in plain if run.config.gamma == 0)
    metrics = charts.boxes(
        rows, {name: METRICS[name] for name in PAPER}, published(), references, baselines, "Metrics of codes"
    )
    fidelity = charts.boxes(rows, SHARES, published(), {}, baselines, "What comes back", percent=True)
    return {"metrics": (metrics, "the paper's metrics"), "reconstruction": (fidelity, "what comes back")}


def _grids(results: Sequence[Result]) -> Figures:
    """Draw the runs that differ in gamma, delta and seed alone, where they have three settings at least."""
    from armusic.report import charts

    alike: dict[str, list[Result]] = {}
    for one in results:
        if one.evaluation is not None:
            same = {
                name: value for name, value in one.config.as_dict().items() if name not in ("gamma", "delta", "seed")
            }
            alike.setdefault(repr(same), []).append(one)
    found: Figures = {}
    for runs in alike.values():
        points = []
        for gamma, delta in sorted({(run.config.gamma, run.config.delta) for run in runs}):
            here = [run for run in runs if (run.config.gamma, run.config.delta) == (gamma, delta)]
            x, y = spread(here, "paper") or spread(here, "by_tune"), spread(here, "interpretability")
            if x is not None and y is not None:
                points.append({"gamma": gamma, "delta": delta, "x": x.median, "y": y.median})
        if len(points) > 2:
            model, data = runs[0].model.split("-gamma")[0].split("-delta")[0], runs[0].data
            found[f"grid-{model}-{data}"] = (charts.grid(points, data, model), f"gamma and delta of {model} on {data}")
    return found


def _pairs(groups: Mapping[str, Mapping[str, list[Result]]], data_dir: Path | None, remarks: list[str]) -> Figures:
    """Draw the codes of the best run of each data set: of the default's, if there are any, else of all with a loss.

    The best is that with the highest Interpretability.
    """
    from armusic import checkpoint
    from armusic.evaluation import subject
    from armusic.report import charts

    found: Figures = {}
    for data, models in groups.items():
        runs = models.get("default") or [run for some in models.values() for run in some if run.config.gamma > 0]
        if not runs:
            continue
        best = max(runs, key=lambda run: run.value("interpretability") or 0.0)
        try:
            whose, (_, _, test) = subject.load(checkpoint.load(best.folder), corpus.data_folder(data_dir))
        except ArmusicError as error:
            remarks.append(f"no pair plot of {best.folder.name}: {error}")
            continue
        rng = np.random.default_rng(0)
        test = test.take(np.sort(rng.permutation(len(test))[:MOST]))
        mean, std = whose.encode(test.x)
        z = mean + std * rng.standard_normal(mean.shape, dtype=np.float32)
        count = len(test.names)
        r2 = np.corrcoef(test.a.T, z[:, :count].T)[:count, count:] ** 2
        title = f"{best.folder.name}: attributes of {len(test)} test items against codes drawn for them"
        found[f"pairs-{data}"] = (charts.pairs(z, test.a, test.names, r2, title), f"codes of {best.folder.name}")
    return found

"""The report itself: pictures and Markdown tables, written into one folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from armusic import corpus
from armusic.files import atomic_folder
from armusic.report import tables
from armusic.report.results import BASELINE, Result, grouped, spread

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def write(results: Sequence[Result], out: Path, *, data_dir: Path | None = None, force: bool = False) -> list[str]:
    """Write a report: report.md, and its pictures as PNG and SVG; sweeps of images as GIF and PNG.

    Parameters
    ----------
    results : sequence of Result
        All runs; those without an evaluation are listed as unfinished.
    out : Path
        The folder to write into; made if it is not there.
    data_dir : Path, optional
        Where data is cached: the codes of test items are drawn, of the default's best run, and of images what it
        decodes while they are moved, beside the best run of the beta-VAE.
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
    from armusic import tiles
    from armusic.report import codes
    from armusic.report.boxes import boxes

    remarks: list[str] = []
    cache = corpus.data_folder(data_dir)
    with atomic_folder(out, force) as folder:
        groups = grouped(results)
        made = boxes(groups) | _grids(results)
        films: dict[str, str] = {}
        for data, models in groups.items():
            one = codes.best(models, "default", cache, remarks)
            if one is None:
                continue
            made[f"pairs-{data}"] = codes.pairs(one), f"codes of {one.name}"
            other = codes.best(models, BASELINE, cache, remarks) if one.run.config.shape else None
            if other is not None:
                frames = codes.sweeps(one, other)
                tiles.save_gif(frames, folder / f"sweeps-{data}.gif")
                tiles.save_png(frames[-1], folder / f"sweeps-{data}.png")
                films[f"sweeps-{data}.gif"] = f"each dimension moved: {one.name} beside {other.name}"
        for name, (figure, _) in made.items():
            for suffix in (".png", ".svg"):
                figure.savefig(folder / (name + suffix), metadata={"Date": None} if suffix == ".svg" else None)
        captions = {f"{name}.png": caption for name, (_, caption) in made.items()} | films
        text = tables.report(results, groups, captions, remarks)
        (folder / "report.md").write_text(text, encoding="utf-8")
    return remarks


Figures = dict[str, tuple["Figure", str]]


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
            found[f"grid-{model}-{data}"] = (
                charts.grid(points, data, model, runs[0].words["parts"]),
                f"gamma and delta of {model} on {data}",
            )
    return found

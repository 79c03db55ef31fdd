"""The report itself: tables in Markdown, CSV and LaTeX, and pictures, written into one folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from armusic.config import IMAGES
from armusic.errors import ArmusicError, UsageError
from armusic.files import atomic_folder, data_folder
from armusic.report import document, sheets
from armusic.report.results import BASELINE, Result, group, spread

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from armusic.report.codes import Best

    Figures = dict[str, tuple[Figure, str]]
    """Name of a picture -> figure and caption."""


def write(
    runs: Sequence[Result],
    out: Path,
    *,
    data_dir: Path | None = None,
    baselines: Mapping[str, str] | None = None,
    force: bool = False,
) -> list[str]:
    """Write a report: report.md, its tables as CSV and LaTeX, its pictures as PNG and SVG; sweeps of images as GIF.

    The same runs give the same bytes.

    Parameters
    ----------
    runs : sequence of Result
        All runs; those without an evaluation are listed as unfinished.
    out : Path
        Folder to write into; created where it does not exist.
    data_dir : Path, optional
        Folder of cached data: of the default's best run, codes of test items are drawn, and of images sweeps beside
        the best run of the beta-VAE.
    baselines : mapping of str to str, optional
        Model -> the model without an attribute loss that it is compared with. Others are compared with MODEL-beta, or
        with beta-vae where only the loss differs.
    force : bool
        Whether existing files may be replaced. A picture whose run no longer has a checkpoint is kept.

    Returns
    -------
    list of str
        Pictures that could not be drawn, with the reason, and those that were kept.

    Raises
    ------
    UsageError
        If a model in `baselines` is not among the runs.
    WriteError
        If files are in the folder, or it cannot be written.
    """
    from armusic.report.boxes import boxes

    _check(baselines or {}, {run.model for run in runs})
    remarks: list[str] = []
    kept: list[str] = []
    earlier = _pictures_in(out)
    with atomic_folder(out, force) as folder:
        groups = group(runs)
        figures = boxes(groups) | _grids(runs)
        captions = {f"{name}.png": caption for name, (_, caption) in figures.items()}
        for data, models in groups.items():
            for name, caption, error in _draw_codes(data, models, data_folder(data_dir), folder):
                if error is not None and earlier.get(name) != caption:
                    remarks.append(f"no picture {name} ({caption}): {error}")
                    continue
                if error is not None:
                    kept.append(name)
                captions[name] = caption
        if kept:
            remarks.append(f"as in the report before, since their weights or data are not here: {', '.join(kept)}")
        for name, (figure, _) in figures.items():
            _save(figure, folder / name)
        sections = document.sections(runs, groups, baselines)
        for table in (table for section in sections for table in section.tables):
            (folder / f"{table.name}.csv").write_text(sheets.comma_separated(table), encoding="utf-8")
            (folder / f"{table.name}.tex").write_text(sheets.latex(table) + "\n", encoding="utf-8")
        if digests := document.weights(runs):
            (folder / f"{digests.name}.csv").write_text(sheets.comma_separated(digests), encoding="utf-8")
        (folder / "report.md").write_text(document.report(sections, captions, remarks), encoding="utf-8")
    return remarks


def _check(baselines: Mapping[str, str], models: set[str]) -> None:
    for model, baseline in baselines.items():
        for name in (model, baseline):
            if name not in models:
                raise UsageError(f"baseline {model}={baseline}: no run of {name}: use {', '.join(sorted(models))}")


def _draw_codes(
    data: str, models: Mapping[str, list[Result]], cache: Path, folder: Path
) -> Iterator[tuple[str, str, ArmusicError | None]]:
    """Draw the pictures that need models and data; yield the name of each, its caption, and why it is not there."""
    from armusic.report import codes

    run, baseline = codes.choose(models, "default"), codes.choose(models, BASELINE)
    if run is None:
        return
    best: Best | None = None
    failure: ArmusicError | None = None
    try:
        best = codes.load(run, cache)
        _save(codes.pairs(best), folder / f"pairs-{data}")
    except ArmusicError as error:
        failure = error
    yield f"pairs-{data}.png", f"codes of {run.folder.name}", failure
    if baseline is None or run.config.domain != IMAGES:
        return
    if best is not None:
        failure = None
        try:
            _save_sweeps(best, codes.load(baseline, cache), folder / f"sweeps-{data}")
        except ArmusicError as error:
            failure = error
    yield f"sweeps-{data}.gif", f"each dimension moved: {run.folder.name} beside {baseline.folder.name}", failure


def _save_sweeps(best: Best, baseline: Best, path: Path) -> None:
    """Write the sweeps of two models as an animation, and its last frame as PNG."""
    from armusic.plotting import tiles
    from armusic.report import codes

    frames = codes.sweeps(best, baseline)
    tiles.save_gif(frames, path.with_name(f"{path.name}.gif"))
    tiles.save_png(frames[-1], path.with_name(f"{path.name}.png"))


def _pictures_in(folder: Path) -> dict[str, str]:
    """Return the pictures that the report in a folder shows, where their files exist: name -> caption."""
    try:
        text = (folder / "report.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    links = re.findall(r"^!\[(.+)\]\(([\w.+-]+)\)$", text, re.MULTILINE)
    return {name: caption for caption, name in links if (folder / name).is_file()}


def _save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG (256 colours: a third of the size) and SVG; the same figure gives the same bytes."""
    from matplotlib import rc_context
    from PIL import Image

    pixels = BytesIO()
    figure.savefig(pixels, format="png")
    with Image.open(pixels) as picture:
        few = picture.convert("RGB").quantize(dither=Image.Dither.NONE)
    few.save(path.with_name(f"{path.name}.png"), optimize=True)
    with rc_context({"svg.hashsalt": "armusic"}):  # by default identifiers are drawn at random
        figure.savefig(path.with_name(f"{path.name}.svg"), metadata={"Date": None})


def _grids(runs: Sequence[Result]) -> Figures:
    """Draw the runs that differ in gamma, delta and seed alone, where they have three settings at least."""
    from armusic.report import charts

    alike: dict[str, list[Result]] = {}
    for run in runs:
        if run.evaluation is not None:
            settings = run.config.values()
            shared = {name: value for name, value in settings.items() if name not in ("gamma", "delta", "seed")}
            alike.setdefault(repr(shared), []).append(run)
    figures: Figures = {}
    for grid in alike.values():
        points = []
        for gamma, delta in sorted({(run.config.loss.gamma, run.config.loss.delta) for run in grid}):
            seeds = [run for run in grid if (run.config.loss.gamma, run.config.loss.delta) == (gamma, delta)]
            x, y = spread(seeds, "paper") or spread(seeds, "by_tune"), spread(seeds, "interpretability")
            if x is not None and y is not None:
                points.append({"gamma": gamma, "delta": delta, "x": x.median, "y": y.median})
        if len(points) > 2:
            model, data = grid[0].model.split("-gamma")[0].split("-delta")[0], grid[0].data
            figure = charts.grid(points, data, model, grid[0].words["parts"])
            figures[f"grid-{model}-{data}"] = figure, f"gamma and delta of {model} on {data}"
    return figures

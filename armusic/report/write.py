"""The report itself: pictures and Markdown tables, written into one folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from armusic.config import IMAGES
from armusic.errors import ArmusicError
from armusic.files import atomic_folder, data_folder
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
        Whether files there may be replaced. A picture of the report there whose run has no checkpoint any more stays.

    Returns
    -------
    list of str
        What could not be drawn, and why.

    Raises
    ------
    WriteError
        If files are in the folder, or it cannot be written.
    """
    from armusic.report.boxes import boxes

    remarks: list[str] = []
    cache = data_folder(data_dir)
    earlier = _earlier(out)
    with atomic_folder(out, force) as folder:
        groups = grouped(results)
        made = boxes(groups) | _grids(results)
        captions = {f"{name}.png": caption for name, (_, caption) in made.items()}
        for data, models in groups.items():
            for name, caption, draw in _of_codes(data, models, cache):
                try:
                    draw(folder)
                except ArmusicError as error:
                    if earlier.get(name) != caption:
                        remarks.append(f"no picture {name} ({caption}): {error}")
                        continue
                    remarks.append(f"{name} is that of the report before: {error}")
                captions[name] = caption
        for name, (figure, _) in made.items():
            _save(figure, folder / name)
        text = tables.report(results, groups, captions, remarks)
        (folder / "report.md").write_text(text, encoding="utf-8")
    return remarks


def _of_codes(
    data: str, models: Mapping[str, list[Result]], cache: Path
) -> Iterator[tuple[str, str, Callable[[Path], None]]]:
    """Yield the pictures that need models and data: their names, captions, and what draws them into a folder."""
    from armusic.plotting import tiles
    from armusic.report import codes

    one, other = codes.choose(models, "default"), codes.choose(models, BASELINE)
    if one is None:
        return
    loaded = lru_cache(1)(partial(codes.load, one, cache))  # once for both pictures

    def pairs(folder: Path) -> None:
        _save(codes.pairs(loaded()), folder / f"pairs-{data}")

    def sweeps(folder: Path) -> None:
        assert other is not None
        frames = codes.sweeps(loaded(), codes.load(other, cache))
        tiles.save_gif(frames, folder / f"sweeps-{data}.gif")
        tiles.save_png(frames[-1], folder / f"sweeps-{data}.png")

    yield f"pairs-{data}.png", f"codes of {one.folder.name}", pairs
    if other is not None and one.config.domain == IMAGES:
        yield f"sweeps-{data}.gif", f"each dimension moved: {one.folder.name} beside {other.folder.name}", sweeps


def _earlier(folder: Path) -> dict[str, str]:
    """Return the pictures, by name with their captions, that the report in a folder shows and that are there."""
    try:
        text = (folder / "report.md").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    shown = re.findall(r"^!\[(.+)\]\(([\w.+-]+)\)$", text, re.MULTILINE)
    return {name: caption for caption, name in shown if (folder / name).is_file()}


def _save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG and SVG."""
    for suffix in (".png", ".svg"):
        figure.savefig(path.with_name(path.name + suffix), metadata={"Date": None} if suffix == ".svg" else None)


Figures = dict[str, tuple["Figure", str]]


def _grids(results: Sequence[Result]) -> Figures:
    """Draw the runs that differ in gamma, delta and seed alone, where they have three settings at least."""
    from armusic.report import charts

    alike: dict[str, list[Result]] = {}
    for one in results:
        if one.evaluation is not None:
            same = {
                name: value for name, value in one.config.values().items() if name not in ("gamma", "delta", "seed")
            }
            alike.setdefault(repr(same), []).append(one)
    found: Figures = {}
    for runs in alike.values():
        points = []
        for gamma, delta in sorted({(run.config.loss.gamma, run.config.loss.delta) for run in runs}):
            here = [run for run in runs if (run.config.loss.gamma, run.config.loss.delta) == (gamma, delta)]
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

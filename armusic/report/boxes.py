"""Box plots of a report: metrics, reconstruction, and identity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from armusic.metrics import LABELS
from armusic.report.charts import BLUE, DPI, FAINT, GREEN, GREY, INK, ORANGE
from armusic.report.figures import FIGURES, SHARES, published
from armusic.report.results import Result, Spread, outside_grids, spread, words_of
from armusic.report.scales import UNIT, Scale, accuracy_scale

PAPER = tuple(LABELS)[:5]
SWEPT = {
    "kept_reconstructed": "reconstructed, %", "kept_swept": "swept over \N{MINUS SIGN}2..2, %",
    "kept_swept_wide": "swept over \N{MINUS SIGN}4..4, %",
}  # fmt: skip
POINTS = 20  # most runs that are drawn as points
BOX = 5  # fewest runs that make a box
# In inches.
ROW, COLUMN, NAMES, HEAD, FOOT, BETWEEN, SIDE = 0.27, 2.0, 1.95, 0.84, 0.42, 0.28, 0.2


@dataclass(frozen=True, slots=True)
class Rows:
    """The figures of one data set: a row per model.

    Parameters
    ----------
    label : str
        Title of the rows.
    words : mapping of str to str
        Words of the data: see `Result.words`.
    published : mapping of str to mapping of str to float
        Model of the paper -> figure -> value.
    models : mapping of str to mapping of str to Spread
        Model -> figure -> its values, where there are any.
    references : mapping of str to float
        Figure -> score of a perfect encoder, or accuracy of the judge.
    baselines : frozenset of str
        The models without an attribute loss.
    """

    label: str
    words: Mapping[str, str]
    published: Mapping[str, Mapping[str, float]]
    models: Mapping[str, Mapping[str, Spread]]
    references: Mapping[str, float]
    baselines: frozenset[str]

    def values(self, figure: str) -> list[float]:
        """Return all values of a figure that are drawn."""
        values = [figures[figure] for figures in self.published.values() if figure in figures]
        for figures in self.models.values():
            if figure in figures:
                values += figures[figure].values
        if figure in self.references:
            values.append(self.references[figure])
        return values


def boxes(groups: Mapping[str, Mapping[str, list[Result]]]) -> dict[str, tuple[Figure, str]]:
    """Draw every model over its runs: the metrics, reconstruction in each domain, and identity.

    Parameters
    ----------
    groups : mapping of str to mapping of str to list of Result
        Data set -> model -> evaluated runs, at least one. Points of grids are left out.

    Returns
    -------
    dict of str to (Figure, str)
        Name of the picture -> picture and caption.
    """
    every = {data: outside_grids(models) for data, models in groups.items()}
    sets = [_rows(data, models) for data, models in every.items() if models]
    if not sets:
        return {}
    columns = _shown(sets, {name: LABELS[name] for name in PAPER})
    metrics = draw(sets, columns, dict.fromkeys(columns, UNIT), "Metrics of codes", dashes="a perfect encoder")
    pictures = {"metrics": (metrics, "the paper's metrics")}
    for parts in dict.fromkeys(rows.words["parts"] for rows in sets):
        domain = [rows for rows in sets if rows.words["parts"] == parts]
        columns = _shown(domain, {name: f"{title.format(**domain[0].words)}, %" for name, title in SHARES.items()})
        scales = dict.fromkeys(columns, accuracy_scale(_values(domain, columns.keys() - {"exact"})))
        scales["exact"] = accuracy_scale(_values(domain, ["exact"]))
        title = f"{parts} that come back"
        pictures[f"reconstruction-{parts}"] = draw(domain, columns, scales, title.capitalize()), title
    judged = [replace(rows, label=f"{rows.label}: {rows.words['what']}") for rows in sets if rows.words["what"]]
    if judged:
        columns = _shown(judged, SWEPT)
        scales = dict.fromkeys(columns, accuracy_scale(_values(judged, columns)))
        title = f"{' or '.join(dict.fromkeys(rows.words['what'] for rows in judged))} kept"
        dashes = "what the judge reads right in originals"
        pictures["kept"] = draw(judged, columns, scales, title.capitalize(), dashes=dashes), title
    return pictures


def _shown(sets: Sequence[Rows], columns: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that any model has a value for."""
    measured = {name for rows in sets for figures in rows.models.values() for name in figures}
    return {name: label for name, label in columns.items() if name in measured}


def _values(sets: Sequence[Rows], columns: Iterable[str]) -> list[float]:
    """Return all values that are drawn in some columns."""
    return [value for rows in sets for name in columns for value in rows.values(name)]


def _rows(data: str, models: Mapping[str, list[Result]]) -> Rows:
    every = [run for runs in models.values() for run in runs]
    spreads = {
        name: {figure: over_runs for figure in FIGURES if (over_runs := spread(runs, figure)) is not None}
        for name, runs in models.items()
    }
    references = {
        figure: float(np.median(values))
        for figure in FIGURES
        if (values := [value for run in every if (value := run.reference(figure))])
    }
    baselines = frozenset(run.model for run in every if run.config.loss.gamma == 0)
    return Rows(data, words_of(every), published().get(data, {}), spreads, references, baselines)


def draw(
    sets: Sequence[Rows], columns: Mapping[str, str], scales: Mapping[str, Scale], title: str, *, dashes: str = ""
) -> Figure:
    """Draw figures of some data sets: a row of panels for each, a column per figure.

    Parameters
    ----------
    sets : sequence of Rows
        The data sets.
    columns : mapping of str to str
        Figure -> title of its column.
    scales : mapping of str to Scale
        Figure -> axis of its column.
    title : str
        Title of the whole.
    dashes : str
        Meaning of the dashed lines, which are references.
    """
    papers = [
        {name: figures for name, figures in rows.published.items() if figures.keys() & columns.keys()} for rows in sets
    ]
    wide = NAMES + len(columns) * (COLUMN + BETWEEN) + SIDE
    height = HEAD + sum(
        ROW * (len(paper) + len(rows.models)) + BETWEEN + FOOT for rows, paper in zip(sets, papers, strict=True)
    )
    figure = Figure(figsize=(wide, height), dpi=DPI, facecolor="white")
    top = HEAD
    for rows, paper in zip(sets, papers, strict=True):
        names = [*(f"published: {name}" for name in paper), *rows.models]
        tall, top = ROW * len(names), top + BETWEEN
        figure.text(0.12 / wide, 1 - (top - 0.1) / height, rows.label, fontsize=10, fontweight="bold", color=INK)
        for column, (name, label) in enumerate(columns.items()):
            left = NAMES + column * (COLUMN + BETWEEN)
            ax = figure.add_axes((left / wide, 1 - (top + tall) / height, COLUMN / wide, tall / height))
            _frame(ax, names, len(paper), scales[name], label, first=column == 0)
            if name in rows.references:
                line = scales[name].of(rows.references[name])
                ax.axvline(line, color=GREEN, linestyle=(0, (4, 2)), linewidth=1.4, zorder=1)
            for place, published_figures in enumerate(paper.values()):
                if name in published_figures:
                    at = scales[name].of(published_figures[name])
                    ax.plot(at, place, "D", color=INK, markersize=5, markerfacecolor="white", zorder=3)
            for place, (model, figures) in enumerate(rows.models.items(), len(paper)):
                if name in figures:
                    _box(ax, place, figures[name], scales[name], ORANGE if model in rows.baselines else BLUE)
        top += tall + FOOT
    note = "blue: with an attribute loss; orange: without; lines: medians"
    if any(papers):
        note += "; diamonds: the paper's"
    if any(rows.references.keys() & columns.keys() for rows in sets):
        note += f"; green dashes: {dashes}"
    if UNIT not in scales.values():
        note += "\naxes are logarithmic in what is wrong: 90, 99 and 99.9 are equally far apart"
    figure.text(0.12 / wide, 1 - 0.24 / height, title, fontsize=11, fontweight="bold", color=INK, va="center")
    figure.text(0.12 / wide, 1 - 0.4 / height, note, fontsize=8, color=GREY, va="top", linespacing=1.4)
    return figure


def _frame(ax: Axes, names: Sequence[str], published: int, scale: Scale, label: str, *, first: bool) -> None:
    ax.set_title(label, fontsize=8, color=INK, pad=5)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(range(len(names)), names if first else [""] * len(names), fontsize=8.5, color=INK)
    ax.set_xlim(*scale.ends)
    ax.set_xticks(list(scale.ticks.values()), list(scale.ticks))
    if published:
        ax.axhline(published - 0.5, color=GREY, linewidth=0.6)
    ax.tick_params(length=0, labelsize=8, colors=INK)
    ax.grid(axis="x", color=FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(GREY)


def _box(ax: Axes, place: int, spread: Spread, scale: Scale, color: str) -> None:
    """Draw the runs of a model: many as a box of the middle half and whiskers, few as points."""
    values = np.array([scale.of(value) for value in spread.values])
    if spread.ends is not None:
        ends = [scale.of(end) for end in spread.ends]
        ax.plot(ends, (place, place), color=color, linewidth=1.2, alpha=0.7, solid_capstyle="butt", zorder=2)
    if len(values) >= BOX:
        low, high = np.quantile(values, (0.25, 0.75))
        ax.barh(place, high - low, 0.6, low, color=color, alpha=0.3, edgecolor=color, linewidth=1, zorder=2)
    if len(values) <= POINTS:
        ax.plot(values, np.full(len(values), place), "o", color=color, markersize=3.4, alpha=0.8, zorder=3)
    ax.plot([scale.of(spread.median)] * 2, [place - 0.34, place + 0.34], color=color, linewidth=2.2, zorder=4)

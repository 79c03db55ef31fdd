"""Box plots of a report: the metrics, what comes back, what stays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from armusic.report.charts import BLUE, DPI, FAINT, GREEN, GREY, INK, ORANGE
from armusic.report.results import FIGURES, METRICS, SHARES, Result, Spread, published, spread
from armusic.report.scales import UNIT, Scale, right

PAPER = tuple(METRICS)[:5]
SWEPT = {
    "kept_reconstructed": "reconstructed, %", "kept_swept": "swept over \N{MINUS SIGN}2..2, %",
    "kept_swept_wide": "swept over \N{MINUS SIGN}4..4, %",
}  # fmt: skip
POINTS = 20  # most runs that are drawn one by one
BOX = 5  # fewest that make a box
# In inches.
ROW, COLUMN, NAMES, HEAD, FOOT, BETWEEN, SIDE = 0.27, 2.0, 1.95, 0.84, 0.42, 0.28, 0.2


@dataclass(frozen=True, slots=True)
class Rows:
    """What is known of one data set.

    Parameters
    ----------
    label : str
        What it is called.
    words : mapping of str to str
        What things are called in it: see `Result.words`.
    published : mapping of str to mapping of str to float
        The paper's model -> figure -> value.
    models : mapping of str to mapping of str to Spread
        Model -> figure -> its values, as far as there are any.
    references : mapping of str to float
        Figure -> what a perfect encoder scores, or how good the judge is.
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
        spreads = [some[figure] for some in self.models.values() if figure in some]
        return [
            *(some[figure] for some in self.published.values() if figure in some),
            *(value for one in spreads for value in (*one.values, *(one.interval or ()))),
            *([self.references[figure]] if figure in self.references else []),
        ]


def boxes(groups: Mapping[str, Mapping[str, list[Result]]]) -> dict[str, tuple[Figure, str]]:
    """Draw every model over its runs: the metrics, what comes back in each domain, and what stays.

    Parameters
    ----------
    groups : mapping of str to mapping of str to list of Result
        Data set -> model -> evaluated runs, at least one. Models of grids are left out.

    Returns
    -------
    dict of str to (Figure, str)
        Name of the picture -> the picture and its caption.
    """
    sets = [
        _rows(data, plain)
        for data, models in groups.items()
        if (plain := {name: runs for name, runs in models.items() if not runs[0].gridded})
    ]
    if not sets:
        return {}
    columns = _shown(sets, {name: METRICS[name] for name in PAPER})
    metrics = draw(sets, columns, dict.fromkeys(columns, UNIT), "Metrics of codes", dashes="a perfect encoder")
    found = {"metrics": (metrics, "the paper's metrics")}
    for parts in dict.fromkeys(one.words["parts"] for one in sets):
        some = [one for one in sets if one.words["parts"] == parts]
        columns = _shown(some, {name: f"{title.format(**some[0].words)}, %" for name, title in SHARES.items()})
        scales = dict.fromkeys(columns, right(_values(some, columns.keys() - {"exact"})))
        scales["exact"] = right(_values(some, ["exact"]))
        title = f"{parts} that come back"
        found[f"reconstruction-{parts}"] = draw(some, columns, scales, title.capitalize()), title
    judged = [replace(one, label=f"{one.label}: {one.words['what']}") for one in sets if one.words["what"]]
    if judged:
        columns = _shown(judged, SWEPT)
        scales = dict.fromkeys(columns, right(_values(judged, columns)))
        title = f"{' or '.join(dict.fromkeys(one.words['what'] for one in judged))} kept"
        dashes = "what the judge reads right in originals"
        found["kept"] = draw(judged, columns, scales, title.capitalize(), dashes=dashes), title
    return found


def _shown(sets: Sequence[Rows], columns: Mapping[str, str]) -> dict[str, str]:
    """Return the columns that any model has a value for."""
    known = {name for one in sets for some in one.models.values() for name in some}
    return {name: label for name, label in columns.items() if name in known}


def _values(sets: Sequence[Rows], columns: Iterable[str]) -> list[float]:
    """Return all that is drawn in some columns."""
    return [value for one in sets for name in columns for value in one.values(name)]


def _rows(data: str, models: Mapping[str, list[Result]]) -> Rows:
    runs = [run for some in models.values() for run in some]
    spreads = {
        name: {figure: found for figure in FIGURES if (found := spread(some, figure)) is not None}
        for name, some in models.items()
    }
    references = {
        figure: float(np.median(known))
        for figure in FIGURES
        if (known := [value for run in runs if (value := run.reference(figure))])
    }
    words = next((run.words for run in runs if run.words["what"]), runs[0].words)
    baselines = frozenset(run.model for run in runs if run.config.loss.gamma == 0)
    return Rows(data, words, published().get(data, {}), spreads, references, baselines)


def draw(
    sets: Sequence[Rows], columns: Mapping[str, str], scales: Mapping[str, Scale], title: str, *, dashes: str = ""
) -> Figure:
    """Draw figures of some data sets: a row of panels for each, a column per figure.

    Parameters
    ----------
    sets : sequence of Rows
        The data sets.
    columns : mapping of str to str
        Figure -> what it is called.
    scales : mapping of str to Scale
        Figure -> the axis of its column.
    title : str
        Of the whole.
    dashes : str
        What the references are, which are drawn as dashed lines.
    """
    known = [{name: some for name, some in one.published.items() if some.keys() & columns.keys()} for one in sets]
    wide = NAMES + len(columns) * (COLUMN + BETWEEN) + SIDE
    height = HEAD + sum(
        ROW * (len(paper) + len(one.models)) + BETWEEN + FOOT for one, paper in zip(sets, known, strict=True)
    )
    figure = Figure(figsize=(wide, height), dpi=DPI, facecolor="white")
    top = HEAD
    for one, paper in zip(sets, known, strict=True):
        names = [*(f"published: {name}" for name in paper), *one.models]
        tall, top = ROW * len(names), top + BETWEEN
        figure.text(0.12 / wide, 1 - (top - 0.1) / height, one.label, fontsize=10, fontweight="bold", color=INK)
        for column, (name, label) in enumerate(columns.items()):
            left = NAMES + column * (COLUMN + BETWEEN)
            ax = figure.add_axes((left / wide, 1 - (top + tall) / height, COLUMN / wide, tall / height))
            _frame(ax, names, len(paper), scales[name], label, first=column == 0)
            if name in one.references:
                line = scales[name].of(one.references[name])
                ax.axvline(line, color=GREEN, linestyle=(0, (4, 2)), linewidth=1.4, zorder=1)
            for place, some in enumerate(paper.values()):
                if name in some:
                    at = scales[name].of(some[name])
                    ax.plot(at, place, "D", color=INK, markersize=5, markerfacecolor="white", zorder=3)
            for place, (model, found) in enumerate(one.models.items(), len(paper)):
                if name in found:
                    _box(ax, place, found[name], scales[name], ORANGE if model in one.baselines else BLUE)
        top += tall + FOOT
    note = "blue: with an attribute loss; orange: without; lines: medians"
    note += "; diamonds: the paper's" if any(known) else ""
    note += f"; green dashes: {dashes}" if any(one.references.keys() & columns.keys() for one in sets) else ""
    note += (
        "\naxes are logarithmic in what is wrong: 90, 99 and 99.9 are equally far apart"
        if UNIT not in scales.values()
        else ""
    )
    figure.text(0.12 / wide, 1 - 0.24 / height, title, fontsize=11, fontweight="bold", color=INK, va="center")
    figure.text(0.12 / wide, 1 - 0.4 / height, note, fontsize=8, color=GREY, va="top", linespacing=1.4)
    return figure


def _frame(ax: Axes, names: Sequence[str], published: int, scale: Scale, label: str, *, first: bool) -> None:
    ax.set_title(label, fontsize=9, color=INK, pad=5)
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
    """Draw runs: a box of the middle half with whiskers to the ends where they are many, points where they are few."""
    values = np.array([scale.of(value) for value in spread.values])
    if spread.interval is not None:
        ends = [scale.of(end) for end in spread.interval]
        ax.plot(ends, (place, place), color=color, linewidth=1.2, alpha=0.7, solid_capstyle="butt", zorder=2)
    if len(values) >= BOX:
        low, high = np.quantile(values, (0.25, 0.75))
        ax.barh(place, high - low, 0.6, low, color=color, alpha=0.3, edgecolor=color, linewidth=1, zorder=2)
    if len(values) <= POINTS:
        ax.plot(values, np.full(len(values), place), "o", color=color, markersize=3.4, alpha=0.8, zorder=3)
    ax.plot([scale.of(spread.median)] * 2, [place - 0.34, place + 0.34], color=color, linewidth=2.2, zorder=4)

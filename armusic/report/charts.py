"""The figures of a report. Each function returns a `Figure` that belongs to no window.

Colours are from the palette of Okabe and Ito, which colour-blind readers tell apart; and what they say is
said by names or shapes as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from armusic.report.results import Spread

BLUE, ORANGE, GREEN, PINK, INK, GREY, FAINT = (
    "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#222222", "#777777", "#e4e4e4",
)  # fmt: skip
POINTS = 20  # most runs that are drawn one by one
BOX = 5  # fewest that make a box
DPI = 150
# In inches.
ROW, COLUMN, NAMES, HEAD, FOOT, BETWEEN, SIDE = 0.27, 2.0, 1.75, 0.62, 0.42, 0.28, 0.2
MARKERS = "osD^vP*X<>"


def boxes(
    rows: Mapping[str, Mapping[str, Mapping[str, Spread]]],
    columns: Mapping[str, str],
    published: Mapping[tuple[str, str], tuple[float, float]],
    references: Mapping[tuple[str, str], float],
    baselines: frozenset[str],
    title: str,
    *,
    percent: bool = False,
) -> Figure:
    """Draw a figure of every model over its runs: a row of panels per data set, a column per figure.

    Parameters
    ----------
    rows : mapping of str to mapping of str to mapping of str to Spread
        Data set -> model -> figure -> its values, as far as there are any.
    columns : mapping of str to str
        Figure -> what it is called.
    published : mapping of (str, str) to (float, float)
        (data set, figure) -> the paper's beta-VAE and AR-VAE.
    references : mapping of (str, str) to float
        (data set, figure) -> what a perfect encoder scores.
    baselines : frozenset of str
        The models without an attribute loss.
    title : str
        Of the whole.
    percent : bool
        Whether values are shown as percentages, each column on its own scale.
    """
    wide = NAMES + len(columns) * (COLUMN + BETWEEN) + SIDE
    height = HEAD + sum(ROW * (2 + len(models)) + BETWEEN + FOOT for models in rows.values())
    figure = Figure(figsize=(wide, height), dpi=DPI, facecolor="white")
    figure.text(0.12 / wide, 1 - 0.24 / height, title, fontsize=11, fontweight="bold", color=INK, va="center")
    top = HEAD
    for data, models in rows.items():
        names = ["published: beta-VAE", "published: AR-VAE", *models]
        tall, top = ROW * len(names), top + BETWEEN
        for column, (name, label) in enumerate(columns.items()):
            left = NAMES + column * (COLUMN + BETWEEN)
            ax = figure.add_axes((left / wide, 1 - (top + tall) / height, COLUMN / wide, tall / height))
            _frame(ax, names, first=column == 0)
            ax.set_title(label + ", %" * percent, fontsize=9, color=INK, pad=5)
            if (data, name) in references:
                ax.axvline(references[data, name], color=GREEN, linestyle=(0, (4, 2)), linewidth=1.4, zorder=1)
            for place, value in enumerate(published.get((data, name), ())):
                ax.plot(value, place, "D", color=INK, markersize=5, markerfacecolor="white", zorder=3)
            for place, (model, figures) in enumerate(models.items(), 2):
                if name in figures:
                    _box(ax, place, figures[name], ORANGE if model in baselines else BLUE)
            if percent:
                ax.xaxis.set_major_locator(MaxNLocator(4))
                ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.5g}"))
                ax.margins(x=0.08)
            else:
                ax.set_xlim(-0.03, 1.05)
                ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", ".25", ".5", ".75", "1"])
        figure.text(0.12 / wide, 1 - (top - 0.1) / height, data, fontsize=10, fontweight="bold", color=INK)
        top += tall + FOOT
    note = "blue: with an attribute loss; orange: without; diamonds: the paper's medians; lines: medians"
    note += "; green dashes: a perfect encoder" if references else ""
    figure.text(1 - 0.12 / wide, 1 - 0.24 / height, note, fontsize=8, color=GREY, ha="right", va="center")
    return figure


def _frame(ax: Axes, names: Sequence[str], *, first: bool) -> None:
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.set_yticks(range(len(names)), names if first else [""] * len(names), fontsize=8.5, color=INK)
    ax.axhline(1.5, color=GREY, linewidth=0.6)
    ax.tick_params(length=0, labelsize=8, colors=INK)
    ax.grid(axis="x", color=FAINT, linewidth=0.8)
    ax.set_axisbelow(True)
    for side, spine in ax.spines.items():
        spine.set_visible(side == "bottom")
        spine.set_color(GREY)


def _box(ax: Axes, place: int, spread: Spread, color: str) -> None:
    """Draw runs: a box of the middle half with whiskers to the ends where they are many, points where they are few."""
    values = np.array(spread.values)
    if spread.interval is not None:
        ax.plot(spread.interval, (place, place), color=color, linewidth=1.2, alpha=0.7, solid_capstyle="butt", zorder=2)
    if len(values) >= BOX:
        low, high = np.quantile(values, (0.25, 0.75))
        ax.barh(place, high - low, 0.6, low, color=color, alpha=0.3, edgecolor=color, linewidth=1, zorder=2)
    if len(values) <= POINTS:
        ax.plot(values, np.full(len(values), place), "o", color=color, markersize=3.4, alpha=0.8, zorder=3)
    ax.plot([spread.median] * 2, [place - 0.34, place + 0.34], color=color, linewidth=2.2, zorder=4)


def grid(points: Sequence[Mapping[str, float]], data: str, name: str) -> Figure:
    """Draw what gamma and delta do: reconstruction against interpretability, a point per setting.

    Parameters
    ----------
    points : sequence of mapping
        `gamma`, `delta`, `x` (share of ticks right) and `y` (Interpretability) of each setting.
    data, name : str
        The data set, and the model whose settings they are.
    """
    figure = Figure(figsize=(6.4, 4.6), dpi=DPI, facecolor="white", layout="constrained")
    ax = figure.add_subplot()
    gammas, deltas = (sorted({point[key] for point in points}) for key in ("gamma", "delta"))
    shades = _shades(len(gammas))
    for point in points:
        shade, marker = shades[gammas.index(point["gamma"])], MARKERS[deltas.index(point["delta"]) % len(MARKERS)]
        ax.plot(
            100 * point["x"], point["y"], marker, color=shade, markersize=8, markeredgecolor=INK, markeredgewidth=0.6
        )
        text = f"{point['gamma']:g}, {point['delta']:g}"
        ax.annotate(text, (100 * point["x"], point["y"]), (6, 4), textcoords="offset points", fontsize=7.5, color=INK)
    ax.set_xlabel("ticks right, %", fontsize=9)
    ax.set_ylabel("Interpretability", fontsize=9)
    ax.tick_params(labelsize=8, colors=INK)
    ax.grid(color=FAINT)
    ax.set_axisbelow(True)
    ax.margins(0.12)
    for spine in ax.spines.values():
        spine.set_color(GREY)
    shape = ", ".join(f"{MARKERS_SAID[place % len(MARKERS)]} {delta:g}" for place, delta in enumerate(deltas))
    ax.set_title(
        f"{name} on {data}: gamma, delta of each setting\ndarker: larger gamma; delta by shape: {shape}",
        fontsize=9, color=INK, loc="left",
    )  # fmt: skip
    return figure


MARKERS_SAID = ("circle", "square", "diamond", "triangle", "wedge", "plus", "star", "cross", "left", "right")


def _shades(count: int) -> list[Any]:
    from matplotlib import colormaps

    return [colormaps["Blues"](share) for share in np.linspace(0.25, 0.95, count)]


def pairs(
    z: Float[np.ndarray, "item latent"],
    a: Float[np.ndarray, "item attribute"],
    names: Sequence[str],
    r2: Float[np.ndarray, "attribute attribute"],
    title: str,
) -> Figure:
    """Draw the codes of the regularised dimensions against the attributes: a straight line on the diagonal is wanted.

    Parameters
    ----------
    z : float array (item, latent)
        Codes; dimension k belongs to attribute k.
    a : float array (item, attribute)
        In the attributes' units.
    names : sequence of str
        Of the attributes.
    r2 : float array (attribute, attribute)
        Squared correlation of attribute (row) and dimension (column).
    title : str
        Of the whole.
    """
    count, size = len(names), float(np.clip(100 / np.sqrt(len(z)), 2.2, 6))
    figure = Figure(figsize=(2.1 * count + 0.6, 1.9 * count + 0.8), dpi=DPI, facecolor="white", layout="constrained")
    figure.suptitle(title, fontsize=11, fontweight="bold", color=INK, x=0.01, ha="left")
    axes = figure.subplots(count, count, sharex="col", sharey="row", squeeze=False)
    for row, name in enumerate(names):
        for column, of in enumerate(names):
            ax = axes[row, column]
            ax.plot(
                z[:, column], a[:, row], "o", color=BLUE if row == column else GREY, markersize=size, alpha=0.4,
                markeredgewidth=0, rasterized=True,
            )  # fmt: skip
            ax.text(
                0.04, 0.96, f"R² {r2[row, column]:.2f}", transform=ax.transAxes, fontsize=8, va="top", color=INK,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1},
            )  # fmt: skip
            ax.tick_params(labelsize=7, colors=INK, length=2)
            for spine in ax.spines.values():
                spine.set_color(GREY)
            if column == 0:
                ax.set_ylabel(name, fontsize=9, color=INK)
            if row == count - 1:
                ax.set_xlabel(f"dimension {column}: {of}", fontsize=9, color=INK)
    return figure

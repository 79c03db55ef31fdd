"""Scatter plots of a report. Each function returns a `Figure` that belongs to no window.

Colours are from the palette of Okabe and Ito, which colour-blind readers tell apart; names or shapes carry the same
information.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from armusic.shapes import Float

BLUE, ORANGE, GREEN, INK, GREY, FAINT = "#0072B2", "#D55E00", "#009E73", "#222222", "#777777", "#e4e4e4"
DPI = 150
MARKERS = {
    "o": "circle", "s": "square", "D": "diamond", "^": "triangle", "v": "wedge", "P": "plus", "*": "star",
    "X": "cross", "<": "left", ">": "right",
}  # fmt: skip
"""Marker -> its name."""


def grid(points: Sequence[Mapping[str, float]], data: str, name: str, parts: str) -> Figure:
    """Draw the effect of gamma and delta: reconstruction against interpretability, a point per setting.

    Parameters
    ----------
    points : sequence of mapping
        `gamma`, `delta`, `x` (share of parts right) and `y` (Interpretability) of each setting.
    data, name : str
        The data set, and the model whose settings they are.
    parts : str
        Plural name of the parts of an item, such as ticks.
    """
    figure = Figure(figsize=(6.4, 4.6), dpi=DPI, facecolor="white", layout="constrained")
    ax = figure.add_subplot()
    gammas, deltas = (sorted({point[key] for point in points}) for key in ("gamma", "delta"))
    shades = dict(zip(gammas, _shades(len(gammas)), strict=True))
    markers = dict(zip(deltas, cycle(MARKERS), strict=False))
    for point in points:
        shade, marker = shades[point["gamma"]], markers[point["delta"]]
        ax.plot(
            100 * point["x"], point["y"], marker, color=shade, markersize=8, markeredgecolor=INK, markeredgewidth=0.6
        )
        text = f"{point['gamma']:g}, {point['delta']:g}"
        ax.annotate(text, (100 * point["x"], point["y"]), (6, 4), textcoords="offset points", fontsize=7.5, color=INK)
    ax.set_xlabel(f"{parts} right, %", fontsize=9)
    ax.set_ylabel("Interpretability", fontsize=9)
    ax.tick_params(labelsize=8, colors=INK)
    ax.grid(color=FAINT)
    ax.set_axisbelow(True)
    ax.margins(0.12)
    for spine in ax.spines.values():
        spine.set_color(GREY)
    shape = ", ".join(f"{MARKERS[marker]} {delta:g}" for delta, marker in markers.items())
    ax.set_title(
        f"{name} on {data}: gamma, delta of each setting\ndarker: larger gamma; delta by shape: {shape}",
        fontsize=9, color=INK, loc="left",
    )  # fmt: skip
    return figure


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
    """Draw the codes of the regularised dimensions against the attributes: ideally a straight line on the diagonal.

    Parameters
    ----------
    z : float array (item, latent)
        Codes; dimension k belongs to attribute k.
    a : float array (item, attribute)
        Attributes, in their own units.
    names : sequence of str
        Names of the attributes.
    r2 : float array (attribute, attribute)
        Squared correlation of attribute (row) and dimension (column).
    title : str
        Title of the figure.
    """
    count, size = len(names), float(np.clip(100 / np.sqrt(len(z)), 2.2, 6))
    figure = Figure(figsize=(2.1 * count + 0.6, 1.9 * count + 0.8), dpi=DPI, facecolor="white", layout="constrained")
    figure.suptitle(title, fontsize=11, fontweight="bold", color=INK, x=0.01, ha="left")
    axes = figure.subplots(count, count, sharex="col", sharey="row", squeeze=False)
    for row, name in enumerate(names):
        for column, own in enumerate(names):
            ax = axes[row, column]
            ax.plot(
                z[:, column], a[:, row], "o", color=BLUE if row == column else GREY, markersize=size, alpha=0.4,
                markeredgewidth=0, rasterized=True,
            )  # fmt: skip
            ax.text(
                0.04, 0.96, f"R² {r2[row, column]:.2f}", transform=ax.transAxes, fontsize=8, va="top", color=INK,
                bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 1},
            )  # fmt: skip
            ax.margins(y=0.14)  # room for the text
            ax.tick_params(labelsize=7, colors=INK, length=2)
            for spine in ax.spines.values():
                spine.set_color(GREY)
            if column == 0:
                ax.set_ylabel(name, fontsize=9, color=INK)
            if row == count - 1:
                ax.set_xlabel(f"dimension {column}: {own}", fontsize=9, color=INK)
    return figure

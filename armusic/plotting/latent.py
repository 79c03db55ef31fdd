"""The pictures of an evaluation: each function returns a `Figure` that belongs to no window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from armusic.extras import require
from armusic.music.score import Tune
from armusic.plotting import panels
from armusic.plotting.page import FAINT, INK, LABEL, LEFT, TOP, Page, pitch_limits, signed
from armusic.shapes import Float

# All in inches.
CELL, ACROSS, DOWN = 1.7, 0.55, 0.6  # side of a panel of a grid, and the room between two
BAR, AFTER = 0.1, 0.55  # width of a colour bar, and the room for its numbers
ROLL, MUSIC = 1.15, 8.6  # height and width of a roll
CURVE, BEFORE, GAP = 2.1, 0.8, 0.3  # width of a curve, the room before it, and the room below a row
ABOVE = 0.25  # share of the height of a roll for the text in it
DOTS = 2000  # most dots in a panel
DPI = 110
OFF = "#9a9a9a"  # an attribute over the dimension of another
LEVELS = 9  # contour lines of a surface

Points = Float[np.ndarray, " point"]
Steps = Float[np.ndarray, " step"]


def surfaces(
    names: Sequence[str],
    points: Points,
    values: Float[np.ndarray, "attribute dim point point"],
    steps: Steps,
    swept: Float[np.ndarray, "attribute step item"],
    title: str,
    note: str = "",
) -> Figure:
    """Draw each attribute over its own dimension and each other one, a row per attribute.

    Where dimensions are disentangled, the colours are upright bands. On the diagonal is the
    attribute over its own dimension alone.

    Parameters
    ----------
    names : sequence (attribute,) of str
        Names of the attributes.
    points : float array (point,)
        Positions of the dimensions, in standard deviations of the prior.
    values : float array (attribute, dim, point, point)
        `values[k, d, j, i]`: attribute k, its dimension at `points[i]` and dimension d at `points[j]`.
    steps : float array (step,)
        Positions of each dimension moved alone.
    swept : float array (attribute, step, item)
        Values of each attribute in some items at these positions.
    title, note : str
        Title of the picture, and a smaller line below.
    """
    count = len(names)
    page = _grid(count, title, note)
    for k, name in enumerate(names):
        measured = values[k, ~np.isnan(values[k])]
        low, high = (float(measured.min()), float(measured.max())) if measured.size else (0.0, 0.0)
        for d, name_of_dim in enumerate(names):
            ax = _cell(page, k, d)
            ax.set_xlabel(f"z of {name}", fontsize=7.5, color=INK, labelpad=1)
            if d == k:
                _band(ax, steps, swept[k])
                ax.set_ylabel(name, fontsize=7.5, color=INK, labelpad=1)
                ax.set_xlim(steps[0], steps[-1])
                continue
            mesh = ax.pcolormesh(
                points, points, values[k, d], cmap=panels.HEIGHTS, vmin=low, vmax=high, shading="gouraud",
                rasterized=True,
            )  # fmt: skip
            if high > low:
                levels = np.linspace(low, high, LEVELS + 2)[1:-1]
                ax.contour(
                    points, points, values[k, d], levels, colors=INK, linewidths=0.5, alpha=0.7, linestyles="solid"
                )
            ax.set_ylabel(f"z of {name_of_dim}", fontsize=7.5, color=INK, labelpad=1)
            ax.set_xlim(points[0], points[-1])
            ax.set_xticks(ax.get_yticks())
            ax.set_ylim(points[0], points[-1])
            ax.set_xlim(points[0], points[-1])
        if count > 1:
            page.colour_bar(mesh, _top(k), CELL, _left(count) - ACROSS + 0.08, BAR)
        page.heading(_top(k) - LABEL, f"{name} decoded")
    return page.figure


def scatter(
    names: Sequence[str],
    z: Float[np.ndarray, "item dim"],
    a: Float[np.ndarray, "item attribute"],
    title: str,
    note: str = "",
) -> Figure:
    """Draw each attribute against the dimension of each attribute: a row per attribute.

    Parameters
    ----------
    names : sequence (attribute,) of str
        Names of the attributes.
    z : float array (item, attribute)
        Codes, on the dimension of each attribute.
    a : float array (item, attribute)
        Values of the attributes.
    title, note : str
        Title of the picture, and a smaller line below.
    """
    page = _grid(len(names), title, note)
    rows = np.unique(np.linspace(0, len(z) - 1, DOTS).astype(int))
    for k, name in enumerate(names):
        for d, name_of_dim in enumerate(names):
            ax = _cell(page, k, d)
            own = d == k
            ax.plot(
                z[rows, d], a[rows, k], ".", markersize=3.5, markeredgewidth=0, alpha=0.4,
                color=panels.TARGET if own else OFF, rasterized=True,
            )  # fmt: skip
            ax.set_xlabel(f"z of {name_of_dim}", fontsize=7.5, color=INK, labelpad=1)
            ax.set_ylabel(name, fontsize=7.5, color=INK, labelpad=1)
            rho = signed(f"{_spearman(z[:, d], a[:, k]):.3f}")
            ax.set_title(
                f"\N{GREEK SMALL LETTER RHO} {rho}",
                fontsize=7.5,
                pad=3,
                loc="right",
                color=INK,
                fontweight="bold" if own else "normal",
            )
            ax.xaxis.set_major_locator(MaxNLocator(5))
            ax.autoscale(axis="x")
            ax.margins(0.05)
    return page.figure


def sweeps(
    names: Sequence[str],
    tunes: Sequence[Tune],
    scores: Sequence[np.ndarray | None],
    steps: Steps,
    values: Float[np.ndarray, "attribute step"],
    positions: Float[np.ndarray, " position"],
    swept: Float[np.ndarray, "attribute position item"],
    title: str,
    note: str = "",
) -> Figure:
    """Draw one measure with each of its dimensions swept: as a piano roll, as a score, and the attribute beside it.

    Parameters
    ----------
    names : sequence (attribute,) of str
        Names of the attributes.
    tunes : sequence (attribute,) of Tune
        A measure per step.
    scores : sequence (attribute,) of arrays (row, column, channel) or None
        The same as pictures of notation, where there are any.
    steps : float array (step,)
        Positions of the dimension, in standard deviations of the prior.
    values : float array (attribute, step)
        The attribute of each measure.
    positions : float array (position,)
        Positions of the dimensions of other items.
    swept : float array (attribute, position, item)
        Attributes of the other items, drawn as the mean and the middle half.
    title, note : str
        Title of the picture, and a smaller line below.
    """
    tall = [0.0 if score is None else MUSIC * score.shape[0] / score.shape[1] for score in scores]
    width = LEFT + MUSIC + BEFORE + CURVE + 0.25
    page = Page.blank(width, TOP + sum(tall) + len(names) * (LABEL + ROLL + GAP) + 0.3, DPI)
    page.title(title, note)
    pitches = pitch_limits(tunes)
    top = TOP
    for k, (name, tune, score) in enumerate(zip(names, tunes, scores, strict=True)):
        page.heading(top, f"{name} along its dimension")
        top += LABEL
        ax = page.axes(top, ROLL, LEFT, MUSIC)
        panels.piano_roll(ax, tune, color=INK, pitches=pitches)
        ax.set_ylim(pitches[0] - 1.2, pitches[1] + ABOVE * (pitches[1] - pitches[0] + 3))
        ax.set_xlim(0, float(tune.end))
        for step, measure, value in zip(steps, tune.measures, values[k], strict=True):
            text = f"z {step:+g}: {value:.2f}" if step else f"z 0: {value:.2f}"
            ax.text(
                float(measure.start) + 0.08, 0.96, signed(text),
                transform=ax.get_xaxis_transform(), va="top", fontsize=7, color=INK,
            )  # fmt: skip
        beside = page.axes(top, ROLL + tall[k], LEFT + MUSIC + BEFORE, CURVE)
        _band(beside, positions, swept[k])
        beside.plot(steps, values[k], "o-", color=panels.REACHED, markersize=4, linewidth=1.2)
        beside.margins(x=0.05)
        beside.autoscale(axis="x")
        beside.set_ylabel(name, fontsize=8, color=INK, labelpad=2)
        beside.set_xlabel(f"z of {name}", fontsize=7.5, color=INK, labelpad=1)
        beside.tick_params(length=2, labelsize=7)
        top += ROLL
        if score is not None:
            below = page.axes(top, tall[k], LEFT, MUSIC)
            below.imshow(score, aspect="auto", interpolation="antialiased", extent=(0, 1, 0, 1))
            below.set_axis_off()
        top += tall[k] + GAP
    return page.figure


def _grid(count: int, title: str, note: str) -> Page:
    """Return a page with room for a square of panels."""
    page = Page.blank(_left(count) - ACROSS + BAR + AFTER + 0.2, _top(count) + 0.05, DPI)
    page.title(title, note)
    return page


def _top(row: int) -> float:
    return TOP + LABEL + row * (CELL + DOWN)


def _left(column: int) -> float:
    return LEFT + column * (CELL + ACROSS)


def _cell(page: Page, row: int, column: int) -> Axes:
    ax = page.axes(_top(row), CELL, _left(column), CELL)
    ax.tick_params(length=2, labelsize=6.5)
    return ax


def _band(ax: Axes, steps: Steps, swept: Float[np.ndarray, "step item"]) -> None:
    """Draw the mean over items, and the band of their middle half."""
    low, high = np.quantile(swept, [0.25, 0.75], axis=1)
    ax.fill_between(steps, low, high, color="#9fd0ee", alpha=0.6, linewidth=0)
    ax.plot(steps, swept.mean(axis=1), color=panels.TARGET, linewidth=1.4)
    ax.set_xlim(steps[0], steps[-1])
    ax.set_xticks(np.arange(np.ceil(steps[0]), steps[-1] + 0.5))
    ax.grid(color=FAINT, linewidth=0.5)
    ax.set_axisbelow(True)


def _spearman(x: Float[np.ndarray, " item"], y: Float[np.ndarray, " item"]) -> float:
    """Return the rank correlation; 0 where one of the two does not vary."""
    stats = require("scipy.stats", extra="train", purpose="a rank correlation")
    return float(stats.spearmanr(x, y).statistic) if np.ptp(x) and np.ptp(y) else 0.0

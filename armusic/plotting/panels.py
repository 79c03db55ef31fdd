"""What pictures are made of: functions that draw on the matplotlib `Axes` they are given.

Time runs in quarter notes, so tempo changes nothing; colours are told apart by everyone (Okabe
and Ito, "Color Universal Design", 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection, QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from armusic.music.score import Tune
from armusic.plotting.page import FAINT, INK, pitch_limits

Lines = Float[np.ndarray, "line measure"]
Series = Float[np.ndarray, " measure"]

NUMBER = 0.34  # least distance of two measure numbers, in inches
MARKS = 6  # most of them on an axis, and contour lines on a map
GHOST = "#e3e3e3"
ASKED, REACHED = "#0072b2", "#d55e00"
STEPS = LinearSegmentedColormap.from_list("steps", ["#48a9e0", "#0072b2", INK, "#d55e00", "#e69f00"])
"""From far down (light blue) over the input (black) to far up (orange)."""
HEIGHTS = LinearSegmentedColormap.from_list("heights", ["#fff8e1", "#9fd0ee", "#2b87c0", "#12466b"])
"""From little of an attribute (cream) to much of it (dark blue); lightness falls evenly."""

_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FIFTH = 7
_BEHIND: dict[str, Any] = {
    "linestyle": (0, (3, 2)),
    "marker": "o",
    "markerfacecolor": "none",
    "markersize": 6.5,
    "linewidth": 0.9,
}
"""What was asked for: dashes and rings, so that a dot in its ring is a value reached."""


def note_name(pitch: int) -> str:
    """Return the name of a MIDI pitch.

    Examples
    --------
    >>> note_name(60), note_name(70)
    ('C4', 'A#4')
    """
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"


def agreement(asked: Float[np.ndarray, "*value"], reached: Float[np.ndarray, "*value"]) -> tuple[float, float]:
    """Return how well what was reached agrees with what was asked for.

    Returns
    -------
    r2 : float
        The coefficient of determination, 1 at most; NaN where one value only was asked for.
    error : float
        The mean absolute error, in the attribute's units; NaN without values.

    Examples
    --------
    >>> agreement(np.array([0.0, 1.0]), np.array([0.1, 0.9]))
    (0.96, 0.1)
    """
    if not asked.size:
        return np.nan, np.nan
    spread = ((asked - asked.mean()) ** 2).sum()
    r2 = 1 - ((reached - asked) ** 2).sum() / spread if np.ptp(asked) else np.nan
    return float(np.round(r2, 12)), float(np.round(np.abs(reached - asked).mean(), 12))


def figures(asked: Float[np.ndarray, "*value"], reached: Float[np.ndarray, "*value"]) -> str:
    """Return `agreement` in words; R² is left out where it has no value.

    Examples
    --------
    >>> figures(np.array([0.0, 1.0]), np.array([0.1, 0.9]))
    'R² 0.960, mean error 0.100'
    """
    if not asked.size:
        return "nothing was asked for"
    r2, error = agreement(asked, reached)
    return f"R² {r2:.3f}, ".replace("-", "\N{MINUS SIGN}") * bool(np.isfinite(r2)) + f"mean error {error:.3f}"


def piano_roll(
    ax: Axes, tune: Tune, *, color: Any = INK, ghost: Tune | None = None, pitches: tuple[int, int] | None = None
) -> None:
    """Draw a tune as bars, time to the right and pitch upward, with its bar lines.

    Parameters
    ----------
    ax : Axes
        Drawn on; its limits and ticks are set.
    tune : Tune
        The music; a silent one gives an empty roll.
    color : matplotlib color
        Of the notes.
    ghost : Tune, optional
        Drawn faintly behind, to compare with.
    pitches : (int, int), optional
        Lowest and highest MIDI pitch to show; by default those of the tune.
    """
    low, high = pitches or pitch_limits([tune])
    if ghost is not None:
        ax.add_collection(PolyCollection(_bars(ghost), facecolors=GHOST, edgecolors="none", zorder=1))
    ax.add_collection(PolyCollection(_bars(tune), facecolors=color, edgecolors="white", linewidths=0.4, zorder=2))
    _bar_lines(ax, tune)
    marks = [pitch for pitch in range(low, high + 1) if pitch % 12 in ((0, _FIFTH) if high - low <= 24 else (0,))]
    ax.set_yticks(marks if len(marks) > 1 else [low, high], minor=False)
    ax.set_yticklabels([note_name(int(pitch)) for pitch in ax.get_yticks()], fontsize=7, color=INK)
    ax.set_ylim(low - 1.2, high + 1.2)
    ax.grid(axis="y", color=FAINT, linewidth=0.5, zorder=0)
    ax.set_axisbelow(True)


def curves(
    ax: Axes,
    tune: Tune,
    values: Lines,
    attribute: str,
    colors: Sequence[Any],
    labels: Sequence[str],
    *,
    asked: Sequence[Series | None] = (),
    bold: Sequence[bool] = (),
) -> None:
    """Draw an attribute of each measure, one line per row of `values`, over the middles of the measures.

    Parameters
    ----------
    ax : Axes
        Drawn on; its limits and ticks are set.
    tune : Tune
        With the measures.
    values : float array (line, measure)
        The attribute.
    attribute : str
        Name on the axis.
    colors, labels : sequences (line,)
        Of each line.
    asked : sequence (line,) of float arrays (measure,) or None, optional
        What was asked for, drawn behind in rings and dashes.
    bold : sequence (line,) of bool, optional
        Which lines are thicker, and in front.
    """
    middles = [float(measure.start + measure.metre.length / 2) for measure in tune.measures]
    for wanted, color in zip(asked, colors, strict=False):
        if wanted is not None:
            ax.plot(middles, wanted, color=color, alpha=0.6, zorder=1.5, **_BEHIND)
    for row, color, label, thick in zip(values, colors, labels, bold or [False] * len(values), strict=True):
        ax.plot(
            middles, row, "o-", color=color, linewidth=1.8 if thick else 1.2, markersize=3,
            zorder=3 if thick else 2, label=label,
        )  # fmt: skip
    _bar_lines(ax, tune)
    ax.set_ylabel(attribute, fontsize=8, color=INK)
    ax.tick_params(axis="y", labelsize=7)
    ax.grid(axis="y", color=FAINT, linewidth=0.5)
    ax.margins(y=0.12)


def against(ax: Axes, asked: Lines, reached: Lines, attribute: str, colors: Sequence[Any]) -> None:
    """Draw what was asked for against what was reached: a dot per line and measure, and where they would be equal.

    Parameters
    ----------
    ax : Axes
        Square; drawn on, its limits and ticks are set, the same for both.
    asked, reached : float array (line, measure)
        In the attribute's units, finite.
    attribute : str
        Name on the axes.
    colors : sequence (line,)
        Of the dots.
    """
    for wanted, found, color in zip(asked, reached, colors, strict=True):
        ax.scatter(wanted, found, s=26, color=[color], alpha=0.75, linewidths=0.4, edgecolors="white", zorder=3)
    every = np.concatenate([asked.ravel(), reached.ravel()])
    low, high = (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)
    room = max(0.06 * (high - low), 0.05 * max(abs(low), abs(high)), 1e-3)
    limits = low - room, high + room
    ax.set_xlim(*limits)
    ax.set_ylim(*limits)
    ax.set_aspect("equal")
    ax.set_xticks(_marks(*limits))
    ax.set_yticks(_marks(*limits))
    ax.axline((low, low), slope=1, color="#808080", linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    ax.set_xlabel(f"{attribute} asked for", fontsize=8, color=INK)
    ax.set_ylabel(f"{attribute} reached", fontsize=8, color=INK)
    ax.tick_params(labelsize=7)
    ax.grid(color=FAINT, linewidth=0.5)
    ax.set_axisbelow(True)


def goal(ax: Axes, tune: Tune, before: Series, asked: Series, reached: Series, attribute: str) -> None:
    """Draw an attribute of each measure before (black), as asked for (blue rings) and as reached (orange).

    Parameters
    ----------
    ax : Axes
        Drawn on; its limits and ticks are set.
    tune : Tune
        With the measures.
    before, asked, reached : float array (measure,)
        The attribute.
    attribute : str
        Name on the axis.
    """
    middles = [float(measure.start + measure.metre.length / 2) for measure in tune.measures]
    curves(ax, tune, np.stack([before, reached]), attribute, (INK, REACHED), ("before", "reached"))
    ax.plot(middles, asked, color=ASKED, label="asked for", zorder=2.5, **_BEHIND)


def heights(
    ax: Axes,
    asked: Float[np.ndarray, "2 point"],
    values: Float[np.ndarray, "point point"],
    names: Sequence[str],
    k: int,
) -> QuadMesh:
    """Draw an attribute over a grid of two: colours, contour lines, and dashes where these lines were asked for.

    Parameters
    ----------
    ax : Axes
        Drawn on; its limits and ticks are set.
    asked : float array (2, point)
        The values asked of the two attributes, rising.
    values : float array (point, point)
        The attribute reached; rows are values asked of the second.
    names : sequence (2,) of str
        Of the two.
    k : {0, 1}
        Which of the two `values` are of.

    Returns
    -------
    QuadMesh
        The colours, for a colour bar.
    """
    levels = [_marks(*row[[0, -1]].tolist()) for row in asked]
    low, high = float(min(asked[k, 0], values.min())), float(max(asked[k, -1], values.max()))
    mesh = ax.pcolormesh(*asked, values, cmap=HEIGHTS, vmin=low, vmax=high, shading="nearest", rasterized=True)
    for level in levels[k]:
        (ax.axvline, ax.axhline)[k](level, color=INK, linewidth=0.8, linestyle=(0, (2, 3)), alpha=0.6)
    inside = [level for level in levels[k] if values.min() < level < values.max()]
    if inside:
        ax.contour(*asked, values, levels=inside, colors=INK, linewidths=0.9, linestyles="solid")
    ax.set_xlim(*asked[0, [0, -1]])
    ax.set_ylim(*asked[1, [0, -1]])
    ax.set_xticks(levels[0])
    ax.set_yticks(levels[1])
    ax.set_xlabel(f"{names[0]} asked for", fontsize=8, color=INK)
    ax.set_ylabel(f"{names[1]} asked for", fontsize=8, color=INK)
    ax.tick_params(length=2, labelsize=7)
    return mesh


def number_measures(ax: Axes, tune: Tune, inches: float) -> None:
    """Write the numbers of the measures below an axis so wide: every one, or as many as there is room for."""
    count = len(tune.measures)
    if not count:
        return
    every = next(step for step in (1, 2, 4, 8, 16, 32, 64, count) if inches / count * step >= NUMBER or step == count)
    shown = [(number, measure) for number, measure in enumerate(tune.measures, 1) if (number - 1) % every == 0]
    ax.set_xticks([float(measure.start + measure.metre.length / 2) for _, measure in shown])
    ax.set_xticklabels([str(number) for number, _ in shown], fontsize=7, color=INK)
    ax.set_xlabel("measure", fontsize=8, color=INK)


def _marks(low: float, high: float) -> list[float]:
    """Return round numbers between two others."""
    return [mark for mark in MaxNLocator(MARKS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high) if low <= mark <= high]


def _bars(tune: Tune) -> list[Float[np.ndarray, "corner 2"]]:
    """Return the corners of each note's bar."""
    start = np.array([float(note.start) for note in tune.notes])
    end = np.array([float(note.end) for note in tune.notes])
    pitch = np.array([note.pitch for note in tune.notes], dtype=float)
    x, y = np.stack([start, end, end, start], axis=1), pitch[:, None] + [-0.45, -0.45, 0.45, 0.45]
    return list(np.stack([x, y], axis=2))


def _bar_lines(ax: Axes, tune: Tune) -> None:
    lines = [[(float(measure.start), 0), (float(measure.start), 1)] for measure in tune.measures[1:]]
    ax.add_collection(
        LineCollection(lines, colors="#b0b0b0", linewidths=0.6, zorder=0.5, transform=ax.get_xaxis_transform()),
        autolim=False,
    )

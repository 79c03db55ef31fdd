"""The panels of pictures: functions that draw on a matplotlib `Axes`.

Time runs in quarter notes, so tempo changes nothing; everyone can tell the colours apart (Okabe
and Ito, "Color Universal Design", 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection, QuadMesh
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.ticker import MaxNLocator

from armusic.music.score import Tune
from armusic.plotting.page import FAINT, INK, pitch_limits, signed
from armusic.shapes import Float

Lines = Float[np.ndarray, "line measure"]
Series = Float[np.ndarray, " measure"]

NUMBER = 0.34  # least distance of two measure numbers, in inches
MARKS = 6  # most ticks on an axis, and contour lines on a map
GHOST = "#e3e3e3"
TARGET, REACHED = "#0072b2", "#d55e00"
STEPS = LinearSegmentedColormap.from_list("steps", ["#48a9e0", "#0072b2", INK, "#d55e00", "#e69f00"])
"""From far down (light blue) over the input (black) to far up (orange)."""
HEIGHTS = LinearSegmentedColormap.from_list("heights", ["#fff8e1", "#9fd0ee", "#2b87c0", "#12466b"])
"""From low values (cream) to high ones (dark blue); lightness falls evenly."""

_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FIFTH = 7
_RINGS: dict[str, Any] = {
    "linestyle": (0, (3, 2)),
    "marker": "o",
    "markerfacecolor": "none",
    "markersize": 6.5,
    "linewidth": 0.9,
}
"""Style of targets: dashes and rings, so that a dot in its ring is a target reached."""


def note_name(pitch: int) -> str:
    """Return the name of a MIDI pitch.

    Examples
    --------
    >>> note_name(60), note_name(70)
    ('C4', 'A#4')
    """
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"


def agreement(targets: Float[np.ndarray, "*value"], values: Float[np.ndarray, "*value"]) -> tuple[float, float]:
    """Return how well values agree with their targets.

    Returns
    -------
    r2 : float
        The coefficient of determination, at most 1; NaN where all targets are equal.
    error : float
        The mean absolute error, in the attribute's units; NaN without values.

    Examples
    --------
    >>> agreement(np.array([0.0, 1.0]), np.array([0.1, 0.9]))
    (0.96, 0.1)
    """
    if not targets.size:
        return np.nan, np.nan
    spread = ((targets - targets.mean()) ** 2).sum()
    r2 = 1 - ((values - targets) ** 2).sum() / spread if np.ptp(targets) else np.nan
    return float(np.round(r2, 12)), float(np.round(np.abs(values - targets).mean(), 12))


def agreement_text(targets: Float[np.ndarray, "*value"], values: Float[np.ndarray, "*value"]) -> str:
    """Return `agreement` in words; R² is left out where it is NaN.

    Examples
    --------
    >>> agreement_text(np.array([0.0, 1.0]), np.array([0.1, 0.9]))
    'R² 0.960, mean error 0.100'
    """
    if not targets.size:
        return "no targets"
    r2, error = agreement(targets, values)
    text = f"mean error {error:.3f}"
    return signed(f"R² {r2:.3f}, ") + text if np.isfinite(r2) else text


def piano_roll(
    ax: Axes, tune: Tune, *, color: Any = INK, ghost: Tune | None = None, pitches: tuple[int, int] | None = None
) -> None:
    """Draw a tune as bars, time to the right and pitch upward, with its bar lines.

    Parameters
    ----------
    ax : Axes
        Axes to draw on; its limits and ticks are set.
    tune : Tune
        The music; a silent one gives an empty roll.
    color : matplotlib color
        Colour of the notes.
    ghost : Tune, optional
        A tune to compare with, drawn faintly behind.
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
    targets: Sequence[Series | None] = (),
    bold: Sequence[bool] = (),
) -> None:
    """Draw an attribute of each measure, one line per row of `values`, over the middles of the measures.

    Parameters
    ----------
    ax : Axes
        Axes to draw on; its limits and ticks are set.
    tune : Tune
        The tune with the measures.
    values : float array (line, measure)
        Values of the attribute.
    attribute : str
        Name of the attribute, for the axis.
    colors, labels : sequences (line,)
        Colour and label of each line.
    targets : sequence (line,) of float arrays (measure,) or None, optional
        Targets of each line, drawn behind in rings and dashes.
    bold : sequence (line,) of bool, optional
        Whether each line is thicker, and in front.
    """
    middles = _middles(tune)
    for target, color in zip(targets, colors, strict=False):
        if target is not None:
            ax.plot(middles, target, color=color, alpha=0.6, zorder=1.5, **_RINGS)
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


def against(ax: Axes, targets: Lines, values: Lines, attribute: str, colors: Sequence[Any]) -> None:
    """Draw targets against the values reached: a dot per line and measure, and the line on which they are equal.

    Parameters
    ----------
    ax : Axes
        Square axes to draw on; its limits and ticks are set, the same for both directions.
    targets, values : float array (line, measure)
        Targets and values reached in the attribute's units, finite.
    attribute : str
        Name of the attribute, for the axes.
    colors : sequence (line,)
        Colours of the dots.
    """
    for target, value, color in zip(targets, values, colors, strict=True):
        ax.scatter(target, value, s=26, color=[color], alpha=0.75, linewidths=0.4, edgecolors="white", zorder=3)
    every = np.concatenate([targets.ravel(), values.ravel()])
    low, high = (float(every.min()), float(every.max())) if every.size else (0.0, 1.0)
    room = max(0.06 * (high - low), 0.05 * max(abs(low), abs(high)), 1e-3)
    limits = low - room, high + room
    ax.set_xlim(*limits)
    ax.set_ylim(*limits)
    ax.set_aspect("equal")
    ax.set_xticks(_marks(*limits))
    ax.set_yticks(_marks(*limits))
    ax.axline((low, low), slope=1, color="#808080", linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    ax.set_xlabel(f"{attribute} target", fontsize=8, color=INK)
    ax.set_ylabel(f"{attribute} reached", fontsize=8, color=INK)
    ax.tick_params(labelsize=7)
    ax.grid(color=FAINT, linewidth=0.5)
    ax.set_axisbelow(True)


def target(ax: Axes, tune: Tune, original: Series, targets: Series, values: Series, attribute: str) -> None:
    """Draw an attribute of each measure: original values (black), targets (blue rings) and values reached (orange).

    Parameters
    ----------
    ax : Axes
        Axes to draw on; its limits and ticks are set.
    tune : Tune
        The tune with the measures.
    original, targets, values : float array (measure,)
        Values of the attribute.
    attribute : str
        Name of the attribute, for the axis.
    """
    curves(ax, tune, np.stack([original, values]), attribute, (INK, REACHED), ("original", "reached"))
    ax.plot(
        _middles(tune),
        targets,
        color=TARGET,
        label="target" if np.isfinite(targets).any() else None,
        zorder=2.5,
        **_RINGS,
    )


def heights(
    ax: Axes,
    targets: Float[np.ndarray, "2 point"],
    values: Float[np.ndarray, "point point"],
    names: Sequence[str],
    k: int,
) -> QuadMesh:
    """Draw an attribute over a grid of two: colours, contour lines, and dashes at the targets of these lines.

    Parameters
    ----------
    ax : Axes
        Axes to draw on; its limits and ticks are set.
    targets : float array (2, point)
        Targets of the two attributes, in ascending order.
    values : float array (point, point)
        Values reached of one of them; a row per target of the second.
    names : sequence (2,) of str
        Names of the two.
    k : {0, 1}
        Number of the attribute whose values are drawn.

    Returns
    -------
    QuadMesh
        The colours, for a colour bar.
    """
    levels = [_marks(*row[[0, -1]].tolist()) for row in targets]
    low, high = float(min(targets[k, 0], values.min())), float(max(targets[k, -1], values.max()))
    mesh = ax.pcolormesh(*targets, values, cmap=HEIGHTS, vmin=low, vmax=high, shading="nearest", rasterized=True)
    for level in levels[k]:
        (ax.axvline, ax.axhline)[k](level, color=INK, linewidth=0.8, linestyle=(0, (2, 3)), alpha=0.6)
    inside = [level for level in levels[k] if values.min() < level < values.max()]
    if inside:
        ax.contour(*targets, values, levels=inside, colors=INK, linewidths=0.9, linestyles="solid")
    ax.set_xlim(*targets[0, [0, -1]])
    ax.set_ylim(*targets[1, [0, -1]])
    ax.set_xticks(levels[0])
    ax.set_yticks(levels[1])
    ax.set_xlabel(f"{names[0]} target", fontsize=8, color=INK)
    ax.set_ylabel(f"{names[1]} target", fontsize=8, color=INK)
    ax.tick_params(length=2, labelsize=7)
    return mesh


def number_measures(ax: Axes, tune: Tune, inches: float) -> None:
    """Write the numbers of measures in the file below an axis of a width in inches: as many as there is room for."""
    bars = tune.bars
    count = len(bars)
    if not count:
        return
    every = next(step for step in (1, 2, 4, 8, 16, 32, 64, count) if inches / count * step >= NUMBER or step == count)
    shown = bars[::every]
    ax.set_xticks([float(bar.start + bar.end) / 2 for bar in shown])
    ax.set_xticklabels([str(bar.number) for bar in shown], fontsize=7, color=INK)
    ax.set_xlabel("measure", fontsize=8, color=INK)


def _middles(tune: Tune) -> list[float]:
    """Return the middle of each measure, in quarter notes."""
    return [float(measure.start + measure.metre.length / 2) for measure in tune.measures]


def _marks(low: float, high: float) -> list[float]:
    """Return round numbers between two limits."""
    return [mark for mark in MaxNLocator(MARKS, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high) if low <= mark <= high]


def _bars(tune: Tune) -> list[Float[np.ndarray, "corner 2"]]:
    """Return the corners of each note's bar."""
    start = np.array([float(note.start) for note in tune.notes])
    end = np.array([float(note.end) for note in tune.notes])
    pitch = np.array([note.pitch for note in tune.notes], dtype=float)
    x, y = np.stack([start, end, end, start], axis=1), pitch[:, None] + [-0.45, -0.45, 0.45, 0.45]
    return list(np.stack([x, y], axis=2))


def _bar_lines(ax: Axes, tune: Tune) -> None:
    lines = [[(float(measure.start), 0), (float(measure.start), 1)] for measure in tune.bars[1:]]
    ax.add_collection(
        LineCollection(lines, colors="#b0b0b0", linewidths=0.6, zorder=0.5, transform=ax.get_xaxis_transform()),
        autolim=False,
    )

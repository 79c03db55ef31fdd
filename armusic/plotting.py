"""Pictures: piano rolls, and how an attribute moves through a sweep.

Functions draw on the matplotlib `Axes` they are given, or return a `Figure` that belongs to
no window. Time runs in quarter notes, so tempo changes nothing; colours are told apart by
everyone (Okabe and Ito, "Color Universal Design", 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from armusic.page import CURVE, FAINT, GAP, INK, LABEL, LEFT, RIGHT, TOP, Page, pitch_limits
from armusic.score import Tune

NUMBER = 0.34  # least distance of two measure numbers

GHOST, TINT = "#e3e3e3", "#fff8e1"
STEPS = LinearSegmentedColormap.from_list("steps", ["#48a9e0", "#0072b2", INK, "#d55e00", "#e69f00"])
"""From far down (light blue) over the input (black) to far up (orange)."""

_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FIFTH = 7
_LEGEND = 9  # most steps for which there is a legend


@runtime_checkable
class Variation(Protocol):
    """What a sweep is made of: see `armusic.interpolation.Variation`."""

    @property
    def name(self) -> str:
        """Its name."""

    @property
    def step(self) -> float:
        """How far the attribute was moved, in prior standard deviations; 0 is the input."""

    @property
    def tune(self) -> Tune:
        """Its music."""

    @property
    def values(self) -> Float[np.ndarray, " measure"]:
        """The attribute of each measure."""


def note_name(pitch: int) -> str:
    """Return the name of a MIDI pitch.

    Examples
    --------
    >>> note_name(60), note_name(70)
    ('C4', 'A#4')
    """
    return f"{_NAMES[pitch % 12]}{pitch // 12 - 1}"


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


def curves(ax: Axes, variations: Sequence[Variation], attribute: str) -> None:
    """Draw the attribute of each measure, one line per variation, over the middles of the measures.

    Parameters
    ----------
    ax : Axes
        Drawn on; its limits and ticks are set.
    variations : sequence of Variation
        All with the same measures.
    attribute : str
        Name on the axis.
    """
    tune = variations[0].tune
    middles = [float(measure.start + measure.metre.length / 2) for measure in tune.measures]
    for variation, color in zip(variations, colors(variations), strict=True):
        here = variation.step == 0
        ax.plot(
            middles, variation.values, "o-", color=color, linewidth=1.8 if here else 1.2, markersize=3,
            zorder=3 if here else 2, label="input" if here else _signed(variation.step),
        )  # fmt: skip
    _bar_lines(ax, tune)
    ax.set_ylabel(attribute, fontsize=8, color=INK)
    ax.tick_params(axis="y", labelsize=7)
    ax.grid(axis="y", color=FAINT, linewidth=0.5)
    ax.margins(y=0.12)


def sweep(variations: Sequence[Variation], attribute: str, name: str = "") -> Figure:
    """Draw the variations of a tune one above another, and the attribute of each measure beneath.

    Parameters
    ----------
    variations : sequence of Variation
        At least one, all with the same measures. That of step 0, the input, is set off and shown
        faintly behind the others.
    attribute : str
        Name of the attribute.
    name : str
        What the picture is of; the tune's title, or else its source, by default.

    Returns
    -------
    Figure
        With a piano roll per variation and the curves below; save it with `savefig`.
    """
    tunes = [variation.tune for variation in variations]
    original = next((variation.tune for variation in variations if variation.step == 0), None)
    page = Page.of(tunes, LABEL + CURVE)
    page.title(
        name or tunes[0].title or tunes[0].source or "tune",
        f"{attribute} turned down and up, in prior standard deviations{'; the input behind in grey' * bool(original)}",
    )
    pitches = pitch_limits(tunes)
    at = TOP
    for variation, color in zip(variations, colors(variations), strict=True):
        here = variation.step == 0
        ax = page.row(at, "input" if here else variation.name, variation.tune, color, f"mean {_mean(variation)}, ")
        if here:
            ax.set_facecolor(TINT)
        piano_roll(ax, variation.tune, color=color, ghost=None if here else original, pitches=pitches)
        at += LABEL + page.roll + GAP
    ax = page.axes(at + LABEL, CURVE)
    curves(ax, variations, attribute)
    _number_measures(ax, tunes[0], page.width - LEFT - RIGHT)
    if len(variations) <= _LEGEND:
        ax.legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=len(variations), frameon=False, fontsize=8,
            borderaxespad=0.1, handlelength=1.4, columnspacing=1.2,
        )  # fmt: skip
    page.text(at + LABEL - 0.08, f"{attribute} of each measure", fontsize=9, fontweight="bold", color=INK)
    return page.figure


def rolls(tunes: Sequence[tuple[str, Tune]], title: str, note: str = "") -> Figure:
    """Draw named tunes one above another, coloured from the first (black) to the last (orange).

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        At least one.
    title, note : str
        What the picture is of, and a smaller line below.

    Returns
    -------
    Figure
        With a piano roll per tune, all on one scale; save it with `savefig`.
    """
    music = [tune for _, tune in tunes]
    page = Page.of(music, 0.0)
    page.title(title, note)
    pitches = pitch_limits(music)
    for number, (name, tune) in enumerate(tunes):
        color = STEPS((number / max(len(tunes) - 1, 1) + 1) / 2)
        ax = page.row(TOP + number * (LABEL + page.roll + GAP), name, tune, color)
        piano_roll(ax, tune, color=color, pitches=pitches)
    _number_measures(ax, max(music, key=lambda tune: tune.end), page.width - LEFT - RIGHT)
    return page.figure


def _mean(variation: Variation) -> str:
    return f"{variation.values.mean():.2f}"


def colors(variations: Sequence[Variation]) -> list[tuple[float, ...]]:
    """Return a colour for each variation, by its step: black is the input."""
    furthest = max((abs(variation.step) for variation in variations), default=0) or 1
    return [STEPS((variation.step / furthest + 1) / 2) for variation in variations]


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


def _number_measures(ax: Axes, tune: Tune, inches: float) -> None:
    """Write the numbers of the measures below the axis: every one, or as many as there is room for."""
    count = len(tune.measures)
    every = next(step for step in (1, 2, 4, 8, 16, 32, 64, count) if inches / count * step >= NUMBER or step == count)
    shown = [(number, measure) for number, measure in enumerate(tune.measures, 1) if (number - 1) % every == 0]
    ax.set_xticks([float(measure.start + measure.metre.length / 2) for _, measure in shown])
    ax.set_xticklabels([str(number) for number, _ in shown], fontsize=7, color=INK)
    ax.set_xlabel("measure", fontsize=8, color=INK)


def _signed(step: float) -> str:
    return f"{step:+.4g}".replace("-", "\N{MINUS SIGN}")

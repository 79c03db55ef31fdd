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
from matplotlib.font_manager import findfont, get_font

from armusic.score import Tune

DPI = 150
# All in inches.
LEFT, RIGHT, TOP, BOTTOM = 0.72, 0.3, 0.76, 0.55
LABEL, GAP = 0.24, 0.12  # the line of text above each roll, and the room below it
CURVE = 1.7
PER_QUARTER = 0.25
PER_QUARTER_LEAST = 0.075  # in long tunes: a sixteenth is three dots wide
WIDTHS = (9.0, 20.0)  # below and above, a quarter note takes more or less room
WIDEST = 40.0
PER_SEMITONE = 0.065
ROLLS = (0.8, 1.8)  # least and largest height of one roll
ALL_ROLLS = 40.0  # largest height of all
NUMBER = 0.34  # least distance of two measure numbers
PER_LETTER = 0.13  # of the title

INK, FAINT, GHOST, TINT = "#222222", "#dcdcdc", "#e3e3e3", "#fff8e1"
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


def pitch_limits(tunes: Sequence[Tune]) -> tuple[int, int]:
    """Return the lowest and highest pitch of some tunes; the octave from middle C when all are silent."""
    pitches = [note.pitch for tune in tunes for note in tune.notes]
    return (min(pitches), max(pitches)) if pitches else (60, 72)


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
    pitches = pitch_limits(tunes)
    width = _width(float(tunes[0].end))
    roll = float(np.clip(PER_SEMITONE * (pitches[1] - pitches[0] + 3), *ROLLS))
    roll = min(roll, ALL_ROLLS / len(tunes))
    height = TOP + len(tunes) * (LABEL + roll + GAP) + LABEL + CURVE + BOTTOM
    figure = Figure(figsize=(width, height), dpi=DPI, facecolor="white")

    def axes(top: float, tall: float) -> Axes:
        box = (LEFT / width, 1 - (top + tall) / height, 1 - (LEFT + RIGHT) / width, tall / height)
        ax = figure.add_axes(box)
        ax.set_xlim(0, float(tunes[0].end))
        ax.tick_params(length=0, pad=3)
        ax.set_xticks([])
        for spine in ax.spines.values():
            spine.set_color(FAINT)
        return ax

    def text(top: float, content: str, *, right: bool = False, **style: Any) -> None:
        x = 1 - RIGHT / width if right else LEFT / width
        figure.text(x, 1 - top / height, _drawable(content), ha="right" if right else "left", parse_math=False, **style)

    title = name or tunes[0].title or tunes[0].source or "tune"
    room = int((width - LEFT - RIGHT) / PER_LETTER)
    text(
        0.36,
        title if len(title) <= room else title[: room - 1] + "\N{HORIZONTAL ELLIPSIS}",
        fontsize=13,
        fontweight="bold",
        color=INK,
    )
    behind = "; the input behind in grey" if original else ""
    text(0.6, f"{attribute} turned down and up, in prior standard deviations{behind}", fontsize=8.5, color=INK)
    at = TOP
    for variation, color in zip(variations, colors(variations), strict=True):
        here = variation.step == 0
        text(at + LABEL - 0.08, "input" if here else variation.name, fontsize=9, fontweight="bold", color=color)
        count = len(variation.tune.notes)
        text(at + LABEL - 0.08, f"mean {variation.values.mean():.2f}, {count} notes", right=True, fontsize=8, color=INK)
        ax = axes(at + LABEL, roll)
        if here:
            ax.set_facecolor(TINT)
        piano_roll(ax, variation.tune, color=color, ghost=None if here else original, pitches=pitches)
        at += LABEL + roll + GAP
    ax = axes(at + LABEL, CURVE)
    curves(ax, variations, attribute)
    _number_measures(ax, tunes[0], width - LEFT - RIGHT)
    if len(variations) <= _LEGEND:
        ax.legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=len(variations), frameon=False, fontsize=8,
            borderaxespad=0.1, handlelength=1.4, columnspacing=1.2,
        )  # fmt: skip
    text(at + LABEL - 0.08, f"{attribute} of each measure", fontsize=9, fontweight="bold", color=INK)
    return figure


def _width(quarters: float) -> float:
    """Return how wide a picture of so many quarter notes is, in inches."""
    wide = np.clip(LEFT + RIGHT + PER_QUARTER * quarters, *WIDTHS)
    return float(min(max(wide, LEFT + RIGHT + PER_QUARTER_LEAST * quarters), WIDEST))


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


def _drawable(text: str) -> str:
    """Return text with what the font has no glyph for as question marks: matplotlib warns at each."""
    font = get_font(findfont("DejaVu Sans"))
    return "".join(char if font.get_char_index(ord(char)) else "?" for char in text)

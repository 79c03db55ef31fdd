"""Pictures: piano rolls, how an attribute moves through a sweep, what was asked for and what was reached.

Each function returns a `Figure` that belongs to no window; save it with `savefig`. What they
are made of is in `armusic.plotting.panels`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool
from matplotlib.figure import Figure

from armusic.music.attributes import short_name
from armusic.music.score import Tune
from armusic.plotting import panels
from armusic.plotting.page import CURVE, FAINT, GAP, INK, LABEL, LEFT, RIGHT, TOP, Page, pitch_limits
from armusic.plotting.results import Reached, Surface, Variation

TINT = "#fff8e1"  # behind the input
# All in inches.
SQUARE, UNDER = 2.5, 0.5  # the side of the panel of asked against reached, and the room for the numbers above it
GOAL = 1.3  # the height of a panel of what was asked for
LINE, COLUMN = 0.22, 0.95  # of a table
MAP, BAR, BETWEEN, SIDE = 4.0, 0.14, 1.35, 0.75  # a square of a map, its colour bar, the room between two, and beside

_LEGEND = 9  # most steps for which there is a legend


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
        With a piano roll per variation and the curves below; where values were asked for, they
        are behind the curves, and a square panel has them against those reached.
    """
    tunes = [variation.tune for variation in variations]
    original = next((variation.tune for variation in variations if variation.step == 0), None)
    moved = [variation for variation in variations if variation.step and variation.targets is not None]
    turned = _turned(variations)
    page = Page.of(tunes, LABEL + CURVE + (UNDER + LABEL + SQUARE) * bool(moved))
    page.title(
        name or tunes[0].title or tunes[0].source or "tune",
        f"{attribute} turned down and up, in {'corpus' if moved else 'prior'} standard deviations"
        f"{'; the input behind in grey' * bool(original)}{'; in rings: asked for' * bool(moved)}",
    )
    pitches = pitch_limits(tunes)
    at = TOP
    hues = colors(variations)
    for variation, color in zip(variations, hues, strict=True):
        here = variation.step == 0
        ax = page.row(at, "input" if here else variation.name, variation.tune, color, f"mean {_mean(variation)}, ")
        if here:
            ax.set_facecolor(TINT)
        panels.piano_roll(ax, variation.tune, color=color, ghost=None if here else original, pitches=pitches)
        at += LABEL + page.roll + GAP
    ax = page.axes(at + LABEL, CURVE)
    panels.curves(
        ax, tunes[0], np.stack([variation.values for variation in variations]), attribute, hues,
        ["input" if variation.step == 0 else _signed(variation.step) for variation in variations],
        asked=[
            np.where(turned, variation.targets, np.nan) if variation.step and variation.targets is not None else None
            for variation in variations
        ],
        bold=[variation.step == 0 for variation in variations],
    )  # fmt: skip
    panels.number_measures(ax, tunes[0], page.width - LEFT - RIGHT)
    if len(variations) <= _LEGEND:
        ax.legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=len(variations), frameon=False, fontsize=8,
            borderaxespad=0.1, handlelength=1.4, columnspacing=1.2,
        )  # fmt: skip
    page.text(at + LABEL - 0.08, f"{attribute} of each measure", fontsize=9, fontweight="bold", color=INK)
    if moved:
        _against(page, at + LABEL + CURVE + UNDER, variations, attribute, turned)
    return page.figure


def roll(tune: Tune) -> Figure:
    """Draw one tune as a piano roll, with its title or else its source above it."""
    return rolls([("", tune)], tune.title or tune.source or "tune")


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
    hues = [panels.STEPS((share + 1) / 2) for share in np.linspace(0, 1, len(tunes))]
    page, _ = _rolls(tunes, hues, title, note, 0.0)
    panels.number_measures(
        page.figure.axes[-1], max((tune for _, tune in tunes), key=lambda tune: tune.end), page.width - LEFT - RIGHT
    )
    return page.figure


def targets(tunes: Sequence[tuple[str, Tune]], result: Reached, title: str, note: str = "") -> Figure:
    """Draw named tunes one above another, and below them each attribute: of the input, its target, and reached.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        The input (black) and the result (orange); all with the same measures.
    result : Reached
        The targets of attributes and the values reached, as `Model.reach` returns it. A measure whose targets are
        its own values has no ring.
    title, note : str
        What the picture is of, and a smaller line below.
    """
    names, asked, before = [short_name(name) for name in result.names], result.targets, result.original
    hues = [INK] + [panels.REACHED] * (len(tunes) - 1)
    page, at = _rolls(tunes, hues, title, note, len(names) * (LABEL + GOAL + GAP) - GAP)
    tune = tunes[0][1]
    turned = (asked != before).any(axis=1)
    for name, old, wanted, found in zip(names, before.T, asked.T, result.values.T, strict=True):
        ax = page.axes(at + LABEL, GOAL)
        panels.goal(ax, tune, old, np.where(turned, wanted, np.nan), found, name)
        means = f"{old.mean():.2f} before, {wanted.mean():.2f} asked for, {found.mean():.2f} reached"
        page.text(at + LABEL - 0.08, f"{name} of each measure", fontsize=9, fontweight="bold", color=INK)
        facts = f"mean {means}".replace("-", "\N{MINUS SIGN}") + f"; {panels.figures(wanted[turned], found[turned])}"
        page.text(at + LABEL - 0.08, facts, right=True, fontsize=8, color=INK)
        at += LABEL + GOAL + GAP
    panels.number_measures(ax, tune, page.width - LEFT - RIGHT)
    page.figure.legend(
        *ax.get_legend_handles_labels(), loc="lower right", frameon=False, fontsize=8, ncols=3, borderaxespad=0,
        bbox_to_anchor=(1 - RIGHT / page.width, 1 - 0.64 / page.height), handlelength=2.2, columnspacing=1.4,
    )  # fmt: skip
    return page.figure


def surface(surface: Surface, title: str) -> Figure:
    """Draw what two attributes become over a grid of both: two maps, side by side.

    Where both are reached, the colours of the first are vertical bands and those of the second
    are horizontal ones, and each contour line lies on its dashes.

    Parameters
    ----------
    surface : Surface
        The targets and values of both, as `Model.surface` returns it. The values of the input are a dot for each
        measure, and a cross at their mean.
    title : str
        What the picture is of.
    """
    names, asked, values, before = surface.names, surface.targets, surface.values, surface.original
    count = len(before)
    mean = f", mean of {count} measures" if count > 1 else ""
    note = f"{' and '.join(names)} asked for together{mean}; lines: equal values, asked for (dashed) and reached"
    width, height = 2 * MAP + LEFT + BETWEEN + SIDE, TOP + LABEL + MAP + UNDER
    page = Page.blank(width, height)
    page.title(title, note)
    for k, name in enumerate(names):
        left = LEFT + k * (MAP + BETWEEN)
        ax = page.axes(TOP + LABEL, MAP, left, MAP)
        mesh = panels.heights(ax, asked, values[k], names, k)
        ax.plot(
            *before.T, "o", markersize=3.2, markerfacecolor="white", markeredgecolor=INK, markeredgewidth=0.7,
            label="a measure of the input", zorder=3,
        )  # fmt: skip
        ax.plot(
            *before.mean(axis=0), "P", markersize=9, markerfacecolor="#e69f00", markeredgecolor=INK,
            markeredgewidth=0.9, label="their mean" if len(before) > 1 else "the input", zorder=4,
        )  # fmt: skip
        bar = page.figure.colorbar(mesh, cax=page.axes(TOP + LABEL, MAP, left + MAP + 0.1, BAR))
        bar.ax.tick_params(length=2, labelsize=7)
        bar.outline.set_edgecolor(FAINT)
        wanted = np.broadcast_to(asked[0] if k == 0 else asked[1][:, None], values[k].shape)
        at = TOP + LABEL - 0.08
        page.text(at, f"{name} reached", left=left, fontsize=9, fontweight="bold", color=INK)
        page.text(at, panels.figures(wanted, values[k]), left=left + MAP, right=True, fontsize=8, color=INK)
    handles, labels = ax.get_legend_handles_labels()
    alone = slice(1, None) if len(before) == 1 else slice(None)  # its dot is below the cross
    page.figure.legend(
        handles[alone], labels[alone], loc="lower right", frameon=False, fontsize=8, ncols=2, borderaxespad=0,
        bbox_to_anchor=((left + MAP) / width, 1 - 0.64 / height), handlelength=1.2, columnspacing=1.4,
    )  # fmt: skip
    return page.figure


def colors(variations: Sequence[Variation]) -> list[tuple[float, ...]]:
    """Return a colour for each variation, by its step: black is the input."""
    furthest = max((abs(variation.step) for variation in variations), default=0) or 1
    return [panels.STEPS((variation.step / furthest + 1) / 2) for variation in variations]


def _rolls(
    tunes: Sequence[tuple[str, Tune]], hues: Sequence[Any], title: str, note: str, below: float
) -> tuple[Page, float]:
    """Return a page of rolls, and where the room `below` them begins."""
    music = [tune for _, tune in tunes]
    page = Page.of(music, below)
    page.title(title, note)
    pitches = pitch_limits(music)
    at = TOP
    for (name, tune), color in zip(tunes, hues, strict=True):
        panels.piano_roll(page.row(at, name, tune, color), tune, color=color, pitches=pitches)
        at += LABEL + page.roll + GAP
    return page, at


def _turned(variations: Sequence[Variation]) -> Bool[np.ndarray, " measure"]:
    """Return the measures that some step asked for another value than the input's: the others tell nothing."""
    asked = [variation.targets for variation in variations if variation.step and variation.targets is not None]
    before = next((variation.values for variation in variations if variation.step == 0), np.nan)
    return np.any([row != before for row in asked], axis=0) if asked else np.zeros(len(variations[0].values), bool)


def _against(
    page: Page, at: float, variations: Sequence[Variation], attribute: str, turned: Bool[np.ndarray, " measure"]
) -> None:
    """Draw what was asked for against what was reached, `at` inches below the edge, with the figures of each step."""
    steps = [
        (variation, variation.targets, color)
        for variation, color in zip(variations, colors(variations), strict=True)
        if variation.step and variation.targets is not None
    ]
    asked, reached = np.stack([wanted for _, wanted, _ in steps]), np.stack([one.values for one, _, _ in steps])
    asked, reached = asked[:, turned], reached[:, turned]
    page.text(at + LABEL - 0.08, "asked for against reached", fontsize=9, fontweight="bold", color=INK)
    ax = page.axes(at + LABEL, SQUARE, LEFT, SQUARE)
    panels.against(ax, asked, reached, attribute, [color for _, _, color in steps])
    facts = panels.figures(asked, reached)
    ax.text(
        0.04, 0.96, facts.replace(", ", "\n"), transform=ax.transAxes, va="top", fontsize=8,
        color=INK, zorder=4,
    )  # fmt: skip
    if len(steps) > _LEGEND or not turned.any():
        return
    rows: list[tuple[Any, list[str]]] = [(INK, ["step", "asked for", "reached", "mean error", "largest"])]
    for (variation, _, color), wanted, found in zip(steps, asked, reached, strict=True):
        miss = np.abs(found - wanted)
        numbers = (wanted.mean(), found.mean(), miss.mean(), miss.max())
        rows.append((color, [_signed(variation.step), *(f"{round(number, 3) + 0.0:.3f}" for number in numbers)]))
    for number, (color, cells) in enumerate(rows):
        for place, cell in enumerate(cells):
            left = LEFT + SQUARE + 0.95 + COLUMN * place
            weight = "bold" if number == 0 or place == 0 else "normal"
            page.text(
                at + LABEL + LINE * (number + 0.6), cell.replace("-", "\N{MINUS SIGN}"), left=left, right=True,
                fontsize=8, color=color, fontweight=weight,
            )  # fmt: skip


def _mean(variation: Variation) -> str:
    return f"{variation.values.mean():.2f}"


def _signed(step: float) -> str:
    return f"{step:+.4g}".replace("-", "\N{MINUS SIGN}")

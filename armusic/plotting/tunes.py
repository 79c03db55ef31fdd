"""Pictures of tunes: piano rolls, attributes through a sweep, targets and the values reached.

Each function returns a `Figure` that belongs to no window; save it with `savefig`. The panels
are in `armusic.plotting.panels`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from armusic.music.attributes import short_name
from armusic.music.score import Tune
from armusic.plotting import panels
from armusic.plotting.page import CURVE, GAP, INK, LABEL, LEFT, RIGHT, TOP, Page, pitch_limits, signed
from armusic.plotting.results import Reached, Series, Surface, Variation
from armusic.shapes import Bool

TINT = "#fff8e1"  # behind the input
# All in inches.
SQUARE, UNDER = 2.5, 0.5  # side of the panel of targets against values, and the room for the numbers above it
TARGET = 1.3  # height of a panel of targets
LINE, COLUMN = 0.22, 0.95  # size of a cell of a table
MAP, BAR, BETWEEN, SIDE = 4.0, 0.14, 1.35, 0.75  # side of a map, width of its colour bar, room between two, and beside

_LEGEND = 9  # most steps that have a legend


def sweep(variations: Sequence[Variation], attribute: str, name: str = "") -> Figure:
    """Draw the variations of a tune one above another, and the attribute of each measure beneath.

    Parameters
    ----------
    variations : sequence of Variation
        At least one, all with the same measures. That of step 0, the input, has a tinted background and is shown
        faintly behind the others.
    attribute : str
        Name of the attribute.
    name : str
        Title of the picture; by default the tune's title, or else its source.

    Returns
    -------
    Figure
        A piano roll per variation and the curves below; where there are targets, they are behind the curves, and
        a square panel has them against the values reached.
    """
    tunes = [variation.tune for variation in variations]
    original = next((variation.tune for variation in variations if variation.step == 0), None)
    targeted = _targeted(variations)
    changed = _changed_measures(variations)
    whole = any(variation.whole for variation in variations)
    page = Page.of(tunes, LABEL + CURVE + ((UNDER + LABEL + SQUARE) if targeted and not whole else 0))
    note = f"{attribute} lowered and raised, in {'corpus' if targeted else 'prior'} standard deviations"
    if original is not None:
        note += "; the input behind in grey"
    if whole:
        note += "; the mean of the tune has a target"
    elif targeted:
        note += "; targets in rings"
    page.title(name or tunes[0].title or tunes[0].source or "tune", note)
    pitches = pitch_limits(tunes)
    top = TOP
    hues = colors(variations)
    for variation, color in zip(variations, hues, strict=True):
        fact = f"mean {variation.values.mean():.2f}, "
        if variation.whole and variation.targets is not None:
            fact = f"target {variation.targets.mean():.2f}, {fact}"
        if variation.step == 0:
            ax = page.row(top, "input", variation.tune, color, fact)
            ax.set_facecolor(TINT)
            panels.piano_roll(ax, variation.tune, color=color, pitches=pitches)
        else:
            ax = page.row(top, variation.name, variation.tune, color, fact)
            panels.piano_roll(ax, variation.tune, color=color, ghost=original, pitches=pitches)
        top += LABEL + page.roll + GAP
    ax = page.axes(top + LABEL, CURVE)
    rings = [
        None if whole or not variation.step or variation.targets is None
        else np.where(changed, variation.targets, np.nan)
        for variation in variations
    ]  # fmt: skip
    panels.curves(
        ax, tunes[0], np.stack([variation.values for variation in variations]), attribute, hues,
        ["input" if variation.step == 0 else _step_label(variation.step) for variation in variations],
        targets=rings,
        bold=[variation.step == 0 for variation in variations],
    )  # fmt: skip
    panels.number_measures(ax, tunes[0], page.width - LEFT - RIGHT)
    if len(variations) <= _LEGEND:
        ax.legend(
            loc="lower right", bbox_to_anchor=(1, 1), ncols=len(variations), frameon=False, fontsize=8,
            borderaxespad=0.1, handlelength=1.4, columnspacing=1.2,
        )  # fmt: skip
    page.heading(top, f"{attribute} of each measure")
    if targeted and not whole:
        _against(page, top + LABEL + CURVE + UNDER, variations, attribute, changed)
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
        Title of the picture, and a smaller line below.

    Returns
    -------
    Figure
        A piano roll per tune, all on one scale.
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
        Title of the picture, and a smaller line below.
    """
    names = [short_name(name) for name in result.names]
    hues = [INK] + [panels.REACHED] * (len(tunes) - 1)
    page, top = _rolls(tunes, hues, title, note, len(names) * (LABEL + TARGET + GAP) - GAP)
    tune = tunes[0][1]
    changed = (result.targets != result.original).any(axis=1)
    for k, name in enumerate(names):
        original, target, values = result.original[:, k], result.targets[:, k], result.values[:, k]
        ax = page.axes(top + LABEL, TARGET)
        rings = np.full(len(target), np.nan) if result.whole else np.where(changed, target, np.nan)
        panels.target(ax, tune, original, rings, values, name)
        means = f"original {original.mean():.2f}, target {target.mean():.2f}, reached {values.mean():.2f}"
        page.heading(top, f"{name} of each measure")
        agreement = "" if result.whole else f"; {panels.agreement_text(target[changed], values[changed])}"
        page.facts(top, f"mean: {signed(means)}{agreement}")
        top += LABEL + TARGET + GAP
    panels.number_measures(ax, tune, page.width - LEFT - RIGHT)
    page.figure.legend(
        *ax.get_legend_handles_labels(), loc="lower right", frameon=False, fontsize=8, ncols=3, borderaxespad=0,
        bbox_to_anchor=(1 - RIGHT / page.width, 1 - 0.64 / page.height), handlelength=2.2, columnspacing=1.4,
    )  # fmt: skip
    return page.figure


def surface(surface: Surface, title: str) -> Figure:
    """Draw the values of two attributes over a grid of targets for both: two maps, side by side.

    Where both are reached, the colours of the first are vertical bands and those of the second
    are horizontal ones, and each contour line lies on its dashes.

    Parameters
    ----------
    surface : Surface
        The targets and values of both, as `Model.surface` returns it. The values of the input are a dot for each
        measure, and a cross at their mean.
    title : str
        Title of the picture.
    """
    names, targets, values, original = surface.names, surface.targets, surface.values, surface.original
    count = len(original)
    mean = f", mean of {count} measures" if count > 1 else ""
    note = f"targets for {' and '.join(names)} together{mean}; lines: equal values, targets dashed, reached solid"
    width, height = 2 * MAP + LEFT + BETWEEN + SIDE, TOP + LABEL + MAP + UNDER
    page = Page.blank(width, height)
    page.title(title, note)
    for k, name in enumerate(names):
        left = LEFT + k * (MAP + BETWEEN)
        ax = page.axes(TOP + LABEL, MAP, left, MAP)
        mesh = panels.heights(ax, targets, values[k], names, k)
        ax.plot(
            *original.T, "o", markersize=3.2, markerfacecolor="white", markeredgecolor=INK, markeredgewidth=0.7,
            label="a measure of the input", zorder=3,
        )  # fmt: skip
        ax.plot(
            *original.mean(axis=0), "P", markersize=9, markerfacecolor="#e69f00", markeredgecolor=INK,
            markeredgewidth=0.9, label="their mean" if count > 1 else "the input", zorder=4,
        )  # fmt: skip
        page.colour_bar(mesh, TOP + LABEL, MAP, left + MAP + 0.1, BAR)
        grid = np.broadcast_to(targets[0] if k == 0 else targets[1][:, None], values[k].shape)
        page.heading(TOP, f"{name} reached", left=left)
        page.facts(TOP, panels.agreement_text(grid, values[k]), left=left + MAP)
    handles, labels = ax.get_legend_handles_labels()
    first = 1 if count == 1 else 0  # the dot of a single measure is below the cross
    page.figure.legend(
        handles[first:], labels[first:], loc="lower right", frameon=False, fontsize=8, ncols=2, borderaxespad=0,
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
    """Return a page of rolls, and the top of the room `below` them."""
    music = [tune for _, tune in tunes]
    page = Page.of(music, below)
    page.title(title, note)
    pitches = pitch_limits(music)
    top = TOP
    for (name, tune), color in zip(tunes, hues, strict=True):
        panels.piano_roll(page.row(top, name, tune, color), tune, color=color, pitches=pitches)
        top += LABEL + page.roll + GAP
    return page, top


def _targeted(variations: Sequence[Variation]) -> list[tuple[Variation, Series, Any]]:
    """Return the variations that have targets, with their targets and colours."""
    return [
        (variation, variation.targets, color)
        for variation, color in zip(variations, colors(variations), strict=True)
        if variation.step and variation.targets is not None
    ]


def _changed_measures(variations: Sequence[Variation]) -> Bool[np.ndarray, " measure"]:
    """Return the measures that have a target other than their own value at some step."""
    targets = [target for _, target, _ in _targeted(variations)]
    original = next((variation.values for variation in variations if variation.step == 0), np.nan)
    if not targets:
        return np.zeros(len(variations[0].values), bool)
    return np.any([target != original for target in targets], axis=0)


def _against(
    page: Page, top: float, variations: Sequence[Variation], attribute: str, changed: Bool[np.ndarray, " measure"]
) -> None:
    """Draw targets against values reached, `top` inches below the edge, with the figures of each step."""
    steps = _targeted(variations)
    targets = np.stack([target for _, target, _ in steps])[:, changed]
    values = np.stack([variation.values for variation, _, _ in steps])[:, changed]
    page.heading(top, "targets against values reached")
    ax = page.axes(top + LABEL, SQUARE, LEFT, SQUARE)
    panels.against(ax, targets, values, attribute, [color for _, _, color in steps])
    ax.text(
        0.04, 0.96, panels.agreement_text(targets, values).replace(", ", "\n"), transform=ax.transAxes, va="top",
        fontsize=8, color=INK, zorder=4,
    )  # fmt: skip
    if len(steps) > _LEGEND or not changed.any():
        return
    rows: list[tuple[Any, list[str]]] = [(INK, ["step", "target", "reached", "mean error", "largest"])]
    for (variation, _, color), target, value in zip(steps, targets, values, strict=True):
        error = np.abs(value - target)
        numbers = (target.mean(), value.mean(), error.mean(), error.max())
        rows.append((color, [_step_label(variation.step), *(f"{round(number, 3) + 0.0:.3f}" for number in numbers)]))
    for row, (color, cells) in enumerate(rows):
        for column, cell in enumerate(cells):
            page.text(
                top + LABEL + LINE * (row + 0.6), signed(cell), left=LEFT + SQUARE + 0.95 + COLUMN * column, right=True,
                fontsize=8, color=color, fontweight="bold" if row == 0 or column == 0 else "normal",
            )  # fmt: skip


def _step_label(step: float) -> str:
    return signed(f"{step:+.4g}")

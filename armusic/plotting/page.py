"""The page of a picture: a title, and panels with a line of text above each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from armusic.files import counted
from armusic.music.score import Tune

DPI = 120
# All in inches.
LEFT, RIGHT, TOP, BOTTOM = 0.72, 0.3, 0.76, 0.55
LABEL, GAP = 0.24, 0.12  # height of the line of text above each roll, and the room below it
CURVE = 1.7
PER_QUARTER = 0.25
PER_QUARTER_LEAST = 0.075  # in long tunes: a sixteenth is three pixels wide
WIDTHS = (9.0, 20.0)  # narrower and wider pages give a quarter note more or less room
WIDEST = 40.0
PER_SEMITONE = 0.065
ROLLS = (0.8, 1.8)  # least and largest height of one roll
ALL_ROLLS = 40.0  # largest height of all rolls
PER_LETTER = 0.13  # width of a letter of the title

BASELINE = LABEL - 0.08  # of a line of text

INK, FAINT = "#222222", "#dcdcdc"


@dataclass(frozen=True, slots=True)
class Page:
    """A figure, its size in inches, the length of its music in quarter notes, and the height of a roll in inches."""

    figure: Figure
    width: float
    height: float
    end: float
    roll: float

    @classmethod
    def of(cls, tunes: Sequence[Tune], below: float) -> Page:
        """Return an empty page for some tunes, with room `below` them, in inches."""
        low, high = pitch_limits(tunes)
        end = max(float(tune.end) for tune in tunes) or 1.0  # a tune without measures is an empty roll
        roll = min(float(np.clip(PER_SEMITONE * (high - low + 3), *ROLLS)), ALL_ROLLS / len(tunes))
        page = cls.blank(width_of(end), TOP + len(tunes) * (LABEL + roll + GAP) + below + BOTTOM)
        return replace(page, end=end, roll=roll)

    @classmethod
    def blank(cls, width: float, height: float, dpi: int = DPI) -> Page:
        """Return an empty page of a size, in inches, for something else than rolls."""
        return cls(Figure(figsize=(width, height), dpi=dpi, facecolor="white"), width, height, 1.0, 0.0)

    def axes(self, top: float, tall: float, left: float = LEFT, wide: float | None = None) -> Axes:
        """Return axes at `top` and `left` of the page's edge, in inches; by default as wide as the page."""
        inside = (self.width - LEFT - RIGHT if wide is None else wide) / self.width
        ax = self.figure.add_axes((left / self.width, 1 - (top + tall) / self.height, inside, tall / self.height))
        ax.set_xlim(0, self.end)
        ax.tick_params(length=0, pad=3)
        ax.set_xticks([])
        for spine in ax.spines.values():
            spine.set_color(FAINT)
        return ax

    def text(self, top: float, content: str, *, left: float | None = None, right: bool = False, **style: Any) -> None:
        """Write a line `top` inches below the edge, which begins (with `right`: ends) `left` inches from the left."""
        edge = self.width - RIGHT if right else LEFT
        x = (edge if left is None else left) / self.width
        y = 1 - top / self.height
        self.figure.text(x, y, drawable(content), ha="right" if right else "left", parse_math=False, **style)

    def heading(self, top: float, content: str, *, left: float | None = None, color: Any = INK) -> None:
        """Write the heading of a panel in the line that begins at `top`."""
        self.text(top + BASELINE, content, left=left, fontsize=9, fontweight="bold", color=color)

    def facts(self, top: float, content: str, *, left: float | None = None) -> None:
        """Write facts at the right end of the line that begins at `top`; they end at `left`."""
        self.text(top + BASELINE, content, left=left, right=True, fontsize=8, color=INK)

    def colour_bar(self, mesh: QuadMesh, top: float, tall: float, left: float, wide: float) -> None:
        """Draw the colours of a map as a bar with numbers."""
        bar = self.figure.colorbar(mesh, cax=self.axes(top, tall, left, wide))
        bar.ax.tick_params(length=2, labelsize=7)
        bar.outline.set_edgecolor(FAINT)

    def title(self, content: str, note: str) -> None:
        """Write the title of the picture, shortened to fit, and a smaller line below."""
        room = int((self.width - LEFT - RIGHT) / PER_LETTER)
        short = content if len(content) <= room else content[: room - 1] + "\N{HORIZONTAL ELLIPSIS}"
        self.text(0.36, short, fontsize=13, fontweight="bold", color=INK)
        self.text(0.6, note, fontsize=8.5, color=INK)

    def row(self, top: float, name: str, tune: Tune, color: Any, fact: str = "") -> Axes:
        """Write the name and the facts of a roll in the line that begins at `top`, and return its axes."""
        self.heading(top, name, color=color)
        self.facts(top, f"{fact}{counted(len(tune.notes), 'note')}")
        return self.axes(top + LABEL, self.roll)


def pitch_limits(tunes: Sequence[Tune]) -> tuple[int, int]:
    """Return the lowest and highest pitch of some tunes; the octave from middle C where all are silent."""
    pitches = [note.pitch for tune in tunes for note in tune.notes]
    return (min(pitches), max(pitches)) if pitches else (60, 72)


def width_of(quarters: float) -> float:
    """Return the width of a picture of so many quarter notes, in inches."""
    wide = np.clip(LEFT + RIGHT + PER_QUARTER * quarters, *WIDTHS)
    return float(min(max(wide, LEFT + RIGHT + PER_QUARTER_LEAST * quarters), WIDEST))


def drawable(text: str) -> str:
    """Return text with question marks for characters that the font lacks, at each of which matplotlib warns."""
    font = get_font(findfont("DejaVu Sans"))
    return "".join(char if font.get_char_index(ord(char)) else "?" for char in text)


def signed(number: str) -> str:
    r"""Return a written number with a minus sign in place of the hyphen.

    Examples
    --------
    >>> signed("-2") == "\N{MINUS SIGN}2"
    True
    """
    return number.replace("-", "\N{MINUS SIGN}")

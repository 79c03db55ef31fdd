"""What is drawn beside the notes of a score: names, tempos, and a line for an attribute below each staff."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from armusic.io.writers.notation import tempo
from armusic.io.writers.values import VALUES
from armusic.music.metre import TimeSignature
from armusic.shapes import Float

SVG = "http://www.w3.org/2000/svg"
MARGIN, WIDTH = 36.0, 840.0  # of the page and of a line of music, in pixels
PANEL = 44.0  # height of an attribute, in pixels
INK = "#222222"
_PALE = "#c8c8c8"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of music: verovio's drawing, its height, and the ends of its measures, in pixels."""

    drawing: Element
    height: float
    staff: float
    measures: tuple[tuple[float, float], ...]


def panel(
    page: Element,
    top: float,
    name: str,
    line: Line,
    values: Float[np.ndarray, " measure"],
    limits: tuple[float, float],
    colour: str,
) -> None:
    """Draw the line of an attribute below a line of music."""
    low, high = limits
    floor, tall = top + PANEL - 8, PANEL - 18
    share = (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
    points = [
        (MARGIN + (left + right) / 2, floor - tall * float(height))
        for (left, right), height, value in zip(line.measures, share, values, strict=True)
        if np.isfinite(value)
    ]
    ends = {"x1": f"{MARGIN:g}", "x2": f"{MARGIN + line.measures[-1][1]:g}", "y1": f"{floor:g}", "y2": f"{floor:g}"}
    shape(page, "line", stroke=_PALE, **ends)
    words(page, MARGIN, floor - 4, name, size=10, colour=colour, style="italic")
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    shape(page, "polyline", points=path, fill="none", stroke=colour, **{"stroke-width": "1.2"})
    for (x, y), value in zip(points, values[np.isfinite(values)], strict=True):
        shape(page, "circle", cx=f"{x:g}", cy=f"{y:g}", r="2.4", fill=colour)
        words(page, x, y - 4, f"{value:.2f}", size=8, anchor="middle")


def tempo_mark(page: Element, y: float, bpm: float, metre: TimeSignature) -> None:
    """Write a tempo to the right of a tune's name, with a drawn note: few fonts have one."""
    beat, count = tempo(bpm, metre)
    base, dots = VALUES[beat]
    x = MARGIN + WIDTH - 62
    head = {"transform": f"translate({x:g} {y - 2:g}) rotate(-20)", "rx": "3.4", "ry": "2.4"}
    shape(page, "ellipse", fill="none" if base > 1 else INK, stroke=INK, **head)
    stem = {"x1": f"{x + 3.2:g}", "x2": f"{x + 3.2:g}", "y1": f"{y - 3:g}", "y2": f"{y - 15:g}"}
    shape(page, "line", stroke=INK, **stem)
    for _ in range(dots):
        shape(page, "circle", cx=f"{x + 7:g}", cy=f"{y - 2:g}", r="1.1")
    words(page, x + 12, y, f"= {count}", size=13)


def words(
    page: Element,
    x: float,
    y: float,
    content: str,
    *,
    size: float,
    anchor: str = "start",
    weight: str = "normal",
    style: str = "normal",
    colour: str = INK,
) -> None:
    """Write a text at a place of a page."""
    element = shape(
        page, "text", x=f"{x:g}", y=f"{y:g}", fill=colour,
        **{"font-size": f"{size:g}", "text-anchor": anchor, "font-weight": weight, "font-style": style},
    )  # fmt: skip
    element.text = content


def shape(page: Element, tag: str, **attributes: str) -> Element:
    """Add a shape of SVG to a page."""
    return SubElement(page, f"{{{SVG}}}{tag}", attributes)

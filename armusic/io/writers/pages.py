"""Sheets of paper, and pages of SVG as one PDF."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from armusic.io.writers.formats import PAPERS

_INCH, _DPI = 25.4, 96  # millimetres; pixels in an inch, as SVG has it


@dataclass(frozen=True, slots=True)
class Block:
    """Something that no page may divide: its height, and what draws it on a page at a place from the top."""

    height: float
    draw: Callable[[Element, float], None]


def paged(blocks: Iterable[Block], height: float) -> list[list[Block]]:
    """Return blocks in pages of a height; a block that is higher has a page of its own.

    Examples
    --------
    >>> blocks = [Block(high, lambda page, top: None) for high in (40.0, 50.0, 30.0)]
    >>> [[block.height for block in page] for page in paged(blocks, 100)]
    [[40.0, 50.0], [30.0]]
    """
    pages: list[list[Block]] = [[]]
    for block in blocks:
        if pages[-1] and sum(each.height for each in pages[-1]) + block.height > height:
            pages.append([])
        pages[-1].append(block)
    return pages


def pdf(pages: Sequence[str], paper: str, surface: Any) -> bytes:
    """Return pages of SVG as a PDF on a paper.

    Parameters
    ----------
    pages : sequence of str
        SVG documents, each of the paper's proportions.
    paper : str
        Key of `formats.PAPERS`.
    surface : module
        The module `cairosvg.surface`.
    """
    width, height = (side / _INCH * _DPI for side in PAPERS[paper])
    buffer = io.BytesIO()
    points = 72 / _DPI
    document = surface.cairo.PDFSurface(buffer, width * points, height * points)

    class Page(surface.PDFSurface):  # type: ignore[misc]  # of a module without types
        surface_class = staticmethod(lambda *_: document)

    for page in pages:
        tree = surface.Tree(bytestring=page.encode())
        Page(tree, buffer, _DPI, output_width=width, output_height=height)
        document.show_page()
    document.finish()
    return buffer.getvalue()

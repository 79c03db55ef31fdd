"""Draw tunes as notation, one under another: SVG and PNG on one tall page, PDF on sheets of paper.

Each tune has its name above its first staff. Below each staff a line may go from measure to
measure for every attribute, on one scale for all tunes of the page. verovio engraves one line
of music at a time, which leaves room for additions; cairosvg makes PNG and PDF. Both come with
the extra `armusic[score]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np

from armusic.errors import UsageError
from armusic.files import atomic_path, label, one_line
from armusic.io.writers import musicxml
from armusic.io.writers.drawing import INK, MARGIN, PANEL, SVG, WIDTH, Line, panel, tempo_mark, words
from armusic.io.writers.engraver import SCALE, engrave, require_module, share_glyphs, toolkit_of, with_page_breaks
from armusic.io.writers.formats import PAPERS
from armusic.io.writers.layout import Named, keys_of, say_alone
from armusic.io.writers.pages import Block, paged, pdf
from armusic.io.writers.passages import filled, is_own
from armusic.music.attributes.table import Measure, of_bars, of_tunes
from armusic.music.attributes.table import attributes as of_grid
from armusic.music.metre import TimeSignature
from armusic.music.score import Tune
from armusic.shapes import Float

_TITLE, _NAME, _GAP = 52.0, 30.0, 14.0  # heights in pixels: title, a tune's name, below a line
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # Okabe and Ito, "Color Universal Design", 2008
_LETTERS = 60  # of a title
_SHARPNESS = 2.0  # pixels of a PNG for each of the SVG


def write(
    tunes: Named,
    path: str | Path,
    *,
    layout: str = "sequence",
    force: bool = False,
    attributes: Sequence[str] = (),
    paper: str | None = None,
    measure: Measure = of_grid,
) -> None:
    """Draw named tunes as notation.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, at least one.
    path : path
        A file named `.svg`, `.png` or `.pdf`. It appears when it is whole.
    layout : {"sequence"}
        One tune under another.
    force : bool
        Whether an existing file may be replaced.
    attributes : sequence of str
        Names of attributes to show below the staff; as a rule one or two.
    paper : str, optional
        Key of `formats.PAPERS`, for a PDF: `a4` when not given. The other kinds are one tall page.
    measure : callable
        Function that measures the attributes of a tune.

    Raises
    ------
    UsageError
        For another layout, or an unknown attribute.
    MissingExtraError
        Without the extra `armusic[score]`.
    WriteError
        If the file exists and `force` is not set, or if it cannot be written.
    """
    if layout != "sequence":
        raise UsageError(f"{label(path)}: a score picture holds one voice: use the layout sequence")
    suffix, source = Path(path).suffix.lower(), label(path)
    say_alone(tunes, source, "a score picture")
    if suffix == ".pdf":
        require_module("cairosvg")
        data = pdf(
            sheets(tunes, attributes, paper or "a4", source=source, measure=measure),
            paper or "a4",
            require_module("cairosvg.surface"),
        )
    elif suffix == ".png":
        picture = svg(tunes, attributes, source=source, measure=measure).encode()
        data = require_module("cairosvg").svg2png(bytestring=picture, scale=_SHARPNESS)
    else:
        data = svg(tunes, attributes, source=source, measure=measure).encode()
    with atomic_path(path, force) as temporary:
        temporary.write_bytes(data)


def svg(
    tunes: Named,
    attributes: Sequence[str] = (),
    *,
    source: str = "score",
    measure: Measure = of_grid,
) -> str:
    """Return tunes as notation, in an SVG document that needs no other file.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, at least one.
    attributes : sequence of str
        Names of attributes, for a line each below the staff.
    source : str
        Name of the output in messages.
    measure : callable
        Function that measures the attributes of a tune.

    Raises
    ------
    UsageError, MissingExtraError
        As for `write`.
    """
    blocks = _blocks(tunes, attributes, source, measure)
    return _page(blocks, sum(block.height for block in blocks) + 2 * MARGIN)


def sheets(
    tunes: Named,
    attributes: Sequence[str] = (),
    paper: str = "a4",
    *,
    source: str = "score",
    measure: Measure = of_grid,
) -> list[str]:
    """Return tunes as notation, an SVG document for each sheet of a paper: see `svg`."""
    wide, tall = PAPERS[paper]
    height = (WIDTH + 2 * MARGIN) * tall / wide
    pages = paged(_blocks(tunes, attributes, source, measure), height - 2 * MARGIN)
    return [_page(blocks, max(height, sum(block.height for block in blocks) + 2 * MARGIN)) for blocks in pages]


def _page(blocks: Sequence[Block], height: float) -> str:
    """Return a page with blocks one under another."""
    page = Element(f"{{{SVG}}}svg", {"version": "1.1", "font-family": "serif", "fill": INK})
    at = MARGIN
    for block in blocks:
        block.draw(page, at)
        at += block.height
    width = WIDTH + 2 * MARGIN
    page.attrib |= {"width": f"{width:g}", "height": f"{height:g}", "viewBox": f"0 0 {width:g} {height:g}"}
    share_glyphs(page)
    page.insert(0, Element(f"{{{SVG}}}rect", {"width": "100%", "height": "100%", "fill": "white"}))
    ElementTree.register_namespace("", SVG)
    return ElementTree.tostring(page, encoding="unicode") + "\n"


def _blocks(tunes: Named, attributes: Sequence[str], source: str, measure: Measure) -> list[Block]:
    """Return the title with the first line of music, and the other lines; a tune's name is with its first line."""
    names, measured = of_tunes([tune for _, tune in tunes], attributes, measure)
    whole = filled(tunes, source)
    values = [_rows(tune, full, each) for (_, tune), (_, full), each in zip(tunes, whole, measured, strict=True)]
    limits = [(float(np.nanmin(column)), float(np.nanmax(column))) for column in np.concatenate(values).T]
    title = one_line(tunes[0][1].title or tunes[0][0])
    title = title if len(title) <= _LETTERS else title[: _LETTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"
    blocks: list[Block] = []
    bpm = 0.0
    for (name, tune), table, lines in zip(whole, values, engrave(whole, source), strict=True):
        row = 0
        for number, line in enumerate(lines):
            rate = 0.0
            if number == 0 and tune.tempos[0][1] != bpm:
                rate = bpm = tune.tempos[0][1]
            rows = table[row : row + len(line.measures)]
            row += len(line.measures)
            heading = Heading("" if blocks else title, None if number else name, rate, tune.bars[0].metre)
            panels = [
                (attribute, rows[:, column], limit, _COLOURS[column % len(_COLOURS)])
                for column, (attribute, limit) in enumerate(zip(names, limits, strict=True))
            ]
            height = heading.height + line.height + PANEL * len(panels) + _GAP
            blocks.append(Block(height, partial(_draw, heading, line, panels)))
    return blocks


def _rows(
    tune: Tune, whole: Tune, values: Float[np.ndarray, "row attribute"]
) -> Float[np.ndarray, "measure attribute"]:
    """Return attributes of each written measure; those of a passage that the tune left out are nan."""
    own = np.array(is_own(tune, whole))
    rows = np.full((len(own), values.shape[1]), np.nan)
    rows[own] = of_bars(tune, values)
    return rows


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands above a line of music, if anything: a title, a tune's name, and its tempo in a metre."""

    title: str
    name: str | None
    bpm: float
    metre: TimeSignature

    @property
    def height(self) -> float:
        """Height in pixels."""
        return _TITLE * bool(self.title) + _NAME * (self.name is not None)


def _draw(
    heading: Heading,
    line: Line,
    panels: Sequence[tuple[str, Float[np.ndarray, " measure"], tuple[float, float], str]],
    page: Element,
    at: float,
) -> None:
    """Draw a line of music with what stands above and below it, from `at` down."""
    if heading.title:
        words(page, MARGIN + WIDTH / 2, at + 18, heading.title, size=22, anchor="middle")
    at += heading.height
    if heading.name is not None:
        words(page, MARGIN, at - 10, one_line(heading.name), size=14, weight="bold")
    if heading.bpm:
        tempo_mark(page, at - 10, heading.bpm, heading.metre)
    line.drawing.set("x", f"{MARGIN:g}")
    line.drawing.set("y", f"{at:g}")
    page.append(line.drawing)
    at += line.height
    for attribute, values, limits, colour in panels:
        panel(page, at, attribute, line, values, limits, colour)
        at += PANEL


def line(tune: Tune, width: float = WIDTH) -> bytes:
    """Return a tune as one line of notation, `width` pixels wide, in PNG; raise as `write` does."""
    (key,) = keys_of([("", tune)])
    score = with_page_breaks(musicxml.score([("", replace(tune, key=key))], source="line"), ())
    data = ElementTree.tostring(score, encoding="unicode")
    for breaks in ("encoded", "none"):  # spread over the line, else as wide as needed, and scaled down
        toolkit = toolkit_of(breaks=breaks, pageWidth=width * 100 / SCALE)
        toolkit.loadData(data)
        drawing = toolkit.renderToSVG(1)
        if drawing.count('class="system"') == 1:
            break
    dots = int(_SHARPNESS * width)
    return bytes(require_module("cairosvg").svg2png(bytestring=drawing, output_width=dots, background_color="white"))

"""Draw tunes as notation, one under another on one tall page: SVG, and from it PNG and PDF.

Each tune has its name above its first staff. Below each staff a line may go from measure to
measure for every attribute, on one scale for all tunes of the page. verovio engraves one line
of music at a time, which leaves room for additions; cairosvg makes PNG and PDF. Both come with
the extra `armusic[score]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from armusic.errors import MissingExtraError, UsageError
from armusic.extras import require
from armusic.files import atomic_path, label, one_line
from armusic.io.writers import musicxml
from armusic.io.writers.layout import Named, keys_of
from armusic.io.writers.notation import tempo
from armusic.io.writers.values import VALUES
from armusic.music.attributes import canonical_name
from armusic.music.attributes.table import of_bars
from armusic.music.metre import TimeSignature
from armusic.music.score import Tune
from armusic.shapes import Float

MEASURES_PER_LINE = 4
SYMBOLS_PER_LINE = 44  # with more, there are fewer measures on a line

_SVG = "http://www.w3.org/2000/svg"
_MARGIN, _WIDTH = 36.0, 840.0  # of the page and of a line of music, in pixels
_TITLE, _NAME, _GAP, _PANEL = 52.0, 30.0, 14.0, 44.0  # heights: title, a tune's name, below a line, an attribute
_SCALE = 40  # verovio's, in percent of its own pixels
_UNITS = 10 * 100 / _SCALE  # verovio's units in a pixel
_SHARPNESS = 2.0  # pixels of a PNG for each of the SVG
_INK, _PALE = "#222222", "#c8c8c8"
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7")  # Okabe and Ito, "Color Universal Design", 2008
_GLYPH = re.compile(r"(?<=[\"#])([0-9A-F]{4})-[0-9a-z]+(?=\")")  # verovio's name of a glyph, and of its score
_LETTERS = 60  # of a title
_OPTIONS = {
    "breaks": "encoded", "adjustPageHeight": True, "pageWidth": _WIDTH * 100 / _SCALE, "scale": _SCALE,
    "header": "none", "footer": "none", "pageMarginLeft": 0, "pageMarginRight": 0, "pageMarginTop": 0,
    "pageMarginBottom": 0, "minLastJustification": 0, "xmlIdSeed": 1, "svgRemoveXlink": True,
    "svgFormatRaw": True,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """A line of music: verovio's drawing, its height, and the ends of its measures, in pixels."""

    drawing: Element
    height: float
    staff: float
    measures: tuple[tuple[float, float], ...]


def write(
    tunes: Named,
    path: str | Path,
    *,
    layout: str = "sequence",
    force: bool = False,
    attributes: Sequence[str] = (),
) -> None:
    """Draw named tunes as notation.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, at least one; all notes on sixteenths or triplets, or finer powers of two.
    path : path
        A file named `.svg`, `.png` or `.pdf`. It appears when it is whole.
    layout : {"sequence"}
        One tune under another.
    force : bool
        Whether an existing file may be replaced.
    attributes : sequence of str
        Names of attributes to show below the staff; as a rule one or two.

    Raises
    ------
    UsageError
        For another layout, or an unknown attribute.
    MissingExtraError
        Without the extra `armusic[score]`.
    OffGridError
        For a note that cannot be written.
    WriteError
        If the file exists and `force` is not set, or if it cannot be written.
    """
    if layout != "sequence":
        raise UsageError(f"{label(path)}: a score picture holds one voice: use the layout sequence")
    suffix = Path(path).suffix.lower()
    convert = None if suffix == ".svg" else getattr(_require("cairosvg"), f"svg2{suffix[1:]}")
    picture = svg(tunes, attributes, source=label(path)).encode()
    data = convert(bytestring=picture, scale=_SHARPNESS if suffix == ".png" else 1) if convert else picture
    with atomic_path(path, force) as temporary:
        temporary.write_bytes(data)


def svg(tunes: Named, attributes: Sequence[str] = (), *, source: str = "score") -> str:
    """Return tunes as notation, in an SVG document that needs no other file.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, at least one.
    attributes : sequence of str
        Names of attributes, for a line each below the staff.
    source : str
        Name of the output in messages.

    Raises
    ------
    UsageError, MissingExtraError, OffGridError
        As for `write`.
    """
    names = [canonical_name(name) for name in attributes]
    values = [of_bars(tune, names) for _, tune in tunes]
    limits = [(float(column.min()), float(column.max())) for column in np.concatenate(values).T]
    first = tunes[0][1]
    page = Element(f"{{{_SVG}}}svg", {"version": "1.1", "font-family": "serif", "fill": _INK})
    title = one_line(first.title or tunes[0][0])
    title = title if len(title) <= _LETTERS else title[: _LETTERS - 1] + "\N{HORIZONTAL ELLIPSIS}"
    _text(page, _MARGIN + _WIDTH / 2, _MARGIN + 18, title, size=22, anchor="middle")
    at = _MARGIN + _TITLE
    bpm = 0.0
    for (name, tune), table, lines in zip(tunes, values, _engrave(tunes, source), strict=True):
        at += _NAME
        _text(page, _MARGIN, at - 10, one_line(name), size=14, weight="bold")
        if tune.tempos[0][1] != bpm:
            bpm = tune.tempos[0][1]
            _tempo(page, at - 10, bpm, tune.bars[0].metre)
        row = 0
        for line in lines:
            line.drawing.set("x", f"{_MARGIN:g}")
            line.drawing.set("y", f"{at:g}")
            page.append(line.drawing)
            at += line.height
            rows = table[row : row + len(line.measures)]
            row += len(line.measures)
            for column, (attribute, limit) in enumerate(zip(names, limits, strict=True)):
                _panel(page, at, attribute, line, rows[:, column], limit, _COLOURS[column % len(_COLOURS)])
                at += _PANEL
            at += _GAP
    width, height = _WIDTH + 2 * _MARGIN, at + _MARGIN
    page.attrib |= {"width": f"{width:g}", "height": f"{height:g}", "viewBox": f"0 0 {width:g} {height:g}"}
    _share_glyphs(page)
    page.insert(0, Element(f"{{{_SVG}}}rect", {"width": "100%", "height": "100%", "fill": "white"}))
    ElementTree.register_namespace("", _SVG)
    return ElementTree.tostring(page, encoding="unicode") + "\n"


def line(tune: Tune, width: float = _WIDTH) -> bytes:
    """Return a tune as one line of notation, `width` pixels wide, in PNG; raise as `write` does."""
    (key,) = keys_of([("", tune)])
    score = _with_page_breaks(musicxml.score([("", replace(tune, key=key))], source="line"), 1 << 16)
    data = ElementTree.tostring(score, encoding="unicode")
    for breaks in ("encoded", "none"):  # spread over the line, else as wide as needed, and scaled down
        toolkit = _toolkit(breaks=breaks, pageWidth=width * 100 / _SCALE)
        toolkit.loadData(data)
        drawing = toolkit.renderToSVG(1)
        if drawing.count('class="system"') == 1:
            break
    dots = int(_SHARPNESS * width)
    return bytes(_require("cairosvg").svg2png(bytestring=drawing, output_width=dots, background_color="white"))


def _toolkit(**options: Any) -> Any:
    verovio = _require("verovio")
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit(False)  # what it finds by itself, it finds in the first thread only
    toolkit.setResourcePath(str(Path(verovio.__file__).parent / "data"))
    toolkit.setOptions(_OPTIONS | options)
    return toolkit


def _engrave(tunes: Named, source: str) -> Iterator[list[Line]]:
    """Yield the lines of each tune; all lines have the same number of measures."""
    toolkit = _toolkit()
    scores = [
        musicxml.score([(name, replace(tune, key=key))], source=source)
        for (name, tune), key in zip(tunes, keys_of(tunes), strict=True)
    ]
    most = max(len(measure.findall("note")) for score in scores for measure in score.iter("measure"))
    count = min(MEASURES_PER_LINE, max(1, SYMBOLS_PER_LINE // most))
    for score in scores:
        toolkit.loadData(ElementTree.tostring(_with_page_breaks(score, count), encoding="unicode"))
        yield [_line(toolkit.renderToSVG(number)) for number in range(1, toolkit.getPageCount() + 1)]


def _with_page_breaks(score: Element, count: int) -> Element:
    """Return a score with `count` measures on each page, without names and first tempo, which are drawn later."""
    for name in score.iter("part-name"):
        name.text = None
    measures = list(score.iter("measure"))
    pickup = measures[0].get("number") == "0"
    first = measures[0].find("direction")  # first tempo, which is drawn beside the name
    for place, measure in enumerate(measures, -pickup):
        for mark in measure.findall("direction"):
            bpm = mark.find("sound")
            if mark is first:
                measure.remove(mark)
            elif bpm is not None:  # a metronome's note is no letter of any font: cairosvg would draw a box
                kind = mark.find("direction-type")
                assert kind is not None
                kind.clear()
                SubElement(kind, "words").text = f"tempo {float(bpm.get('tempo', '0')):.4g}"
        if place > 0 and place % count == 0:
            measure.insert(0, Element("print", {"new-page": "yes"}))
    return score


def _line(text: str) -> Line:
    """Return a line of music from the page that verovio drew."""
    text = _GLYPH.sub(r"\1", text)
    drawing = ElementTree.fromstring(text)  # noqa: S314  (verovio's own, of our score)
    height = float(drawing.get("height", "0").removesuffix("px"))
    for inner in drawing.iter(f"{{{_SVG}}}svg"):  # measure numbers stand in front of the staff
        inner.set("overflow", "visible")
    staff, measures = 0.0, []
    for measure in drawing.iterfind(f".//{{{_SVG}}}g[@class='measure']"):
        lines = [path.get("d", "") for path in measure.iterfind(f"{{{_SVG}}}g[@class='staff']/{{{_SVG}}}path")]
        left, _, right, staff = (float(number) / _UNITS for number in re.findall(r"-?[\d.]+", lines[-1]))
        measures.append((left, right))
    return Line(drawing, height, staff, tuple(measures))


def _share_glyphs(page: Element) -> None:
    """Keep each glyph once, at the top of the page; verovio repeats it in every line."""
    shared = Element(f"{{{_SVG}}}defs")
    for drawing in list(page):
        for glyphs in drawing.findall(f"{{{_SVG}}}defs"):
            known = {glyph.get("id") for glyph in shared}
            shared.extend(glyph for glyph in glyphs if glyph.get("id") not in known)
            drawing.remove(glyphs)
    page.insert(0, shared)


def _panel(
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
    floor, tall = top + _PANEL - 8, _PANEL - 18
    share = (values - low) / (high - low) if high > low else np.full(len(values), 0.5)
    points = [
        (_MARGIN + (left + right) / 2, floor - tall * float(height))
        for (left, right), height in zip(line.measures, share, strict=True)
    ]
    ends = {"x1": f"{_MARGIN:g}", "x2": f"{_MARGIN + line.measures[-1][1]:g}", "y1": f"{floor:g}", "y2": f"{floor:g}"}
    _shape(page, "line", stroke=_PALE, **ends)
    _text(page, _MARGIN, floor - 4, name, size=10, colour=colour, style="italic")
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    _shape(page, "polyline", points=path, fill="none", stroke=colour, **{"stroke-width": "1.2"})
    for (x, y), value in zip(points, values, strict=True):
        _shape(page, "circle", cx=f"{x:g}", cy=f"{y:g}", r="2.4", fill=colour)
        _text(page, x, y - 4, f"{value:.2f}", size=8, anchor="middle")


def _tempo(page: Element, y: float, bpm: float, metre: TimeSignature) -> None:
    """Write a tempo to the right of a tune's name, with a drawn note: few fonts have one."""
    beat, count = tempo(bpm, metre)
    base, dots = VALUES[beat]
    x = _MARGIN + _WIDTH - 62
    head = {"transform": f"translate({x:g} {y - 2:g}) rotate(-20)", "rx": "3.4", "ry": "2.4"}
    _shape(page, "ellipse", fill="none" if base > 1 else _INK, stroke=_INK, **head)
    stem = {"x1": f"{x + 3.2:g}", "x2": f"{x + 3.2:g}", "y1": f"{y - 3:g}", "y2": f"{y - 15:g}"}
    _shape(page, "line", stroke=_INK, **stem)
    for _ in range(dots):
        _shape(page, "circle", cx=f"{x + 7:g}", cy=f"{y - 2:g}", r="1.1")
    _text(page, x + 12, y, f"= {count}", size=13)


def _text(
    page: Element,
    x: float,
    y: float,
    content: str,
    *,
    size: float,
    anchor: str = "start",
    weight: str = "normal",
    style: str = "normal",
    colour: str = _INK,
) -> None:
    element = _shape(
        page, "text", x=f"{x:g}", y=f"{y:g}", fill=colour,
        **{"font-size": f"{size:g}", "text-anchor": anchor, "font-weight": weight, "font-style": style},
    )  # fmt: skip
    element.text = content


def _shape(page: Element, tag: str, **attributes: str) -> Element:
    return SubElement(page, f"{{{_SVG}}}{tag}", attributes)


def _require(name: str) -> Any:
    """Import a module of the extra `armusic[score]`."""
    try:
        return require(name, extra="score", purpose="notation as a picture")
    except OSError as error:  # cairosvg loads a library of the system
        raise MissingExtraError(f"{name} does not find the library cairo: install libcairo2, or write .svg") from error

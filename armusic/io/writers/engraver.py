"""Lines of music, which verovio engraves one at a time: see `engraving`."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from armusic.errors import MissingExtraError
from armusic.extras import require
from armusic.io.writers import musicxml
from armusic.io.writers.drawing import SVG, WIDTH, Line
from armusic.io.writers.layout import Named, keys_of

MEASURES_PER_LINE = 4
SYMBOLS_PER_LINE, MOST_SYMBOLS = 44, 60  # with more, there are fewer measures on a line; and at most
_USUAL = 0.9  # share of the measures that are no fuller than is usual

SCALE = 40  # verovio's, in percent of its own pixels
_UNITS = 10 * 100 / SCALE  # verovio's units in a pixel
_GLYPH = re.compile(r"(?<=[\"#])([0-9A-F]{4})-[0-9a-z]+(?=\")")  # verovio's name of a glyph, and of its score
_OPTIONS = {
    "breaks": "encoded", "adjustPageHeight": True, "pageWidth": WIDTH * 100 / SCALE, "scale": SCALE,
    "header": "none", "footer": "none", "pageMarginLeft": 0, "pageMarginRight": 0, "pageMarginTop": 0,
    "pageMarginBottom": 0, "minLastJustification": 0, "xmlIdSeed": 1, "svgRemoveXlink": True,
    "svgFormatRaw": True,
}  # fmt: skip


def toolkit_of(**options: Any) -> Any:
    """Return verovio's toolkit, with the options of all scores and some more."""
    verovio = require_module("verovio")
    verovio.enableLog(verovio.LOG_OFF)
    toolkit = verovio.toolkit(False)  # what it finds by itself, it finds in the first thread only
    toolkit.setResourcePath(str(Path(verovio.__file__).parent / "data"))
    toolkit.setOptions(_OPTIONS | options)
    return toolkit


def engrave(tunes: Named, source: str) -> Iterator[list[Line]]:
    """Yield the lines of each tune; lines begin at the same measures in all of them."""
    toolkit = toolkit_of()
    scores = [
        musicxml.score([(name, replace(tune, key=key))], source=source)
        for (name, tune), key in zip(tunes, keys_of(tunes), strict=True)
    ]
    counts = [[len(measure.findall("note")) for measure in score.iter("measure")] for score in scores]
    pickup = any(score.find(".//measure[@number='0']") is not None for score in scores)
    breaks = line_starts([max(column) for column in zip_longest(*counts, fillvalue=0)], pickup=pickup)
    for score in scores:
        toolkit.loadData(ElementTree.tostring(with_page_breaks(score, breaks), encoding="unicode"))
        yield [_line(toolkit.renderToSVG(number)) for number in range(1, toolkit.getPageCount() + 1)]


def line_starts(counts: Sequence[int], *, pickup: bool = False) -> set[int]:
    """Return the measures at which lines begin, of measures with so many symbols; a pickup comes on top of the first.

    Most lines have as many measures as most have room for; one that is then too full is divided.

    Examples
    --------
    >>> sorted(line_starts([8] * 8)), sorted(line_starts([16] * 4)), sorted(line_starts([8] * 9 + [60]))
    ([4], [2], [4, 8, 9])
    """
    usual = max(sorted(counts)[int(_USUAL * (len(counts) - 1))], 1)
    count = min(MEASURES_PER_LINE, max(1, SYMBOLS_PER_LINE // usual))
    starts = set()
    on_line = 0
    for place, symbols in enumerate(counts):
        if place > pickup and ((place - pickup) % count == 0 or on_line + symbols > MOST_SYMBOLS):
            starts.add(place)
            on_line = 0
        on_line += symbols
    return starts


def with_page_breaks(score: Element, breaks: Container[int]) -> Element:
    """Return a score with a new page at some measures, without names and first tempo, which are drawn later."""
    for name in score.iter("part-name"):
        name.text = None
    measures = list(score.iter("measure"))
    first = measures[0].find("direction")  # first tempo, which is drawn beside the name
    for place, measure in enumerate(measures):
        for mark in measure.findall("direction"):
            bpm = mark.find("sound")
            if mark is first:
                measure.remove(mark)
            elif bpm is not None:  # a metronome's note is no letter of any font: cairosvg would draw a box
                kind = mark.find("direction-type")
                assert kind is not None
                kind.clear()
                SubElement(kind, "words").text = f"tempo {float(bpm.get('tempo', '0')):.4g}"
        if place in breaks:
            measure.insert(0, Element("print", {"new-page": "yes"}))
    return score


def _line(text: str) -> Line:
    """Return a line of music from the page that verovio drew."""
    text = _GLYPH.sub(r"\1", text)
    drawing = ElementTree.fromstring(text)  # noqa: S314  (verovio's own, of our score)
    height = float(drawing.get("height", "0").removesuffix("px"))
    for inner in drawing.iter(f"{{{SVG}}}svg"):  # measure numbers stand in front of the staff
        inner.set("overflow", "visible")
    staff, measures = 0.0, []
    for measure in drawing.iterfind(f".//{{{SVG}}}g[@class='measure']"):
        lines = [path.get("d", "") for path in measure.iterfind(f"{{{SVG}}}g[@class='staff']/{{{SVG}}}path")]
        left, _, right, staff = (float(number) / _UNITS for number in re.findall(r"-?[\d.]+", lines[-1]))
        measures.append((left, right))
    return Line(drawing, height, staff, tuple(measures))


def share_glyphs(page: Element) -> None:
    """Keep each glyph once, at the top of the page; verovio repeats it in every line."""
    shared = Element(f"{{{SVG}}}defs")
    for drawing in list(page):
        for glyphs in drawing.findall(f"{{{SVG}}}defs"):
            known = {glyph.get("id") for glyph in shared}
            shared.extend(glyph for glyph in glyphs if glyph.get("id") not in known)
            drawing.remove(glyphs)
    page.insert(0, shared)


def require_module(name: str) -> Any:
    """Import a module of the extra `armusic[score]`."""
    try:
        return require(name, extra="score", purpose="notation as a picture")
    except OSError as error:  # cairosvg loads a library of the system
        raise MissingExtraError(f"{name} does not find the library cairo: install libcairo2, or write .svg") from error

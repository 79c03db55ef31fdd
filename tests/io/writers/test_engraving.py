"""Scores as pictures: every step with its name, every attribute with its line, and one file or none."""

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from armusic.errors import MissingExtraError, UsageError, WriteError
from armusic.io import writers
from armusic.io.writers import engraving
from armusic.music import attributes
from armusic.music.score import Tune
from tests.extras import cairo
from tests.notation import JIG, REEL
from tests.notation import tune as read

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*tunes: tuple[str, Tune], show: tuple[str, ...] = ()) -> Element:
    return ElementTree.fromstring(engraving.svg(tunes, show))


def count(page: Element, kind: str) -> int:
    return len(page.findall(f".//{SVG}g[@class='{kind}']"))


def words(page: Element) -> list[str]:
    """Return what is written by us, not by verovio."""
    return [str(text.text) for text in page.findall(f"{SVG}text")]


def test_every_step_has_its_name_and_all_its_notes() -> None:
    reel, jig = read("4/4", REEL), read("6/8", JIG)
    page = drawn(("rhythm -1.0", reel), ("rhythm +0.0", jig))
    assert words(page) == ["t", "rhythm -1.0", "= 100", "rhythm +0.0"]
    assert count(page, "measure") == 16
    tied = 1  # over a bar line: one note, two heads
    assert count(page, "note") == len(reel.notes) + len(jig.notes) + tied
    assert count(page, "tuplet") == 1
    assert count(page, "meterSig") == 2


def test_every_thread_draws_the_same() -> None:
    tunes = [("a reel", read("4/4", REEL))]
    with ThreadPoolExecutor(2) as threads:
        assert {*threads.map(engraving.svg, [tunes] * 4)} == {engraving.svg(tunes)}


def test_four_measures_are_on_a_line_after_a_pickup_and_fewer_where_they_are_full() -> None:
    page = drawn(("x", read("3/4", "C|" + "F2 A2 c2|" * 8)))
    assert [len(line.findall(f".//{SVG}g[@class='measure']")) for line in page.findall(f"{SVG}svg")] == [5, 4]
    page = drawn(("x", read("4/4", "C/C/C/C/ C/C/C/C/ D/D/D/D/ D/D/D/D/|" * 4)))
    assert [len(line.findall(f".//{SVG}g[@class='measure']")) for line in page.findall(f"{SVG}svg")] == [2, 2]


def test_an_attribute_goes_from_measure_to_measure() -> None:
    tune = read("4/4", REEL)
    page = drawn(("x", tune), show=("note_density", "contour"))
    values = attributes.of_tune(tune, ["density", "contour"])
    first, second = values[:4], values[4:]
    expected = [f"{value:.2f}" for rows in (first, second) for column in rows.T for value in column]
    assert [text for text in words(page) if "." in text] == expected
    assert [text for text in words(page) if text in ("density", "contour")] == ["density", "contour"] * 2
    lines = [line.get("points", "").split() for line in page.findall(f"{SVG}polyline")]
    assert [len(points) for points in lines] == [4] * 4
    heights = [-float(point.split(",")[1]) for point in lines[0]]
    density = values[:4, 0].tolist()
    assert sorted(range(4), key=heights.__getitem__) == sorted(range(4), key=density.__getitem__)


def test_nothing_is_drawn_outside_the_page_and_no_line_over_another() -> None:
    page = drawn(("low", read("4/4", "C,,8|G,,4 A,,4|")), ("high", read("4/4", "c'''8|g''4 a''4|")), show=("range",))
    tops = [float(line.get("y", "0")) for line in page.findall(f"{SVG}svg")]
    tall = [float(line.get("height", "0").removesuffix("px")) for line in page.findall(f"{SVG}svg")]
    assert tops[0] + tall[0] < tops[1]
    assert tops[1] + tall[1] < float(page.get("height", "0"))
    assert all(0 < float(text.get("y", "0")) < float(page.get("height", "0")) for text in page.findall(f"{SVG}text"))


def test_a_glyph_is_there_once() -> None:
    text = engraving.svg([("x", read("4/4", REEL)), ("y", read("6/8", JIG))])
    page = ElementTree.fromstring(text)
    names = [glyph.get("id") for glyph in page.findall(f"{SVG}defs/{SVG}g")]
    assert len(names) == len(set(names))
    used = {use.get("href", "").removeprefix("#") for use in page.iter(f"{SVG}use")}
    assert used <= set(names)
    assert text == engraving.svg([("x", read("4/4", REEL)), ("y", read("6/8", JIG))])


def test_a_tempo_that_changes_is_written_in_letters() -> None:
    tune = replace(read("4/4", "C4 D4|E8|"), tempos=((Fraction(0), 100.0), (Fraction(4), 60.0)))
    page = drawn(("x", tune))
    assert "= 100" in words(page)
    assert "tempo 60" in {"".join(text.itertext()).strip() for text in page.iter(f"{SVG}text")}


@pytest.mark.parametrize(
    ("suffix", "magic"),
    [("svg", b"<svg"), pytest.param("png", b"\x89PNG", marks=cairo), pytest.param("pdf", b"%PDF", marks=cairo)],
)
def test_files(tmp_path: Path, suffix: str, magic: bytes) -> None:
    path = tmp_path / f"out.{suffix}"
    writers.write([("x", read("6/8", JIG)), ("y", read("6/8", JIG))], path, attributes=["rhythm"])
    assert path.read_bytes().startswith(magic)
    with pytest.raises(WriteError, match="exists already"):
        writers.write([("x", read("6/8", JIG))], path)


@pytest.mark.parametrize(("name", "suffix"), [("verovio", "svg"), ("cairosvg", "pdf")])
def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, suffix: str) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=rf"needs {name}, .*: pip install 'armusic\[score\]'"):
        writers.write([("x", read("6/8", JIG))], tmp_path / f"out.{suffix}")
    assert not list(tmp_path.iterdir())


@cairo
@pytest.mark.parametrize(("paper", "size"), [(None, (595, 842)), ("letter", (612, 792))])
def test_a_pdf_is_on_sheets_of_paper(tmp_path: Path, paper: str | None, size: tuple[int, int]) -> None:
    tunes = [(f"step {number}", read("4/4", REEL)) for number in range(9)]
    writers.write(tunes, tmp_path / "out.pdf", attributes=["rhythm"], paper=paper)
    data = (tmp_path / "out.pdf").read_bytes()
    boxes = [[round(float(side)) for side in box.split()] for box in re.findall(rb"/MediaBox \[([\d. ]+)\]", data)]
    pages = engraving.sheets(tunes, ["rhythm"], paper or "a4")
    assert len(pages) > 1
    assert boxes == [[0, 0, *size]] * len(pages)
    texts = [{text.text for text in ElementTree.fromstring(page).findall(f"{SVG}text")} for page in pages]
    assert [name for texts_of_page in texts for name in sorted(texts_of_page) if name and name.startswith("step")] == [
        name for name, _ in tunes
    ]
    for page in map(ElementTree.fromstring, pages):
        lines = page.findall(f"{SVG}svg")
        bottom = max(float(line.get("y", "0")) + float(line.get("height", "0").removesuffix("px")) for line in lines)
        assert bottom < float(page.get("height", "0"))


def test_paper_is_for_a_pdf(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"out.svg: paper is for PDF files"):
        writers.write([("x", read("4/4", REEL))], tmp_path / "out.svg", paper="a4")
    with pytest.raises(UsageError, match=r"paper 'a5' is not known: use one of a4, letter"):
        writers.write([("x", read("4/4", REEL))], tmp_path / "out.pdf", paper="a5")


def test_refusals(tmp_path: Path) -> None:
    tunes = [("x", read("6/8", JIG))]
    with pytest.raises(UsageError, match="out.svg: .svg holds one voice: use the layout sequence or clips"):
        writers.write(tunes, tmp_path / "out.svg", layout="tracks")
    with pytest.raises(UsageError, match="unknown attribute 'rythm': did you mean rhythm"):
        writers.write(tunes, tmp_path / "out.svg", attributes=["rythm"])
    assert not list(tmp_path.iterdir())


@cairo
def test_a_tune_as_one_line() -> None:
    from io import BytesIO

    from matplotlib.image import imread

    short, long = (imread(BytesIO(engraving.line(read("4/4", music), 600))) for music in ("G8|", REEL))
    assert short.shape[1] == long.shape[1] == 1200  # two dots a pixel
    assert long.shape[0] < short.shape[0] < 200  # one staff, and a smaller one where it has more in it
    for picture in (short, long):
        dark = picture[..., :3].mean(axis=2) < 0.5
        assert dark.any(axis=0).mean() > 0.95  # it goes from edge to edge

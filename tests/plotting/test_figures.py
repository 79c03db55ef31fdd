"""Figures: imported lean, and saying what they were made of."""

import subprocess
import sys
from pathlib import Path

import pytest

from armusic import plotting
from armusic.errors import WriteError
from armusic.plotting.page import Page


def page() -> Page:
    drawn = Page.blank(3, 2)
    drawn.title("A title", "and a note")
    return drawn


def test_a_picture_says_what_it_was_made_of(tmp_path: Path) -> None:
    plotting.save(page().figure, tmp_path / "a.png", source="a tune, its rhythm \N{EM DASH} é")
    plotting.save(page().figure, tmp_path / "b.png")
    page().figure.savefig(tmp_path / "c.png")
    (tmp_path / "d.png").write_bytes((tmp_path / "a.png").read_bytes()[:20])
    (tmp_path / "e.png").write_text("no picture")
    sources = [plotting.source_of(tmp_path / f"{name}.png") for name in "abcdef"]
    assert sources == ["a tune, its rhythm \N{EM DASH} é", "", None, None, None, None]
    with pytest.raises(WriteError, match="exists already"):
        plotting.save(page().figure, tmp_path / "a.png", source="a tune, its rhythm \N{EM DASH} é")


@pytest.mark.parametrize("length", [0, 8, 12, 30, 60, 70, 90])
def test_a_damaged_picture_says_nothing_or_all(length: int, tmp_path: Path) -> None:
    plotting.save(page().figure, tmp_path / "a.png", source="a tune")
    (tmp_path / "b.png").write_bytes((tmp_path / "a.png").read_bytes()[:length])
    assert plotting.source_of(tmp_path / "b.png") in (None, "a tune")
    assert plotting.source_of(tmp_path / "a.png") == "a tune"


def test_the_picture_of_the_readme_is_one_of_ours() -> None:
    assert plotting.source_of(Path(__file__).parents[2] / "examples" / "speed-the-plough-rhythm.png")


LEAN = """
import sys
{first}
from armusic import plotting
plotting.rolls
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
figure_module = sys.modules["matplotlib.figure"]
figure = figure_module.Figure()
ax = figure.add_axes((0, 0, 1, 1))
ax.set(xlim=(0, 2), title="t")
Line2D([0], [1]).set(color="red")
class Own(Line2D): ...
described = ["Supported" in (each.set.__doc__ or "") for each in (Axes, Own)]
print("matplotlib.pyplot" in sys.modules, *described, ax.get_xlim()[1])
"""


@pytest.mark.parametrize(("first", "described"), [("", False), ("import matplotlib.figure", True)])
def test_docstrings_of_setters_are_left_out_only_where_nobody_imported_them(first: str, described: bool) -> None:
    done = subprocess.run([sys.executable, "-c", LEAN.format(first=first)], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", str(described), "True", "2.0"]

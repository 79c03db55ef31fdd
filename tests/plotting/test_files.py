"""Pictures are written in the format of their suffix, whole, and over nothing."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from armusic import plotting
from armusic.editing.result import Reached
from armusic.editing.surface import Surface
from armusic.errors import UsageError, WriteError
from tests.notation import REEL, tune

MUSIC = tune("4/4", REEL)
GRID = np.linspace(0, 1, 5)
SURFACE = Surface(
    ("rhythm", "contour"), np.stack([GRID, GRID]), np.random.default_rng(0).random((2, 5, 5)), GRID[:2, None] + [0, 1]
)
TABLE = np.full((8, 1), 0.25)
RESULT = Reached(MUSIC, np.zeros((8, 24), dtype=np.int16), ("rhythm",), TABLE, TABLE, TABLE, np.zeros(8))
TUNES = [("original", MUSIC), ("rhythm=0.25", MUSIC)]
PIXELS = np.zeros((30, 40, 3), np.uint8)


def test_what_the_library_returns_can_be_drawn() -> None:
    figures = [
        plotting.rolls(TUNES, "Reel"),
        plotting.targets(TUNES, RESULT, "Reel"),
        plotting.surface(SURFACE, "Reel"),
        plotting.roll(MUSIC),
    ]
    assert all(isinstance(figure, Figure) for figure in figures)


@pytest.mark.parametrize(("suffix", "head"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("SVG", b"<?xml")])
def test_the_suffix_says_the_format(tmp_path: Path, suffix: str, head: bytes) -> None:
    path = tmp_path / f"a.{suffix}"
    plotting.save(plotting.roll(MUSIC), path)
    assert path.read_bytes().startswith(head)


def test_pixels_and_frames_have_a_format_each(tmp_path: Path) -> None:
    plotting.save(PIXELS, tmp_path / "a.png")
    plotting.save(np.stack([PIXELS, PIXELS + 255]), tmp_path / "a.gif")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "a.gif").read_bytes().startswith(b"GIF89a")
    with pytest.raises(UsageError, match="b.gif: a picture of pixels is written as .png"):
        plotting.save(PIXELS, tmp_path / "b.gif")
    with pytest.raises(UsageError, match="b.png: an animation is written as .gif"):
        plotting.save(PIXELS[None], tmp_path / "b.png")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gif", "a.png"]


@pytest.mark.parametrize("name", ["a", "a.bmp", "a.mid"])
def test_other_formats_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=f"{name}: a figure is written as .png, .pdf or .svg: change the suffix"):
        plotting.save(Figure(), tmp_path / name)
    with pytest.raises(UsageError, match=f"{name}: a traversal is written as .gif or .png: change the suffix"):
        plotting.check_traversal(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_picture_that_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("mine")
    with pytest.raises(WriteError, match="exists already"):
        plotting.save(Figure(), path)
    with pytest.raises(WriteError, match="exists already"):
        plotting.check_figure(path)
    assert path.read_text() == "mine"
    plotting.check_figure(path, force=True)
    plotting.save(Figure(), path, force=True)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_pictures_of_a_folder_are_written_together(tmp_path: Path) -> None:
    pictures = {"roll.png": plotting.roll(MUSIC), "pixels.png": PIXELS}
    files = plotting.save_all(pictures, tmp_path / "out")
    assert files == [tmp_path / "out" / "roll.png", tmp_path / "out" / "pixels.png"]
    before = [path.read_bytes() for path in files]
    assert all(content.startswith(b"\x89PNG") for content in before)
    with pytest.raises(WriteError, match="has files in it"):
        plotting.save_all(pictures, tmp_path / "out")


def test_figures_leave_nothing_in_pyplot() -> None:
    from matplotlib import pyplot

    plotting.roll(MUSIC)
    plotting.surface(SURFACE, "Reel")
    assert pyplot.get_fignums() == []


def test_an_unknown_picture_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'spiral'"):
        _ = plotting.spiral

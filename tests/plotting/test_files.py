"""Pictures are written in the format of their suffix, whole, and over nothing."""

from pathlib import Path

import numpy as np
import pytest

from armusic import api
from armusic.editing.result import Reached
from armusic.editing.surface import Surface
from armusic.errors import UsageError, WriteError
from tests.notation import REEL, tune

MUSIC = tune("4/4", REEL)
GRID = np.linspace(0, 1, 5)
SURFACE = Surface(
    ("rhythm", "contour"), np.stack([GRID, GRID]), np.random.default_rng(0).random((2, 5, 5)), GRID[:2, None] + [0, 1]
)


def reached() -> Reached:
    table = np.full((8, 1), 0.25)
    return Reached(MUSIC, np.zeros((8, 24), dtype=np.int16), ("rhythm",), table, table, table, np.zeros(8))


@pytest.mark.parametrize(("suffix", "head"), [("png", b"\x89PNG"), ("pdf", b"%PDF"), ("SVG", b"<?xml")])
def test_the_suffix_says_the_format(tmp_path: Path, suffix: str, head: bytes) -> None:
    path = tmp_path / f"a.{suffix}"
    api.draw([("one", MUSIC)], path, "Reel")
    assert path.read_bytes().startswith(head)
    api.draw_reached([("original", MUSIC), ("rhythm=0.25", MUSIC)], reached(), path, "Reel", force=True)
    assert path.read_bytes().startswith(head)
    api.draw_surface(SURFACE, path, "Reel", force=True)
    assert path.read_bytes().startswith(head)


@pytest.mark.parametrize("name", ["a", "a.bmp", "a.mid"])
def test_other_formats_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=f"{name}: pictures end in .png, .pdf or .svg"):
        api.draw_surface(SURFACE, tmp_path / name, "Reel")
    assert not list(tmp_path.iterdir())


def test_a_picture_that_is_there_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_text("mine")
    with pytest.raises(WriteError, match="exists already"):
        api.draw_surface(SURFACE, path, "Reel")
    assert path.read_text() == "mine"

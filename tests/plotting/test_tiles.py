"""Pictures in rows and columns: every pixel where it is said to be; animations read back."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from armusic.plotting import tiles


def pictures(rows: int = 2, columns: int = 3, side: int = 20) -> np.ndarray:
    """Return grey squares, each of its own level."""
    levels = np.arange(1, rows * columns + 1, dtype=np.uint8).reshape(rows, columns) * 20
    return np.ascontiguousarray(np.broadcast_to(levels[:, :, None, None, None], (rows, columns, side, side, 3)))


def test_pixels_become_squares_of_pixels() -> None:
    small = np.arange(2 * 28 * 28 * 3, dtype=np.uint32).astype(np.uint8).reshape(2, 28, 28, 3)
    large = tiles.enlarge(small)
    assert large.shape == (2, 84, 84, 3)
    assert (large[:, 1::3, 1::3] == small).all()
    assert (large[:, 0::3, 2::3] == small).all()
    assert tiles.enlarge(np.zeros((100, 64, 3), np.uint8)).shape == (100, 64, 3)


def test_a_grid_has_each_picture_in_its_place() -> None:
    page = tiles.grid(pictures())
    assert page.shape == (2 * 20 + tiles.BETWEEN, 3 * 20 + 2 * tiles.BETWEEN, 3)
    step = 20 + tiles.BETWEEN
    for row, column in np.ndindex(2, 3):
        part = page[row * step : row * step + 20, column * step : column * step + 20]
        assert (part == pictures()[row, column]).all()
    assert (page[20 : 20 + tiles.BETWEEN] == 255).all()


def test_words_stand_beside_the_pictures_and_not_in_them() -> None:
    plain = tiles.grid(pictures())
    page = tiles.grid(
        pictures(), rows=["one", "two"], columns=list("abc"), captions=[["0.1"] * 3] * 2, heading="Squares"
    )
    assert len(page) == len(plain) + 4 * tiles.LINE
    assert page.shape[1] > plain.shape[1]
    left = page.shape[1] - plain.shape[1]
    top = 2 * tiles.LINE
    assert (page[top : top + 20, left : left + 20] == pictures()[0, 0]).all()
    for part in (page[: tiles.LINE], page[tiles.LINE : top, left:], page[top:, :left], page[-tiles.LINE :]):
        assert part.min() < 128


def test_words_that_do_not_fit_are_cut() -> None:
    page = tiles.grid(pictures(1, 2), columns=["a name that is much too long", "b"])
    assert page.shape[1] == tiles.grid(pictures(1, 2)).shape[1]
    assert (page[: tiles.LINE, 20 : 20 + tiles.BETWEEN] == 255).all()


def test_a_knob_is_where_the_share_says() -> None:
    dark = [(tiles.slider(101, share)[..., 0] < 100).any(axis=0).nonzero()[0].mean() for share in (0, 0.5, 1)]
    assert dark == pytest.approx([tiles.KNOB, 50, 100 - tiles.KNOB], abs=0.5)


def test_parts_stand_on_one_line_or_below_one_another() -> None:
    low, high = np.zeros((5, 4, 3), np.uint8), np.zeros((9, 6, 3), np.uint8)
    beside = tiles.across([low, high], gap=2)
    assert beside.shape == (9, 12, 3)
    assert (beside[:4, :4] == 255).all()
    assert (beside[4:, :4] == 0).all()
    assert tiles.down([low, high], gap=2).shape == (16, 6, 3)


@pytest.mark.parametrize("colour", [False, True])
def test_an_animation_goes_there_and_back(tmp_path: Path, colour: bool) -> None:
    frames = np.zeros((4, 10, 12, 3), np.uint8)
    for number in range(4):
        frames[number, :, : 3 * number + 2, 0 if colour else slice(None)] = 255
    tiles.save(frames, tmp_path / "a.gif")
    with Image.open(tmp_path / "a.gif") as image:
        assert (image.size, image.n_frames, image.info["loop"]) == ((12, 10), 6, 0)
        for place, number in enumerate([0, 1, 2, 3, 2, 1]):
            image.seek(place)
            assert (np.asarray(image.convert("RGB")) == frames[number]).all()


def test_one_picture_stays_as_it_is(tmp_path: Path) -> None:
    page = tiles.grid(pictures(), columns=list("abc"))
    tiles.save(page, tmp_path / "a.png")
    assert (np.asarray(Image.open(tmp_path / "a.png")) == page).all()

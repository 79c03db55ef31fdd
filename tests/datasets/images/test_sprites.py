"""Sprites that are drawn here, beside 400 official ones."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.datasets.images import sprites
from armusic.datasets.images.base import pixels
from armusic.datasets.images.stored import digest

FACTORS = st.tuples(
    st.integers(1, 3), st.floats(0.5, 1), st.floats(0, 2 * np.pi), st.floats(0, 1), st.floats(0, 1)
).map(lambda factors: np.array([factors]))


@pytest.fixture(scope="module")
def official(root: Path) -> tuple[np.ndarray, np.ndarray]:
    """Bits (item, 512) and factors (item, 5) as published."""
    with np.load(root / "tests" / "data" / "sprites400.npz") as stored:
        return stored["imgs"], stored["latents_values"]


def alike(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Intersection over union of images in bits."""
    both, either = (np.unpackbits(pixel, axis=1).sum(axis=1) for pixel in (first & second, first | second))
    return both / either


def picture(factors: list[float]) -> list[str]:
    """The rows of a sprite, without the black around it."""
    white = pixels(sprites.draw(np.array([factors])), (1, 64, 64))[0, 0] > 0
    rows, columns = np.flatnonzero(white.any(axis=1)), np.flatnonzero(white.any(axis=0))
    cut = white[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return ["".join(".#"[pixel] for pixel in row) for row in cut.astype(int)]


@pytest.mark.parametrize(("shape", "mean", "least"), [(1, 0.9995, 0.98), (2, 0.999, 0.98), (3, 0.9975, 0.98)])
def test_official_images_are_met(
    official: tuple[np.ndarray, np.ndarray], shape: int, mean: float, least: float
) -> None:
    bits, values = official
    here = values[:, 0] == shape
    assert here.sum() > 100
    overlap = alike(bits[here], sprites.draw(values[here]))
    assert overlap.mean() >= mean
    assert overlap.min() >= least


def test_the_factors_of_official_images_are_in_the_list(official: tuple[np.ndarray, np.ndarray]) -> None:
    for column, values in zip(official[1].T, sprites.FACTORS, strict=True):
        assert np.isclose(column[:, None], values, atol=1e-5).any(axis=1).all()


def test_how_they_look() -> None:
    assert picture([1, 0.5, 0, 0.5, 0.5]) == ["##########"] * 10
    assert picture([2, 0.5, 0, 0.5, 0.5]) == [
        "....####....",
        ".##########.",
        "############",
        "############",
        "############",
        "############",
        ".##########.",
        "....####....",
    ]
    assert picture([3, 0.5, 0, 0.5, 0.5]) == [
        "..#....#..",
        ".########.",
        "##########",
        "##########",
        ".########.",
        ".########.",
        "..######..",
        "...####...",
        "....##....",
    ]


def centre(*factors: float) -> np.ndarray:
    """The mean column and row of what is white."""
    white = pixels(sprites.draw(np.array([factors])), (1, 64, 64))[0, 0] > 0
    return np.argwhere(white).mean(axis=0)[::-1]


def test_x_goes_right_and_y_down() -> None:
    middle = centre(1, 1, 0, 0.5, 0.5)
    assert middle == pytest.approx([31.5, 31.5])
    assert centre(1, 1, 0, 1, 0.5) - middle == pytest.approx([16, 0], abs=0.5)
    assert centre(1, 1, 0, 0.5, 1) - middle == pytest.approx([0, 16], abs=0.5)


def test_orientation_turns_against_the_clock() -> None:
    """The heart is heavier above its tip, which points down, then to the right, up, and to the left."""
    middle = np.array([31.5, 31.5])
    lean = [centre(3, 1, quarter * np.pi / 2, 0.5, 0.5) - middle for quarter in range(4)]
    assert np.argmax(np.abs(lean), axis=1).tolist() == [1, 0, 1, 0]
    assert np.sign([lean[0][1], lean[1][0], lean[2][1], lean[3][0]]).tolist() == [-1, -1, 1, 1]


def test_the_order_is_the_official_one() -> None:
    assert sprites.COUNT == 737_280
    first = sprites.factors(np.arange(33))
    assert (first[:, :4] == [1, 0.5, 0, 0])[:32].all()
    assert first[32, 3:] == pytest.approx([1 / 31, 0])
    assert sprites.factors(np.array([245_760]))[0, 0] == 2


@given(FACTORS)
def test_a_whole_turn_and_the_symmetries_of_a_shape_change_little(factors: np.ndarray) -> None:
    for turns in (1, 2, 4):
        if turns <= (4, 2, 1)[int(factors[0, 0]) - 1]:
            rotated = factors + np.array([0, 0, 2 * np.pi / turns, 0, 0])
            assert alike(sprites.draw(factors), sprites.draw(rotated))[0] > 0.95


@given(FACTORS)
def test_area_goes_with_the_square_of_scale(factors: np.ndarray) -> None:
    white = np.unpackbits(sprites.draw(factors)).sum()
    assert white == pytest.approx(
        [368.6, 289.7, 223.3][int(factors[0, 0]) - 1] * factors[0, 1] ** 2, rel=0.22
    )  # small ones gain or lose a row


def test_batches_make_no_difference_and_progress_is_told() -> None:
    index = np.random.default_rng(0).choice(sprites.COUNT, 3000, replace=False)
    reports: list[tuple[int, int]] = []
    together = sprites.draw(sprites.factors(index), on_progress=lambda done, of: reports.append((done, of)))
    assert reports[0] == (512, 3000)
    assert reports[-1] == (3000, 3000)
    assert (together[2500:2600] == sprites.draw(sprites.factors(index[2500:2600]))).all()


def test_all_or_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    some = sprites.read(200, 7, tmp_path)
    assert not list(tmp_path.iterdir())
    assert (some.x == sprites.draw(some.values)).all()
    assert np.isclose(some.values[:, None, 2], sprites.FACTORS[2], atol=1e-5).any(axis=1).all()
    assert (sprites.read(200, 7, tmp_path).x == some.x).all()
    assert not (sprites.read(200, 8, tmp_path).x == some.x).all()
    monkeypatch.setattr(sprites, "COUNT", 3000)  # in place of all
    every = sprites.read(0, 7, tmp_path)
    assert len(every) == 3000
    assert isinstance(every.x, np.memmap)
    assert (every.values == sprites.factors(np.arange(3000))).all()
    assert (every.x == sprites.draw(every.values)).all()


DIGESTS = {1: "1875b532cf471bd8"}
"""`sprites.VERSION` -> digest of 2,000 sprites drawn at random."""


def test_drawing_comes_out_as_the_version_of_the_cache_says(tmp_path: Path) -> None:
    """Where this fails, cached sprites are out of date: raise `VERSION`, and add its digest here."""
    images = sprites.read(2000, 0, tmp_path)
    assert digest(images.x.tobytes(), images.values.astype("<f4").tobytes()) == DIGESTS[sprites.VERSION]


def test_what_lies_over_the_edge_is_cut_off() -> None:
    outside = sprites.draw(np.array([[1, 1, 0, -0.45, 0.5], [1, 1, 0, 1.45, 0.5]]))
    white = pixels(outside, (1, 64, 64))[:, 0] > 0
    assert white[0, :, 0].any()
    assert white[1, :, -1].any()
    assert (white.sum(axis=(1, 2)) < 300).all()

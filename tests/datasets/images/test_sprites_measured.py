"""The factors of sprites, measured on images that are drawn, official, blurred or none."""

from pathlib import Path

import numpy as np
import pytest

from armusic.datasets.images import sprites, sprites_measured
from armusic.datasets.images.base import pixels

SHAPE = (1, 64, 64)


@pytest.fixture(scope="module")
def drawn() -> tuple[np.ndarray, np.ndarray]:
    index = np.random.default_rng(1).choice(sprites.COUNT, 1000, replace=False)
    values = sprites.factors(index).astype(float)
    return values, pixels(sprites.draw(values), SHAPE)


def between(first: np.ndarray, second: np.ndarray, shape: np.ndarray) -> np.ndarray:
    """The angle between two orientations of a shape, as they look."""
    period = 2 * np.pi / sprites_measured.SYMMETRY[shape.astype(int) - 1]
    return abs((first - second + period / 2) % period - period / 2)


def test_factors_of_drawn_sprites_are_recovered(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    values, images = drawn
    fitted, near = sprites_measured.fit(images)
    assert (fitted[:, 0] == values[:, 0]).all()
    assert abs(fitted[:, 1] - values[:, 1]).max() < 0.05
    assert between(fitted[:, 2], values[:, 2], values[:, 0]).max() < 0.15  # radians: small ones are a few pixels
    assert between(fitted[:, 2], values[:, 2], values[:, 0]).mean() < 0.02
    assert abs(fitted[:, 3:] - values[:, 3:]).max() < 0.015  # half a pixel
    assert near.min() > 0.85
    assert sprites_measured.valid(images).all()


def test_factors_of_official_sprites_are_recovered(root: Path) -> None:
    with np.load(root / "tests" / "data" / "sprites400.npz") as stored:
        images, values = pixels(stored["imgs"], SHAPE), stored["latents_values"].astype(float)
    fitted = sprites_measured.fit(images)[0]
    assert (fitted[:, 0] == values[:, 0]).all()
    assert abs(fitted[:, [1, 3, 4]] - values[:, [1, 3, 4]]).max() < 0.03
    assert between(fitted[:, 2], values[:, 2], values[:, 0]).max() < 0.1


def test_an_orientation_is_the_smallest_that_looks_the_same(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    measured = sprites_measured.measure(drawn[1][:600], ("shape", "orientation"))
    assert (measured[:, 1] >= 0).all()
    assert (measured[:, 1] < 2 * np.pi / sprites_measured.SYMMETRY[measured[:, 0].astype(int) - 1]).all()


def test_attributes_are_named(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    images = drawn[1][:5]
    assert (sprites_measured.measure(images, ("y", "scale")) == sprites_measured.fit(images)[0][:, [4, 1]]).all()
    assert sprites_measured.shapes(images).tolist() == drawn[0][:5, 0].tolist()


def test_grey_edges_do_not_matter(drawn: tuple[np.ndarray, np.ndarray]) -> None:
    images = np.where(drawn[1][:50] > 0, 140, 110).astype(np.uint8)
    assert (sprites_measured.fit(images)[0] == sprites_measured.fit(drawn[1][:50])[0]).all()


def test_an_image_without_white_has_no_factors() -> None:
    black = np.full((2, *SHAPE), 100, np.uint8)
    values, near = sprites_measured.fit(black)
    assert np.isnan(values).all()
    assert (near == 0).all()
    assert sprites_measured.shapes(black).tolist() == [0, 0]
    assert not sprites_measured.valid(black).any()


def test_what_is_no_sprite_is_not_valid() -> None:
    images = np.zeros((4, *SHAPE), np.uint8)
    images[0, 0, 30:32] = 255  # a line across
    images[1, 0, ::4, ::4] = 255  # dots
    images[2] = 255  # all white
    images[3, 0, 20:30, 5:15] = images[3, 0, 20:30, 45:55] = 255  # two squares
    assert not sprites_measured.valid(images).any()

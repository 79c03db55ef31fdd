"""What is measured of digits: beside the published figures, and on shapes whose measures are known."""

import numpy as np
import pytest

from armusic.datasets.images.morphometry import NAMES, measure, measure_all
from tests.digits import IMAGES, PUBLISHED


def bar(height: int, width: int, shear: float = 0.0) -> np.ndarray:
    """(1, 1, 28, 28): an upright bar in the middle, or one that leans to the right."""
    row, column = np.mgrid[:28, :28] - 13.5
    ink = np.clip(width / 2 + 0.5 - np.abs(column + shear * row), 0, 1) * (np.abs(row) < height / 2)
    return np.rint(255 * ink).astype(np.uint8)[None, None]


def values_of(image: np.ndarray) -> dict[str, float]:
    return dict(zip(NAMES, measure(image)[0].tolist(), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_as_published(name: str) -> None:
    measured, published = measure(IMAGES, (name,))[:, 0], PUBLISHED[:, NAMES.index(name)]
    assert np.corrcoef(measured, published)[0, 1] > 0.999
    assert np.abs(measured - published).mean() < 0.005 * np.abs(published).mean()
    assert (np.abs(measured - published) < 1e-5).mean() > 0.8


def test_a_bar() -> None:
    values = values_of(bar(20, 4))
    assert values["area"] == pytest.approx(80, rel=0.02)
    assert values["thickness"] == pytest.approx(4, rel=0.1)
    assert values["slant"] == pytest.approx(0, abs=1e-9)
    assert values["height"] == pytest.approx(20, rel=0.03)
    assert 4 < values["width"] < 5  # ink is smoothed, and 98 % of it is inside


def test_each_grows_with_what_it_is_named_after() -> None:
    assert values_of(bar(22, 4))["length"] > values_of(bar(14, 4))["length"]
    assert values_of(bar(22, 4))["height"] - values_of(bar(14, 4))["height"] == pytest.approx(0.98 * 8, abs=0.2)
    assert values_of(bar(20, 6))["thickness"] > values_of(bar(20, 4))["thickness"]


@pytest.mark.parametrize("shear", [-0.4, 0.2, 0.4])
def test_a_leaning_bar_is_as_wide_as_an_upright_one(shear: float) -> None:
    leaning, upright = values_of(bar(18, 4, shear)), values_of(bar(18, 4))
    assert leaning["slant"] == pytest.approx(np.arctan(shear), abs=0.03)
    assert leaning["width"] == pytest.approx(upright["width"], abs=0.5)


def test_a_mirrored_digit_leans_to_the_other_side() -> None:
    slant = measure(IMAGES[:30], ("slant",))
    assert measure(IMAGES[:30, :, :, ::-1].copy(), ("slant",)) == pytest.approx(-slant, abs=1e-6)


def test_brightness_does_not_matter() -> None:
    bright = IMAGES[:10] // 2 * 2
    faint, full = measure(bright // 2), measure(bright)
    length = NAMES.index("length")  # where a pixel is more or less, a line may get a short branch
    assert faint[:, length] == pytest.approx(full[:, length], rel=0.1)
    assert np.delete(faint, length, 1) == pytest.approx(np.delete(full, length, 1), rel=0.05, abs=0.02)


def test_nothing_to_measure() -> None:
    blank = np.stack([np.zeros((1, 28, 28), np.uint8), np.full((1, 28, 28), 255, np.uint8)])
    assert np.isnan(measure(blank)).all()
    assert measure(blank[:0]).shape == (0, 6)
    values = measure(np.concatenate([blank, IMAGES[:1]]), ("digit", "area"))
    assert np.isnan(values[:, 0]).all()
    assert values[2, 1] == measure(IMAGES[:1], ("area",))[0, 0]


def test_a_single_pixel_and_a_single_row() -> None:
    dots = np.zeros((2, 1, 28, 28), np.uint8)
    dots[0, 0, 14, 14] = 255
    dots[1, 0, 0] = 255
    assert np.isfinite(measure(dots)).all()


def test_in_several_processes() -> None:
    reports: list[tuple[int, int]] = []
    values = measure_all(IMAGES[:12], lambda done, of: reports.append((done, of)), jobs=1)
    assert (values == measure(IMAGES[:12])).all()
    assert reports == [(12, 12)]

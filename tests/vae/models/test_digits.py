"""The network that reads digits."""

from importlib import resources

import numpy as np

from armusic.vae.models.digits import SHIPPED, classify
from tests.digits import IMAGES, LABELS


def test_digits_are_read() -> None:
    assert (classify(IMAGES) == LABELS).mean() >= 0.98


def test_nothing_is_nothing() -> None:
    assert classify(IMAGES[:0]).shape == (0,)


def test_noise_is_some_digit() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (5, 1, 28, 28), dtype=np.uint8)
    assert set(classify(noise)) <= set(range(10))


def test_it_is_small() -> None:
    assert len((resources.files("armusic") / "resources" / SHIPPED).read_bytes()) < 500_000

"""Attributes of a whole tune: surprise depends on the measures around, and is reached like any other."""

from pathlib import Path

import numpy as np
import pytest

import armusic
from armusic.editing import tune_values
from armusic.music import attributes
from armusic.music.tokenizer import encode, kinds
from armusic.taste import information

TUNE = armusic.read(Path(__file__).parents[2] / "examples" / "speed-the-plough.mid")


def test_surprise_stands_among_the_others() -> None:
    tokens, kind = encode(TUNE), kinds(TUNE.measures)
    values = tune_values.measure(tokens, kind, ("density", "surprise", "rhythm"))
    assert (values[:, [0, 2]] == attributes.measure_each(tokens, kind, ("density", "rhythm"))).all()
    assert (values[:, 1] == information.surprise(TUNE)).all()


def test_a_tune_becomes_more_surprising_and_less() -> None:
    variations = armusic.load().interpolate(TUNE, "surprise", 3, (-1, 1))
    means = [float(information.surprise(variation.tune).mean()) for variation in variations]
    assert means[0] < means[1] - 0.5 < means[2] - 1.0
    assert [float(variation.values.mean()) for variation in variations] == pytest.approx(means)


def test_surprise_beside_another_target() -> None:
    result = armusic.load().reach(TUNE, {"surprise": 3.0, "density": "by+0.02"})
    assert result.values.mean(axis=0) == pytest.approx(result.targets.mean(axis=0), abs=0.05)
    assert np.allclose(result.original[:, 0], information.surprise(TUNE))

"""Tunes as their model sees them."""

import numpy as np
import pytest

from armusic.music.tokenizer import encode, kinds
from armusic.taste import tune_model
from armusic.taste.context import Setting, setting
from armusic.taste.tune_model import TuneModel
from tests.notation import JIG, REEL, tune


@pytest.fixture(scope="package")
def model() -> TuneModel:
    """Return the shipped model of tunes."""
    return tune_model.shipped()


@pytest.fixture(scope="package")
def reel() -> Setting:
    """Return a reel of eight measures, all different."""
    return read("4/4", REEL)


@pytest.fixture(scope="package")
def jig() -> Setting:
    """Return a jig of eight measures."""
    return read("6/8", JIG)


def read(metre: str, music: str) -> Setting:
    """Return music, in eighths, as the model of tunes sees it."""
    written = tune(metre, music)
    return setting(encode(written).astype(np.int64), kinds(written.measures))

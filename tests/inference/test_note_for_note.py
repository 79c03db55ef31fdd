"""What musicians get is what the network in torch gives, note for note; more tunes: `benchmarks/inference.py`."""

from pathlib import Path

import inference
import pytest

import armusic
from armusic.api import Model

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("name", ["irish-washerwoman.mid", "amazing-grace.mid"])
def test_variations_are_the_same(name: str) -> None:
    model, tune = armusic.load(), armusic.read(EXAMPLES / name)
    other = Model(inference.by_torch(model.checkpoint))
    difference = inference.compare(model, other, tune, more=name == "irish-washerwoman.mid")
    assert difference.variations >= 20
    assert difference.measures > 300
    assert (difference.other_variations, difference.other_measures) == (0, 0)

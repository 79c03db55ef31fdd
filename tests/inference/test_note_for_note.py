"""What musicians get is what the network in torch gives, note for note; more tunes: `benchmarks/inference.py`."""

from pathlib import Path

import inference

import armusic
from armusic.api import Model

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_variations_are_the_same() -> None:
    model, tune = armusic.load(), armusic.read(EXAMPLES / "irish-washerwoman.mid")
    difference = inference.compare(model, Model(inference.by_torch(model.checkpoint)), tune)
    assert difference.variations >= 30
    assert difference.measures > 400
    assert (difference.other_variations, difference.other_measures) == (0, 0)

"""What a model hears, and how it differs from what is written."""

from pathlib import Path

import numpy as np
import pytest

import armusic
from armusic.editing.reconstruction import reconstruct
from tests.editing.test_sweep import checkpoint
from tests.notation import JIG, REEL, tune

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_differences_are_counted_in_notes() -> None:
    original = tune("4/4", f"{REEL}[M:6/8]{JIG}")
    found = reconstruct(checkpoint(), original)
    assert len(found.ticks) == 16
    assert ((found.ticks >= 0) & (found.ticks <= 1)).all()
    notes = len(original.notes) - found.missed.sum() + found.added.sum()
    assert len(found.tune.notes) == notes
    assert found.tune.measures == original.measures


@pytest.mark.parametrize("name", ["speed-the-plough", "irish-washerwoman", "amazing-grace"])
def test_the_shipped_model_hears_the_examples(name: str) -> None:
    original = armusic.read(EXAMPLES / f"{name}.mid")
    found = armusic.load().reconstruct(original)
    assert found.ticks.mean() > 0.98
    if np.all(found.ticks == 1):
        assert found.tune.notes == original.notes

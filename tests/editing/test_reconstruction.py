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
    result = reconstruct(checkpoint(), original)
    assert len(result.ticks) == 16
    assert ((result.ticks >= 0) & (result.ticks <= 1)).all()
    notes = len(original.notes) - result.missed.sum() + result.added.sum()
    assert len(result.tune.notes) == notes
    assert result.tune.measures == original.measures


@pytest.mark.parametrize("name", ["speed-the-plough", "irish-washerwoman", "amazing-grace"])
def test_the_shipped_model_hears_the_examples(name: str) -> None:
    original = armusic.read(EXAMPLES / f"{name}.mid")
    result = armusic.load().reconstruct(original)
    assert result.ticks.mean() > 0.98
    if np.all(result.ticks == 1):
        assert result.tune.notes == original.notes

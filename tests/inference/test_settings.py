"""The weights that settings ask for are those of the network in torch, and what differs is said."""

from typing import Any

import numpy as np
import pytest

from armusic import config
from armusic.errors import UsageError
from armusic.inference.settings import difference, frame_of, shapes
from armusic.training.adapters.music import build


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"editor": 0, "frame": "absolute", "layers": 2, "units": 5},
        {"attributes": ("density",), "latent": 3, "editor": 7},
        {"preset": "paper", "units": 6},
        {"decoder": "hierarchical", "layers": 3, "editor": 4, "units": 5},
    ],
)
def test_shapes_are_those_of_torch(values: dict[str, Any]) -> None:
    settings = config.make(**values)
    theirs = {name: tuple(weight.shape) for name, weight in build(settings).state_dict().items()}
    assert shapes(settings) == theirs
    assert difference({name: np.empty(shape) for name, shape in theirs.items()}, settings) == ""


def test_a_difference_is_said() -> None:
    settings = config.make(latent=4, units=4)
    weights = {name: np.empty(shape) for name, shape in shapes(settings).items()}
    assert difference(weights | {"more": np.empty(1)}, settings) == "there is no weight more"
    other = settings.replace(units=5)
    assert difference(weights, other) == "weight decoder.code.bias has shape (192,), not (240,)"
    del weights["encoder.view.bias"]
    assert difference(weights, settings) == "weight encoder.view.bias is missing"


def test_a_model_of_images_has_no_pitch_frame() -> None:
    settings = config.make(domain="images", data="sprites", shape=(1, 64, 64))
    with pytest.raises(UsageError, match="sprites: the model is of images, not of music"):
        frame_of(settings)

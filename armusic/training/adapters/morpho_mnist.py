"""The adapter of Morpho-MNIST, MNIST with measurements of its digits: see data/morpho-mnist.md."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from armusic.config import Config
from armusic.datasets.images import mnist, morphometry
from armusic.datasets.images.base import Images
from armusic.progress import Progress
from armusic.shapes import Int, UInt8
from armusic.training.adapters.images import ImageAdapter

PRESETS: dict[str, dict[str, Any]] = {
    "default": {  # a tenth of the arithmetic of the paper's network
        "attributes": morphometry.NAMES, "latent": 16,
        "filters": (32, 64), "kernel": 4, "stride": 2, "hidden": (256,), "activation": "relu",
    },
    "paper": {"filters": (64, 64, 8), "stride": 1, "activation": "selu", "dropout": 0.5},  # Pati and Lerch (2020)
    "beta-vae": {"beta": 4.0},
}  # fmt: skip
"""Settings of digits that differ from those of other images."""


def _digit(images: UInt8[np.ndarray, "item 1 28 28"]) -> Int[np.ndarray, " item"]:
    from armusic.vae.models.digits import classify

    return classify(images)


def _read(folder: Path, config: Config, cache: Path, on_progress: Progress | None) -> Images:
    return mnist.read(folder, cache, on_progress, limit=config.limit, seed=config.split)


ADAPTER = ImageAdapter(
    name="morpho-mnist",
    read=lambda config, cache, on_progress: _read(mnist.official(cache), config, cache, on_progress),
    shape=(1, mnist.SIDE, mnist.SIDE),
    presets=PRESETS,
    measure=morphometry.measure,
    identity=(mnist.DIGIT, _digit),
)


def from_folder(folder: Path) -> ImageAdapter:
    """Return the adapter of a folder with the files of MNIST, or of a data set of the same form."""
    return replace(
        ADAPTER, name=str(folder), read=lambda config, cache, on_progress: _read(folder, config, cache, on_progress)
    )

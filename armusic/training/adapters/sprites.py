"""The adapters of 2-d sprites, drawn here or from the official archive: see data/sprites.md."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from armusic.datasets.images import dsprites, sprites, sprites_measured
from armusic.training.adapters.images import ImageAdapter

PRESETS: dict[str, dict[str, Any]] = {
    "default": {  # all images few times: of a tenth, often, a model would memorise the squares' orientations
        "attributes": sprites.NAMES, "latent": 10, "gamma": 500.0, "independence": 20.0, "lr": 1.5e-3, "epochs": 3,
        "filters": (16, 32, 64, 64), "kernel": 4, "stride": 2, "hidden": (256, 256), "activation": "relu",
    },
    "paper": {"filters": (32, 32, 32, 32)},  # the network of Pati and Lerch (2020), who had all images
    "beta-vae": {"beta": 4.0},
}  # fmt: skip
"""Settings of sprites that differ from those of other images."""

ADAPTER = ImageAdapter(
    name="sprites",
    read=lambda config, cache, on_progress: sprites.read(config.limit, config.split, cache, on_progress),
    shape=(1, sprites.SIDE, sprites.SIDE),
    presets=PRESETS,
    measure=sprites_measured.measure,
    valid=sprites_measured.valid,
    identity=("shape", sprites_measured.shapes),
)
OFFICIAL = replace(
    ADAPTER,
    name="sprites-official",
    read=lambda _config, cache, on_progress: dsprites.read(dsprites.official(cache), cache, on_progress),
)


def from_file(path: Path) -> ImageAdapter:
    """Return the adapter of an archive in the form of dSprites."""
    return replace(
        ADAPTER, name=str(path), read=lambda _config, cache, on_progress: dsprites.read(path, cache, on_progress)
    )

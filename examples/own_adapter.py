"""Your own data set: discs of some size and brightness, trained on and measured like any other.

    python examples/own_adapter.py                       # trains for a minute, and prints the figures

A package gives its data set to everybody who installs it, by an entry point in its pyproject.toml:

    [project.entry-points."armusic.adapters"]
    discs = "own_adapter:ADAPTER"

    armusic train --data discs -o runs/discs && armusic evaluate runs/discs
"""

from pathlib import Path

import numpy as np

from armusic import api
from armusic.datasets.images.base import Images
from armusic.training import adapters
from armusic.training.adapters.images import ImageAdapter

SIDE = 16
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE] - SIDE // 2


def read(*_: object) -> Images:
    """Draw 4,000 discs (the settings, the cache folder and a callback for progress are not needed here)."""
    rng = np.random.default_rng(0)
    radius, brightness = rng.uniform(2, 7, 4000), rng.uniform(0.3, 1, 4000)
    inside = np.hypot(ROWS, COLUMNS) <= radius[:, None, None]
    images = (255 * brightness[:, None, None] * inside)[:, None].astype(np.uint8)
    return Images(images, (1, SIDE, SIDE), np.column_stack([radius, brightness]), ("radius", "brightness"))


def measure(pixels: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """Return radius and brightness of decoded discs: NaN where there is none."""
    lit = pixels[:, 0] > 32
    area = np.where(lit.any(axis=(1, 2)), lit.sum(axis=(1, 2)), np.nan)
    known = {"radius": np.sqrt(area / np.pi), "brightness": (pixels[:, 0] * lit).sum(axis=(1, 2)) / area / 255}
    return np.column_stack([known[name] for name in names])


SETTINGS = {
    "attributes": ("radius", "brightness"), "likelihood": "gaussian", "latent": 4,
    "filters": (16, 32), "hidden": (64,), "epochs": 10,
}  # fmt: skip
ADAPTER = ImageAdapter("discs", read, (1, SIDE, SIDE), {"default": SETTINGS}, measure)

if __name__ == "__main__":
    adapters.ADAPTERS["discs"] = "own_adapter:ADAPTER"
    run = api.train(api.configure(data="discs"), Path("runs/discs"), on_epoch=lambda report: print(report.scores))
    figures = api.load(run).evaluate().as_dict()
    print(
        {name: figures[name]["value"] for name in ("interpretability", "scc", "mig")}, figures["control"]["linearity"]
    )

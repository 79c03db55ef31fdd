"""A small data set of images: white squares of three sizes anywhere on black."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from armusic.config import Config
from armusic.datasets.images.base import Images, pack
from armusic.progress import Progress
from armusic.training.adapters.images import ImageAdapter

SIDE = 12
NAMES = ("x", "y", "width")


def read(config: Config | None = None, cache: Path | None = None, on_progress: Progress | None = None) -> Images:
    """Draw 400 squares: 3, 4 or 5 pixels wide."""
    rng = np.random.default_rng(0)
    width = rng.integers(3, 6, 400)
    x, y = rng.integers(0, SIDE - width + 1), rng.integers(0, SIDE - width + 1)
    at = np.arange(SIDE)
    wide, high = ((at >= start[:, None]) & (at < (start + width)[:, None]) for start in (x, y))
    images = (high[:, :, None] & wide[:, None]).astype(np.uint8)[:, None] * np.uint8(255)
    return Images(pack(images), (1, SIDE, SIDE), np.column_stack([x, y, width]).astype(np.float32), NAMES)


def measure(pixels: np.ndarray, names: tuple[str, ...]) -> np.ndarray:
    """Return the left and upper edges, and the width, of what is white; of an empty image nothing."""
    white = pixels[:, 0] > 127
    columns, rows = white.any(axis=1), white.any(axis=2)
    known = {"x": columns.argmax(axis=1), "y": rows.argmax(axis=1), "width": columns.sum(axis=1)}
    return np.where(columns.any(axis=1), np.array([known[name] for name in names]), np.nan).T


ADAPTER = ImageAdapter(
    name="squares",
    read=read,
    shape=(1, SIDE, SIDE),
    presets={"default": {"attributes": ("x", "y"), "latent": 4, "filters": (8, 16), "hidden": (32,), "batch": 32}},
    measure=measure,
    valid=lambda pixels: (pixels > 127).any(axis=(1, 2, 3)),
    identity=("width", lambda pixels: (pixels[:, 0] > 127).any(axis=1).sum(axis=1)),
)

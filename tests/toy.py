"""A domain so small that every figure is known: an item is four digits, its attributes are the first two.

The model reads the digits as its code and writes the code, rounded, as digits: it forgets nothing, and
moving a dimension moves that digit and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from armusic.config import Config, make
from armusic.progress import Progress
from armusic.training.adapters.base import Adapter, Words
from armusic.training.checkpoint import Checkpoint
from armusic.vae.data import Data, Scale
from armusic.vae.models.base import VAE, Normal

NAMES = ("first", "second")
TOP = 9.0  # the largest digit


class Digits(VAE):
    """Encodes and decodes exactly; the posterior has a standard deviation of a hundredth."""

    def __init__(self) -> None:
        super().__init__()
        self.latent = 4
        self.centre = nn.Parameter(torch.tensor(4.5))

    def encode(self, x: Tensor, kind: int) -> Normal:
        mean = x.float() - self.centre
        return Normal(mean, torch.full_like(mean, -4.6))

    def decode(self, z: Tensor, kind: int, teacher: Tensor | None = None) -> Tensor:
        return z + self.centre

    def nll(self, output: Tensor, x: Tensor, kind: int) -> Tensor:
        return (output - x).square().sum(dim=1)

    def mode(self, output: Tensor) -> Tensor:
        return output.round().clamp(0, TOP).long()


class Toy(Adapter):
    """The adapter of `digits`: sixty groups of ten items, of two kinds."""

    kinds, labels, domain = 2, ("even", "odd"), ""
    words = Words("number", "numbers", "digits", "groups", "number")

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        self.x = rng.integers(0, 10, (600, 4))
        self.group = np.repeat(np.arange(60), 10)

    def settings(self, preset: str) -> dict[str, Any]:
        return {}

    def load(self, config: Config, cache: Path, on_progress: Progress | None = None) -> Data:
        return Data(self.x, self.x[:, :2].astype(np.float32), NAMES, self.group, self.group % 2)

    def build(self, config: Config) -> VAE:
        return Digits()

    def values(self, x: np.ndarray, kind: int, config: Config) -> np.ndarray:
        return x[:, :2].astype(np.float64)

    def same(self, parts: Sequence[np.ndarray], kind: int, config: Config) -> list[np.ndarray]:
        numbers = np.unique(np.concatenate(parts), axis=0, return_inverse=True)[1].ravel()
        return np.split(numbers, np.cumsum([len(part) for part in parts])[:-1])

    def plausible(self, x: np.ndarray, kind: int, config: Config) -> np.ndarray:
        return x[:, 3] < TOP

    def identify(self, x: np.ndarray, kind: int, config: Config) -> np.ndarray:
        raise AssertionError("nothing to judge")

    def draw(self, x: np.ndarray, kind: int, config: Config) -> np.ndarray:
        return np.repeat(x[:, None, :, None], 3, axis=3).astype(np.uint8)


ADAPTER = Toy()


def checkpoint() -> Checkpoint:
    """Return the model that forgets nothing."""
    settings = make(data="digits", attributes=NAMES, latent=4)
    return Checkpoint(Digits(), settings, Scale(np.zeros((2, 2)), np.ones((2, 2))))

"""What a domain gives the learning half: items with attributes, a model for them, variants to train on."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from jaxtyping import Bool, Float, Int

from armusic.config import Config
from armusic.corpus import Progress
from armusic.dataset import Augment, Data, Items
from armusic.models.base import VAE
from armusic.objective import Expected


class Adapter(Protocol):
    """A data set, and what is particular to its domain."""

    @property
    def kinds(self) -> int:
        """How many kinds of item there are: the items of one batch share one."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """What each kind is called."""
        ...

    def load(self, config: Config, cache: Path, on_progress: Progress | None = None) -> Data:
        """Return all items, from the cache where they are in it."""
        ...

    def split(self, data: Data, seed: int) -> tuple[Data, Data, Data]:
        """Return the training, validation and test items: by group, unless the data set has a split of its own."""
        ...

    def build(self, config: Config) -> VAE:
        """Return a model with new weights."""
        ...

    def augment(self, config: Config) -> Augment | None:
        """Return what makes variants of items for training, if anything does."""
        ...

    def expected(self, config: Config) -> Expected | None:
        """Return what gives the expected attributes of a decoder's output, if that can be computed."""
        ...

    def protocol(self, config: Config, cache: Path) -> Data | None:
        """Return the test items of the original's experiments on this data, if that is known."""
        ...

    def measure(self, x: Items, kind: int, config: Config) -> Float[np.ndarray, "item attribute"]:
        """Return the model's attributes of items of one kind, such as decoded ones."""
        ...

    def same(self, x: Items, kind: Int[np.ndarray, " item"], config: Config) -> Int[np.ndarray, " item"]:
        """Return a number for each item: the same for two that it tells nothing to keep apart."""
        ...

    def valid(self, x: Items, kind: int, config: Config) -> Bool[np.ndarray, " item"]:
        """Return which of some decoded items of one kind could be items of the domain."""
        ...

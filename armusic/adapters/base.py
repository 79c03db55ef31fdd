"""What a domain gives the learning half: items with attributes, a model for them, variants to train on."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from armusic.config import Config
from armusic.corpus import Progress
from armusic.dataset import Augment, Data
from armusic.models.base import VAE
from armusic.training import Expected


class Adapter(Protocol):
    """A data set, and what is particular to its domain."""

    @property
    def kinds(self) -> int:
        """How many kinds of item there are: the items of one batch share one."""
        ...

    def load(self, config: Config, cache: Path, on_progress: Progress | None = None) -> Data:
        """Return all items, from the cache where they are in it."""
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

"""What a domain gives the learning half: items with attributes, a model for them, variants to train on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from armusic.config import Config
from armusic.progress import Progress
from armusic.vae.data import Augment, Data, Items
from armusic.vae.models.base import VAE
from armusic.vae.objective import Expected


@dataclass(frozen=True, slots=True)
class Words:
    """What things are called in a domain.

    Parameters
    ----------
    item, items : str
        One item, and several.
    parts : str
        What an item is made of: a share of them is right.
    groups : str
        What items of one group belong to.
    source : str
        What the items are read from, counted in the progress of reading.
    """

    item: str
    items: str
    parts: str
    groups: str
    source: str


class Adapter(Protocol):
    """A data set, and what is particular to its domain."""

    @property
    def domain(self) -> str:
        """The domain whose settings (`armusic.config.domain`) count for this data."""
        ...

    @property
    def words(self) -> Words:
        """What things are called."""
        ...

    @property
    def kinds(self) -> int:
        """How many kinds of item there are: the items of one batch share one."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """What each kind is called."""
        ...

    @property
    def identity_name(self) -> str:
        """What `identify` tells apart, such as digits; empty where nothing does."""
        ...

    def settings(self, preset: str) -> dict[str, Any]:
        """Return the settings that a preset has for this data, where they are others than for all."""
        ...

    def load(self, config: Config, cache: Path, on_progress: Progress | None = None) -> Data:
        """Return all items, or as many as the configuration says, from the cache where they are in it."""
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
        """Return the test items of the original's experiments on this data, if they are others."""
        ...

    def values(self, x: Items, kind: int, config: Config) -> Float[np.ndarray, "item attribute"]:
        """Return the model's attributes of items of one kind, such as decoded ones; NaN where they are not known."""
        ...

    def same(self, parts: Sequence[np.ndarray], kind: int, config: Config) -> list[np.ndarray]:
        """Return a number for each item of some arrays: the same for two that it tells nothing to keep apart."""
        ...

    def plausible(self, x: Items, kind: int, config: Config) -> Bool[np.ndarray, " item"] | None:
        """Return which of some decoded items of one kind could be items of the domain; None where nobody can tell."""
        ...

    def identify(self, x: Items, kind: int, config: Config) -> Int[np.ndarray, " item"]:
        """Return what should stay when an item is decoded, or turned by its dimensions: the digit, the shape."""
        ...

    def draw(self, x: Items, kind: int, config: Config) -> UInt8[np.ndarray, "item height width 3"]:
        """Return a picture of each item of one kind, in red, green and blue."""
        ...

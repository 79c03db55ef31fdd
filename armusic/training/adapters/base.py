"""`Adapter`, the interface of a data set for training: items with attributes, a model of them, variants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from armusic.config import Config
from armusic.progress import Progress
from armusic.shapes import Bool, Float, Int, UInt8
from armusic.vae.data import Augment, Data, Items, split
from armusic.vae.judge import Judge
from armusic.vae.models.base import VAE


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a domain, for messages and tables.

    Parameters
    ----------
    item, items : str
        Word for an item, singular and plural.
    parts : str
        Word for the parts of an item, of which a share is right (`ticks`).
    groups : str
        Word for the groups of items that a split keeps together (`tunes`).
    source : str
        Word for a source of items, counted while they are read (`file`).
    """

    item: str
    items: str
    parts: str
    groups: str
    source: str


class Adapter(Protocol):
    """A data set, and the functions of its domain; a class that inherits from it writes those that have no default."""

    @property
    def domain(self) -> str:
        """The domain whose settings count for this data: "music", "images" or "melodies"; empty for those of music."""
        ...

    @property
    def words(self) -> Words:
        """Words for items and their parts."""
        ...

    @property
    def kinds(self) -> int:
        """Number of kinds of item: the items of one batch share one."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """Name of each kind."""
        ...

    @property
    def identity_name(self) -> str:
        """Name of what `identify` recognises, such as `digit`; empty, the default, where it recognises nothing."""
        return ""

    def settings(self, preset: str) -> dict[str, Any]:
        """Return the settings of a preset that are particular to this data, by name."""
        ...

    def load(self, config: Config, cache: Path, on_progress: Progress | None = None) -> Data:
        """Return all items, or `config.limit` of them, from the cache where they are in it."""
        ...

    def split(self, data: Data, seed: int) -> tuple[Data, Data, Data]:
        """Return training, validation and test items: split as the data set prescribes, else at random by group."""
        return split(data, seed)

    def build(self, config: Config) -> VAE:
        """Return a model with new weights."""
        ...

    def augment(self, config: Config) -> Augment | None:
        """Return the function that makes variants of items for training; None, the default, where items have none."""
        return None

    def repeated(self, train: Data, config: Config) -> Data:
        """Return the items of an epoch: by default each once; those that are hard to learn may come several times."""
        return train

    def judge(self, config: Config) -> Judge | None:
        """Return the judge of a decoder's output for the losses of control; None, the default, where there are none."""
        return None

    def protocol(self, config: Config, cache: Path) -> Data | None:
        """Return the test items of Pati and Lerch (2020) on this data; None, the default, where they are its own."""
        return None

    def values(self, x: Items, kind: int, config: Config) -> Float[np.ndarray, "item attribute"]:
        """Return the model's attributes of items of one kind, such as decoded ones; NaN where they are unknown."""
        ...

    def same(self, parts: Sequence[np.ndarray], kind: int, config: Config) -> list[np.ndarray]:
        """Return a number for each item of several arrays, the same for items that count as equal."""
        ...

    def plausible(self, x: Items, kind: int, config: Config) -> Bool[np.ndarray, " item"] | None:
        """Return the mask of decoded items that could be in the data set; None, the default, where that is unknown."""
        return None

    def identify(self, x: Items, kind: int, config: Config) -> Int[np.ndarray, " item"]:
        """Return what should not change with the attributes of each item, such as the digit; by default 0 for all."""
        return np.zeros(len(x), dtype=np.int64)

    def draw(self, x: Items, kind: int, config: Config) -> UInt8[np.ndarray, "item height width 3"]:
        """Return a picture of each item of one kind, as RGB."""
        ...

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
from armusic.vae.data import Augment, Data, Items
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
    """A data set, and the functions of its domain."""

    @property
    def domain(self) -> str:
        """The domain whose settings count for this data: "music" or "images"; empty for those of music."""
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
        """Name of what `identify` recognises, such as `digit`; empty where it recognises nothing."""
        ...

    def settings(self, preset: str) -> dict[str, Any]:
        """Return the settings of a preset that are particular to this data, by name."""
        ...

    def load(self, config: Config, cache: Path, on_progress: Progress | None = None) -> Data:
        """Return all items, or `config.limit` of them, from the cache where they are in it."""
        ...

    def split(self, data: Data, seed: int) -> tuple[Data, Data, Data]:
        """Return training, validation and test items, split by group or as the data set prescribes."""
        ...

    def build(self, config: Config) -> VAE:
        """Return a model with new weights."""
        ...

    def augment(self, config: Config) -> Augment | None:
        """Return the function that makes variants of items for training, if there is one."""
        ...

    def repeated(self, train: Data, config: Config) -> Data:
        """Return the items of an epoch: those that are hard to reconstruct come several times, if there are such."""
        ...

    def judge(self, config: Config) -> Judge | None:
        """Return the judge of a decoder's output for the losses of control, where the domain has them."""
        ...

    def protocol(self, config: Config, cache: Path) -> Data | None:
        """Return the test items of the experiments of Pati and Lerch (2020) on this data, if they differ."""
        ...

    def values(self, x: Items, kind: int, config: Config) -> Float[np.ndarray, "item attribute"]:
        """Return the model's attributes of items of one kind, such as decoded ones; NaN where they are unknown."""
        ...

    def same(self, parts: Sequence[np.ndarray], kind: int, config: Config) -> list[np.ndarray]:
        """Return a number for each item of several arrays, the same for items that count as equal."""
        ...

    def plausible(self, x: Items, kind: int, config: Config) -> Bool[np.ndarray, " item"] | None:
        """Return the mask of decoded items of one kind that could be in the data set; None where that is unknown."""
        ...

    def identify(self, x: Items, kind: int, config: Config) -> Int[np.ndarray, " item"]:
        """Return the identity of each item, which should not change with its attributes: the digit, the shape."""
        ...

    def draw(self, x: Items, kind: int, config: Config) -> UInt8[np.ndarray, "item height width 3"]:
        """Return a picture of each item of one kind, as RGB."""
        ...

"""The adapter of dMelodies: its melodies are drawn here, with their factors as attributes. See data/dmelodies.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from armusic.config import MELODIES, Config, MelodyNetwork, preset_values
from armusic.datasets import dmelodies
from armusic.datasets.dmelodies import CLASSES, COUNT, NAMES, QUAVERS, REST
from armusic.datasets.images.base import drawn
from armusic.errors import UsageError
from armusic.inference.settings import network_of
from armusic.progress import Progress
from armusic.shapes import Bool, Float, UInt8
from armusic.training import networks
from armusic.training.adapters.base import Adapter, Words
from armusic.vae.data import Data, Items, as_bytes
from armusic.vae.models.base import VAE

WORDS = Words("melody", "melodies", "quavers", "melodies", "melody")
BEATS, TICKS_PER_BEAT = 8, 2  # of a melody: two measures in 4/4, in quavers
SHARE = 20  # one in so many melodies is used, unless another limit is chosen
SETTINGS: dict[str, Any] = {"attributes": NAMES, "limit": COUNT // SHARE, "latent": 32}
"""Settings of every preset."""
EPOCHS = 10  # where a preset has no number of its own


@dataclass(frozen=True, slots=True)
class DMelodies(Adapter):
    """The adapter of dMelodies. An item is a row of 16 classes, one a quaver."""

    domain: str = MELODIES
    words: Words = WORDS
    kinds: int = 1
    labels: tuple[str, ...] = ("melodies",)

    def settings(self, preset: str) -> dict[str, Any]:
        """Return the settings of a preset: a twentieth of the melodies, all nine factors."""
        return {"epochs": EPOCHS, **preset_values(preset, MELODIES), **SETTINGS}

    def load(self, config: Config, cache: Path, on_progress: Progress | None = None) -> Data:
        """Return melodies drawn at random with the seed of the split: `config.limit` of them, or all."""
        for name in config.attributes:
            if name not in NAMES:
                raise UsageError(f"dmelodies has no attribute {name!r}: it has {', '.join(NAMES)}")
        values = dmelodies.factors(drawn(COUNT, config.limit, config.split))
        tied = [NAMES.index(name) for name in config.attributes]
        rest = [place for place in range(len(NAMES)) if place not in tied]
        return Data(
            dmelodies.draw(values),
            values[:, tied].astype(np.float32),
            config.attributes,
            np.arange(len(values)),
            np.zeros(len(values), np.int8),
            values[:, rest].astype(np.float64),
            tuple(NAMES[place] for place in rest),
        )

    def build(self, config: Config) -> VAE:
        """Return the network of measures with eight beats of two ticks, and new weights."""
        network = network_of(config, MelodyNetwork)
        return networks.build(config, network, CLASSES, [BEATS], TICKS_PER_BEAT)

    def values(self, x: Items, kind: int, config: Config) -> Float[np.ndarray, "item attribute"]:
        """Return the model's attributes of melodies, or of what is like one: see `dmelodies.measure`."""
        return dmelodies.measure(x)[:, [NAMES.index(name) for name in config.attributes]]

    def same(self, parts: Sequence[np.ndarray], kind: int, config: Config) -> list[np.ndarray]:
        """Return a number for each melody of several arrays, the same for equal ones."""
        rows = as_bytes(np.concatenate([part.astype(np.uint8) for part in parts]))
        numbers = np.unique(rows, return_inverse=True)[1].ravel()
        return np.split(numbers, np.cumsum([len(part) for part in parts])[:-1])

    def plausible(self, x: Items, kind: int, config: Config) -> Bool[np.ndarray, " item"]:
        """Return the mask of what is one of the melodies of the data set."""
        return dmelodies.valid(x)

    def draw(self, x: Items, kind: int, config: Config) -> UInt8[np.ndarray, "item height width 3"]:
        """Return a piano roll of each melody, a pixel per quaver and semitone; a line parts the two measures."""
        pitches = np.arange(CLASSES - 1, REST, -1)
        roll = np.where(x[:, None] == pitches[:, None], 0, 255).astype(np.uint8)
        roll[..., QUAVERS - 1 : QUAVERS + 1] = np.minimum(roll[..., QUAVERS - 1 : QUAVERS + 1], 225)
        return np.repeat(roll[..., None], 3, axis=3)


ADAPTER = DMelodies()

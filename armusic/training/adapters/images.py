"""`ImageAdapter`: the adapter of a data set of images, from its reader, its presets and its measurements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from armusic.config import IMAGES, Config, ImageNetwork, preset_values
from armusic.datasets.images.base import Images, pack, pixels
from armusic.errors import DataError, UsageError
from armusic.inference.settings import network_of
from armusic.progress import Progress
from armusic.shapes import Bool, Float, Int, UInt8
from armusic.training.adapters.base import Adapter, Words
from armusic.vae.data import Data, Items, as_bytes, subset
from armusic.vae.models.image import ImageVAE

WORDS = Words("image", "images", "pixels", "images", "image")
RGB = 3
Pixels = UInt8[np.ndarray, "item channel height width"]

_COMMON = {"distinct": False, "beta": 1.0, "gamma": 10.0, "delta": 1.0, "dropout": 0.0}
DEFAULT: Mapping[str, Any] = {
    **_COMMON, "latent": 10, "clip": 0.0, "batch": 64, "lr": 1e-3, "independence": 0.0, "epochs": 20,
}  # fmt: skip
"""Settings of every data set of images, unless it has its own."""
PAPER: Mapping[str, Any] = {**_COMMON, "batch": 128, "epochs": 100}
"""Settings of Pati and Lerch (2020) for all their images."""


@dataclass(frozen=True, slots=True)
class ImageAdapter(Adapter):
    """The adapter of a data set of images.

    Parameters
    ----------
    name : str
        Name of the data set.
    read : callable
        Reader: `(config, cache folder, on_progress) -> Images`. It may apply `config.limit` itself.
    shape : (int, int, int), optional
        Channels, height and width; None where the data is missing: then they are in the model's settings.
    presets : mapping
        Preset -> settings particular to this data; those of `default` count for every preset, and name the
        regularised `attributes`: the others are only reported.
    measure : callable, optional
        `(pixels, names) -> attributes` of images, such as decoded ones: float (item, name), NaN where unknown.
    valid : callable, optional
        `(pixels) -> bool (item,)`: mask of the images that could be in this data set.
    identity : (str, callable), optional
        Name of what should stay when an image is decoded or its attributes are changed, and the function
        `(pixels) -> int (item,)` that recognises it: `("digit", classify)`. Where the data has an attribute of that
        name, it is the truth; else the result for the original is.

    Examples
    --------
    >>> def read(config: Config, cache: Path, on_progress: Progress | None) -> Images:
    ...     x = np.random.default_rng(0).integers(0, 256, (50, 1, 8, 8), dtype=np.uint8)
    ...     return Images(x, (1, 8, 8), x.mean(axis=(2, 3)), ("grey",))
    >>> noise = ImageAdapter("noise", read, (1, 8, 8), {"default": {"attributes": ("grey",)}})
    >>> noise.settings("paper")["lr"], noise.settings("paper")["shape"]
    (0.0001, (1, 8, 8))
    """

    name: str
    read: Callable[[Config, Path, Progress | None], Images]
    shape: tuple[int, int, int] | None = None
    presets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    measure: Callable[[Pixels, tuple[str, ...]], Float[np.ndarray, "item name"]] | None = None
    valid: Callable[[Pixels], Bool[np.ndarray, " item"]] | None = None
    identity: tuple[str, Callable[[Pixels], Int[np.ndarray, " item"]]] | None = None
    domain: str = IMAGES
    words: Words = WORDS
    kinds: int = 1
    labels: tuple[str, ...] = ("images",)

    @property
    def identity_name(self) -> str:
        """Name of what should stay, such as `digit`."""
        return self.identity[0] if self.identity else ""

    def settings(self, preset: str) -> dict[str, Any]:
        """Return the settings of a preset: those of all images, of the preset, and of this data."""
        of_preset = preset_values(preset, IMAGES)
        of_preset.pop("latent", None)  # a preset's size of a code is for measures
        paper = PAPER if preset == "paper" else {}
        size = {"shape": self.shape} if self.shape else {}
        own = self.presets
        return {**DEFAULT, **own.get("default", {}), **of_preset, **paper, **own.get(preset, {}), **size}

    def load(self, config: Config, cache: Path, on_progress: Progress | None = None) -> Data:
        """Return the images; each is a group, unless the data has its own."""
        images = self.read(config, cache, on_progress)
        shape = network_of(config, ImageNetwork).shape
        if images.shape != shape:
            raise DataError(f"{self.name}: images of {_size(images.shape)}, but the model is for {_size(shape)}")
        unknown = [name for name in config.attributes if name not in images.names]
        if unknown:
            raise UsageError(f"{self.name} has no attribute {unknown[0]!r}: it has {', '.join(images.names)}")
        tied = [images.names.index(name) for name in config.attributes]
        rest = [place for place in range(len(images.names)) if place not in tied]
        values = images.values.astype(np.float32, copy=False)
        data = Data(
            images.x,
            values[:, tied],
            config.attributes,
            np.arange(len(images)) if images.group is None else images.group,
            np.zeros(len(images), np.int8),
            values[:, rest],
            tuple(images.names[place] for place in rest),
            images.part,
        )
        return subset(data, config.limit, config.split)

    def build(self, config: Config) -> ImageVAE:
        """Return a VAE of images with new weights, drawn from torch's global generator."""
        network = network_of(config, ImageNetwork)
        if not network.shape:
            raise UsageError(f"{self.name}: the size of the images is unknown: make the settings for this data")
        return ImageVAE(
            network.shape,
            filters=network.filters,
            kernel=network.kernel,
            stride=network.stride,
            hidden=network.hidden,
            activation=network.activation,
            likelihood=network.likelihood,
            latent=network.latent,
            dropout=network.dropout,
        )

    def values(self, x: Items, kind: int, config: Config) -> Float[np.ndarray, "item attribute"]:
        """Return the model's attributes of images; NaN where they cannot be measured."""
        if self.measure is None:
            return np.full((len(x), len(config.attributes)), np.nan)
        return self.measure(_images(x, config), config.attributes).astype(np.float64)

    def same(self, parts: Sequence[np.ndarray], kind: int, config: Config) -> list[np.ndarray]:
        """Return a number for each image of several arrays, equal where all pixels are on the same side of one half."""
        bits = [as_bytes(part if part.ndim == 2 else pack(part)) for part in parts]
        numbers = np.unique(np.concatenate(bits), return_inverse=True)[1].ravel()
        return np.split(numbers, np.cumsum([len(part) for part in parts])[:-1])

    def plausible(self, x: Items, kind: int, config: Config) -> Bool[np.ndarray, " item"] | None:
        """Return the mask of the images that could be in this data set; None where that is unknown."""
        return None if self.valid is None else self.valid(_images(x, config))

    def identify(self, x: Items, kind: int, config: Config) -> Int[np.ndarray, " item"]:
        """Return the identity of each image: the digit, the shape."""
        assert self.identity is not None
        return self.identity[1](_images(x, config))

    def draw(self, x: Items, kind: int, config: Config) -> UInt8[np.ndarray, "item height width 3"]:
        """Return images as RGB pictures; those with one channel are grey."""
        images = _images(x, config)
        channels = images[:, :1] if images.shape[1] < RGB else images[:, :RGB]
        return np.broadcast_to(channels.transpose(0, 2, 3, 1), (len(images), *images.shape[2:], RGB)).copy()


def _images(x: Items, config: Config) -> Pixels:
    channels, height, width = network_of(config, ImageNetwork).shape
    return pixels(x, (channels, height, width))


def _size(shape: Sequence[int]) -> str:
    if not shape:
        return "none"
    channels = "1 channel" if shape[0] == 1 else f"{shape[0]} channels"
    return f"{' x '.join(map(str, shape[1:]))} pixels in {channels}"

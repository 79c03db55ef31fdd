"""Domains by name: one file per domain, and one line here.

Other packages add theirs by entry points (`armusic.training.adapters`) that name an `Adapter`.
Other names are those of files (`armusic.training.adapters.files`), or of `armusic.datasets.corpora`: music.
"""

from __future__ import annotations

from functools import partial
from importlib import import_module
from typing import Any

from armusic import config, plugins
from armusic.config import DATA, PRESETS, Config, ImageNetwork
from armusic.datasets import corpora
from armusic.datasets.images.base import Images
from armusic.errors import DataError, MissingFileError
from armusic.files import one_line
from armusic.training.adapters import files
from armusic.training.adapters.base import Adapter
from armusic.training.adapters.images import ImageAdapter
from armusic.training.adapters.music import Music

ADAPTERS = {
    "sprites": "armusic.training.adapters.sprites:ADAPTER",
    "sprites-official": "armusic.training.adapters.sprites:OFFICIAL",
    "morpho-mnist": "armusic.training.adapters.morpho_mnist:ADAPTER",
}
"""Data sets that are no music: name -> where its adapter is."""


def get(data: str) -> Adapter:
    """Return the adapter of a data set, or of a folder of music.

    Examples
    --------
    >>> get("folk").kinds
    6
    """
    if data in ADAPTERS:
        module, name = ADAPTERS[data].split(":")
        found: Adapter = getattr(import_module(module), name)
        return found
    if point := plugins.named("adapters").get(data):
        loaded: Adapter = plugins.load(point, DataError, f"data set {data}: its adapter")
        return loaded
    own = files.find(data)
    if own is not None:
        return own
    return Music(partial(corpora.read, data, besides=tuple(ADAPTERS)), copied=data in corpora.PAPER)


def of(settings: Config) -> Adapter:
    """Return the adapter of a model: of its data, or, where that is gone, of data like it."""
    found = get(settings.data)
    if isinstance(found, Music) and isinstance(settings.network, ImageNetwork):
        channels, height, width = settings.network.shape
        return ImageAdapter(one_line(settings.data), _gone, (channels, height, width))
    return found


def configure(preset: str = "default", **values: Any) -> Config:
    """Return a preset's configuration for the data that the values name, with these values.

    Raises
    ------
    UsageError
        For an unknown preset or setting, a value out of range, or a setting of another domain.

    Examples
    --------
    >>> configure("paper", data="folk44") == config.make("paper", data="folk44")
    True
    """
    data = values.get("data", DATA)
    if not isinstance(data, str) or preset not in PRESETS:
        return config.make(preset, **values)  # which says what is wrong
    adapter = get(data)
    return config.make(preset, domain=adapter.domain or None, **{**adapter.settings(preset), **values})


def _gone(settings: Config, *_: object) -> Images:
    raise MissingFileError(f"{one_line(settings.data)}: the data of this model is not there: put it there again")

"""Data sets as items of a model, by name: one file per data set that is no corpus of music, and one line here.

Other packages add theirs by entry points (`armusic.adapters`) that name an `Adapter`. Any other name is that of
files of images (`armusic.training.adapters.files`), or of a corpus of music (`armusic.datasets.corpora`).
"""

from __future__ import annotations

import logging
import os
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
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
from armusic.vae.data import Data

log = logging.getLogger(__name__)

ADAPTERS = {
    "sprites": "armusic.training.adapters.sprites:ADAPTER",
    "sprites-official": "armusic.training.adapters.sprites:OFFICIAL",
    "morpho-mnist": "armusic.training.adapters.morpho_mnist:ADAPTER",
    "dmelodies": "armusic.training.adapters.dmelodies:ADAPTER",
}
"""Data sets other than corpora of music: name -> module and name of the adapter."""


def get(data: str) -> Adapter:
    """Return the adapter of a data set, or of a file or folder.

    Examples
    --------
    >>> get("folk").kinds
    6
    """
    if data in ADAPTERS:
        module, name = ADAPTERS[data].split(":")
        adapter: Adapter = getattr(import_module(module), name)
        return adapter
    if point := plugins.named("adapters").get(data):
        loaded: Adapter = plugins.load(point, DataError, f"data set {data}: its adapter")
        return loaded
    images = files.find(data)
    if images is not None:
        return images
    return Music(partial(corpora.read, data, besides=tuple(ADAPTERS)), copied=data in corpora.PAPER)


def log_remark(data: Data) -> None:
    """Log what a user should know of how data was read."""
    if data.remark:
        log.warning("%s", data.remark)


def check(data: str) -> None:
    """Raise an error where there is no data set of a name, and no file or folder at a path; nothing is read.

    Raises
    ------
    MissingFileError, DataError
        For an .npz file that does not exist, and for anything else that does not.
    """
    if data in ADAPTERS or data in plugins.named("adapters"):
        return
    if Path(data).suffix.lower() == ".npz" and not Path(data).exists():
        raise MissingFileError(f"{one_line(data)}: no such file")
    if files.find(data) is None:
        corpora.check(data, besides=tuple(ADAPTERS))


def of(settings: Config) -> Adapter:
    """Return the adapter of a model; where its data is missing, one with which it can still be loaded."""
    adapter = get(settings.source)
    if isinstance(adapter, Music) and isinstance(settings.network, ImageNetwork):
        channels, height, width = settings.network.shape
        return ImageAdapter(one_line(settings.data), _refuse_missing, (channels, height, width))
    return adapter


def located(settings: Config) -> Config:
    """Return settings that know where their data is, if it is a file or folder of a relative path.

    Examples
    --------
    >>> located(Config(data="folk")).place, located(Config(data="examples")).place.endswith("examples")
    ('', True)
    """
    names = (*ADAPTERS, *corpora.CORPORA, *corpora.PAPER, *plugins.named("adapters"), *plugins.named("corpora"))
    path = Path(settings.data)
    if settings.place or settings.data in names or path.is_absolute() or not path.exists():
        return settings
    return replace(settings, place=str(Path(os.path.realpath(path.parent), path.name)))


def configure(preset: str = "default", **values: Any) -> Config:
    """Return the configuration of a preset for the data set among the values, with these values.

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
        return config.make(preset, **values)  # which raises
    adapter = get(data)
    return config.make(preset, domain=adapter.domain or None, **{**adapter.settings(preset), **values})


def _refuse_missing(settings: Config, *_: object) -> Images:
    raise MissingFileError(f"{one_line(settings.data)}: data set not found: restore it, or choose other data")

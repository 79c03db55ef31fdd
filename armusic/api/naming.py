"""What a model is of, in words; only data that another package provides is asked for its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armusic import plugins
from armusic.config import MUSIC, Config
from armusic.music.score import METRES

if TYPE_CHECKING:
    from armusic.training.adapters.base import Adapter


def domain(config: Config) -> str:
    """Return the domain of a model's data, such as `music`."""
    adapter = _provided(config)
    return config.domain if adapter is None else adapter.domain


def described(config: Config) -> str:
    """Return a model in a few words.

    Examples
    --------
    >>> described(Config(attributes=("density",)))
    'folk, measures of 4/4 2/4 3/4 6/8 9/8 12/8, density, latent 48'
    """
    adapter = _provided(config)
    items = adapter.words.items if adapter else "measures" if config.domain == MUSIC else config.domain
    of = f"{items} of {' '.join(map(str, METRES))}" if domain(config) == MUSIC else items
    return f"{config.data}, {of}, {' '.join(config.attributes) or 'no attributes'}, latent {config.network.latent}"


def _provided(config: Config) -> Adapter | None:
    """Return the adapter of data that another package provides."""
    if config.data not in plugins.named("adapters"):
        return None
    from armusic.training import adapters

    return adapters.of(config)

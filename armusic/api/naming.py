"""What a model is of, in words; only data that another package provides is asked for its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from armusic import plugins
from armusic.config import MUSIC
from armusic.music.score import METRES

if TYPE_CHECKING:
    from armusic.inference.checkpoint import Checkpoint
    from armusic.training.adapters.base import Adapter


def domain(checkpoint: Checkpoint) -> str:
    """Return the domain of a model's data, such as `music`."""
    adapter = _provided(checkpoint)
    return checkpoint.config.domain if adapter is None else adapter.domain


def described(checkpoint: Checkpoint) -> str:
    """Return a model in a few words: its data, what its items are, its attributes, the size of a code."""
    config, adapter = checkpoint.config, _provided(checkpoint)
    of = adapter.words.items if adapter else config.domain
    if domain(checkpoint) == MUSIC:
        of = f"measures of {' '.join(map(str, METRES))}"
    return f"{config.data}, {of}, {' '.join(config.attributes) or 'no attributes'}, latent {config.network.latent}"


def _provided(checkpoint: Checkpoint) -> Adapter | None:
    """Return the adapter of data that another package provides; one of music is as armusic's own."""
    from armusic.inference.network import MeasureNetwork

    config = checkpoint.config
    if isinstance(checkpoint.model, MeasureNetwork) or config.data not in plugins.named("adapters"):
        return None
    from armusic.training import adapters

    return adapters.of(config)

"""Measures of music as items: a kind is a metre, an item a row of the frame's classes."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float, Int
from torch import Tensor

from armusic import attributes, augment, expected
from armusic.config import Config
from armusic.corpus import Corpus, Progress
from armusic.dataset import Augment, Data, Items, Variants
from armusic.errors import DataError
from armusic.frame import FRAMES, Frame
from armusic.models.measure import MeasureVAE
from armusic.score import METRES
from armusic.tokenizer import ticks
from armusic.training import Expected

log = logging.getLogger(__name__)

ANY_PITCH = 64  # attributes do not change by transposition, so those of classes are measured from here


@dataclass(frozen=True, slots=True)
class Music:
    """The adapter of a corpus; `corpus(cache, on_progress)` reads it."""

    corpus: Callable[[Path, Progress | None], Corpus]
    kinds: int = len(METRES)

    def load(self, config: Config, cache: Path, on_progress: Progress | None = None) -> Data:
        """Return the measures that fit the model's frame; the group is the tune and its versions."""
        return to_data(self.corpus(cache, on_progress), config)

    def build(self, config: Config) -> MeasureVAE:
        """Return a measure VAE with new weights."""
        return build(config)

    def augment(self, config: Config) -> Augment:
        """Return what varies measures (anchored frame), or transposes them (absolute frame)."""
        frame = FRAMES[config.frame]

        def variants(x: Items, changed: np.ndarray, kind: int, rng: np.random.Generator) -> tuple[Variants, np.ndarray]:
            if frame.name == "absolute":
                rows = augment.transpose(x[changed], frame, rng)
            else:
                rows = augment.vary(x, changed, frame, ticks(METRES[kind]), rng)
            return rows, measure_classes(rows, np.full(len(rows), kind), frame, config.attributes)

        return variants

    def expected(self, config: Config) -> Expected:
        """Return the expected attributes of logits."""
        pitches = FRAMES[config.frame].hold

        def values(output: Tensor, kind: int) -> Tensor:
            weights = attributes.metrical_weights(METRES[kind])
            return expected.expected(output, pitches, weights, config.attributes, attributes.SPAN)

        return values


def build(config: Config) -> MeasureVAE:
    """Return a measure VAE for all metres, with new weights drawn from torch's global generator."""
    return MeasureVAE(
        FRAMES[config.frame].classes,
        [metre.beats for metre in METRES],
        decoder=config.decoder,
        latent=config.latent,
        units=config.units,
        dropout=config.dropout,
        layers=config.layers,
    )


def to_data(corpus: Corpus, config: Config) -> Data:
    """Return a corpus as `Data`; measures that the frame cannot hold are left out, and logged.

    Raises
    ------
    DataError
        When none fits, or an attribute is not one of the anchored frame.
    """
    frame = FRAMES[config.frame]
    frame.check(config.attributes)
    x, inside = frame.enter(corpus.tokens, frame.anchors(corpus.tokens))
    if not inside.all():
        log.info("%d measures of %s leave the %s frame", (~inside).sum(), corpus.name, frame.name)
    if not inside.any():
        raise DataError(
            f"{corpus.name}: all its {len(x)} measures leave the {frame.name} frame, {frame.low}..{frame.high}"
        )
    kind = corpus.kind[inside]
    values = measure_classes(x[inside], kind, frame, config.attributes)
    return Data(x[inside], values.astype(np.float32), config.attributes, corpus.version[corpus.tune[inside]], kind)


def measure_classes(
    x: Int[np.ndarray, "item tick"], kind: Int[np.ndarray, " item"], frame: Frame, names: tuple[str, ...]
) -> Float[np.ndarray, "item attribute"]:
    """Return the attributes of rows of classes, each in its own metre."""
    tokens = frame.leave(x, np.full(len(x), 0 if frame.name == "absolute" else ANY_PITCH))
    values = np.empty((len(x), len(names)))
    for index in np.unique(kind):
        here = kind == index
        values[here] = attributes.measure(tokens[here], METRES[index], names)
    return values

"""`Music`: the adapter of a corpus. A kind is a metre, an item a measure as a row of the frame's classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from armusic.config import MUSIC, Config, MeasureNetwork, MeasureSchedule
from armusic.datasets.corpora import paper_protocol
from armusic.datasets.corpora.corpus import Corpus
from armusic.datasets.corpora.versions import different
from armusic.errors import UsageError
from armusic.inference import items
from armusic.inference.items import measure_classes, to_data
from armusic.inference.settings import frame_of, network_of
from armusic.music import attributes, augmentation
from armusic.music.pitch_frame import MIDDLE
from armusic.music.score import METRES, Metre
from armusic.music.tokenizer import is_canonical, is_onset, sounding, ticks
from armusic.progress import Progress
from armusic.shapes import Bool, Float, UInt8
from armusic.training import networks
from armusic.training.adapters.base import Adapter, Words
from armusic.vae import expected_attributes
from armusic.vae.data import Augment, Data, Items, Variants, subset
from armusic.vae.judge import Judge
from armusic.vae.models.base import VAE

WORDS = Words("measure", "measures", "ticks", "tunes", "file")


@dataclass(frozen=True, slots=True)
class Music(Adapter):
    """The adapter of a corpus.

    Parameters
    ----------
    corpus : callable
        Reader: `(cache folder, on_progress) -> Corpus`.
    copied : bool
        Whether it has the transposed copies of `corpora.paper_protocol`: then it is split by position, and training
        uses no variants.
    """

    corpus: Callable[[Path, Progress | None], Corpus]
    copied: bool = False
    kinds: int = len(METRES)
    labels: tuple[str, ...] = tuple(map(str, METRES))
    domain: str = MUSIC
    words: Words = WORDS

    def settings(self, preset: str) -> dict[str, Any]:
        """Return nothing: the presets are made for music."""
        return {}

    def load(self, config: Config, cache: Path, on_progress: Progress | None = None) -> Data:
        """Return the measures that fit the model's frame; the group is the tune and its versions."""
        return subset(to_data(self.corpus(cache, on_progress), config), config.limit, config.split)

    def split(self, data: Data, seed: int) -> tuple[Data, Data, Data]:
        """Split by tune (see `armusic.vae.data.split`), or by position where there are transposed copies."""
        return items.split(data, seed, copied=self.copied)

    def build(self, config: Config) -> VAE:
        """Return a network of measures with new weights."""
        return build(config)

    def augment(self, config: Config) -> Augment | None:
        """Return the function that varies measures (anchored frame), or transposes them (absolute frame)."""
        if self.copied:
            return None
        frame = frame_of(config)

        def variants(x: Items, changed: np.ndarray, kind: int, rng: np.random.Generator) -> tuple[Variants, np.ndarray]:
            if frame.name == "absolute":
                rows = augmentation.transpose(x[changed], frame, rng)
            else:
                rows = augmentation.vary(x, changed, frame, ticks(METRES[kind]), rng)
            return rows, measure_classes(rows, np.full(len(rows), kind), frame, config.attributes)

        return variants

    def repeated(self, train: Data, config: Config) -> Data:
        """Return the measures with those that `augmentation.hard` finds, `oversample` times."""
        assert isinstance(config.schedule, MeasureSchedule)
        hard = augmentation.hard(train.x, frame_of(config))
        return train.take(np.repeat(np.arange(len(train)), np.where(hard, config.schedule.oversample, 1)))

    def judge(self, config: Config) -> Judge:
        """Return the judge of logits: attributes without closed form, one's own among them, are measured on samples."""
        frame, names = frame_of(config), config.attributes
        closed = expected_attributes.expectations(names, attributes.SPAN)
        known, measured = (
            tuple(place for place, name in enumerate(names) if (name in closed) is expected)
            for expected in (True, False)
        )
        if measured and config.loss.attribute_loss == "slope":
            raise UsageError(
                f"attribute {names[measured[0]]!r} has no slope, which the option attribute_loss=slope needs: leave it"
                " out of the option attributes, or choose another preset"
            )
        others = tuple(names[place] for place in measured)

        def moments(output: Tensor, kind: int) -> tuple[Tensor, Tensor]:
            weights = torch.as_tensor(attributes.metrical_weights(METRES[kind]), dtype=output.dtype)
            return expected_attributes.moments(output, frame.hold, weights, tuple(closed), attributes.SPAN)

        def measure(x: Items, kind: int) -> Float[np.ndarray, "item attribute"]:
            return measure_classes(x, np.full(len(x), kind), frame, others)

        def faults(output: Tensor) -> Tensor:
            return expected_attributes.faults(output, frame.hold)

        return Judge(known, moments, measured, measure, faults)

    def protocol(self, config: Config, cache: Path) -> Data | None:
        """Return the test measures of Pati and Lerch's (2020) protocol on this corpus: see `corpora.paper_protocol`.

        They are in 4/4; None where the corpus has no measure in it.
        """
        corpus = self.corpus(cache, None)
        if self.copied:
            return self.split(subset(to_data(corpus, config), config.limit, config.split), config.split)[-1]
        copies, _ = paper_protocol.held_out(corpus.only(Metre(4, 4), corpus.name))
        return to_data(copies, config) if len(copies.tokens) else None

    def values(self, x: Items, kind: int, config: Config) -> Float[np.ndarray, "item attribute"]:
        """Return the model's attributes of measures in one metre."""
        return measure_classes(x, np.full(len(x), kind), frame_of(config), config.attributes)

    def same(self, parts: Sequence[np.ndarray], kind: int, config: Config) -> list[np.ndarray]:
        """Return a number for each measure, the same for those that are equal up to transposition."""
        width = min(part.shape[1] for part in parts)  # decoded measures of a shorter metre are not padded
        x = np.concatenate([part[:, :width] for part in parts])
        numbers = different(frame_of(config).tokens(x), np.full(len(x), kind))
        return np.split(numbers, np.cumsum([len(part) for part in parts])[:-1])

    def plausible(self, x: Items, kind: int, config: Config) -> Bool[np.ndarray, " item"]:
        """Return the mask of the measures that are in canonical form and have a note.

        Every row of classes stands for some measure, but several may stand for the same one.
        """
        tokens = frame_of(config).tokens(x[:, : ticks(METRES[kind])])
        return is_canonical(tokens) & is_onset(tokens).any(axis=1)

    def draw(self, x: Items, kind: int, config: Config) -> UInt8[np.ndarray, "item height width 3"]:
        """Return a piano roll of each measure, a pixel per tick and semitone, over the pitches of all measures."""
        tokens = frame_of(config).tokens(x[:, : ticks(METRES[kind])])
        pitches = np.unique(tokens[is_onset(tokens)])
        rows = np.arange(pitches.max(initial=MIDDLE), pitches.min(initial=MIDDLE) - 1, -1)
        notes = sounding(tokens)[:, None] == rows[:, None]
        return np.repeat(np.where(notes, 0, 255).astype(np.uint8)[..., None], 3, axis=3)


def build(config: Config) -> VAE:
    """Return a network of measures for all metres, with new weights drawn from torch's global generator."""
    network = network_of(config, MeasureNetwork)
    return networks.build(config, network, frame_of(config).classes, [metre.beats for metre in METRES])

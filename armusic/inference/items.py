"""A corpus as the items of a model of music: its measures in the model's frame, their attributes, their split."""

from __future__ import annotations

import numpy as np

from armusic.config import Config
from armusic.datasets.corpora import PAPER, paper_protocol
from armusic.datasets.corpora.corpus import Corpus
from armusic.errors import DataError
from armusic.files import one_line
from armusic.inference.settings import frame_of
from armusic.music import attributes
from armusic.music.pitch_frame import Frame
from armusic.shapes import Float, Int
from armusic.vae import data as dataset
from armusic.vae.data import Data


def to_data(corpus: Corpus, config: Config) -> Data:
    """Return a corpus as `Data`; measures that the frame cannot hold are left out, as its remark says.

    Raises
    ------
    DataError
        When none fits, or an attribute is not one of the anchored frame.
    """
    frame = frame_of(config)
    frame.check(config.attributes)
    x, inside = frame.enter(corpus.tokens, frame.anchors(corpus.tokens))
    if not inside.any():
        raise DataError(
            f"{corpus.name}: all its {len(x)} measures leave the {frame.name} frame, {frame.low}..{frame.high}"
        )
    kind = corpus.kind[inside]
    values = measure_classes(x[inside], kind, frame, config.attributes)
    return Data(
        x[inside],
        values.astype(np.float32),
        config.attributes,
        corpus.version[corpus.tune[inside]],
        kind,
        remark="" if inside.all() else _left_out(corpus, int((~inside).sum()), frame),
    )


def _left_out(corpus: Corpus, count: int, frame: Frame) -> str:
    reach = (
        f"pitches {frame.low} to {frame.high}"
        if frame.name == "absolute"
        else f"{frame.high} semitones on either side of their median pitch"
    )
    return (
        f"{one_line(corpus.name)}: measures that leave the model's frame ({reach}) are left out:"
        f" {count:,} of {len(corpus.tokens):,}"
    )


def measure_classes(
    x: Int[np.ndarray, "item tick"], kind: Int[np.ndarray, " item"], frame: Frame, names: tuple[str, ...]
) -> Float[np.ndarray, "item attribute"]:
    """Return the attributes of rows of classes, each in its own metre."""
    return attributes.measure_each(frame.tokens(x), kind, names)


def split(data: Data, seed: int, *, copied: bool) -> tuple[Data, Data, Data]:
    """Split by tune (see `armusic.vae.data.split`), or by position where there are transposed copies."""
    if not copied:
        return dataset.split(data, seed)
    train, valid, test = (data.take(part) for part in paper_protocol.parts(len(data)))
    return train, valid, test


def parts(data: Data, config: Config) -> tuple[Data, Data, Data]:
    """Return the training, validation and test items of the corpus that a model was trained on."""
    return split(dataset.subset(data, config.limit, config.split), config.split, copied=config.data in PAPER)

"""Samples of a model's prior: codes drawn from it, decoded, and how attributes are spread over them.

They need no corpus, so they give a scale to attributes that a model was not trained on, custom ones
among them. They are no picture of a corpus: there is more syncopation in them than in folk tunes.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from armusic.errors import DataError
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes
from armusic.music.score import METRES
from armusic.shapes import Float, Int
from armusic.taste import information

COUNT = 512  # codes drawn for each metre: standard deviations within 4 per cent or so
ALIKE = 1e-9  # values so close are one

Tokens = Int[np.ndarray, "item tick"]
Codes = Float[np.ndarray, "item latent"]


def decode(checkpoint: Checkpoint, z: Codes, kind: int) -> Tokens:
    """Return the most likely tokens of codes in a metre, without constraints; anchored pitches count from A4."""
    return checkpoint.frame.tokens(checkpoint.model.decode(z.astype(np.float32), kind).argmax(axis=2))


def decoded_attributes(checkpoint: Checkpoint) -> Callable[[Codes, int], Float[np.ndarray, "item attribute"]]:
    """Return a function of codes (item, latent) and a kind: the attributes of what `decode` makes of them."""

    def values(z: Codes, kind: int) -> Float[np.ndarray, "item attribute"]:
        tokens = decode(checkpoint, z, kind)
        return attributes.measure(tokens, METRES[kind], checkpoint.config.attributes)

    return values


def samples(checkpoint: Checkpoint, kind: int) -> Tokens:
    """Return `COUNT` measures that the model makes in a metre; they are drawn once and go with the checkpoint."""
    by_kind: dict[int, Tokens] = checkpoint.computed.setdefault("prior samples", {})
    if kind not in by_kind:
        z = np.random.default_rng(kind).standard_normal((COUNT, checkpoint.model.latent))
        by_kind[kind] = decode(checkpoint, z, kind)
    return by_kind[kind]


def spread(
    checkpoint: Checkpoint, name: str, kind: Int[np.ndarray, " item"]
) -> tuple[Float[np.ndarray, " item"], Float[np.ndarray, " item"]]:
    """Return the mean and the standard deviation of an attribute in the metres of some measures.

    For a model's own attributes they are those of its training data, for others those of its prior samples, and for
    `surprise` those of the validation part of the folk corpus.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    name : str
        The attribute.
    kind : int array (item,)
        Places of the metres in `score.METRES`; where a metre has no spread, it gets the largest of the others.

    Raises
    ------
    DataError
        For an attribute that the model's frame cannot see, or one that is the same for all that the model makes.
    """
    if name == information.NAME:
        return np.array(information.MEAN)[kind], np.array(information.STD)[kind]
    known, scale = checkpoint.config.attributes, checkpoint.scale
    if name in known:
        return scale.mean[kind, known.index(name)], scale.std[kind, known.index(name)]
    checkpoint.frame.check([name])
    kinds, place = np.unique(kind, return_inverse=True)
    metres = [METRES[index] for index in kinds.tolist()]
    values = np.array(
        [
            attributes.measure(samples(checkpoint, index), metre, (name,))[:, 0]
            for index, metre in zip(kinds.tolist(), metres, strict=True)
        ]
    )
    values = values.reshape(len(kinds), COUNT)  # of no metre as well
    std = np.where(np.ptp(values, axis=1) > ALIKE, values.std(axis=1), 0.0)
    if len(kinds) and not std.any():
        raise DataError(
            f"attribute {name!r} is {values[0, 0]:.3g} for every measure that the model makes in"
            f" {' and '.join(map(str, metres))}: there is nothing to change"
        )
    std[std == 0] = std.max(initial=0.0)
    return values.mean(axis=1)[place.ravel()], std[place.ravel()]

"""What a search or one decode gives: the tune with its attributes at their targets, beside the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armusic.editing import candidates, tune_values
from armusic.editing.material import Material, with_tokens
from armusic.editing.targets import TargetTable, dimensions
from armusic.inference.checkpoint import Checkpoint
from armusic.music.score import Tune
from armusic.music.similarity import distance
from armusic.shapes import Float, Int
from armusic.taste import words

Tokens = Int[np.ndarray, "measure tick"]


@dataclass(frozen=True, slots=True)
class Reached:
    """A tune with attributes at their targets, or near them.

    Parameters
    ----------
    tune : Tune
        The music.
    tokens : int16 array (measure, tick)
        The music's tokens.
    names : tuple of str
        Names of the attributes: columns of the next three.
    targets, values, original : float64 array (measure, attribute)
        The targets, the values reached, and the input's; the input's own value is the target of a
        measure that is not to vary, or is free.
    distance : float64 array (measure,)
        Distance of each measure from the input's: `armusic.music.similarity.distance`.
    notes : tuple of str
        Messages about measures that were left as they are, and targets out of reach.
    unusual : tuple of str
        Features that the input does not have, in a musician's words: see `armusic.taste.words`.
    whole : bool
        Whether the targets are of the tune: their mean is what counts, and a measure has none of its own.
    """

    tune: Tune
    tokens: Tokens
    names: tuple[str, ...]
    targets: TargetTable
    values: TargetTable
    original: TargetTable
    distance: Float[np.ndarray, " measure"]
    notes: tuple[str, ...] = ()
    unusual: tuple[str, ...] = ()
    whole: bool = False

    def __repr__(self) -> str:
        means = zip(self.names, self.values.mean(axis=0).tolist(), strict=True)
        return f"Reached({', '.join([*(f'{name} {mean:.3f}' for name, mean in means), self.tune.summary])})"


def reach_result(
    checkpoint: Checkpoint,
    material: Material,
    names: tuple[str, ...],
    targets: TargetTable,
    tokens: Tokens,
    notes: Sequence[str] = (),
    *,
    whole: bool = False,
) -> Reached:
    """Return the tune of `tokens`, measured and compared with the input."""
    every, varied = candidates.search_attributes(checkpoint, names), material.varied
    columns, others = split(every, names)
    old, new = (tune_values.measure(rows, material.kind, every) for rows in (material.tokens, tokens))
    distances = np.zeros(len(tokens))
    if varied.any():
        dims = dimensions([every[column] for column in others], checkpoint.config.attributes)
        std = checkpoint.scale.std[material.kind[varied]][:, dims]
        distances[varied] = distance(
            tokens[varied], material.tokens[varied], new[varied][:, others], old[varied][:, others], std
        )
    original = old[:, columns]
    return Reached(
        with_tokens(material.tune, tokens),
        tokens,
        names,
        np.where(varied[:, None] & np.isfinite(targets), targets, original),
        new[:, columns],
        original,
        distances,
        (*material.unchanged, *notes),
        words.unusual(tokens, material.tokens, material.kind, material.tune.numbers),
        whole,
    )


def split(every: Sequence[str], names: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return the columns of `names`, and the others."""
    return [every.index(name) for name in names], [k for k, name in enumerate(every) if name not in names]

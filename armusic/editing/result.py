"""What was reached: a tune that was asked for, beside the input and what was asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from armusic.editing import candidates
from armusic.editing.material import Material, measured, with_tokens
from armusic.editing.targets import TargetTable, dimensions
from armusic.music.score import Tune
from armusic.music.similarity import distance
from armusic.training.checkpoint import Checkpoint

Rows = Int[np.ndarray, "measure tick"]


@dataclass(frozen=True, slots=True)
class Reached:
    """A tune that was asked for.

    Parameters
    ----------
    tune : Tune
        The music.
    tokens : int16 array (measure, tick)
        Its tokens.
    names : tuple of str
        The attributes asked for: columns of the next three.
    targets, values, original : float64 array (measure, attribute)
        The targets, the values reached, and the input's; the input's own value is the target of a
        measure that is not to vary.
    distance : float64 array (measure,)
        Of each measure from the input's: `armusic.music.similarity.distance`.
    notes : tuple of str
        Measures that were left as they are, and targets out of reach.
    """

    tune: Tune
    tokens: Rows
    names: tuple[str, ...]
    targets: TargetTable
    values: TargetTable
    original: TargetTable
    distance: Float[np.ndarray, " measure"]
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        means = zip(self.names, self.values.mean(axis=0).tolist(), strict=True)
        return f"Reached({', '.join([*(f'{name} {mean:.3f}' for name, mean in means), self.tune.summary])})"


def reach_result(
    checkpoint: Checkpoint,
    material: Material,
    names: tuple[str, ...],
    targets: TargetTable,
    tokens: Rows,
    notes: Sequence[str],
) -> Reached:
    """Return the tune of `tokens`, measured and compared with the input."""
    every, varied = candidates.measured(checkpoint, names), material.varied
    columns, others = split(every, names)
    old, new = (
        np.column_stack([measured(material.tune, rows, name) for name in every]) for rows in (material.tokens, tokens)
    )
    apart = np.zeros(len(tokens))
    if varied.any():
        dims = dimensions([every[column] for column in others], checkpoint.config.attributes)
        std = checkpoint.scale.std[material.kind[varied]][:, dims]
        apart[varied] = distance(
            tokens[varied], material.tokens[varied], new[varied][:, others], old[varied][:, others], std
        )
    tune = with_tokens(material.tune, tokens)
    original = old[:, columns]
    targets = np.where(varied[:, None], targets, original)
    return Reached(tune, tokens, names, targets, new[:, columns], original, apart, (*material.unchanged, *notes))


def split(every: Sequence[str], names: Sequence[str]) -> tuple[list[int], list[int]]:
    """Return the columns of `names`, and the others."""
    return [every.index(name) for name in names], [k for k, name in enumerate(every) if name not in names]

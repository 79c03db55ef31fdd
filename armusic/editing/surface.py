"""What two attributes become when both have targets: the decoded values over a grid of the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armusic.editing.calibration import scale_of
from armusic.editing.decoding import decode, edit, encode
from armusic.editing.material import pitches, prepare
from armusic.errors import NoNotesError, UsageError
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes
from armusic.music.score import Key, Tune
from armusic.shapes import Float


@dataclass(frozen=True, slots=True)
class Surface:
    """Two attributes over a grid of targets for both.

    Parameters
    ----------
    names : (str, str)
        Names of the attributes.
    targets : float64 array (2, point)
        The targets of each, in its own units, rising.
    values : float64 array (2, point, point)
        The values that were decoded, mean over the measures: `values[k, j, i]` is that of attribute
        `k` where `targets[0, i]` and `targets[1, j]` were the targets.
    original : float64 array (measure, 2)
        The values of each measure of the input that was moved.
    unchanged : tuple of str
        Messages about measures that could not be moved.
    """

    names: tuple[str, str]
    targets: Float[np.ndarray, "2 point"]
    values: Float[np.ndarray, "2 point point"]
    original: Float[np.ndarray, "measure 2"]
    unchanged: tuple[str, ...] = ()

    def __repr__(self) -> str:
        points, measures = self.targets.shape[1], len(self.original)
        return f"Surface({' and '.join(self.names)}, {points} targets each, mean of {measures} measures)"


def surface(
    checkpoint: Checkpoint,
    tune: Tune,
    names: Sequence[str],
    *,
    points: int = 21,
    measures: tuple[int, int] | None = None,
    key: str | Key = "auto",
) -> Surface:
    """Return what every measure of a tune becomes for all pairs of targets on a grid, each decoded once.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    tune : Tune
        All its notes on the grid.
    names : sequence of str
        Names of two of the model's attributes.
    points : int
        Number of targets of each attribute, at least 2: from the least to the largest that one decode leads to, in
        the metres of the tune, by the model's scale (without one of its own, it is measured on its corpus).
    measures : (int, int), optional
        The first and the last measure to move, from 1; all when not given.
    key : str
        The key to stay in, as `A:dorian`; `auto`: the tune's own; `off`: any pitch may come.

    Raises
    ------
    UsageError
        For other than two different attributes of the model, fewer than two points, or measures past the end.
    NoNotesError
        Where no measure can be moved.
    OffGridError
        For a note between two ticks.

    Source
    ------
    Pati and Lerch (2020): latent surfaces, here over the values of the attributes instead of their codes.
    """
    chosen = first, second = pair(names, checkpoint.config.attributes)
    if points < 2:
        raise UsageError(f"{points} points: a map has at least 2 each way")
    material = prepare(checkpoint, tune, measures)
    rows = np.flatnonzero(material.varied)
    if not len(rows):
        why = "; ".join(material.unchanged) or "nothing sounds in it"
        raise NoNotesError(f"{tune.source or 'the tune'}: no measure to move: {why}")
    allowed, scale, kinds = pitches(tune, key), scale_of(checkpoint), material.kind[rows]
    ends = np.array([[scale.table(name, kind).span for kind in np.unique(kinds).tolist()] for name in chosen])
    targets = np.linspace(ends[..., 0].min(axis=1), ends[..., 1].max(axis=1), points, axis=1)
    values = np.empty((2, points, points))
    z = encode(checkpoint, material, rows)
    x, y = (scale.value_to_z(name, kinds, column[:, None]) for name, column in zip(chosen, targets, strict=True))
    positions = np.full((points, len(rows), len(checkpoint.config.attributes)), np.nan)
    positions[..., checkpoint.config.attributes.index(first)] = x
    for place, height in enumerate(y):
        positions[..., checkpoint.config.attributes.index(second)] = height
        tokens = decode(checkpoint, material, rows, edit(checkpoint, z, kinds, positions), allowed)[0]
        decoded = attributes.measure_each(tokens.reshape(-1, tokens.shape[2]), np.tile(kinds, points), chosen)
        values[:, place] = decoded.reshape(points, len(rows), 2).mean(axis=1).T
    original = attributes.measure_each(material.tokens, material.kind, chosen)[rows]
    return Surface(chosen, targets, values, original, material.unchanged)


def pair(names: Sequence[str], known: Sequence[str]) -> tuple[str, str]:
    """Return the names of two different attributes as they are known.

    Raises
    ------
    UsageError
        For another number of attributes, one named twice, or an unknown one.

    Examples
    --------
    >>> pair(["note_density", "range"], ["range", "density"])
    ('density', 'range')
    """
    if len(names) != 2:
        listed = f" ({', '.join(names)})" if names else ""
        raise UsageError(f"a map is of two attributes, not of {len(names)}{listed}: name two of {', '.join(known)}")
    first, second = (attributes.canonical_name(name, known) for name in names)
    if first == second:
        raise UsageError(f"{first} was named twice: a map is of two different attributes")
    return first, second

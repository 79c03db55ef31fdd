"""The model of tunes: how likely each tick of a measure is, given what came before and what is around it.

A perceptron on two tables of rows (`armusic.taste.context`), whose rows are added up; numpy
only. What depends on the place alone is added up once for all that could be written there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from armusic.errors import CheckpointError
from armusic.files import atomic_path, check_readable, label
from armusic.shapes import Float, Int
from armusic.taste.context import CLASSES, NOTES, PAST_FEATURES, PAST_ROWS, PLACE_ROWS, RECENT

FORMAT = "armusic tunes 1"
SHIPPED = "tunes.safetensors"

ALONE = RECENT + NOTES  # features of the past with a table each: those behind them have few rows
JOINED = ((10, 11), (12, 13), (14, 15, 16, 17), (18, 19, 20, 21, 22))  # and have one for several
_FIRST = np.cumsum((0, *PAST_FEATURES)).tolist()

Hidden = Float[np.ndarray, "item tick unit"]


@dataclass(frozen=True, slots=True)
class TuneModel:
    """The weights, float32.

    Parameters
    ----------
    place : float32 array (row, unit)
        Contribution of the place to the first layer: see `context.place_rows`.
    past : float32 array (row, unit)
        Contribution of the past to it: see `context.past_rows`.
    bias, weight, bias2, weight2, bias3 : float32 arrays
        The bias of the first layer, and the second and third layers; weights are (input, output).
    """

    place: Float[np.ndarray, "place_row unit"]
    past: Float[np.ndarray, "past_row unit"]
    bias: Float[np.ndarray, " unit"]
    weight: Float[np.ndarray, "unit unit2"]
    bias2: Float[np.ndarray, " unit2"]
    weight2: Float[np.ndarray, "unit2 symbol"]
    bias3: Float[np.ndarray, " symbol"]
    joined: tuple[Float[np.ndarray, "row unit"], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Add up the rows of features that are looked up together."""
        object.__setattr__(self, "joined", tuple(_every_sum(self.past, features) for features in JOINED))


def _every_sum(table: Float[np.ndarray, "row unit"], features: tuple[int, ...]) -> Float[np.ndarray, "joined unit"]:
    """Return the sums of one row of each of some features, for all their values."""
    total = np.zeros((1, table.shape[1]), dtype=table.dtype)
    for feature in features:
        total = (total[:, None] + table[_FIRST[feature] : _FIRST[feature + 1]]).reshape(-1, table.shape[1])
    return total


def place_sum(model: TuneModel, rows: Int[np.ndarray, "item tick feature"]) -> Hidden:
    """Return what the place adds to the first layer, with its bias: `rows` are those of `context.place_rows`."""
    return add_up(model.place, rows) + model.bias


def past_sum(model: TuneModel, rows: Int[np.ndarray, "*item feature"]) -> Float[np.ndarray, "*item unit"]:
    """Return what the past adds to the first layer: `rows` are those of `context.Past`."""
    total = add_up(model.past, rows[..., :ALONE])
    for features, table in zip(JOINED, model.joined, strict=True):
        index = np.zeros(rows.shape[:-1], dtype=np.int64)
        for feature in features:
            index *= PAST_FEATURES[feature]
            index += rows[..., feature] - _FIRST[feature]
        total += np.take(table, index, axis=0)
    return total


def add_up(table: Float[np.ndarray, "row unit"], rows: Int[np.ndarray, "*item feature"]) -> np.ndarray:
    """Return the sums of the rows of a table."""
    columns = np.moveaxis(rows, -1, 0)
    total = np.take(table, columns[0], axis=0)
    part = np.empty_like(total)
    for column in columns[1:]:
        total += np.take(table, column, axis=0, out=part, mode="clip")  # "raise" would copy
    return total


def log_probabilities(model: TuneModel, first: Float[np.ndarray, "*item unit"]) -> Float[np.ndarray, "*item symbol"]:
    """Return the log probabilities of all classes, from the sums of the first layer."""
    scores = logits(model, first)
    scores -= scores.max(axis=-1, keepdims=True)
    return scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))


def logits(model: TuneModel, first: Float[np.ndarray, "*item unit"]) -> Float[np.ndarray, "*item symbol"]:
    """Return the log probabilities of all classes up to a constant of each item."""
    hidden = np.maximum(first, 0)
    hidden = np.maximum(hidden @ model.weight + model.bias2, 0)
    return hidden @ model.weight2 + model.bias3


def different(rows: Int[np.ndarray, "row feature"]) -> tuple[Int[np.ndarray, " different"], Int[np.ndarray, " row"]]:
    """Return places of rows that are all different, and for each row which of them it equals.

    Candidates for a measure have much in common: half of their ticks and more come after the same notes. Rows count as
    equal where a sum of their features with random weights is, which by chance happens once in 10^10 searches.

    Examples
    --------
    >>> once, of = different(np.array([[1, 2], [3, 4], [1, 2]]))
    >>> sorted(once.tolist()), bool(of[0] == of[2] != of[1])
    ([0, 1], True)
    """
    weights = np.random.default_rng(0).integers(1, 2**63 - 1, rows.shape[1])
    _, once, of = np.unique(rows @ weights, return_index=True, return_inverse=True)
    return once, of


def save(model: TuneModel, path: Path) -> None:
    """Write a model in half precision, whole or not at all."""
    arrays = {
        each.name: np.ascontiguousarray(getattr(model, each.name), np.float16) for each in fields(model) if each.init
    }
    with atomic_path(path, force=True) as temporary:
        save_file(arrays, temporary, {"format": FORMAT})


def load(path: Path) -> TuneModel:
    """Read a model that `save` wrote.

    Raises
    ------
    MissingFileError
        Where there is no file.
    CheckpointError
        For another file, or one of other features.
    """
    check_readable(path)
    try:
        with safe_open(path, framework="numpy") as stored:
            if (stored.metadata() or {}).get("format") != FORMAT:
                raise CheckpointError(f"{label(path)}: no model of tunes of this version of armusic")
            arrays = {
                each.name: stored.get_tensor(each.name).astype(np.float32) for each in fields(TuneModel) if each.init
            }
    except SafetensorError as error:
        raise CheckpointError(f"{label(path)}: no model of tunes ({error})") from error
    if (len(arrays["place"]), len(arrays["past"]), arrays["weight2"].shape[1]) != (PLACE_ROWS, PAST_ROWS, CLASSES):
        raise CheckpointError(f"{label(path)}: a model of tunes with other features: train it anew")
    return TuneModel(**arrays)


@cache
def shipped() -> TuneModel:
    """Return the model of tunes that comes with armusic."""
    with as_file(files("armusic") / "resources" / SHIPPED) as path:
        return load(path)

"""The scale of each attribute, absolute: which z stands for a value, which values are reached, how common they are.

A model orders measures along a dimension; how much of an attribute each z stands for is
measured, on validation data, per attribute and kind (the metre).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from armusic.datasets import corpora
from armusic.editing import decoding
from armusic.editing.decoding import encode_classes
from armusic.editing.prior_samples import decoded_attributes
from armusic.editing.targets import Percentile
from armusic.errors import CheckpointError, UsageError
from armusic.extras import require
from armusic.files import data_folder
from armusic.inference import items
from armusic.inference.checkpoint import Checkpoint
from armusic.music.attributes import ATTRIBUTES, short_name
from armusic.music.score import METRES
from armusic.shapes import Bool, Float, Int
from armusic.vae.data import batches

PERCENTS = np.arange(101)
KNOTS = 101  # of a table: more than there are different values of most attributes
LEAST, ITEMS = 20, 2000  # items of a kind: the least that stand for themselves, and the most that are decoded
SPAN, WIDE = 4.0, 6.0  # prior standard deviations: where nearly all codes lie, and what an editor is asked for


@dataclass(frozen=True, slots=True)
class Table:
    """One attribute in one kind.

    Parameters
    ----------
    value, z : float64 array (knot,)
        The monotone table: both rise. Between its knots it is linear, beyond them it stays. Empty for an
        attribute that is no dimension of the model.
    percentiles : float64 array (101,)
        Values at the 0th to 100th percentile of the corpus, each one that occurs.
    """

    value: Float[np.ndarray, " knot"]
    z: Float[np.ndarray, " knot"]
    percentiles: Float[np.ndarray, " percent"]

    @property
    def span(self) -> tuple[float, float]:
        """The least and the largest value that z leads to, on average."""
        return float(self.value[0]), float(self.value[-1])


@dataclass(frozen=True, slots=True)
class Calibration:
    """The tables of a model: `tables[name][kind]`."""

    tables: Mapping[str, tuple[Table, ...]]

    def table(self, name: str, kind: int) -> Table:
        """Return the table of an attribute in a kind."""
        if name not in self.tables:
            raise UsageError(f"attribute {name!r} has no table of values: there is {', '.join(self.tables)}")
        return self.tables[name][kind]

    def value_to_z(
        self, name: str, kind: int | Int[np.ndarray, "..."], value: Float[np.ndarray, "..."]
    ) -> Float[np.ndarray, "..."]:
        """Return where along its dimension values of an attribute lie, each in its kind; beyond the table: its ends.

        `kind` and `value` are broadcast against each other.
        """
        kinds, values = np.broadcast_arrays(kind, value)
        z = np.empty(values.shape)
        for index in np.unique(kinds).tolist():
            table, items = self._curve(name, index), kinds == index
            z[items] = np.interp(values[items], table.value, table.z)
        return z

    def percentile(self, name: str, kind: int, percent: float) -> float:
        """Return the value below or at which `percent` per cent of the corpus lie, in this kind.

        Raises
        ------
        UsageError
            For less than 0 or more than 100.
        """
        if not 0 <= percent <= 100:
            raise UsageError(f"percentile {percent:g}: give one from 0 to 100, such as p80")
        table = self.table(name, kind)
        return float(np.interp(percent, PERCENTS, table.percentiles))

    def _curve(self, name: str, kind: int) -> Table:
        table = self.table(name, kind)
        if not len(table.value):
            raise UsageError(f"attribute {name!r} has no dimension in the model: no z stands for its values")
        return table

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, as JSON keeps them."""
        return {
            name: [{part: getattr(table, part).tolist() for part in _PARTS} for table in tables]
            for name, tables in self.tables.items()
        }


_PARTS = ("value", "z", "percentiles")


def from_dict(plain: Mapping[str, Any]) -> Calibration:
    """Return what `Calibration.as_dict` wrote.

    Raises
    ------
    CheckpointError
        For anything else.
    """
    try:
        return Calibration(
            {
                name: tuple(Table(*(np.array(table[part], dtype=np.float64) for part in _PARTS)) for table in tables)
                for name, tables in plain.items()
            }
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"the tables of values cannot be read ({error}): calibrate the model anew") from error


Edit = Callable[
    [Float[np.ndarray, "item latent"], int, Float[np.ndarray, " item"], int], Float[np.ndarray, "item latent"]
]


def _put(
    z: Float[np.ndarray, "item latent"], dim: int, positions: Float[np.ndarray, " item"], _: int
) -> Float[np.ndarray, "item latent"]:
    """Return codes with a dimension at other positions."""
    codes = z.copy()
    codes[:, dim] = positions
    return codes


def measure(
    decoded: Callable[[Float[np.ndarray, "item latent"], int], Float[np.ndarray, "item attribute"]],
    z: Float[np.ndarray, "item latent"],
    kind: Int[np.ndarray, " item"],
    corpus: tuple[Float[np.ndarray, "measure attribute"], Int[np.ndarray, " measure"]],
    names: Sequence[str],
    kinds: int,
    seed: int = 0,
    others: Sequence[str] = (),
    edit: Edit = _put,
    span: float = SPAN,
) -> Calibration:
    """Measure the tables of a model: put each attribute of codes anywhere, decode, and see what comes out.

    Parameters
    ----------
    decoded : callable
        Takes codes and a kind; returns the attributes of what they are decoded to.
    z, kind : arrays (item, latent) and (item,)
        Codes of validation data; a kind with fewer than 20 borrows those of all.
    corpus : (float array (measure, attribute), int array (measure,))
        Values and kinds of the corpus, for the percentiles; a kind with fewer than 20 gets those of all.
    names : sequence of str
        Names of the attributes; dimension k belongs to the k-th.
    kinds : int
        Number of kinds.
    seed : int
        Seed of the choice of items and of the values of z.
    others : sequence of str
        Names of attributes that are no dimension, the last columns of the corpus: they get percentiles only.
    edit : callable
        Takes codes, the number of a dimension, its positions and a kind; returns the codes that stand for them.
    span : float
        Positions go as far on both sides of 0, in prior standard deviations.

    Source
    ------
    Isotonic regression: Barlow, Bartholomew, Bremner and Brunk (1972), as in scikit-learn.

    Examples
    --------
    >>> z, kind = np.zeros((500, 1)), np.zeros(500, dtype=int)
    >>> a = np.linspace(0, 1, 500)[:, None]
    >>> scale = measure(lambda z, kind: z / 8 + 0.5, z, kind, (a, kind), ("density",), 1)
    >>> scale.value_to_z("density", 0, np.array([0.75])).round(1).tolist(), round(scale.percentile("density", 0, 80), 2)
    ([2.0], 0.8)
    """
    rng = np.random.default_rng(seed)
    values, corpus_kind = corpus
    tables: dict[str, list[Table]] = {name: [] for name in (*names, *others)}
    for index in range(kinds):
        measures = values[_enough(corpus_kind, index)]
        items = np.flatnonzero(_enough(kind, index))
        items = rng.permutation(items)[:ITEMS]
        for k, name in enumerate(names):
            positions = rng.uniform(-span, span, len(items)).astype(z.dtype)
            value, knots = _isotonic(positions, decoded(edit(z[items], k, positions, index), index)[:, k])
            tables[name].append(Table(value, knots, _percentiles(measures[:, k])))
        for k, name in enumerate(others, len(names)):
            tables[name].append(Table(np.empty(0), np.empty(0), _percentiles(measures[:, k])))
    return Calibration({name: tuple(by_kind) for name, by_kind in tables.items()})


def calibrate(checkpoint: Checkpoint, cache: Path) -> Calibration:
    """Measure the scale of each attribute of a model, on the validation part of its own corpus.

    Of armusic's other attributes there are percentiles of the corpus, and no table.

    Parameters
    ----------
    checkpoint : Checkpoint
        A music model.
    cache : Path
        Folder of cached corpora.
    """
    settings = checkpoint.config
    data = items.to_data(corpora.read(settings.source, cache), settings)
    _, valid, _ = items.parts(data, settings)
    z = np.empty((len(valid), settings.network.latent), dtype=np.float32)
    for rows in batches(valid.kind, 1024):
        z[rows] = encode_classes(checkpoint, valid.x[rows], int(valid.kind[rows[0]]))
    others = tuple(name for name in ATTRIBUTES if name not in settings.attributes)
    more = items.measure_classes(data.x, data.kind, checkpoint.frame, others)
    values = (np.column_stack([data.a.astype(np.float64), more]), data.kind)
    return measure(
        decoded_attributes(checkpoint),
        z,
        valid.kind,
        values,
        settings.attributes,
        len(METRES),
        others=others,
        **edits(checkpoint),
    )


def edits(checkpoint: Checkpoint) -> dict[str, Any]:
    """Return how `measure` edits codes of a model, and how far: by name."""

    def edit(
        z: Float[np.ndarray, "item latent"], dim: int, positions: Float[np.ndarray, " item"], kind: int
    ) -> Float[np.ndarray, "item latent"]:
        places = np.full((len(z), len(checkpoint.config.attributes)), np.nan)
        places[:, dim] = positions
        return decoding.edit(checkpoint, z, np.full(len(z), kind), places)

    return {"edit": edit, "span": WIDE if decoding.has_editor(checkpoint) else SPAN}


def scale_of(checkpoint: Checkpoint, names: Sequence[str] = ()) -> Calibration:
    """Return the scale of the attributes that a checkpoint carries, else measure it on its corpus.

    Raises
    ------
    UsageError
        For one of `names` of whose values in the corpus nothing is known.
    """
    carried = checkpoint.card.get("calibration") is not None
    known = _scale(checkpoint).tables if carried else {*checkpoint.config.attributes, *ATTRIBUTES}
    for name in names:
        if name not in known:
            raise UsageError(
                f"attribute {name!r} has no percentiles: its values in the corpus are not known:"
                f" ask for a value, such as {short_name(name)}=0.3"
            )
    return _scale(checkpoint)


def percentiles(checkpoint: Checkpoint, kind: Int[np.ndarray, " measure"]) -> Percentile:
    """Return a function of an attribute and a percentage: its value in the corpus, in the metre of each measure."""

    def values(name: str, percent: float) -> Float[np.ndarray, " measure"]:
        scale = scale_of(checkpoint, [name])
        return np.array([scale.percentile(name, index, percent) for index in kind.tolist()])

    return values


def _scale(checkpoint: Checkpoint) -> Calibration:
    """Return a checkpoint's calibration, which goes with it once it is there."""
    if "calibration" not in checkpoint.computed:
        card = checkpoint.card.get("calibration")
        checkpoint.computed["calibration"] = calibrate(checkpoint, data_folder()) if card is None else from_dict(card)
    calibration: Calibration = checkpoint.computed["calibration"]
    return calibration


def _percentiles(values: Float[np.ndarray, " measure"]) -> Float[np.ndarray, " percent"]:
    return np.percentile(values, PERCENTS, method="inverted_cdf").astype(np.float64)


def _enough(kind: Int[np.ndarray, " item"], index: int) -> Bool[np.ndarray, " item"]:
    """Return which items are of a kind; all of them where those are too few."""
    here = kind == index
    return here if here.sum() >= LEAST else np.ones(len(kind), dtype=bool)


def _isotonic(
    z: Float[np.ndarray, " item"], a: Float[np.ndarray, " item"]
) -> tuple[Float[np.ndarray, " knot"], Float[np.ndarray, " knot"]]:
    """Return the knots of the rising function that fits best: values, and the mean z where each is; NaN is left out."""
    isotonic = require("sklearn.isotonic", extra="train", purpose="the calibration of a model")
    known = ~np.isnan(a)
    z, a = (z[known], a[known]) if known.any() else (z, np.zeros_like(a))
    knots = np.quantile(z, np.linspace(0, 1, KNOTS))
    fitted = isotonic.IsotonicRegression(out_of_bounds="clip").fit(z, a).predict(knots)
    value, group = np.unique(fitted.round(9), return_inverse=True)
    return value, np.bincount(group.ravel(), knots) / np.bincount(group.ravel())

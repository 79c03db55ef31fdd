"""The attributes of a tune's measures, with the names of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from armusic.music.attributes import DEFAULT, canonical_name, of_tune
from armusic.music.score import Tune
from armusic.shapes import Float


@dataclass(frozen=True, slots=True)
class AttributeTable:
    """The attributes of a tune's measures.

    Parameters
    ----------
    names : tuple of str
        Columns of `values`.
    measures : tuple of int
        Numbers of the measures, from 1, as the file has them: of two that are read together the first.
    metres : tuple of str
        Metres of the measures, as they are read: 6/8 for two of 3/8.
    values : float64 array (measure, attribute)
        Values in the units of each attribute.
    """

    names: tuple[str, ...]
    measures: tuple[int, ...]
    metres: tuple[str, ...]
    values: Float[np.ndarray, "measure attribute"]


def attributes(tune: Tune, names: Sequence[str] | None = None) -> AttributeTable:
    """Measure attributes of every measure of a tune.

    Parameters
    ----------
    tune : Tune
        All its notes on the grid.
    names : sequence of str, optional
        Names of attributes, custom ones as `FILE.py:FUNCTION`; rhythm, range, density and contour when not given.

    Raises
    ------
    UsageError
        For an unknown name.
    OffGridError
        For a note between two ticks.
    """
    chosen = tuple(canonical_name(name) for name in names or DEFAULT)
    values = of_tune(tune, chosen)
    return AttributeTable(chosen, tune.firsts, tuple(str(measure.metre) for measure in tune.measures), values)


Measure = Callable[[Tune, Sequence[str]], AttributeTable]
"""What measures named attributes of a tune, such as `attributes`."""


def of_tunes(
    tunes: Sequence[Tune], names: Sequence[str], measure: Measure = attributes
) -> tuple[tuple[str, ...], list[Float[np.ndarray, "measure attribute"]]]:
    """Return the names of attributes as they are known, and their values in each tune; no columns where none is named.

    Parameters
    ----------
    tunes : sequence of Tune
        Tunes, at least one.
    names : sequence of str
        Names of attributes.
    measure : callable
        Function that measures them.
    """
    if not names:
        return (), [np.empty((len(tune.measures), 0)) for tune in tunes]
    tables = [measure(tune, names) for tune in tunes]
    return tables[0].names, [each.values for each in tables]


def of_bars(tune: Tune, values: Float[np.ndarray, "measure attribute"]) -> Float[np.ndarray, "bar attribute"]:
    """Return the attributes of each measure as the file writes it: means of the measures that it has a part of."""
    return np.array([values[bar.rows.start : bar.rows.stop].mean(axis=0) for bar in tune.bars])

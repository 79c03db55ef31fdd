"""The attributes of a tune's measures, with the names of both."""

from __future__ import annotations

from collections.abc import Sequence
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
        Numbers of the measures, from 1.
    metres : tuple of str
        Metres of the measures.
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
    numbers = tuple(range(1, len(values) + 1))
    return AttributeTable(chosen, numbers, tuple(str(measure.metre) for measure in tune.measures), values)

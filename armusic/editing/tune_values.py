"""Attributes of a tune's measures, `surprise` among them, which depends on the measures around."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from armusic.music import attributes
from armusic.shapes import Float, Int
from armusic.taste import information
from armusic.taste.information import NAME


def measure(
    tokens: Int[np.ndarray, "measure tick"], kind: Int[np.ndarray, " measure"], names: Sequence[str]
) -> Float[np.ndarray, "measure attribute"]:
    """Return attributes of the measures of a whole tune, one column each.

    Parameters
    ----------
    tokens : int array (measure, tick)
        The tune.
    kind : int array (measure,)
        Places of the metres in `score.METRES`.
    names : sequence of str
        Names of attributes, or `surprise`: see `armusic.taste.information`.
    """
    values = np.empty((len(tokens), len(names)))
    others = [column for column, name in enumerate(names) if name != NAME]
    values[:, others] = attributes.measure_each(tokens, kind, [names[column] for column in others])
    if NAME in names:
        values[:, names.index(NAME)] = information.curve(tokens, kind)
    return values

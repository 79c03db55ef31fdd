"""What a metric is given: arrays of numbers, and names of attributes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from armusic.errors import DataError
from armusic.shapes import Float


def plain(values: Any, what: str, dimensions: int) -> Float[np.ndarray, "..."]:
    """Return numbers or booleans as a float64 array.

    Parameters
    ----------
    values : array, tensor, or nested sequence
        Whatever numpy can make an array of; a tensor of torch may be on any device, and carry gradients.
    what : str
        Name in messages.
    dimensions : int
        Number of dimensions.

    Raises
    ------
    DataError
        For anything else.

    Examples
    --------
    >>> plain([[True], [False]], "attributes", 2).tolist()
    [[1.0], [0.0]]
    """
    if hasattr(values, "detach"):  # a tensor; that of bfloat16 has no counterpart in numpy
        values = values.detach().cpu().double()
    try:
        array = np.asarray(values)
    except (TypeError, ValueError, RuntimeError) as error:
        raise DataError(f"{what} cannot be made an array ({str(error).splitlines()[0]})") from error
    if array.dtype.kind not in "biuf":
        raise DataError(f"{what} are {array.dtype}: numbers are needed")
    if array.ndim != dimensions:
        raise DataError(f"{what} of the shape {array.shape}: an array of {dimensions} dimensions is needed")
    return array.astype(np.float64)


def refuse_repeated(names: Sequence[str]) -> None:
    """Raise `DataError` for the first name that occurs twice: scores are by name."""
    for place, name in enumerate(names):
        if name in names[:place]:
            raise DataError(f"the name {name!r} occurs twice: give each attribute one of its own")

"""What is given to a model, checked: a value of another type is refused in a line."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from armusic.errors import UsageError
from armusic.music import attributes as registry
from armusic.music.score import Metre, Tune
from armusic.shapes import Float


def tune(value: Any) -> Tune:
    """Return a tune as it is.

    Raises
    ------
    UsageError
        For anything else, such as the path of a file.
    """
    if isinstance(value, Tune):
        return value
    file = repr(str(value)) if isinstance(value, str | Path) else "FILE"
    raise UsageError(f"a tune is needed, not a value of type {type(value).__name__}: armusic.read({file}) gives one")


def like(value: Any) -> Tune | None:
    """Return a tune, or None, as it is."""
    return None if value is None else tune(value)


def metre(value: Any) -> Metre | None:
    """Return a metre, that of a text, or None as it is.

    Raises
    ------
    UsageError
        For anything else, such as a number.

    Examples
    --------
    >>> str(metre("6/8"))
    '6/8'
    """
    if value is None or isinstance(value, Metre):
        return value
    if not isinstance(value, str):
        raise UsageError(f"metre is {value!r}: give a text, such as '4/4'")
    return Metre.parse(value)


def attributes(names: Sequence[str]) -> list[str]:
    """Return attributes of a tune under the names by which they are known, `surprise` among them.

    Raises
    ------
    UsageError
        For an unknown name: with the nearest ones, or with all that there are.

    Examples
    --------
    >>> attributes(["note_density", "surprise", "my.py:mood"])
    ['density', 'surprise', 'my.py:mood']
    """
    from armusic.taste import information

    known = [*registry.names(), information.NAME]
    return [name if registry.names_file(name) else registry.canonical_name(name, known) for name in names]


def codes(values: Any) -> Float[np.ndarray, "..."]:
    """Return codes as a float32 array; a tensor of torch may be on any device, and carry gradients.

    Raises
    ------
    UsageError
        For what is no array of real numbers, and for numbers that are infinite, or too large for float32.

    Examples
    --------
    >>> codes([[0, 1]])
    array([[0., 1.]], dtype=float32)
    """
    if hasattr(values, "detach"):
        values = values.detach().cpu()
        values = values if values.is_complex() else values.double()  # numpy has no bfloat16
    try:
        array = np.asarray(values)
    except (TypeError, ValueError) as error:
        raise UsageError("codes cannot be made an array: give a row of numbers per measure, all as long") from error
    if array.dtype.kind not in "iuf":
        raise UsageError(f"codes are no real numbers ({array.dtype}): give a row of real numbers per measure")
    with np.errstate(over="ignore"):
        array = array.astype(np.float32)
    if np.isinf(array).any():
        place = int(np.argwhere(np.isinf(array))[0, 0])
        raise UsageError(f"codes: row {place} has an infinite number: give finite ones, or a row of NaN for no code")
    return array

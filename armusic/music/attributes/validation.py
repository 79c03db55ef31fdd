"""The type of attributes, and the checks that a custom one has to pass."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from armusic.errors import DataError, UsageError
from armusic.music.score import METRES, Metre
from armusic.music.tokenizer import HOLD, REST, TICKS_PER_BEAT, is_onset, ticks
from armusic.python_file import explain, file_of
from armusic.shapes import Float, Int

Tokens = Int[np.ndarray, "measure tick"]
Values = Float[np.ndarray, " measure"]
Attribute = Callable[[Tokens, Metre], Values]

SHIFTS = (-7, -1, 2, 12)  # semitones by which measures are moved to see whether an attribute changes
TOLERANCE = 1e-9
_KNOWN = ("silence", "a note held over the bar line", "one note", "a note per beat", "a note at every tick")
_RANDOM = 8  # measures drawn by chance, the same at every check


@cache
def _probes(metre: Metre) -> Tokens:
    """Return the measures on which attributes are tried: those in `_KNOWN`, then random ones."""
    rng = np.random.default_rng(0)
    rows = np.full((len(_KNOWN) + _RANDOM, ticks(metre)), HOLD, dtype=np.int16)
    rows[0, 0] = REST
    rows[2, 0] = 67
    rows[3, ::TICKS_PER_BEAT] = 60
    rows[4] = 48 + np.arange(ticks(metre))
    chance, pitch = rng.random((_RANDOM, ticks(metre))), rng.integers(52, 85, (_RANDOM, ticks(metre)))
    rows[len(_KNOWN) :] = np.where(chance < 0.35, pitch, np.where(chance < 0.45, REST, HOLD))
    return rows


def check(name: str, function: Any) -> Attribute:
    """Return a custom attribute, after a try on a few measures of every metre.

    Its values are checked at each call.

    Parameters
    ----------
    name : str
        The attribute's name in messages.
    function : any
        A function `(tokens, metre) -> values`.

    Raises
    ------
    UsageError
        If it is no function.
    DataError
        If it does not take two arguments, fails, changes the tokens, gives anything but one finite float per
        measure, now or later, or
        a value that depends on the other measures.

    Examples
    --------
    >>> check("highest", lambda tokens, metre: tokens.max(axis=1))
    Traceback (most recent call last):
    armusic.errors.DataError: attribute 'highest' gives an array of int16: floats are needed: add .astype(float)
    """
    if not callable(function):
        raise UsageError(f"attribute {name!r} is a {type(function).__name__}, where a function is needed")
    _check_arguments(name, function)
    for metre in METRES:
        tokens = _probes(metre).copy()
        values = _checked(name, function, tokens, metre, [*_KNOWN, *["a measure of random notes"] * _RANDOM])
        if (tokens != _probes(metre)).any():
            raise DataError(f"attribute {name!r} changes the tokens that it is given: let it work on a copy")
        if not np.allclose(_checked(name, function, tokens[::2], metre), values[::2], rtol=0, atol=TOLERANCE):
            raise DataError(
                f"attribute {name!r} gives a measure another value when others stand beside it:"
                " it must look at each measure on its own"
            )

    def attribute(tokens: Tokens, metre: Metre) -> Values:
        return _checked(name, function, tokens, metre)

    return attribute


def _check_arguments(name: str, function: Callable[..., Any]) -> None:
    """Refuse a custom function that cannot be called with tokens and a metre."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions of compiled modules have none
        return
    try:
        signature.bind(None, None)
    except TypeError as error:
        raise DataError(
            f"attribute {name!r} is defined with {signature}, but is called with the tokens and the metre:"
            " define it with (tokens, metre)"
        ) from error


def _checked(
    name: str, function: Callable[[Tokens, Metre], Any], tokens: Tokens, metre: Metre, descriptions: Sequence[str] = ()
) -> Values:
    """Return the values that a custom function gives for measures, if they are one finite float for each."""
    try:
        values = _quietly(function, tokens, metre)
    except Exception as error:  # it is somebody else's code: anything may happen in it
        raise DataError(f"attribute {name!r} fails in {metre}: {explain(error, file_of(function))}") from error
    if not isinstance(values, np.ndarray):
        raise DataError(
            f"attribute {name!r} gives a {type(values).__name__}: an array with one float per measure is needed"
        )
    if values.shape != (len(tokens),):
        raise DataError(
            f"attribute {name!r} gives values of shape {values.shape} for {len(tokens)} measures:"
            " one per measure is needed"
        )
    if not np.issubdtype(values.dtype, np.floating):
        raise DataError(f"attribute {name!r} gives an array of {values.dtype}: floats are needed: add .astype(float)")
    if not np.isfinite(values).all():
        at = int(np.argmin(np.isfinite(values)))
        measure = descriptions[at] if descriptions else f"a measure of {is_onset(tokens[at]).sum()} notes"
        raise DataError(
            f"attribute {name!r} gives {values[at]} for {measure} in {metre}: it must be finite, whatever the measure"
        )
    return values


@cache
def is_transposition_invariant(function: Attribute) -> bool:
    """Return whether an attribute stays the same when measures are transposed: tried on a few of every metre.

    Examples
    --------
    >>> is_transposition_invariant(lambda tokens, metre: is_onset(tokens).mean(axis=1))
    True
    >>> is_transposition_invariant(lambda tokens, metre: tokens.mean(axis=1))
    False
    """
    for metre in METRES:
        tokens = _probes(metre)
        values = _quietly(function, tokens.copy(), metre)
        for shift in SHIFTS:
            moved = np.where(is_onset(tokens), tokens + shift, tokens).astype(tokens.dtype)
            if not np.allclose(_quietly(function, moved, metre), values, rtol=0, atol=TOLERANCE):
                return False
    return True


def _quietly(function: Callable[[Tokens, Metre], Any], tokens: Tokens, metre: Metre) -> Any:
    """Return the values of a function; numpy's warnings are left out, for the values are checked."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(tokens, metre)

"""Musical attributes of measures: tokens in, one number per measure out.

An attribute is a plain function `(tokens, metre) -> values` on int arrays (measure, tick) of
one metre. `ATTRIBUTES` is the registry. Other packages add to it by entry points
(`armusic.attributes`), and `my.py:function` names a custom one wherever a name is needed.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from armusic import plugins, python_file
from armusic.errors import DataError, UsageError
from armusic.music import tokenizer
from armusic.music.attributes.melodic import interval_entropy, mean_interval
from armusic.music.attributes.pati_lerch import SPAN, contour, density, metrical_weights, pitch_range, rhythm
from armusic.music.attributes.rhythmic import beat_strength, rhythmic_entropy, syncopation
from armusic.music.attributes.validation import Attribute, Tokens, Values, check, is_transposition_invariant
from armusic.music.score import METRES, Metre, Tune
from armusic.music.tokenizer import ticks
from armusic.python_file import names_file, short_name
from armusic.shapes import Float, Int

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = [
    "ALIASES",
    "ATTRIBUTES",
    "DEFAULT",
    "SPAN",
    "Attribute",
    "Tokens",
    "Values",
    "canonical_name",
    "check",
    "get",
    "is_transposition_invariant",
    "measure",
    "measure_each",
    "metrical_weights",
    "names",
    "names_file",
    "of_tune",
    "registry",
    "short_name",
]

ATTRIBUTES: dict[str, Attribute] = {
    "rhythm": rhythm,
    "range": pitch_range,
    "density": density,
    "contour": contour,
    "syncopation": syncopation,
    "rhythmic_entropy": rhythmic_entropy,
    "interval_entropy": interval_entropy,
    "beat_strength": beat_strength,
    "mean_interval": mean_interval,
}
ALIASES = {
    "rhythmic_complexity": "rhythm",
    "pitch_range": "range",
    "note_density": "density",
    "mean_absolute_interval": "mean_interval",
}
DEFAULT = ("rhythm", "range", "density", "contour")
"""The attributes of the paper, in its order."""


def registry() -> dict[str, Attribute]:
    """Return every attribute by name: those above and those that installed packages add."""
    return {name: get(name) for name in names()}


def get(name: str) -> Attribute:
    """Return the function of an attribute.

    Parameters
    ----------
    name : str
        A name, an alias, or `FILE.py:FUNCTION`: then the file is run.

    Raises
    ------
    UsageError
        When there is no attribute of this name.
    MissingFileError
        When its file does not exist.
    DataError
        When it comes from a file or another package and does not work.

    Examples
    --------
    >>> get("note_density").__name__
    'density'
    """
    name = canonical_name(name)
    if name in ATTRIBUTES:
        return ATTRIBUTES[name]
    return _in_file(name, Path.cwd()) if names_file(name) else _installed(name)


def canonical_name(name: str, known: Sequence[str] | None = None) -> str:
    """Return the name under which an attribute is known, or refuse it with the nearest ones.

    Parameters
    ----------
    name : str
        A name or an alias, or `FILE.py:FUNCTION`, which is taken as it is and not read yet.
    known : sequence of str, optional
        The names to choose from (a model's own); else every attribute there is.

    Raises
    ------
    UsageError
        When there is no attribute of this name.

    Examples
    --------
    >>> canonical_name("note_density")
    'density'
    """
    canonical = ALIASES.get(name, name)
    if known is None and (canonical in ATTRIBUTES or names_file(name)):  # other packages need not be looked through
        return canonical
    every = list(names() if known is None else known)
    if canonical in every:
        return canonical
    near = difflib.get_close_matches(name, [*every, *(alias for alias, real in ALIASES.items() if real in every)])
    near = [each for each in near if ALIASES.get(each) not in near]
    hint = f"did you mean {' or '.join(near)}?" if near else "there is " + ", ".join(every)
    raise UsageError(f"unknown attribute {name!r}: {hint}")


def measure(tokens: Tokens, metre: Metre, names: Sequence[str] = DEFAULT) -> Float[np.ndarray, "measure attribute"]:
    """Return several attributes of measures at once, one column each.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Tokens, as `tokenizer.encode` gives them.
    metre : Metre
        The metre of all measures.
    names : sequence of str
        Names of the attributes, in the order of the columns.

    Returns
    -------
    float array (measure, attribute)
        In the units of each attribute.

    Examples
    --------
    >>> from armusic.music.tokenizer import HOLD
    >>> measure(np.array([[60, HOLD, HOLD, 73, HOLD, HOLD] * 2]), Metre(2, 4)).round(3).tolist()
    [[0.135, 0.5, 0.333, 0.5]]
    """
    tokens = tokens[:, : ticks(metre)]
    return np.column_stack([get(name)(tokens, metre) for name in names])


def measure_each(
    tokens: Tokens, kind: Int[np.ndarray, " measure"], names: Sequence[str] = DEFAULT
) -> Float[np.ndarray, "measure attribute"]:
    """Return several attributes of measures in several metres.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Measures, as wide as the longest of them.
    kind : int array (measure,)
        Place of each measure's metre in `score.METRES`.
    names : sequence of str
        Names of the attributes.

    Returns
    -------
    float array (measure, attribute)
        In the units of each attribute.
    """
    values = np.empty((len(tokens), len(names)))
    for index in np.unique(kind).tolist():
        rows = kind == index
        if names:
            values[rows] = measure(tokens[rows], METRES[index], names)
    return values


def of_tune(tune: Tune, names: Sequence[str] = DEFAULT) -> Float[np.ndarray, "measure attribute"]:
    """Return attributes of every measure of a tune, each in its own metre.

    Parameters
    ----------
    tune : Tune
        All its notes on the grid.
    names : sequence of str
        Names of the attributes, in the order of the columns.

    Raises
    ------
    OffGridError
        For a note between two ticks.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from armusic.music.score import Measure, Note
    >>> two = (Measure(Fraction(0), Metre(2, 4)), Measure(Fraction(2), Metre(3, 4)))
    >>> of_tune(Tune((Note(Fraction(0), Fraction(2), 60),), two), ["density"]).round(3).tolist()
    [[0.083], [0.0]]
    """
    return measure_each(tokenizer.encode(tune), tokenizer.kinds(tune.measures), names)


def names() -> list[str]:
    """Return the names of the attributes above and of those that installed packages add; imports none of them."""
    return [*ATTRIBUTES, *(name for name in _points() if name not in ATTRIBUTES)]


@cache
def _points() -> dict[str, EntryPoint]:
    """Return where to find the attributes that installed packages add."""
    return plugins.named("attributes")


@cache
def _in_file(name: str, folder: Path) -> Attribute:
    """Return an attribute of a Python file, whose path counts from a folder, and check it."""
    return check(name, python_file.load("attribute", name, folder))


@cache
def _installed(name: str) -> Attribute:
    """Import an attribute of another package, and check it."""
    point = _points()[name]
    package = point.dist.name if point.dist else "an installed package"
    return check(name, plugins.load(point, DataError, f"attribute {name!r} of {package}: its function"))

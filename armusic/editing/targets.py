"""Targets: the values that attributes are to have, as typed or as numbers, and what they mean measure by measure.

rhythm=0.6              the value .6 in every measure
contour=-0.2            the value -.2: a plain number is a value, whatever its sign (contour=+0.2 is .2)
contour=by+0.2          a shift: each measure's own value and .2 more (by-0.2: less)
density=p80             the 80th percentile of the corpus in each measure's metre
density=1:0.2 8:0.7     a curve: .2 in measure 1, .7 in measure 8, linear between; numbers are those of the file
density=1:0.2 5:free    a curve that ends: from measure 5 to the next point, measures have no target
density=@curve.csv      a curve from a file, one line `measure,value` per point

In Python, targets are such strings or a mapping: numbers are values, strings are what stands behind the
equals sign, and sequences have one value for each measure.

    model.reach(tune, {"contour": -0.2, "density": "p80", "rhythm": "by+0.2"})
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, SupportsFloat

import numpy as np

from armusic.editing import curves
from armusic.errors import UsageError
from armusic.files import counted
from armusic.music import attributes
from armusic.music.score import Tune, spanned
from armusic.shapes import Float
from armusic.taste.information import NAME

Values = Float[np.ndarray, " measure"]
TargetTable = Float[np.ndarray, "measure attribute"]
Value = SupportsFloat | Sequence[float] | Float[np.ndarray, " measure"]
"""One value for all measures, or one for each."""
Percentile = Callable[[str, float], Values]
"""attribute, percent 0..100 -> its value in the corpus, in the metre of each measure."""

Form = Literal["value", "percentile", "shift", "curve", "measures"]


@dataclass(frozen=True, slots=True)
class Target:
    """What one attribute is to be.

    Parameters
    ----------
    attribute : str
        The attribute's name, as typed.
    form : {"value", "percentile", "shift", "curve", "measures"}
        The meaning of `points`; "measures" has a point for every measure.
    points : tuple of (float, float)
        Measure, from 1, and value: one point (at measure 1) but for a curve and for "measures".
    text : str
        The value as typed, for names and messages.
    """

    attribute: str
    form: Form
    points: tuple[tuple[float, float], ...]
    text: str


Targets = Mapping[str, Value | str] | Sequence[str | Target]
"""Targets as `NAME=VALUE` each, or as a mapping from names to numbers, sequences and strings."""


def parse(text: str) -> Target:
    """Read a target such as `rhythm=0.6`.

    Raises
    ------
    UsageError
        For what cannot be understood, a value that is not a number, or an empty curve.

    Examples
    --------
    >>> parse("density=p80")
    Target(attribute='density', form='percentile', points=((1.0, 80.0),), text='p80')
    >>> parse("density=1:0.2 8:0.7").points
    ((1.0, 0.2), (8.0, 0.7))
    >>> [(target.form, target.points[0][1]) for target in map(parse, ("contour=-0.2", "contour=by-0.2"))]
    [('value', -0.2), ('shift', -0.2)]
    """
    name, equals, value = (part.strip() for part in text.partition("="))
    if not (name and equals and value):
        raise UsageError(f"target {text!r}: write it like rhythm=0.6, rhythm=p80, rhythm=by+0.2 or rhythm=@curve.csv")
    return _parse_value(name, value)


def parse_all(targets: Targets | str) -> list[Target]:
    """Return targets in any of their spellings as `Target` objects.

    Parameters
    ----------
    targets : mapping, sequence of str or Target, or str
        A mapping has numbers (values), sequences (one value for each measure), and strings as typed behind
        the equals sign. The others are `NAME=VALUE` each.

    Raises
    ------
    UsageError
        For what cannot be understood, or a value that is no finite number.

    Examples
    --------
    >>> [target.form for target in parse_all({"contour": -0.2, "density": "p80", "range": [0.1, 0.2]})]
    ['value', 'percentile', 'measures']
    >>> parse_all(["contour=-0.2"]) == parse_all({"contour": -0.2}) == parse_all("contour=-0.2")
    True
    """
    if isinstance(targets, Mapping):
        return [
            _parse_value(name, value) if isinstance(value, str) else _from_numbers(name, value)
            for name, value in targets.items()
        ]
    targets = [targets] if isinstance(targets, str) else targets
    if not isinstance(targets, Sequence):
        raise UsageError(f"targets are {targets!r}: name the attribute, as in {{'rhythm': 0.3}} or ['rhythm=0.3']")
    return [parse(target) if isinstance(target, str) else target for target in targets]


def resolve(target: Target, present: Values, percentile: Callable[[float], Values], tune: Tune | None = None) -> Values:
    """Return the value that each measure is to have.

    Parameters
    ----------
    target : Target
        The target.
    present : float array (measure,)
        The tune's own values.
    percentile : callable
        Returns the corpus' values at a percentile.
    tune : Tune, optional
        The tune, whose file numbers the measures in curves; from 1 when not given.

    Raises
    ------
    UsageError
        For a curve with a point outside the tune, or in a measure that passes through, and for another number of
        values than of measures.

    Examples
    --------
    >>> resolve(parse("rhythm=1:0.2 3:0.4"), np.zeros(4), lambda _: np.zeros(4)).round(2).tolist()
    [0.2, 0.3, 0.4, 0.4]
    """
    count = len(present)
    values = np.array([value for _, value in target.points])
    if target.form == "measures":
        if len(values) != count:
            raise UsageError(
                f"{counted(len(values), 'value')} for {target.attribute}, but the tune has {counted(count, 'measure')}:"
                " give one number for all, or a sequence with one for each"
            )
        return values
    if target.form == "curve":
        last = tune.last if tune else count
        for point, _ in target.points:
            if not 1 <= point <= last:
                raise UsageError(f"curve {target.text}: measure {point:g}, but the tune has {spanned(1, last)}")
            if passing := tune.why_not(point, point) if tune else "":
                raise UsageError(f"curve {target.text}: {passing}")
        return curves.between(target.points, np.array(tune.places) if tune else np.arange(1.0, count + 1))
    if target.form == "percentile":
        return percentile(float(values[0]))
    return present + values[0] if target.form == "shift" else np.full(count, values[0])


def resolve_all(
    targets: Sequence[Target],
    names: Sequence[str],
    present: TargetTable,
    percentile: Percentile,
    tune: Tune | None = None,
    *,
    free: bool = False,
) -> TargetTable:
    """Return the values that each measure is to have, a column for each attribute.

    Parameters
    ----------
    targets : sequence of Target
        One target for each attribute, in any order.
    names : sequence of str
        Canonical names of the attributes.
    present : float array (measure, attribute)
        The tune's own values.
    percentile : callable
        The corpus' values: see `Percentile`.
    tune : Tune, optional
        The tune, whose file numbers the measures in curves; from 1 when not given.
    free : bool
        Whether curves may leave measures free: NaN.

    Raises
    ------
    UsageError
        For other attributes than those, and what `resolve` refuses.
    """
    by_name = {attributes.canonical_name(target.attribute, names): target for target in targets}
    if len(by_name) != len(targets) or set(by_name) != set(names):
        listed = ", ".join(target.attribute for target in targets)
        raise UsageError(f"targets for {listed}: give one for each of {', '.join(names)}")
    table = np.empty(present.shape)
    for column, name in enumerate(names):
        table[:, column] = resolve(by_name[name], present[:, column], partial(percentile, name), tune)
        if not free and np.isnan(table[:, column]).any():
            raise UsageError(f"{by_name[name].text}: `free` is for interpolate: give every measure a value")
    return table


def canonical(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return names of attributes as they are known; refuse others, none at all, and one that is named twice.

    Parameters
    ----------
    names : sequence of str
        Names of the model's attributes or of any others, or `FILE.py:FUNCTION`.
    known : sequence of str
        Names of the model's attributes.

    Examples
    --------
    >>> canonical(["note_density", "syncopation", "my.py:mood"], ["range", "density"])
    ('density', 'syncopation', 'my.py:mood')
    """
    every = tuple(dict.fromkeys((*known, *attributes.names(), NAME)))
    result = tuple(name if attributes.names_file(name) else attributes.canonical_name(name, every) for name in names)
    if not result:
        raise UsageError(f"no attribute is named: name one of {', '.join(every)}")
    for name in result:
        if result.count(name) > 1:
            raise UsageError(f"{name} is given {result.count(name)} times: name each attribute once")
    return result


def dimensions(names: Sequence[str], known: Sequence[str]) -> list[int]:
    """Return the latent dimensions of attributes, which are places among a model's own; refuse others.

    Examples
    --------
    >>> dimensions(["contour", "rhythm"], ["rhythm", "range", "contour"])
    [2, 0]
    """
    for name in names:
        if name not in known:
            raise UsageError(
                f"attribute {name!r} has no dimension in this model, so one decode cannot change it: search for it"
                f" (closed=True), or name one of {', '.join(known)}"
            )
    return [known.index(name) for name in names]


def _parse_value(name: str, text: str) -> Target:
    """Return the target of an attribute from what is typed behind the equals sign."""
    text = text.strip()
    if text.startswith("@"):
        return Target(name, "curve", curves.from_file(Path(text[1:])), text)
    if ":" in text:
        return Target(name, "curve", curves.from_text(text), text)
    if text.startswith("p"):
        percent = curves.number(text[1:], f"{name}={text}")
        if not 0 <= percent <= 100:
            raise UsageError(f"{name}={text}: percentiles go from p0 to p100")
        return Target(name, "percentile", ((1.0, percent),), text)
    if text.startswith("by"):
        shift = text[2:].strip()
        if not shift.startswith(("+", "-")):
            raise UsageError(f"{name}={text}: write a shift with its sign, such as {name}=by+0.2")
        return Target(name, "shift", ((1.0, curves.number(shift, f"{name}={text}")),), text)
    hint = f": write a value such as {name}=0.3, a percentile such as {name}=p80, or a shift such as {name}=by+0.1"
    return Target(name, "value", ((1.0, curves.number(text, f"{name}={text}", hint)),), text)


def _from_numbers(name: str, value: Value) -> Target:
    """Return the target of an attribute from a number, or from one for each measure."""
    values = _finite(name, value)
    if np.ndim(np.asarray(value)) == 0:
        return Target(name, "value", ((1.0, float(values[0])),), f"{values[0]:g}")
    if values.ndim != 1 or not values.size:
        raise UsageError(f"{name}: values of shape {values.shape}: give one number, or one for each measure")
    return Target(name, "measures", tuple(enumerate(values.tolist(), 1)), f"{len(values)} values")


def _finite(name: str, value: object) -> np.ndarray:
    """Return a value as an array of at least one dimension; refuse what is no finite number."""
    try:
        if value is None:
            raise TypeError(value)
        values = np.atleast_1d(np.asarray(value, dtype=float))
    except (TypeError, ValueError) as error:
        raise UsageError(f"{name} target {value!r} is not a number: give one such as 0.35") from error
    if not np.isfinite(values).all():
        raise UsageError(f"{name} target {values[~np.isfinite(values)][0]} is not a number: give one such as 0.35")
    return values

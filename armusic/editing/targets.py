"""Targets: what is asked of an attribute, as typed, and what that means measure by measure.

rhythm=0.6              the value .6 in every measure
density=p80             the 80th percentile of the corpus in each measure's metre
contour=+0.2            each measure's own value, and .2 more (-0.2: less)
density=1:0.2 8:0.7     a curve: .2 in measure 1, .7 in measure 8, linear between
density=@curve.csv      a curve from a file, one line `measure,value` per point
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from jaxtyping import Float

from armusic.errors import UsageError
from armusic.files import label, read_bytes
from armusic.music import attributes
from armusic.music.score import Tune

Targets = float | Sequence[float] | Float[np.ndarray, " measure"]
TargetTable = Float[np.ndarray, "measure asked"]
Values = Float[np.ndarray, " measure"]
Percentile = Callable[[float], Values]
"""percent 0..100 -> value of the attribute in the corpus, in the metre of each measure."""

_NUMBER = re.compile(r"[0-9]*\.?[0-9]+(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked of one attribute.

    Parameters
    ----------
    attribute : str
        Its name, as typed.
    form : {"value", "percentile", "shift", "curve"}
        What `points` mean.
    points : tuple of (float, float)
        Measure, from 1, and value: one point (at measure 1) but for a curve.
    text : str
        As typed, for names and messages.
    """

    attribute: str
    form: Literal["value", "percentile", "shift", "curve"]
    points: tuple[tuple[float, float], ...]
    text: str


def parse(text: str) -> Target:
    """Read a target such as `rhythm=0.6`.

    Raises
    ------
    UsageError
        For what cannot be understood, a value that is no number, or an empty curve.

    Examples
    --------
    >>> parse("density=p80")
    Target(attribute='density', form='percentile', points=((1.0, 80.0),), text='p80')
    >>> parse("density=1:0.2 8:0.7").points
    ((1.0, 0.2), (8.0, 0.7))
    """
    name, equals, asked = (part.strip() for part in text.partition("="))
    if not (name and equals and asked):
        raise UsageError(f"target {text!r}: write it like rhythm=0.6, rhythm=p80, rhythm=+0.2 or rhythm=@curve.csv")
    if asked.startswith("@"):
        return Target(name, "curve", _from_file(Path(asked[1:])), asked)
    if ":" in asked:
        return Target(name, "curve", _curve((point.split(":") for point in asked.split()), f"curve {asked!r}"), asked)
    if asked.startswith("p"):
        percent = _number(asked[1:], f"{name}={asked}")
        if not 0 <= percent <= 100:
            raise UsageError(f"{name}={asked}: percentiles go from p0 to p100")
        return Target(name, "percentile", ((1.0, percent),), asked)
    # contour may be negative: a sign in front is a shift, so a negative value is written as a curve of one point
    form: Literal["shift", "value"] = "shift" if asked[0] in "+-" else "value"
    return Target(name, form, ((1.0, _number(asked, f"{name}={asked}")),), asked)


def resolve(target: Target, present: Values, percentile: Percentile) -> Values:
    """Return the value that is asked of each measure.

    Parameters
    ----------
    target : Target
        As parsed.
    present : float array (measure,)
        The tune's own values.
    percentile : callable
        Looks up the corpus.

    Raises
    ------
    UsageError
        For a curve with a point outside the tune.

    Examples
    --------
    >>> resolve(parse("rhythm=1:0.2 3:0.4"), np.zeros(4), lambda _: np.zeros(4)).round(2).tolist()
    [0.2, 0.3, 0.4, 0.4]
    """
    count = len(present)
    where, values = (np.array(column) for column in zip(*target.points, strict=True))
    if target.form == "curve":
        outside = [point for point in where if not 1 <= point <= count]
        if outside:
            raise UsageError(f"curve {target.text}: measure {outside[0]:g}, but the tune has measures 1-{count}")
        return np.interp(np.arange(1, count + 1), where, values)
    if target.form == "percentile":
        return percentile(float(values[0]))
    return present + values[0] if target.form == "shift" else np.full(count, values[0])


def canonical(names: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return names of attributes as they are known; refuse others, none at all, and one given twice.

    Parameters
    ----------
    names : sequence of str
        As given: of a model's attributes, of others that there are, or `FILE.py:FUNCTION`.
    known : sequence of str
        The model's attributes.

    Examples
    --------
    >>> canonical(["note_density", "syncopation", "my.py:mood"], ["range", "density"])
    ('density', 'syncopation', 'my.py:mood')
    """
    every = tuple(dict.fromkeys((*known, *attributes.names())))
    found = tuple(name if attributes.names_file(name) else attributes.canonical_name(name, every) for name in names)
    if not found:
        raise UsageError(f"no attribute is asked for: name one of {', '.join(every)}")
    for name in found:
        if found.count(name) > 1:
            raise UsageError(f"{found.count(name)} targets for {name}: give each attribute one")
    return found


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
                f"attribute {name!r} has no dimension in this model, so one decode cannot turn it: search for it"
                f" (without --open-loop; closed=True), or name one of {', '.join(known)}"
            )
    return [known.index(name) for name in names]


def check(targets: Targets | Mapping[str, Targets], names: Sequence[str], tune: Tune) -> TargetTable:
    """Return targets as a table.

    Parameters
    ----------
    targets : float, sequence (measure,), or a mapping from each of `names` to these
        In the attributes' own units; without a mapping they are for the first name.
    names : sequence of str
        The attributes asked for.
    tune : Tune
        Of which they are asked.

    Returns
    -------
    float64 array (measure, asked)
        Finite.

    Raises
    ------
    UsageError
        For what is no number, a number of targets that is neither one nor one per measure, other names.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from armusic.music.score import Measure, Metre
    >>> tune = Tune((), tuple(Measure(Fraction(start), Metre(2, 4)) for start in (0, 2)))
    >>> check({"rhythm": [0.1, 0.2], "note_density": 0.3}, ["density", "rhythm"], tune).tolist()
    [[0.3, 0.1], [0.3, 0.2]]
    """
    given = targets if isinstance(targets, Mapping) else {names[0]: targets}
    known = {attributes.canonical_name(name, names): value for name, value in given.items()}
    if len(known) != len(given) or set(known) != set(names):
        raise UsageError(f"targets for {', '.join(given)}: give one for each of {', '.join(names)}")
    asked = np.empty((len(tune.measures), len(names)))
    for column, name in enumerate(names):
        try:
            values = np.atleast_1d(np.asarray(known[name], dtype=float))
        except (TypeError, ValueError) as error:
            raise UsageError(f"{name} target {known[name]!r} is no number: give one such as 0.35") from error
        if not np.isfinite(values).all():
            raise UsageError(f"{name} target {values[~np.isfinite(values)][0]} is no number: give one such as 0.35")
        if values.shape not in {(1,), (len(asked),)}:
            raise UsageError(
                f"{values.size} targets for {name}, but {tune.source or 'the tune'} has {len(asked)} measures:"
                " give one for all, or one for each"
            )
        asked[:, column] = values
    return asked


def _from_file(path: Path) -> tuple[tuple[float, float], ...]:
    try:
        lines = read_bytes(path).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"{label(path)}: no text: write one line `measure,value` per point") from None
    rows = [row for row in csv.reader(lines) if row and not row[0].lstrip().startswith("#")]
    if rows and not _NUMBER.fullmatch(rows[0][0].strip()):
        rows = rows[1:]  # a header
    return _curve(rows, label(path))


def _curve(points: Iterable[Sequence[str]], where: str) -> tuple[tuple[float, float], ...]:
    """Return the points of a curve, sorted; refuse what is none."""
    found: dict[float, float] = {}
    for point in points:
        if len(point) != 2:
            raise UsageError(f"{where}: {':'.join(point)!r} is no point: write measure:value")
        measure = _number(point[0], where)
        if measure in found:
            raise UsageError(f"{where}: two values for measure {measure:g}")
        found[measure] = _number(point[1], where)
    if not found:
        raise UsageError(f"{where}: no points in it: give at least one, as measure and value")
    return tuple(sorted(found.items()))


def _number(text: str, where: str) -> float:
    text = text.strip()
    if not _NUMBER.fullmatch(text.lstrip("+-")) or not math.isfinite(float(text)):
        raise UsageError(f"{where}: {text!r} is no number")
    return float(text)

"""Targets: the values, or steps, of attributes that are asked of the measures of a tune, or one line on why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float

from armusic.errors import UsageError
from armusic.music import attributes
from armusic.music.score import Tune

Targets = float | Sequence[float] | Float[np.ndarray, " measure"]
Table = Float[np.ndarray, "measure asked"]


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


def equal_steps(steps: int, span: tuple[float, float]) -> list[float]:
    """Return equal steps from the first to the last.

    Raises
    ------
    UsageError
        For no steps, or a span that does not go from low to high.

    Examples
    --------
    >>> equal_steps(3, (-2, 2))
    [-2.0, 0.0, 2.0]
    """
    low, high = span
    if steps < 1 or not (np.isfinite([low, high]).all() and (low < high or steps == 1)):
        raise UsageError(
            f"{steps} steps from {low:g} to {high:g}: give at least one step, and a range from low to high"
        )
    return [round(float(step), 6) for step in np.linspace(low, high, steps)]


def step_names(attribute: str, offsets: Sequence[float]) -> list[str]:
    """Return a name for each step, with as many decimals as tell them apart, and each to within .04.

    Examples
    --------
    >>> step_names("my.py:mood", [0.0, 0.05, 0.1])
    ['mood +0.00', 'mood +0.05', 'mood +0.10']
    >>> step_names("range", [-0.55, -0.5]), step_names("range", [-2 / 3])
    (['range -0.55', 'range -0.50'], ['range -0.7'])
    """
    for digits in range(1, 7):
        shown = [f"{step:+.{digits}f}" for step in offsets]
        near = all(abs(float(text) - step) < _NEAR for text, step in zip(shown, offsets, strict=True))
        if near and len(set(shown)) == len(offsets):
            break
    return [f"{attributes.short_name(attribute)} {text}" for text in shown]


_NEAR = 0.04


def check(targets: Targets | Mapping[str, Targets], names: Sequence[str], tune: Tune) -> Table:
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

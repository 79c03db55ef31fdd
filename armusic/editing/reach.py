"""From targets to a tune: resolved measure by measure, then searched for, or decoded once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np

from armusic.config.manner import DEFAULT, Manner
from armusic.editing import chooser as choosers
from armusic.editing import open_loop, tune_values
from armusic.editing import pool as pools
from armusic.editing.calibration import Calibration, percentiles, scale_of
from armusic.editing.decoding import Allowed, encode
from armusic.editing.material import Material, pitches, prepare
from armusic.editing.result import Reached, reach_result
from armusic.editing.targets import Targets, TargetTable, canonical, dimensions, parse_all, resolve_all
from armusic.inference.checkpoint import Checkpoint
from armusic.music.score import Tune

ROUNDS = 2  # of candidates near joint targets


def reach(
    checkpoint: Checkpoint,
    tune: Tune,
    targets: Targets,
    key: str = "auto",
    measures: tuple[int, int] | None = None,
    *,
    closed: bool = True,
    each_measure: bool = False,
    manner: Manner = DEFAULT,
) -> Reached:
    """Return the tune with attributes at their targets.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    tune : Tune
        All its notes on the grid.
    targets : mapping, or sequence of str or Target
        At least one, each of another attribute: `{"contour": -0.2, "density": "p80"}` or
        `["contour=-0.2", "density=p80"]`; see `armusic.editing.targets`. Any attribute will do, a custom
        one as `my.py:mood`.
    key : str
        The key to stay in, as `A:dorian`; `auto`: the tune's own; `off`: any pitch may come.
    measures : (int, int), optional
        The first and the last measure to vary, from 1; all when not given.
    closed : bool
        Search for what meets the targets; else decode once, which is near.
    each_measure : bool
        Every measure has the targets. Otherwise a value, percentile or shift is one of the tune: the mean of its
        measures comes to that of the targets. Curves, values for each measure and `measures` are always
        of each measure, and so are then the other targets.
    manner : Manner
        How natural the result is to be, and what must stay.

    Raises
    ------
    UsageError
        For targets that do not fit this model or tune, or measures past the end.
    OffGridError
        For a note between two ticks.
    """
    if closed:
        (best,) = alternatives(checkpoint, tune, targets, 1, 0, key, measures, each_measure=each_measure, manner=manner)
        return best
    names, table, _, material, allowed = _resolve(checkpoint, tune, targets, key, measures, closed=False)
    return decode_once(checkpoint, material, names, table, scale_of(checkpoint), allowed=allowed)


def alternatives(
    checkpoint: Checkpoint,
    tune: Tune,
    targets: Targets,
    count: int,
    seed: int = 0,
    key: str = "auto",
    measures: tuple[int, int] | None = None,
    *,
    each_measure: bool = False,
    manner: Manner = DEFAULT,
) -> list[Reached]:
    """Return different answers of the closed loop, the best first; the parameters are those of `reach`.

    The others are of nearly the same worth, and drawn by `seed`; there are fewer than `count` where there are no more.
    """
    names, table, by_measure, material, allowed = _resolve(checkpoint, tune, targets, key, measures, closed=True)
    pool = pools.build(checkpoint, material, names, allowed=allowed, manner=manner)
    whole = not (each_measure or measures or by_measure)
    if not whole:
        for number in range(ROUNDS if len(names) > 1 else 0):
            pool = pool.refine(table, number)
        answer = partial(pool.look_up, table)
    else:
        answer = partial(choosers.chooser(pool).answer, table)
    answers = choosers.different(answer, count, seed)
    return [reach_result(checkpoint, material, names, table, tokens, notes, whole=whole) for tokens, notes in answers]


def _resolve(
    checkpoint: Checkpoint,
    tune: Tune,
    targets: Targets,
    key: str,
    measures: tuple[int, int] | None,
    *,
    closed: bool,
) -> tuple[tuple[str, ...], TargetTable, bool, Material, Allowed | None]:
    """Return names, the target of each measure, whether these are of each measure, the tune, and its pitches."""
    parsed = parse_all(targets)
    names = canonical([target.attribute for target in parsed], checkpoint.config.attributes)
    if not closed:
        dimensions(names, checkpoint.config.attributes)
    if relative := [name for name, target in zip(names, parsed, strict=True) if target.form == "percentile"]:
        scale_of(checkpoint, relative)  # refused before the code in an attribute's file is run
    material, allowed = prepare(checkpoint, tune, measures), pitches(tune, key)
    present = tune_values.measure(material.tokens, material.kind, names)
    table = resolve_all(parsed, names, present, percentiles(checkpoint, material.kind), tune.places)
    by_measure = any(target.form in ("curve", "measures") for target in parsed)
    return names, table, by_measure, material, allowed


def decode_once(
    checkpoint: Checkpoint,
    material: Material,
    names: tuple[str, ...],
    targets: TargetTable,
    calibration: Calibration,
    *,
    allowed: Allowed | None = None,
) -> Reached:
    """Return the open loop's answer: one decode of codes edited for the targets (measure, attribute)."""
    rows = np.flatnonzero(material.varied)
    z = encode(checkpoint, material, rows)
    tokens = open_loop.decode_targets(checkpoint, material, rows, z, names, targets[rows], calibration, allowed)
    return reach_result(checkpoint, material, names, targets, tokens)


def controller(
    checkpoint: Checkpoint, tune: Tune, names: Sequence[str], key: str = "auto", manner: Manner = DEFAULT
) -> Callable[[Mapping[str, float]], Reached]:
    """Return a function that changes attributes of a tune: one search now, a look-up at each call.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    tune : Tune
        All its notes on the grid.
    names : sequence of str
        Names of the attributes.
    key : str
        The key to stay in: see `reach`.
    manner : Manner
        How natural the result is to be, and what must stay.

    Returns
    -------
    callable
        Takes a step for each attribute, in standard deviations from the tune's mean (attributes
        that are not named keep it), and returns the tune, as far along as there are candidates.
    """
    names = canonical(names, checkpoint.config.attributes)
    material = prepare(checkpoint, tune)
    pool = pools.build(checkpoint, material, names, allowed=pitches(tune, key), manner=manner)
    chooser = choosers.chooser(pool)

    def control(steps: Mapping[str, float]) -> Reached:
        targets = chooser.within(chooser.step_targets([steps.get(name, 0.0) for name in names]))
        tokens, notes = chooser.answer(targets)
        return reach_result(checkpoint, material, names, targets, tokens, notes, whole=True)

    return control

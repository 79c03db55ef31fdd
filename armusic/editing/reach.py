"""From targets to a tune: resolved measure by measure, then searched for, or decoded once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from armusic.editing import open_loop
from armusic.editing import pool as pools
from armusic.editing.calibration import Calibration, percentiles, scale_of
from armusic.editing.decoding import Allowed, encode
from armusic.editing.material import Material, pitches, prepare
from armusic.editing.result import Reached, reach_result
from armusic.editing.targets import Targets, TargetTable, canonical, dimensions, parse_all, resolve_all
from armusic.music import attributes
from armusic.music.score import Tune
from armusic.training.checkpoint import Checkpoint

ROUNDS = 2  # of candidates near joint targets


def reach(
    checkpoint: Checkpoint,
    tune: Tune,
    targets: Targets,
    key: str = "auto",
    measures: tuple[int, int] | None = None,
    *,
    closed: bool = True,
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

    Raises
    ------
    UsageError
        For targets that do not fit this model or tune, or measures past the end.
    OffGridError
        For a note between two ticks.
    """
    parsed = parse_all(targets)
    names = canonical([target.attribute for target in parsed], checkpoint.config.attributes)
    if not closed:
        dimensions(names, checkpoint.config.attributes)
    if relative := [name for name, target in zip(names, parsed, strict=True) if target.form == "percentile"]:
        scale_of(checkpoint, relative)  # refused before the code in an attribute's file is run
    material, allowed = prepare(checkpoint, tune, measures), pitches(tune, key)
    present = attributes.measure_each(material.tokens, material.kind, names)
    table = resolve_all(parsed, names, present, percentiles(checkpoint, material.kind))
    if closed:
        return search(checkpoint, material, names, table, allowed=allowed)
    return decode_once(checkpoint, material, names, table, scale_of(checkpoint), allowed=allowed)


def search(
    checkpoint: Checkpoint,
    material: Material,
    names: tuple[str, ...],
    targets: TargetTable,
    *,
    allowed: Allowed | None = None,
    seed: int = 0,
) -> Reached:
    """Return the closed loop's answer: the candidate nearest to the targets (measure, attribute).

    With several attributes it has the least sum of squared errors, in standard deviations of the corpus.
    """
    pool = pools.build(checkpoint, material, names, allowed=allowed, seed=seed)
    for number in range(ROUNDS if len(names) > 1 else 0):
        pool = pool.refine(targets, seed + number)
    tokens, notes = pool.look_up(targets)
    return reach_result(checkpoint, material, names, targets, tokens, notes)


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
    checkpoint: Checkpoint, tune: Tune, names: Sequence[str], key: str = "auto"
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

    Returns
    -------
    callable
        Takes a step for each attribute, in standard deviations from the value of each measure (attributes
        that are not named keep it), and returns the tune, as far along as there is a candidate.
    """
    names = canonical(names, checkpoint.config.attributes)
    pool = pools.build(checkpoint, prepare(checkpoint, tune), names, allowed=pitches(tune, key))

    def control(steps: Mapping[str, float]) -> Reached:
        within = (pool.step_targets(steps.get(name, 0.0))[1][:, column] for column, name in enumerate(names))
        return pool.reach(dict(zip(names, within, strict=True)))

    return control

"""From targets to a tune: resolved measure by measure, then searched for, or decoded once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from armusic.config.manner import DEFAULT, Manner
from armusic.editing import chooser as choosers
from armusic.editing import open_loop, tune_values
from armusic.editing import pool as pools
from armusic.editing.calibration import Calibration, percentiles, scale_of
from armusic.editing.chooser import Chooser
from armusic.editing.decoding import Allowed, encode
from armusic.editing.kept import Build, Choose
from armusic.editing.look_up import Answer, Columns, by_mean, by_measure
from armusic.editing.material import Material, everywhere, pitches, prepare
from armusic.editing.pool import Pool
from armusic.editing.result import Reached, reach_result
from armusic.editing.targets import Targets, TargetTable, canonical, dimensions, parse_all, resolve_all
from armusic.inference.checkpoint import Checkpoint
from armusic.music.score import Key, Tune


def reach(
    checkpoint: Checkpoint,
    tune: Tune,
    targets: Targets,
    key: str | Key = "auto",
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
        Naturalness of the result, and properties that must stay.

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
    key: str | Key = "auto",
    measures: tuple[int, int] | None = None,
    *,
    each_measure: bool = False,
    manner: Manner = DEFAULT,
    build: Build = pools.build,
    choose: Choose = choosers.chooser,
) -> list[Reached]:
    """Return different answers of the closed loop, the best first; the parameters are those of `reach`.

    `build` gives the candidates, `choose` what answers from them: those of an `armusic.editing.kept.Kept` keep them
    for the next targets.
    The others are of nearly the same worth, and drawn by `seed`; there are fewer than `count` where there are no more.
    """
    names, table, curves, material, allowed = _resolve(checkpoint, tune, targets, key, measures, closed=True)
    whole = not (each_measure or measures or curves)
    table = np.where(material.varied[:, None], table, np.nan)
    order = in_order(names, checkpoint.config.attributes)
    every, needed = everywhere(checkpoint, material), np.isfinite(table).any(axis=1)
    rows = needed if (needed != every.varied).any() else None

    @cache
    def pool_of(columns: Columns) -> Pool:
        listed = [names[order[column]] for column in columns]
        return build(checkpoint, every, listed, allowed=allowed, manner=manner, rows=rows)

    @cache
    def chooser_of(columns: Columns) -> Chooser:
        return choose(pool_of(columns))

    present = tune_values.measure(material.tokens, material.kind, names)[:, order]
    answer: Callable[[int | None], Answer] = (
        partial(by_mean, chooser_of, material.tokens, present, table[:, order])
        if whole
        else partial(by_measure, pool_of, material.tokens, present, table[:, order])
    )
    answers = choosers.different(answer, count, seed)
    return [reach_result(checkpoint, material, names, table, tokens, notes, whole=whole) for tokens, notes in answers]


def in_order(names: Sequence[str], known: Sequence[str]) -> list[int]:
    """Return the places of names in the one order in which they are searched for: the model's, then others.

    Examples
    --------
    >>> in_order(["my.py:mood", "contour", "rhythm"], ["rhythm", "range", "contour"])
    [2, 1, 0]
    """
    return sorted(range(len(names)), key=lambda place: [*known, *sorted(names)].index(names[place]))


def _resolve(
    checkpoint: Checkpoint,
    tune: Tune,
    targets: Targets,
    key: str | Key,
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
    table = resolve_all(parsed, names, present, percentiles(checkpoint, material.kind), tune, free=True)
    curves = any(target.form in ("curve", "measures") for target in parsed)
    return names, table, curves, material, allowed


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
    rows = np.flatnonzero(material.varied & np.isfinite(targets).any(axis=1))
    z = encode(checkpoint, material, rows)
    tokens = open_loop.decode_targets(checkpoint, material, rows, z, names, targets[rows], calibration, allowed)
    return reach_result(checkpoint, material, names, targets, tokens)


@dataclass(frozen=True, slots=True)
class Controller:
    """What changes attributes of a tune by look-ups, after one search.

    Parameters
    ----------
    chooser : Chooser
        The candidates.
    """

    chooser: Chooser

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the attributes."""
        return self.chooser.pool.names

    def __call__(self, steps: Mapping[str, float]) -> Reached:
        """Return the tune at a step for each attribute, in standard deviations from its mean; others keep it.

        It goes as far along as there are candidates.
        """
        pool = self.chooser.pool
        targets = self.chooser.within(self.chooser.step_targets([steps.get(name, 0.0) for name in self.names]))
        tokens, notes = self.chooser.answer(targets)
        return reach_result(
            pool.search.checkpoint, pool.search.material, self.names, targets, tokens, notes, whole=True
        )

    def step(self, name: str, value: float) -> float:
        """Return the step at which the mean of an attribute comes to a value; 0 where no measure can vary."""
        column = self.names.index(name)
        present = self.chooser.pool.present[:, column]
        a_step = self.chooser.step_targets([float(other == name) for other in self.names])[:, column] - present
        return float((value - present.mean()) / a_step.mean()) if a_step.any() else 0.0


def controller(
    checkpoint: Checkpoint, tune: Tune, names: Sequence[str], key: str | Key = "auto", manner: Manner = DEFAULT
) -> Controller:
    """Return what changes attributes of a tune: one search now, a look-up at each call.

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
        Naturalness of the result, and properties that must stay.
    """
    names = canonical(names, checkpoint.config.attributes)
    material = prepare(checkpoint, tune)
    return Controller(
        choosers.chooser(pools.build(checkpoint, material, names, allowed=pitches(tune, key), manner=manner))
    )

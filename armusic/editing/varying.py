"""Measures of a tune composed anew between their neighbours, one after another.

Each new measure is what the next one follows. The measures that are still to come are hidden from the model of
tunes, so that it does not write them again; equal measures among those that vary stay equal. What goes on over
the bar lines to measures that stay is kept.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from armusic.config.manner import DEFAULT, Manner
from armusic.editing import candidates
from armusic.editing.calibration import percentiles, scale_of
from armusic.editing.candidates import Search
from armusic.editing.composing import Spot, compose
from armusic.editing.material import Material, pitches, prepare
from armusic.editing.result import Reached, reach_result
from armusic.editing.targets import Targets, TargetTable, canonical, parse_all, resolve_all
from armusic.errors import UsageError
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes
from armusic.music.score import Key, Tune, spanned
from armusic.music.tokenizer import HOLD, PAD
from armusic.shapes import Bool, Int
from armusic.taste import context, rules

KEPT, MET = 0.5, 0.05  # standard deviations: how far off kept attributes may be, and those with targets
TRIES = 3  # for each alternative
NO_OTHER = "no other was found that keeps to the rules"

Tokens = Int[np.ndarray, "measure tick"]
Rows = Int[np.ndarray, " row"]


def vary(
    checkpoint: Checkpoint,
    tune: Tune,
    measures: tuple[int, int] | None = None,
    targets: Targets | None = None,
    alternatives: int = 3,
    seed: int = 0,
    key: str | Key = "auto",
    *,
    manner: Manner = DEFAULT,
) -> list[Reached]:
    """Return a tune with some measures composed anew, in different ways.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    tune : Tune
        All its notes on the grid.
    measures : (int, int), optional
        The first and the last measure to compose, from 1; all when not given.
    targets : mapping, or sequence of str or Target, optional
        Wanted attributes of these measures: see `armusic.editing.targets`. The model's other
        attributes stay within half a standard deviation of what they are, where there is a way.
    alternatives : int
        Number of results; there are fewer where no more differ, and their `notes` say so.
    seed : int
        Seed of all that is drawn by chance.
    key : str
        The key to stay in, as `A:dorian`; `auto`: the tune's own; `off`: any pitch may come.
    manner : Manner
        Naturalness of the measures, and properties that must stay.

    Raises
    ------
    UsageError
        For measures past the end or in which nothing begins, targets that do not fit, or no alternative.
    OffGridError
        For a note between two ticks.
    """
    if alternatives < 1:
        raise UsageError(f"{alternatives} alternatives: give at least 1")
    material = prepare(checkpoint, tune, measures)
    if not material.varied.any():
        raise UsageError(_nothing(material, measures))
    search, table, free = _start(checkpoint, material, targets, key, manner)
    results: list[tuple[Tokens, list[str]]] = []
    for number in range(TRIES * alternatives):
        rng = np.random.default_rng((seed, number))
        tokens, left = _compose_all(search, table, free, [tokens for tokens, _ in results], rng)
        if all((tokens != other).any() for other, _ in results):
            results.append((tokens, left))
        if len(results) == alternatives:
            break
    fewer = len(results) < alternatives
    few = [f"{len(results)} of {alternatives} alternatives: no others were found"] if fewer else []
    return [reach_result(checkpoint, material, search.names, table, tokens, [*left, *few]) for tokens, left in results]


def _start(
    checkpoint: Checkpoint, material: Material, targets: Targets | None, key: str | Key, manner: Manner
) -> tuple[Search, TargetTable, Bool[np.ndarray, " attribute"]]:
    """Return the search, what the attributes of each measure are to be, and which are only to stay near it."""
    parsed = parse_all(targets or {})
    names = canonical([target.attribute for target in parsed], checkpoint.config.attributes) if parsed else ()
    if relative := [name for name, target in zip(names, parsed, strict=True) if target.form == "percentile"]:
        scale_of(checkpoint, relative)  # refused before the code in an attribute's file is run
    search = candidates.start(checkpoint, material, pitches(material.tune, key), names, manner)
    table = attributes.measure_each(material.tokens, material.kind, search.names)
    if names:
        columns = [search.names.index(name) for name in names]
        percentile = percentiles(checkpoint, material.kind)
        table[:, columns] = resolve_all(parsed, names, table[:, columns], percentile, material.tune)
    return search, table, np.array([name not in names for name in search.names])


def _compose_all(
    search: Search,
    table: TargetTable,
    free: Bool[np.ndarray, " attribute"],
    others: list[Tokens],
    rng: np.random.Generator,
) -> tuple[Tokens, list[str]]:
    """Return the tune with its measures composed one after another, and messages about those that are left."""
    tune, tokens, later = search.ear.where.tune, search.material.tokens.copy(), np.flatnonzero(search.of >= 0)
    left: list[tuple[int, str]] = []
    numbers = search.material.tune.numbers
    for rows in equals(search, table):
        row = int(rows[0])
        later = np.setdiff1d(later, rows)
        stay, struck = fixed(search, rows)
        slack = np.where(free, KEPT, MET)
        spot = Spot(search, int(search.of[row]), row, tune, later, stay, struck, table[row], slack)
        taken = np.array([other[row] for other in others], dtype=tokens.dtype).reshape(-1, tokens.shape[1])
        new = compose(spot, taken, rng)
        if new is None:
            reason = "its notes close a phrase, or sound over a bar line" if stay.all() else NO_OTHER
            left += [(row, f"measure {numbers[row]} is left as it is: {reason}") for row in rows.tolist()]
            continue
        tokens[rows] = new
        classes = tune.classes.copy()
        classes[rows, : len(new)] = np.where(new == PAD, classes[row, : len(new)], context.to_classes(new, tune.tonic))
        tune = replace(tune, classes=classes)
    return tokens, [message for _, message in sorted(left)]


def equals(search: Search, table: TargetTable) -> list[Rows]:
    """Return the measures to compose: those that are equal and have the same targets together, in their order."""
    rows = np.flatnonzero(search.of >= 0)
    _, first, label = np.unique(
        np.column_stack([search.of[rows], table[rows]]), axis=0, return_index=True, return_inverse=True
    )
    return [rows[label.ravel() == number] for number in np.argsort(first).tolist()]


def fixed(search: Search, rows: Rows) -> tuple[Bool[np.ndarray, " tick"], int]:
    """Return which ticks of equal measures stay, and the tick at which a note must begin, -1 for none.

    The closing notes of phrases stay where cadences are kept. A note that goes on in a measure that is not
    composed stays, and one that began in such a measure ends where it did.
    """
    material, of = search.material, search.of
    own = material.tokens[rows[0]]
    every = np.arange(len(own))
    events = np.flatnonzero((own != HOLD) & (own != PAD))
    stay, struck = np.zeros(len(own), dtype=bool), -1
    if search.ear.ends[of[rows[0]]]:
        stay |= every >= rules.closing(own[None], material.kind[rows[:1]])[0]
    after = rows[rows + 1 < len(of)] + 1
    if (on := after[of[after] < 0]).size and (material.tokens[on, 0] == HOLD).any():
        stay |= every >= events[-1]
    if own[0] == HOLD and (of[rows[rows > 0] - 1] < 0).any():
        stay |= every < events[0]
        struck = int(events[0])
    return stay, struck


def _nothing(material: Material, measures: tuple[int, int] | None) -> str:
    first, last = measures or (1, material.tune.last)
    reason = material.unchanged[0] if material.unchanged else "no note begins there"
    return f"{spanned(first, last)}: nothing to compose anew: {reason}"

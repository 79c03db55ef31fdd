"""Codes that are tried for the measures of a tune: on a grid, in the gaps between values, and edited for targets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from armusic.editing.calibration import WIDE
from armusic.editing.candidates import Candidates, Codes, Search, Units
from armusic.editing.decoding import edit, has_editor
from armusic.shapes import Float

Directions = Float[np.ndarray, "unit name latent"]

GRID = np.linspace(-4.0, 4.0, 21)  # prior standard deviations: where nearly all codes lie
MOVES = 2  # codes at each value of the grid: the input's other dimensions, and some near them
NUDGE = 0.3  # size of this move, in prior standard deviations
PARTNERS = 2.0  # the dimensions of the other attributes move so many times as far
GAPS, NEAR = 12, 0.3  # refinement: gaps between values, and how far a code lies from the middle of each
SPREAD = 2.5  # the range to fill, in standard deviations from the mean
RIDGE = 0.1  # of the fit of an attribute to codes, in squared prior standard deviations


def around(search: Search, dim: int, count: int, rng: np.random.Generator) -> Codes:
    """Return codes on the grid of one dimension, with moves of the others; every `count`-th value of the grid.

    The moves are the same for all units, so that the answers for one do not depend on the rest of the tune.
    A model with an editor edits one code for the value, and the next one to keep the other attributes as well.
    """
    grid, known = GRID[::count], len(search.checkpoint.config.attributes)
    scale = np.append(0.0, np.full(MOVES - 1, NUDGE))
    moves = rng.normal(size=(len(grid), MOVES, 1, search.z.shape[1])) * scale[:, None, None]
    moves[..., :known] *= PARTNERS
    moved = search.z + moves
    codes = moved.copy()
    codes[..., dim] = grid[:, None, None]
    if has_editor(search.checkpoint):
        free = np.full((len(grid), 1, len(search.z), known), np.nan)
        keep = np.broadcast_to(search.z[:, :known], free.shape).astype(np.float64)
        for part, positions in enumerate((free, keep)):
            positions[..., dim] = grid[:, None, None]
            codes[:, part::MOVES] = edit(search.checkpoint, moved[:, part::MOVES], search.kind, positions)
    return codes.reshape(-1, *search.z.shape)


def edited(
    search: Search,
    units: Units,
    names: Sequence[str],
    targets: Float[np.ndarray, "unit name"],
    moves: Float[np.ndarray, "step 1 latent"],
) -> Codes:
    """Return codes of some units, moved and then edited for the targets of these attributes, all at once."""
    known = search.checkpoint.config.attributes
    positions = np.full((len(units), len(known)), np.nan)
    for column, name in enumerate(names):
        if name in known:
            place = search.names.index(name)
            away = (targets[:, column] - search.mean[units, place]) / search.std[units, place]
            positions[:, known.index(name)] = away.clip(-WIDE, WIDE)
    return edit(search.checkpoint, search.z[units] + moves, search.kind[units], positions)


def directions(search: Search, pool: Candidates, names: Sequence[str]) -> Directions:
    """Return along which unit vector of code space attributes grow, for each unit.

    It is the dimension of an attribute that has one; for others the slope of the least-squares fit of
    the attribute to the codes of the unit's candidates, 0 where they are all alike.
    """
    known = search.checkpoint.config.attributes
    result = np.zeros((len(search.first), len(names), search.z.shape[1]))
    for column, name in enumerate(names):
        if name in known:
            result[:, column, known.index(name)] = 1.0
    others = [column for column, name in enumerate(names) if name not in known]
    if not others:
        return result
    for unit, (low, high) in enumerate(pairwise(np.searchsorted(pool.of, np.arange(len(search.first) + 1)))):
        z = pool.z[low:high] - pool.z[low:high].mean(axis=0)
        values = pool.values[low:high, [search.names.index(names[column]) for column in others]]
        slope = np.linalg.solve(z.T @ z + RIDGE * len(z) * np.eye(z.shape[1]), z.T @ (values - values.mean(axis=0))).T
        result[unit, others] = slope / np.maximum(np.linalg.norm(slope, axis=1, keepdims=True), np.finfo(float).tiny)
    return result


def between(search: Search, pool: Candidates, name: str, direction: Directions, rng: np.random.Generator) -> Codes:
    """Return codes in the widest gaps between the values that each unit has, and towards the ends of the range.

    `pool` has one candidate for each value, in the order of the units; `direction` is where the values grow.
    """
    codes, column = [], search.names.index(name)
    for unit, (low, high) in enumerate(pairwise(np.searchsorted(pool.of, np.arange(len(search.first) + 1)))):
        std, mean = search.std[unit, column], search.mean[unit, column]
        rows = low + np.argsort(pool.values[low:high, column], kind="stable")
        a = (pool.values[rows, column] - mean) / std
        ends = min(-SPREAD, a[0]), max(SPREAD, a[-1])
        z = pool.z[np.concatenate([rows[:1], rows, rows[-1:]])]
        z[0] += (ends[0] - a[0]) * direction[unit, 0]
        z[-1] += (ends[1] - a[-1]) * direction[unit, 0]
        gaps = np.diff(np.concatenate([ends[:1], a, ends[1:]]).clip(-SPREAD, SPREAD))
        widest = np.resize(np.argsort(-gaps, kind="stable")[:GAPS], GAPS)
        codes.append((z[widest] + z[widest + 1]) / 2)
    middle = np.stack(codes, axis=1)
    return middle + rng.normal(scale=NEAR, size=(len(middle), 1, middle.shape[2]))

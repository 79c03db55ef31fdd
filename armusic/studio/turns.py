"""From what a page asks of a tune to notes, values and the command that does the same."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from time import perf_counter
from typing import Literal

import numpy as np

from armusic.editing import surface as surfaces
from armusic.editing.result import Rows
from armusic.editing.targets import TargetTable
from armusic.errors import UsageError
from armusic.music.attributes import canonical_name, short_name
from armusic.music.score import Tune
from armusic.studio import memory
from armusic.studio.schemas import Goal, Note, SurfaceInfo, Turn, Turned
from armusic.studio.sessions import Bench
from armusic.studio.uploads import Opened

_DIGITS = 6  # decimals of values that are sent


def turned(bench: Bench, turn: Turn, opened: Opened, model: str | None) -> Turned:
    """Return what a tune becomes.

    Parameters
    ----------
    bench : Bench
        The tune in the key that is asked for.
    turn : Turn
        What is asked.
    opened : Opened
        The file, for the command.
    model : str, optional
        The model, for the command; the shipped one when not given.

    Raises
    ------
    UsageError
        For attributes, measures or numbers of values that do not fit, or a search that is not ready.
    """
    began = perf_counter()
    ground = bench.ground
    asked, (tokens, loop, remarks) = asked_of(bench, turn), answer(bench, turn)
    return Turned(
        sequence=turn.sequence,
        notes=notes(ground.tune(tokens)),
        values=by_name(ground.names, ground.values(tokens)),
        asked={
            name: [None if np.isnan(one) else round(one, _DIGITS) for one in column]
            for name, column in zip(ground.names, asked.T.tolist(), strict=True)
        },
        changed=(tokens != ground.material.tokens).any(axis=1).tolist(),
        remarks=remarks,
        loop=loop,
        pool=bench.pool,
        command=command(bench, turn, loop, opened, model),
        milliseconds=round((perf_counter() - began) * 1000, 2),
    )


def answer(bench: Bench, turn: Turn) -> tuple[Rows, Literal["open", "closed"], list[str]]:
    """Return the tokens of a turn, in which loop they were found, and which targets are out of reach."""
    ground, turner = bench.ground, bench.turner
    if turn.loop == "closed" and turner is None:
        raise UsageError(bench.failed or "the search is not ready: ask again, or with the loop auto")
    asked = asked_of(bench, turn)
    loop: Literal["open", "closed"] = "open" if turner is None or turn.loop == "open" else "closed"
    remarks: list[str] = []
    if turner is None or loop == "open":
        tokens = ground.open_loop(asked, turn.dice)
    elif turn.dice is not None:
        tokens = turner.sample(asked, turn.dice)
    else:
        tokens, remarks = turner.closed_loop(asked)
    outside = _outside(turn.measures, len(tokens))
    tokens[outside] = ground.material.tokens[outside]
    return tokens, loop, [*ground.material.unchanged, *remarks]


def asked_of(bench: Bench, turn: Turn) -> TargetTable:
    """Return what is asked of each measure, NaN where it is free."""
    names, present = bench.ground.names, bench.ground.present
    asked = np.full(present.shape, np.nan)
    for given, base in ((turn.targets, None), (turn.shifts, present)):
        for name, goal in given.items():
            column = names.index(canonical_name(name, names))
            if np.isfinite(asked[:, column]).any():
                raise UsageError(f"{short_name(name)} is asked for twice: give it a target or a shift")
            values = _column(goal, len(asked), name)
            asked[:, column] = values if base is None else base[:, column] + values
    outside = ~bench.ground.material.varied
    outside |= _outside(turn.measures, len(asked))
    asked[outside] = np.nan
    for name in turn.locks:
        column = names.index(canonical_name(name, names))
        free = np.isnan(asked[:, column]) & (np.isfinite(asked).any(axis=1) | (turn.dice is not None)) & ~outside
        asked[free, column] = present[free, column]
    return asked


def surface(bench: Bench, names: Sequence[str], points: int) -> SurfaceInfo:
    """Return what two attributes become when both are asked for; it is decoded once."""
    ground = bench.ground
    chosen = surfaces.pair(names, ground.names)
    if (*chosen, points) not in bench.surfaces:
        found = surfaces.surface(ground.checkpoint, ground.material.tune, chosen, points=points, key=bench.key)
        bench.surfaces[*chosen, points] = found
        memory.give_back()
    found = bench.surfaces[*chosen, points]
    return SurfaceInfo(
        names=list(found.names),
        asked=found.targets.round(_DIGITS).tolist(),
        values=found.values.round(_DIGITS).tolist(),
        before=found.original.mean(axis=0).round(_DIGITS).tolist(),
    )


def notes(tune: Tune) -> list[Note]:
    """Return the notes of a tune."""
    starts = np.array([float(measure.start) for measure in tune.measures])
    where = np.searchsorted(starts, [float(note.start) for note in tune.notes], side="right")
    return [
        Note(
            start=float(note.start),
            duration=float(note.duration),
            pitch=note.pitch,
            velocity=note.velocity,
            measure=place,
        )
        for note, place in zip(tune.notes, where.tolist(), strict=True)
    ]


def by_name(names: Sequence[str], values: TargetTable) -> dict[str, list[float]]:
    """Return a column for each attribute."""
    return dict(zip(names, values.round(_DIGITS).T.tolist(), strict=True))


def command(bench: Bench, turn: Turn, loop: str, opened: Opened, model: str | None) -> str:
    """Return the command that does the same; empty where there is none.

    There is none for dice, and none where what is asked for does not cover one stretch of measures.
    """
    asked, varied = asked_of(bench, turn), bench.ground.material.varied
    given = np.isfinite(asked)
    rows, columns = np.flatnonzero(given.any(axis=1)), np.flatnonzero(given.any(axis=0))
    if turn.dice is not None or not len(rows):
        return ""
    first, last = int(rows[0]), int(rows[-1])
    stretch = given[first : last + 1][varied[first : last + 1]]
    if not (stretch[:, columns]).all():
        return ""
    words = ["armusic", "interpolate", opened.path]
    for column in columns.tolist():
        name = bench.ground.names[column]
        words += ["--attr", f"{name}={_typed(turn, name, asked[:, column], bench.ground.present[:, column], rows)}"]
    whole = np.flatnonzero(varied)
    if (first, last) != (int(whole[0]), int(whole[-1])):
        words += ["--measures", f"{first + 1}-{last + 1}"]
    words += [] if bench.key == "auto" else ["--key", bench.key]
    words += ["--open-loop"] if loop == "open" else []
    words += ["--model", model] if model else []
    for option, value in opened.reading.model_dump(exclude_defaults=True).items():
        words += [f"--{option}", str(value)]
    return shlex.join(words)


def _typed(turn: Turn, name: str, asked: np.ndarray, present: np.ndarray, rows: np.ndarray) -> str:
    """Return what is asked of an attribute as it is typed: a value, a shift or a curve."""
    shift = asked[rows] - present[rows]
    if np.ptp(asked[rows]) == 0 and name in turn.targets:  # a value with a sign would be a shift
        return f"{asked[rows[0]]:.6g}" if asked[rows[0]] >= 0 else f"{rows[0] + 1}:{asked[rows[0]]:.6g}"
    if np.ptp(shift) <= 10**-_DIGITS:
        return f"{shift.mean():+.6g}"
    return " ".join(f"{row + 1}:{asked[row]:.6g}" for row in rows.tolist())


def _column(goal: Goal, count: int, name: str) -> np.ndarray:
    if not isinstance(goal, list):
        return np.full(count, float(goal))
    if len(goal) != count:
        raise UsageError(f"{len(goal)} values for {short_name(name)}: the tune has {count} measures")
    return np.array([np.nan if one is None else one for one in goal], dtype=float)


def _outside(measures: Sequence[int] | None, count: int) -> np.ndarray:
    """Return which rows may not change; measures count from 1."""
    if measures is None:
        return np.zeros(count, dtype=bool)
    if measures and max(measures) > count:
        raise UsageError(f"measure {max(measures)}: the tune has measures 1-{count}")
    return ~np.isin(np.arange(1, count + 1), measures)

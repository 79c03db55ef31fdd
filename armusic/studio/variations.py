"""Variations of a tune: from an edit to notes, values and the equivalent command."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from time import perf_counter
from typing import Literal

import numpy as np

from armusic.config import NATURAL
from armusic.editing import chooser
from armusic.editing import surface as surfaces
from armusic.editing.material import Material, Tokens
from armusic.editing.targets import TargetTable
from armusic.errors import UsageError
from armusic.music.attributes import canonical_name, short_name
from armusic.music.score import Tune
from armusic.studio import memory
from armusic.studio.schemas import Edit, Mean, Note, SurfaceInfo, Target, Variation
from armusic.studio.sessions import Editor
from armusic.studio.uploads import Upload
from armusic.taste import words

UNUSUAL = 4  # things that are said of a variation
_DIGITS = 6  # decimals of values in messages


def variation(editor: Editor, edit: Edit, upload: Upload, model: str | None) -> Variation:
    """Return the variation that an edit describes.

    Parameters
    ----------
    editor : Editor
        The tune in the key of the edit.
    edit : Edit
        The edit.
    upload : Upload
        The file of the tune, for the command.
    model : str, optional
        Path of the model, for the command; the shipped model when not given.

    Raises
    ------
    UsageError
        For attributes, measures or numbers of values that do not fit, or a search that is not ready.
    """
    start = perf_counter()
    context = editor.context
    targets = target_table(editor, edit)
    tokens, loop, remarks = decode(editor, edit, targets)
    values = context.values(tokens)
    return Variation(
        sequence=edit.sequence,
        notes=notes(context.tune(tokens)),
        values=by_name(context.names, values),
        targets={
            name: [None if np.isnan(value) else round(value, _DIGITS) for value in column]
            for name, column in zip(context.names, targets.T.tolist(), strict=True)
        },
        means=means(context.names, targets, values) if of_tune(edit) else {},
        changed=(tokens != context.material.tokens).any(axis=1).tolist(),
        remarks=[*remarks, *unusual(context.material, tokens)],
        loop=loop,
        pool=editor.status,
        command=command(editor, edit, targets, loop, upload, model),
        milliseconds=round((perf_counter() - start) * 1000, 2),
    )


def tune(editor: Editor, edit: Edit) -> Tune:
    """Return the variation as a tune."""
    tokens, _, _ = decode(editor, edit, target_table(editor, edit))
    return editor.context.tune(tokens)


def decode(editor: Editor, edit: Edit, targets: TargetTable) -> tuple[Tokens, Literal["open", "closed"], list[str]]:
    """Return the tokens of a variation, the loop that gave them, and the targets out of reach in words."""
    context, look_up = editor.context, editor.look_up
    if edit.loop == "closed" and look_up is None:
        raise UsageError(editor.error or "the search is not ready: try again later, or use the loop auto")
    loop: Literal["open", "closed"] = "open" if look_up is None or edit.loop == "open" else "closed"
    remarks: list[str] = []
    if look_up is None or loop == "open":
        tokens = context.open_loop(targets, edit.seed)
    elif of_tune(edit):
        answer = partial(look_up.whole, targets, edit.natural)
        *_, (tokens, remarks) = chooser.different(answer, 1 if edit.seed is None else 2, edit.seed or 0)
    elif edit.seed is not None:
        tokens = look_up.sample(targets, edit.seed, edit.natural)
    else:
        tokens, remarks = look_up.closed_loop(targets, edit.natural)
    excluded = _excluded(edit.measures, len(tokens))
    tokens[excluded] = context.material.tokens[excluded]
    return tokens, loop, [*context.material.unchanged, *remarks]


def unusual(material: Material, tokens: Tokens) -> list[str]:
    """Return what is unusual in a variation: each thing with its measures, the first few, and how many more."""
    places: dict[str, list[int]] = {}
    for message in words.unusual(tokens, material.tokens, material.kind):
        place, _, text = message.partition(": ")
        places.setdefault(text, []).append(int(place.removeprefix("measure ")))
    numbers = material.tune.numbers
    lines = [f"measure{'s' if len(rows) > 1 else ''} {_named(rows, numbers)}: {text}" for text, rows in places.items()]
    more = len(lines) - UNUSUAL
    return [*lines[:UNUSUAL], *([f"{more} more unusual thing{'s' if more > 1 else ''}"] if more > 0 else [])]


def _named(rows: Sequence[int], numbers: Sequence[str]) -> str:
    """Return the numbers in the file of measures that count from 1."""
    named = list(dict.fromkeys(numbers[row - 1] for row in rows))
    return ranges([int(number) for number in named]) if all(map(str.isdecimal, named)) else ", ".join(named)


def ranges(numbers: Sequence[int]) -> str:
    """Return rising numbers as text.

    Examples
    --------
    >>> ranges([1, 2, 3, 5, 8, 9])
    '1-3, 5, 8-9'
    """
    runs = (list(run) for _, run in groupby(numbers, lambda number: number - numbers.index(number)))
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def of_tune(edit: Edit) -> bool:
    """Return whether the targets of an edit are of the tune's means, not of each measure."""
    goals = [*edit.targets.values(), *edit.shifts.values()]
    by_measure = edit.each_measure or edit.measures is not None or any(isinstance(goal, list) for goal in goals)
    return bool(goals) and not by_measure


def means(names: Sequence[str], targets: TargetTable, values: TargetTable) -> dict[str, Mean]:
    """Return the mean target and value of each attribute over the measures that have targets."""
    return {
        names[column]: Mean(
            target=round(float(targets[rows, column].mean()), _DIGITS),
            value=round(float(values[rows, column].mean()), _DIGITS),
        )
        for column, rows in enumerate(np.isfinite(targets).T)
        if rows.any()
    }


def target_table(editor: Editor, edit: Edit) -> TargetTable:
    """Return the target of each measure (row) for each attribute (column), NaN where it is free."""
    names, present = editor.context.names, editor.context.present
    table = np.full(present.shape, np.nan)
    for goals, base in ((edit.targets, None), (edit.shifts, present)):
        for name, goal in goals.items():
            column = names.index(canonical_name(name, names))
            if np.isfinite(table[:, column]).any():
                raise UsageError(f"{short_name(name)} is given twice: use a target or a shift")
            values = _column(goal, len(table), name)
            table[:, column] = values if base is None else base[:, column] + values
    excluded = ~editor.context.material.varied
    excluded |= _excluded(edit.measures, len(table))
    table[excluded] = np.nan
    for name in edit.locks:
        column = names.index(canonical_name(name, names))
        free = np.isnan(table[:, column]) & (np.isfinite(table).any(axis=1) | (edit.seed is not None)) & ~excluded
        table[free, column] = present[free, column]
    return table


def surface(editor: Editor, names: Sequence[str], points: int) -> SurfaceInfo:
    """Return the values of two attributes over a grid of targets; each grid is decoded once and kept."""
    context = editor.context
    pair = surfaces.pair(names, context.names)
    if (*pair, points) not in editor.surfaces:
        editor.surfaces[*pair, points] = surfaces.surface(
            context.checkpoint, context.material.tune, pair, points=points, key=editor.key
        )
        memory.give_back()
    grid = editor.surfaces[*pair, points]
    return SurfaceInfo(
        names=list(grid.names),
        targets=grid.targets.round(_DIGITS).tolist(),
        values=grid.values.round(_DIGITS).tolist(),
        original=grid.original.mean(axis=0).round(_DIGITS).tolist(),
    )


def notes(tune: Tune) -> list[Note]:
    """Return the notes of a tune."""
    starts = np.array([float(measure.start) for measure in tune.measures])
    numbers = np.searchsorted(starts, [float(note.start) for note in tune.notes], side="right")
    return [
        Note(
            start=float(note.start),
            duration=float(note.duration),
            pitch=note.pitch,
            velocity=note.velocity,
            measure=number,
        )
        for note, number in zip(tune.notes, numbers.tolist(), strict=True)
    ]


def by_name(names: Sequence[str], values: TargetTable) -> dict[str, list[float]]:
    """Return the columns of a table by the names of their attributes."""
    return dict(zip(names, values.round(_DIGITS).T.tolist(), strict=True))


def command(editor: Editor, edit: Edit, targets: TargetTable, loop: str, upload: Upload, model: str | None) -> str:
    """Return the command that gives the same variation; empty where there is none.

    There is none for dice, and none where the measures with targets are not contiguous.
    """
    varied, present, mask = editor.context.material.varied, editor.context.present, np.isfinite(targets)
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if edit.seed is not None or not len(rows):
        return ""
    first, last = int(rows[0]), int(rows[-1])
    stretch = mask[first : last + 1][varied[first : last + 1]]
    if not stretch[:, columns].all():
        return ""
    names = editor.context.names
    fixed = {canonical_name(name, names) for name in edit.targets}
    goals = {
        names[column]: _spelling(targets[rows, column], present[rows, column], rows, fixed=names[column] in fixed)
        for column in columns.tolist()
    }
    line = ["armusic", "interpolate", upload.path]
    for name, goal in goals.items():
        line += ["--attr", f"{name}={goal}"]
    editable = np.flatnonzero(varied)
    some = (first, last) != (int(editable[0]), int(editable[-1]))
    if some:
        numbers = upload.tune.numbers
        line += ["--measures", f"{numbers[first].split('-')[0]}-{numbers[last].split('-')[-1]}"]
    if loop == "closed":
        curve = any(":" in goal for goal in goals.values())
        line += ["--each-measure"] if not (of_tune(edit) or some or curve) else []
        line += ["--natural", f"{edit.natural:.6g}"] if edit.natural != NATURAL else []
    if editor.key != "auto":
        line += ["--key", editor.key]
    if loop == "open":
        line.append("--open-loop")
    if model:
        line += ["--model", model]
    for option, value in upload.reading.model_dump(exclude_defaults=True).items():
        line += [f"--{option}", str(value)]
    return shlex.join(line)


def _spelling(targets: np.ndarray, present: np.ndarray, rows: np.ndarray, *, fixed: bool) -> str:
    """Return the targets of some measures as the command line spells them: a value if `fixed`, a shift or a curve."""
    shift = targets - present
    if np.ptp(targets) == 0 and fixed:
        return f"{targets[0]:.6g}"
    if np.ptp(shift) <= 10**-_DIGITS:
        return f"by{shift.mean():+.6g}"
    return " ".join(f"{row + 1}:{target:.6g}" for row, target in zip(rows.tolist(), targets.tolist(), strict=True))


def _column(goal: Target, count: int, name: str) -> np.ndarray:
    if not isinstance(goal, list):
        return np.full(count, float(goal))
    if len(goal) != count:
        raise UsageError(f"{len(goal)} values for {short_name(name)}: the tune has {count} measures")
    return np.array([np.nan if value is None else value for value in goal], dtype=float)


def _excluded(measures: Sequence[int] | None, count: int) -> np.ndarray:
    """Return a mask of the measures that an edit leaves out; their numbers count from 1."""
    if measures is None:
        return np.zeros(count, dtype=bool)
    if measures and max(measures) > count:
        raise UsageError(f"measure {max(measures)}: the tune has measures 1-{count}")
    return ~np.isin(np.arange(1, count + 1), measures)

"""Variations of a tune: from an edit to notes, values and the equivalent command."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import partial
from time import perf_counter
from typing import Literal

import numpy as np

from armusic.editing import chooser
from armusic.editing import surface as surfaces
from armusic.editing.material import Material, Tokens
from armusic.editing.targets import TargetTable
from armusic.errors import UsageError
from armusic.music.score import Tune
from armusic.music.tokenizer import FINE, is_onset, spans
from armusic.studio import by_hand, command, goals, memory
from armusic.studio.edits import Alternative, Edit, Mean, Variation
from armusic.studio.remarks import UNITS, grouped, named, unchanged
from armusic.studio.schemas import Note, SurfaceInfo
from armusic.studio.sessions import Editor
from armusic.studio.uploads import Upload
from armusic.taste import words

UNUSUAL = 4  # things that are said of a variation
PATIENCE = 60.0  # seconds that a file waits for the search
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
    aims = goals.goals(context.names, context.material, context.present, edit)
    targets = aims.table
    tokens, loop, remarks = decode(editor, edit, targets)
    values, strange = context.values(tokens), unusual(context.material, tokens)
    line, no_command = command.command(editor, edit, aims, loop, upload, model)
    return Variation(
        sequence=edit.sequence,
        notes=notes_of(context.material.tune, tokens),
        values=by_name(context.names, values),
        targets={
            name: [None if np.isnan(value) else round(value, _DIGITS) for value in column]
            for name, column in zip(context.names, targets.T.tolist(), strict=True)
        },
        means=means(context.names, targets, values) if goals.of_tune(edit) else {},
        changed=(tokens != context.material.tokens).any(axis=1).tolist(),
        remarks=[*remarks, *in_words(context.material, strange)],
        unusual=strange,
        loop=loop,
        pool=editor.status,
        command=line,
        no_command=no_command,
        milliseconds=round((perf_counter() - start) * 1000, 2),
    )


def alternatives(editor: Editor, edit: Edit, count: int, upload: Upload, model: str | None) -> list[Alternative]:
    """Return other answers to an edit, each with its seed; fewer where there are no more.

    The parameters are those of `variation`, and the number of answers.
    """
    seeds = range(0 if edit.seed is None else edit.seed + 1, 2**32)
    answers = [variation(editor, edit, upload, model)]
    results: list[Alternative] = []
    for seed in seeds[: chooser.TRIES * count]:
        answer = variation(editor, edit.model_copy(update={"seed": seed}), upload, model)
        if all(answer.notes != other.notes for other in answers):
            answers.append(answer)
            results.append(Alternative(seed=seed, variation=answer))
            if len(results) == count:
                break
    return results


def tune(editor: Editor, edit: Edit) -> Tune:
    """Return the variation as a tune; where it is one of the closed loop, wait for the search.

    The candidates that gave it may have been dropped since, for those of another tune.
    """
    if edit.loop == "closed":
        editor.over.wait(PATIENCE)
    context = editor.context
    table = goals.goals(context.names, context.material, context.present, edit).table
    tokens, _, _ = decode(editor, edit, table)
    return context.tune(tokens)


def decode(editor: Editor, edit: Edit, targets: TargetTable) -> tuple[Tokens, Literal["open", "closed"], list[str]]:
    """Return the tokens of a variation, the loop that gave them, and the targets out of reach in words."""
    context, look_up = editor.context, editor.look_up
    if edit.loop == "closed" and look_up is None:
        raise UsageError(editor.error or "the search is not ready: try again later, or use the loop auto")
    loop: Literal["open", "closed"] = "open" if look_up is None or edit.loop == "open" else "closed"
    written = by_hand.rows(context.material, edit.by_hand)
    remarks: list[str] = []
    if look_up is None or loop == "open":
        tokens = context.open_loop(targets, edit.seed)
    else:
        whole = partial(look_up.whole, targets, edit.natural, by_hand=written)
        answer = whole if goals.of_tune(edit) else partial(look_up.closed_loop, targets, edit.natural)
        *_, (tokens, remarks) = chooser.different(answer, 1 if edit.seed is None else 2, edit.seed or 0)
        if edit.seed is not None:
            free = np.isnan(targets).all(axis=1)
            tokens[free] = look_up.sample(edit.seed, edit.natural)[free]
    excluded = goals.excludes(edit.measures, len(tokens))
    tokens[excluded] = context.material.tokens[excluded]
    for row, line in written.items():
        tokens[row] = line
    return tokens, loop, [*left(context.material), *grouped(remarks, UNITS)]


def left(material: Material) -> list[str]:
    """Return which measures of a tune are left as they are, and why."""
    rows = np.flatnonzero(is_onset(material.tokens).any(axis=1) & ~material.varied).tolist()
    return unchanged(material.unchanged, [material.tune.numbers[row] for row in rows])


def unusual(material: Material, tokens: Tokens) -> dict[int, list[str]]:
    """Return what is unusual in the measures of a variation, by their places, from 1."""
    messages: dict[int, list[str]] = {}
    for message in words.unusual(tokens, material.tokens, material.kind):
        place, _, text = message.partition(": ")
        messages.setdefault(int(place.removeprefix("measure ")), []).append(text)
    return messages


def in_words(material: Material, messages: Mapping[int, Sequence[str]]) -> list[str]:
    """Return what is unusual: each thing with its measures, the first few, and how many more."""
    places: dict[str, list[int]] = {}
    for place, texts in messages.items():
        for text in texts:
            places.setdefault(text, []).append(place)
    numbers = material.tune.numbers
    lines = []
    for text, rows in places.items():
        lines.append(f"measure{'s' if len(rows) > 1 else ''} {named([numbers[row - 1] for row in rows])}: {text}")
    more = len(lines) - UNUSUAL
    return [*lines[:UNUSUAL], *([f"{more} more unusual thing{'s' if more > 1 else ''}"] if more > 0 else [])]


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


def notes_of(tune: Tune, tokens: Tokens) -> list[Note]:
    """Return the notes of tokens in the place of a tune's: those of `notes(with_tokens(tune, tokens))`, sooner."""
    starts = [float(note.start) for note in tune.notes]
    velocities = [note.velocity for note in tune.notes]
    return [
        Note(
            start=(at := start / FINE),
            duration=length / FINE,
            pitch=pitch,
            velocity=velocities[max(bisect_right(starts, at) - 1, 0)],
            measure=row + 1,
        )
        for start, length, pitch, row in spans(tokens, tune.measures)
    ]


def by_name(names: Sequence[str], values: TargetTable) -> dict[str, list[float]]:
    """Return the columns of a table by the names of their attributes."""
    return dict(zip(names, values.round(_DIGITS).T.tolist(), strict=True))

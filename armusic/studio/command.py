"""The command that gives the same notes as the page."""

from __future__ import annotations

import shlex

import numpy as np

from armusic.config.manner import KEEP, NATURAL
from armusic.music.attributes import names_file
from armusic.studio.edits import Edit
from armusic.studio.goals import Goals, excludes, of_tune, plain
from armusic.studio.sessions import Editor
from armusic.studio.uploads import Upload


def command(editor: Editor, edit: Edit, aims: Goals, loop: str, upload: Upload, model: str | None) -> tuple[str, str]:
    """Return the command that gives the same notes, and why there is none: one of them is empty.

    Both are where nothing is changed. A roll of the dice is the last of the two tunes that the command writes.

    Parameters
    ----------
    editor : Editor
        The tune in the key of the edit.
    edit : Edit
        The edit.
    aims : Goals
        Targets of the answer.
    loop : str
        The loop that gave the notes: `open` or `closed`.
    upload : Upload
        The file of the tune.
    model : str, optional
        Path of the model; the shipped one when not given.
    """
    if trouble := _trouble(editor, edit, aims, loop):
        return "", f"No command gives these notes: {trouble}."
    if not aims.texts:
        return "", ""
    line = ["armusic", "interpolate", f"./{upload.path}" if upload.path.startswith("-") else upload.path]
    for name, text in aims.texts.items():
        line += ["--attr", f"{name}={text}"]
    line += ["--measures", aims.measures] if aims.measures else []
    if loop == "closed":
        curve = any(":" in text for text in aims.texts.values())
        line += ["--each-measure"] if not (of_tune(edit) or aims.measures or curve) else []
        line += ["--natural", plain(edit.natural)] if edit.natural != NATURAL else []
        line += ["--keep", edit.keep] if edit.keep != KEEP else []
        line += ["--alternatives", "2", "--seed", str(edit.seed)] if edit.seed is not None else []
    line += ["--key", editor.key] if editor.key != "auto" else []
    line += ["--open-loop"] if loop == "open" else []
    line += ["--model", model] if model else []
    for option, value in upload.reading.model_dump(exclude_defaults=True).items():
        line += [f"--{option}", str(value)]
    return shlex.join(line), ""


def _trouble(editor: Editor, edit: Edit, aims: Goals, loop: str) -> str:
    """Return why a command cannot give the notes; empty where it can."""
    names, material = editor.context.names, editor.context.material
    if edit.by_hand:
        return "it takes no notes written by hand"
    if edit.seed is not None and loop == "open":
        return "the dice were rolled before the search was over"
    rolled = material.varied & np.isfinite(aims.table).any(axis=1)
    excluded = excludes(edit.measures, len(rolled))
    if edit.seed is not None and (rolled != (material.varied & ~excluded)).any():
        return "the dice changed measures that have no target"
    if any(names_file(name) and name not in aims.texts for name in names):
        return "the model has attributes from a file, which weigh here and not there"
    return aims.trouble

"""Options that are not written by hand: those of a training run, made from the fields of `Config`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import click
from click.core import ParameterSource

from armusic.config import PRESETS, Config
from armusic.io.writers.formats import FORMATS, LAYOUTS

Function = TypeVar("Function", bound=Callable[..., Any])

FILE = click.Path(path_type=Path)
"""A path; whether it can be read or written is for the library to say, in its own words."""


class Choice(click.Choice[str]):
    """A choice that names the nearest to what is none."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return the message for `value`."""
        near = difflib.get_close_matches(value, self.choices, 1)
        if near:
            return f"{value!r}: did you mean {near[0]!r}?"
        return super().get_invalid_choice_message(value, ctx)


tune = click.option("--tune", type=int, metavar="N", help="Number (X:) of the tune in an ABC tune book.")
MOST_STEPS = 99
layout = click.option(
    "--layout",
    type=click.Choice(tuple(LAYOUTS)),
    help="A track per step; all steps on one track, one after another; or a folder with a file per step"
    " (dawproject: a scene per step).  [default: tracks; sequence in formats with one voice:"
    f" {', '.join(form.key for form in FORMATS if form.one_voice)}]",
)
form = click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice([form.key for form in FORMATS]),
    help="What to write; svg, png and pdf are the score.  [default: as the suffix of -o says, else mid]",
)
ppq = click.option("--ppq", type=int, metavar="N", help="Ticks per quarter note of a MIDI file.  [default: 480]")
key = click.option(
    "--key",
    default="auto",
    show_default=True,
    metavar="KEY",
    help="Key to stay in, as C:major or A:dorian; auto: the tune's own; off: any pitch.",
)
model = click.option(
    "--model", type=FILE, metavar="RUN", help="A run folder or checkpoint.  [default: the shipped model]"
)
force = click.option("--force", is_flag=True, help="Replace existing files.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
data_dir = click.option(
    "--data-dir",
    type=FILE,
    metavar="FOLDER",
    help="Where prepared data is kept.  [default: $ARMUSIC_DATA, else this platform's cache folder]",
)

_READING = (
    click.option("--track", metavar="TRACK", help="The melody: number or name of a track, part or voice; in MIDI also"
                 " 2:4 for its channel 4.  [default: chosen, and said]"),
    click.option("--voice", type=click.Choice(("highest", "lowest")), default="highest", show_default=True,
                 help="Which notes of it stay where several sound at once."),
    click.option("--quantize", type=click.Choice(("auto", "off", "strict")), default="auto", show_default=True,
                 help="Notes off the grid: moved to it, left alone with their measures, or refused."),
    click.option("--groove", type=click.Choice(("drop", "keep")), default="drop", show_default=True,
                 help="Whether moved notes are as early or late as they were when they are written."),
    click.option("--metre", metavar="N/D", help="Metre of the file, such as 6/8, whatever its time signatures say."),
    click.option("--tempo", type=float, metavar="BPM", help="Beats a minute of a performance that ignores the file's"
                 " own; the first note is on a beat."),
    click.option("--beats", type=FILE, metavar="FILE", help="The time of each beat in seconds, one a line; in a second"
                 " column, its number in the measure."),
    click.option("--downbeat", type=int, default=1, metavar="N", show_default=True,
                 help="Which beat is the first of a measure."),
    click.option("--max-size", type=float, default=50.0, metavar="MB", show_default=True,
                 help="Refuse a larger file."),
)  # fmt: skip


def reading(function: Function) -> Function:
    """Add the options by which a file is read: what `armusic.io.readers.options.Reading` has."""
    for option in reversed(_READING):
        function = option(function)
    return function


def names(value: str | tuple[str, ...]) -> tuple[str, ...]:
    """Split names at commas; a default is a tuple already."""
    if isinstance(value, tuple):
        return value
    return tuple(name.strip() for name in value.split(",") if name.strip())


def integers(value: str | tuple[int, ...]) -> tuple[int, ...]:
    """Split whole numbers at commas; a default is a tuple already."""
    try:
        return tuple(int(text) for text in names(value)) if isinstance(value, str) else value
    except ValueError:
        raise click.BadParameter(f"{value!r}: write whole numbers, as 64,64,8") from None


def measures(value: str) -> tuple[int, int]:
    """Read a range of measures from 1, both ends included: `3-6`, or `3` for one measure."""
    found = re.fullmatch(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?", value)
    if found is None:
        raise click.BadParameter(f"{value!r} is no range of measures: write it like 3-6, or 3 for one measure")
    return int(found[1]), int(found[2] or found[1])


def config_options(function: Function) -> Function:
    """Add an option for every field of `Config`: its name with dashes, its default, help, choices and range."""
    kinds = get_type_hints(Config)
    for one in reversed(fields(Config)):
        function = _option(one, kinds[one.name])(function)
    return function


def given(ctx: click.Context, values: dict[str, Any]) -> dict[str, Any]:
    """Return those of the options `values` that were set by the user, so that a preset can set the others."""
    defaults = (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP)
    return {name: value for name, value in values.items() if ctx.get_parameter_source(name) not in defaults}


def _option(one: Field[Any], kind: Any) -> Callable[[Function], Function]:
    flag = "--" + one.name.replace("_", "-")
    text = one.metadata["help"]
    presets: dict[str, list[str]] = {}
    for preset, values in PRESETS.items():
        if one.name in values:
            presets.setdefault(_shown(one.name, values[one.name]), []).append(preset)
    text += "".join(f"  [{', '.join(these)}: {value}]" for value, these in presets.items())
    if one.metadata["of"]:
        text += f"  [{one.metadata['of']} only]"
    if isinstance(one.default, tuple):
        text += f"  [default: {_shown(one.name, one.default)}]"
    return click.option(
        f"{flag}/--no-{flag[2:]}" if kind is bool else flag,
        one.name,
        type=None if kind is bool else _type(kind, one.metadata),
        metavar={int: "INTEGER", float: "NUMBER", tuple[int, ...]: "INTEGERS", tuple[str, ...]: "NAMES"}.get(kind),
        default=one.default,
        show_default=not isinstance(one.default, tuple),
        hidden=one.name == "shape",  # the data says it
        help=text,
    )


def _shown(name: str, value: Any) -> str:
    """Return a value as it is typed."""
    if isinstance(value, bool):
        return name if value else f"no-{name}"
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _type(kind: Any, rule: Mapping[str, Any]) -> Any:
    if get_origin(kind) is Literal:
        return Choice(get_args(kind))
    if get_origin(kind) is tuple:
        return integers if get_args(kind)[0] is int else names
    if kind is int:
        return click.IntRange(rule["low"], rule["high"])
    if kind is float:
        return click.FloatRange(rule["low"], rule["high"])
    return click.STRING

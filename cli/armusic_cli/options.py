"""Options that several commands share; those of reading a file are made from a dataclass."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import Field, fields
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import click
from click.core import ParameterSource

from armusic.config import KEEPS, KEPT, MOST_ALTERNATIVES, NATURAL
from armusic.errors import UsageError
from armusic.io.readers.options import Reading
from armusic.io.writers.formats import FORMATS, LAYOUTS, PAPERS
from armusic.python_file import names_file

Function = TypeVar("Function", bound=Callable[..., Any])

FILE = click.Path(path_type=Path)
"""A path; the library checks whether it can be read or written."""


class Choice(click.Choice[str]):
    """A choice that suggests the nearest value for an unknown one."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return the message for an unknown value."""
        near = difflib.get_close_matches(value, self.choices, 1)
        if near:
            return f"{value!r}: did you mean {near[0]!r}?"
        return super().get_invalid_choice_message(value, ctx)


class ChoiceOrOwn(Choice):
    """A choice that takes the name of something in a Python file, too; the library reads the file."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Return one of the choices, or `FILE.py:FUNCTION`."""
        return value if isinstance(value, str) and names_file(value) else super().convert(value, param, ctx)


def tune_number(_: click.Context, __: click.Parameter, value: str | None) -> int | str | None:
    """Return the number of a tune in a book, a plain one as such."""
    if value is None:
        return None
    match = re.fullmatch(r"0*([0-9]{1,9})(?:\.0*([1-9][0-9]{0,8}))?", value)
    if not match:
        raise click.BadParameter(
            f"{value!r} is not the number of a tune: write 12, or 12.2 for the second with that number"
        )
    return int(match[1]) if match[2] in (None, "1") else f"{match[1]}.{match[2]}"


tune = click.option(
    "--tune",
    metavar="N",
    callback=tune_number,
    help="Number (X:) of the tune in an ABC tune book; 12.2 for the second tune with that number.",
)
layout = click.option(
    "--layout",
    type=click.Choice(tuple(LAYOUTS)),
    help="tracks: a track per tune (all sound at once; a dawproject mutes all but the input); sequence: all tunes on"
    " one track, one after another; clips: a folder with a file per tune"
    " (dawproject: a scene per tune).  [default: tracks; sequence in formats with one voice:"
    f" {', '.join(form.key for form in FORMATS if form.one_voice)}]",
)
_PICTURES = ", ".join(form.key for form in FORMATS if form.picture)
form = click.option(
    "-f",
    "--format",
    "form",
    type=click.Choice([form.key for form in FORMATS]),
    help=f"Format of the output; {_PICTURES} show the score.  [default: as the suffix of -o says, else mid]",
)
ppq = click.option(
    "--ppq", type=int, metavar="N",
    help="Ticks per quarter note of a MIDI file.  [default: those of the input, or a multiple; 480 for other inputs]",
)  # fmt: skip
paper = click.option("--paper", type=Choice(tuple(PAPERS)), help=f"Paper of a PDF.  [default: {next(iter(PAPERS))}]")
key = click.option(
    "--key",
    default="auto",
    show_default=True,
    metavar="KEY",
    help="Key to stay in, such as C:major or A:dorian; auto: the tune's own; off: any pitch.",
)
MODEL = click.Path(path_type=str)
"""A model: a name, a path or an address; the library says what is there."""
MODELS = "a name (folk), a run folder or checkpoint, or URL#sha256=CHECKSUM"
"""The ways to name a model, for help."""
model = click.option("--model", type=MODEL, metavar="MODEL", help=f"The model: {MODELS}.  [default: folk]")
data = click.option(
    "--data",
    metavar="NAME",
    help="A data set, or the path of a file or folder.  [default: the data that the model was trained on]",
)
force = click.option("--force", is_flag=True, help="Replace existing files.")
no_picture = click.option("--no-picture", is_flag=True, help="Draw no picture of the piano rolls, which saves time.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
data_dir = click.option(
    "--data-dir",
    type=FILE,
    metavar="FOLDER",
    help="Folder where prepared data is cached.  [default: $ARMUSIC_DATA, else this platform's cache folder]",
)

natural = click.option(
    "--natural",
    type=click.FloatRange(0, 1),
    metavar="NUMBER",
    default=NATURAL,
    show_default=True,
    help="From 0, as near to the input as possible, to 1, most like a tune of the corpus.",
)
keep = click.option(
    "--keep",
    metavar="NAME,...",
    default=",".join(KEPT),
    show_default=True,
    help="What must not change, in place of the default: "
    + "".join(f"{name} ({text}), " for name, text in KEEPS.items())
    + "or none.",
)
each_measure = click.option(
    "--each-measure",
    is_flag=True,
    help="Bring every measure to its own target, as curves and --measures always do. Otherwise the mean of the tune"
    " comes to the target, and measures change where that costs the music least.",
)
alternatives = click.option(
    "--alternatives",
    type=click.IntRange(1, MOST_ALTERNATIVES),
    metavar="N",
    default=1,
    show_default=True,
    help="Number of different answers for each step or target, about equally good.",
)
seed = click.option(
    "--seed", type=click.IntRange(0), metavar="N", default=0, show_default=True, help="Seed of the alternatives."
)

TARGETS = (
    "A target is a value (rhythm=0.3, contour=-0.2), a percentile of the corpus (density=p80), a shift from the present"
    " value (density=by+0.1, density=by-0.1), or a curve over the measures (density='1:0.2 8:0.7', or"
    " density=@curve.csv)."
)
"""The ways to write a target, for the help of `--attr`."""


def reading(function: Function) -> Function:
    """Add the options of reading a file: a field of `armusic.io.readers.options.Reading` each."""
    return reading_without()(function)


def reading_without(*names: str) -> Callable[[Function], Function]:
    """Return what adds the options of reading a file but some, which a command has of its own or cannot use."""

    def add(function: Function) -> Function:
        kinds = get_type_hints(Reading)
        for item in reversed(fields(Reading)):
            if item.name not in (*names, "strict"):  # which is for corpora
                function = _reading_option(item, kinds[item.name])(function)
        return function

    return add


def _reading_option(item: Field[Any], kind: Any) -> Callable[[Function], Function]:
    literal = get_origin(kind) is Literal
    simple = next((part for part in get_args(kind) if part is not type(None)), kind)  # of `float | None`, float
    types = {str: click.STRING, int: click.INT, float: click.FLOAT, Path: FILE}
    return click.option(
        f"--{item.name.replace('_', '-')}",
        type=click.Choice(get_args(kind)) if literal else types[simple],
        default=item.default,
        show_default=item.default is not None,
        metavar=item.metadata["unit"],
        help=item.metadata["help"],
    )


def retired(flag: str, message: str) -> Callable[[Function], Function]:
    """Return a hidden option of an old spelling, which is refused with a line that says the new one."""

    def refuse(*arguments: Any) -> None:
        *_, value = arguments  # after the context and the parameter
        if value:
            raise UsageError(message)

    return click.option(flag, multiple=True, hidden=True, expose_value=False, is_eager=True, callback=refuse)


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


def measure_range(value: str) -> tuple[int, int]:
    """Read a range of measures from 1, both ends included: `3-6`, or `3` for one measure."""
    match = re.fullmatch(r"\s*(\d+)\s*(?:-\s*(\d+)\s*)?", value)
    if match is None:
        raise click.BadParameter(f"{value!r} is not a range of measures: write it like 3-6, or 3 for one measure")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise click.BadParameter(f"{value!r}: the first measure comes after the last: write {last}-{first}")
    return first, last


measures = click.option(
    "--measures",
    type=measure_range,
    metavar="FIRST-LAST",
    help="Use these measures only.  [default: all]",
)


def given(ctx: click.Context, values: dict[str, Any]) -> dict[str, Any]:
    """Return those of the options `values` that were set by the user, so that a preset can set the others."""
    defaults = (ParameterSource.DEFAULT, ParameterSource.DEFAULT_MAP)
    return {name: value for name, value in values.items() if ctx.get_parameter_source(name) not in defaults}

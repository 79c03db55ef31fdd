"""`armusic interpolate`: the main job, from a person's MIDI file to tracks for a DAW and a picture."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from armusic.errors import UsageError, WriteError
from armusic_cli import options, tables

if TYPE_CHECKING:
    from armusic.interpolation import Variation

LAYOUTS = ("tracks", "sequence", "clips")
MOST_STEPS = 99


@click.command("interpolate")
@click.argument("file", metavar="INPUT", type=options.FILE)
@click.option(
    "--attr", "attribute", metavar="NAME", required=True, help="Attribute, as rhythm, range, density or contour."
)
@click.option("--steps", type=click.IntRange(1, MOST_STEPS), default=5, show_default=True, help="How many variations.")
@click.option(
    "--range",
    "span",
    type=(float, float),
    metavar="LOW HIGH",
    default=(-2.0, 2.0),
    help="First and last step, in standard deviations of the prior from where each measure is.  [default: -2 2]",
)
@click.option(
    "--measures",
    type=options.measures,
    metavar="FIRST-LAST",
    help="Vary these measures only.  [default: all]",
)
@click.option(
    "--layout",
    type=click.Choice(LAYOUTS),
    default="tracks",
    show_default=True,
    help="A track per step; all steps on one track, one after another; or a folder with a file per step.",
)
@options.model
@options.tune
@options.force
@click.option(
    "-o",
    "--output",
    "out",
    type=options.FILE,
    metavar="OUT",
    help="MIDI file, or folder for clips; the picture goes beside it.  [default: INPUT-NAME.mid in the current folder]",
)
@options.as_json
def command(
    file: Path,
    attribute: str,
    steps: int,
    span: tuple[float, float],
    measures: tuple[int, int] | None,
    layout: str,
    model: Path | None,
    tune: int | None,
    force: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Turn one attribute of a tune down and up, and write the variations as MIDI with a picture.

    INPUT is a MIDI, ABC or MusicXML file with one melody. Step 0 is the input itself, untouched;
    the other measures are what the model makes of it. For example, this writes
    input-rhythm.mid and input-rhythm.png into the current folder:

        armusic interpolate input.mid --attr rhythm
    """
    out = out or Path(f"{file.stem}-{attribute.replace('/', '-')}" + ("" if layout == "clips" else ".mid"))
    picture = out.parent / f"{out.name if layout == 'clips' else out.stem}.png"
    if file.exists() and out.exists() and out.samefile(file):
        raise UsageError(f"{out}: the input itself: name another file with -o")
    with _outputs(out, picture, layout, force) as draft:
        from armusic import api

        melody = api.read(file, tune)
        variations = api.load(model).interpolate(melody, attribute, steps, span, measures)
        api.picture(variations, attribute, draft)
        api.write(variations, out, layout, force=force)
    if as_json:
        tables.show_json(_plain(file, attribute, variations, [out, picture]))
        return
    tables.show(["step", attribute, "change", "notes"], _rows(variations))
    click.echo(f"wrote {out} and {picture}")


@contextmanager
def _outputs(out: Path, picture: Path, layout: str, force: bool) -> Iterator[Path]:
    """Refuse outputs that cannot be written before any work is done; yield where to draft the picture.

    The picture takes its place when the music is written: both are there, or neither.
    """
    for path, kind in ((out, "folder" if layout == "clips" else "file"), (picture, "file")):
        if path.is_dir() and kind == "file":
            raise WriteError(f"{path}: a folder, where a file is wanted: name a file in it")
        if path.exists() and not force and not (path.is_dir() and not any(path.iterdir())):
            raise WriteError(f"{path} exists already: name another with -o, or replace it with --force")
    try:
        folder = tempfile.TemporaryDirectory(prefix=".armusic-", dir=out.parent)
    except OSError as error:
        raise WriteError(f"{out}: its folder cannot be written to ({error.strerror})") from error
    with folder as name:
        draft = Path(name, "picture.png")
        yield draft
        os.replace(draft, picture)


def _rows(variations: Sequence[Variation]) -> list[list[str]]:
    """Return the table: mean of the attribute, its distance from the input's, and notes, per step."""
    original = next(variation for variation in variations if variation.step == 0)
    rows = []
    for variation in variations:
        mean, change = variation.values.mean(), variation.values.mean() - original.values.mean()
        rows.append([variation.name, f"{mean:.3f}", f"{change:+.3f}", str(len(variation.tune.notes))])
    return rows


def _plain(file: Path, attribute: str, variations: Sequence[Variation], files: Sequence[Path]) -> dict[str, object]:
    """Return all of it as plain values."""
    return {
        "input": str(file),
        "attribute": attribute,
        "steps": [
            {
                "name": variation.name,
                "step": variation.step,
                "mean": float(variation.values.mean()),
                "values": variation.values.tolist(),
                "notes": len(variation.tune.notes),
            }
            for variation in variations
        ],
        "left": list(variations[0].left),
        "files": [str(path) for path in files],
    }

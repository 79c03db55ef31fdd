"""`armusic map`: what two attributes become when both are asked for, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from armusic_cli import options, outputs, tables

if TYPE_CHECKING:
    from armusic.editing.surface import Surface

MOST_POINTS = 101


@click.command("map")
@click.argument("file", metavar="INPUT", type=options.FILE)
@click.option("--attr", "names", multiple=True, metavar="NAME", help="An attribute of the model; give two of them.")
@options.measures
@click.option(
    "--points",
    type=click.IntRange(2, MOST_POINTS),
    default=21,
    show_default=True,
    help="Values asked of each attribute.",
)
@options.key
@options.model
@options.tune
@options.force
@click.option(
    "-o",
    "--output",
    "out",
    type=options.FILE,
    metavar="OUT",
    help="Picture: .png, .pdf or .svg.  [default: INPUT-NAME-NAME.png in the current folder]",
)
@options.as_json
def command(
    file: Path,
    names: tuple[str, ...],
    measures: tuple[int, int] | None,
    points: int,
    key: str,
    model: Path | None,
    tune: int | None,
    force: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Ask a tune for every pair of values of two attributes, and draw what is decoded.

    INPUT is a MIDI, ABC or MusicXML file with one melody. Each measure is decoded once for each pair;
    drawn is the mean over the measures. For example, this writes input-rhythm-density.png into
    the current folder:

        armusic map input.mid --attr rhythm --attr density
    """
    out = out or Path(f"{file.stem}-{'-'.join(names).replace('/', '-')}.png")
    outputs.refuse_inputs(out, file)
    outputs.check(out, force)
    from armusic import api

    api.plotting.check_figure(out, force)
    melody = api.read(file, tune)
    found = api.load(model, "music").surface(melody, names, points=points, measures=measures, key=key)
    api.plotting.save(api.plotting.surface(found, melody.title or file.stem), out, force=force)
    if as_json:
        tables.show_json(_plain(file, found, out))
        return
    tables.show(["attribute", "before", "asked for", "reached"], _rows(found))
    click.echo(f"wrote {out}")


def _rows(found: Surface) -> list[list[str]]:
    """Return the mean before, and the least and the largest asked for and reached, per attribute."""
    return [
        [
            name,
            f"{found.original[:, k].mean():.3f}",
            f"{found.targets[k].min():.3f} to {found.targets[k].max():.3f}",
            f"{found.values[k].min():.3f} to {found.values[k].max():.3f}",
        ]
        for k, name in enumerate(found.names)
    ]


def _plain(file: Path, found: Surface, out: Path) -> dict[str, object]:
    """Return all of it as plain values; rows of `reached` are values asked of the second attribute."""
    return {
        "input": str(file),
        "attributes": {
            name: {
                "asked": found.targets[k].tolist(),
                "reached": found.values[k].tolist(),
                "before": found.original[:, k].tolist(),
            }
            for k, name in enumerate(found.names)
        },
        "left": list(found.unchanged),
        "files": [str(out)],
    }

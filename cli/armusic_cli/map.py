"""`armusic map`: two attributes of a tune over a grid of targets for both, as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armusic_cli import options, outputs, tables, threads

if TYPE_CHECKING:
    from armusic.editing.surface import Surface

MOST_POINTS = 101


@click.command("map")
@click.argument("file", metavar="INPUT", type=options.FILE)
@click.option("--attr", "names", multiple=True, metavar="NAME", help="An attribute of the model; give two.")
@options.measures
@click.option(
    "--points",
    type=click.IntRange(2, MOST_POINTS),
    metavar="N",
    default=21,
    show_default=True,
    help="Number of targets of each attribute.",
)
@options.key
@options.model
@options.tune
@options.reading_without("groove")
@options.force
@click.option(
    "-o",
    "--output",
    "out",
    type=options.FILE,
    metavar="OUT",
    help="Picture: .png, .pdf or .svg.  [default: INPUT-NAME-NAME.png in the current folder; for tune N of a book,"
    " INPUT-N-NAME-NAME.png]",
)
@options.as_json
@threads.option
def command(
    file: Path,
    names: tuple[str, ...],
    measures: tuple[int, int] | None,
    points: int,
    key: str,
    model: str | None,
    tune: int | str | None,
    force: bool,
    out: Path | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Draw two attributes of a tune over a grid of targets for both.

    INPUT is a MIDI, ABC or MusicXML file. Each measure is decoded once for each pair of
    targets; the picture shows the mean over the measures. For example, this writes
    input-rhythm-density.png into the current folder:

        armusic map input.mid --attr rhythm --attr density
    """
    stem = outputs.stem(file, tune)
    out = out or Path(f"{stem}-{'-'.join(names).replace('/', '-')}.png")
    outputs.refuse_inputs(out, file)
    outputs.check(out, force)
    from armusic import api

    api.plotting.check_figure(out, force)
    melody = api.read(file, tune, **reading)
    surface = api.load(model, "music").surface(melody, names, points=points, measures=measures, key=key)
    api.plotting.save(api.plotting.surface(surface, melody.title or stem), out, force=force)
    if as_json:
        tables.show_json(_plain(file, surface, out))
        return
    tables.show(["attribute", "original", "targets", "values"], _rows(surface))
    click.echo(f"wrote {out}")


def _rows(surface: Surface) -> list[list[str]]:
    """Return the original mean and the ranges of the targets and of the values reached, per attribute."""
    return [
        [
            name,
            f"{surface.original[:, k].mean():.3f}",
            f"{surface.targets[k].min():.3f} to {surface.targets[k].max():.3f}",
            f"{surface.values[k].min():.3f} to {surface.values[k].max():.3f}",
        ]
        for k, name in enumerate(surface.names)
    ]


def _plain(file: Path, surface: Surface, out: Path) -> dict[str, object]:
    """Return the surface as plain values; the rows of `value` are targets of the second attribute."""
    return {
        "input": str(file),
        "attributes": {
            name: {
                "target": surface.targets[k].tolist(),
                "value": surface.values[k].tolist(),
                "original": surface.original[:, k].tolist(),
            }
            for k, name in enumerate(surface.names)
        },
        "unchanged": list(surface.unchanged),
        "files": [str(out)],
    }

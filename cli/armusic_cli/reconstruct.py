"""`armusic reconstruct`: what a model hears in a tune."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armusic_cli import options, outputs, tables, threads

if TYPE_CHECKING:
    from armusic.editing.reconstruction import Reconstruction


@click.command("reconstruct")
@click.argument("file", metavar="INPUT", type=options.FILE)
@options.model
@options.tune
@options.reading
@options.force
@click.option(
    "-o", "--output", "out", type=options.FILE, metavar="OUT", help="Write the input and its reconstruction as MIDI."
)
@options.as_json
@threads.option
def command(
    file: Path,
    model: str | None,
    tune: int | str | None,
    force: bool,
    out: Path | None,
    as_json: bool,
    **reading: Any,
) -> None:
    """Show how well a model reconstructs a tune: ticks that are right and notes that differ, measure by measure.

    INPUT is a MIDI, ABC or MusicXML file. What the model cannot reconstruct of a measure, its variations cannot
    keep.
    """
    from armusic import api

    if out is not None:
        outputs.refuse_inputs(out, file)
    melody = api.read(file, tune, **reading)
    reconstruction = api.load(model, "music").reconstruct(melody)
    if out is not None:
        api.write([("original", melody), ("reconstruction", reconstruction.tune)], out, force=force)
    rows = _rows(reconstruction)
    if as_json:
        tables.show_json({"source": melody.source, "ticks": float(reconstruction.ticks.mean()), "measures": rows})
        return
    shown = [
        [str(row["measure"]), row["metre"], f"{row['ticks']:.0%}", *(str(row[name] or "") for name in _COUNTS)]
        for row in rows
    ]
    tables.show(["measure", "metre", "ticks right", *_COUNTS], shown)
    exact = melody.count_bars((reconstruction.ticks == 1).tolist())
    click.echo(f"{exact} of {len(melody.bars)} measures exactly as written" + (f"; wrote {out}" if out else ""))


_COUNTS = ("missed", "added", "changed")


def _rows(reconstruction: Reconstruction) -> list[dict[str, Any]]:
    """Return a row per measure, with the number that it has in the file."""
    tune = reconstruction.tune
    metres = [str(measure.metre) for measure in tune.measures]
    columns = [reconstruction.ticks, *(getattr(reconstruction, name) for name in _COUNTS)]
    return [
        dict(zip(("measure", "metre", "ticks", *_COUNTS), values, strict=True))
        for values in zip(tune.firsts, metres, *(column.tolist() for column in columns), strict=True)
    ]

"""`armusic attributes`: the attributes of a tune, measure by measure."""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armusic.config import ATTRIBUTES
from armusic.errors import UsageError
from armusic_cli import options, tables, threads
from armusic_cli.attribute_files import attribute_file, spelled

if TYPE_CHECKING:
    from armusic.api import AttributeTable
    from armusic.music.score import Tune

DIGITS = 6  # in JSON and CSV; the table has three


@click.command("attributes")
@click.argument("file", metavar="INPUT", type=options.FILE)
@options.tune
@options.reading
@click.option(
    "--attr",
    "names",
    multiple=True,
    metavar="NAME",
    help="An attribute; may be repeated.  [default: rhythm, range, density, contour and surprise]",
)
@attribute_file
@options.as_json
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@threads.option
def command(
    file: Path,
    tune: int | str | None,
    names: tuple[str, ...],
    own: tuple[str, ...],
    as_json: bool,
    as_csv: bool,
    **reading: Any,
) -> None:
    """Show the attributes of a tune, one row per measure.

    INPUT is a MIDI, ABC or MusicXML file. The attributes are rhythm (0 to 1: higher with more notes, and with notes off
    the strong beats), range and contour (in semitones, divided by 26: from the lowest to the highest note, and from the
    first to the last), and density (notes per tick). There are also syncopation, beat_strength, rhythmic_entropy and
    interval_entropy (0 to 1), mean_interval (in semitones, divided by 26), surprise (how unexpected the notes are among
    their neighbours to a model of folk tunes, in bits per note), and your own: --attribute-file my.py:mood.
    """
    if as_json and as_csv:
        raise UsageError("--json and --csv cannot go together: choose one")
    from armusic import api

    melody = api.read(file, tune, **reading)
    shown = spelled(names or (*ATTRIBUTES, "surprise"), own)
    table = api.attributes(melody, [*shown, *(name for name in own if name not in shown)])
    if as_json:
        tables.show_json(_plain(melody, table))
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["measure", "metre", *table.names])
        for number, metre, values in zip(table.measures, table.metres, table.values.tolist(), strict=True):
            writer.writerow([number, metre, *(round(value, DIGITS) for value in values)])
    else:
        rows = [
            [str(number), metre, *(f"{value:.3f}" for value in values)]
            for number, metre, values in zip(table.measures, table.metres, table.values.tolist(), strict=True)
        ]
        tables.show(["measure", "metre", *table.names], rows)


def _plain(melody: Tune, table: AttributeTable) -> dict[str, object]:
    """Return a table as plain values."""
    rows = [
        {"measure": number, "metre": metre, **{n: round(v, DIGITS) for n, v in zip(table.names, values, strict=True)}}
        for number, metre, values in zip(table.measures, table.metres, table.values.tolist(), strict=True)
    ]
    return {"source": melody.source, "title": melody.title, "attributes": list(table.names), "measures": rows}

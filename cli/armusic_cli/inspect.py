"""`armusic inspect`: what is in a file, and why it is refused, if it is."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from armusic_cli import options, tables, threads
from armusic_cli.messages import with_flags


@click.command("inspect")
@click.argument("file", metavar="FILE", type=options.FILE)
@options.reading
@options.as_json
@threads.option
def command(file: Path, as_json: bool, **reading: Any) -> None:
    """Show what is in a file, and which measures can be edited or why not.

    FILE is a MIDI, ABC or MusicXML file (book.abc#12: tune 12 of a book; book.abc#12.2: the second tune with
    that number). The part that scores highest as a melody (0 to 1) is chosen, unless --track names another.
    Nothing is written. The last line says whether the file can be used; both answers end with exit code 0. Options
    that do not fit the file, and a file that cannot be read at all, are errors.
    """
    from armusic import api

    inspection = api.inspect(file, **reading)
    if as_json:
        tables.show_json(asdict(inspection))
        return
    for name, text in inspection.facts.items():
        click.echo(f"{name}: {text}")
    if inspection.parts:
        rows = [
            [
                str(part.track),
                str(part.channel),
                part.name,
                str(part.program),
                str(part.notes),
                f"{part.low}-{part.high}",
                f"{part.together:.0%}",
                "drums" if part.melody is None else f"{part.melody:.2f}",
            ]
            for part in inspection.parts
        ]
        tables.show(["track", "channel", "name", "program", "notes", "pitches", "together", "melody"], rows)
    for remark in inspection.remarks:
        click.echo(f"- {with_flags(remark)}")
    click.echo(f"cannot be used: {with_flags(inspection.refused)}" if inspection.refused else "can be used")

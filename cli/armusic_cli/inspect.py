"""`armusic inspect`: what is in a file, and why it was refused if it was."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from armusic_cli import options, tables
from armusic_cli.messages import with_flags


@click.command("inspect")
@click.argument("file", metavar="FILE", type=options.FILE)
@options.reading
@options.as_json
def command(file: Path, as_json: bool, **reading: Any) -> None:
    """Show what is in a file, what of it a model would use, and what not and why.

    FILE is a MIDI, ABC or MusicXML file (book.abc#12: tune 12 of a book). Its parts are shown with how much like a
    melody each is (0 to 1), by which one is chosen, unless --track names it. Nothing is written.
    """
    from armusic import api

    found = api.inspect(file, **reading)
    if as_json:
        tables.show_json(asdict(found))
        return
    for name, text in found.facts.items():
        click.echo(f"{name}: {text}")
    if found.parts:
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
            for part in found.parts
        ]
        tables.show(["track", "channel", "name", "program", "notes", "pitches", "together", "like a melody"], rows)
    for remark in found.remarks:
        click.echo(f"- {with_flags(remark)}")
    click.echo(f"cannot be used: {with_flags(found.refused)}" if found.refused else "can be used")

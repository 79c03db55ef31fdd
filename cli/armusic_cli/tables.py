"""Tables on standard output: drawn on a terminal, plain aligned text where a program may read it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click

from armusic_cli.console import shows

Rows = Sequence[Sequence[str]]


def show(columns: Sequence[str], rows: Rows) -> None:
    """Print a table; columns of numbers are set to the right."""
    numbers = [all(_is_number(row[place]) for row in rows) for place in range(len(columns))]
    if sys.stdout.isatty():
        _draw(columns, rows, numbers)
        return
    widths = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
    for row in (columns, *rows):
        cells = zip(row, widths, numbers, strict=True)
        click.echo(
            "  ".join(cell.rjust(width) if right else cell.ljust(width) for cell, width, right in cells).rstrip()
        )


def show_json(value: Any) -> None:
    """Print a value as JSON; where the encoding of standard output lacks a character, with JSON's escapes."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    click.echo(text if shows(text) else json.dumps(value, indent=2))


def _draw(columns: Sequence[str], rows: Rows, numbers: Sequence[bool]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name, right in zip(columns, numbers, strict=True):
        table.add_column(name, justify="right" if right else "left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # not markup: a name may have brackets in it
    Console(highlight=False).print(table)


def _is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return not text
    return True

"""`armusic data`: the corpora that models are trained on."""

from __future__ import annotations

import csv
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from armusic.errors import UsageError
from armusic_cli import options, tables
from armusic_cli.progress import Progress

if TYPE_CHECKING:
    from armusic.datasets.corpora.corpus import Corpus

NAMES = "folk, folk44, bach, folk44-paper, bach-paper"

list_skipped = click.option(
    "--skipped", "with_skipped", is_flag=True, help="List everything that was left out or corrected, and why."
)
as_csv = click.option("--csv", "as_csv", is_flag=True, help="Print that list as CSV.")


@click.group("data", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show or build the data that models are trained on."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@command.command("show", short_help="Show what is in a corpus, and what was skipped.")
@click.option(
    "--data", default="folk", metavar="NAME|FOLDER", show_default=True, help=f"{NAMES}, or a folder of files."
)
@list_skipped
@as_csv
@options.data_dir
@options.as_json
def show(data: str, with_skipped: bool, as_csv: bool, data_dir: Path | None, as_json: bool) -> None:
    """Show a corpus: tunes and measures by collection and metre, licences, what was skipped and why.

    It is read first, unless it is in the cache.
    """
    _check(as_csv=as_csv, as_json=as_json)
    _show(_read(data, data_dir), with_skipped=with_skipped, as_csv=as_csv, as_json=as_json)


@command.command("build", short_help="Read a folder of your own files for training.")
@click.option(
    "--from",
    "folder",
    default="folk",
    metavar="FOLDER",
    show_default=True,
    help=f"Folder of ABC, MIDI or MusicXML files, or {NAMES}.",
)
@list_skipped
@as_csv
@options.data_dir
@options.as_json
def build(folder: str, with_skipped: bool, as_csv: bool, data_dir: Path | None, as_json: bool) -> None:
    """Read a corpus of your own, cache it for training, and show what is in it.

    Train on it with `armusic train --data FOLDER`.
    """
    _check(as_csv=as_csv, as_json=as_json)
    _show(_read(folder, data_dir), with_skipped=with_skipped, as_csv=as_csv, as_json=as_json)


def _check(*, as_csv: bool, as_json: bool) -> None:
    if as_csv and as_json:
        raise UsageError("--json and --csv cannot go together: choose one")


def _read(data: str, data_dir: Path | None) -> Corpus:
    from armusic import api

    with Progress("reading", "file") as progress:
        return api.corpus(data, data_dir, progress.update)


def _show(corpus: Corpus, *, with_skipped: bool, as_csv: bool, as_json: bool) -> None:
    if as_csv:
        _show_csv(corpus)
        return
    summary = corpus.summary()
    if as_json:
        left_out = [{"source": skip.source, "reason": skip.reason, "message": skip.message} for skip in corpus.skipped]
        more = {"left_out": left_out, "set_right": list(corpus.mended)} if with_skipped else {}
        tables.show_json(summary | more)
        return
    from armusic import api

    counted = api.files.counted
    collections: dict[str, dict[str, Any]] = summary["collections"]
    click.echo(
        f"{summary['name']}: {counted(summary['tunes'], 'tune')}, {counted(summary['measures'], 'measure')},"
        f" {summary['distinct']:,} of them different up to transposition"
    )
    columns = ["tunes", "measures", *(["licence"] if any("licence" in facts for facts in collections.values()) else [])]
    rows = [[name, *(_count(facts.get(column, "")) for column in columns)] for name, facts in collections.items()]
    click.echo()
    tables.show(["collection", *columns], rows)
    click.echo()
    tables.show(["metre", "measures"], _counts({metre: count for metre, count in summary["metres"].items() if count}))
    if any(summary["skipped"].values()):
        rows = [
            [what, reason, count] for what, counts in summary["skipped"].items() for reason, count in _counts(counts)
        ]
        click.echo()
        tables.show(["skipped", "reason", "count"], rows)
    if with_skipped:
        click.echo()
        for skip in corpus.skipped:
            click.echo(_message(skip.source, skip.message))
        for remark in corpus.mended:
            click.echo(f"corrected: {remark}")
    if summary["mended"]:
        click.echo(
            f"\ncorrected while reading: {summary['mended']:,} places, such as a missing rest (--skipped lists them)"
        )
    click.echo(f"\ncache: {summary['cache'] or 'none: it cannot be written to'}")


def _show_csv(corpus: Corpus) -> None:
    """Print what was left out of a corpus, and what was corrected."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["source", "what", "reason", "message"])
    for skip in corpus.skipped:
        writer.writerow([skip.source, "measures left out" if skip.measures else "left out", skip.reason, skip.message])
    for remark in corpus.mended:
        writer.writerow([remark.split(",")[0], "corrected", "", remark])


def _message(source: str, message: str) -> str:
    """Return a message with its source in front; the message may begin with the last part of it."""
    name = source.rsplit("/", 1)[-1]
    return source.removesuffix(name) + message if message.startswith(name) else f"{source}: {message}"


def _counts(counts: Mapping[str, int]) -> list[list[str]]:
    return [[name, _count(count)] for name, count in counts.items()]


def _count(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value

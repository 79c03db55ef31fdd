"""`armusic report`: figures and tables from the runs of an experiment."""

from __future__ import annotations

from pathlib import Path

import click

from armusic_cli import options


@click.command("report")
@click.argument("folder", metavar="FOLDER", type=options.FILE)
@click.option(
    "-o", "--output", "out", type=options.FILE, metavar="OUT", help="Folder of the report.  [default: FOLDER/report]"
)
@options.force
@options.data_dir
def command(folder: Path, out: Path | None, force: bool, data_dir: Path | None) -> None:
    """Draw and tabulate the runs in FOLDER, beside the results of Pati and Lerch (2020).

    OUT gets report.md and its pictures as PNG and SVG: the metrics, the reconstruction, whether the digit
    or the shape is kept, and the codes of the best run of each data set; for images also its traversals
    beside those of the beta-VAE, as GIF and PNG. Runs without an evaluation are listed as unfinished.
    """
    from armusic import api

    out = out or folder / "report"
    for remark in api.report.write(api.report.read(folder), out, data_dir=data_dir, force=force):
        click.echo(f"armusic: note: {remark}", err=True)
    click.echo(f"wrote {out / 'report.md'}")

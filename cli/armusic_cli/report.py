"""`armusic report`: figures and tables from the runs of an experiment."""

from __future__ import annotations

from pathlib import Path

import click

from armusic.errors import UsageError
from armusic_cli import options


@click.command("report")
@click.argument("folder", metavar="FOLDER", type=options.FILE)
@click.option(
    "-o", "--output", "out", type=options.FILE, metavar="OUT", help="Folder of the report.  [default: FOLDER/report]"
)
@click.option(
    "--baseline",
    "baselines",
    multiple=True,
    metavar="MODEL=OTHER",
    help="Model without an attribute loss to compare MODEL with.  [default: MODEL-beta, or beta-vae]",
)
@options.force
@options.data_dir
def command(folder: Path, out: Path | None, baselines: tuple[str, ...], force: bool, data_dir: Path | None) -> None:
    """Draw and tabulate the runs in FOLDER, beside the results of Pati and Lerch (2020).

    OUT gets report.md, each of its tables as CSV and as LaTeX, and its pictures as PNG and SVG: the metrics, the
    reconstruction, whether the digit or the shape is kept, and the codes of the best run of each data set; for
    images also its traversals beside those of the beta-VAE, as GIF and PNG. Runs without an evaluation are listed
    as unfinished. Models are compared in pairs of runs with the same split and seed. The same runs give the same
    report, byte for byte.
    """
    from armusic import api

    out = out or folder / "report"
    chosen = dict(map(_pair, baselines))
    runs = api.report.read(folder)
    for remark in api.report.write(runs, out, data_dir=data_dir, baselines=chosen, force=force):
        click.echo(f"armusic: note: {remark}", err=True)
    click.echo(f"wrote {out / 'report.md'}")


def _pair(text: str) -> tuple[str, str]:
    model, equals, baseline = text.partition("=")
    if not (model and equals and baseline):
        raise UsageError(f"--baseline {text}: write MODEL=OTHER, such as tuned=tuned-beta")
    return model, baseline

"""`armusic listen`: a listening test of models, blind, on a page of this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from armusic.errors import UsageError
from armusic_cli import console, options, threads
from armusic_cli.progress import Progress

SHIPPED = "shipped"


@click.command("listen")
@click.argument("runs", metavar="RUN...", type=options.MODEL, nargs=-1, required=True)
@click.option("--on", "tunes", type=options.FILE, metavar="TUNE", multiple=True, required=True,
              help="A tune to vary: a MIDI, ABC or MusicXML file; may be repeated.")  # fmt: skip
@click.option("-o", "--output", type=options.FILE, metavar="CSV", default=Path("answers.csv"), show_default=True,
              help="File of answers; an existing one is continued.")  # fmt: skip
@click.option("--listener", metavar="NAME", default="1", show_default=True, help="Name of the listener.")
@click.option(
    "--trials", type=click.IntRange(1), metavar="N", default=20, show_default=True, help="Number of comparisons."
)
@click.option("--measures", type=click.IntRange(0), metavar="N", default=8, show_default=True,
              help="Number of measures of each tune, from its start; 0: all.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), metavar="N", default=0, show_default=True, help="Random seed.")
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", help="Port; 0: a free one.  [default: 8765 if free]"
)
@click.option(
    "--host", metavar="ADDRESS", help="Address to serve, for listeners on other machines.  [default: this machine only]"
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@options.reading_without("groove")
@threads.option
def command(
    runs: tuple[str, ...],
    tunes: tuple[Path, ...],
    output: Path,
    listener: str,
    trials: int,
    measures: int,
    seed: int,
    port: int | None,
    host: str | None,
    no_open: bool,
    **reading: Any,
) -> None:
    """Compare variations by several models by ear, blind.

    Each RUN is a run folder or checkpoint, or a model by name or address; a single one is compared with the shipped
    model. A page plays a tune and two variations of it, A and B: two models moved the same attribute by one standard
    deviation, and the page does not tell which is which. Every answer is added to the CSV at once; the same command
    goes on where a listener stopped. Ctrl-C stops it. It needs the extra armusic[studio]. For example:

        armusic listen runs/mine runs/paper --on a.mid --on b.abc --listener anna
    """
    from armusic import api, listening

    named = api.named
    titles = [named.title(run if named.is_address(run) else Path(run).resolve()) for run in runs]
    names = [title.removesuffix(".safetensors") for title in titles]
    if len(set(names)) < len(names):
        raise UsageError(f"{', '.join(names)}: two runs have one name: rename a folder")
    if names == [named.title(None)]:
        raise UsageError(f"{names[0]} is the shipped model: name another to compare it with")
    models = {name: api.load(run, domain="music") for name, run in zip(names, runs, strict=True)}
    if len(models) == 1:
        models[SHIPPED] = api.load()
    answers = listening.Answers(output, listener)
    with Progress("preparing", "comparison") as bar:
        drawn = listening.draw(
            models,
            [(tune.name, api.read(tune, **reading)) for tune in tunes],
            trials,
            measures=measures,
            seed=seed,
            on_progress=bar.update,
        )

    def on_start(address: str, page: str) -> None:
        click.echo(f"armusic listen: {address} (Ctrl-C stops it; answers in {output})", err=True)
        if not no_open:
            import webbrowser

            webbrowser.open(page)

    with console.ended_by_ctrl_c():
        listening.serve(drawn, answers, host=host, port=port, on_start=on_start)

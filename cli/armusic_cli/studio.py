"""`armusic studio`: a page in the browser that changes attributes while a tune plays."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from armusic_cli import console, options, threads


@click.command("studio")
@click.argument("file", metavar="[INPUT]", type=options.FILE, required=False)
@options.model
@click.option(
    "--port", type=click.IntRange(0, 65535), metavar="N", help="Port; 0: a free one.  [default: 8765 if free]"
)
@click.option(
    "--host",
    metavar="ADDRESS",
    help="Address to serve, such as 0.0.0.0: anyone with the printed address can then use the page."
    "  [default: this machine only]",
)
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@options.reading_without("beats", "max_size")
@options.tune
@threads.option
def command(
    file: Path | None,
    model: str | None,
    port: int | None,
    host: str | None,
    no_open: bool,
    tune: int | str | None,
    **reading: Any,
) -> None:
    """Open a page in the browser that plays a tune while you change its attributes.

    Nothing leaves this machine. Ctrl-C stops it. It needs the extra armusic[studio]. For example:

        armusic studio input.mid
    """
    import logging

    from armusic import studio

    logger = logging.getLogger("armusic")
    click.get_current_context().call_on_close(partial(logger.setLevel, logger.level))
    logger.setLevel(logging.ERROR)  # the page shows the remarks on a tune
    if host is not None:
        click.echo(f"armusic: warning: on {host}, anyone on the network who has the address can use the page", err=True)

    def on_start(address: str, page: str) -> None:
        click.echo(f"armusic studio: {address} (Ctrl-C stops it)", err=True)
        if not no_open:
            import webbrowser

            webbrowser.open(page)

    with console.ended_by_ctrl_c():
        studio.serve(file, model=model, host=host, port=port, on_start=on_start, tune=tune, **reading)

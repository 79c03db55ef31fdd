"""`armusic serve`: the studio's server without its page, for DAWs and scripts."""

from __future__ import annotations

from functools import partial

import click

from armusic_cli import console, options, threads

PORT = 8766  # where scripts look for it; the studio's is 8765


@click.command("serve")
@options.model
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=PORT,
    show_default=True,
    metavar="N",
    help="Port; 0 chooses a free one.",
)
@click.option(
    "--host",
    metavar="ADDRESS",
    help="Address to serve, such as 0.0.0.0: whoever has the printed token can then use it."
    "  [default: this machine only]",
)
@threads.option
def command(model: str | None, port: int, host: str | None) -> None:
    """Answer a DAW or a script on this machine with variations of its notes, over HTTP.

    POST /api/notes takes notes in beats and returns variations of them: see docs/notes-api.md. The command prints its
    address. Ctrl-C stops it. It needs the extra armusic[studio]. For example:

        armusic serve
    """
    import logging

    from armusic import studio

    logger = logging.getLogger("armusic")
    click.get_current_context().call_on_close(partial(logger.setLevel, logger.level))
    logger.setLevel(logging.ERROR)  # replies have the remarks
    if host is not None:
        click.echo(f"armusic: warning: on {host}, anyone on the network who has the token can use it", err=True)

    def on_start(address: str, _: str) -> None:
        base, _, token = address.partition("?token=")
        secret = f" (Authorization: Bearer {token})" if token else ""
        click.echo(f"armusic serve: {base}api/notes{secret} (Ctrl-C stops it)")

    with console.ended_by_ctrl_c():
        studio.serve(model=model, host=host, port=port, on_start=on_start, page=False)

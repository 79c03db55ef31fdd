"""`armusic mcp`: the tools for assistants, over standard input and output."""

from __future__ import annotations

from pathlib import Path

import click

from armusic_cli import options, threads


@click.command("mcp")
@click.option(
    "--root",
    "roots",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    multiple=True,
    required=True,
    help="Folder that files may be read from and written to; may be repeated. New files go into the first.",
)
@options.model
@threads.option
def command(roots: tuple[Path, ...], model: str | None) -> None:
    """Serve armusic to an assistant by the Model Context Protocol.

    An assistant (a chat client, an editor) starts this command and talks to it over standard input and output. Its
    tools inspect, measure, change, vary and generate melodies, only in the folders named here. It needs the extra
    armusic[mcp]. For example, in the settings of a host:

        {"mcpServers": {"armusic": {"command": "armusic", "args": ["mcp", "--root", "/home/me/tunes"]}}}
    """
    from armusic import assistant

    assistant.serve(roots, model)

"""Tools for assistants: programs that call armusic by the Model Context Protocol (modelcontextprotocol.io).

`server` makes them known, `tools` does the work, and `folders` says which files they may touch.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from armusic import extras


def serve(roots: Sequence[str | Path], model: str | Path | None = None) -> None:
    """Serve the tools over standard input and output, until the input ends.

    Parameters
    ----------
    roots : sequence of paths
        Folders that files may be read from and written to; new files go into the first.
    model : str or path, optional
        Name, path or address of the model, as for `armusic.load`; the shipped one when not given.

    Raises
    ------
    MissingExtraError
        Without the extra `armusic[mcp]`.
    UsageError
        For a root that is no folder.
    ArmusicError
        For a model that cannot be loaded.
    """
    extras.require("mcp", extra="mcp", purpose="armusic mcp")
    from armusic.assistant import server

    server.build(roots, model).run("stdio")

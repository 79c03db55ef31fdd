"""The server of the tools, by the official Python SDK of the Model Context Protocol."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from armusic import api
from armusic.assistant.folders import folders
from armusic.assistant.tools import Tools
from armusic.errors import ArmusicError

log = logging.getLogger(__name__)

INSTRUCTIONS = (
    "armusic raises or lowers one musical attribute of a melody (rhythm, range, density, contour) and leaves the rest"
    " as it is. Look at a file with `inspect`, measure it with `attributes`, change it with `turn`, compose"
    " measures anew with `vary`. Answers hold notes, ABC notation and the path of a MIDI file, a track a tune."
)
TOOLS = ("inspect", "attributes", "turn", "vary", "generate", "explain")


def build(roots: Sequence[str | Path], model: str | Path | None = None) -> MCPServer[Any]:
    """Return the server.

    Parameters
    ----------
    roots : sequence of paths
        Folders that files may be read from and written to.
    model : str or path, optional
        Name, path or address of the model, as for `armusic.load`; the shipped one when not given.
    """
    tools = Tools(folders(roots), api.load(model, "music"))
    server: MCPServer[Any] = MCPServer(
        "armusic", instructions=INSTRUCTIONS, version=version("armusic"), log_level="WARNING"
    )
    for name in TOOLS:
        server.add_tool(_in_one_line(getattr(tools, name)), name=name)
    return server


def _in_one_line(tool: Callable[..., Any]) -> Callable[..., Any]:
    """Return a tool whose refusals are told to the assistant in their own words."""

    @wraps(tool)
    def run(**arguments: Any) -> Any:
        try:
            return tool(**arguments)
        except (ArmusicError, OSError) as error:
            raise ToolError(" ".join(str(error).split())) from error
        except Exception as error:
            log.debug("a tool failed", exc_info=True)
            text = " ".join(f"{type(error).__name__}: {error}".split())
            raise ToolError(f"{text}: this is a fault of armusic; please report it") from error

    return run

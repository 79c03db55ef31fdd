"""The studio: a page on one's own machine, in a browser, that turns the attributes of a tune while it plays.

`server` answers the page; `messages` has what they say to one another. All of it needs the extra
`armusic[studio]`. The server keeps tunes and their candidates; what is done to a tune is the page's own to keep.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from armusic.errors import MissingFileError
from armusic.extras import missing
from armusic.files import label, one_line, read_bytes
from armusic.io import readers

LOOPBACK = "127.0.0.1"


def serve(
    file: Path | None = None,
    *,
    model: Path | None = None,
    host: str | None = None,
    port: int = 0,
    opened: Callable[[str], None] = lambda _: None,
    **reading: Any,
) -> None:
    """Serve the studio until Ctrl-C.

    Parameters
    ----------
    file : path, optional
        A tune to begin with; `book.abc#12` is tune 12 of a book.
    model : path, optional
        A run folder or checkpoint; the shipped model when not given.
    host : str, optional
        An address that others can reach. Then requests need a token, which is in the address that is told.
        This machine alone when not given.
    port : int
        0: any free one.
    opened : callable
        Told the page's address as soon as it can be opened.
    **reading
        How the file is read: see `armusic.studio.schemas.Reading`.

    Raises
    ------
    MissingExtraError
        Without the extra `armusic[studio]`.
    MissingFileError
        Where there is no such model.
    ArmusicError
        For a file that cannot be used, or a port that is taken.
    """
    try:
        from armusic.studio import server, state, uploads
        from armusic.studio.schemas import Reading
    except ModuleNotFoundError as error:
        raise missing(error.name, extra="studio", purpose="the studio") from error
    if model is not None and not model.exists():
        raise MissingFileError(f"{one_line(str(model))}: no such run folder or checkpoint")
    studio = state.Studio(model)
    if file is not None:
        path, number = readers.numbered(file)
        studio.wishes = Reading(**{"tune": number, **{name: value for name, value in reading.items() if value}})
        studio.given, studio.path = (label(path), read_bytes(path)), str(path)
        uploads.open_bytes(*studio.given, studio.wishes, "anchored")
    token = None if host is None else secrets.token_urlsafe(16)
    names = ("localhost", LOOPBACK, "::1", *((host.lower(), socket.gethostname().lower()) if host else ()))
    listening = server.listen(host or LOOPBACK, port)
    shown = host or LOOPBACK
    shown = socket.gethostname() if shown in ("0.0.0.0", "::") else f"[{shown}]" if ":" in shown else shown  # noqa: S104
    address = f"http://{shown}:{listening.getsockname()[1]}/" + (f"?token={token}" if token else "")
    with listening:
        server.run(server.application(studio, names, token), listening, lambda: opened(address))

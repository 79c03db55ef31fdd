"""The studio: a page in the browser, served on this machine, to change the attributes of a tune while it plays.

`server` serves the page and the API, `schemas` has the messages between them. The studio needs the extra
`armusic[studio]`. The server keeps tunes and their candidates; edits and their history are kept by the page.
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
    on_start: Callable[[str], None] = lambda _: None,
    **reading: Any,
) -> None:
    """Serve the studio until Ctrl-C.

    Parameters
    ----------
    file : path, optional
        A tune to start with; `book.abc#12` is tune 12 of a book.
    model : path, optional
        A run folder or checkpoint; the shipped model when not given.
    host : str, optional
        An address that other machines can reach; requests then need the token in the address passed to
        `on_start`. This machine alone when not given.
    port : int
        The port; 0 chooses a free one.
    on_start : callable
        Called with the address of the page as soon as it can be opened.
    **reading
        Options for reading the file: see `armusic.studio.schemas.Reading`.

    Raises
    ------
    MissingExtraError
        If the extra `armusic[studio]` is not installed.
    MissingFileError
        If the model does not exist.
    ArmusicError
        If the file cannot be used, or the port is taken.
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
        path, number = readers.split_number(file)
        options = {name: value for name, value in reading.items() if value}
        studio.reading = Reading(**{"tune": number, **options})
        studio.file, studio.path = (label(path), read_bytes(path)), str(path)
        uploads.open_bytes(*studio.file, studio.reading, "anchored")
    token = None if host is None else secrets.token_urlsafe(16)
    names = ("localhost", LOOPBACK, "::1", *((host.lower(), socket.gethostname().lower()) if host else ()))
    listening = server.listen(host or LOOPBACK, port)
    address = f"http://{_url_host(host or LOOPBACK)}:{listening.getsockname()[1]}/" + (
        f"?token={token}" if token else ""
    )
    with listening:
        server.run(server.application(studio, names, token), listening, lambda: on_start(address))


def _url_host(host: str) -> str:
    """Return a host as it is written in a URL; the name of this machine where it listens on all addresses."""
    if host in ("0.0.0.0", "::"):  # noqa: S104  (compared only)
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host

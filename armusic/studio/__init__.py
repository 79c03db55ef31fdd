"""The studio: a page in the browser, served on this machine, to change the attributes of a tune while it plays.

`server` serves the page and the API, `schemas` and `edits` have the messages between them. The studio needs the extra
`armusic[studio]`. The server keeps tunes and their candidates; edits and their history are kept by the page.
"""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

from armusic.extras import missing
from armusic.files import label, read_bytes
from armusic.inference import named
from armusic.io import readers
from armusic.io.readers import options as reading_options

LOOPBACK = "127.0.0.1"


def serve(
    file: Path | None = None,
    *,
    model: str | Path | None = None,
    host: str | None = None,
    port: int | None = None,
    page: bool = True,
    on_start: Callable[[str, str], None] = lambda *_: None,
    **reading: Any,
) -> None:
    """Serve the studio until Ctrl-C.

    Parameters
    ----------
    file : path, optional
        A tune to start with; `book.abc#12` is tune 12 of a book.
    model : str or path, optional
        Name, path or address of the model, as for `armusic.load`; the shipped one when not given.
    host : str, optional
        An address that other machines can reach; all requests then need the token in the address passed to
        `on_start`. This machine alone when not given; then only requests for the file need it.
    port : int, optional
        The port; 0 chooses a free one. When not given, 8765, or a free one where that is taken.
    page : bool
        Whether there is a page; the API alone otherwise.
    on_start : callable
        Called as soon as the page can be opened with two addresses: one to show, and one for the command line of a
        browser, which other users can see. With a file or a host, both have a secret; the latter's works once.
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
        from armusic.studio import server, state, temporary, uploads
        from armusic.studio.schemas import Reading
        from armusic.studio.security import Access
    except ModuleNotFoundError as error:
        raise missing(error.name, extra="studio", purpose="the studio") from error
    named.check(model)
    studio = state.Studio(model)
    with temporary.folder():
        if file is not None:
            path, number = readers.split_number(file)
            options = {name: value for name, value in reading.items() if value is not None}
            reading_options.Reading(**options)  # refuses what is out of range
            studio.reading = Reading(**{"tune": number, **options})
            studio.file, studio.path = (label(path), read_bytes(path)), str(path)
            uploads.open_bytes(*studio.file, studio.reading, "anchored")
        names = ("localhost", LOOPBACK, "::1", *((host.lower(), socket.gethostname().lower()) if host else ()))
        with server.listen(host or LOOPBACK, port) as listening:
            access = Access(names, listening.getsockname()[1], open=host is None)
            address = f"http://{url_host(host or LOOPBACK)}:{access.port}/"
            addresses = [address, address]
            if file is not None or host is not None:
                access.token, access.code = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
                addresses = [f"{address}?token={secret}" for secret in (access.token, access.code)]
            app = server.application(studio, access, page=page)
            server.run(app, listening, lambda: on_start(*addresses), studio.worker.close)


def url_host(host: str) -> str:
    """Return a host as it is written in a URL; the name of this machine where it listens on all addresses."""
    if host in ("0.0.0.0", "::"):  # noqa: S104  (compared only)
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host

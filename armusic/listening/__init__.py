"""A listening test: a page on this machine that plays variations of two models, blind, and keeps what people choose.

`trials` draws the comparisons and keeps the answers, `server` has the page's API. It needs the extra `armusic[studio]`,
and takes the server, its rules of access and its headers from the studio.
"""

from __future__ import annotations

import secrets
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path

from armusic.extras import missing
from armusic.listening.trials import Answers, Trial, draw

__all__ = ["Answers", "Trial", "draw", "serve"]


def serve(
    trials: list[Trial],
    answers: Answers,
    *,
    host: str | None = None,
    port: int | None = None,
    on_start: Callable[[str, str], None] = lambda *_: None,
) -> None:
    """Serve a listening test until Ctrl-C.

    Parameters
    ----------
    trials : list of Trial
        The comparisons, in the order in which they come.
    answers : Answers
        Answers so far; new answers are added to its file.
    host : str, optional
        An address that other machines can reach; this machine alone when not given. Every request needs the token in
        the address that is passed to `on_start`.
    port : int, optional
        The port; 0 chooses a free one.
    on_start : callable
        Called as soon as the page can be opened: see `armusic.studio.serve`.

    Raises
    ------
    MissingExtraError
        If the extra `armusic[studio]` is not installed.
    ArmusicError
        If the port is taken.
    """
    try:
        from armusic.listening.server import application
        from armusic.studio import LOOPBACK, server, url_host
        from armusic.studio.security import Access
    except ModuleNotFoundError as error:
        raise missing(error.name, extra="studio", purpose="a listening test") from error
    names = ("localhost", LOOPBACK, "::1", *((host.lower(), socket.gethostname().lower()) if host else ()))
    with server.listen(host or LOOPBACK, port) as listening, tempfile.TemporaryDirectory() as folder:
        access = Access(names, listening.getsockname()[1], secrets.token_urlsafe(16), secrets.token_urlsafe(16))
        address = f"http://{url_host(host or LOOPBACK)}:{access.port}/"
        app = application(trials, answers, Path(folder), access)
        addresses = [f"{address}?token={secret}" for secret in (access.token, access.code)]
        server.run(app, listening, lambda: on_start(*addresses))

"""The studio's web server: the page, the API, and its socket."""

import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from armusic.errors import ArmusicError, CheckpointError, MissingExtraError, UsageError
from armusic.files import one_line
from armusic.studio import api_page, note_routes, routes
from armusic.studio.connections import Connection
from armusic.studio.schemas import Problem
from armusic.studio.security import Access, SecurityMiddleware
from armusic.studio.state import Studio

PAGE = Path(__file__).parent / "page"
PORT = 8765  # the usual one
_GRACE = 1  # seconds that requests have to be answered once the server is to end


def application(studio: Studio, access: Access, *, page: bool = True) -> SecurityMiddleware:
    """Return the ASGI application behind its security middleware.

    Parameters
    ----------
    studio : Studio
        State of the server; its model is loaded when the server starts.
    access : Access
        Rules on who may use it.
    page : bool
        Whether there is a page; the API alone otherwise.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        thread = threading.Thread(target=studio.load, name="armusic-load")
        thread.start()
        yield
        await run_in_threadpool(studio.close)

    app = FastAPI(title="armusic studio", version=version("armusic"), docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.studio = studio
    app.include_router(routes.router)
    app.include_router(note_routes.router)
    app.add_exception_handler(ArmusicError, _refuse)
    app.add_exception_handler(HTTPException, _http)
    for status in (400, 404, 405):
        app.add_exception_handler(status, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _bug)

    @app.get("/api", include_in_schema=False)
    def reference() -> HTMLResponse:
        return HTMLResponse(api_page.page(app.openapi()))

    if page:
        app.add_api_route("/", lambda: FileResponse(PAGE / "index.html"), include_in_schema=False)
        app.mount("/page", StaticFiles(directory=PAGE), name="page")
    return SecurityMiddleware(app, access)


def _problem(status: int, message: str) -> JSONResponse:
    return JSONResponse(Problem(message=one_line(message)).model_dump(), status)


def _refuse(_: Request, error: Exception) -> JSONResponse:
    statuses = {MissingExtraError: 501, CheckpointError: 503}
    return _problem(statuses.get(type(error), 422), str(error))


def _http(_: Request, error: Exception) -> JSONResponse:
    return _problem(getattr(error, "status_code", 500), str(getattr(error, "detail", error)))


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body" and first["type"] != "json_invalid")
    what = str(first["msg"]).removeprefix("Value error, ")
    return _problem(422, f"{where}: {what}" if where else what)


def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=400)  # which nobody gets


def _bug(_: Request, error: Exception) -> JSONResponse:
    return _problem(500, f"{type(error).__name__}: {error}: this is a bug in armusic; please report it")


def listen(host: str, port: int | None = None) -> socket.socket:
    """Return a listening socket.

    Parameters
    ----------
    host : str
        The address.
    port : int, optional
        The port; 0 chooses a free one. The usual one when not given, so that the browser, which keeps work by
        address, has it again; a free one where the usual one is taken.

    Raises
    ------
    UsageError
        If the address or the port cannot be used.
    """
    if port is None:
        try:
            return listen(host, PORT)
        except UsageError:
            return listen(host, 0)
    listening = None
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
    except OSError as error:
        if listening is not None:
            listening.close()
        raise UsageError(f"{host}, port {port}: cannot listen there ({error.strerror}): choose another port") from error
    return listening


class _Server(uvicorn.Server):
    """A server that ends what runs in a process of its own before it waits for the last answers."""

    def __init__(self, config: uvicorn.Config, on_end: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_end = on_end

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the server."""
        self._on_end()
        await super().shutdown(sockets)


def run(
    app: Any, listening: socket.socket, on_start: Callable[[], None], on_end: Callable[[], None] = lambda: None
) -> None:
    """Serve until Ctrl-C.

    Parameters
    ----------
    app : ASGI application
        The application.
    listening : socket
        Socket on which it listens.
    on_start : callable
        Called when the page can be opened.
    on_end : callable
        Called at Ctrl-C, before the last answers: cuts short what would hold them up.
    """
    config = uvicorn.Config(
        app,
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=_GRACE,
        server_header=False,
        ws="none",
        http=Connection,
    )
    server = _Server(config, on_end)

    def wait_for_start() -> None:
        while not server.started and not server.should_exit:
            threading.Event().wait(0.01)
        if server.started:
            on_start()

    def is_relevant(_: logging.LogRecord) -> bool:
        return not server.should_exit  # requests cut off at the end, such as a long export, are no errors

    log = logging.getLogger("uvicorn.error")
    log.addFilter(is_relevant)
    threading.Thread(target=wait_for_start, name="armusic-started").start()
    try:
        server.run(sockets=[listening])
    finally:
        log.removeFilter(is_relevant)

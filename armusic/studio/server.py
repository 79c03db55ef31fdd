"""The studio's server: the page, the API, and how it listens."""

import logging
import socket
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

import uvicorn
from fastapi import FastAPI, HTTPException, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

from armusic.errors import ArmusicError, CheckpointError, MissingExtraError, UsageError
from armusic.files import one_line
from armusic.studio import api_page as listing
from armusic.studio import routes
from armusic.studio.schemas import Problem
from armusic.studio.security import Guard
from armusic.studio.state import Studio

PAGE = Path(__file__).parent / "page"


def application(studio: Studio, names: tuple[str, ...], token: str | None = None) -> Guard:
    """Return the ASGI application, with its guard before it.

    Parameters
    ----------
    studio : Studio
        What is served; it loads itself when the server starts.
    names, token
        As for `armusic.studio.security.Guard`.
    """

    @asynccontextmanager
    async def living(_: FastAPI) -> AsyncIterator[None]:
        thread = threading.Thread(target=studio.load, name="armusic-load")
        thread.start()
        yield
        await run_in_threadpool(studio.close)

    app = FastAPI(title="armusic studio", version=version("armusic"), docs_url=None, redoc_url=None, lifespan=living)
    app.state.studio = studio
    app.include_router(routes.router)
    app.add_exception_handler(ArmusicError, _refused)
    app.add_exception_handler(HTTPException, _http)
    for status in (400, 404, 405):
        app.add_exception_handler(status, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _fault)

    @app.get("/", include_in_schema=False)
    def index() -> FileResponse:
        return FileResponse(PAGE / "index.html")

    @app.get("/api", include_in_schema=False)
    def api_page() -> HTMLResponse:
        return HTMLResponse(listing.page(app.openapi()))

    app.mount("/page", StaticFiles(directory=PAGE), name="page")
    return Guard(app, names, token)


def _problem(status: int, message: str) -> JSONResponse:
    return JSONResponse(Problem(message=one_line(message)).model_dump(), status)


def _refused(_: Request, error: Exception) -> JSONResponse:
    unavailable = {MissingExtraError: 501, CheckpointError: 503}
    return _problem(unavailable.get(type(error), 422), str(error))


def _http(_: Request, error: Exception) -> JSONResponse:
    return _problem(getattr(error, "status_code", 500), str(getattr(error, "detail", error)))


def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"] if part != "body")
    return _problem(422, f"{where}: {first['msg']}" if where else str(first["msg"]))


def _fault(_: Request, error: Exception) -> JSONResponse:
    return _problem(500, f"{type(error).__name__}: {error}: this is a fault of armusic; please report it")


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; port 0 is any free one.

    Raises
    ------
    UsageError
        Where that cannot be.
    """
    found = None
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        found = socket.socket(family, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
    except OSError as error:
        if found is not None:
            found.close()
        raise UsageError(f"{host}, port {port}: cannot listen there ({error.strerror}): name another --port") from error
    return found


def run(app: Guard, listening: socket.socket, started: Callable[[], None]) -> None:
    """Serve until Ctrl-C; `started` is called when the page can be opened."""
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, server_header=False, ws="none"
    )
    server = uvicorn.Server(config)

    def tell() -> None:
        while not server.started and not server.should_exit:
            threading.Event().wait(0.01)
        if server.started:
            started()

    def wanted(_: logging.LogRecord) -> bool:
        return not server.should_exit  # what the end cuts off, such as a long export, is no fault

    log = logging.getLogger("uvicorn.error")
    log.addFilter(wanted)
    threading.Thread(target=tell, name="armusic-started").start()
    try:
        server.run(sockets=[listening])
    finally:
        log.removeFilter(wanted)

"""The studio's web server: the page, the API, and its socket."""

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
from armusic.studio import api_page, routes
from armusic.studio.schemas import Problem
from armusic.studio.security import SecurityMiddleware
from armusic.studio.state import Studio

PAGE = Path(__file__).parent / "page"


def application(studio: Studio, names: tuple[str, ...], token: str | None = None) -> SecurityMiddleware:
    """Return the ASGI application behind its security middleware.

    Parameters
    ----------
    studio : Studio
        State of the server; its model is loaded when the server starts.
    names, token
        Parameters of `armusic.studio.security.SecurityMiddleware`.
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
    app.add_exception_handler(ArmusicError, _refuse)
    app.add_exception_handler(HTTPException, _http)
    for status in (400, 404, 405):
        app.add_exception_handler(status, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(Exception, _bug)

    @app.get("/", include_in_schema=False)
    def index() -> FileResponse:
        return FileResponse(PAGE / "index.html")

    @app.get("/api", include_in_schema=False)
    def reference() -> HTMLResponse:
        return HTMLResponse(api_page.page(app.openapi()))

    app.mount("/page", StaticFiles(directory=PAGE), name="page")
    return SecurityMiddleware(app, names, token)


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
    where = ".".join(str(part) for part in first["loc"] if part != "body")
    return _problem(422, f"{where}: {first['msg']}" if where else str(first["msg"]))


def _bug(_: Request, error: Exception) -> JSONResponse:
    return _problem(500, f"{type(error).__name__}: {error}: this is a bug in armusic; please report it")


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 chooses a free port.

    Raises
    ------
    UsageError
        If the address or the port cannot be used.
    """
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


def run(app: SecurityMiddleware, listening: socket.socket, on_start: Callable[[], None]) -> None:
    """Serve until Ctrl-C; `on_start` is called when the page can be opened."""
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=2, server_header=False, ws="none"
    )
    server = uvicorn.Server(config)

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

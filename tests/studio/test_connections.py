"""Clients that send half a request, or none, or take no answer: raw sockets to a server of this process."""

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import uvicorn

from armusic.studio import connections
from armusic.studio.security import Access
from armusic.studio.server import application, listen
from armusic.studio.state import Studio

HEALTH = "GET /api/health HTTP/1.1\r\nHost: {host}\r\n\r\n"
UPLOAD = "POST /api/sessions?name=a.mid HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1000\r\n\r\nMThd"
PATIENCE = 20.0  # seconds


@contextmanager
def served(app: object = None) -> Iterator[tuple[str, int]]:
    """Serve an application, or else the studio without a model, at an address of this machine."""
    with listen("127.0.0.1", 0) as listening:
        address: tuple[str, int] = listening.getsockname()
        app = app or application(Studio(), Access(("127.0.0.1",), address[1]))
        config = uvicorn.Config(app, log_level="error", lifespan="off", http=connections.Connection)  # type: ignore[arg-type]
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listening],))
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield address
        finally:
            server.should_exit = server.force_exit = True
            thread.join()


def send(address: tuple[str, int], text: str) -> socket.socket:
    connection = socket.create_connection(address, PATIENCE)
    connection.sendall(text.format(host=f"127.0.0.1:{address[1]}").encode())
    return connection


def status(connection: socket.socket) -> int:
    return int(connection.recv(1000).split()[1])


def seconds_open(connection: socket.socket, trickle: bytes = b"") -> float:
    """Return how long a connection stays open, while a byte is sent now and then."""
    start = time.monotonic()
    connection.settimeout(0.05)
    while time.monotonic() < start + PATIENCE:
        try:
            if not connection.recv(1000):
                break
        except TimeoutError:
            try:
                connection.sendall(trickle)
            except OSError:
                break
        except OSError:
            break
    return time.monotonic() - start


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "HEAD", 0.5)
    monkeypatch.setattr(connections, "BODY", 1.0)
    monkeypatch.setattr(connections, "ANSWER", 1.0)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("start", "trickle"),
    [("", b""), ("", b"G"), (HEALTH[:-4], b""), (HEALTH[:-2], b"X"), (HEALTH, b""), (HEALTH, b"G"),
     (UPLOAD, b""), (UPLOAD, b"\0"), (UPLOAD.replace("1000", "100000000"), b"\0")],
)  # fmt: skip
def test_a_client_that_keeps_the_server_waiting_is_cut_off(start: str, trickle: bytes) -> None:
    """Slowly sent parts do not buy more time."""
    with served() as address, send(address, start) as connection:
        assert seconds_open(connection, trickle) < PATIENCE / 2


@pytest.mark.usefixtures("quick")
def test_a_client_that_takes_no_answer_is_cut_off() -> None:
    ended = threading.Event()

    async def app(scope: object, receive: object, send: object) -> None:
        try:
            await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
            for _ in range(100):
                await send({"type": "http.response.body", "body": bytes(1_000_000), "more_body": True})  # type: ignore[operator]
        finally:
            ended.set()

    with served(app) as address, send(address, HEALTH):
        assert ended.wait(PATIENCE)


def test_half_a_request_stays_open_for_as_long_as_it_may() -> None:
    with served() as address, send(address, HEALTH[:-2]) as connection:
        time.sleep(0.3)
        connection.sendall(b"\r\n")
        assert status(connection) == 200


def test_three_hundred_half_requests_stop_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only so many connections stay open; the oldest of those that wait for their client go."""
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 50)
    with served() as address, ExitStack() as stack:
        whole = stack.enter_context(send(address, HEALTH))
        assert status(whole) == 200
        halves = [stack.enter_context(send(address, (HEALTH[:-2], UPLOAD, "")[number % 3])) for number in range(300)]
        for _ in range(5):
            with send(address, HEALTH) as connection:
                assert status(connection) == 200
        still = 0
        for half in halves:
            half.settimeout(0.01)
            try:
                still += bool(half.recv(1))
            except TimeoutError:
                still += 1
            except OSError:
                continue
        assert 30 <= still <= 50


def test_an_upload_that_is_cut_is_no_error(caplog: pytest.LogCaptureFixture) -> None:
    with served() as address:
        for _ in range(3):
            send(address, UPLOAD).close()
        time.sleep(0.3)
        with send(address, HEALTH) as connection:
            assert status(connection) == 200
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []

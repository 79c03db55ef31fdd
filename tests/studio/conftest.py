"""A studio in this process, with the shipped model and a short tune."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from armusic.studio.security import Access
from armusic.studio.server import application
from armusic.studio.state import Studio

ORIGIN = "http://127.0.0.1:8000"
REEL = b"X:1\nT:A Reel\nM:4/4\nL:1/8\nQ:1/4=160\nK:G\nGABc dedB|dedB dedB|c2ec B2dB|A2F2 G4|\n"
BOOK = REEL + b"\nX:2\nT:A Waltz\nM:3/4\nL:1/4\nK:D\nDFA|d2A|B2G|F3|\n"


APP = application(Studio(file=("reel.abc", REEL)), Access(("127.0.0.1",), 8000))


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    with TestClient(APP, ORIGIN, raise_server_exceptions=False) as client:
        yield client


def open_file(client: TestClient, data: bytes = REEL, name: str = "reel.abc") -> dict[str, Any]:
    """Open a file and return its session."""
    response = client.post("/api/sessions", params={"name": name}, content=data)
    assert response.status_code == 201, response.text
    return response.json()


def wait_for_search(client: TestClient, ident: str, key: str = "auto") -> dict[str, Any]:
    """Wait for the end of the search."""
    for _ in range(1200):
        response = client.get(f"/api/sessions/{ident}/pool", params={"key": key})
        assert response.status_code == 200, response.text
        pool: dict[str, Any] = response.json()
        if pool["ready"] or pool["error"]:
            return pool
        time.sleep(0.1)
    raise AssertionError("the search takes too long")


@pytest.fixture(scope="session")
def kept_reel() -> dict[str, Any]:
    """Return where the session of `reel` is kept from test to test."""
    return {}


@pytest.fixture
def reel(client: TestClient, kept_reel: dict[str, Any]) -> dict[str, Any]:
    """Return the session of a tune whose search is over; opened again where the sessions of other tests ended it."""
    if not kept_reel or client.get(f"/api/sessions/{kept_reel['id']}").status_code != 200:
        kept_reel.update(open_file(client))
    assert wait_for_search(client, kept_reel["id"])["error"] == ""
    return kept_reel

"""Whose requests are answered, and what a page may load."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from armusic.studio.security import MAX_BYTES, POLICY, SecurityMiddleware
from armusic.studio.server import application
from armusic.studio.state import Studio

from .conftest import HERE

TOKEN = "a-token"


@pytest.fixture
def others() -> TestClient:
    """A server that others can reach; it is not started, so there is no model."""
    return TestClient(application(Studio(), ("127.0.0.1", "studio.local"), TOKEN), HERE, follow_redirects=False)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.1:8000", "[::1", "@127.0.0.1@x"]
)
def test_another_host_name_is_refused(client: TestClient, host: str) -> None:
    done = client.get("/api/health", headers={"host": host})
    assert done.status_code == 400
    assert done.json()["message"].startswith("this server has another name")


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:1"},
     {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}],
)  # fmt: skip
def test_another_site_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    done = client.post("/api/sessions/example/1", headers=headers)
    assert (done.status_code, done.json()["message"]) == (403, "requests from other sites are refused")


def test_the_page_itself_is_answered_and_no_other_site_is_told(client: TestClient) -> None:
    done = client.get("/api/health", headers={"origin": HERE, "sec-fetch-site": "same-origin"})
    assert done.status_code == 200
    assert not [name for name in done.headers if name.startswith("access-control")]
    assert done.headers["content-security-policy"] == POLICY
    assert done.headers["x-content-type-options"] == "nosniff"


def test_no_script_in_the_page_is_run_and_nothing_comes_from_elsewhere() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in POLICY.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in POLICY
    assert "http" not in POLICY


def test_what_is_too_long_is_refused(client: TestClient) -> None:
    for content in (b"0" * (MAX_BYTES + 1), iter([b"0" * 1_000_000] * 11)):  # with a length, and in pieces
        done = client.post("/api/sessions", params={"name": "a.mid"}, content=content)
        assert (done.status_code, done.json()["message"]) == (413, "larger than 10 MB")
    assert client.get("/api/health").json()["state"] == "ready"


def test_others_need_the_token(others: TestClient) -> None:
    done = others.get("/api/health")
    assert done.status_code == 401
    assert done.json()["message"] == "the token is missing: open the address that armusic studio printed"
    for given in ({"authorization": "Bearer wrong"}, {"authorization": f"Basic {TOKEN}"}, {"cookie": "armusic=wrong"}):
        assert others.get("/api/health", headers=given).status_code == 401
    assert others.get("/api/health", params={"token": TOKEN}).status_code == 401  # the page's address only
    assert others.get("/", params={"token": "wrong"}).status_code == 401
    assert others.get("/api/health", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_address_with_the_token_gives_the_page_a_cookie(others: TestClient) -> None:
    done = others.get("/", params={"token": TOKEN})
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=Strict"} <= set(done.headers["set-cookie"].split("; "))
    assert others.get("/api/health").status_code == 200  # the client keeps cookies


@pytest.mark.parametrize(("host", "status"), [("studio.local:80", 401), ("192.168.1.2:80", 401), ("evil.example", 400)])
def test_where_others_reach_it_numbers_are_names(others: TestClient, host: str, status: int) -> None:
    assert others.get("/api/health", headers={"host": host}).status_code == status


def test_a_fault_is_told_in_a_line_and_the_server_lives_on(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from armusic.studio import uploads

    def fail(*_: Any) -> None:
        raise RuntimeError("something broke")

    monkeypatch.setattr(uploads, "open_bytes", fail)
    done = client.post("/api/sessions", params={"name": "a.mid"}, content=b"0")
    assert done.status_code == 500
    assert done.json()["message"] == "RuntimeError: something broke: this is a bug in armusic; please report it"
    assert client.get("/api/health").status_code == 200


def test_the_guard_lets_the_server_start_and_stop() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    import asyncio

    asyncio.run(SecurityMiddleware(app, ())({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]

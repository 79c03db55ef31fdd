"""Which requests are accepted, and what a page may load."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from armusic.studio.security import MAX_BYTES, POLICY, Access, SecurityMiddleware
from armusic.studio.server import application
from armusic.studio.state import Studio

from .conftest import ORIGIN

TOKEN = "a-token"


@pytest.fixture
def others() -> TestClient:
    """A server that others can reach; it is not started, so there is no model."""
    return TestClient(
        application(Studio(), Access(("127.0.0.1", "studio.local"), 8000, TOKEN)), ORIGIN, follow_redirects=False
    )


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.1:8000", "[::1", "@127.0.0.1@x", "127.0.0.1", "127.0.0.1:80",
     "127.0.0.1:08000", "127.0.0.1:", "x@127.0.0.1:8000", "127.0.0.1:8000:8000", "[127.0.0.1:8000", "127.0.0.1.:8000"],
)  # fmt: skip
def test_another_host_name_is_refused(client: TestClient, host: str) -> None:
    response = client.get("/api/health", headers={"host": host})
    assert response.status_code == 400
    assert response.json()["message"].startswith("this server has another name")


@pytest.mark.parametrize(
    "headers",
    [{"origin": "http://evil.example"}, {"origin": "null"}, {"origin": "http://127.0.0.1:1"},
     {"sec-fetch-site": "cross-site", "sec-fetch-mode": "cors"}],
)  # fmt: skip
def test_another_site_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    response = client.post("/api/sessions/example/1", headers=headers)
    assert (response.status_code, response.json()["message"]) == (403, "requests from other sites are refused")


def test_the_page_itself_is_answered_and_no_other_site_is_told(client: TestClient) -> None:
    response = client.get("/api/health", headers={"origin": ORIGIN, "sec-fetch-site": "same-origin"})
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("access-control")]
    assert response.headers["content-security-policy"] == POLICY
    assert response.headers["x-content-type-options"] == "nosniff"


def test_no_script_in_the_page_is_run_and_nothing_comes_from_elsewhere() -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in POLICY.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
    assert "unsafe" not in POLICY
    assert "http" not in POLICY


def test_a_request_that_is_too_large_is_refused(client: TestClient) -> None:
    for content in (b"0" * (MAX_BYTES + 1), iter([b"0" * 1_000_000] * 11)):  # with a length, and in pieces
        response = client.post("/api/sessions", params={"name": "a.mid"}, content=content)
        assert (response.status_code, response.json()["message"]) == (413, "larger than 10 MB")
    assert client.get("/api/health").status_code == 200


def test_others_need_the_token(others: TestClient) -> None:
    response = others.get("/api/health")
    assert response.status_code == 401
    assert response.json()["message"] == "the token is missing: open the address that armusic studio printed"
    for headers in (
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {TOKEN}"},
        {"cookie": "armusic-8000=wrong"},
        {"cookie": f"armusic-8001={TOKEN}"},  # of a server at another port
        {"cookie": f"armusic={TOKEN}"},
    ):
        assert others.get("/api/health", headers=headers).status_code == 401
    assert others.get("/api/health", params={"token": TOKEN}).status_code == 401  # the page's address only
    assert others.get("/", params={"token": "wrong"}).status_code == 401
    assert others.get("/api/health", headers={"authorization": f"Bearer {TOKEN}"}).status_code == 200


def test_the_address_with_the_token_gives_the_page_a_cookie(others: TestClient) -> None:
    response = others.get("/", params={"token": TOKEN})
    assert (response.status_code, response.headers["location"]) == (303, "/")
    parts = response.headers["set-cookie"].split("; ")
    assert parts[0] == f"armusic-8000={TOKEN}"
    assert {"HttpOnly", "SameSite=Strict"} <= set(parts)
    assert others.get("/api/health").status_code == 200  # the client keeps cookies


def test_the_file_named_at_the_start_is_for_the_page_opened_then(client: TestClient) -> None:
    studio = client.app.app.state.studio  # type: ignore[attr-defined]
    access = Access(("127.0.0.1",), 8000, TOKEN, code="a-code", open=True)
    app = application(studio, access)
    stranger, page = (TestClient(app, ORIGIN, follow_redirects=False) for _ in range(2))
    assert page.get("/", params={"token": "a-code"}).headers["location"] == "/"
    assert stranger.get("/", params={"token": "a-code"}).status_code == 200  # no redirection, no cookie: it is used up
    script = TestClient(app, ORIGIN, headers={"authorization": f"Bearer {TOKEN}"})
    for user, initial, status in ((stranger, None, 404), (page, "initial", 201), (script, "initial", 201)):
        assert user.get("/api/model").json()["initial"] == initial
        assert ("reel.abc" in user.get("/api/examples").text) == bool(initial)
        assert user.post("/api/sessions/example/initial").status_code == status
    assert stranger.post("/api/sessions/example/1").status_code == 201  # the rest is for everyone on this machine


@pytest.mark.parametrize(
    ("host", "status"),
    [("studio.local:8000", 401), ("192.168.1.2:8000", 401), ("[fe80::1]:8000", 401), ("192.168.1.2", 400),
     ("evil.example:8000", 400)],
)  # fmt: skip
def test_where_others_reach_it_numbers_are_names(others: TestClient, host: str, status: int) -> None:
    assert others.get("/api/health", headers={"host": host}).status_code == status


def test_a_bug_is_reported_in_a_line_and_the_server_goes_on(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    from armusic.studio import uploads

    def fail(*_: Any) -> None:
        raise RuntimeError("something broke")

    monkeypatch.setattr(uploads, "open_bytes", fail)
    response = client.post("/api/sessions", params={"name": "a.mid"}, content=b"0")
    assert response.status_code == 500
    assert response.json()["message"] == "RuntimeError: something broke: this is a bug in armusic; please report it"
    assert client.get("/api/health").status_code == 200


def test_the_middleware_lets_the_server_start_and_stop() -> None:
    seen: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["type"])

    import asyncio

    asyncio.run(SecurityMiddleware(app, Access((), 80))({"type": "lifespan"}, None, None))  # type: ignore[arg-type]
    assert seen == ["lifespan"]

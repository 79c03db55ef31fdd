"""Security of the server: which requests are accepted, how large they may be, and what a page may load."""

from __future__ import annotations

import ipaddress
import json
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlsplit

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_BYTES = 10_000_000  # of a request
TOO_LARGE = f"larger than {MAX_BYTES / 1e6:g} MB"
_HTTP = 80  # the port that a host name without one has
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self';"
    " media-src 'self' blob:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@dataclass(slots=True)
class Access:
    """Who may use the server.

    Parameters
    ----------
    names : tuple of str
        Host names of the server, in lower case. A request with another name or port comes from a site whose name was
        made to resolve to this server.
    port : int
        Port of the server.
    token : str, optional
        Secret that requests must carry.
    code : str, optional
        Secret that is exchanged for the token once. It is for a browser's command line, which others can see.
    open : bool
        Whether requests without the token are answered too, all but those for the tune named at the start. Otherwise
        other machines can reach the server, and IP addresses are accepted as names.
    """

    names: tuple[str, ...]
    port: int
    token: str | None = None
    code: str | None = None
    open: bool = False

    @property
    def cookie(self) -> str:
        """Name of the cookie with the token: browsers send cookies to every port of a host."""
        return f"armusic-{self.port}"

    def exchange(self, secret: str) -> bool:
        """Return whether a secret is worth the token; a code is so once."""
        if self.code is not None and _same(secret, self.code):
            self.code = None
            return True
        return self.token is not None and _same(secret, self.token)

    def is_own(self, host: str) -> bool:
        """Return whether a request's host is this server, by name and port."""
        name, colon, port = host.lower().rpartition(":")
        if not colon or host.endswith("]"):
            name, port = host.lower(), str(_HTTP)
        if port != str(self.port):
            return False
        name = name[1:-1] if name.startswith("[") and name.endswith("]") else name
        if name in self.names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return self.token is not None and not self.open


class SecurityMiddleware:
    """ASGI middleware that refuses requests from other sites, from strangers, or that are too large.

    `scope["trusted"]` tells the application whether a request has the token, or none is needed.

    Parameters
    ----------
    app : ASGI application
        The application behind it.
    access : Access
        Rules on who may use it.
    """

    def __init__(self, app: App, access: Access) -> None:
        self.app, self.access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it in one line."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        refusal = self._refusal(headers)
        if refusal is not None:
            await _respond(send, *refusal)
            return
        access = self.access
        secret = parse_qs(scope["query_string"].decode("latin-1")).get("token", [""])[0] if scope["path"] == "/" else ""
        if secret and access.exchange(secret):
            cookie = f"{access.cookie}={access.token}; HttpOnly; SameSite=Strict; Path=/"
            await _respond(send, 303, "go on", {"location": "/", "set-cookie": cookie})
            return
        trusted = access.token is None or self._has_token(headers)
        if not trusted and not access.open:
            await _respond(send, 401, "the token is missing: open the address that armusic studio printed")
            return
        scope["trusted"] = trusted
        await self._pass(scope, receive, send)

    def _refusal(self, headers: dict[str, str]) -> tuple[int, str] | None:
        host, origin = headers.get("host", ""), headers.get("origin")
        if not self.access.is_own(host):
            return 400, "this server has another name: open the address that armusic studio printed"
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return 403, "requests from other sites are refused"
        if headers.get("sec-fetch-site") in ("cross-site", "same-site") and headers.get("sec-fetch-mode") != "navigate":
            return 403, "requests from other sites are refused"
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BYTES:
            return 413, TOO_LARGE
        return None

    def _has_token(self, headers: dict[str, str]) -> bool:
        token = self.access.token or ""
        scheme, _, credentials = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and _same(credentials.strip(), token):
            return True
        try:
            cookie = SimpleCookie(headers.get("cookie", "")).get(self.access.cookie)
        except CookieError:
            return False
        return cookie is not None and _same(cookie.value, token)

    async def _pass(self, scope: Scope, receive: Receive, send: Send) -> None:
        size, started = 0, False

        async def receive_counted() -> MutableMapping[str, Any]:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            return {"type": "http.disconnect"} if size > MAX_BYTES else message

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            nonlocal started
            if size > MAX_BYTES:
                return
            if message["type"] == "http.response.start":
                started = True
                own = {name for name, _ in message["headers"]}
                more = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name.encode() not in own]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        try:
            await self.app(scope, receive_counted, send_with_headers)
        finally:
            if size > MAX_BYTES and not started:
                await _respond(send, 413, TOO_LARGE)


def _same(candidate: str, token: str) -> bool:
    return secrets.compare_digest(candidate.encode(), token.encode())


async def _respond(send: Send, status: int, message: str, headers: dict[str, str] | None = None) -> None:
    body = json.dumps({"message": message}).encode()
    every = {"content-type": "application/json", "content-length": str(len(body)), **HEADERS, **(headers or {})}
    start = [(name.encode(), value.encode()) for name, value in every.items()]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})

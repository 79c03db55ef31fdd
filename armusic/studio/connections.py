"""Limits on connections: how many, and by when a client must have sent its request and taken the answer.

Without them, a client that sends half a request and waits would hold its connection, and in the end the server.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

MAX_CONNECTIONS = 100  # beyond that the one that has waited longest for its client is closed
HEAD = 10.0  # seconds from a connection, or from the answer before, to the end of a request's headers
BODY = 60.0  # seconds from there to the end of its body
ANSWER = 60.0  # seconds in which a client must take what is ready for it


class Connection(H11Protocol):
    """A connection that is closed when its client keeps it waiting."""

    _limit: asyncio.TimerHandle | None = None
    _awaited: tuple[str, Any] = ("", None)
    _full = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note a new connection; where there are too many, close the one that has waited longest for its client."""
        others = [other for other in self.connections if isinstance(other, Connection) and other.is_open]
        super().connection_made(transport)
        self._watch()
        if len(others) >= MAX_CONNECTIONS:
            waiting = [other for other in others if other._limit is not None]
            min(waiting, key=lambda other: other._limit.when() if other._limit else 0.0, default=self).close()

    @property
    def is_open(self) -> bool:
        """Whether it is not closed, nor about to be."""
        return not self.transport.is_closing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the limit of a closed connection."""
        super().connection_lost(exc)
        self._forget()

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._watch()

    def pause_writing(self) -> None:
        """Note that the client does not take the answer."""
        super().pause_writing()
        self._full = True
        self._watch()

    def resume_writing(self) -> None:
        """Note that it does again."""
        super().resume_writing()
        self._full = False
        self._watch()

    def close(self) -> None:
        """Close the connection, whatever is left to be sent."""
        self._forget()
        self.transport.abort()

    def _watch(self) -> None:
        """Set a limit for what the client must do next, unless it is set already; none while the server works."""
        cycle = self.cycle
        seconds = None
        if self._full:
            awaited, seconds = "answer", ANSWER
        elif cycle is None or cycle.response_complete:
            awaited, seconds = "head", HEAD
        elif cycle.more_body:
            awaited, seconds = "body", BODY
        else:
            awaited = "nothing"
        if self._awaited == (awaited, cycle):
            return
        self._forget()
        self._awaited = awaited, cycle
        if seconds is not None and self.is_open:
            self._limit = self.loop.call_later(seconds, self._end)

    def _end(self) -> None:
        if self._awaited[0] == "head" and self.transport.get_write_buffer_size():
            self._full = True  # the answer before is still on its way
            self._watch()
        else:
            self.close()

    def _forget(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

"""Tunes that pages play with: how many there are, how long they stay, and the search for their candidates."""

from __future__ import annotations

import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations, product
from queue import LifoQueue
from threading import Lock, Thread

from armusic.editing import interactive
from armusic.editing.interactive import LookUp, TuneContext
from armusic.editing.surface import Surface
from armusic.errors import ArmusicError
from armusic.studio import memory
from armusic.studio.schemas import Pool
from armusic.studio.uploads import Opened
from armusic.training.checkpoint import Checkpoint

log = logging.getLogger(__name__)

MOST = 6  # sessions; one more, and the one that was used least recently goes
IDLE = 2 * 60 * 60.0  # seconds after which a session goes
KEYS = 2  # of one session for which candidates are kept
HELD = 24_000_000  # bytes of all candidates; the tune that was used least recently is searched anew when it is wanted
PAUSE = 0.002  # seconds between two batches of a search: answers come first


class Stopped(Exception):  # noqa: N818  (no error: nobody waits for the search any more)
    """A search that nobody waits for."""


@dataclass(slots=True)
class Bench:
    """A tune in a key: what answers now, and what will.

    Parameters
    ----------
    key : str
        As asked: `auto`, `off` or a name.
    ground : TuneContext
        Answers by one decode.
    turner : LookUp, optional
        Looks answers up, as soon as the search is over.
    """

    key: str
    ground: TuneContext
    turner: LookUp | None = None
    done: float = 0.0
    failed: str = ""
    stopped: bool = False
    surfaces: dict[tuple[str, str, int], Surface] = field(default_factory=dict)

    @property
    def pool(self) -> Pool:
        """How far the search is."""
        return Pool(key=self.key, ready=self.turner is not None, done=round(self.done, 3), failed=self.failed)


@dataclass(slots=True)
class Session:
    """A tune that a page plays with."""

    id: str
    opened: Opened
    used: float
    benches: OrderedDict[str, Bench] = field(default_factory=OrderedDict)
    latest: int = 0
    lock: Lock = field(default_factory=Lock)


class Sessions:
    """The sessions of a server, and the one thread that searches for all of them.

    Parameters
    ----------
    now : callable
        Seconds, for what is idle.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = Lock()
        self._waiting: LifoQueue[Bench | None] = LifoQueue()  # the tune opened last is the one that is played with
        self._closed = False
        self._thread = Thread(target=self._search, name="armusic-search")
        self._thread.start()

    def __len__(self) -> int:
        return len(self._sessions)

    def add(self, opened: Opened) -> Session:
        """Keep a tune; the one used least recently goes where there are too many."""
        session = Session(secrets.token_urlsafe(12), opened, self._now())
        with self._lock:
            self._sessions[session.id] = session
            self._expire()
        return session

    def get(self, ident: str) -> Session | None:
        """Return a session, if there still is one of this name."""
        with self._lock:
            self._expire()
            session = self._sessions.get(ident)
            if session is not None:
                session.used = self._now()
                self._sessions.move_to_end(ident)
        return session

    def drop(self, ident: str) -> bool:
        """Forget a session; return whether there was one."""
        with self._lock:
            session = self._sessions.pop(ident, None)
        if session is not None:
            _stop(session)
        return session is not None

    def reopen(self, session: Session, opened: Opened) -> None:
        """Give a session another tune of its file."""
        with session.lock:
            _stop(session)
            session.opened = opened

    def bench(self, session: Session, checkpoint: Checkpoint, key: str) -> Bench:
        """Return a session's tune in a key; the search for it begins when it is first wanted.

        Raises
        ------
        UsageError
            For a key that there is not.
        """
        with session.lock:
            if key not in session.benches:
                bench = Bench(key, interactive.context_of(checkpoint, session.opened.tune, key))
                session.benches[key] = bench
                self._waiting.put(bench)
                while len(session.benches) > KEYS:
                    session.benches.popitem(last=False)[1].stopped = True
            session.benches.move_to_end(key)
            return session.benches[key]

    def close(self) -> None:
        """End the search."""
        self._closed = True
        self._waiting.put(None)
        self._thread.join()

    def _make_room(self, newest: Bench) -> None:
        """Forget the candidates of what was used least recently, until the others fit."""
        with self._lock:
            sessions = list(self._sessions.values())
        held = newest.turner.size if newest.turner else 0
        for session in reversed(sessions):
            with session.lock:
                for key, bench in reversed(list(session.benches.items())):
                    if bench.turner and bench is not newest:
                        held += bench.turner.size
                        if held > HELD:
                            del session.benches[key]

    def _expire(self) -> None:
        old = self._now() - IDLE
        while self._sessions:
            first = next(iter(self._sessions.values()))
            if len(self._sessions) <= MOST and first.used >= old:
                return
            _stop(self._sessions.pop(first.id))

    def _search(self) -> None:
        while (bench := self._waiting.get()) is not None and not self._closed:
            try:
                self._fill(bench)
            except Stopped:
                continue
            except ArmusicError as error:
                bench.failed = str(error)
            except Exception as error:  # the server lives on, with the open loop
                log.exception("the search failed")
                bench.failed = f"the search failed ({type(error).__name__}): answers stay near what is asked"
            finally:
                memory.give_back()

    def _fill(self, bench: Bench) -> None:
        """Search for the candidates of a bench, and make those pools that are wanted first."""
        if bench.stopped:
            return

        def told(done: int, total: int) -> None:
            if bench.stopped or self._closed:
                raise Stopped
            bench.done = done / total
            time.sleep(PAUSE)

        bench.turner = interactive.search(bench.ground, told)
        bench.done = 1.0
        places = range(len(bench.ground.names))
        for columns, block in product(combinations(places, 2), bench.turner.blocks):
            if bench.stopped or self._closed:
                return
            block.pool(columns)
        self._make_room(bench)


def _stop(session: Session) -> None:
    for bench in session.benches.values():
        bench.stopped = True
    session.benches.clear()

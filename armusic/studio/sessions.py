"""Sessions: the open tunes, how long they are kept, and the search for their candidates."""

from __future__ import annotations

import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from queue import LifoQueue
from threading import Lock, Thread

from armusic.editing import interactive
from armusic.editing.interactive import LookUp, TuneContext
from armusic.editing.surface import Surface
from armusic.errors import ArmusicError
from armusic.inference.checkpoint import Checkpoint
from armusic.studio import memory
from armusic.studio.schemas import PoolStatus
from armusic.studio.uploads import Upload

log = logging.getLogger(__name__)

MAX_SESSIONS = 6  # beyond that the least recently used session is removed
MAX_IDLE = 2 * 60 * 60.0  # seconds without use after which a session is removed
MAX_KEYS = 2  # keys of a session for which candidates are kept
MAX_BYTES = 24_000_000  # of all candidates; beyond that the least recently used are dropped, and searched again on use
PAUSE = 0.002  # seconds between two batches of a search, so that requests are answered first


class Stopped(Exception):  # noqa: N818  (no error)
    """The search was cancelled: its session is closed or reads another tune."""


@dataclass(slots=True)
class Editor:
    """A tune in a key, ready to be edited.

    Parameters
    ----------
    key : str
        `auto`, `off` or the name of a key.
    context : TuneContext
        The tune as the model takes it: gives variations by one decode.
    look_up : LookUp, optional
        The candidates: gives variations by look-up. None until the search is over.
    progress : float
        Progress of the search, 0..1.
    error : str
        Why the search failed; empty otherwise.
    stopped : bool
        Whether the search is to be cancelled.
    surfaces : dict of (str, str, int) to Surface
        The grids decoded so far, by two attributes and the number of points.
    """

    key: str
    context: TuneContext
    look_up: LookUp | None = None
    progress: float = 0.0
    error: str = ""
    stopped: bool = False
    surfaces: dict[tuple[str, str, int], Surface] = field(default_factory=dict)

    @property
    def status(self) -> PoolStatus:
        """Progress of the search."""
        ready = self.look_up is not None
        return PoolStatus(key=self.key, ready=ready, progress=round(self.progress, 3), error=self.error)


@dataclass(slots=True)
class Session:
    """An open tune.

    Parameters
    ----------
    id : str
        A random name.
    upload : Upload
        The file and the tune read from it.
    used : float
        Time of the last use, in seconds.
    editors : OrderedDict of str to Editor
        The tune in each key that was used, the latest last.
    latest : int
        Highest sequence number of its edits.
    lock : Lock
        Held while the editors change.
    """

    id: str
    upload: Upload
    used: float
    editors: OrderedDict[str, Editor] = field(default_factory=OrderedDict)
    latest: int = 0
    lock: Lock = field(default_factory=Lock)


class Sessions:
    """The sessions of a server, and the one thread that searches for all of them.

    Parameters
    ----------
    now : callable
        A clock in seconds.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._sessions: OrderedDict[str, Session] = OrderedDict()
        self._lock = Lock()
        self._waiting: LifoQueue[Editor | None] = LifoQueue()  # the latest tune is searched first
        self._closed = False
        self._thread = Thread(target=self._search, name="armusic-search")
        self._thread.start()

    def __len__(self) -> int:
        return len(self._sessions)

    def add(self, upload: Upload) -> Session:
        """Open a session; beyond the limit the least recently used one is removed."""
        session = Session(secrets.token_urlsafe(12), upload, self._now())
        with self._lock:
            self._sessions[session.id] = session
            self._expire()
        return session

    def get(self, ident: str) -> Session | None:
        """Return a session by its id; None if it has been removed."""
        with self._lock:
            self._expire()
            session = self._sessions.get(ident)
            if session is not None:
                session.used = self._now()
                self._sessions.move_to_end(ident)
        return session

    def remove(self, ident: str) -> bool:
        """Close a session; return whether there was one."""
        with self._lock:
            session = self._sessions.pop(ident, None)
        if session is not None:
            _stop(session)
        return session is not None

    def reopen(self, session: Session, upload: Upload) -> None:
        """Replace a session's tune by another one of its file."""
        with session.lock:
            _stop(session)
            session.upload = upload

    def editor(self, session: Session, checkpoint: Checkpoint, key: str) -> Editor:
        """Return the editor of a session's tune in a key; its search starts with the first call.

        Raises
        ------
        UsageError
            For an unknown key.
        """
        with session.lock:
            if key not in session.editors:
                editor = Editor(key, interactive.context_of(checkpoint, session.upload.tune, key))
                session.editors[key] = editor
                self._waiting.put(editor)
                while len(session.editors) > MAX_KEYS:
                    session.editors.popitem(last=False)[1].stopped = True
            session.editors.move_to_end(key)
            return session.editors[key]

    def close(self) -> None:
        """Cancel the search and end its thread."""
        self._closed = True
        self._waiting.put(None)
        self._thread.join()

    def _make_room(self, newest: Editor) -> None:
        """Drop the least recently used candidates until the rest fit into `MAX_BYTES`."""
        with self._lock:
            sessions = list(self._sessions.values())
        size = newest.look_up.size if newest.look_up else 0
        for session in reversed(sessions):
            with session.lock:
                for key, editor in reversed(list(session.editors.items())):
                    if editor.look_up and editor is not newest:
                        size += editor.look_up.size
                        if size > MAX_BYTES:
                            del session.editors[key]

    def _expire(self) -> None:
        oldest = self._now() - MAX_IDLE
        while self._sessions:
            first = next(iter(self._sessions.values()))
            if len(self._sessions) <= MAX_SESSIONS and first.used >= oldest:
                return
            _stop(self._sessions.pop(first.id))

    def _search(self) -> None:
        while (editor := self._waiting.get()) is not None and not self._closed:
            try:
                self._fill(editor)
            except Stopped:
                continue
            except ArmusicError as error:
                editor.error = str(error)
            except Exception as error:  # the server goes on, with the open loop
                log.exception("the search failed")
                editor.error = f"the search failed ({type(error).__name__}): targets are met approximately"
            finally:
                memory.give_back()

    def _fill(self, editor: Editor) -> None:
        """Search for the candidates of an editor, and build the pools of each two attributes."""
        if editor.stopped:
            return

        def on_progress(done: int, total: int) -> None:
            if editor.stopped or self._closed:
                raise Stopped
            editor.progress = done / total
            time.sleep(PAUSE)

        editor.look_up = interactive.search(editor.context, on_progress)
        editor.progress = 1.0
        for pair in combinations(range(len(editor.context.names)), 2):
            if editor.stopped or self._closed:
                return
            editor.look_up.pool(pair)
        self._make_room(editor)


def _stop(session: Session) -> None:
    for editor in session.editors.values():
        editor.stopped = True
    session.editors.clear()

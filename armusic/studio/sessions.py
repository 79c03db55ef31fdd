"""Sessions: the open tunes, how long they are kept, and the search for their candidates."""

from __future__ import annotations

import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import LifoQueue
from threading import Event, Lock, Thread

from armusic.config.manner import KEEP, manner
from armusic.editing import interactive
from armusic.editing.interactive import TuneContext
from armusic.editing.look_up import LookUp
from armusic.editing.surface import Surface
from armusic.errors import ArmusicError
from armusic.inference.checkpoint import Checkpoint
from armusic.studio import memory
from armusic.studio.schemas import PoolStatus
from armusic.studio.uploads import Upload

log = logging.getLogger(__name__)

MAX_SESSIONS = 6  # beyond that the least recently used session is removed
MAX_IDLE = 2 * 60 * 60.0  # seconds without use after which a session is removed
MAX_PAGES = 24  # of a session whose requests are counted; beyond that the one that is silent for longest is forgotten
MAX_KEYS = 2  # keys of a session, and what it keeps in each, for which there are candidates
MAX_BYTES = 24_000_000  # of all candidates; beyond that the least recently used are dropped, and searched again on use
_ENDING = 0.5  # seconds that the end waits for the search
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
    over : Event
        Set when the search is over, whatever came of it.
    """

    key: str
    context: TuneContext
    look_up: LookUp | None = None
    progress: float = 0.0
    error: str = ""
    stopped: bool = False
    surfaces: dict[tuple[str, str, int], Surface] = field(default_factory=dict)
    over: Event = field(default_factory=Event)

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
    editors : OrderedDict of (str, str) to Editor
        The tune in each key that was used, with what is kept, the latest last.
    pages : OrderedDict of str to int
        The pages that show it, the latest to send a request last: highest sequence number of the edits of each.
    lock : Lock
        Held while the editors change.
    """

    id: str
    upload: Upload
    used: float
    editors: OrderedDict[tuple[str, str], Editor] = field(default_factory=OrderedDict)
    pages: OrderedDict[str, int] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def visit(self, page: str, sequence: int = 0) -> bool:
        """Note a request of a page; return whether none with a higher sequence number came before it.

        Parameters
        ----------
        page : str
            Id of the page; empty for a script, whose requests are a sequence too.
        sequence : int
            Sequence number of the request; 0 where it has none.
        """
        with self.lock:
            latest = self.pages.pop(page, 0)
            self.pages[page] = max(latest, sequence)
            if len(self.pages) > MAX_PAGES:
                self.pages.popitem(last=False)
        return not 0 < sequence < latest

    def leave(self, page: str) -> bool:
        """Forget a page; return whether another one shows this session."""
        with self.lock:
            self.pages.pop(page, None)
            return any(self.pages)


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

    def reopen(self, session: Session, upload: Upload, page: str = "") -> Session:
        """Replace a session's tune by another one of its file; in a new session if another page shows this one."""
        if page and session.leave(page):
            return self.add(upload)
        with session.lock:
            _stop(session)
            session.upload = upload
        return session

    def editor(self, session: Session, checkpoint: Checkpoint, key: str, keep: str = KEEP) -> Editor:
        """Return the editor of a session's tune in a key; its search starts with the first call.

        What the search keeps is spelled as on the command line.

        Raises
        ------
        UsageError
            For an unknown key, or something unknown to keep.
        """
        with session.lock:
            if (key, keep) not in session.editors:
                context = interactive.context_of(checkpoint, session.upload.tune, key, manner(keep=keep))
                session.editors[key, keep] = Editor(key, context)
                self._waiting.put(session.editors[key, keep])
                while len(session.editors) > MAX_KEYS:
                    session.editors.popitem(last=False)[1].stopped = True
            session.editors.move_to_end((key, keep))
            editor = session.editors[key, keep]
        self._make_room(editor)
        return editor

    def close(self) -> None:
        """Cancel the search; its thread ends with the batch at hand."""
        self._closed = True
        self._waiting.put(None)
        self._thread.join(_ENDING)

    def _make_room(self, latest: Editor) -> None:
        """Make all candidates fit into `MAX_BYTES`, but for those of one editor that has more.

        What was put together for several attributes goes first, then the candidates that are not used for longest.
        """
        with self._lock:
            sessions = list(self._sessions.values())
        size = latest.look_up.nbytes if latest.look_up else 0
        for session in reversed(sessions):
            with session.lock:
                for key, editor in reversed(list(session.editors.items())):
                    if not (look_up := editor.look_up) or editor is latest:
                        continue
                    if size + look_up.nbytes > MAX_BYTES:
                        look_up.forget()
                    if size + look_up.nbytes > MAX_BYTES:
                        del session.editors[key]
                    else:
                        size += look_up.nbytes

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
                editor.over.set()
                memory.give_back()

    def _fill(self, editor: Editor) -> None:
        """Search for the candidates of an editor."""
        if editor.stopped:
            return

        def on_progress(done: int, total: int) -> None:
            if editor.stopped or self._closed:
                raise Stopped
            editor.progress = done / total
            time.sleep(PAUSE)

        editor.look_up = interactive.search(editor.context, on_progress)
        editor.progress = 1.0
        self._make_room(editor)


def _stop(session: Session) -> None:
    for editor in session.editors.values():
        editor.stopped = True
    session.editors.clear()

"""How many tunes are kept, how long, and what becomes of a search that fails."""

import time
from collections.abc import Iterator

import pytest

from armusic import api
from armusic.editing import interactive
from armusic.errors import DataError, UsageError
from armusic.studio import uploads
from armusic.studio.schemas import Reading
from armusic.studio.sessions import MAX_IDLE, MAX_KEYS, MAX_SESSIONS, Editor, Sessions
from armusic.training.checkpoint import Checkpoint

from .conftest import REEL


@pytest.fixture(scope="module")
def opened() -> uploads.Upload:
    return uploads.open_bytes("reel.abc", REEL, Reading(), "anchored")


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return api.load().checkpoint


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def sessions(clock: list[float]) -> Iterator[Sessions]:
    found = Sessions(lambda: clock[0])
    yield found
    found.close()


def test_the_session_used_least_recently_goes(sessions: Sessions, opened: uploads.Upload) -> None:
    first, second, *_ = (sessions.add(opened) for _ in range(MAX_SESSIONS))
    assert sessions.get(first.id) is first
    sessions.add(opened)
    assert len(sessions) == MAX_SESSIONS
    assert sessions.get(first.id) is first
    assert sessions.get(second.id) is None


def test_an_idle_session_goes(sessions: Sessions, opened: uploads.Upload, clock: list[float]) -> None:
    first = sessions.add(opened)
    clock[0] = MAX_IDLE
    assert sessions.get(first.id) is first
    clock[0] = 2 * MAX_IDLE + 1
    assert sessions.get(first.id) is None
    assert len(sessions) == 0


def test_a_few_keys_are_kept(sessions: Sessions, opened: uploads.Upload, checkpoint: Checkpoint) -> None:
    session = sessions.add(opened)
    for key in ("auto", "off", "C:major", "D:major"):
        sessions.editor(session, checkpoint, key)
    assert list(session.editors) == ["off", "C:major", "D:major"][-MAX_KEYS:]
    with pytest.raises(UsageError, match="unknown key"):
        sessions.editor(session, checkpoint, "nonsense")


def test_candidates_beyond_the_memory_go_least_recently_used_first(
    sessions: Sessions, opened: uploads.Upload, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [sessions.add(opened) for _ in range(3)]
    found: list[Editor] = []
    for session in every:
        bench = sessions.editor(session, checkpoint, "auto")
        _wait(lambda bench=bench: bench.status.ready)
        found.append(bench)
        if bench.look_up:
            monkeypatch.setattr("armusic.studio.sessions.MAX_BYTES", round(2.7 * bench.look_up.size))
    _wait(lambda: not every[0].editors)
    assert [list(session.editors) for session in every] == [[], ["auto"], ["auto"]]
    sessions.get(every[0].id)
    again = sessions.editor(every[0], checkpoint, "auto")
    assert again is not found[0]
    _wait(lambda: again.status.ready)
    _wait(lambda: not every[1].editors)
    assert sessions.editor(every[2], checkpoint, "auto") is found[2]


@pytest.mark.parametrize("error", [DataError("no such thing"), RuntimeError("broken")])
def test_a_search_that_fails_is_told_and_the_next_one_is_not_harmed(
    sessions: Sessions,
    opened: uploads.Upload,
    checkpoint: Checkpoint,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(interactive, "search", fail)
        broken = sessions.editor(sessions.add(opened), checkpoint, "auto")
        _wait(lambda: bool(broken.error))
    assert broken.status.error in ("no such thing", "the search failed (RuntimeError): targets are met approximately")
    patch.undo()
    good = sessions.editor(sessions.add(opened), checkpoint, "auto")
    _wait(lambda: good.progress > 0)
    assert not good.error


def test_closing_ends_a_search_at_once(opened: uploads.Upload, checkpoint: Checkpoint) -> None:
    sessions = Sessions()
    bench = sessions.editor(sessions.add(opened), checkpoint, "auto")
    _wait(lambda: bench.progress > 0)
    sessions.close()
    assert not bench.status.ready


def _wait(done: object) -> None:
    assert callable(done)
    for _ in range(6000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it takes too long")

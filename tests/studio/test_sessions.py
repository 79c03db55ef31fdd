"""How many tunes are kept, how long, and what becomes of a search that fails."""

import time
from collections.abc import Iterator

import pytest

from armusic import api
from armusic.editing import interactive
from armusic.errors import DataError, UsageError
from armusic.studio import uploads
from armusic.studio.schemas import Reading
from armusic.studio.sessions import IDLE, KEYS, MOST, Bench, Sessions
from armusic.training.checkpoint import Checkpoint

from .conftest import REEL


@pytest.fixture(scope="module")
def opened() -> uploads.Opened:
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


def test_the_session_used_least_recently_goes(sessions: Sessions, opened: uploads.Opened) -> None:
    first, second, *_ = (sessions.add(opened) for _ in range(MOST))
    assert sessions.get(first.id) is first
    sessions.add(opened)
    assert len(sessions) == MOST
    assert sessions.get(first.id) is first
    assert sessions.get(second.id) is None


def test_an_idle_session_goes(sessions: Sessions, opened: uploads.Opened, clock: list[float]) -> None:
    first = sessions.add(opened)
    clock[0] = IDLE
    assert sessions.get(first.id) is first
    clock[0] = 2 * IDLE + 1
    assert sessions.get(first.id) is None
    assert len(sessions) == 0


def test_a_few_keys_are_kept(sessions: Sessions, opened: uploads.Opened, checkpoint: Checkpoint) -> None:
    session = sessions.add(opened)
    for key in ("auto", "off", "C:major", "D:major"):
        sessions.bench(session, checkpoint, key)
    assert list(session.benches) == ["off", "C:major", "D:major"][-KEYS:]
    with pytest.raises(UsageError, match="unknown key"):
        sessions.bench(session, checkpoint, "nonsense")


def test_candidates_beyond_the_memory_go_least_recently_used_first(
    sessions: Sessions, opened: uploads.Opened, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [sessions.add(opened) for _ in range(3)]
    found: list[Bench] = []
    for session in every:
        bench = sessions.bench(session, checkpoint, "auto")
        _wait(lambda bench=bench: bench.pool.ready)
        found.append(bench)
        if bench.turner:
            monkeypatch.setattr("armusic.studio.sessions.HELD", round(2.7 * bench.turner.size))
    _wait(lambda: not every[0].benches)
    assert [list(session.benches) for session in every] == [[], ["auto"], ["auto"]]
    sessions.get(every[0].id)
    again = sessions.bench(every[0], checkpoint, "auto")
    assert again is not found[0]
    _wait(lambda: again.pool.ready)
    _wait(lambda: not every[1].benches)
    assert sessions.bench(every[2], checkpoint, "auto") is found[2]


@pytest.mark.parametrize("error", [DataError("no such thing"), RuntimeError("broken")])
def test_a_search_that_fails_is_told_and_the_next_one_is_not_harmed(
    sessions: Sessions,
    opened: uploads.Opened,
    checkpoint: Checkpoint,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(interactive, "search", fail)
        broken = sessions.bench(sessions.add(opened), checkpoint, "auto")
        _wait(lambda: bool(broken.failed))
    assert broken.pool.failed in ("no such thing", "the search failed (RuntimeError): answers stay near what is asked")
    patch.undo()
    good = sessions.bench(sessions.add(opened), checkpoint, "auto")
    _wait(lambda: good.done > 0)
    assert not good.failed


def test_closing_ends_a_search_at_once(opened: uploads.Opened, checkpoint: Checkpoint) -> None:
    sessions = Sessions()
    bench = sessions.bench(sessions.add(opened), checkpoint, "auto")
    _wait(lambda: bench.done > 0)
    sessions.close()
    assert not bench.pool.ready


def _wait(done: object) -> None:
    assert callable(done)
    for _ in range(6000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it takes too long")

"""Limits of sessions and candidates, and searches that fail."""

import time
from collections.abc import Iterator

import pytest

from armusic import api
from armusic.editing import interactive
from armusic.errors import DataError, UsageError
from armusic.inference.checkpoint import Checkpoint
from armusic.studio import uploads
from armusic.studio.schemas import Reading
from armusic.studio.sessions import MAX_IDLE, MAX_KEYS, MAX_SESSIONS, Editor, Sessions

from .conftest import REEL


@pytest.fixture(scope="module")
def upload() -> uploads.Upload:
    return uploads.open_bytes("reel.abc", REEL, Reading(), "anchored")


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return api.load().checkpoint


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def sessions(clock: list[float]) -> Iterator[Sessions]:
    sessions = Sessions(lambda: clock[0])
    yield sessions
    sessions.close()


def test_the_session_used_least_recently_goes(sessions: Sessions, upload: uploads.Upload) -> None:
    first, second, *_ = (sessions.add(upload) for _ in range(MAX_SESSIONS))
    assert sessions.get(first.id) is first
    sessions.add(upload)
    assert len(sessions) == MAX_SESSIONS
    assert sessions.get(first.id) is first
    assert sessions.get(second.id) is None


def test_an_idle_session_goes(sessions: Sessions, upload: uploads.Upload, clock: list[float]) -> None:
    first = sessions.add(upload)
    clock[0] = MAX_IDLE
    assert sessions.get(first.id) is first
    clock[0] = 2 * MAX_IDLE + 1
    assert sessions.get(first.id) is None
    assert len(sessions) == 0


def test_a_few_keys_are_kept(sessions: Sessions, upload: uploads.Upload, checkpoint: Checkpoint) -> None:
    session = sessions.add(upload)
    for key in ("auto", "off", "C:major", "D:major"):
        sessions.editor(session, checkpoint, key)
    assert [key for key, _ in session.editors] == ["off", "C:major", "D:major"][-MAX_KEYS:]
    with pytest.raises(UsageError, match="unknown key"):
        sessions.editor(session, checkpoint, "nonsense")


def test_candidates_beyond_the_memory_go_least_recently_used_first(
    sessions: Sessions, upload: uploads.Upload, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = [sessions.add(upload) for _ in range(3)]
    editors: list[Editor] = []
    for session in every:
        editor = sessions.editor(session, checkpoint, "auto")
        _wait(lambda editor=editor: editor.look_up)
        editors.append(editor)
        if editor.look_up:
            monkeypatch.setattr("armusic.studio.sessions.MAX_BYTES", round(2.7 * editor.look_up.nbytes))
    _wait(lambda: not every[0].editors)
    assert [[key for key, _ in session.editors] for session in every] == [[], ["auto"], ["auto"]]
    sessions.get(every[0].id)
    again = sessions.editor(every[0], checkpoint, "auto")
    assert again is not editors[0]
    _wait(lambda: again.status.ready)
    _wait(lambda: not every[1].editors)
    assert sessions.editor(every[2], checkpoint, "auto") is editors[2]


def test_what_was_put_together_goes_first(
    sessions: Sessions, upload: uploads.Upload, checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The candidates of all tunes fit, those of several attributes of the first tune do not: they are forgotten."""
    first, second = (sessions.editor(sessions.add(upload), checkpoint, "auto") for _ in range(2))
    _wait(lambda: first.look_up and second.look_up)
    assert first.look_up is not None
    alone = first.look_up.nbytes
    first.look_up.chooser((0, 1))
    assert first.look_up.nbytes > 1.2 * alone
    monkeypatch.setattr("armusic.studio.sessions.MAX_BYTES", round(2.1 * alone))
    session = sessions.add(upload)
    session.editors["auto", ""] = second
    sessions.editor(session, checkpoint, "auto", "")
    assert first.look_up.nbytes == alone


@pytest.mark.parametrize("error", [DataError("no such thing"), RuntimeError("broken")])
def test_a_failed_search_is_reported_and_the_next_one_succeeds(
    sessions: Sessions,
    upload: uploads.Upload,
    checkpoint: Checkpoint,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def fail(*_: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(interactive, "search", fail)
        broken = sessions.editor(sessions.add(upload), checkpoint, "auto")
        _wait(lambda: bool(broken.error))
    assert broken.status.error in ("no such thing", "the search failed (RuntimeError): targets are met approximately")
    patch.undo()
    good = sessions.editor(sessions.add(upload), checkpoint, "auto")
    _wait(lambda: good.progress > 0)
    assert not good.error


def test_closing_ends_a_search_at_once(upload: uploads.Upload, checkpoint: Checkpoint) -> None:
    sessions = Sessions()
    editor = sessions.editor(sessions.add(upload), checkpoint, "auto")
    _wait(lambda: editor.progress > 0)
    sessions.close()
    assert not editor.status.ready


def _wait(condition: object) -> None:
    assert callable(condition)
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it takes too long")

"""The process beside the server."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from fractions import Fraction

import pytest

from armusic.errors import ArmusicError, MissingFileError, UsageError
from armusic.io import readers
from armusic.studio import worker
from armusic.studio.worker import Worker


@pytest.fixture(scope="module")
def beside() -> Iterator[Worker]:
    beside = Worker()
    yield beside
    beside.close()


def test_results_and_errors_come_back_from_one_process(beside: Worker) -> None:
    assert beside.run(divmod, 7, 2) == (3, 1)
    first = beside.run(os.getpid)
    assert first not in (os.getpid(), None)
    with pytest.raises(ZeroDivisionError):
        beside.run(Fraction, 1, 0)
    with pytest.raises(MissingFileError) as raised:
        beside.run(readers.read, "none.mid")
    assert str(raised.value) == "none.mid: no such file"
    beside.run(print, "what libraries print is no answer")
    assert beside.run(os.getpid) == first


def test_after_a_crash_there_is_another_process(beside: Worker) -> None:
    with pytest.raises(RuntimeError, match="ended with code"):
        beside.run(os._exit, 3)
    assert beside.run(divmod, 7, 2) == (3, 1)


def test_one_that_ended_for_lack_of_tasks_is_started_again(beside: Worker) -> None:
    assert beside.run(divmod, 7, 2) == (3, 1)
    with pytest.raises(RuntimeError, match="its process ended"):
        beside.run(os._exit, 0)  # twice
    assert beside.run(divmod, 7, 2) == (3, 1)


def test_a_task_that_takes_too_long_is_stopped(beside: Worker, monkeypatch: pytest.MonkeyPatch) -> None:
    assert beside.run(divmod, 7, 2) == (3, 1)
    monkeypatch.setattr(worker, "SECONDS", 0.2)
    with pytest.raises(UsageError, match=r"^it takes longer than 0.2 s"):
        beside.run(time.sleep, 60)


def test_closing_stops_a_task_at_once() -> None:
    beside = Worker()
    ident = beside.run(os.getpid)
    errors: list[BaseException] = []

    def wait() -> None:
        try:
            beside.run(time.sleep, 60)
        except ArmusicError as error:
            errors.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    time.sleep(0.2)
    beside.close()
    thread.join(10)
    assert [str(error) for error in errors] == ["the server is ending"]
    with pytest.raises(ProcessLookupError):
        os.kill(ident, signal.SIG_DFL)
    with pytest.raises(ArmusicError, match="ending"):
        beside.run(divmod, 7, 2)

"""A process beside the server for what takes long: engraving, exports, and reading large files.

Requests are answered meanwhile, and the server can end at any time. The process starts with the first task, and ends
after minutes without one, so that what engravers and painters take in memory is returned.
"""

from __future__ import annotations

import logging
import os
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, ParamSpec, TypeVar

from armusic.errors import ArmusicError, UsageError

IDLE = 120.0  # seconds without a task after which the process ends
SECONDS = 120.0  # that a task may take
_NICE = 5  # notes come before notation
_COMMAND = "import sys; sys.path[:] = sys.argv[1:]; from armusic.studio.worker import work; work()"

P = ParamSpec("P")
T = TypeVar("T")


class Worker:
    """A process that runs one function after another."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False

    def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a function returns, or raise what it raises; function, arguments and result can be pickled.

        Raises
        ------
        UsageError
            If it takes longer than `SECONDS`.
        ArmusicError
            If the worker is closed.
        """
        task = pickle.dumps(pickle.dumps((function, args, kwargs)))
        with self._lock:
            answer = self._send(task) or self._send(task)  # a process may end, idle, as it gets a task
        if answer is None:
            raise RuntimeError("its process ended")
        succeeded, value = answer
        if not succeeded:
            raise value
        result: T = value
        return result

    def _send(self, task: bytes) -> tuple[bool, Any] | None:
        """Return the answer to a task; None if the process had ended for lack of tasks."""
        process = self._started()
        assert process.stdin is not None
        assert process.stdout is not None
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(SECONDS, stop)
        timer.daemon = True
        timer.start()
        try:
            process.stdin.write(task)
            process.stdin.flush()
            answer: tuple[bool, Any] = pickle.load(process.stdout)  # noqa: S301  (of our own process)
        except (OSError, EOFError, pickle.UnpicklingError):
            code = process.wait()
        else:
            return answer
        finally:
            timer.cancel()
        if late.is_set():
            raise UsageError(f"it takes longer than {SECONDS:g} s: try it with a shorter tune")
        if self._closed:
            raise ArmusicError("the server is ending")
        if code != 0:
            raise RuntimeError(f"its process ended with code {code}")
        return None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._closed:
            raise ArmusicError("the server is ending")
        if self._process is None or self._process.poll() is not None:
            self._close_pipes()
            self._process = subprocess.Popen(  # noqa: S603  (this same Python)
                [sys.executable, "-I", "-c", _COMMAND, *sys.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,  # Ctrl-C is for the server
            )
        return self._process

    def close(self) -> None:
        """End the process, whatever it does."""
        self._closed = True
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            with self._lock:
                self._close_pipes()

    def _close_pipes(self) -> None:
        if self._process is not None:
            for pipe in (self._process.stdin, self._process.stdout):
                with suppress(OSError):
                    pipe and pipe.close()


def work() -> None:
    """Run the tasks that come by standard input; end with it, or after `IDLE` seconds without a task."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    logging.getLogger("armusic").setLevel(logging.ERROR)
    tasks: SimpleQueue[bytes] = SimpleQueue()
    threading.Thread(target=_receive, args=(tasks,), daemon=True).start()
    with suppress(Empty, BrokenPipeError):
        while True:
            answers.write(_answer(tasks.get(timeout=IDLE)))
            answers.flush()
    os._exit(0)


def _receive(tasks: SimpleQueue[bytes]) -> None:
    """Queue tasks; end the process with the server, also in the midst of a task."""
    with suppress(EOFError, OSError):
        while True:
            tasks.put(pickle.load(sys.stdin.buffer))  # noqa: S301  (of our own server)
    os._exit(0)


def _answer(task: bytes) -> bytes:
    try:
        function, args, kwargs = pickle.loads(task)  # noqa: S301  (of our own server)
        return pickle.dumps((True, function(*args, **kwargs)))
    except Exception as error:  # noqa: BLE001  (the server reports it)
        try:
            error.add_note(traceback.format_exc())
            pickle.loads(answer := pickle.dumps((False, error)))  # noqa: S301
        except Exception:  # noqa: BLE001  (errors may hold anything)
            answer = pickle.dumps((False, RuntimeError(f"{type(error).__name__}: {error}")))
        return answer

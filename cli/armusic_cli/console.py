"""Standard streams that hold: closed, broken, full or of few characters, none of them stops a command.

Python leaves a stream that was closed before its start as None, stops at a character that the
stream's encoding lacks, and at the end reports once more what a pipe or a disk has not taken.
"""

from __future__ import annotations

import io
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

_STREAMS = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))  # in this order: each takes the lowest free descriptor


def prepare() -> None:
    """Open closed streams on nothing; from now on, write characters that an encoding lacks as escapes.

    A closed stream is opened before any file is: else the first file would take its place, and be written over.
    """
    for name, mode in _STREAMS:
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115  (open to the end)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and stream.errors in ("strict", "surrogateescape"):
            stream.reconfigure(errors="backslashreplace")


def settle() -> None:
    """Write out what waits in the output streams; turn one that takes no more onto nothing."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # nobody reads the pipe, the disk is full, the stream is closed
            _abandon(stream)


@contextmanager
def ended_by_ctrl_c() -> Iterator[None]:
    """Take Ctrl-C for the end of a server; threads that are in the midst of something do not hold it up."""
    try:
        yield
    except KeyboardInterrupt:
        if threading.active_count() > 1:
            settle()
            os._exit(0)


def _abandon(stream: TextIO) -> None:
    with suppress(OSError, ValueError):  # a stream without a descriptor has nothing to say at the end
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, stream.fileno())
        os.close(nothing)


def shows(text: str) -> bool:
    """Return whether standard output has all characters of a text."""
    try:
        text.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True

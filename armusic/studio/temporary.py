"""The server's folder for temporary files: removed at its end, or by the next server if it ended without."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

PREFIX = "armusic-studio-"
_LOCK = "lock"  # a file that is locked as long as the server of its folder runs


@contextmanager
def folder() -> Iterator[Path]:
    """Have all temporary files of the block in a folder, which is removed at its end; yield the folder.

    Folders of servers that run no more are removed as well.
    """
    before = tempfile.tempdir
    sweep(Path(tempfile.gettempdir()))
    own = Path(tempfile.mkdtemp(prefix=PREFIX))
    try:
        with (own / _LOCK).open("w") as lock:
            _take(lock)
            tempfile.tempdir = str(own)
            yield own
    finally:
        tempfile.tempdir = before
        shutil.rmtree(own, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Remove the folders of this user's servers that run no more."""
    for old in parent.glob(f"{PREFIX}*"):
        if old.is_symlink() or not _is_own(old):
            continue
        lock = old / _LOCK
        with suppress(OSError):  # of a server that runs, or that starts or ends just now
            if lock.is_symlink():
                continue
            with lock.open("r+") as file:
                if not _take(file):
                    continue
            lock.unlink()  # fails on Windows while a server has it open
            shutil.rmtree(old, ignore_errors=True)


def _is_own(path: Path) -> bool:
    with suppress(OSError):
        return not hasattr(os, "getuid") or path.stat().st_uid == os.getuid()
    return False


def _take(file: IO[str]) -> bool:
    """Lock a file until it is closed; return whether it was free. Windows needs no lock: an open file stays."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

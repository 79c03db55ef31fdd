"""Images that are kept in the cache folder: whole, or not at all."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from armusic.datasets.images.base import Images
from armusic.datasets.images.stored import New, digest, stored
from armusic.errors import DataError, WriteError

VALUES = np.arange(6, dtype=np.float32).reshape(3, 2)


def read(new: New) -> Images:
    x = new((3, 8))
    x[:] = np.arange(24).reshape(3, 8)
    return Images(x, (1, 8, 8), VALUES, ("one", "two"))


def never(new: New) -> Images:
    raise AssertionError("read again")


def test_what_is_kept_is_what_was_read(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "v1.0"
    stored(path, read)
    again = stored(path, never)
    assert isinstance(again.x, np.memmap)
    assert (again.x == np.arange(24).reshape(3, 8)).all()
    assert (again.shape, again.names) == ((1, 8, 8), ("one", "two"))
    assert (again.values == VALUES).all()


def test_what_fails_leaves_nothing(tmp_path: Path) -> None:
    def fails(new: New) -> Images:
        new((3, 8))[0] = 1
        raise DataError("broken in the middle")

    with pytest.raises(DataError, match="broken"):
        stored(tmp_path / "cache" / "mine", fails)
    assert not list((tmp_path / "cache").iterdir())


def test_a_full_disk_is_said_before_anything_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: int, start: int, size: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.raises(WriteError, match=r"mine.npy: no room for 0 MB \(No space left on device\)"):
        stored(tmp_path / "mine", read)
    assert not list(tmp_path.iterdir())


def test_a_digest_is_of_contents(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"same")
    (tmp_path / "b").write_bytes(b"same")
    (tmp_path / "c").write_bytes(b"other")
    assert digest(tmp_path / "a") == digest(tmp_path / "b") == digest(b"same")
    assert digest(tmp_path / "a") != digest(tmp_path / "c")

"""A cache that cannot be written to, or looked at, stops no work."""

import errno
import re
from pathlib import Path

import pytest

from armusic.datasets import cache


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "a file").write_text("text")
    assert not cache.keep(tmp_path / "a file" / "cache" / "a.npy", lambda place: place.write_text("never"))
    (warning,) = caplog.messages
    assert re.fullmatch(
        r".*this folder cannot be created \(.+\): name another one with the option data_dir, .*", warning
    )
    assert warning.endswith("it will be computed again next time")


def test_a_cache_is_written_whole(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for text in ("first", "second"):
        assert cache.keep(tmp_path / "cache" / "a", lambda place, text=text: place.write_text(text))
    assert (tmp_path / "cache" / "a").read_text() == "second"
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["a"]
    assert caplog.messages == []


def test_what_may_not_be_looked_at_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the home of another user, before Python 3.12."""
    assert cache.exists(tmp_path)
    assert not cache.exists(tmp_path / "no")

    def refuse(path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "exists", refuse)
    assert not cache.exists(tmp_path)

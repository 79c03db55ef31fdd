"""Files are read with a plain reason when they cannot be, and written whole or not at all."""

import errno
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from armusic import files
from armusic.errors import MissingFileError, ReadError, WriteError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_label_is_one_line() -> None:
    assert files.label("a/b\nc\x1b.mid") == r"b\nc\x1b.mid"
    assert files.label("é.mid") == "é.mid"


def test_reads_all_bytes(tmp_path: Path) -> None:
    path = tmp_path / "a.mid"
    path.write_bytes(b"\x00\xff")
    assert files.read_bytes(path) == b"\x00\xff"


def test_refuses_what_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty.mid"
    empty.touch()
    fifo = tmp_path / "pipe.mid"
    os.mkfifo(fifo)
    large = tmp_path / "large.mid"
    with large.open("wb") as file:
        file.truncate(files.MAX_BYTES + 1)
    for path, error, words in (
        (tmp_path / "none.mid", MissingFileError, "no such file"),
        (empty / "below.mid", MissingFileError, "no such file"),
        (tmp_path, ReadError, "a folder"),
        (empty, ReadError, "an empty file"),
        (fifo, ReadError, "not a regular file"),
        (large, ReadError, "50 MB"),
        (tmp_path / ("n" * 300), ReadError, "cannot be read"),
    ):
        with pytest.raises(error, match=words) as caught:
            files.read_bytes(path)
        assert "\n" not in str(caught.value)

    def locked(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", locked)
    empty.write_text("x")
    with pytest.raises(ReadError, match=r"empty.mid: cannot be read \(Permission denied\)"):
        files.read_bytes(empty)


def test_writes_whole(tmp_path: Path) -> None:
    path = tmp_path / "out.png"
    with files.atomic_path(path) as temporary:
        assert temporary.parent == tmp_path
        assert temporary.suffix == ".png"
        temporary.write_text("new")
        assert not path.exists()
    assert path.read_text() == "new"
    assert names(tmp_path) == ["out.png"]


def test_a_new_file_follows_the_umask_and_an_old_one_keeps_its_mode(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with files.atomic_path(tmp_path / "new"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640
    (tmp_path / "new").chmod(0o600)
    with files.atomic_path(tmp_path / "new", force=True) as temporary:
        temporary.write_text("x")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    with files.atomic_path(tmp_path / "link", force=True) as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path, error: BaseException) -> None:
    path = tmp_path / "out.mid"
    path.write_text("old")
    with pytest.raises(WriteError if isinstance(error, OSError) else error), files.atomic_path(path, force=True) as new:
        new.write_text("half")
        raise error
    assert path.read_text() == "old"
    assert names(tmp_path) == ["out.mid"]


def test_an_error_of_ours_goes_through_unchanged(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="tune.mid"), files.atomic_path(tmp_path / "out.mid"):
        raise MissingFileError("tune.mid: no such file")
    assert names(tmp_path) == []


def test_refuses_what_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.mid"
    path.write_text("old")
    os.mkfifo(tmp_path / "pipe")
    for target, force, words in (
        (path, False, "exists already: .*the option force$"),
        (tmp_path, True, "a folder"),
        (tmp_path / "pipe", True, "not a regular file"),
        (tmp_path / "none" / "out.mid", False, "none does not exist"),
        (path / "out.mid", False, "is a file, not a folder"),
        (tmp_path / ("n" * 300), False, "cannot be written"),
    ):
        with pytest.raises(WriteError, match=words) as caught, files.atomic_path(target, force):
            raise AssertionError("the block must not run")
        assert "\n" not in str(caught.value)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(WriteError, match="may not be written to"):
        files.check_writable(tmp_path / "new.mid")
    assert path.read_text() == "old"


def test_a_file_that_appears_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "out.mid"
    with pytest.raises(WriteError, match="exists already"), files.atomic_path(path) as temporary:
        temporary.write_text("mine")
        path.write_text("theirs")
    assert path.read_text() == "theirs"
    assert names(tmp_path) == ["out.mid"]


def test_a_new_folder_appears_whole(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    with files.atomic_folder(folder) as temporary:
        (temporary / "1.mid").write_text("one")
        assert not folder.exists()
    assert names(tmp_path) == ["clips"]
    assert names(folder) == ["1.mid"]


def test_a_folder_in_use_needs_force_and_keeps_what_is_not_ours(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    folder.mkdir()
    with files.atomic_folder(folder) as temporary:  # empty: nothing to lose
        (temporary / "1.mid").write_text("one")
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(WriteError, match="has files in it: .*the option force$"), files.atomic_folder(folder):
        raise AssertionError("the block must not run")
    with files.atomic_folder(folder, force=True) as temporary:
        (temporary / "1.mid").write_text("two")
    assert (folder / "1.mid").read_text() == "two"
    assert names(folder) == ["1.mid", "mine.txt"]


def test_an_error_leaves_the_old_folder(tmp_path: Path) -> None:
    folder = tmp_path / "clips"
    with pytest.raises(RuntimeError), files.atomic_folder(folder) as temporary:
        (temporary / "1.mid").write_text("half")
        raise RuntimeError
    assert names(tmp_path) == []
    folder.mkdir()
    (folder / "1.mid").write_text("old")
    with pytest.raises(RuntimeError), files.atomic_folder(folder, force=True) as temporary:
        (temporary / "1.mid").write_text("half")
        raise RuntimeError
    assert (folder / "1.mid").read_text() == "old"
    assert names(folder) == ["1.mid"]


def test_refuses_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "full" / "1.mid").mkdir(parents=True)
    for target, force, words in (
        (tmp_path / "file", True, "a file, not a folder"),
        (tmp_path / "none" / "clips", False, "does not exist"),
        (tmp_path / "full", True, "1.mid: a folder: name a file in it"),
    ):
        with pytest.raises(WriteError, match=words), files.atomic_folder(target, force) as temporary:
            (temporary / "1.mid").touch()
    assert names(tmp_path / "full") == ["1.mid"]


def refusing(error: OSError) -> Callable[..., None]:
    def function(*arguments: object, **options: object) -> None:
        raise error

    return function


def test_a_file_system_without_modes_or_flushing_is_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """FAT has no modes; some network drives flush no file."""
    monkeypatch.setattr(Path, "chmod", refusing(PermissionError(errno.EPERM, "Operation not permitted")))
    monkeypatch.setattr(shutil, "copymode", refusing(PermissionError(errno.EPERM, "Operation not permitted")))
    monkeypatch.setattr(os, "fsync", refusing(OSError(errno.EINVAL, "Invalid argument")))
    for text in ("first", "second"):
        with files.atomic_path(tmp_path / "a", force=True) as temporary:
            temporary.write_text(text)
    assert (tmp_path / "a").read_text() == "second"
    assert names(tmp_path) == ["a"]


def test_a_full_disk_is_found_when_a_file_is_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", refusing(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(WriteError, match=r"No space left on device"), files.atomic_path(tmp_path / "a") as temporary:
        temporary.write_text("text")
    assert names(tmp_path) == []


def test_a_file_that_another_program_holds_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where an open file is neither replaced nor removed."""
    (tmp_path / "a").write_text("old")
    monkeypatch.setattr(os, "replace", refusing(PermissionError(errno.EACCES, "Permission denied")))
    monkeypatch.setattr(Path, "unlink", refusing(PermissionError(errno.EACCES, "Permission denied")))
    message = r"a: cannot be written \(Permission denied\)$"
    with pytest.raises(WriteError, match=message), files.atomic_path(tmp_path / "a", force=True) as temporary:
        temporary.write_text("new")
    assert (tmp_path / "a").read_text() == "old"

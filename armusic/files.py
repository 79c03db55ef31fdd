"""Files, read whole and written whole.

`read_bytes` says in one line why a file cannot be read. `atomic_path` and `atomic_folder`
write under a temporary name beside the target and rename at the end: a reader, or a run
that was stopped, sees the old file or the new one and never half of either.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from armusic.errors import ArmusicError, MissingFileError, ReadError, UsageError, WriteError

_NO_FLUSH = (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP)  # some network and user-space file systems
MAX_BYTES = 50_000_000  # far above any single melody; keeps a wrong file from filling the memory


def label(path: Path | str) -> str:
    r"""Return the name of a file in messages, on one line.

    Examples
    --------
    >>> label("tunes/reel.mid"), label("a\nb.mid")
    ('reel.mid', 'a\\nb.mid')
    """
    return one_line(Path(path).name or str(path))


def unknown_suffix(path: Path | str, known: Iterable[str]) -> UsageError:
    """Return the error for a file whose suffix names none of the known formats.

    Examples
    --------
    >>> str(unknown_suffix("tune.xyz", [".mid", ".abc"]))
    'tune.xyz: suffix .xyz stands for no known format: use one of .mid, .abc'
    """
    suffix = Path(path).suffix.lower()
    problem = f"suffix {suffix}" if suffix else "a name without a suffix"
    return UsageError(f"{label(path)}: {problem} stands for no known format: use one of {', '.join(known)}")


def one_line(text: str) -> str:
    r"""Return `text` with unprintable characters, such as line ends, as escapes.

    Examples
    --------
    >>> one_line("Reel\n\x07")
    'Reel\\n\\x07'
    """
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def counted(number: int, what: str) -> str:
    """Return a number of things in words.

    Examples
    --------
    >>> counted(1, "note"), counted(1200, "note")
    ('1 note', '1,200 notes')
    """
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def check_readable(path: Path | str, megabytes: float = MAX_BYTES / 1e6) -> None:
    """Raise an error unless `path` is a readable file with something in it.

    Raises
    ------
    MissingFileError
        If there is no file.
    ReadError
        For a folder, a device, an empty file, or one larger than `megabytes`.
    """
    path = Path(path)
    shown = one_line(str(path))
    try:
        if not _exists(path):
            raise MissingFileError(f"{shown}: no such file")
        if path.is_dir():
            raise ReadError(f"{shown}: a folder: name a file in it")
        if not path.is_file():
            raise ReadError(f"{shown}: not a regular file")
        size = path.stat().st_size
    except ArmusicError:  # MissingFileError is an OSError as well
        raise
    except OSError as error:
        raise ReadError(f"{shown}: cannot be read ({reason(error)})") from error
    if size == 0:
        raise ReadError(f"{label(path)}: an empty file")
    if size > megabytes * 1e6:
        raise ReadError(f"{label(path)}: {size / 1e6:.3g} MB; files of up to {megabytes:g} MB are read")


def read_bytes(path: Path | str, megabytes: float = MAX_BYTES / 1e6) -> bytes:
    """Return the content of a file, after `check_readable`."""
    check_readable(path, megabytes)
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise ReadError(f"{label(path)}: cannot be read ({reason(error)})") from error


@contextmanager
def _write_errors(shown: str) -> Iterator[None]:
    """Raise the system's errors in a block as a `WriteError` that names the path."""
    try:
        yield
    except ArmusicError:  # some are an OSError as well
        raise
    except OSError as error:
        raise WriteError(f"{shown}: cannot be written ({reason(error)})") from error


def check_writable(path: Path | str, force: bool = False) -> None:
    """Raise `WriteError` if a file may not be written at `path`: a cheap check before long work.

    Parameters
    ----------
    path : path
        Output file.
    force : bool
        Whether an existing file may be replaced.
    """
    path = Path(path)
    shown = one_line(str(path))
    with _write_errors(shown):
        if path.is_dir():
            raise WriteError(f"{shown}: a folder: name a file in it")
        if _exists(path):
            if not path.is_file():
                raise WriteError(f"{shown}: not a regular file, so it is not replaced")
            if not force:
                raise WriteError(f"{shown} exists already: name another file, or replace it with the option force")
        _check_parent(path, shown)


@contextmanager
def atomic_path(path: Path | str, force: bool = False) -> Iterator[Path]:
    """Yield a temporary path to write to; it becomes `path` when the block ends without an error.

    The temporary file lies in the same folder and keeps the suffix, which some libraries need.
    On any error it is removed, and the file at `path` stays as it was.

    Parameters
    ----------
    path : path
        Output file; a symbolic link is followed.
    force : bool
        Whether an existing file may be replaced.

    Raises
    ------
    WriteError
        If the file exists and `force` is not set, if a folder is in its place, if its folder
        is missing, or if it cannot be written; an `OSError` in the block becomes one, too.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_path(Path(folder, "a.txt")) as temporary:
    ...         _ = temporary.write_text("whole")
    ...     Path(folder, "a.txt").read_text()
    'whole'
    """
    check_writable(path, force)
    shown = one_line(str(path))
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".armusic-{os.urandom(6).hex()}{target.suffix}")
    try:
        with _write_errors(shown):
            temporary.touch(exist_ok=False)  # not tempfile, whose files are private: an output follows the umask
            mode = temporary.stat().st_mode
            yield temporary
            with suppress(OSError):  # some file systems have no modes: FAT, some network drives
                temporary.chmod(mode)  # a library may have put a private file in its place
            _flush(temporary)
            check_writable(path, force)  # it may have appeared in the meantime
            if _exists(target):
                with suppress(OSError):
                    shutil.copymode(target, temporary)
            os.replace(temporary, target)
    finally:
        with suppress(OSError):  # Windows removes no file that is open: what stopped the block matters more
            temporary.unlink(missing_ok=True)


def check_folder(path: Path | str, force: bool = False) -> None:
    """Raise `WriteError` if files may not be written into a folder at `path`: a cheap check before long work.

    Parameters
    ----------
    path : path
        Output folder; an empty one may always be filled.
    force : bool
        Whether files in an existing folder may be replaced.
    """
    path = Path(path)
    shown = one_line(str(path))
    with _write_errors(shown):
        if _exists(path) and not path.is_dir():
            raise WriteError(f"{shown}: a file, not a folder: name another folder")
        if path.is_dir() and not force and any(path.iterdir()):
            raise WriteError(f"{shown} has files in it: name another folder, or write into it with the option force")
        _check_parent(path, shown)


@contextmanager
def atomic_folder(path: Path | str, force: bool = False) -> Iterator[Path]:
    """Yield a temporary folder to write files to; they are in `path` when the block ends without an error.

    A new folder appears at once, whole. Into an existing one the files are moved one by one,
    each whole; other files in it are left alone.

    Parameters
    ----------
    path : path
        Output folder.
    force : bool
        Whether files in an existing folder may be replaced; an empty folder may always be filled.

    Raises
    ------
    WriteError
        If there are files in the folder and `force` is not set, if a file is in its place,
        if its parent is missing, or if it cannot be written.
    """
    check_folder(path, force)
    path = Path(path)
    shown = one_line(str(path))
    target = Path(os.path.realpath(path))
    temporary = (target if target.is_dir() else target.parent) / f".armusic-{os.urandom(6).hex()}"
    try:
        with _write_errors(shown):
            temporary.mkdir()
            yield temporary
            files = sorted(temporary.iterdir())
            for file in files:
                _flush(file)
            if target.is_dir():
                for file in files:
                    check_writable(target / file.name, force)
                for file in files:
                    os.replace(file, target / file.name)
            else:
                os.rename(temporary, target)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def data_folder(folder: str | os.PathLike[str] | None = None) -> Path:
    """Return the folder for cached corpora: `folder`, else `$ARMUSIC_DATA`, else the platform's cache."""
    from platformdirs import user_cache_path

    return Path(folder or os.environ.get("ARMUSIC_DATA") or user_cache_path("armusic"))


def _exists(path: Path) -> bool:
    """Return whether a path exists; the system's other answers are errors, as in `Path.exists` before Python 3.14."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last: a name with a null character
        return False
    return True


def _check_parent(path: Path, shown: str) -> None:
    parent = Path(os.path.realpath(path)).parent
    if not _exists(parent):
        raise WriteError(f"{shown}: its folder {one_line(str(path.parent))} does not exist: create it first")
    if not parent.is_dir():
        raise WriteError(f"{shown}: {one_line(str(path.parent))} is a file, not a folder")
    if not os.access(parent, os.W_OK):
        raise WriteError(f"{shown}: its folder may not be written to")


def _flush(path: Path) -> None:
    """Write the file to the disk before it replaces the old one, where the file system can."""
    with path.open("rb+") as file:
        try:
            os.fsync(file.fileno())
        except OSError as error:
            if error.errno not in _NO_FLUSH:
                raise


def reason(error: OSError) -> str:
    """Return why the system refused, in its words."""
    return error.strerror or type(error).__name__

"""Files of the cache: what they hold can be computed again, so that a cache may be missing, or not writable."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from armusic.errors import WriteError
from armusic.files import atomic_path, one_line, reason

log = logging.getLogger(__name__)


def keep(path: Path, write: Callable[[Path], object]) -> bool:
    """Write a file of a cache, if it can be written: what it holds can be computed again.

    Parameters
    ----------
    path : Path
        The file; its folder is created.
    write : callable
        Writes it to the path that it is called with.

    Returns
    -------
    bool
        Whether it was written; if not, a warning says so.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     keep(Path(folder, "cache", "a.txt"), lambda place: place.write_text("kept"))
    True
    """
    try:
        make_cache(path.parent)
        with atomic_path(path, force=True) as temporary:
            write(temporary)
    except WriteError as error:
        log.warning("%s: it will be computed again next time", error)
        return False
    return True


def make_cache(folder: Path) -> None:
    """Create the folder of a cache, unless it is there.

    Raises
    ------
    WriteError
        If it cannot be created.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        shown = one_line(str(folder))
        hint = "name another one with the option data_dir, or in ARMUSIC_DATA"
        raise WriteError(f"{shown}: this folder cannot be created ({reason(error)}): {hint}") from error


def exists(path: Path) -> bool:
    """Return whether there is a file or folder that this user may look at."""
    try:
        return path.exists()
    except OSError:  # in a folder of another user
        return False

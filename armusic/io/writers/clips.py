"""A folder of clips: the names of its files, and the clips of an earlier run that it still holds."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from armusic.files import counted, one_line
from armusic.io.writers.layout import file_name

_CLIP = re.compile(r"[0-9]{2,}_(?P<series>.+?)(?P<values>(?:_(?:by|p)?[+-]?[0-9]+(?:\.[0-9]+)?)+)")
"""A clip's name without its suffix, where it ends in values: those of a sweep, targets, numbers of alternatives."""

log = logging.getLogger(__name__)


def clip_names(tunes: Sequence[str], suffix: str) -> list[str]:
    """Return the names of the files of a folder of clips, which sort as the tunes do.

    Examples
    --------
    >>> clip_names(["rhythm -2.0", "rhythm +0.0"], ".mid")
    ['01_rhythm_-2.0.mid', '02_rhythm_+0.0.mid']
    """
    digits = max(2, len(str(len(tunes))))
    return [f"{number:0{digits}}_{file_name(name)}{suffix}" for number, name in enumerate(tunes, 1)]


def older(there: Iterable[str], names: Sequence[str], suffix: str) -> list[str]:
    """Return which files in a folder are clips of the same series as the new ones, but with other numbers.

    Examples
    --------
    >>> new = ["01_rhythm_-2.0.mid", "02_rhythm_+0.0.mid"]
    >>> older(["02_rhythm_-1.0.mid", "02_range_-1.0.mid", "02_rhythm_-1.0.abc", "02_rhythm_mine.mid"], new, ".mid")
    ['02_rhythm_-1.0.mid']
    """
    series = {_series(name, suffix) for name in names} - {None}
    return sorted(name for name in there if name not in names and _series(name, suffix) in series)


def remove_older(folder: Path, names: Sequence[str], suffix: str) -> None:
    """Remove the older clips in a folder to which new ones were written, and log how many there were."""
    removed = 0
    with suppress(OSError):  # the new clips are there, which is what matters
        for name in older((path.name for path in folder.iterdir() if path.is_file()), names, suffix):
            (folder / name).unlink()
            removed += 1
    if removed:
        log.warning("%s: %s of an earlier run removed", one_line(str(folder)), counted(removed, "clip"))


def _series(name: str, suffix: str) -> str | None:
    """Return what all clips of a series have in their names; None for the name of a file that is no such clip."""
    match = _CLIP.fullmatch(name.removesuffix(suffix)) if name.endswith(suffix) else None
    return match["series"] if match else None

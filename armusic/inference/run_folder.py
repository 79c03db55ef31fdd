"""The settings of a run in its folder, config.json, and where the data is from there.

A run of a folder or file that was named by a relative path finds it again from anywhere: config.json has the path of
the data from the run's folder as well, as `place`. Where nothing is there any more, the data is sought by its name.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from armusic import config
from armusic.config import Config
from armusic.errors import ArmusicError, ReadError
from armusic.files import atomic_path, one_line

SETTINGS = "config.json"


def write(settings: Config, folder: Path) -> None:
    """Write the settings of the run in a folder."""
    place = {"place": _from(folder, settings.place)} if settings.place else {}
    with atomic_path(folder / SETTINGS, force=True) as temporary:
        temporary.write_text(json.dumps(settings.as_dict() | place, indent=2) + "\n", encoding="utf-8")


def read(folder: Path) -> Config:
    """Return the settings of the run in a folder; settings newer than the run have their defaults.

    Raises
    ------
    ReadError
        If its config.json is missing or broken.
    """
    file = folder / SETTINGS
    try:
        written = _table(file)
        return replace(config.from_dict(written), place=_there(folder, written))
    except (ArmusicError, OSError, ValueError, TypeError) as error:
        raise ReadError(f"{one_line(str(file))}: not the settings of a run ({error})") from error


def with_place(settings: Config, folder: Path) -> Config:
    """Return the settings of a checkpoint in a run's folder, with the place of the data where that is known.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as top:
    ...     run, tunes = Path(top, "runs", "mine"), Path(top, "tunes")
    ...     run.mkdir(parents=True)
    ...     tunes.mkdir()
    ...     settings = Config(data="tunes", place=str(tunes))
    ...     write(settings, run)
    ...     (run / SETTINGS).read_text().split()[-2], Path(with_place(Config(data="tunes"), run).place).name
    ('"../../tunes"', 'tunes')
    """
    try:
        written = _table(folder / SETTINGS)
    except (OSError, ValueError, TypeError):
        return settings
    return replace(settings, place=_there(folder, written)) if written.get("data") == settings.data else settings


def _table(file: Path) -> dict[str, Any]:
    written = json.loads(file.read_text(encoding="utf-8"))
    if not isinstance(written, dict):
        raise TypeError("no table of settings")
    return written


def _from(folder: Path, place: str) -> str:
    """Return the path of a place from a folder, with slashes; as it is where there is none, as on another drive."""
    try:
        return Path(os.path.relpath(place, os.path.realpath(folder))).as_posix()
    except ValueError:
        return place


def _there(folder: Path, written: dict[str, Any]) -> str:
    """Return the place of the data of a run in a folder; empty where it names none, or nothing is there."""
    place = written.get("place")
    if not isinstance(place, str) or not place:
        return ""
    path = Path(os.path.normpath(Path(os.path.realpath(folder), place)))
    return str(path) if path.exists() else ""

"""What other installed packages add to armusic, by entry points, and what a Python file of the user's adds.

The groups are `armusic.readers`, `armusic.writers`, `armusic.attributes`, `armusic.adapters`, `armusic.corpora`,
`armusic.losses` and `armusic.models`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from armusic import python_file
from armusic.errors import ArmusicError

if TYPE_CHECKING:  # it takes 20 ms to import: help should come at once
    from importlib.metadata import EntryPoint


def named(group: str) -> dict[str, EntryPoint]:
    """Return the entry points of a group, such as `corpora`, by name; none of them is imported."""
    from importlib.metadata import entry_points

    points: dict[str, EntryPoint] = {}
    for point in entry_points(group=f"armusic.{group}"):
        points.setdefault(point.name, point)
    return points


def by_suffix(group: str) -> dict[str, EntryPoint]:
    """Return the entry points of a group that are named after a file's suffix, in lower case, with its dot."""
    points: dict[str, EntryPoint] = {}
    for name, point in named(group).items():
        points.setdefault(f".{name.lstrip('.').lower()}", point)
    return points


@dataclass(frozen=True, slots=True)
class InFile:
    """What a Python file has under a name, to be loaded like an entry point.

    Parameters
    ----------
    value : str
        `FILE.py:FUNCTION`.
    role : str
        Purpose, such as `decoder`.
    """

    value: str
    role: str

    def load(self) -> Any:
        """Run the file, if it has not been run; return what it has."""
        return python_file.load(self.role, self.value)


def find(group: str, name: str, role: str) -> EntryPoint | InFile | None:
    """Return where to find what a setting names: in a Python file, or by an entry point of a group; None: nowhere."""
    return InFile(name, role) if python_file.names_file(name) else named(group).get(name)


def load(point: EntryPoint | InFile, error: type[ArmusicError], role: str) -> Any:
    """Import what an entry point names, or load what is in a file.

    Parameters
    ----------
    point : EntryPoint or InFile
        A result of `find`, or an entry point of `named` or `by_suffix`.
    error : type of ArmusicError
        Error to raise if the import fails.
    role : str
        Beginning of its message, such as `tune.krn: its reader`.

    Raises
    ------
    ArmusicError
        When it cannot be loaded; of a file, the error of `python_file.load`.
    """
    try:
        return point.load()
    except ArmusicError:
        raise
    except Exception as failure:  # another package's import may fail in any way
        reason = " ".join(f"{type(failure).__name__}: {failure}".split())
        raise error(f"{role} {point.value} cannot be loaded ({reason})") from failure

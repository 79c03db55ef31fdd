"""What other installed packages add to armusic, by entry points.

The groups are `armusic.readers`, `armusic.writers`, `armusic.attributes`, `armusic.adapters`, `armusic.corpora`,
`armusic.losses` and `armusic.models`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

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


def load(point: EntryPoint, error: type[ArmusicError], role: str) -> Any:
    """Import what an entry point names.

    Parameters
    ----------
    point : EntryPoint
        An entry point of `named` or `by_suffix`.
    error : type of ArmusicError
        Error to raise if the import fails.
    role : str
        Beginning of its message, such as `tune.krn: its reader`.
    """
    try:
        return point.load()
    except Exception as failure:  # another package's import may fail in any way
        reason = " ".join(f"{type(failure).__name__}: {failure}".split())
        raise error(f"{role} {point.value} cannot be loaded ({reason})") from failure

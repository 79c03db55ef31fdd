"""The files that an assistant may touch: those in folders named at the start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from armusic.errors import UsageError
from armusic.files import one_line


@dataclass(frozen=True, slots=True)
class Folders:
    """Folders that files may be read from and written to.

    Parameters
    ----------
    roots : tuple of Path
        The folders, with links followed. Names are relative to any of them, new files to the first.
    """

    roots: tuple[Path, ...]

    def existing(self, name: str) -> Path:
        """Return the path of a file, by its name relative to a root or its full name.

        Raises
        ------
        UsageError
            For a file outside the roots, also by a link.

        Examples
        --------
        >>> folders(["examples"]).existing("amazing-grace.mid").name
        'amazing-grace.mid'
        """
        places = [self._inside(root / name, name) for root in self.roots]
        return next((place for place in places if place.exists()), places[0])

    def new(self, name: str) -> Path:
        """Return the path for a file to write, by its name relative to the first root or its full name.

        Raises
        ------
        UsageError
            For a place outside the roots, or a folder that is not there.

        Examples
        --------
        >>> try:
        ...     folders(["examples"]).new("../tune.mid")
        ... except UsageError as error:
        ...     print(error)
        ../tune.mid: outside the folders that were named at the start: use a file in examples
        """
        place = self._inside(self.roots[0] / name, name)
        if not place.parent.is_dir():
            raise UsageError(f"{one_line(name)}: no such folder: use one that is there")
        return place

    def free(self, stem: str, suffix: str = ".mid") -> Path:
        """Return the path of a file in the first root that is not there yet: `stem.mid`, `stem-2.mid` and so on."""
        number = 1
        while (place := self.roots[0] / f"{stem}{f'-{number}' if number > 1 else ''}{suffix}").exists():
            number += 1
        return place

    def _inside(self, place: Path, name: str) -> Path:
        try:
            resolved = place.resolve()
        except (OSError, RuntimeError, ValueError) as error:  # a loop of links, a null character
            raise UsageError(f"{one_line(name)}: no name of a file ({error})") from error
        if not any(resolved.is_relative_to(root) for root in self.roots):
            listed = ", ".join(root.name or str(root) for root in self.roots)
            raise UsageError(
                f"{one_line(name)}: outside the folders that were named at the start: use a file in {listed}"
            )
        return resolved


def folders(roots: Sequence[str | Path]) -> Folders:
    """Return the folders with these names.

    Raises
    ------
    UsageError
        For none, or a name that is no folder.
    """
    if not roots:
        raise UsageError("no folder is named: name one that files may be read from and written to")
    for root in roots:
        if not Path(root).is_dir():
            raise UsageError(f"{one_line(str(root))}: no such folder")
    return Folders(tuple(Path(root).resolve() for root in roots))

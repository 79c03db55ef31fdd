"""Pictures as files: PNG, PDF or SVG, as the suffix says; written whole, and never over another file unasked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from armusic.attributes import short_name
from armusic.errors import UsageError
from armusic.files import atomic_path, label
from armusic.score import Tune

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from armusic.interpolation import Variation
    from armusic.reached import Reached
    from armusic.surfaces import Surface

Named = Sequence[tuple[str, Tune]]
SUFFIXES = (".png", ".pdf", ".svg")


def picture(variations: Sequence[Variation], attribute: str, path: str | Path, *, force: bool = False) -> None:
    """Draw variations as piano rolls with the attribute's curve, and values asked for against those reached."""
    from armusic import plotting

    _write(plotting.sweep(variations, attribute), path, force)


def draw(tunes: Named, path: str | Path, title: str, note: str = "", *, force: bool = False) -> None:
    """Draw named tunes as piano rolls one above another."""
    from armusic import plotting

    _write(plotting.rolls(tunes, title, note), path, force)


def draw_reached(
    tunes: Named, found: Reached, path: str | Path, title: str, note: str = "", *, force: bool = False
) -> None:
    """Draw the input and what was `found` as piano rolls, and each attribute before, as asked for and as reached."""
    from armusic import plotting

    names = [short_name(name) for name in found.names]
    _write(plotting.goals(tunes, names, found.before, found.asked, found.values, title, note), path, force)


def draw_surface(found: Surface, path: str | Path, title: str, *, force: bool = False) -> None:
    """Draw two attributes over the grid of values asked of both, side by side."""
    from armusic import plotting

    count = len(found.before)
    note = f"{' and '.join(found.names)} asked for together" + f", mean of {count} measures" * (count > 1)
    note += "; lines: equal values, asked for (dashed) and reached"
    _write(plotting.surface(found.names, found.asked, found.values, found.before, title, note), path, force)


def check_picture(path: str | Path) -> None:
    """Refuse a picture in a format that is not written.

    Raises
    ------
    UsageError
        For another suffix than .png, .pdf or .svg.

    Examples
    --------
    >>> check_picture("map.pdf")
    """
    if Path(path).suffix.lower() not in SUFFIXES:
        raise UsageError(f"{label(path)}: pictures end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}: name one so")


def _write(figure: Figure, path: str | Path, force: bool) -> None:
    check_picture(path)
    with atomic_path(path, force) as temporary:
        figure.savefig(temporary)

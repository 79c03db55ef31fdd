"""Every picture: piano rolls, attributes, codes, surfaces, traversals.

Each function draws what it is named for and returns it: a matplotlib `Figure` that belongs to no window, or pixels
(what a model of images decodes). `save` writes a picture to a file. Nothing heavy is imported before it is needed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from armusic.plotting import figures
from armusic.plotting.files import check_figure, check_traversal, save, save_all
from armusic.plotting.sources import source_of

if TYPE_CHECKING:
    from armusic.plotting.overview import evaluation
    from armusic.plotting.traversals import traversal
    from armusic.plotting.tunes import roll, rolls, surface, sweep, targets

_MODULES = {
    **dict.fromkeys(("roll", "rolls", "surface", "sweep", "targets"), "tunes"),
    "evaluation": "overview",
    "traversal": "traversals",
}
__all__ = [
    "check_figure", "check_traversal", "evaluation", "roll", "rolls", "save", "save_all", "source_of", "surface",
    "sweep", "targets", "traversal",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a function when it is first used."""
    if name not in _MODULES:
        raise AttributeError(f"module 'armusic.plotting' has no attribute {name!r}")
    if name != "traversal":
        figures.import_lean()  # before another module has matplotlib imported
    return getattr(import_module(f"armusic.plotting.{_MODULES[name]}"), name)

"""armusic: turn one musical attribute of a melody up or down, and keep the rest.

The use cases are here; everything else is in its module. Nothing heavy is imported before it
is needed.

Examples
--------
>>> import armusic
>>> model = armusic.load()
>>> model.attributes
('rhythm', 'range', 'density', 'contour')
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from armusic import metrics
    from armusic.api import load, picture, read, train, write
    from armusic.errors import ArmusicError
    from armusic.music.score import Key, Measure, Metre, Note, Tune

__all__ = [
    "ArmusicError", "Key", "Measure", "Metre", "Note", "Tune", "load", "metrics", "picture", "read", "train", "write",
]  # fmt: skip

_HOMES = {"ArmusicError": "errors", **dict.fromkeys(("Key", "Measure", "Metre", "Note", "Tune"), "music.score")}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name == "__version__":
        from importlib.metadata import version

        return version("armusic")
    if name not in __all__:
        raise AttributeError(f"module 'armusic' has no attribute {name!r}")
    if name == "metrics":
        return import_module("armusic.metrics")
    return getattr(import_module(f"armusic.{_HOMES.get(name, 'api')}"), name)

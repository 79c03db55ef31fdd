"""armusic: raise or lower one musical attribute of a melody, and keep the rest.

The public names are these; everything else is in its module, and may change. Nothing heavy is imported before it
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
    from armusic import convert, io, metrics, plotting
    from armusic.api import Model, configure, inspect, load, picture, read, train, write
    from armusic.config import Config
    from armusic.editing.result import Reached
    from armusic.editing.sweep import Variation
    from armusic.errors import ArmusicError
    from armusic.generation.generate import Generated
    from armusic.music import attributes
    from armusic.music.score import Key, Measure, Metre, Note, Tune

__all__ = [
    "ArmusicError", "Config", "Generated", "Key", "Measure", "Metre", "Model", "Note", "Reached", "Tune", "Variation",
    "attributes", "configure", "convert", "inspect", "io", "load", "metrics", "picture", "plotting", "read", "train",
    "write",
]  # fmt: skip

_MODULES = {name: f"armusic.{name}" for name in ("convert", "io", "metrics", "plotting")} | {
    "attributes": "armusic.music.attributes"
}
_HOMES = {
    **dict.fromkeys(("Key", "Measure", "Metre", "Note", "Tune"), "armusic.music.score"),
    "ArmusicError": "armusic.errors",
    "Config": "armusic.config",
    "Generated": "armusic.generation.generate",
    "Reached": "armusic.editing.result",
    "Variation": "armusic.editing.sweep",
}
"""Where a public name is; `armusic.api` has the others."""


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name == "__version__":
        from importlib.metadata import version

        return version("armusic")
    if name not in __all__:
        raise AttributeError(f"module 'armusic' has no attribute {name!r}")
    if name in _MODULES:
        return import_module(_MODULES[name])
    return getattr(import_module(_HOMES.get(name, "armusic.api")), name)


def __dir__() -> list[str]:
    """List the public names."""
    return [*__all__, "__version__"]

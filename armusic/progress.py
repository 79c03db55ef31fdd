"""Progress of long work: the types of the functions that report it."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with the number of finished items, and their total number."""

Stage = Callable[[str, int, int], None]
"""Called with the name of a stage of the work, its finished part, and the whole of it."""


def silent(stage: str, done: int, total: int) -> None:
    """Ignore progress."""

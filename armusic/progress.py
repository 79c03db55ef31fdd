"""Progress of long work: the callables that are told how far it is."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[int, int], None]
"""Called with how many items are done, and how many there are."""

Stage = Callable[[str, int, int], None]
"""Called with the name of a stage of the work, how much of it is done, and how much there is."""


def silent(stage: str, done: int, total: int) -> None:
    """Ignore progress."""

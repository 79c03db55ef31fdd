"""Memory that is not needed goes back to the system: glibc would keep it, in a pool for each thread."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

_ARENA_MAX, _ARENAS = -8, 2  # mallopt's name for how many pools there may be, and how many there may be

_MISSING = (AttributeError, OSError, TypeError)  # another C library


def share() -> None:
    """Have the threads share a few pools, where the C library can; to be called before there are many threads."""
    with suppress(*_MISSING):
        ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Have the C library return what is free to the system, where it can; pictures are free once they are collected."""
    gc.collect()
    with suppress(*_MISSING):
        ctypes.CDLL(None).malloc_trim(0)

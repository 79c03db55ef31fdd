"""Memory that is not needed goes back to the system: glibc would keep it, in a pool for each thread."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

_ARENA_MAX, _ARENAS = -8, 2  # mallopt's name for how many pools there may be, and how many there may be
_MMAP_THRESHOLD, _LARGE = -3, 1 << 20  # from this size on, what is freed is the system's again, whatever lies above it

_MISSING = (AttributeError, OSError, TypeError)  # another C library


def share() -> None:
    """Have the threads share a few pools, and large arrays lie outside them, where the C library can.

    To be called before there are many threads. Left to itself, glibc takes larger and larger arrays into its pools, and
    what is kept above them keeps the system from getting them back.
    """
    with suppress(*_MISSING):
        library = ctypes.CDLL(None)
        library.mallopt(_ARENA_MAX, _ARENAS)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Have the C library return what is free to the system, where it can; pictures are free once they are collected."""
    gc.collect()
    with suppress(*_MISSING):
        ctypes.CDLL(None).malloc_trim(0)

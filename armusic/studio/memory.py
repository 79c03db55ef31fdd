"""Return freed memory to the system: glibc would keep it, in an arena for each thread."""

from __future__ import annotations

import ctypes
import gc
from contextlib import suppress

_ARENA_MAX, _ARENAS = -8, 2  # mallopt's parameter for the number of arenas, and its value
_MMAP_THRESHOLD, _LARGE = -3, 1 << 20  # larger blocks are mapped on their own, so that freeing returns them
_TRIM_THRESHOLD, _FREE = -1, 1 << 25  # so much may be free: a search frees and takes the same memory over and over

_UNAVAILABLE = (AttributeError, OSError, TypeError)  # another C library


def share() -> None:
    """Have threads share a few arenas, and keep large arrays out of them, if the C library is glibc.

    Call it before threads are started. By default glibc moves ever larger arrays into its arenas, where a small block
    above a freed array keeps its memory from being returned.
    """
    with suppress(*_UNAVAILABLE):
        library = ctypes.CDLL(None)
        library.mallopt(_ARENA_MAX, _ARENAS)
        library.mallopt(_MMAP_THRESHOLD, _LARGE)
        library.mallopt(_TRIM_THRESHOLD, _FREE)


def give_back() -> None:
    """Return freed memory to the system, if the C library is glibc; pictures are freed by the garbage collector."""
    gc.collect()
    with suppress(*_UNAVAILABLE):
        ctypes.CDLL(None).malloc_trim(0)

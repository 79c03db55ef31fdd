"""What was built last is kept, up to some bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from threading import Lock
from typing import Generic, Protocol, TypeVar


class Sized(Protocol):
    """What knows how much memory it takes."""

    @property
    def nbytes(self) -> int:
        """Bytes that it takes."""


K = TypeVar("K", bound=Hashable)
V = TypeVar("V", bound=Sized)


@dataclass(slots=True)
class Recent(Generic[K, V]):
    """What was used last of what is built by keys; each is built once at a time, whatever threads ask for it.

    Parameters
    ----------
    most : int
        Bytes that are kept; the latest is kept however large it is.

    Examples
    --------
    >>> import numpy as np
    >>> recent = Recent(most=20)
    >>> [len(recent.get(size, lambda size=size: np.ones(size, np.int8))) for size in (9, 10, 9, 11)]
    [9, 10, 9, 11]
    >>> recent.keys, recent.nbytes
    ([9, 11], 20)
    """

    most: int
    _values: OrderedDict[K, V] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    @property
    def keys(self) -> list[K]:
        """What is kept, the latest last."""
        with self._lock:
            return list(self._values)

    @property
    def nbytes(self) -> int:
        """Bytes that are kept."""
        return sum(value.nbytes for value in list(self._values.values()))

    def get(self, key: K, build: Callable[[], V]) -> V:
        """Return what is kept for a key, or else what `build` returns."""
        with self._lock:
            if key not in self._values:
                self._values[key] = build()
            self._values.move_to_end(key)
            while len(self._values) > 1 and self.nbytes > self.most:
                self._values.popitem(last=False)
            return self._values[key]

    def clear(self) -> None:
        """Keep nothing more."""
        with self._lock:
            self._values.clear()

"""Pools that are kept: the next target for the same tune is a look-up, not a search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock

import numpy as np

from armusic.config.manner import DEFAULT, Manner
from armusic.editing import chooser as choosers
from armusic.editing import pool as pools
from armusic.editing.chooser import Chooser
from armusic.editing.decoding import Allowed
from armusic.editing.material import Material
from armusic.editing.pool import Pool
from armusic.inference.checkpoint import Checkpoint
from armusic.music.score import Tune
from armusic.shapes import Bool

Build = Callable[..., Pool]
"""`armusic.editing.pool.build`, or what stands in for it."""
Choose = Callable[[Pool], Chooser]
"""`armusic.editing.chooser.chooser`, or what stands in for it."""

MOST, CHOOSERS = 16, 4  # pools, and what was found out for the targets of whole tunes
MAX_BYTES = 24_000_000  # of them together, but for the newest


@dataclass(slots=True)
class Kept:
    """The pools that were built last; `build` and `choose` stand in for those of `armusic.editing`.

    A pool is kept for the very tune that it was built for: an equal one is searched anew.

    Parameters
    ----------
    most, max_bytes : int
        Number of pools that are kept, and of bytes; the newest is kept however large it is.

    Examples
    --------
    >>> import armusic
    >>> model, tune, kept = armusic.load(), armusic.read("examples/speed-the-plough.mid"), Kept()
    >>> ways = {"build": kept.build, "choose": kept.choose}
    >>> search = model.alternatives(tune, ["density=by-0.1"], 1, **ways)
    >>> look_up = model.alternatives(tune, ["density=by-0.05"], 1, natural=0.2, **ways)
    >>> len(kept.pools)
    1
    """

    most: int = MOST
    max_bytes: int = MAX_BYTES
    pools: list[tuple[Tune, tuple[object, ...], Pool]] = field(default_factory=list)
    choosers: list[tuple[Pool, Chooser]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def build(
        self,
        checkpoint: Checkpoint,
        material: Material,
        names: str | Sequence[str],
        *,
        allowed: Allowed | None = None,
        manner: Manner = DEFAULT,
        rows: Bool[np.ndarray, " measure"] | None = None,
    ) -> Pool:
        """Return the pool that `armusic.editing.pool.build` does, from those that are kept if it is there."""
        names = (names,) if isinstance(names, str) else tuple(names)
        pitches = None if allowed is None else allowed.tobytes()
        measures = material.varied.tobytes(), None if rows is None else rows.tobytes()
        key = (id(checkpoint), names, *measures, pitches, manner.keep)
        with self._lock:
            for place, (tune, other, pool) in enumerate(self.pools):
                if tune is material.tune and other == key:
                    self.pools.append(self.pools.pop(place))
                    return pool.at(manner.natural)
        pool = pools.build(checkpoint, material, names, allowed=allowed, manner=manner, rows=rows)
        with self._lock:
            self.pools.append((material.tune, key, pool))
            while len(self.pools) > 1 and (len(self.pools) > self.most or self._size() > self.max_bytes):
                self.pools.pop(0)
        return pool

    def choose(self, pool: Pool) -> Chooser:
        """Return what `armusic.editing.chooser.chooser` does, from those that are kept if it is there."""
        natural = pool.search.ear.manner.natural
        with self._lock:
            for other, chooser in self.choosers:
                if other.candidates is pool.candidates and other.search.ear.manner.natural == natural:
                    return chooser
        chooser = choosers.chooser(pool)
        with self._lock:
            self.choosers = [*self.choosers, (pool, chooser)][-CHOOSERS:]
        return chooser

    def _size(self) -> int:
        return sum(pool.nbytes for _, _, pool in self.pools)

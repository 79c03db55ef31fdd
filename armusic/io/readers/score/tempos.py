"""The tempo at the start of each written measure, from the changes that stand in the measures."""

from __future__ import annotations

from collections.abc import Sequence

from armusic.io.readers.score.sheet import WrittenMeasure
from armusic.music.score import DEFAULT_BPM


def settle(bars: Sequence[WrittenMeasure], bpm: float | None = None) -> None:
    """Set `bpm` of each measure, and leave the changes after its start in `tempos`.

    A tempo that stands over the first whole measure holds for the pickup before it as well.

    Parameters
    ----------
    bars : sequence of WrittenMeasure
        Measures, changed in place; of two changes at a place, the last counts.
    bpm : float, optional
        Tempo before the first measure, in quarter notes per minute.

    Examples
    --------
    >>> from armusic.io.readers.score.sheet import UNITS, signature
    >>> pickup, whole = (WrittenMeasure(signature("3/4"), 0.0, units=beats * UNITS) for beats in (1, 3))
    >>> whole.tempos = [(0, 60.0), (UNITS, 90.0)]
    >>> settle([pickup, whole])
    >>> pickup.bpm, whole.bpm, len(whole.tempos)
    (60.0, 60.0, 1)
    """
    current = bpm or _over_pickup(bars) or DEFAULT_BPM
    for bar in bars:
        changes = dict(sorted(bar.tempos, key=lambda change: change[0]))
        bar.bpm = changes.pop(0, current)
        bar.tempos = list(changes.items())
        current = bar.tempos[-1][1] if bar.tempos else bar.bpm


def _over_pickup(bars: Sequence[WrittenMeasure]) -> float | None:
    """Return the tempo over the measure after a pickup, where the pickup has none of its own."""
    if len(bars) < 2 or bars[0].tempos or not 0 < bars[0].units < (bars[0].metre.units or 0):
        return None
    return next((rate for at, rate in reversed(bars[1].tempos) if at == 0), None)

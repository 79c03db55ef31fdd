"""Notes that are written exactly, but too finely for the tick grid: 32nds, 64ths, sextuplets, quintuplets.

Notes as people play them lie near the grid, or anywhere; notes as they are written lie on some simple
part of the beat. If nearly all onsets between two ticks do so, the file is written, not played: moving
such notes would change them, so their measures pass through.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.io.readers.midi import quantise
from armusic.io.readers.midi.measures import UNITS
from armusic.shapes import Bool, Int

Units = Int[np.ndarray, " note"]

PARTS = {8: "32nd notes", 16: "64th notes", 6: "sextuplets", 12: "triplets of 32nd notes", 5: "quintuplets",
         10: "quintuplets", 7: "septuplets", 9: "nonuplets"}  # fmt: skip
"""Parts of a quarter note that are written, the commonest first."""
_COARSE = 24  # ticks per quarter note: with fewer, nobody could play between two parts
_BY_CHANCE = 0.4  # share of the ticks off the grid that the parts may take up
_NEARLY_ALL = 0.9
_GRACE = 8  # notes shorter than a quarter note over this are graces, unless they stand in a row
_LOST, _LOST_SHARE = 4, 0.25  # notes of a measure that fall on others' ticks: more than graces


@dataclass(frozen=True, slots=True)
class Fine:
    """Measures with notes that are too fine for the grid.

    Parameters
    ----------
    rows : bool array (measure,)
        Whether a measure of the grid has such notes.
    what : str
        Notes, in words.
    """

    rows: Bool[np.ndarray, " measure"]
    what: str


def written(on: quantise.Grid, start: Units, stop: Units) -> Fine:
    """Return the measures with written notes that are too fine.

    A grace note, and the note behind one that starts on the beat, do not count.

    Parameters
    ----------
    on : Grid
        Grid; every note starts in one of its measures.
    start, stop : int array (note,)
        Units, sorted; no two notes overlap.
    """
    off = abs(quantise.nearest(on.points, start) - start) > min(UNITS, on.quarter // 48)
    row = quantise.measure_of(on, start)
    rows = np.zeros(len(on.starts), dtype=bool)
    phase = start - on.starts[row]
    if not exact(phase, on.quarter, off):
        return Fine(rows, "")
    part = _parts(phase, on.quarter, off)
    short = stop - start < on.quarter // _GRACE - UNITS
    before, behind = np.append(False, short[:-1]), np.append(short[1:], False)
    grace = short & ~before & ~behind
    after = before & ~np.append(False, off[:-1]) & ~short
    counted = off & (part > 0) & ~grace & ~after
    rows[row[counted]] = True
    numbers = dict.fromkeys(part[counted].tolist())
    for finer, coarser in ((16, 8), (12, 6)):  # every second 64th lies on a 32nd
        if finer in numbers:
            numbers.pop(coarser, None)
    return Fine(rows, " and ".join(dict.fromkeys(PARTS[number] for number in numbers)))


def exact(phase: Units, quarter: int, off: Bool[np.ndarray, " note"]) -> bool:
    """Return whether nearly all notes off the grid lie exactly on simple parts of a quarter note.

    Examples
    --------
    >>> exact(np.array([60, 180, 300]) * UNITS, 480 * UNITS, np.array([True] * 3))
    True
    """
    return bool(off.any()) and bool((_parts(phase, quarter, off)[off] > 0).mean() >= _NEARLY_ALL)


def crowded(on: quantise.Grid, start: Units, begin: Units) -> Fine:
    """Return the measures in which many notes would fall on the ticks of others: trills and runs as played.

    Parameters
    ----------
    on : Grid
        Grid; every note starts in one of its measures.
    start, begin : int array (note,)
        Starts of the notes before and after they are moved to the grid, in units.
    """
    row = quantise.measure_of(on, start)
    count = np.bincount(row, minlength=len(on.starts))
    order = np.argsort(begin, kind="stable")
    lost = np.bincount(row[order][np.append(False, np.diff(begin[order]) == 0)], minlength=len(on.starts))
    return Fine((lost >= _LOST) & (lost >= _LOST_SHARE * count), "trills or runs that are faster than the grid")


def _parts(phase: Units, quarter: int, off: Bool[np.ndarray, " note"]) -> Units:
    """Return for each phase the number of parts of a quarter note on one of which it lies; 0 for none."""
    part = np.zeros(len(phase), dtype=np.int64)
    for number in _possible(quarter // UNITS):
        near = np.round(phase * number / quarter) * quarter / number
        part[off & (part == 0) & (abs(phase - near) < UNITS)] = number
    if quarter // UNITS < _COARSE:
        part[off & (part == 0)] = 8
    return part


def _possible(ticks: int) -> list[int]:
    """Return the parts of a quarter note that tell written notes from played ones at a resolution."""
    at = np.arange(ticks)
    grid = np.zeros(ticks, dtype=bool)
    for number in (3, 4):
        grid |= _near(at, ticks, number)
    numbers: list[int] = []
    taken = grid.copy()
    for number in PARTS:
        more = taken | _near(at, ticks, number)
        if (more & ~grid).sum() <= _BY_CHANCE * max((~grid).sum(), 1):
            taken = more
            numbers.append(number)
    return numbers


def _near(at: Int[np.ndarray, " tick"], ticks: int, number: int) -> Bool[np.ndarray, " tick"]:
    """Return whether each tick of a quarter note is less than a tick from one of its parts."""
    return abs(at - np.round(at * number / ticks) * ticks / number) < 1

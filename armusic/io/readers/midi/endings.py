"""Where a file ends: on a bar line, also where its last note is released a little late, or early in the measure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from armusic.io.readers.midi.measures import MAX_SILENT_MEASURES, UNITS, Signature, pickup_of
from armusic.io.readers.midi.meta import signatures_of
from armusic.io.readers.midi.parts import parts_of
from armusic.music.smf import MidiData
from armusic.shapes import Int

LEAST = 8  # parts of a quarter note, in one of which a note over a bar line is a late release: half a sixteenth

Times = Int[np.ndarray, " note"]


def covered(start: Times, end: Times, quarter: int) -> int:
    """Return the time up to which notes need measures.

    A note needs none for what it sounds over a bar line for less than half a sixteenth; one that starts so shortly
    before it belongs to the measure behind it.

    Parameters
    ----------
    start, end : int array (note,)
        Notes, at least one.
    quarter : int
        Length of a quarter note.

    Examples
    --------
    >>> late, early, long = ([240], [490]), ([440], [490]), ([240], [600])
    >>> [covered(np.array(start), np.array(end), 480) > 480 for start, end in (late, early, long)]
    [False, True, True]
    """
    slack = quarter // LEAST
    last = max(int(end.max()), int(start.max()) + 1)
    return min(last, max(last - slack, int(start.max()) + slack))


def bar_lines(file: MidiData) -> dict[int, int]:
    """Return for each track with notes, from 0, the tick of its last bar line: that behind its last note.

    Silent measures behind it count if the track covers them whole, up to `MAX_SILENT_MEASURES`. A last measure that
    completes a pickup is short by it, as tunes with a pickup are repeated.
    """
    last: dict[int, int] = {}
    for part in parts_of(file):
        until = covered(part.start, part.end, file.ticks_per_quarter)
        last[part.track] = max(last.get(part.track, 0), until)
    signatures = signatures_of(file)[0]
    return {
        track: _bar_line(signatures, until, file.tracks[track][-1].tick, file.ticks_per_quarter)
        for track, until in last.items()
    }


def _bar_line(signatures: Sequence[Signature], last: int, end: int, quarter: int) -> int:
    """Return the last bar line of a track whose notes end at `last`, and itself at `end`, in ticks."""
    ticks = [signature.at // UNITS for signature in signatures]
    place = max((number for number, tick in enumerate(ticks) if tick < last), default=0)
    first, length = ticks[place], int(signatures[place].length(quarter)) or 4 * quarter
    line = first - (first - last) // length * length
    until = end + quarter // LEAST
    if (
        place == 1
        and pickup_of(signatures[0], signatures[1], quarter * UNITS)
        and last <= line - first
        and until < line
    ):
        return line - first
    changes = ticks[place + 1 :]
    silent = (min([until, *changes]) - line) // length
    line += min(max(silent, 0), MAX_SILENT_MEASURES) * length
    return min([line, *(change for change in changes if change >= last)])

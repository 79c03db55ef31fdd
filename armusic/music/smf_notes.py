"""The notes of a MIDI track: which event ends which."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence

from armusic.music.smf import CONTROL_CHANGE, NOTE_OFF, NOTE_ON, SYSEX, Event

_SILENCING = (120, 123, 124, 125, 126, 127)  # controllers: all sounds off, all notes off, and the modes that imply it


def pairs(track: Sequence[Event]) -> dict[int, list[tuple[int, int]]]:
    """Return the notes of a track by channel: the indices of the events that start and end each one.

    Of two notes of one pitch, the one that started first ends first, so that a note may be struck
    again at the tick at which it ends, whichever event comes first in the file. If a pitch has more
    starts than ends, an end belongs to the last start before it, so that only the note whose own end
    is missing never ends. A note whose end comes before its start, at the same tick, has no length.
    A message that silences its channel ends all of its notes that started before its tick.

    Returns
    -------
    dict of int to list of (int, int)
        Channels, from 0, and their notes in the order of their starts; a missing end is -1.

    Examples
    --------
    >>> pairs([Event(0, 0x90, b"<P"), Event(0, 0x91, b"@P"), Event(480, 0x90, bytes([60, 0]))])
    {0: [(0, 2)], 1: [(1, -1)]}
    """
    keys: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
    silences: defaultdict[int, list[int]] = defaultdict(list)
    for place, event in enumerate(track):
        if NOTE_OFF <= event.status < NOTE_ON + 16:
            keys[event.status & 0x0F, event.data[0]].append(place)
        elif event.status & 0xF0 == CONTROL_CHANGE and event.status < SYSEX and event.data[0] in _SILENCING:
            silences[event.status & 0x0F].append(place)
    notes: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for (channel, _), places in keys.items():
        for stretch, silence in _stretches(track, places, silences[channel]):
            notes[channel] += _pair(track, stretch, silence)
    return {channel: sorted(spans) for channel, spans in sorted(notes.items()) if spans}


def _stretches(track: Sequence[Event], places: list[int], silences: Sequence[int]) -> Iterator[tuple[list[int], int]]:
    """Yield the events of a pitch up to each silence of its channel, with the index of that; -1 after the last."""
    begin = 0
    for silence in silences:
        end = bisect_left(places, track[silence].tick, begin, key=lambda place: track[place].tick)
        if end > begin:
            yield places[begin:end], silence
            begin = end
    yield places[begin:], -1


def _pair(track: Sequence[Event], places: Sequence[int], silence: int) -> list[tuple[int, int]]:
    """Return the notes of one pitch and channel, until an event that ends them."""
    starts = [track[place].status >= NOTE_ON and track[place].data[1] > 0 for place in places]
    depth = 0
    for start in starts:
        depth = depth + 1 if start else max(depth - 1, 0)
    notes: list[tuple[int, int]] = []
    open_notes: deque[int] = deque()
    lone_ends: dict[int, int] = {}  # ends without a start, by their tick
    for place, start in zip(places, starts, strict=True):
        tick = track[place].tick
        if start:
            open_notes.append(place)
        elif not open_notes:
            lone_ends[tick] = place
        elif depth and track[open_notes[-1]].tick < tick:
            notes.append((open_notes.pop(), place))
        else:
            notes.append((open_notes.popleft(), place))
    return notes + [(place, lone_ends.get(track[place].tick, silence)) for place in open_notes]

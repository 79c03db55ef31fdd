"""What a MIDI file says besides its notes: tempos, time signatures, the key."""

from __future__ import annotations

from collections.abc import Iterator

from armusic.io.readers.midi.clock import TempoMap, tempo_map
from armusic.io.readers.midi.measures import UNITS, Signature
from armusic.io.readers.options import Remark
from armusic.music import smf
from armusic.music.score import Key

_MAX_FIFTHS = 7
_MAX_POWER = 15  # of the two in a time signature's denominator: a longer number helps nobody
_MICROSECONDS_AT_120 = 500_000  # per quarter note: the standard's tempo where a file names none


def merged(file: smf.MidiData, status: int) -> Iterator[tuple[int, bytes]]:
    """Yield when, in ticks, and with what content the events of a kind come, on any track."""
    events = [event for track in file.tracks for event in track if event.status == status]
    for event in sorted(events, key=lambda event: event.tick):
        yield event.tick, event.data


def tempos_of(file: smf.MidiData) -> TempoMap:
    """Return the tempo map of a file, without impossible tempos."""
    found = {0: _MICROSECONDS_AT_120}
    for tick, data in merged(file, smf.SET_TEMPO):
        if each := int.from_bytes(data[:3], "big"):
            found[tick] = each
    return tempo_map(list(found.items()), file.ticks_per_quarter)


def signatures(file: smf.MidiData) -> tuple[list[Signature], list[Remark]]:
    """Return the time signatures; the first at 0, and 4/4 where a file names none."""
    found: dict[int, tuple[int, int]] = {}
    for tick, data in merged(file, smf.TIME_SIGNATURE):
        if len(data) > 1:
            found[tick] = (data[0], 1 << min(data[1], _MAX_POWER))
    said = [] if found else [Remark("no time signature: taken for 4/4 (the option metre sets another)")]
    return [Signature(tick * UNITS, *pair) for tick, pair in ({0: (4, 4)} | found).items()], said


def key(file: smf.MidiData) -> tuple[Key | None, list[Remark]]:
    """Return the first key signature that there can be; a file is not refused for a wrong one."""
    said: list[Remark] = []
    for tick, data in merged(file, smf.KEY_SIGNATURE):
        fifths, mode = (int.from_bytes(data[:1], "big", signed=True), data[1]) if len(data) > 1 else (0, -1)
        if abs(fifths) <= _MAX_FIFTHS and mode in (0, 1):
            return Key(fifths, "minor" if mode else "major"), said
        said.append(Remark(f"an impossible key signature at quarter note {tick / file.ticks_per_quarter:g} is ignored"))
    return None, said

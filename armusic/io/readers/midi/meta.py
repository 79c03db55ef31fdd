"""Meta events of a MIDI file: tempos, time signatures, the key."""

from __future__ import annotations

from collections.abc import Iterator

from armusic.io.readers.midi.clock import TempoMap, tempo_map
from armusic.io.readers.midi.measures import UNITS, Signature
from armusic.io.readers.options import Remark
from armusic.music import smf
from armusic.music.score import Key

_MAX_FIFTHS = 7
_MAX_POWER = 15  # of two in a time signature's denominator
_MICROSECONDS_AT_120 = 500_000  # per quarter note: the standard's tempo where a file names none


def merged(file: smf.MidiData, status: int) -> Iterator[tuple[int, bytes]]:
    """Yield tick and content of the events of a kind, on any track, by time."""
    events = [event for track in file.tracks for event in track if event.status == status]
    for event in sorted(events, key=lambda event: event.tick):
        yield event.tick, event.data


def tempos_of(file: smf.MidiData) -> TempoMap:
    """Return the tempo map of a file, without impossible tempos."""
    tempos = {0: _MICROSECONDS_AT_120}
    for tick, data in merged(file, smf.SET_TEMPO):
        if microseconds := int.from_bytes(data[:3], "big"):
            tempos[tick] = microseconds
    return tempo_map(list(tempos.items()), file.ticks_per_quarter)


def signatures_of(file: smf.MidiData) -> tuple[list[Signature], list[Remark]]:
    """Return the time signatures; the first at 0, and 4/4 where a file names none."""
    pairs: dict[int, tuple[int, int]] = {}
    for tick, data in merged(file, smf.TIME_SIGNATURE):
        if len(data) > 1:
            pairs[tick] = (data[0], 1 << min(data[1], _MAX_POWER))
    remarks = [] if pairs else [Remark("no time signature: taken for 4/4 (the option metre sets another)")]
    return [Signature(tick * UNITS, *pair) for tick, pair in ({0: (4, 4)} | pairs).items()], remarks


def key_of(file: smf.MidiData, track: int) -> tuple[Key | None, list[Remark]]:
    """Return the first possible key signature; a file is not refused for an impossible one.

    Of several at one time, as score editors write them, one on each staff and C on that of the drums, it
    is that of `track`.
    """
    remarks: list[Remark] = []
    signs = [
        (event.tick, number != track, event.data)
        for number, events in enumerate(file.tracks)
        for event in events
        if event.status == smf.KEY_SIGNATURE
    ]
    for tick, _, data in sorted(signs, key=lambda sign: sign[:2]):
        fifths, mode = (int.from_bytes(data[:1], "big", signed=True), data[1]) if len(data) > 1 else (0, -1)
        if abs(fifths) <= _MAX_FIFTHS and mode in (0, 1):
            return Key(fifths, "minor" if mode else "major"), remarks
        remarks.append(
            Remark(f"an impossible key signature at quarter note {tick / file.ticks_per_quarter:g} is ignored")
        )
    return None, remarks

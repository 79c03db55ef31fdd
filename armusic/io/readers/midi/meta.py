"""Meta events of a MIDI file: tempos, time signatures, the key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction

from armusic.errors import MusicError
from armusic.io.readers.midi.clock import TempoMap, tempo_map
from armusic.io.readers.midi.measures import UNITS, Signature
from armusic.io.readers.options import Remark
from armusic.music import smf
from armusic.music.metre import of_pickup
from armusic.music.score import Key

_MAX_FIFTHS = 7
_MAX_POWER = 15  # of two in a time signature's denominator
_FASTEST = 60_000  # microseconds per quarter note: 1,000 a minute, the most that programs take
_EIGHTHS, _SIXTEENTHS, _CLOCKS = 8, 16, 24  # denominators, and parts of a quarter note that a metronome counts
_MICROSECONDS_AT_120 = 500_000  # per quarter note: the standard's tempo where a file names none


def merged(file: smf.MidiData, status: int) -> Iterator[tuple[int, bytes]]:
    """Yield tick and content of the events of a kind, on any track, by time."""
    events = [event for track in file.tracks for event in track if event.status == status]
    for event in sorted(events, key=lambda event: event.tick):
        yield event.tick, event.data


def tempos_of(file: smf.MidiData) -> TempoMap:
    """Return the tempo map of a file, without impossible tempos; those that are too fast are the fastest."""
    tempos = {0: _MICROSECONDS_AT_120}
    for tick, data in merged(file, smf.SET_TEMPO):
        if microseconds := int.from_bytes(data[:3], "big"):
            tempos[tick] = max(microseconds, _FASTEST)
    return tempo_map(list(tempos.items()), file.ticks_per_quarter)


def too_fast(file: smf.MidiData, source: str) -> list[Remark]:
    """Return a remark on the tempos that nobody can feel, and that programs do not take."""
    paces = [int.from_bytes(data[:3], "big") for _, data in merged(file, smf.SET_TEMPO)]
    fast = [smf.MINUTE // pace for pace in paces if 0 < pace < _FASTEST]
    if not fast:
        return []
    count = "a tempo of" if len(fast) == 1 else f"{len(fast)} tempos of up to"
    text = f"{count} {max(fast):,} quarter notes a minute"
    return [Remark(f"{text}: taken for {smf.MINUTE // _FASTEST:,}", MusicError(f"{source}: {text}: correct it"))]


def signatures_of(file: smf.MidiData) -> tuple[list[Signature], list[Remark]]:
    """Return the time signatures; the first at 0, and 4/4 where a file names none."""
    pairs: dict[int, tuple[int, int]] = {}
    denied: list[tuple[int, int]] = []
    for tick, data in merged(file, smf.TIME_SIGNATURE):
        if len(data) > 1:
            pair = (data[0], 1 << min(data[1], _MAX_POWER))
            denied += [pairs[tick]] if pairs.get(tick, pair) != pair else []
            pairs[tick] = pair
    remarks = [] if pairs else [Remark("no time signature: taken for 4/4 (the option metre sets another)")]
    if denied:
        others = ", ".join(f"{numerator}/{denominator}" for numerator, denominator in dict.fromkeys(denied))
        remarks.append(Remark(f"two time signatures at one place: the later one counts, not {others}"))
    return [Signature(tick * UNITS, *pair) for tick, pair in ({0: (4, 4)} | pairs).items()], remarks


def with_signatures(file: smf.MidiData, signatures: Sequence[Signature]) -> smf.MidiData:
    """Return a file with other time signatures, on its first track; a pickup is in the longest notes that say it."""
    new = []
    for at, numerator, denominator in signatures:
        if denominator == _SIXTEENTHS and (pickup := of_pickup(Fraction(numerator, 4))):
            numerator, denominator = pickup.numerator, pickup.denominator
        data = bytes([numerator, denominator.bit_length() - 1, _CLOCKS, _EIGHTHS])
        new.append(smf.Event(at // UNITS, smf.TIME_SIGNATURE, data))
    tracks = [tuple(event for event in track if event.status != smf.TIME_SIGNATURE) for track in file.tracks]
    first = sorted([*new, *tracks[0]], key=lambda event: (event.tick, event.status != smf.TRACK_NAME))
    return replace(file, tracks=(tuple(first), *tracks[1:]))


def keys_of(file: smf.MidiData, track: int) -> tuple[list[tuple[int, Key]], list[Remark]]:
    """Return the possible key signatures, with their ticks; a file is not refused for an impossible one.

    Of several at one time, as score editors write them, one on each staff and C on that of the drums, it
    is that of `track`. After the first, those of other tracks count only where neither it nor the first track has any.
    """
    keys: dict[int, Key] = {}
    impossible: list[str] = []
    own = {0, track} & {n for n, events in enumerate(file.tracks) for e in events if e.status == smf.KEY_SIGNATURE}
    signs = [
        (event.tick, number != track, number, event.data)
        for number, events in enumerate(file.tracks)
        for event in events
        if event.status == smf.KEY_SIGNATURE
    ]
    for tick, _, number, data in sorted(signs, key=lambda sign: sign[:2]):
        fifths, mode = (int.from_bytes(data[:1], "big", signed=True), data[1]) if len(data) > 1 else (0, -1)
        if not (abs(fifths) <= _MAX_FIFTHS and mode in (0, 1)):
            impossible.append(f"{tick / file.ticks_per_quarter:g}")
        elif tick not in keys and (not keys or not own or number in own):
            keys[tick] = Key(fifths, "minor" if mode else "major")
    signatures = list(keys.items())
    if not impossible:
        return signatures, []
    many = len(impossible) > 1
    text = f"{len(impossible)} impossible key signatures are" if many else "an impossible key signature is"
    first = ", the first" if many else ""
    return signatures, [Remark(f"{text} ignored{first} at quarter note {impossible[0]}")]

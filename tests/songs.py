"""MIDI files of several tracks for tests, written as notes in quarter notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from armusic.music.smf import END_OF_TRACK, NOTE_OFF, NOTE_ON, TIME_SIGNATURE, TRACK_NAME, Event, MidiData, to_bytes

Notes = Sequence[tuple[float | Fraction, float | Fraction, int]]
"""Start, length and pitch."""

TUNE: Notes = [(0, 1, 67), (1, 0.5, 69), (1.5, 0.5, 71), (2, 1, 72), (3, 1, 67),
               (4, 1, 69), (5, 1, 71), (6, 1.5, 67), (7.5, 0.5, 67)]  # fmt: skip
CHORDS: Notes = [(start, 2, pitch) for start in (0, 2, 4, 6) for pitch in (48, 52, 55)]
BASS: Notes = [(start, 1, 36 + start % 3) for start in range(8)]
BEATS: Notes = [(start / 2, 0.25, 42) for start in range(16)]

FREE: Notes = [(n + 0.4 * (n * n * 0.618 % 1), 0.3, 60 + n % 7) for n in range(60)]
"""Notes that follow no beat."""


def signature(at: float | Fraction, numerator: int, denominator: int, division: int = 480) -> Event:
    """Return a time signature at a quarter note."""
    power = denominator.bit_length() - 1
    return Event(round(at * division), TIME_SIGNATURE, bytes([numerator, power, 24, 8]))


def track(
    notes: Notes, name: str = "", channel: int = 0, division: int = 480, others: Iterable[Event] = ()
) -> tuple[Event, ...]:
    """Return a track of notes, with other events."""
    events = [(0, 0, Event(0, TRACK_NAME, name.encode()))] if name else []
    events += [(event.tick, 1, event) for event in others]
    for start, length, pitch in notes:
        on, off = round(start * division), round((start + length) * division)
        events.append((on, 3, Event(on, NOTE_ON + channel, bytes([pitch, 80]))))
        events.append((off, 2 if off > on else 4, Event(off, NOTE_OFF + channel, bytes([pitch, 64]))))
    last = max((tick for tick, _, _ in events), default=0)
    ordered = [event for _, _, event in sorted(events, key=lambda entry: entry[:2])]
    return (*ordered, Event(last, END_OF_TRACK, b""))


def song(*tracks: Sequence[Event], kind: int = 1, division: int = 480) -> bytes:
    """Return a MIDI file."""
    return to_bytes(MidiData(kind, division, tuple(map(tuple, tracks))))


def band(
    melody: Notes = TUNE, division: int = 480, signatures: Iterable[Event] = (), name: str = "Lead vocal"
) -> bytes:
    """Return a file of a conductor, chords, a melody, a bass and drums, with lyrics and controllers."""
    words = [Event(division * beat, 0x105, b"la") for beat in range(3)]
    pedal = [Event(0, 0xB2, bytes([64, 127])), Event(division * 2, 0xB2, bytes([64, 0]))]
    return song(
        track([], "Song", division=division, others=[*signatures, Event(division, 0x106, b"Verse")]),
        track(CHORDS, "Piano", 2, division, pedal),
        track(melody, name, 4, division, [Event(0, 0xC4, bytes([52])), Event(0, 0xB4, bytes([7, 99])), *words]),
        track(BASS, "Bass", 1, division),
        track(BEATS, "Drums", 9, division),
        division=division,
    )

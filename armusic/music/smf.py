"""Standard MIDI Files: from bytes to events and back, without interpretation.

Not mido: its reader drops the time in front of a meta event that it does not know, so that
every later note comes too early, and refuses a file for an illegal key signature, for a
chunk of another kind between two tracks, or with an exception without a message.
The format has not changed since 1988, and is short.

Source
------
The Complete MIDI 1.0 Detailed Specification (MIDI Manufacturers Association, 1996),
"Standard MIDI Files 1.0"; its RIFF wrapper is "RP-029" of the same association.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from armusic.errors import ReadError
from armusic.music import smf_chunks, smf_damage
from armusic.music.smf_chunks import HEADER, TRACK
from armusic.music.smf_damage import STATUS, Repairs, mend

DRUMS = 9  # channel 10, counted from 0
NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE, PITCH_BEND = 0x80, 0x90, 0xB0, 0xC0, 0xE0
SYSEX, SYSEX_MORE = 0xF0, 0xF7
META = 0x100  # status of a meta event here: this plus its type
TEXT, TRACK_NAME, INSTRUMENT_NAME, LYRIC, MARKER = META + 0x01, META + 0x03, META + 0x04, META + 0x05, META + 0x06
END_OF_TRACK = META + 0x2F
SET_TEMPO, TIME_SIGNATURE, KEY_SIGNATURE = META + 0x51, META + 0x58, META + 0x59

MINUTE = 60_000_000  # microseconds

ONE_TRACK, TRACKS, SEPARATE_SONGS = smf_chunks.TYPES

MAX_EVENTS = 1_000_000  # some hundred hours of melody; keeps a hostile file from filling the memory
MAX_RESOLUTION = 0x7FFF  # ticks per quarter note: the highest bit marks SMPTE times

_META = 0xFF
_MOST_TICKS = (1 << 28) - 1  # between two events: four bytes of seven bits
_SMPTE = 0x8000  # bit of the division for times in frames
_SLOWEST = 0xFFFFFF  # microseconds per quarter note: a tempo has three bytes
_ROUNDING = 1e-6  # microseconds, of a quotient
_DROP_FRAME = 29  # stands for 29.97 frames a second
_MOST_STRAYS, _EVENTS_A_STRAY = 16, 4  # more, and what follows them is not what was meant
_USUAL = (480, 96, 120, 192, 384, 960, 240, 1024)  # ticks per quarter note


@dataclass(frozen=True, slots=True)
class Event:
    """A channel message, a meta event or a system exclusive message.

    Parameters
    ----------
    tick : int
        Ticks from the start of the file.
    status : int
        Status byte with its channel, or `META` plus the type of a meta event.
    data : bytes
        One or two bytes below 128, or the content of a meta event or system exclusive message.
    """

    tick: int
    status: int
    data: bytes


@dataclass(frozen=True, slots=True)
class MidiData:
    """A parsed file: its type (0, 1 or 2), its ticks per quarter note, the events of its tracks."""

    type: int
    ticks_per_quarter: int
    tracks: tuple[tuple[Event, ...], ...]


def parse(data: bytes, source: str, repairs: Repairs | None = None) -> MidiData:
    """Return the events of a MIDI file, also of one in a RIFF wrapper (`.rmi`).

    Chunks of unknown types, and data after the last track, are skipped.

    Parameters
    ----------
    data : bytes
        Content of the file.
    source : str
        Name of the file in messages.
    repairs : Repairs, optional
        If given, a damaged file is read as players read it, and what is set right is added here.

    Raises
    ------
    ReadError
        If it is no MIDI file, or too long; without `repairs`, also if it is cut short or damaged, or counts time in
        frames; with them, if hardly anything in a track is an event.

    Examples
    --------
    >>> file = parse(bytes.fromhex("4d546864 00000006 0000 0001 01e0"
    ...                            "4d54726b 00000008 00 90 3c 50 00 ff 2f 00"), "tune.mid")
    >>> file.ticks_per_quarter, file.tracks[0][0]
    (480, Event(tick=0, status=144, data=b'<P'))
    """
    file = smf_chunks.layout(data, source, repairs)
    frames = bool(file.division & _SMPTE)
    if frames:
        error = f"{source}: its times are film frames (SMPTE), not beats: save it with ticks per quarter note"
        mend(repairs, error, "times in film frames are read at 120 quarter notes a minute")
    tracks: list[tuple[Event, ...]] = []
    remaining = MAX_EVENTS
    for number, chunk in enumerate(file.tracks, 1):
        tracks.append(_events(chunk, source, number, remaining, repairs))
        remaining -= len(tracks[-1])
    if frames:
        return _of_frames(file.type, file.division, tracks)
    return MidiData(file.type, file.division or _guessed(tracks, repairs), tuple(tracks))


def _of_frames(kind: int, division: int, tracks: list[tuple[Event, ...]]) -> MidiData:
    """Return a file whose times are frames, and parts of them, as one at 120 quarter notes a minute."""
    frames, parts = 256 - (division >> 8), max(division & 0xFF, 1)
    rate = round((30_000 / 1001 if frames == _DROP_FRAME else frames) * parts)  # ticks a second
    scale = 1 + rate % 2
    quarter = min(max(rate * scale // 2, 1), MAX_RESOLUTION)
    timed = (
        tuple(Event(event.tick * scale, event.status, event.data) for event in track if event.status != SET_TEMPO)
        for track in tracks
    )
    return MidiData(kind, quarter, tuple(timed))


def _guessed(tracks: list[tuple[Event, ...]], repairs: Repairs | None) -> int:
    """Return the usual number of ticks per quarter note with the most notes on sixteenths; of equals, the first."""
    starts = [event.tick for track in tracks for event in track if NOTE_ON <= event.status < NOTE_ON + 16]
    counts = {ticks: sum(start % (ticks // 4) == 0 for start in starts) for ticks in _USUAL}
    best = max(_USUAL, key=lambda ticks: counts[ticks])
    if repairs is not None:
        repairs.add(f"{best} ticks are taken for a quarter note")
    return best


def _events(chunk: bytes, source: str, number: int, most: int, repairs: Repairs | None) -> tuple[Event, ...]:
    """Return the events of a track, up to the one that ends it."""
    events: list[Event] = []
    place = f"track {number}"
    where = f"{source}, {place}"
    at = tick = running = strays = 0
    try:
        while at < len(chunk):
            delta, at = (chunk[at], at + 1) if chunk[at] < STATUS else smf_damage.number(chunk, at, where, repairs)
            tick += delta
            status = chunk[at]
            if (status < STATUS and not running) or status in smf_damage.UNDEFINED:
                at = smf_damage.passed_over(chunk, at, where, repairs, place)
                strays += 1
                if strays > _MOST_STRAYS and strays * _EVENTS_A_STRAY > len(events):
                    raise ReadError(f"{where}: damaged: {strays} bytes in it start no event")
                continue
            status, data, at = _event(chunk, at, running, where, repairs)
            if status < SYSEX:
                running = status
                if not data.isascii():
                    data = smf_damage.within(status, data, at, where, repairs, place)
                    if not data:
                        continue
            events.append(Event(tick, status, data))
            if len(events) > most:
                raise ReadError(f"{where}: the file has more than {MAX_EVENTS} events: too long for one melody")
            if status == END_OF_TRACK:
                break
    except IndexError:  # only reading past the end raises it here
        error = f"{where}: cut short: it ends in the middle of an event"
        mend(repairs, error, "a track ends in the middle of an event", place)
    return tuple(events)


def _event(chunk: bytes, at: int, running: int, where: str, repairs: Repairs | None) -> tuple[int, bytes, int]:
    """Return the status and the data of the event at `at`, and the index after it."""
    status = chunk[at]
    if status >= STATUS:
        at += 1
    else:  # a message may omit the status of the one before
        status = running
    if status < SYSEX:
        size = 1 if PROGRAM_CHANGE <= status < PITCH_BEND else 2
    else:
        if status == _META:
            status = META + chunk[at]
            at += 1
        size, at = smf_damage.number(chunk, at, where, repairs)
    data = chunk[at : at + size]
    if len(data) < size:
        raise IndexError
    return status, data, at + size


def tempo(bpm: float) -> bytes:
    """Return the content of a `SET_TEMPO` event: whole microseconds, rounded so that no DAW shows less than was meant.

    110 beats per minute are 545454.5 microseconds each. With 545455, a DAW that cuts decimals shows 109.99.

    Parameters
    ----------
    bpm : float
        Quarter notes per minute; the nearest tempo there is, if MIDI has none so fast or slow.

    Examples
    --------
    >>> [int.from_bytes(tempo(bpm), "big") for bpm in (120.0, 110.0, 1e9)]
    [500000, 545454, 1]
    """
    return min(max(int(MINUTE / bpm + _ROUNDING), 1), _SLOWEST).to_bytes(3, "big")


def to_bytes(file: MidiData) -> bytes:
    """Return a MIDI file; `parse` of it is `file`, if each track ends with its `END_OF_TRACK`.

    Events at one tick stay in their order.

    Examples
    --------
    >>> file = MidiData(0, 96, ((Event(0, 0x90, b"<P"), Event(200, END_OF_TRACK, b"")),))
    >>> parse(to_bytes(file), "x") == file
    True
    """
    numbers = (file.type, len(file.tracks), file.ticks_per_quarter)
    header = b"".join(number.to_bytes(2, "big") for number in numbers)
    return b"".join([_chunk(HEADER, header), *(_chunk(TRACK, _track_bytes(track)) for track in file.tracks)])


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "big") + data


def _track_bytes(track: Iterable[Event]) -> bytes:
    parts: list[bytes] = []
    before = 0
    for event in track:
        while event.tick - before > _MOST_TICKS:  # an empty text carries what one number cannot say
            parts += (_number_bytes(_MOST_TICKS), bytes([_META, TEXT - META, 0]))
            before += _MOST_TICKS
        parts.append(_number_bytes(event.tick - before))
        before = event.tick
        if event.status >= META:
            parts += (bytes([_META, event.status - META]), _number_bytes(len(event.data)))
        else:
            parts.append(bytes([event.status]))
            if event.status >= SYSEX:
                parts.append(_number_bytes(len(event.data)))
        parts.append(event.data)
    return b"".join(parts)


def _number_bytes(number: int) -> bytes:
    """Return a number as bytes of seven bits, all but the last with the highest bit set."""
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | STATUS)
    return bytes(reversed(digits))

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

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from armusic.errors import ReadError
from armusic.files import one_line

DRUMS = 9  # channel 10, counted from 0
NOTE_OFF, NOTE_ON, CONTROL_CHANGE, PROGRAM_CHANGE, PITCH_BEND = 0x80, 0x90, 0xB0, 0xC0, 0xE0
SYSEX, SYSEX_MORE = 0xF0, 0xF7
META = 0x100  # status of a meta event here: this plus its type
TEXT, TRACK_NAME, INSTRUMENT_NAME, LYRIC, MARKER = META + 0x01, META + 0x03, META + 0x04, META + 0x05, META + 0x06
END_OF_TRACK = META + 0x2F
SET_TEMPO, TIME_SIGNATURE, KEY_SIGNATURE = META + 0x51, META + 0x58, META + 0x59

MINUTE = 60_000_000  # microseconds
MAX_EVENTS = 1_000_000  # some hundred hours of melody; keeps a hostile file from filling the memory
MAX_RESOLUTION = 0x7FFF  # ticks per quarter note: the highest bit marks SMPTE times

ONE_TRACK, TRACKS, SEPARATE_SONGS = range(3)
"""The three types of file: one track; tracks that sound together; tracks that are songs of their own."""

_HEADER, _TRACK = b"MThd", b"MTrk"
_HEADER_SIZE, _CHUNK_HEADER_SIZE = 14, 8
_STATUS = 0x80  # bytes from here on start an event, those below are data
_META = 0xFF
_SMPTE = 0x8000  # bit of the division for times in frames
_SLOWEST = 0xFFFFFF  # microseconds per quarter note: a tempo has three bytes
_ROUNDING = 1e-6  # microseconds, of a quotient
_NUMBER_BYTES = 4  # a variable-length number has no more


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


def parse(data: bytes, source: str) -> MidiData:
    """Return the events of a MIDI file, also of one in a RIFF wrapper (`.rmi`).

    Chunks of unknown types, and data after the last track, are skipped.

    Parameters
    ----------
    data : bytes
        Content of the file.
    source : str
        Name of the file in messages.

    Raises
    ------
    ReadError
        If it is no MIDI file, cut short or damaged, or counts time in frames.

    Examples
    --------
    >>> file = parse(bytes.fromhex("4d546864 00000006 0000 0001 01e0"
    ...                            "4d54726b 00000008 00 90 3c 50 00 ff 2f 00"), "tune.mid")
    >>> file.ticks_per_quarter, file.tracks[0][0]
    (480, Event(tick=0, status=144, data=b'<P'))
    """
    data = _unwrap(data, source)
    if not data.startswith(_HEADER):
        start = one_line(data[:8].decode("latin-1"))
        raise ReadError(f"{source}: not a MIDI file (it starts with '{start}')")
    if len(data) < _HEADER_SIZE:
        raise ReadError(f"{source}: cut short: only {len(data)} bytes are there")
    size, kind, count, division = (int.from_bytes(data[a:b], "big") for a, b in ((4, 8), (8, 10), (10, 12), (12, 14)))
    if kind > SEPARATE_SONGS:
        raise ReadError(f"{source}: a MIDI file of type {kind}, which does not exist: it is damaged")
    if division & _SMPTE:
        raise ReadError(f"{source}: its times are film frames (SMPTE), not beats: save it with ticks per quarter note")
    if division == 0:
        raise ReadError(f"{source}: it has 0 ticks per quarter note: it is damaged")

    tracks: list[tuple[Event, ...]] = []
    at = _CHUNK_HEADER_SIZE + size
    remaining = MAX_EVENTS
    while len(tracks) < count and at < len(data):
        where = f"{source}, track {len(tracks) + 1}"
        begin = at + _CHUNK_HEADER_SIZE
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : begin], "big")
        chunk = data[begin : begin + size]
        if begin > len(data) or len(chunk) < size:
            raise ReadError(f"{where}: cut short: {len(chunk)} of its {size} bytes are there")
        if name == _TRACK:
            tracks.append(_events(chunk, where, remaining))
            remaining -= len(tracks[-1])
        at = begin + size
    if len(tracks) < count:
        raise ReadError(f"{source}: cut short: {len(tracks)} of its {count} tracks are there")
    return MidiData(kind, division, tuple(tracks))


def _unwrap(data: bytes, source: str) -> bytes:
    """Return the MIDI file in a RIFF file; other data as it is."""
    if data[:4] != b"RIFF" or data[8:12] != b"RMID":
        return data
    at = 12
    while at + _CHUNK_HEADER_SIZE <= len(data):
        begin = at + _CHUNK_HEADER_SIZE
        size = int.from_bytes(data[at + 4 : begin], "little")
        if data[at : at + 4] == b"data":
            return data[begin : begin + size]
        at = begin + size + size % 2  # chunks start at even places
    raise ReadError(f"{source}: a RIFF file with no MIDI data in it: it is damaged")


def _events(chunk: bytes, where: str, most: int) -> tuple[Event, ...]:
    """Return the events of a track, up to the one that ends it."""
    events: list[Event] = []
    at = tick = running = 0
    try:
        while at < len(chunk):
            delta, at = (chunk[at], at + 1) if chunk[at] < _STATUS else _number(chunk, at, where)
            tick += delta
            status, data, at = _event(chunk, at, running, where)
            if status < SYSEX:
                running = status
            events.append(Event(tick, status, data))
            if len(events) > most:
                raise ReadError(f"{where}: the file has more than {MAX_EVENTS} events: too long for one melody")
            if status == END_OF_TRACK:
                break
    except IndexError:  # only reading past the end raises it here
        raise ReadError(f"{where}: cut short: it ends in the middle of an event") from None
    return tuple(events)


def _event(chunk: bytes, at: int, running: int, where: str) -> tuple[int, bytes, int]:
    """Return the status and the data of the event at `at`, and the index after it."""
    status = chunk[at]
    if status >= _STATUS:
        at += 1
    elif running:  # a message may omit the status of the one before
        status = running
    else:
        raise ReadError(f"{where}: damaged: byte {at} is no MIDI event")
    if status < SYSEX:
        size = 1 if PROGRAM_CHANGE <= status < PITCH_BEND else 2
    elif status in (_META, SYSEX, SYSEX_MORE):
        if status == _META:
            status = META + chunk[at]
            at += 1
        size, at = _number(chunk, at, where)
    else:
        raise ReadError(f"{where}: damaged: byte {at - 1} is {status:#x}, which no MIDI file may have")
    data = chunk[at : at + size]
    if len(data) < size:
        raise IndexError
    at += size
    if status < SYSEX and max(data) >= _STATUS:
        raise ReadError(f"{where}: damaged: the message that ends at byte {at} has a value over 127")
    return status, data, at


def _number(chunk: bytes, at: int, where: str) -> tuple[int, int]:
    """Return the variable-length number at `at`, and the index after it."""
    number = 0
    for place in range(at, at + _NUMBER_BYTES):
        number = number << 7 | chunk[place] % _STATUS
        if chunk[place] < _STATUS:
            return number, place + 1
    raise ReadError(f"{where}: damaged: the number at byte {at} does not end")


def pairs(track: Sequence[Event]) -> dict[int, list[tuple[int, int]]]:
    """Return the notes of a track by channel: the indices of the events that start and end each one.

    Of two notes of one pitch, the one that started first ends first, so that a note may be struck
    again at the tick at which it ends, whichever event comes first in the file. If a pitch has more
    starts than ends, an end belongs to the last start before it, so that only the note whose own end
    is missing never ends. A note whose end comes before its start, at the same tick, has no length.

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
    for place, event in enumerate(track):
        if NOTE_OFF <= event.status < NOTE_ON + 16:
            keys[event.status & 0x0F, event.data[0]].append(place)
    notes: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for (channel, _), places in keys.items():
        notes[channel] += _pair(track, places)
    return {channel: sorted(spans) for channel, spans in sorted(notes.items()) if spans}


def _pair(track: Sequence[Event], places: Sequence[int]) -> list[tuple[int, int]]:
    """Return the notes of one pitch and channel."""
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
    return notes + [(place, lone_ends.get(track[place].tick, -1)) for place in open_notes]


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
    return b"".join([_chunk(_HEADER, header), *(_chunk(_TRACK, _track_bytes(track)) for track in file.tracks)])


def _chunk(name: bytes, data: bytes) -> bytes:
    return name + len(data).to_bytes(4, "big") + data


def _track_bytes(track: Iterable[Event]) -> bytes:
    parts: list[bytes] = []
    before = 0
    for event in track:
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
        digits.append(number & 0x7F | _STATUS)
    return bytes(reversed(digits))

"""The bytes of a Standard MIDI File as events, with nothing interpreted.

Not mido: its reader drops the time in front of a meta event that it does not know, so that
every later note comes too early, and refuses a file for an illegal key signature, for a
chunk between two tracks that is none of its own, or with an exception without a message.
The format has not changed since 1988, and is short.

Source
------
The Complete MIDI 1.0 Detailed Specification (MIDI Manufacturers Association, 1996),
"Standard MIDI Files 1.0".
"""

from __future__ import annotations

from dataclasses import dataclass

from armusic.errors import ReadError
from armusic.files import one_line

NOTE_OFF, NOTE_ON, PROGRAM_CHANGE, PITCH_BEND = 0x80, 0x90, 0xC0, 0xE0
META = 0x100  # a meta event's status here is this plus its type
TRACK_NAME, END_OF_TRACK = META + 0x03, META + 0x2F
SET_TEMPO, TIME_SIGNATURE, KEY_SIGNATURE = META + 0x51, META + 0x58, META + 0x59

MAX_EVENTS = 1_000_000  # some hundred hours of melody; keeps a hostile file from filling the memory

_HEADER, _TRACK = b"MThd", b"MTrk"
_HEADER_SIZE, _CHUNK_HEADER_SIZE = 14, 8
_SEPARATE_SONGS = 2  # the type of such a file
_STATUS = 0x80  # bytes from here on start an event, those below are data
_SYSEX, _SYSEX_END, _META = 0xF0, 0xF7, 0xFF
_SMPTE = 0x8000  # this bit of the division says that times are frames
_NUMBER_BYTES = 4  # a variable-length number has no more


@dataclass(frozen=True, slots=True)
class Event:
    """A channel message or a meta event.

    Parameters
    ----------
    tick : int
        When, from the start of the file.
    status : int
        The status byte with its channel, or `META` plus the type of a meta event.
    data : bytes
        What follows: one or two bytes below 128, or the content of the meta event.
    """

    tick: int
    status: int
    data: bytes


@dataclass(frozen=True, slots=True)
class MidiData:
    """A parsed file: its type (0 or 1), its ticks per quarter note, the events of its tracks."""

    type: int
    ticks_per_quarter: int
    tracks: tuple[tuple[Event, ...], ...]


def parse(data: bytes, source: str) -> MidiData:
    """Return the events of a MIDI file of type 0 or 1.

    System exclusive messages and chunks of unknown types are skipped.

    Parameters
    ----------
    data : bytes
        The whole file.
    source : str
        What messages call it.

    Raises
    ------
    ReadError
        If it is no MIDI file, is cut short or damaged, is of type 2, or counts time in frames.

    Examples
    --------
    >>> file = parse(bytes.fromhex("4d546864 00000006 0000 0001 01e0"
    ...                            "4d54726b 00000008 00 90 3c 50 00 ff 2f 00"), "tune.mid")
    >>> file.ticks_per_quarter, file.tracks[0][0]
    (480, Event(tick=0, status=144, data=b'<P'))
    """
    if not data.startswith(_HEADER):
        start = one_line(data[:8].decode("latin-1"))
        raise ReadError(f"{source}: not a MIDI file (it starts with '{start}')")
    if len(data) < _HEADER_SIZE:
        raise ReadError(f"{source}: cut short: only {len(data)} bytes are there")
    size, kind, count, division = (int.from_bytes(data[a:b], "big") for a, b in ((4, 8), (8, 10), (10, 12), (12, 14)))
    if kind == _SEPARATE_SONGS:
        raise ReadError(f"{source}: a MIDI file of type 2, whose tracks are separate songs: save it as type 1")
    if kind > _SEPARATE_SONGS:
        raise ReadError(f"{source}: a MIDI file of type {kind}, which does not exist: it is damaged")
    if division & _SMPTE:
        raise ReadError(f"{source}: its times are film frames (SMPTE), not beats: save it with ticks per quarter note")
    if division == 0:
        raise ReadError(f"{source}: it has 0 ticks per quarter note: it is damaged")

    tracks: list[tuple[Event, ...]] = []
    at = _CHUNK_HEADER_SIZE + size
    left = MAX_EVENTS
    while len(tracks) < count and at < len(data):
        where = f"{source}, track {len(tracks) + 1}"
        begin = at + _CHUNK_HEADER_SIZE
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : begin], "big")
        chunk = data[begin : begin + size]
        if begin > len(data) or len(chunk) < size:
            raise ReadError(f"{where}: cut short: {len(chunk)} of its {size} bytes are there")
        if name == _TRACK:
            tracks.append(_events(chunk, where, left))
            left -= len(tracks[-1])
        at = begin + size
    if len(tracks) < count:
        raise ReadError(f"{source}: cut short: {len(tracks)} of its {count} tracks are there")
    return MidiData(kind, division, tuple(tracks))


def _events(chunk: bytes, where: str, most: int) -> tuple[Event, ...]:
    """Return the events of a track, up to the one that ends it."""
    events: list[Event] = []
    at = tick = running = 0
    try:
        while at < len(chunk):
            delta, at = _number(chunk, at, where)
            tick += delta
            status, data, at = _event(chunk, at, running, where)
            if status < _SYSEX:
                running = status
            if status < _SYSEX or status >= META:
                events.append(Event(tick, status, data))
            if len(events) > most:
                raise ReadError(f"{where}: the file has more than {MAX_EVENTS} events: too long for one melody")
            if status == END_OF_TRACK:
                break
    except IndexError:  # reading past the end is the one way to get it here
        raise ReadError(f"{where}: cut short: it ends in the middle of an event") from None
    return tuple(events)


def _event(chunk: bytes, at: int, running: int, where: str) -> tuple[int, bytes, int]:
    """Return the status and the data of the event at `at`, and where it ends."""
    status = chunk[at]
    if status >= _STATUS:
        at += 1
    elif running:  # a message may leave out its status if it has the last one's
        status = running
    else:
        raise ReadError(f"{where}: damaged: byte {at} is no MIDI event")
    if status in (_META, _SYSEX, _SYSEX_END):
        if status == _META:
            status = META + chunk[at]
            at += 1
        size, at = _number(chunk, at, where)
    elif status > _SYSEX:
        raise ReadError(f"{where}: damaged: byte {at - 1} is {status:#x}, which no MIDI file may have")
    else:
        size = 1 if PROGRAM_CHANGE <= status < PITCH_BEND else 2
    data = chunk[at : at + size]
    if len(data) < size:
        raise IndexError
    at += size
    if status < _SYSEX and max(data) >= _STATUS:
        raise ReadError(f"{where}: damaged: the message that ends at byte {at} has a value over 127")
    return status, data, at


def _number(chunk: bytes, at: int, where: str) -> tuple[int, int]:
    """Return the variable-length number at `at`, and where it ends."""
    number = 0
    for place in range(at, at + _NUMBER_BYTES):
        number = number << 7 | chunk[place] % _STATUS
        if chunk[place] < _STATUS:
            return number, place + 1
    raise ReadError(f"{where}: damaged: the number at byte {at} does not end")

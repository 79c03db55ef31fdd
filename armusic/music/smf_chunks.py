"""The header and the tracks of a MIDI file as pieces of bytes, also of a file that is wrapped or damaged.

Players play files whose header is missing or wrong, whose tracks are cut or of another length than
they say, and that stand in a wrapper: what they would play is found here. Whoever passes `Repairs`
gets the file and a list of what was set right; without them, such a file is refused.
"""

from __future__ import annotations

from dataclasses import dataclass

from armusic.errors import ReadError
from armusic.files import one_line
from armusic.music.smf_damage import Repairs, mend

TYPES = ONE_TRACK, TRACKS, SEPARATE_SONGS = range(3)
"""The three types of file: one track; tracks that sound together; tracks that are songs of their own."""

HEADER, TRACK = b"MThd", b"MTrk"
CHUNK_HEADER_SIZE = 8
_HEADER_SIZE = 14
_MOST_TRACKS = 0xFFFF  # a header can name no more
_END_OF_TRACK = b"\xff\x2f\x00"
_PRINTABLE = range(0x20, 0x7F)


@dataclass(frozen=True, slots=True)
class Layout:
    """The type of a file, the division in its header (0 if it has none), and the contents of its tracks."""

    type: int
    division: int
    tracks: tuple[bytes, ...]


def layout(data: bytes, source: str, repairs: Repairs | None = None) -> Layout:
    """Return the tracks of a MIDI file, also of one in a wrapper.

    Chunks of unknown types, and data after the last track, are skipped.

    Raises
    ------
    ReadError
        If it is no MIDI file, or, without `repairs`, is damaged.
    """
    data = _unwrap(data, source, repairs)
    if not data.startswith(HEADER):
        return Layout(TRACKS, 0, tuple(_tracks(data, 0, _MOST_TRACKS, source, repairs)))
    if len(data) < _HEADER_SIZE:
        raise ReadError(f"{source}: cut short: only {len(data)} bytes are there")
    size, kind, count, division = (int.from_bytes(data[a:b], "big") for a, b in ((4, 8), (8, 10), (10, 12), (12, 14)))
    if kind > SEPARATE_SONGS:
        mend(repairs, f"{source}: a MIDI file of type {kind}, which does not exist: it is damaged",
             f"type {kind}, which does not exist, is taken for 1")  # fmt: skip
        kind = TRACKS
    if division == 0:
        mend(repairs, f"{source}: it has 0 ticks per quarter note: it is damaged", "0 ticks per quarter note")
    at = CHUNK_HEADER_SIZE + size
    if repairs and count and not _starts(data, at):
        first = data.find(TRACK, CHUNK_HEADER_SIZE)
        if first >= 0:
            repairs.add("a header of a wrong length")
            at = first
    tracks = _tracks(data, at, count if repairs is None else _MOST_TRACKS, source, repairs)
    if len(tracks) != count and (repairs is None or not tracks):
        raise ReadError(f"{source}: cut short: {len(tracks)} of its {count} tracks are there")
    if repairs and len(tracks) != count:
        are = "is" if len(tracks) == 1 else "are"
        repairs.add(f"its header names {count} track{'' if count == 1 else 's'}, {len(tracks)} {are} there")
    return Layout(kind, division, tuple(tracks))


def _unwrap(data: bytes, source: str, repairs: Repairs | None) -> bytes:
    """Return the MIDI file in a RIFF file or another wrapper; a file without a header from its first track on."""
    if data[:4] == b"RIFF" and data[8:12] == b"RMID":
        at = 12
        while at + CHUNK_HEADER_SIZE <= len(data):
            begin = at + CHUNK_HEADER_SIZE
            size = int.from_bytes(data[at + 4 : begin], "little")
            if data[at : at + 4] == b"data":
                return _unwrap(data[begin : begin + size], source, repairs)
            at = begin + size + size % 2  # chunks start at even places
        if repairs is None or HEADER not in data:
            raise ReadError(f"{source}: a RIFF file with no MIDI data in it: it is damaged")
    if data.startswith(HEADER):
        return data
    start = one_line(data[:8].decode("latin-1"))
    error = f"{source}: not a MIDI file (it starts with '{start}')"
    at = data.find(HEADER + b"\0\0\0\6")
    if at > 0:
        mend(
            repairs,
            error,
            f"{at:,} byte{' in front of its header is' if at == 1 else 's in front of its header are'} passed over",
        )
        return data[at:]
    at = data.find(TRACK)
    if at < 0 or at + CHUNK_HEADER_SIZE + int.from_bytes(data[at + 4 : at + 8], "big") > len(data):
        raise ReadError(error)
    mend(repairs, error, "its header is missing")
    return data[at:]


def _tracks(data: bytes, at: int, most: int, source: str, repairs: Repairs | None) -> list[bytes]:
    """Return the contents of the tracks from a place on."""
    tracks: list[bytes] = []
    while len(tracks) < most and at < len(data):
        where = f"track {len(tracks) + 1}"
        begin = at + CHUNK_HEADER_SIZE
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : begin], "big")
        end = begin + size
        if repairs is None:
            if end > len(data) or begin > len(data):
                there = max(len(data) - begin, 0)
                raise ReadError(f"{source}, {where}: cut short: {there} of its {size} bytes are there")
        elif name == TRACK:
            end = _end(data, begin, end, where, repairs)
        if name == TRACK:
            tracks.append(data[begin:end])
        at = end
    return tracks


def _end(data: bytes, begin: int, end: int, where: str, repairs: Repairs) -> int:
    """Return where a track ends: where its header says if something can start there, else where the next one starts."""
    if end == len(data) or _starts(data, end):
        return end
    following = data.find(TRACK, begin)
    if following < 0 and end < len(data) and data[begin:end].endswith(_END_OF_TRACK):
        return end  # what is behind the last track does not matter
    repairs.add("a track is not as long as it says", where)
    return following if following >= 0 else len(data)


def _starts(data: bytes, at: int) -> bool:
    """Return whether a chunk can start at a place: its name is four letters or the like."""
    name = data[at : at + 4]
    return len(name) == len(TRACK) and all(letter in _PRINTABLE for letter in name)

"""Put variations of a melody back into the MIDI file that it came in.

Everything but the melody stays as it is, event for event: other tracks, controllers, lyrics,
markers, tempos. Measures in which the melody sounds as it did keep their notes as they were
played, also those that are not in the tune; in the others, the variation's notes replace all of the melody's.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm

from armusic.errors import UsageError
from armusic.io.readers.midi.endings import bar_lines
from armusic.music import smf, smf_notes
from armusic.music.score import Note, Origin, Tune
from armusic.music.smf import Event, MidiData

_GRID = 12  # parts of a quarter note that must be whole ticks, or twice as many in metres of halved values
_NOTES = (smf.NOTE_OFF, smf.NOTE_ON)
_FIRST, _UNCHANGED, _LAST, _END = range(4)  # order at one tick: a note ends before the next one starts


_OF_EVERY_TUNE = {smf.TRACK_NAME, smf.SET_TEMPO, smf.TIME_SIGNATURE, smf.KEY_SIGNATURE, smf.END_OF_TRACK}


def around(tunes: Sequence[tuple[str, Tune]]) -> Origin | None:
    """Return the file around the first of some tunes, if all of them fit into it.

    Its variations do, and tunes of other files with the same measures, where none of these passes through.
    """
    first = tunes[0][1]
    if first.origin and all(_fits(tune, first.origin, first) for _, tune in tunes):
        return first.origin
    return None


def _fits(tune: Tune, origin: Origin, first: Tune) -> bool:
    return tune.measures == origin.measures and (tune.origin is origin or not (tune.passages or first.passages))


def put(
    tunes: Sequence[tuple[str, Tune]],
    origin: Origin,
    channels: Sequence[int],
    ppq: int | None = None,
    place: int = 0,
) -> bytes:
    """Return the file of `assemble` as bytes."""
    return smf.to_bytes(closed(assemble(tunes, origin, channels, ppq, place)[0], origin)[0])


def closed(file: MidiData, origin: Origin) -> tuple[MidiData, int]:
    """Return an assembled file whose parts end on their last bar lines, so that clips loop, and the tick of the last.

    A track with events behind it, such as a note that is released late, ends with these.
    """
    scale = Fraction(file.ticks_per_quarter, origin.file.ticks_per_quarter)
    ends = {track: round(line * scale) for track, line in bar_lines(origin.file).items()}
    added = len(file.tracks) - len(origin.file.tracks)
    tracks = []
    for number, track in enumerate(file.tracks):
        home = number if number <= origin.track else max(number - added, origin.track)
        if home not in ends:
            tracks.append(track)
            continue
        events = [event for event in track if event.status != smf.END_OF_TRACK]
        last = max([ends[home], *(event.tick for event in events)])
        tracks.append((*events, Event(last, smf.END_OF_TRACK, b"")))
    return replace(file, tracks=tuple(tracks)), max(ends.values())


def assemble(
    tunes: Sequence[tuple[str, Tune]],
    origin: Origin,
    channels: Sequence[int],
    ppq: int | None = None,
    place: int = 0,
) -> tuple[MidiData, list[int]]:
    """Return the file with one tune in the melody's place, and a new track for each of the others.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Variations of the melody, or tunes that take its place, each with a name that is printable.
    origin : Origin
        Source of the melody.
    channels : sequence of int
        Channels for new tracks, from 0; channels that the file does not use come first.
    ppq : int, optional
        Ticks per quarter note; by default the least multiple of the file's that 12 divides.
    place : int
        Index of the tune that takes the melody's place: the melody itself if it is among them.

    Returns
    -------
    file : MidiData
        The file.
    homes : list of int
        Track of each tune, from 0.

    Raises
    ------
    UsageError
        For a `ppq` in which events of the file would move.
    """
    halved = any(measure.metre.scale < 1 for measure in origin.measures)
    file = _finer(origin.file, ppq, _GRID * (1 + halved))
    track = file.tracks[origin.track]
    free = iter(free_channels(file, channels))
    scale = Fraction(file.ticks_per_quarter, origin.file.ticks_per_quarter)
    beside = []
    for name, tune in (*tunes[:place], *tunes[place + 1 :]):
        channel = next(free, origin.channel)
        events = _melody(track, origin, tune, scale)
        if tune.origin is not origin:  # of another file: this one's controllers are not its own
            events = [event for event in events if event.status >= smf.SYSEX or event.status & 0xF0 in _NOTES]
        beside.append(_new_track(name, events, tune.program, origin.channel, channel))
    melody = tuple(_melody(track, origin, tunes[place][1], scale))
    if beside and not more_than_melody(origin):
        return _in_order(tunes, origin, file, [*beside[:place], melody, *beside[place:]], place)
    tracks = list(file.tracks)
    tracks[origin.track : origin.track + 1] = [melody, *beside]
    homes = [origin.track + (index + 1 if index < place else index) for index in range(len(tunes))]
    homes[place] = origin.track
    return MidiData(smf.TRACKS if beside else file.type, file.ticks_per_quarter, tuple(tracks)), homes


def _in_order(
    tunes: Sequence[tuple[str, Tune]], origin: Origin, file: MidiData, tracks: list[tuple[Event, ...]], place: int
) -> tuple[MidiData, list[int]]:
    """Return a file with nothing beside its melody, and the track of each tune: the melody is one of them, in order.

    Tempos, metres and the key of its track stay in front of them all.
    """
    before, behind = file.tracks[: origin.track], file.tracks[origin.track + 1 :]
    name = Event(0, smf.TRACK_NAME, tunes[place][0].encode())
    own = [event for event in tracks[place] if event.status != smf.END_OF_TRACK]
    end = Event(tracks[place][-1].tick, smf.END_OF_TRACK, b"")
    if not before:
        before = ((*(event for event in own if event.status >= smf.SYSEX), end),)
        own = [event for event in own if event.status < smf.SYSEX]
    tracks[place] = (name, *(event for event in own if event.status != smf.TRACK_NAME), end)
    homes = [len(before) + number for number in range(len(tunes))]
    return MidiData(smf.TRACKS, file.ticks_per_quarter, (*before, *tracks, *behind)), homes


def more_than_melody(origin: Origin) -> bool:
    """Return whether a file has more than its melody, tempos and metres."""
    own = {kind + origin.channel for kind in (smf.NOTE_ON, smf.NOTE_OFF, smf.PROGRAM_CHANGE)}
    return any(
        event.status not in _OF_EVERY_TUNE and not (event.status in own and number == origin.track)
        for number, track in enumerate(origin.file.tracks)
        for event in track
    )


def free_channels(file: MidiData, channels: Sequence[int]) -> list[int]:
    """Return those of the channels that a file does not use; tracks beyond them share the melody's own."""
    used = {event.status & 0x0F for track in file.tracks for event in track if event.status < smf.SYSEX}
    return [channel for channel in channels if channel not in used]


def _finer(file: MidiData, ppq: int | None, grid: int) -> MidiData:
    """Return the file with enough ticks per quarter note to make sixteenths and triplets whole, or with `ppq`."""
    own = file.ticks_per_quarter
    new = ppq or lcm(own, grid)
    if new == own or (ppq is None and new > smf.MAX_RESOLUTION):
        return file
    if any(event.tick * new % own for track in file.tracks for event in track if event.status != smf.END_OF_TRACK):
        raise UsageError(
            f"{ppq} ticks per quarter note: the file around the melody has {own}, and notes between those: give a"
            f" multiple of {lcm(own, grid)}"
        )
    tracks = (tuple(replace(event, tick=event.tick * new // own) for event in track) for track in file.tracks)
    return MidiData(file.type, new, tuple(tracks))


def _melody(track: Sequence[Event], origin: Origin, tune: Tune, scale: Fraction) -> list[Event]:
    """Return the melody's track, in which a tune's notes replace those of the measures that it changes."""
    before, after = (_by_measure(notes, origin) for notes in (origin.notes, tune.notes))
    changed = {row for row in before.keys() | after.keys() if before.get(row) != after.get(row)}
    starts = [measure.start for measure in origin.measures]
    pairs = smf_notes.pairs(track).get(origin.channel, [])
    removed = {place for pair, home in zip(pairs, origin.homes, strict=True) if home in changed for place in pair}
    removed -= {-1, *(end for (_, end), home in zip(pairs, origin.homes, strict=True) if home not in changed)}
    new = [note for row in sorted(changed) for note in after.get(row, ()) if note.start >= starts[row]]
    played = _ticks_played(track, pairs, origin) if origin.groove else ({}, {})
    timed = list(zip(new, _ticks(new, origin, scale, *played), strict=True))
    kept = [pair for pair in pairs if not removed & set(pair)]
    ends = _struck_again(track, kept, [(note.pitch, *span) for note, span in timed])
    silent = {place for pair, stop in ends.items() for place in (pair if stop is None else pair[1:])}
    events = [
        (event.tick, _END if event.status == smf.END_OF_TRACK else _UNCHANGED, event)
        for place, event in enumerate(track)
        if place not in removed and place not in silent
    ]
    for (struck, _), stop in ends.items():
        if stop is not None:
            release = Event(stop, smf.NOTE_OFF + origin.channel, bytes([track[struck].data[0], 0]))
            events.append((stop, _FIRST, release))
    for note, (start, end) in timed:
        on, off = (Event(tick, status + origin.channel, bytes([note.pitch, velocity])) for tick, status, velocity in
                   ((start, smf.NOTE_ON, note.velocity), (end, smf.NOTE_OFF, 0)))  # fmt: skip
        events += [(start, _LAST, on), (end, _FIRST, off)]
    last = max((tick for tick, _, _ in events), default=0)
    ordered = sorted(events, key=lambda item: (last if item[1] == _END else item[0], item[1]))
    return [replace(event, tick=last) if order == _END else event for _, order, event in ordered]


def _struck_again(
    track: Sequence[Event], kept: Sequence[tuple[int, int]], new: Sequence[tuple[int, int, int]]
) -> dict[tuple[int, int], int | None]:
    """Return the notes that stay and sound when a new one strikes their key, with the tick at which they then end.

    A note that stays and is struck while a new one sounds is left out: its tick is None. A key cannot sound twice.

    Parameters
    ----------
    track, kept : sequence
        Events, and the pairs of them that are the notes that stay.
    new : sequence of (int, int, int)
        Pitch, first and last tick of the new notes.
    """
    by_pitch: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for pitch, start, end in new:
        by_pitch[pitch].append((start, end))
    ends: dict[tuple[int, int], int | None] = {}
    for pair in kept:
        on, off = pair
        begin, stop = track[on].tick, track[off].tick if off >= 0 else track[-1].tick + 1
        for start, end in by_pitch.get(track[on].data[0], ()):
            if start <= begin < end:
                ends[pair] = None
                break
            if begin < start < stop:
                ends[pair] = start
                break
    return ends


def _by_measure(notes: Sequence[Note], origin: Origin) -> dict[int, list[Note]]:
    """Return notes by the measures in which they sound."""
    starts = [measure.start for measure in origin.measures]
    rows: defaultdict[int, list[Note]] = defaultdict(list)
    for note in notes:
        for row in range(bisect_right(starts, note.start) - 1, bisect_left(starts, note.end)):
            rows[row].append(note)
    return dict(rows)


def _ticks(
    notes: Sequence[Note], origin: Origin, scale: Fraction, starts: dict[Fraction, int], ends: dict[Fraction, int]
) -> Iterator[tuple[int, int]]:
    """Yield the ticks at which notes start and end: by `starts` and `ends`, else by the file's own clock."""
    quarters = [quarter for quarter, _, _ in origin.clock]

    def tick(at: Fraction, line: int) -> int:
        quarter, first, rate = origin.clock[max(line - 1, 0)]
        return max(
            round((first + (at - quarter) * rate) * scale), 0
        )  # where all notes come early, some would start before

    at = [starts.get(note.start, tick(note.start, bisect_right(quarters, note.start))) for note in notes]
    # At the end of a passage that the tune leaves out, a note ends before it.
    until = [ends.get(note.end, tick(note.end, bisect_left(quarters, note.end))) for note in notes]
    for start, end, limit in zip(at, until, [*at[1:], *until[-1:]], strict=True):
        yield start, max(min(end, limit), start + 1)


def _ticks_played(
    track: Sequence[Event], pairs: Sequence[tuple[int, int]], origin: Origin
) -> tuple[dict[Fraction, int], dict[Fraction, int]]:
    """Return the ticks in the file of the times in the tune at which notes start, and end."""
    timed = [(note, pairs[place]) for note, place in zip(origin.notes, origin.places, strict=True)]
    return (
        {note.start: track[on].tick for note, (on, _) in timed},
        {note.end: track[off].tick for note, (_, off) in timed if off >= 0},
    )


def _new_track(name: str, events: Sequence[Event], program: int, own: int, channel: int) -> tuple[Event, ...]:
    """Return a track with the events of the melody's channel, moved to another channel."""
    head = [Event(0, smf.TRACK_NAME, name.encode()), Event(0, smf.PROGRAM_CHANGE + channel, bytes([program]))]
    body = [
        replace(event, status=event.status - own + channel)
        for event in events
        if event.status < smf.SYSEX and event.status & 0x0F == own
    ]
    return (*head, *body, Event(events[-1].tick if events else 0, smf.END_OF_TRACK, b""))

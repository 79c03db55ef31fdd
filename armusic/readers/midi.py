"""Read the melody of a MIDI file, exactly, at any resolution and tempo.

All notes outside the drum channel must be on one channel of one track, one at a time. Its
measures follow the file's time signatures from the start of the file (4/4 where it names
none) to the end of the last note; after that, silent measures that the track covers whole
are kept, up to `MAX_SILENT_MEASURES`.
"""

from __future__ import annotations

import logging
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, pairwise
from pathlib import Path

from armusic.errors import MeasureLengthError, MetreError, MusicError, NoNotesError, PolyphonyError
from armusic.files import label, read_bytes
from armusic.readers import _smf as smf
from armusic.score import DEFAULT_BPM, Bar, Key, Metre, Note, Tune, assemble

MAX_SILENT_MEASURES = 16  # a clip may end in silence; a project's empty tail is not music
MAX_MEASURES = 10_000  # hours of music; keeps one far note from making millions of measures
DRUMS = 9  # channel 10, counted from 0

_MICROSECONDS = 60_000_000  # per minute
_MAX_FIFTHS = 7
_MAX_POWER = 15  # of the two in a time signature's denominator: a longer number helps nobody
_MAX_DIGITS = 7
_SHOWN_TRACKS = 4

log = logging.getLogger(__name__)

_Signatures = Sequence[tuple[Fraction, int, int]]  # when, in quarter notes, and the two numbers


@dataclass(frozen=True, slots=True)
class _Voice:
    """The notes of one channel of one track, sorted."""

    track: int
    channel: int
    notes: tuple[Note, ...]


def read(path: str | Path) -> Tune:
    """Read the melody of a MIDI file of type 0 or 1.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    Tune
        Times are ticks over ticks per quarter note, as they are in the file. The title is the
        name of the melody's track, else of the first track, else the file's.

    Raises
    ------
    NoNotesError
        Without notes, or with drums only.
    PolyphonyError
        If two notes sound at once, or notes are on several tracks or channels.
    MetreError, MeasureLengthError
        At a time signature without a grid, or one in the middle of a measure.
    MusicError
        At a note without an end or without a length.
    ReadError
        If the file cannot be read.
    """
    source = label(path)
    file = smf.parse(read_bytes(path), source)
    signatures = _signatures(file)
    heard = _voices(file, signatures, source)
    voices = [voice for voice in heard if voice.channel != DRUMS]
    if not voices:
        raise NoNotesError(f"{source}: only drums (channel 10) in it" if heard else f"{source}: no notes in it")
    if len(heard) > len(voices):
        log.warning("%s: the notes on channel 10 are taken for drums and left out", source)
    if len(voices) > 1:
        raise PolyphonyError(_several(voices, file, signatures, source))

    voice = voices[0]
    clash = _clash(voice.notes)
    if clash:
        one, two = clash
        raise PolyphonyError(
            f"{source}, {_place(two.start, signatures, source)}: pitch {two.pitch} starts while pitch {one.pitch} still"
            " sounds: one voice is needed"
        )
    track = file.tracks[voice.track]
    bars = _bars(signatures, voice.notes[-1].end, Fraction(track[-1].tick, file.ticks_per_quarter), source)
    return assemble(
        voice.notes,
        bars,
        source=source,
        title=_name(track) or _name(file.tracks[0]) or Path(path).stem,
        key=_key(file, source),
        tempos=_tempos(file, sum((bar.length for bar in bars), Fraction(0))),
        program=_program(file, voice),
    )


def _merged(file: smf.MidiData, *statuses: int) -> Iterator[tuple[Fraction, bytes]]:
    """Yield when, in quarter notes, and with what content the events of some kinds come, on any track."""
    events = [event for track in file.tracks for event in track if event.status in statuses]
    for event in sorted(events, key=lambda event: event.tick):
        yield Fraction(event.tick, file.ticks_per_quarter), event.data


def _voices(file: smf.MidiData, signatures: _Signatures, source: str) -> list[_Voice]:
    """Return the notes of the file by track and channel.

    Of two notes of one pitch, the one that started first ends first: so a note may be struck
    again at the tick at which it ends, whichever event the file has first.
    """
    notes: defaultdict[tuple[int, int], list[Note]] = defaultdict(list)
    faults: list[tuple[Fraction, str]] = []
    for number, track in enumerate(file.tracks):
        sounding: defaultdict[tuple[int, int], deque[tuple[Fraction, int]]] = defaultdict(deque)
        for event in track:
            kind, channel = event.status & 0xF0, event.status & 0x0F
            if event.status >= smf.META or kind not in (smf.NOTE_ON, smf.NOTE_OFF):
                continue
            at = Fraction(event.tick, file.ticks_per_quarter)
            pitch, velocity = event.data
            begun = sounding[channel, pitch]
            if kind == smf.NOTE_ON and velocity:
                begun.append((at, velocity))
            elif begun:
                start, velocity = begun.popleft()
                notes[number, channel].append(Note(start, at - start, pitch, velocity))
                if start == at and channel != DRUMS:
                    faults.append((at, f"pitch {pitch} has no length"))
        for (channel, pitch), begun in sounding.items():
            if channel != DRUMS:
                faults += [(at, f"pitch {pitch} never ends") for at, _ in begun]
    if faults:
        at, what = min(faults)
        raise MusicError(f"{source}, {_place(at, signatures, source)}: {what}: correct or delete that note")
    return [_Voice(*place, tuple(sorted(played, key=_order))) for place, played in sorted(notes.items())]


def _order(note: Note) -> tuple[Fraction, int]:
    return note.start, note.pitch


def _clash(notes: Sequence[Note]) -> tuple[Note, Note] | None:
    """Return the first two of the sorted `notes` that sound at once."""
    for one, two in pairwise(notes):
        if two.start < one.end:
            return one, two
    return None


def _several(voices: Sequence[_Voice], file: smf.MidiData, signatures: _Signatures, source: str) -> str:
    """Say that there are several voices, which, and where two of them first sound at once."""
    names = []
    for voice in voices[:_SHOWN_TRACKS]:
        name = _name(file.tracks[voice.track])
        quoted = f" '{name}'" if name else ""
        names.append(f"track {voice.track + 1}{quoted} channel {voice.channel + 1}")
    more = f" and {len(voices) - _SHOWN_TRACKS} more" if len(voices) > _SHOWN_TRACKS else ""
    clash = _clash(sorted((note for voice in voices for note in voice.notes), key=_order))
    together = f"two sound at once in {_place(clash[1].start, signatures, source)}" if clash else "they take turns"
    return (
        f"{source}: notes on {', '.join(names)}{more}; {together}: one voice is needed,"
        " so export the track with the melody alone"
    )


def _signatures(file: smf.MidiData) -> _Signatures:
    """Return the time signatures: when each comes into force, and its two numbers; the first at 0."""
    found = {Fraction(0): (4, 4)}
    for at, data in _merged(file, smf.TIME_SIGNATURE):
        if len(data) > 1:
            found[at] = (data[0], 1 << min(data[1], _MAX_POWER))
    return [(at, *pair) for at, pair in found.items()]


def _measures(signatures: _Signatures, source: str) -> Iterator[Bar]:
    """Yield measures from the start of the file on, without end; raise where the signatures do not allow one.

    Some programs write a pickup as a measure with a time signature of its own, such as 1/4: a
    first measure with one that is no metre here, and that is shorter than the next, is a pickup.
    """
    number = 0
    ends = [at for at, *_ in signatures[1:]]
    for index, (start, *pair) in enumerate(signatures):
        until = ends[index] if index < len(ends) else None
        at = start
        while until is None or at < until:
            number += 1
            if number > MAX_MEASURES:
                raise MusicError(f"{source}: more than {MAX_MEASURES} measures: too long for one melody")
            where = f"{source}, measure {number}"
            try:
                bar = Bar(metre := Metre(*pair), metre.length, label=str(number))
            except MetreError as error:
                pickup = _pickup(signatures) if number == 1 else None
                if pickup is None:
                    raise MetreError(f"{where}: {error}") from None
                bar = pickup
            if until is not None and at + bar.length > until:
                raise MeasureLengthError(
                    f"{where}: the time signature changes {float(until - at):g} quarter notes into it, but a measure"
                    f" of {bar.metre} has {float(bar.length):g}: put the change on a bar line"
                )
            yield bar
            at += bar.length


def _pickup(signatures: _Signatures) -> Bar | None:
    """Return the pickup that the first time signature, which is no metre here, stands for."""
    if len(signatures) == 1:
        return None
    (_, numerator, denominator), (until, *following) = signatures[:2]
    with suppress(MetreError):
        metre = Metre(*following)
        if until == Fraction(4 * numerator, denominator) < metre.length:
            return Bar(metre, until, label="1")
    return None


def _bars(signatures: _Signatures, last: Fraction, end: Fraction, source: str) -> list[Bar]:
    """Return the measures up to `last`, where the music ends, and the silent ones that the track covers up to `end`.

    The last measure is as long as the track, if that ends in the middle of it.
    """
    measures = _measures(signatures, source)
    bars: list[Bar] = []
    at = Fraction(0)
    while at < last:
        bars.append(next(measures))
        at += bars[-1].length
    if end < at:
        return [*bars[:-1], replace(bars[-1], length=bars[-1].length - (at - max(last, end)))]
    with suppress(MusicError):  # behind the music there is nothing to refuse
        for bar in islice(measures, MAX_SILENT_MEASURES):
            at += bar.length
            if at > end:
                break
            bars.append(bar)
    return bars


def _place(at: Fraction, signatures: _Signatures, source: str) -> str:
    """Say in which measure and on which beat a time is, both counted from 1."""
    start = Fraction(0)
    for bar in _measures(signatures, source):
        if at < start + bar.length:
            return f"measure {bar.label}, beat {round(float((at - start) / bar.metre.beat) + 1, 2):g}"
        start += bar.length
    raise AssertionError("measures go on without end")


def _name(track: Sequence[smf.Event]) -> str:
    """Return the name of a track on one line, empty where it has none."""
    for event in track:
        if event.status == smf.TRACK_NAME:
            try:
                text = event.data.decode("utf-8")
            except UnicodeDecodeError:  # the standard has Latin-1; programs write either
                text = event.data.decode("latin-1")
            return " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return ""


def _key(file: smf.MidiData, source: str) -> Key | None:
    """Return the first key signature that there can be; a file is not refused for a wrong one."""
    for at, data in _merged(file, smf.KEY_SIGNATURE):
        fifths, mode = (int.from_bytes(data[:1], "big", signed=True), data[1]) if len(data) > 1 else (0, -1)
        if abs(fifths) <= _MAX_FIFTHS and mode in (0, 1):
            return Key(fifths, "minor" if mode else "major")
        log.warning("%s: an impossible key signature at quarter note %g is ignored", source, float(at))
    return None


def _tempos(file: smf.MidiData, end: Fraction) -> tuple[tuple[Fraction, float], ...]:
    """Return the tempo changes before `end`, in quarter notes per minute."""
    found = {Fraction(0): DEFAULT_BPM}
    for at, data in _merged(file, smf.SET_TEMPO):
        microseconds = int.from_bytes(data[:3], "big")
        if microseconds and at < end:
            found[at] = _bpm(microseconds)
    changes = list(found.items())
    return tuple(change for index, change in enumerate(changes) if index == 0 or change[1] != changes[index - 1][1])


def _bpm(microseconds: int) -> float:
    """Return the tempo with the fewest decimals that a quarter note of so many microseconds stands for.

    A file keeps whole microseconds: 110 beats per minute become 545455, which is 109.99991.
    """
    exact = _MICROSECONDS / microseconds
    for digits in range(_MAX_DIGITS):
        rounded = round(exact, digits)
        if rounded and round(_MICROSECONDS / rounded) == microseconds:
            return rounded
    return exact


def _program(file: smf.MidiData, voice: _Voice) -> int:
    """Return the program in force on the voice's channel when its first note starts."""
    changes = list(_merged(file, smf.PROGRAM_CHANGE + voice.channel))
    before = [data[0] for at, data in changes if at <= voice.notes[0].start]
    return before[-1] if before else changes[0][1][0] if changes else 0

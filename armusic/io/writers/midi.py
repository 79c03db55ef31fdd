"""Write tunes as MIDI files of type 1 that any DAW opens as intended.

Track 0, the conductor, holds the tempo map, the time signatures, the key signature and the
markers; the notes are on tracks of their own, named, each on its own channel and never on
channel 10, the drums'. Every track ends where the last measure does. At 480 ticks per
quarter note every tick of the tokenizer's grid is a whole number of ticks; where a tempo changes
between two of those, the resolution rises as far as needed.

Tunes from a MIDI file with other content are put back into it instead: see `in_place`.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path

import mido

from armusic.errors import UsageError
from armusic.files import atomic_path, label
from armusic.io.readers.midi.meta import merged
from armusic.io.readers.midi.tune import bpm
from armusic.io.writers import in_place
from armusic.io.writers.layout import CHANNELS, Named, check_together, place_of, plain, say_left_out, say_sequence
from armusic.io.writers.notation import pulse
from armusic.io.writers.passages import filled, whole
from armusic.music import smf
from armusic.music.metre import TimeSignature
from armusic.music.score import Bar, Key, Origin, Tune

TICKS_PER_QUARTER = 480

_GRID = 12  # parts of a quarter note that must be whole ticks
_CLOCKS_PER_QUARTER = 24  # in which a MIDI time signature counts its metronome's beat
_MAX_FIFTHS = 7
_MAJOR = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
_MINOR = ("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m")
_OFF, _SET, _ON = range(3)  # order at one tick: a note ends before the next one starts

log = logging.getLogger(__name__)

_Events = list[tuple[int, int, mido.messages.BaseMessage]]  # tick, order at that tick, message


def write(
    tunes: Named,
    path: str | Path,
    *,
    layout: str = "tracks",
    force: bool = False,
    ppq: int | None = None,
    original: str | None = None,
) -> None:
    """Write named tunes as one MIDI file.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        Tunes with their names, at least one; names are written without accents where that is ASCII,
        else in UTF-8.
    path : path
        Output file, which appears once it is complete.
    layout : {"tracks", "sequence"}
        `tracks`: a track per tune, all starting together; tempo, key and other parts are the first tune's.
        `sequence`: one tune after another on one track, a marker at the start of each.
    force : bool
        Whether an existing file may be replaced.
    ppq : int, optional
        Ticks per quarter note, a multiple of 12; by default 480, or more if that makes every time whole.
    original : str, optional
        Name of the tune that is the input itself, and keeps its place in the file: see `layout.place_of`.

    Raises
    ------
    UsageError
        For no tunes, an unknown layout, a wrong `ppq`, or tracks whose measures differ.
    WriteError
        If the file exists and `force` is not set, or if it cannot be written.
    """
    source = label(path)
    if not tunes:
        raise UsageError(f"{source}: no tunes to write: give at least one")
    if layout not in ("tracks", "sequence"):
        raise UsageError(f"layout {layout!r} is not known: use one of tracks, sequence, clips")
    if ppq is not None and (ppq % _GRID or not 0 < ppq <= smf.MAX_RESOLUTION):
        raise UsageError(
            f"{ppq} ticks per quarter note: give a multiple of {_GRID} up to {smf.MAX_RESOLUTION}, in which"
            " sixteenths and triplets are whole"
        )
    origin = in_place.around(tunes)
    if layout == "sequence":
        say_sequence(tunes, source)
    if layout == "tracks":
        say_left_out(tunes, origin, source, "the layout clips keeps them")
        tunes = whole(tunes, origin)
        check_together(tunes, source)
        _say_shared(len(tunes), source, origin)
    with atomic_path(path, force) as temporary:
        if layout == "sequence":
            tunes = filled(tunes)
            _sequence(tunes, ppq or resolution(tunes)).save(temporary)
        elif origin is None:
            _tracks(tunes, ppq or resolution(tunes)).save(temporary)
        else:
            named = [(plain(name), tune) for name, tune in tunes]
            temporary.write_bytes(in_place.put(named, origin, CHANNELS, ppq, place_of(tunes, original)))


def _say_shared(count: int, source: str, origin: Origin | None) -> None:
    """Log how many tracks have no channel of their own: MIDI has 16, of which other parts and the drums use some."""
    free = len(CHANNELS) if origin is None else len(in_place.free_channels(origin.file, CHANNELS)) + 1
    if count > free:
        log.warning(
            "%s: %d of %d tracks share a channel with another, as MIDI has no more: the layout clips keeps them apart",
            source, count - free, count,
        )  # fmt: skip


def sequence(tunes: Named) -> mido.MidiFile:
    """Return a file with the tunes one after another."""
    tunes = filled(tunes)
    return _sequence(tunes, resolution(tunes))


def resolution(tunes: Named) -> int:
    """Return the ticks per quarter note with which no note moves.

    Returns
    -------
    int
        480 if that is enough; else the least multiple of 12 that is; 480 again if MIDI has no such number.

    Examples
    --------
    >>> resolution([("x", Tune((), (), tempos=((Fraction(1, 1024), 90.0),)))])
    3072
    """
    times = {at for _, tune in tunes for at, _ in tune.tempos}
    times |= {at for _, tune in tunes for note in tune.notes for at in (note.start, note.end)}
    parts = {time.denominator for time in times}
    if all(TICKS_PER_QUARTER % part == 0 for part in parts):
        return TICKS_PER_QUARTER
    needed = math.lcm(_GRID, *parts)
    return needed if needed <= smf.MAX_RESOLUTION else TICKS_PER_QUARTER


def _tracks(tunes: Named, ppq: int) -> mido.MidiFile:
    """Return a file with the tunes side by side."""
    first = tunes[0][1]
    end = _tick(first.end, ppq)
    clip = len(tunes) == 1 and tunes[0][0] != first.title  # of several tracks, each has a name of its own
    conductor = [_marker(tunes[0][0], 0)] * clip + _conductor(first, 0, ppq)
    tracks = [_track(first.title or tunes[0][0], conductor, end)]
    for index, (name, tune) in enumerate(tunes):
        tracks.append(_track(name, _voice(tune, 0, CHANNELS[index % len(CHANNELS)], ppq), end))
    return _file(tracks, ppq)


def _sequence(tunes: Named, ppq: int) -> mido.MidiFile:
    """Return a file with the tunes one after another."""
    conductor: _Events = []
    notes: _Events = []
    at = Fraction(0)
    for name, tune in tunes:
        conductor.append(_marker(name, _tick(at, ppq)))
        conductor += _conductor(tune, at, ppq)
        notes += _voice(tune, at, CHANNELS[0], ppq)
        at += tune.end
    end = _tick(at, ppq)
    first, title = tunes[0][1], tunes[0][1].title or tunes[0][0]
    return _file([_track(title, conductor, end), _track(first.title or "melody", notes, end)], ppq)


def _file(tracks: Iterable[mido.MidiTrack], ppq: int) -> mido.MidiFile:
    return mido.MidiFile(type=1, ticks_per_beat=ppq, tracks=list(tracks), charset="utf-8")


def _marker(name: str, tick: int) -> tuple[int, int, mido.messages.BaseMessage]:
    return tick, _SET, mido.MetaMessage("marker", text=plain(name))


def _conductor(tune: Tune, start: Fraction | int, ppq: int) -> _Events:
    """Return the tempo, time and key signatures of a tune that starts at quarter note `start`."""
    messages: _Events = []
    written = {bpm(pace): pace for pace in _paces(tune)}
    for at, rate in tune.tempos:
        tempo = written.get(rate, int.from_bytes(smf.tempo(rate), "big"))
        messages.append((_tick(start + at, ppq), _SET, mido.MetaMessage("set_tempo", tempo=tempo)))
    for bar in _changes(tune.bars):
        messages.append((_tick(start + bar.start, ppq), _SET, _time_signature(bar.metre)))
    for at, key in [(Fraction(0), tune.key), *tune.key_changes]:
        if name := _key_name(key):
            messages.append((_tick(start + at, ppq), _SET, mido.MetaMessage("key_signature", key=name)))
    return messages


def _paces(tune: Tune) -> list[int]:
    """Return the tempos of the file around a tune, in microseconds, which programs round up or down."""
    file = tune.origin.file if tune.origin else None
    paces = [int.from_bytes(data[:3], "big") for _, data in merged(file, smf.SET_TEMPO)] if file else []
    return [pace for pace in paces if pace]


def _changes(bars: Iterable[Bar]) -> Iterator[Bar]:
    """Yield the first measure and each one whose time signature differs from the one before."""
    before: TimeSignature | None = None
    for bar in bars:
        if bar.metre != before:
            yield bar
        before = bar.metre


def _time_signature(metre: TimeSignature) -> mido.MetaMessage:
    """Return a time signature whose metronome clicks on the beats: dotted quarters in 6/8, halves in 2/2."""
    return mido.MetaMessage(
        "time_signature",
        numerator=metre.numerator,
        denominator=metre.denominator,
        clocks_per_click=int(_CLOCKS_PER_QUARTER * pulse(metre)),
    )


def _key_name(key: Key | None) -> str | None:
    """Return mido's name of the key signature, `None` where MIDI has none; a mode is written as its major."""
    if key is None or abs(key.fifths) > _MAX_FIFTHS:
        return None
    return (_MINOR if key.mode == "minor" else _MAJOR)[key.fifths + _MAX_FIFTHS]


def _voice(tune: Tune, start: Fraction | int, channel: int, ppq: int) -> _Events:
    """Return the program and the notes of a tune that starts at quarter note `start`."""
    messages: _Events = [
        (_tick(start, ppq), _SET, mido.Message("program_change", channel=channel, program=tune.program))
    ]
    for note in tune.notes:
        on = _tick(start + note.start, ppq)
        off = max(_tick(start + note.end, ppq), on + 1)  # a note off the grid may be rounded, never away
        messages.append((on, _ON, mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)))
        messages.append((off, _OFF, mido.Message("note_off", channel=channel, note=note.pitch, velocity=0)))
    return messages


def _track(name: str, messages: _Events, end: int) -> mido.MidiTrack:
    """Return a named track of messages in time, which ends at tick `end`."""
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=plain(name))])
    before = 0
    for tick, _, message in sorted(messages, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - before))
        before = tick
    track.append(mido.MetaMessage("end_of_track", time=max(end - before, 0)))
    return track


def _tick(at: Fraction | int, ppq: int) -> int:
    """Return the nearest tick to a time in quarter notes; the tokenizer's grid is met exactly."""
    return round(at * ppq)

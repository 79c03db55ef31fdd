"""Write tunes as MIDI files of type 1 that a DAW opens as they are meant.

Track 0, the conductor, holds the tempo map, the time signatures, the key signature and the
markers; the notes are on tracks of their own, named, each on its own channel and never on
channel 10, the drums'. Every track ends where the last measure does. At 480 ticks per
quarter note every tick of the tokenizer's grid is a whole number of ticks.
"""

from __future__ import annotations

import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import mido

from armusic.errors import UsageError
from armusic.files import atomic_folder, atomic_path, label
from armusic.score import Key, Measure, Metre, Tune

TICKS_PER_QUARTER = 480
CHANNELS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15)  # counted from 0, without the drums' 9

_CLOCKS_PER_QUARTER = 24  # in which a MIDI time signature counts its metronome's beat
_MAX_MICROSECONDS = 0xFFFFFF  # per quarter note: a tempo has three bytes
_MAX_FIFTHS = 7
_MAJOR = ("Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#")
_MINOR = ("Abm", "Ebm", "Bbm", "Fm", "Cm", "Gm", "Dm", "Am", "Em", "Bm", "F#m", "C#m", "G#m", "D#m", "A#m")
_OFF, _SET, _ON = range(3)  # the order at one tick: a note ends before the next one starts

log = logging.getLogger(__name__)

_Events = list[tuple[int, int, mido.messages.BaseMessage]]  # tick, order at that tick, message


def write(tunes: Sequence[tuple[str, Tune]], path: str | Path, *, layout: str = "tracks", force: bool = False) -> None:
    """Write named tunes as one MIDI file, or with the layout `clips` as a folder of them.

    Parameters
    ----------
    tunes : sequence of (str, Tune)
        At least one, each with a name, which is written in ASCII.
    path : path
        The file or folder. It appears when it is whole.
    layout : {"tracks", "sequence", "clips"}
        `tracks`: a track per tune, all starting together; tempo and key are the first tune's.
        `sequence`: one tune after another on one track, with a marker at the start of each.
        `clips`: a file per tune, named so that they sort.
    force : bool
        Whether existing files may be replaced.

    Raises
    ------
    UsageError
        For no tunes, an unknown layout, or tracks whose measures differ.
    WriteError
        If the output exists and `force` is not set, or cannot be written.
    """
    if not tunes:
        raise UsageError(f"{label(path)}: no tunes to write: give at least one")
    if layout == "clips":
        digits = max(2, len(str(len(tunes))))
        with atomic_folder(path, force) as folder:
            for number, (name, tune) in enumerate(tunes, 1):
                _tracks([(name, tune)], label(path)).save(folder / f"{number:0{digits}}_{_file_name(name)}.mid")
        return
    if layout not in ("tracks", "sequence"):
        raise UsageError(f"layout {layout!r} is not known: use one of tracks, sequence, clips")
    file = _tracks(tunes, label(path)) if layout == "tracks" else _sequence(tunes)
    with atomic_path(path, force) as temporary:
        file.save(temporary)


def _tracks(tunes: Sequence[tuple[str, Tune]], source: str) -> mido.MidiFile:
    """Return a file with the tunes side by side."""
    first = tunes[0][1]
    for name, tune in tunes:
        if tune.measures != first.measures:
            raise UsageError(
                f"{source}: {name!r} and {tunes[0][0]!r} have different measures:"
                " write them with the layout sequence or clips"
            )
    end = _tick(first.end)
    tracks = [_track(first.title or tunes[0][0], _conductor(first, 0), end)]
    for index, (name, tune) in enumerate(tunes):
        tracks.append(_track(name, _voice(tune, 0, CHANNELS[index % len(CHANNELS)]), end))
    return _file(tracks)


def _sequence(tunes: Sequence[tuple[str, Tune]]) -> mido.MidiFile:
    """Return a file with the tunes one after another."""
    conductor: _Events = []
    notes: _Events = []
    at = Fraction(0)
    for name, tune in tunes:
        conductor.append((_tick(at), _SET, mido.MetaMessage("marker", text=to_ascii(name))))
        conductor += _conductor(tune, at)
        notes += _voice(tune, at, CHANNELS[0])
        at += tune.end
    first, title = tunes[0][1], tunes[0][1].title or tunes[0][0]
    return _file([_track(title, conductor, _tick(at)), _track(first.title or "melody", notes, _tick(at))])


def _file(tracks: Iterable[mido.MidiTrack]) -> mido.MidiFile:
    return mido.MidiFile(type=1, ticks_per_beat=TICKS_PER_QUARTER, tracks=list(tracks))


def _conductor(tune: Tune, start: Fraction | int) -> _Events:
    """Return the tempo, time and key signatures of a tune that starts at quarter note `start`."""
    messages: _Events = []
    for at, bpm in tune.tempos:
        tempo = min(max(mido.bpm2tempo(bpm), 1), _MAX_MICROSECONDS)
        messages.append((_tick(start + at), _SET, mido.MetaMessage("set_tempo", tempo=tempo)))
    for measure in _changes(tune.measures):
        messages.append((_tick(start + measure.start), _SET, _time_signature(measure.metre)))
    name = _key_name(tune.key)
    if name:
        messages.append((_tick(start), _SET, mido.MetaMessage("key_signature", key=name)))
    return messages


def _changes(measures: Iterable[Measure]) -> Iterator[Measure]:
    """Yield the first measure and each one whose metre differs from the one before."""
    before: Metre | None = None
    for measure in measures:
        if measure.metre != before:
            yield measure
        before = measure.metre


def _time_signature(metre: Metre) -> mido.MetaMessage:
    """Return a time signature whose metronome clicks on the beats: dotted quarters in 6/8, halves in 2/2."""
    beat = metre.beat * Fraction(metre.kind.numerator, metre.numerator)
    return mido.MetaMessage(
        "time_signature",
        numerator=metre.numerator,
        denominator=metre.denominator,
        clocks_per_click=int(_CLOCKS_PER_QUARTER * beat),
    )


def _key_name(key: Key | None) -> str | None:
    """Return mido's name of the key signature, `None` where MIDI has none; a mode is written as its major."""
    if key is None or abs(key.fifths) > _MAX_FIFTHS:
        return None
    return (_MINOR if key.mode == "minor" else _MAJOR)[key.fifths + _MAX_FIFTHS]


def _voice(tune: Tune, start: Fraction | int, channel: int) -> _Events:
    """Return the program and the notes of a tune that starts at quarter note `start`."""
    messages: _Events = [(_tick(start), _SET, mido.Message("program_change", channel=channel, program=tune.program))]
    for note in tune.notes:
        on = _tick(start + note.start)
        off = max(_tick(start + note.end), on + 1)  # a note off the grid may be rounded, never away
        messages.append((on, _ON, mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)))
        messages.append((off, _OFF, mido.Message("note_off", channel=channel, note=note.pitch, velocity=0)))
    return messages


def _track(name: str, messages: _Events, end: int) -> mido.MidiTrack:
    """Return a named track of messages in time, which ends at tick `end`."""
    track = mido.MidiTrack([mido.MetaMessage("track_name", name=to_ascii(name))])
    before = 0
    for tick, _, message in sorted(messages, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - before))
        before = tick
    track.append(mido.MetaMessage("end_of_track", time=max(end - before, 0)))
    return track


def _tick(at: Fraction | int) -> int:
    """Return the nearest tick to a time in quarter notes; the tokenizer's grid is met exactly."""
    return round(at * TICKS_PER_QUARTER)


def to_ascii(text: str) -> str:
    r"""Return `text` as printable ASCII, which every DAW shows: accents are dropped, the rest left out.

    Examples
    --------
    >>> to_ascii("Träumerei, rhythm \N{MINUS SIGN}2.0")
    'Traumerei, rhythm -2.0'
    """
    dashes = re.sub("[\N{HYPHEN}-\N{HORIZONTAL BAR}\N{MINUS SIGN}]", "-", text)
    folded = unicodedata.normalize("NFKD", dashes).encode("ascii", "ignore").decode("ascii")
    return " ".join("".join(char if char.isprintable() else " " for char in folded).split())


def _file_name(name: str) -> str:
    """Return a name for a file on any system."""
    return re.sub(r"[^A-Za-z0-9.+-]+", "_", to_ascii(name)).strip("_.")[:100] or "clip"

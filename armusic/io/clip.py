"""A clip: notes in beats, as a DAW or a script has them, to a tune and back to notes in the same place.

A clip is what a MIDI file of 960 ticks per quarter note holds, its melody on track 2: it is read as that file is, and
variations are put back as into that file. Notes that stay come back exactly as they went in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Literal

from armusic.errors import MusicError, NoNotesError, PolyphonyError, UsageError
from armusic.io.readers import midi
from armusic.io.readers.midi import melody
from armusic.io.readers.options import Reading, Remark
from armusic.io.writers import in_place
from armusic.io.writers.layout import CHANNELS
from armusic.music import chord_symbols, smf, smf_notes
from armusic.music.metre import TimeSignature, fraction, time_signature
from armusic.music.score import DEFAULT_BPM, Tune
from armusic.music.smf import Event, MidiData

QUARTER = 960  # ticks; times are rounded to one
SOURCE = "the notes"  # in messages
MAX_MEASURES = 256

_TRACK, _NAME = 1, "melody"  # of the melody, from 0
_SIXTEENTHS = 4  # in a quarter note
_CHORDS = 48  # the C below which the notes of chord symbols do not lie
_MOST_BEATS, _DENOMINATORS = 64, (1, 2, 4, 8, 16, 32, 64)
_CLOCKS, _EIGHTHS = 24, 8  # what a MIDI time signature says besides
_OFF, _ON = range(2)  # order at one tick


@dataclass(frozen=True, slots=True)
class ClipNote:
    """A note of a clip: MIDI pitch, start and duration in beats of the clip, velocity from 1 to 127."""

    pitch: int
    start: float
    duration: float
    velocity: int = 80


@dataclass(frozen=True, slots=True)
class Player:
    """Another part that sounds along: its notes, and whether they are drums, which play no chords."""

    notes: tuple[ClipNote, ...]
    name: str = ""
    drums: bool = False


@dataclass(frozen=True, slots=True)
class Clip:
    """Notes in beats, and what is around them.

    Parameters
    ----------
    notes : tuple of ClipNote
        The melody. Starts count from the start of the clip, and are not negative.
    beat : Fraction
        Length of a beat, in quarter notes.
    metres : tuple of (float, str)
        Time signatures, each with the beat at which it begins; the first begins at 0.
    bar : float, optional
        Beat of the first bar line: what comes before is a pickup. When not given, a pickup is looked for, as in a file.
    length : float, optional
        Length of the clip in beats; up to the end of its last note when not given.
    bpm : float
        Quarter notes per minute.
    band : tuple of Player
        Other parts that sound along.
    chords : tuple of (float, str)
        Chord symbols, each with the beat at which it begins; each holds until the next.
    voice : {"one", "highest", "lowest"}
        Choice where several notes sound together: with `one`, they are refused.
    quantize, groove : str
        The options of `armusic.io.readers.options.Reading`.
    """

    notes: tuple[ClipNote, ...]
    beat: Fraction = Fraction(1)
    metres: tuple[tuple[float, str], ...] = ((0.0, "4/4"),)
    bar: float | None = None
    length: float | None = None
    bpm: float = DEFAULT_BPM
    band: tuple[Player, ...] = ()
    chords: tuple[tuple[float, str], ...] = ()
    voice: Literal["one", "highest", "lowest"] = "one"
    quantize: Literal["auto", "off", "strict"] = "auto"
    groove: Literal["drop", "keep"] = "drop"


@dataclass(frozen=True, slots=True)
class ReadClip:
    """A clip as it was read.

    Parameters
    ----------
    clip : Clip
        The clip.
    tune : Tune
        The melody.
    remarks : tuple of str
        Notes on what was chosen, left out or moved, a line each.
    """

    clip: Clip
    tune: Tune
    remarks: tuple[str, ...]
    _given: dict[tuple[int, int, int], ClipNote] = field(repr=False, compare=False)

    def notes(self, tune: Tune) -> tuple[ClipNote, ...]:
        """Return a variation of the melody as notes in the clip: where it is as it was, the very notes of the clip."""
        assert tune.origin is not None
        file, (home,) = in_place.assemble([("", tune)], tune.origin, CHANNELS)
        track, scale = file.tracks[home], Fraction(file.ticks_per_quarter) * self.clip.beat
        finer = file.ticks_per_quarter // QUARTER
        notes = []
        for on, off in smf_notes.pairs(track).get(tune.origin.channel, ()):
            start, end = track[on].tick, track[off].tick if off >= 0 else track[-1].tick
            pitch, velocity = track[on].data
            note = self._given.get((start // finer, end // finer, pitch)) if start % finer == end % finer == 0 else None
            if note is None or note.velocity != velocity:
                note = ClipNote(pitch, float(start / scale), float((end - start) / scale), velocity)
            notes.append(note)
        return tuple(notes)

    def beats(self, quarter: Fraction) -> float:
        """Return the beat of the clip at which a quarter note of the tune lies."""
        assert self.tune.origin is not None
        clock = self.tune.origin.clock
        at, tick, rate = next((line for line in reversed(clock) if line[0] <= quarter), clock[0])
        return float((tick + (quarter - at) * rate) / QUARTER / self.clip.beat)


def read(clip: Clip) -> ReadClip:
    """Read the melody of a clip.

    Raises
    ------
    UsageError
        For metres, a bar line or chord symbols that cannot be read.
    NoNotesError, PolyphonyError, MusicError
        Without notes, for several that sound together, and for more than `MAX_MEASURES` measures.
    ArmusicError
        For what a file with the same notes is refused for.

    Examples
    --------
    >>> clip = read(Clip(tuple(ClipNote(60 + step, step / 2, 0.5) for step in range(8))))
    >>> clip.tune
    Tune(melody, 1 measure of 4/4, 8 notes)
    >>> clip.notes(clip.tune) == clip.clip.notes
    True
    """
    if not clip.notes:
        raise NoNotesError(f"{SOURCE}: there are none: give at least one")
    signatures = [(_tick(at, clip), _signature(metre)) for at, metre in clip.metres]
    if not signatures or signatures[0][0] or sorted(signatures, key=lambda each: each[0]) != signatures:
        raise UsageError("metre: the first begins at beat 0, and each later than the one before")
    end = max(_end(note, clip) for note in clip.notes)
    shortest = min(metre.length for _, metre in signatures)
    if (count := ceil(Fraction(end, QUARTER) / shortest)) > MAX_MEASURES:
        raise MusicError(
            f"{SOURCE}: they go on for {count} measures: up to {MAX_MEASURES} are taken, from beat 0 of the clip on"
        )
    reading = Reading(
        track=str(_TRACK + 1),
        voice="lowest" if clip.voice == "lowest" else "highest",
        quantize=clip.quantize,
        groove=clip.groove,
        downbeat=_downbeat(clip, signatures[0][1].beat),
    )
    file = to_midi(clip)
    if clip.voice == "one":
        _refuse_chords(file, clip)
    remarks: list[Remark] = []
    try:
        tune = midi.tune_of(file, SOURCE, reading, remarks)
    except MusicError as error:
        raise type(error)(_without_track(str(error))) from error
    if len(tune.measures) > MAX_MEASURES:
        raise MusicError(f"{SOURCE}: {len(tune.measures)} measures: up to {MAX_MEASURES} are taken")
    texts = [
        _without_track(remark.text) for remark in remarks if not remark.text.startswith("the melody is ")
    ]  # the request says it
    given = {(_tick(note.start, clip), _end(note, clip), note.pitch): note for note in clip.notes}
    return ReadClip(clip, tune, tuple(texts), given)


def _without_track(text: str) -> str:
    """Return a message without the track that the notes were put on.

    Examples
    --------
    >>> _without_track("no note of track 2 'melody' channel 1 has a length")
    'no note of the melody has a length'
    """
    return text.replace(f"track {_TRACK + 1} '{_NAME}' channel {CHANNELS[0] + 1}", "the melody")


def to_midi(clip: Clip) -> MidiData:
    """Return the MIDI file that holds a clip: time signatures and tempo, the melody, the other parts."""
    head = [Event(0, smf.TEXT, b"a clip"), Event(0, smf.SET_TEMPO, smf.tempo(clip.bpm))]
    for at, metre in clip.metres:
        signature = _signature(metre)
        data = bytes([signature.numerator, signature.denominator.bit_length() - 1, _CLOCKS, _EIGHTHS])
        head.append(Event(_tick(at, clip), smf.TIME_SIGNATURE, data))
    last = max(_end(note, clip) for note in clip.notes)
    last = last if clip.length is None else max(last, _tick(clip.length, clip))
    tracks = [
        (*head, Event(head[-1].tick, smf.END_OF_TRACK, b"")),
        _track(clip.notes, clip, _NAME, CHANNELS[0], last),
    ]
    others = [*clip.band, *([_chords(clip, last)] if clip.chords else [])]
    channels = CHANNELS[1:]
    for number, player in enumerate(player for player in others if player.notes):
        channel = smf.DRUMS if player.drums else channels[number % len(channels)]
        tracks.append(_track(player.notes, clip, player.name, channel))
    return MidiData(smf.TRACKS, QUARTER, tuple(tracks))


def _signature(text: str) -> TimeSignature:
    """Return a time signature of any metre that a MIDI file may have."""
    numerator, denominator = fraction(text) or (0, 0)
    if not (1 <= numerator <= _MOST_BEATS and denominator in _DENOMINATORS):
        raise UsageError(f"metre {text!r}: write a time signature, such as 6/8")
    return time_signature(numerator, denominator)


def _track(notes: Iterable[ClipNote], clip: Clip, name: str, channel: int, last: int = 0) -> tuple[Event, ...]:
    """Return a track with notes; at one tick a note ends before the next one starts."""
    events = []
    for note in notes:
        on = Event(_tick(note.start, clip), smf.NOTE_ON + channel, bytes([note.pitch, note.velocity]))
        off = Event(_end(note, clip), smf.NOTE_OFF + channel, bytes([note.pitch, 0]))
        events += [(on.tick, _ON, on), (off.tick, _OFF, off)]
    ordered = [event for *_, event in sorted(events, key=lambda each: each[:2])]
    end = max([last, *(event.tick for event in ordered[-1:])])
    text = name.encode("ascii", "replace")
    return (Event(0, smf.TRACK_NAME, text), *ordered, Event(end, smf.END_OF_TRACK, b""))


def _chords(clip: Clip, last: int) -> Player:
    """Return chord symbols as a part that plays them."""
    end = float(Fraction(last, QUARTER) / clip.beat)
    starts = [at for at, _ in clip.chords]
    if sorted(starts) != starts:
        raise UsageError("chords: each begins later than the one before")
    notes: list[ClipNote] = []
    for (at, symbol), until in zip(clip.chords, [*starts[1:], max(end, *starts)], strict=True):
        classes = chord_symbols.parse(symbol)
        if classes is None:
            raise UsageError(f"chords: {symbol!r} is not a chord symbol: write them as Am7, F#dim or N.C.")
        if until > at:
            notes += [ClipNote(_CHORDS + pitch, at, until - at) for pitch in sorted(classes)]
    return Player(tuple(notes), "chords")


def _downbeat(clip: Clip, beat: Fraction) -> float | None:
    """Return the number of the beat of the metre at which the first bar line lies, from 1."""
    if clip.bar is None:
        return None
    quarters = Fraction(clip.bar) * clip.beat
    sixteenths = round(quarters * _SIXTEENTHS)
    if abs(quarters * _SIXTEENTHS - sixteenths) > Fraction(_SIXTEENTHS, QUARTER):
        raise UsageError(f"bar {clip.bar:g}: a bar line lies on a sixteenth note")
    return float(1 + Fraction(sixteenths, _SIXTEENTHS) / beat)


def _refuse_chords(file: MidiData, clip: Clip) -> None:
    """Raise `PolyphonyError` where notes of the melody sound together; those that merely touch do not."""
    part = next(part for part in midi.parts_of(file) if part.track == _TRACK)
    if not melody.one_voice(part, QUARTER).left_out:
        return
    notes = sorted(clip.notes, key=lambda note: (note.start, note.pitch))
    first, second = max(pairwise(notes), key=lambda pair: _end(pair[0], clip) - _tick(pair[1].start, clip))
    raise PolyphonyError(
        f"{SOURCE}: pitch {second.pitch} starts at beat {second.start:g}, while pitch {first.pitch} still sounds: give"
        " one voice, or say which is to stay: voice highest or lowest"
    )


def _tick(beats: float, clip: Clip) -> int:
    return round(Fraction(beats) * clip.beat * QUARTER)


def _end(note: ClipNote, clip: Clip) -> int:
    return max(_tick(note.start + note.duration, clip), _tick(note.start, clip) + 1)


def measures(clip: ReadClip) -> list[tuple[str, float, str]]:
    """Return the number, the first beat and the time signature of each measure of a clip, as its file has them."""
    return [(str(bar.number), clip.beats(bar.start), str(bar.metre)) for bar in clip.tune.bars]

"""The clock of a file: its own beats, given ones, or, where its notes follow neither, those that they do follow.

In the order in which they are tried: the file's own beats, all notes early or late by one time; a steady tempo that
is not the file's; a part that keeps the beat. Each is used where it is plain, and reported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import numpy as np

from armusic.io.readers.midi import fine, pickup, pulse, quantise
from armusic.io.readers.midi.clock import Clock, TempoMap, beat_clock, given_beats, own_clock
from armusic.io.readers.midi.measures import UNITS, Signature, after_pickup
from armusic.io.readers.midi.melody import Voice
from armusic.io.readers.midi.meta import signatures_of
from armusic.io.readers.midi.parts import Part
from armusic.io.readers.options import Reading, Remark
from armusic.music import smf
from armusic.music.metre import Metre, TimeSignature
from armusic.music.regrouping import readable
from armusic.shapes import Bool, Float, Int

_COVERED = 0.8  # share of the melody's time in which a part must keep the beat
_CLOSELY = 0.4  # how closely the melody must follow a part
_SIMPLE, _EXACT = 16, 0.001  # parts of a quarter note that are told as a fraction, and how exactly
_WRITTEN = 0.5  # share of the measures with notes between two ticks from which on a file is not written finely

Found = tuple[Clock, list[Signature], list[Remark]]


def times(
    file: smf.MidiData,
    parts: Sequence[Part],
    part: Part,
    voice: Voice,
    reading: Reading,
    tempos: TempoMap,
    *,
    written: bool,
) -> Found:
    """Return the clock and the time signatures of a file, and remarks on them.

    Parameters
    ----------
    file, parts, part, voice, tempos
        File, all its parts, its melody with the notes that stay, and its tempos.
    reading : Reading
        Options.
    written : bool
        Whether the file is that of a score, whose notes follow its beats.
    """
    first, last = int(part.start[0]), int(part.end.max())
    beats = given_beats(reading, *tempos.to_seconds(np.array([first, last])).tolist())
    signatures, remarks = signatures_of(file)
    if beats is None:
        clock = own_clock(file.ticks_per_quarter)
        if reading.metre:
            metre = readable(reading.metre)
            signatures, remarks = [Signature(0, metre.numerator, metre.denominator)], []
        searches = not written and not reading.strict and reading.quantize != "strict"
        downbeat = reading.downbeat or 1.0
        if searches and reading.downbeat is None:
            downbeat, notices = _downbeat(file, parts, part, voice, signatures)
            remarks = remarks + notices
        signatures = after_pickup(signatures, downbeat, clock.quarter)
        followed = _followed(parts, part, voice, reading, tempos, signatures, clock) if searches else None
        return (followed[0], followed[1], remarks + followed[2]) if followed else (clock, signatures, remarks)
    at, downbeat, count = beats
    counted = f"{count}/4" if count in (2, 3, 4) else "4/4"
    metre = readable(reading.metre) if reading.metre else (not count and signatures[0].metre) or Metre.parse(counted)
    what = "the given beats replace its own"
    return _by_beats(at, tempos, metre, downbeat, (first, last), what)


def _downbeat(
    file: smf.MidiData, parts: Sequence[Part], part: Part, voice: Voice, signatures: Sequence[Signature]
) -> tuple[float, list[Remark]]:
    """Return the number of the first beat of a measure, after a pickup that is plain, and a remark on any."""
    metre = signatures[0].metre
    if metre is None or any(signature[1:] != signatures[0][1:] for signature in signatures):
        return 1.0, []
    kind = "4/4" if str(metre) == "2/2" else str(metre)
    hit = pickup.find(parts, part, part.start[voice.notes], voice.end, kind, file.ticks_per_quarter)
    if hit is None:
        return 1.0, []
    return float(hit.downbeat(metre.beat)) if hit.plain else 1.0, [hit.remark(metre.beat)]


def _by_beats(
    at: Float[np.ndarray, " beat"],
    tempos: TempoMap,
    metre: TimeSignature,
    downbeat: float,
    span: tuple[int, int],
    what: str,
) -> Found:
    """Return the clock of beats, one metre, and a remark on them."""
    clock = beat_clock(at, tempos, metre, downbeat, span)
    pace = 60 * (len(at) - 1) / (at[-1] - at[0])
    return (
        clock,
        [Signature(0, metre.numerator, metre.denominator)],
        [Remark(f"{what}: {len(at)}, {pace:.4g} a minute, counted in {metre}")],
    )


def _followed(
    parts: Sequence[Part],
    part: Part,
    voice: Voice,
    reading: Reading,
    tempos: TempoMap,
    signatures: list[Signature],
    clock: Clock,
) -> Found | None:
    """Return the beats that the melody follows if they are not quite the file's own."""
    onsets = part.start[voice.notes]
    phase = _phases(onsets, signatures, clock.quarter)
    grid = np.array([np.round(phase * parts_of_beat) / parts_of_beat for parts_of_beat in (3, 4)])
    off = abs(phase - grid).min(axis=0) * clock.quarter > UNITS
    if len(onsets) < quantise.FEW or not off.any():
        return None
    if late := pulse.constant_shift(phase):
        shift = round(late * clock.quarter)
        if abs(shift) <= UNITS:
            return None
        text = f"all its notes come {_amount(abs(late))} {'late' if late > 0 else 'early'}: that is taken out"
        return replace(clock, shift=shift), signatures, [Remark(text)]
    if quantise.parts_of_phases(phase).min() >= quantise.LEAST_FOLLOWING or _is_written(phase, off, clock.quarter):
        return None
    metre = signatures[0].metre or Metre(4, 4)
    span = int(part.start[0]), int(part.end.max())
    seconds = tempos.to_seconds(onsets)
    why = "its notes do not follow its own beats"
    if steady := pulse.steady_tempo(seconds, compound=metre.compound):
        pace, first = steady
        count = int((tempos.to_seconds(np.array(span[1:]))[0] - first) * pace / 60) + 2
        at = first + np.arange(count) * 60 / pace
        if _closeness(seconds, at) >= _CLOSELY:
            what = f"{why}, but a steady tempo (the option tempo sets another)"
            return _by_beats(at, tempos, metre, reading.downbeat or 1, span, what)
    rival = _timekeeper(parts, part, seconds, tempos)
    if rival is None:
        return None
    what = f"{why}, but those that {rival[0].label} keeps (the option beats sets others)"
    return _by_beats(rival[1], tempos, metre, reading.downbeat or 1, span, what)


def _amount(quarters: float) -> str:
    """Return in words a time shorter than a beat."""
    simple = Fraction(quarters).limit_denominator(_SIMPLE)
    return f"{simple if abs(simple - quarters) < _EXACT else f'{quarters:.2g}'} of a quarter note"


def _phases(
    onsets: Int[np.ndarray, " onset"], signatures: Sequence[Signature], quarter: int
) -> Float[np.ndarray, " onset"]:
    """Return the onsets in quarter notes from the last time signature before each."""
    at = np.array([signature.at for signature in signatures], dtype=np.int64)
    units = onsets * UNITS
    return (units - at[(np.searchsorted(at, units, side="right") - 1).clip(0)]) / quarter


def _is_written(phase: Float[np.ndarray, " onset"], off: Bool[np.ndarray, " onset"], quarter: int) -> bool:
    """Return whether the notes are written exactly, with a few measures too fine for the grid."""
    rows = np.unique(np.floor(phase / 4), return_inverse=True)[1].reshape(-1)
    hit = np.bincount(rows, off) > 0
    return bool(fine.exact(np.round(phase * quarter).astype(np.int64), quarter, off) and hit.mean() <= _WRITTEN)


def _timekeeper(
    parts: Sequence[Part], melody: Part, seconds: Float[np.ndarray, " onset"], tempos: TempoMap
) -> tuple[Part, Float[np.ndarray, " beat"]] | None:
    """Return the part that keeps the beat that the melody follows most closely, and its beats."""
    every = np.sort(np.concatenate([tempos.to_seconds(part.start) for part in parts]))
    best: tuple[Part, Float[np.ndarray, " beat"]] | None = None
    closest = _CLOSELY
    for part in parts:
        own = (part.track, part.channel) == (melody.track, melody.channel)
        kept = None if own else pulse.kept_beat(np.unique(tempos.to_seconds(part.start)))
        if kept is None or min(kept[-1], seconds[-1]) - max(kept[0], seconds[0]) < _COVERED * np.ptp(seconds):
            continue
        beats = pulse.as_beats(kept, every)
        if len(beats) > 1 and (close := _closeness(seconds, beats)) > closest:
            best, closest = (part, beats), close
    return best


def _closeness(seconds: Float[np.ndarray, " onset"], beats: Float[np.ndarray, " beat"]) -> float:
    """Return how closely onsets follow beats: see `quantise.following`."""
    inside = seconds[(seconds >= beats[0] - 1e-9) & (seconds <= beats[-1] + 1e-9)]
    if len(inside) < quantise.FEW:
        return 0.0
    return float(quantise.parts_of_phases(np.interp(inside, beats, np.arange(len(beats)))).min())

"""How like a melody the parts of a file are: traits, each a share between 0 and 1, and their weights.

A melody is sung: its notes come one at a time, where voices sing, by small steps, with breaths between phrases. It
is what a listener follows: it sounds for long, mostly above the others, after they have begun, and it tells
the most: changing rhythms and new turns, not one figure again and again, nor a chord taken apart. These traits
have weights fitted on songs whose melody is known (`python benchmarks/melody.py --fit`). The others are
conventions, and weighted by hand: words stand at the melody's notes, it comes first in files, and bands keep it on
channel 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np

from armusic.io.readers.midi.parts import Part
from armusic.music import smf
from armusic.shapes import Bool, Float, Int

Scores = Float[np.ndarray, " part"]
Traits = Float[np.ndarray, "part trait"]
Ticks = Int[np.ndarray, " time"]

WEIGHTS = MappingProxyType(
    {
        "one note at a time": 3.5,
        "where voices sing": 2.5,
        "above the others": 4.0,
        "sounds for long": 6.0,
        "small steps": 3.0,
        "goes from pitch to pitch": 3.0,
        "changing rhythm": 3.5,
        "many pitches": 2.5,
        "new turns": 3.5,
        "neither rare nor hurried": 3.5,
        "breaths": 3.5,
        "an instrument of melodies": 2.5,
        "lets others begin": 1.0,
        "first in the file": 1.0,
        "on channel 4": 1.0,
        "has the words": 4.0,
    }
)
"""Traits, by what a melody is or does, and their weights."""

CONVENTIONS = 3  # the last weights, which are not fitted
ALONE, SUNG, LONG = 0, 1, 3  # columns of traits that `melody` needs
_STEPS_PER_QUARTER, _MOST_STEPS = 2, 1 << 15  # resolution of the search for the highest part
_RANGE, _OUTSIDE = (60.0, 79.0), 12.0  # medians of melodies, and the semitones outside of them to none
_LINE = 0.7  # notes one at a time in a part that is measured against the longest
_RHYTHM, _PITCHES = 2.5, 3.2  # bits of entropy that are enough
_TURN, _WIDEST = 4, 13  # intervals of a turn; semitones from which intervals are alike
_NEW = 3.0  # songs have verses: if a third of the turns is new, that is enough
_BREATH = 0.75  # quarter notes of silence
_PHRASE = (3.0, 24.0)  # notes between breaths
_PACE = (0.5, 3.0)  # notes in a quarter note
_INTRODUCTION = 8.0  # quarter notes
_CHANNEL = 3  # from 0
_FEWEST_WORDS = 8
_PROGRAMS = np.array([0.6, 0.5, 0.5, 0.5, 0.0, 0.4, 0.3, 0.7, 1.0, 1.0, 0.9, 0.2, 0.1, 0.6, 0.0, 0.0])
"""Instruments of melodies, by families of General MIDI: pianos, mallets, organs, guitars, basses, strings, ensembles,
brass, reeds, pipes, leads, pads, effects, folk, drums, noises."""


def likeness(parts: Sequence[Part], quarter: int, words: Ticks) -> Scores:
    """Return the likeness of each part to a melody, 0..1: the weighted mean of its traits; 0 for drums.

    Parameters
    ----------
    parts : sequence of Part
        Parts, with drums.
    quarter : int
        Ticks per quarter note.
    words : int array (word,)
        Ticks of the lyrics, as from `words_of`.
    """
    drums = np.array([part.channel == smf.DRUMS for part in parts], dtype=bool)
    scores = np.zeros(len(parts))
    if not drums.all():
        voices = [part for part in parts if part.channel != smf.DRUMS]
        scores[~drums] = weighted(traits(voices, quarter, words, band=bool(drums.any())))
    return scores


def weighted(shares: Traits) -> Scores:
    """Return the weighted means of traits; conventions that no part of a file keeps do not count."""
    weights = np.array(list(WEIGHTS.values()))
    kept = shares.max(axis=0) > 0
    kept[:-CONVENTIONS] = True
    return shares @ weights / weights[kept].sum()


def traits(parts: Sequence[Part], quarter: int, words: Ticks, *, band: bool) -> Traits:
    """Return the shares that have `WEIGHTS`, of each part of a file but its drums; `band`: whether it has these."""
    own = np.array([_own(part, quarter) for part in parts])
    sounding = np.array([voiced(part) for part in parts])
    longest = max((sounding * ((own[:, ALONE] > _LINE) & (own[:, SUNG] > 0))).max(), 1.0)
    begin = np.array([int(part.start[0]) for part in parts])
    conventions = [
        1 / (1 + np.arange(len(parts))),
        np.array([float(band and part.channel == _CHANNEL) for part in parts]),
        np.array([_with_words(part, words, quarter) for part in parts]),
    ]
    return np.column_stack(
        [
            own[:, : SUNG + 1],
            highest(parts, quarter),
            np.minimum(1, sounding / longest),
            own[:, SUNG + 1 :],
            np.minimum(1, (begin - begin.min()) / (_INTRODUCTION * quarter)),
            *conventions,
        ]
    )


def words_of(file: smf.MidiData) -> Ticks:
    """Return the ticks of the lyrics of a file."""
    return np.array(
        [event.tick for track in file.tracks for event in track if event.status == smf.LYRIC], dtype=np.int64
    )


def chordal(part: Part) -> Bool[np.ndarray, " note"]:
    """Return a mask of the notes that sound together with another: for more than half of the shorter of the two."""
    if len(part.start) < 2:
        return np.zeros(len(part.start), dtype=bool)
    latest = np.maximum.accumulate(part.end)[:-1]
    holder = np.maximum.accumulate(np.where(part.end[:-1] == latest, np.arange(len(latest)), 0))
    length = part.end - part.start
    clash = 2 * (np.minimum(latest, part.end[1:]) - part.start[1:]) > np.minimum(length[holder], length[1:])
    together = np.append(False, clash)
    together[holder[clash]] = True
    return together


def voiced(part: Part) -> int:
    """Return the ticks in which a part sounds."""
    latest = np.maximum.accumulate(part.end)
    return int((latest - np.maximum(part.start, np.append(0, latest[:-1]))).clip(0).sum())


def highest(parts: Sequence[Part], quarter: int) -> Scores:
    """Return for each part the share of its own sounding time in which no other is higher."""
    last = max(int(part.end.max()) for part in parts)
    step = max(quarter // _STEPS_PER_QUARTER, -(-last // _MOST_STEPS), 1)
    top = np.full((len(parts), last // step + 2), -1, dtype=np.int16)
    for row, part in zip(top, parts, strict=True):
        order = np.argsort(part.pitch, kind="stable")  # the highest is written last
        first = part.start[order] // step
        count = np.maximum(-(-part.end[order] // step) - first, 1)
        offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        row[np.repeat(first, count) + offset] = np.repeat(part.pitch[order], count)
    sounds = top >= 0
    best = (top == top.max(axis=0)) & sounds
    return (best / np.maximum(best.sum(axis=0), 1)).sum(axis=1) / np.maximum(sounds.sum(axis=1), 1)


def _own(part: Part, quarter: int) -> list[float]:
    """Return the traits that do not depend on other parts."""
    onset = np.flatnonzero(np.append(True, np.diff(part.start) > quarter // 16))
    top = np.maximum.reduceat(part.pitch, onset)
    intervals, gaps = np.diff(top), np.diff(part.start[onset]) / quarter
    silence = (part.start[1:] - np.maximum.accumulate(part.end)[:-1]) / quarter
    median = float(np.median(part.pitch))
    phrase = len(onset) / (int((silence >= _BREATH).sum()) + 1)
    pace = len(onset) * quarter / max(voiced(part), 1)
    moves = abs(intervals)
    return [
        1 - float(chordal(part).mean()),
        max(0.0, 1 - max(_RANGE[0] - median, median - _RANGE[1], 0.0) / _OUTSIDE),
        float(((moves > 0) & (moves <= 4)).mean()) if len(moves) else 0.0,
        float((moves > 0).mean()) if len(moves) else 0.0,
        min(1.0, _entropy(np.minimum(np.round(4 * gaps), 17).astype(np.int64)) / _RHYTHM),
        min(1.0, _entropy(top) / _PITCHES),
        min(1.0, _NEW * _turns(intervals) / max(len(intervals) - _TURN + 1, 1)),
        min(1.0, pace / _PACE[0], _PACE[1] / pace),
        min(1.0, phrase / _PHRASE[0], _PHRASE[1] / phrase),
        float(_PROGRAMS[part.program >> 3]),
    ]


def _with_words(part: Part, words: Ticks, quarter: int) -> float:
    """Return how many words have a note, times how many notes have a word."""
    if len(words) < _FEWEST_WORDS:
        return 0.0
    times, onsets = np.unique(words), np.unique(part.start)
    places = np.searchsorted(onsets, times).clip(1, max(len(onsets) - 1, 1)).clip(0, len(onsets) - 1)
    near = np.minimum(abs(onsets[places] - times), abs(onsets[places - 1] - times)) <= quarter // 8
    return float(near.mean()) * min(1.0, float(near.sum()) / len(onsets))


def _entropy(values: Int[np.ndarray, " value"]) -> float:
    """Return the entropy of values, in bits."""
    if not len(values):
        return 0.0
    shares = np.unique(values, return_counts=True)[1] / len(values)
    return float(-(shares * np.log2(shares)).sum())


def _turns(intervals: Int[np.ndarray, " interval"]) -> int:
    """Return the number of different turns of four intervals."""
    steps = np.clip(intervals, -_WIDEST, _WIDEST) + _WIDEST
    count = max(len(steps) - _TURN + 1, 0)
    return len(np.unique(sum(steps[n : n + count] * (2 * _WIDEST + 1) ** n for n in range(_TURN))))

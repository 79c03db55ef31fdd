"""What songs for a band are made of: lines, tunes with their chords, and notes that are moved."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.music import keys, smf
from armusic.music.score import Tune
from armusic.shapes import Float

Notes = Float[np.ndarray, "note 3"]
"""Start and length in quarter notes, and pitch."""

BARS = 8  # of a section
TRIADS = np.array([[0, 4, 7], [2, 5, 9], [4, 7, 11], [5, 9, 0], [7, 11, 2], [9, 0, 4]])


@dataclass(frozen=True)
class Line:
    """A part to be: its notes, program, velocity, and whether it is drums."""

    notes: Notes
    program: int
    velocity: int = 80
    drums: bool = False


@dataclass(frozen=True)
class Song:
    """A file, and the track (from 0) of its melody."""

    file: smf.MidiData
    melody: int


class Source:
    """A tune as notes in C (or A minor), eight measures long."""

    def __init__(self, tune: Tune) -> None:
        self.metre = tune.measures[0].metre
        self.bar = float(self.metre.length)
        fifths = keys.find(tune).fifths
        shift = -(fifths * 7 % 12)
        first = self.bar if tune.padding[0] else 0.0
        notes = [[float(n.start) - first, float(n.duration), n.pitch + shift] for n in tune.notes]
        self.notes = np.array([n for n in notes if 0 <= n[0] < BARS * self.bar]).reshape(-1, 3)
        self.notes[:, 1] = np.minimum(self.notes[:, 1], BARS * self.bar - self.notes[:, 0])

    def chords(self) -> list[int]:
        """Return a row of TRIADS for each measure: the one in which it sounds longest."""
        rows = []
        for bar in range(BARS):
            inside = self.notes[(self.notes[:, 0] // self.bar) == bar]
            weight = np.bincount(inside[:, 2].astype(int) % 12, inside[:, 1] * (1 + (inside[:, 0] % self.bar == 0)), 12)
            rows.append(
                int(np.argmax([weight[triad].sum() + 0.1 * (n in (0, 3, 4)) for n, triad in enumerate(TRIADS)]))
            )
        return rows


def place(notes: Notes, at: float) -> Notes:
    """Return notes moved in time."""
    return notes + np.array([at, 0, 0])


def with_thirds(notes: Notes, rng: np.random.Generator) -> Notes:
    """Return a line of which some notes have a second one below, as in duets on one track."""
    below = notes[rng.random(len(notes)) < rng.uniform(0.1, 0.5)]
    return np.concatenate([notes, below - np.array([0, 0, 4])])


def tones_of(row: int, low: int, count: int) -> np.ndarray:
    """Return the lowest tones of a triad from a pitch on; the first is its root where it is alone or low."""
    classes = TRIADS[row]
    pitches = np.array([pitch for pitch in range(low, low + 60) if pitch % 12 in classes])
    if count == 1 or low < 45:
        pitches = pitches[int(np.argmax(pitches % 12 == classes[0])) :]
    return pitches[:count]


def octave(notes: Notes, pitch: int) -> Notes:
    """Return notes in the octave in which their median is nearest to a pitch."""
    if not len(notes):
        return notes
    shift = 12 * round((pitch - float(np.median(notes[:, 2]))) / 12)
    return notes + np.array([0, 0, shift])


def sounding(notes: Notes, at: np.ndarray) -> np.ndarray:
    """Return whether some note sounds at each time."""
    return ((notes[:, 0][:, None] <= at + 0.4) & (notes[:, 0] + notes[:, 1])[:, None].__gt__(at)).any(axis=0)

"""Temperley's formula: how surprising a pitch is after the one before, by ten numbers a mode that learn nothing here.

The chance of a pitch is in proportion to that of its degree, its nearness to the centre of the tune, and its
nearness to the pitch before (D. Temperley, "A probabilistic model of melody perception", Cognitive Science 32, 2008).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from armusic.music import keys
from armusic.music.keys import OCTAVE, PITCHES
from armusic.music.score import MODES, Tune

DEGREES = {  # whether the third is major -> the shares of the degrees, in semitones above the tonic
    True: (0.184, 0.001, 0.155, 0.003, 0.191, 0.109, 0.005, 0.214, 0.001, 0.078, 0.004, 0.055),
    False: (0.192, 0.005, 0.149, 0.179, 0.002, 0.144, 0.002, 0.201, 0.038, 0.012, 0.053, 0.022),
}
ABOUT_CENTRE, ABOUT_LAST = 29.0, 7.2  # variances of a pitch, in semitones


@dataclass(frozen=True)
class Listener:
    """What a listener knows of a tune: the tonic below the centre of its pitches, the mode, and that centre."""

    tonic: int
    major: bool
    centre: float


def listener_of(tune: Tune) -> Listener:
    """Return what a listener knows of a tune with notes."""
    key = keys.find(tune)
    centre = float(np.mean([note.pitch for note in tune.notes]))
    tonic = (key.fifths + MODES[key.mode]) * 7
    return Listener(int(centre - (centre - tonic) % keys.OCTAVE), key.mode in ("major", "lydian", "mixolydian"), centre)


def surprise(pitches: Sequence[int] | np.ndarray, listener: Listener) -> np.ndarray:
    """Return the surprise (note,) of MIDI pitches in nats; the first has none before it.

    Examples
    --------
    >>> surprise([60, 64, 66], Listener(60, True, 65.0)).round(1).tolist()
    [2.2, 1.8, 5.0]
    """
    every, pitch = np.arange(PITCHES), np.asarray(pitches, dtype=int)
    log = np.log(DEGREES[listener.major])[(every - listener.tonic) % OCTAVE]
    log = log - (every - listener.centre) ** 2 / (2 * ABOUT_CENTRE)
    near = -((every - pitch[:-1, None]) ** 2) / (2 * ABOUT_LAST)
    log = log + np.concatenate([np.zeros((min(len(pitch), 1), PITCHES)), near])
    return np.logaddexp.reduce(log, axis=1) - log[np.arange(len(pitch)), pitch]

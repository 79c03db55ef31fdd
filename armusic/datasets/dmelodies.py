"""dMelodies: two measures of broken chords I-IV-V-I, drawn from their nine published factors.

A melody is 16 quavers, eight a measure: six notes of a quaver each and two rests. The first six notes break the
chords I and IV, the others V and I, three notes a chord, upwards or downwards. All 1,354,752 combinations of the
factors are melodies, and no two are the same. See data/dmelodies.md.

Source
------
Pati, Gururani and Lerch, "dMelodies: A Music Dataset for Disentanglement Learning" (ISMIR 2020).
"""

from __future__ import annotations

from itertools import combinations
from math import prod

import numpy as np

from armusic.shapes import Bool, Float, Int, Shaped, UInt8

NAMES = (
    "tonic", "octave", "mode", "rhythm_bar1", "rhythm_bar2", "arp_chord1", "arp_chord2", "arp_chord3", "arp_chord4",
)  # fmt: skip
TONICS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
OCTAVES = (4, 5, 6)  # octave 4 begins at middle C
MODES = ("major", "minor", "blues")
UP, DOWN = 0, 1
QUAVERS, NOTES = 8, 6  # of a measure: places, and notes in them
CHORDS, TONES = 4, 3  # of a melody, and of a chord

RHYTHMS = np.zeros((28, QUAVERS), dtype=bool)
"""The quavers of a measure on which a note begins, for each rhythm: all choices of six of the eight."""
for _number, _places in enumerate(combinations(range(QUAVERS), NOTES)):
    RHYTHMS[_number, _places] = True
SIZES = (len(TONICS), len(OCTAVES), len(MODES), len(RHYTHMS), len(RHYTHMS), 2, 2, 2, 2)
"""Number of values of each factor: value v is the v-th, from 0."""
COUNT = prod(SIZES)

SCALES = np.array([
    [0, 2, 4, 5, 7, 9, 11, 12, 14],  # major
    [0, 2, 3, 5, 7, 8, 11, 12, 14],  # harmonic minor
    [0, 2, 3, 5, 6, 9, 10, 12, 14],  # blues
])  # fmt: skip
"""Semitones above the tonic of nine degrees of each mode."""
DEGREES = np.array([[0, 2, 4], [3, 5, 7], [4, 6, 8], [0, 2, 4]])
"""Degrees of the chords I, IV, V and I, from below."""
LOWEST = 60  # the tonic C in octave 4, as a MIDI pitch
HIGHEST = LOWEST + len(TONICS) * len(OCTAVES) - 1 + int(SCALES.max())
REST = 0
"""Class of a rest; class k > 0 is the MIDI pitch `LOWEST` + k - 1."""
CLASSES = 1 + HIGHEST - LOWEST + 1

ABSENT = -1000  # stands for a rest where a note is expected: of no chord
BLOCK = 2048  # items measured at a time

Factors = Int[np.ndarray, "item 9"]
Melodies = UInt8[np.ndarray, "item 16"]


def factors(index: Int[np.ndarray, " item"]) -> Factors:
    """Return the factors of melodies, which are numbered with the last factor changing fastest.

    Parameters
    ----------
    index : int array (item,)
        Numbers of melodies, 0 to 1,354,751.

    Returns
    -------
    int64 array (item, 9)
        Value of each factor of `NAMES`, from 0: places in `TONICS`, `OCTAVES`, `MODES` and (twice) `RHYTHMS`; then
        `UP` or `DOWN`, of each chord.

    Examples
    --------
    >>> factors(np.array([0, 1, COUNT - 1])).tolist()
    [[0, 0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0, 1], [11, 2, 2, 27, 27, 1, 1, 1, 1]]
    """
    return np.column_stack(np.unravel_index(index, SIZES)).astype(np.int64)


def draw(values: Factors) -> Melodies:
    """Write melodies.

    Parameters
    ----------
    values : int array (item, 9)
        Factors, as `factors` returns them.

    Returns
    -------
    uint8 array (item, 16)
        Class of each quaver: `REST`, or 1 for middle C and one more for each semitone above it.

    Examples
    --------
    >>> draw(np.zeros((1, 9), dtype=int))[0].tolist()  # C E G F A C, two rests; G B D C E G, two rests
    [1, 5, 8, 6, 10, 13, 0, 0, 8, 12, 15, 1, 5, 8, 0, 0]
    """
    tonic, octave, mode, *rhythms = (values[:, column] for column in range(5))
    chords = SCALES[mode][:, DEGREES]  # (item, chord, tone), from below
    chords = np.where(values[:, 5:, None] == DOWN, chords[..., ::-1], chords)
    notes = 1 + (len(TONICS) * octave + tonic)[:, None] + chords.reshape(len(values), CHORDS * TONES)
    out = np.full((len(values), 2 * QUAVERS), REST, dtype=np.uint8)
    out[np.concatenate([RHYTHMS[rhythm] for rhythm in rhythms], axis=1)] = notes.ravel()
    return out


def measure(x: Shaped[np.ndarray, "item 16"]) -> Float[np.ndarray, "item 9"]:
    """Return the factors of melodies, and of what is like one: what a model decodes.

    A rhythm is the one that differs from the notes and rests of its measure in fewest quavers. Tonic, octave, mode
    and directions are those with most of the notes on the quavers of both rhythms. Among equals, the first counts.

    Parameters
    ----------
    x : int array (item, 16)
        Classes, as `draw` returns them.

    Returns
    -------
    float64 array (item, 9)
        The factors, as `factors` returns them; NaN for an item without notes.

    Examples
    --------
    >>> measure(draw(np.array([[2, 1, 2, 27, 3, 0, 1, 1, 0]]))).astype(int).tolist()
    [[2, 1, 2, 27, 3, 0, 1, 1, 0]]
    """
    out = np.full((len(x), len(NAMES)), np.nan)
    for start in range(0, len(x), BLOCK):
        out[start : start + BLOCK] = _measure(x[start : start + BLOCK].astype(np.int64))
    return out


def _measure(x: Int[np.ndarray, "item 16"]) -> Float[np.ndarray, "item 9"]:
    onset = (x != REST).reshape(len(x), 2, 1, QUAVERS)
    rhythms = (onset != RHYTHMS).sum(axis=3).argmin(axis=2)  # (item, measure)
    notes = x[RHYTHMS[rhythms].reshape(len(x), 2 * QUAVERS)].reshape(len(x), CHORDS, TONES)
    notes = np.where(notes == REST, ABSENT, notes)
    ways = np.stack([notes, notes[..., ::-1]], axis=1)[:, :, None]  # (item, direction, 1, chord, tone), from below
    roots = ways - 1 - SCALES[:, DEGREES]  # (item, direction, mode, chord, tone): the tonic of which each is a note
    agree = np.stack([(roots == root).sum(axis=4) for root in range(len(TONICS) * len(OCTAVES))], axis=2)
    whole = agree.max(axis=1).sum(axis=3).reshape(len(x), len(TONICS) * len(OCTAVES) * len(MODES))
    root, mode = np.divmod(whole.argmax(axis=1), len(MODES))
    directions = agree.argmax(axis=1)[np.arange(len(x)), root, mode]
    values = np.column_stack([root % len(TONICS), root // len(TONICS), mode, rhythms, directions]).astype(np.float64)
    values[~onset.any(axis=(1, 2, 3))] = np.nan
    return values


def valid(x: Shaped[np.ndarray, "item 16"]) -> Bool[np.ndarray, " item"]:
    """Return the mask of what is one of the melodies, bool (item,).

    Examples
    --------
    >>> some = draw(np.zeros((2, 9), dtype=int))
    >>> some[1, 0] = 2
    >>> valid(some).tolist()
    [True, False]
    """
    values = measure(x)
    known = ~np.isnan(values).any(axis=1)
    out = np.zeros(len(x), dtype=bool)
    out[known] = (draw(values[known].astype(np.int64)) == x[known]).all(axis=1)
    return out

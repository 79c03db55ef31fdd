"""The beat of notes that do not follow a given one: a constant shift, a steady tempo, a part that keeps the beat.

Onsets that keep a beat have a common phase in its halves, thirds or fourths: the mean of their phases, as
numbers on the unit circle, is then nearly as long as one, and chance makes it short.

Source
------
N. I. Fisher, Statistical Analysis of Circular Data, Cambridge University Press 1993: the mean resultant length,
and the chance of a length of r among n phases, exp(-n r^2).
"""

from __future__ import annotations

import numpy as np

from armusic.io.readers.midi.quantise import PARTS, parts_of_phases
from armusic.shapes import Float

Times = Float[np.ndarray, " onset"]

_CONSTANT = 0.4  # least length of the mean phase, in the part of the notes where it is shortest
_EXACT, _MOST_EXACT = 0.0025, 0.25  # quarter notes within which, and share of the notes that may be on the grid already
_GAIN = 0.02  # by which it must be longer than without the shift
_SLOWEST, _FASTEST = 1.0, 16.0  # steps of the finest grid a second
_WINDOW = 60.0  # seconds in which the tempo is first sought
_STEPS = 4  # frequencies tried in the width of a peak
_STEADY = 0.6  # least length of the mean phase at a tempo that is used
_BY_CHANCE = 10.0  # logarithm of how much rarer than once in a search chance must be
_NEARLY = 0.9  # share of the highest peak at which a slower one is the finest grid
_USUAL, _OCTAVES = 110.0, 0.8  # beats a minute that are usual, and the deviation in octaves
_NOTES_A_BEAT = 1.4
_TRIPLETS = 0.5  # how likely a simple beat is to have three parts throughout
_LOWEST, _HIGHEST = 40.0, 240.0  # beats a minute
_LEAST_ONSETS, _MOST_ONSETS, _MOST_BEATS = 16, 20_000, 100_000
_SOUGHT = 1000  # onsets that tell a tempo
_APART = 0.06  # seconds within which notes start together
_MISS, _FAILURES = 0.2, 0.03  # share of a beat by which a part may miss it, and how often it may do so
_LONGEST = 8  # beats between two notes of a part that keeps the beat
_FOLLOWS = 0.3  # how quickly its tempo may change


def constant_shift(phase: Times) -> float:
    """Return by how many quarter notes all onsets are late; 0 where no one shift is plain.

    Parameters
    ----------
    phase : float array (onset,)
        Quarter notes from the start of the bar line's grid.

    Returns
    -------
    float
        -1/2 to 1/2. Of shifts that leave the notes on sixteenths, the one that leaves most on beats and halves.

    Examples
    --------
    >>> constant_shift(np.arange(32) / 2 + 1 / 8)
    0.125
    >>> constant_shift(np.arange(32) / 2)
    0.0
    """
    means = {k: np.exp(2j * np.pi * k * phase).mean() for k in PARTS}
    best = max(PARTS, key=lambda k: (round(abs(means[k]), 6), -k))
    shift = float(np.angle(means[best])) / (2 * np.pi * best)
    late = [shift + step / best for step in range(-best, best + 1)]
    late = sorted((each for each in late if abs(each) <= 0.5), key=lambda each: (round(abs(each), 6), -each))
    shift = max(late, key=lambda each: round(float(np.cos(np.outer((2, 4), np.pi * (phase - each))).mean()), 6))
    left = phase - shift
    shift += float(np.median(left - np.round(left * best) / best))  # a few strays do not count
    on_grid = np.minimum(*(abs(phase * k - np.round(phase * k)) / k for k in (3, 4))) < _EXACT
    if on_grid.mean() > _MOST_EXACT:
        return 0.0
    after, before = (parts_of_phases(phase - each).min() for each in (shift, 0.0))
    return round(shift, 9) if after >= _CONSTANT and after > before + _GAIN else 0.0


def steady_tempo(seconds: Times, *, compound: bool) -> tuple[float, float] | None:
    """Return beats a minute, and the second of a beat at or near the first onset; None where no tempo is plain.

    Parameters
    ----------
    seconds : float array (onset,)
        Onsets, rising.
    compound : bool
        Whether a beat has three parts.

    Examples
    --------
    >>> beats = np.array([0, 1, 1.5, 2, 3, 3.5] * 8) + np.repeat(np.arange(8) * 4, 6)
    >>> steady_tempo(beats * 60 / 97, compound=False)[0]
    97.0
    """
    every = np.unique(seconds)
    if len(every) < _LEAST_ONSETS:
        return None
    seconds = _few(every)
    early = seconds[seconds <= seconds[0] + _WINDOW]
    span = max(float(early[-1] - early[0]), 1.0)
    rates = np.arange(_SLOWEST, _FASTEST, 1 / (_STEPS * span))
    lengths = np.array([_length(early, rate) for rate in rates.tolist()])
    rate = float(rates[np.flatnonzero(lengths >= _NEARLY * lengths.max())[0]])
    while True:  # the longer the time, the more exactly
        near = rate + np.linspace(-1, 1, 8 * _STEPS + 1) / (_STEPS * span) * 2
        rate = max(near.tolist(), key=lambda each: _length(early, each))
        if len(early) == len(seconds):
            break
        span *= 2
        early = seconds[seconds <= seconds[0] + span]
    number = np.round(rate * seconds - float(np.angle(_mean(seconds, rate))) / (2 * np.pi))
    spread = number - number.mean()
    if not spread.any():
        return None
    step = float(spread @ seconds / (spread @ spread))  # the line through all of them
    start = float(seconds.mean() - step * number.mean())
    length = _length(seconds, 1 / step) if step > 0 else 0.0
    if length < _STEADY or len(seconds) * length**2 < np.log(len(rates)) + _BY_CHANCE:
        return None
    parts = {3: 1.0, 6: 1.0} if compound else {1: 1.0, 2: 1.0, 4: 1.0, 3: _TRIPLETS}
    paces = {count: 60 / (step * count) for count in parts if _LOWEST <= 60 / (step * count) <= _HIGHEST}
    if not paces:
        return None
    density = len(every) / (every[-1] - every[0]) * 60  # notes a minute

    def likely(count: int) -> float:
        strong = 1 + _length(seconds, 1 / (step * count)) / 2
        return float(parts[count] * strong * _usual(paces[count]) * _near(density / paces[count], _NOTES_A_BEAT, 1.0))

    count = max(paces, key=likely)
    return round(float(paces[count]), 6), float(start + step * number[0])


def kept_beat(onsets: Times) -> Float[np.ndarray, " beat"] | None:
    """Return the beats that a part keeps, between its onsets as well; None for a part that does not.

    Parameters
    ----------
    onsets : float array (onset,)
        Seconds, rising.

    Examples
    --------
    >>> len(kept_beat(np.cumsum([0.5, 0.51, 0.52, 1.02, 0.5, 0.49] * 4)))
    28
    """
    times = onsets[np.append(True, np.diff(onsets) > _APART)] if len(onsets) else onsets
    if not _LEAST_ONSETS <= len(times) <= _MOST_ONSETS:
        return None
    between = np.diff(times)
    for parts in (1, 2, 3, 4):
        pace = float(np.median(between)) / parts
        beats, failures = [float(times[0])], 0
        for gap, time in zip(between.tolist(), times[1:].tolist(), strict=True):
            count = max(round(gap / pace), 1)
            if len(beats) + count > _MOST_BEATS:
                return None
            if count > _LONGEST * parts or abs(gap / count - pace) > _MISS * pace:
                failures += 1
            else:
                pace += _FOLLOWS * (gap / count - pace)
            beats += (beats[-1] + gap * np.arange(1, count) / count).tolist()
            beats.append(time)
        if failures <= _FAILURES * len(between):
            return np.array(beats)
    return None


def as_beats(pulses: Float[np.ndarray, " pulse"], onsets: Times) -> Float[np.ndarray, " beat"]:
    """Return every pulse, or every second, third or fourth: as many a minute as is usual, from the fullest on.

    Parameters
    ----------
    pulses : float array (pulse,)
        Seconds of what a part keeps.
    onsets : float array (onset,)
        Onsets of all parts.
    """
    pace = 60 / float(np.median(np.diff(pulses)))
    group = max((1, 2, 4), key=lambda each: _usual(pace / each))
    near = np.searchsorted(np.sort(onsets), pulses + _APART) - np.searchsorted(np.sort(onsets), pulses - _APART)
    first = max(range(group), key=lambda place: near[place::group].sum())
    return pulses[first::group]


def _few(seconds: Times) -> Float[np.ndarray, " kept"]:
    """Return the first onsets, and evenly chosen ones of the others where there are too many."""
    return np.concatenate([seconds[:_SOUGHT], seconds[_SOUGHT :: -(-len(seconds) // _SOUGHT)]])


def _mean(seconds: Times, rate: float) -> complex:
    return complex(np.exp(2j * np.pi * rate * seconds).mean())


def _length(seconds: Times, rate: float) -> float:
    """Return the length of the mean phase of onsets at so many steps a second."""
    return abs(_mean(seconds, rate))


def _usual(pace: float) -> float:
    """Return how usual so many beats a minute are, 0..1."""
    return _near(pace, _USUAL, _OCTAVES)


def _near(value: float, usual: float, octaves: float) -> float:
    """Return how near a value is to a usual one, 0..1, by the deviation in octaves."""
    return float(np.exp(-0.5 * (np.log2(value / usual) / octaves) ** 2))

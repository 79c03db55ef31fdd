"""Ticks as seconds, by the tempo map, and as beats, by beats that the user gives.

A performance that did not follow the file's own beats is read by given beats, each at a time in
seconds; between two of them time runs evenly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from armusic.errors import UsageError
from armusic.files import label, one_line, read_bytes
from armusic.io.readers.midi.measures import UNITS
from armusic.io.readers.options import Reading
from armusic.music.metre import TimeSignature
from armusic.shapes import Float, Int

VIRTUAL = 960  # ticks per quarter note where the file's own do not count
_MOST_BEATS = 100_000
_EARLY = 0.25  # beats by which a first note may come before a bar line and be meant on it
_MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class TempoMap:
    """Tempo changes: their ticks, their times in seconds, and the seconds per tick from there on."""

    ticks: Float[np.ndarray, " change"]
    seconds: Float[np.ndarray, " change"]
    slopes: Float[np.ndarray, " change"]

    def to_seconds(self, ticks: Int[np.ndarray, " time"] | Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
        """Return the times of ticks, in seconds."""
        row = (np.searchsorted(self.ticks, ticks, side="right") - 1).clip(0)
        return self.seconds[row] + (ticks - self.ticks[row]) * self.slopes[row]

    def to_ticks(self, seconds: Float[np.ndarray, " time"]) -> Float[np.ndarray, " time"]:
        """Return the ticks, with fractions, of times in seconds."""
        row = (np.searchsorted(self.seconds, seconds, side="right") - 1).clip(0)
        return self.ticks[row] + (seconds - self.seconds[row]) / self.slopes[row]


def tempo_map(changes: Sequence[tuple[int, int]], ticks_per_quarter: int) -> TempoMap:
    """Return the tempo map of a file.

    Parameters
    ----------
    changes : sequence of (int, int)
        Ticks, from 0 on, and microseconds per quarter note, more than 0.
    ticks_per_quarter : int
        The file's resolution.

    Examples
    --------
    >>> tempo_map([(0, 500_000), (480, 1_000_000)], 480).to_seconds(np.array([480, 960])).tolist()
    [0.5, 1.5]
    """
    ticks = np.array([tick for tick, _ in changes], dtype=float)
    slopes = np.array([each for _, each in changes]) / (_MICROSECONDS * ticks_per_quarter)
    return TempoMap(ticks, np.append(0.0, np.cumsum(np.diff(ticks) * slopes[:-1])), slopes)


@dataclass(frozen=True, slots=True)
class Clock:
    """Ticks of the file as units of score time, parts of a (virtual) tick, and back.

    Parameters
    ----------
    quarter : int
        Units per quarter note.
    ticks, units : float array (beat,)
        Times of the beats in both; empty if a tick is `UNITS` units.
    shift : int
        Units by which all notes are late, if a tick is `UNITS` units.
    """

    quarter: int
    ticks: Float[np.ndarray, " beat"]
    units: Float[np.ndarray, " beat"]
    shift: int = 0

    def to_units(self, ticks: Int[np.ndarray, " time"]) -> Int[np.ndarray, " time"]:
        """Return ticks as units."""
        if not len(self.ticks):
            return (ticks * UNITS - self.shift).clip(0)
        return np.round(np.interp(ticks, self.ticks, self.units)).astype(np.int64).clip(0)

    def to_ticks(self, unit: int) -> Fraction:
        """Return a unit as a tick, with its fraction."""
        if not len(self.ticks):
            return Fraction(unit + self.shift, UNITS)
        return Fraction(float(np.interp(unit, self.units, self.ticks))).limit_denominator(1000)


def own_clock(ticks_per_quarter: int) -> Clock:
    """Return the clock of a file that follows its own beats."""
    return Clock(UNITS * ticks_per_quarter, np.empty(0), np.empty(0))


def beat_clock(
    times: Float[np.ndarray, " beat"], tempos: TempoMap, metre: TimeSignature, downbeat: float, span: tuple[int, int]
) -> Clock:
    """Return the clock of a file with given beats.

    Parameters
    ----------
    times : float array (beat,)
        Times in seconds, at least two, rising. Before and after them, beats go on at the pace of the first
        and the last two.
    tempos : TempoMap
        Tempo map of the file.
    metre : TimeSignature
        Metre: the length of a beat, and the number of beats in a measure.
    downbeat : int
        Number, from 1, of the first beat of a measure.
    span : (int, int)
        First and last tick of the music; unit 0 is the last bar line at or before the first of them.
    """
    first, last = tempos.to_seconds(np.array(span)).tolist()
    before = max(0, int(np.ceil((times[0] - first) / (times[1] - times[0])))) + metre.beats
    behind = max(0, int(np.ceil((last - times[-1]) / (times[-1] - times[-2])))) + metre.beats
    if before + behind > _MOST_BEATS:
        raise UsageError(f"the notes go on for {before + behind} beats outside of those given: are they in seconds?")
    head = times[0] + (times[1] - times[0]) * np.arange(-before, 0)
    tail = times[-1] + (times[-1] - times[-2]) * np.arange(1, behind + 1)
    beats = np.concatenate([head, times, tail])
    number = np.arange(len(beats)) - before - (downbeat - 1)
    start = np.interp(first, beats, number)
    number = number - min(0, np.floor((start + _EARLY) / metre.beats)) * metre.beats
    quarter = UNITS * VIRTUAL
    return Clock(quarter, tempos.to_ticks(beats), number * float(metre.beat) * quarter)


def given_beats(reading: Reading, first: float, last: float) -> tuple[Float[np.ndarray, " beat"], float, int] | None:
    """Return the given beats, if any: seconds, number (from 1) of a downbeat, and beats in a measure.

    Beats by tempo start at the first note, at `first` seconds, and go on until `last`. The beats in
    a measure are 0 if they are unknown.
    """
    if reading.beats is not None:
        times, numbers = _read_beats(reading.beats)
        downbeat = reading.downbeat or 1
        if 1 in numbers and downbeat == 1:
            downbeat = numbers.index(1) + 1
        return times, downbeat, max(numbers, default=0)
    if reading.tempo is None:
        return None
    count = int((last - first) * reading.tempo / 60) + 2
    if count > _MOST_BEATS:
        raise UsageError(f"at {reading.tempo:g} beats per minute there are {count} beats: too long for one melody")
    return first + np.arange(count) * 60 / reading.tempo, reading.downbeat or 1, 0


def _read_beats(path: Path) -> tuple[Float[np.ndarray, " beat"], list[int]]:
    """Return the times in a file of beats, and their numbers in the measure if all have one."""
    times: list[float] = []
    numbers: list[int] = []
    for row, line in enumerate(read_bytes(path).decode("utf-8", "replace").splitlines(), 1):
        cells = line.replace(",", " ").split()
        if not cells or cells[0].startswith("#"):
            continue
        try:
            times.append(float(cells[0]))
            numbers += [int(float(cell)) for cell in cells[1:2]]
        except (ValueError, OverflowError):
            raise UsageError(
                f"{label(path)}, line {row}: '{one_line(line[:40])}' is not a time in seconds: write one beat a line"
            ) from None
        if not np.isfinite(times[-1]) or (len(times) > 1 and times[-1] <= times[-2]):
            raise UsageError(f"{label(path)}, line {row}: {cells[0]} does not come after the beat before it")
    if not 2 <= len(times) <= _MOST_BEATS:
        raise UsageError(f"{label(path)}: {len(times)} beats: give at least two, one a line, in seconds")
    return np.array(times), numbers if len(numbers) == len(times) else []

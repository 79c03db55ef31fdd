"""Moving notes to the tick grid, beat by beat: to sixteenths or triplets, whichever the beat's notes fit.

A beat whose notes all start and end at ticks stays as it is. Of the others, each goes to
sixteenths, unless its onsets lie clearly nearer to triplets. `following` first measures how well
the onsets follow the beats: notes that do not follow them may not be moved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from armusic.io.readers.midi.counting import rows
from armusic.io.readers.midi.measures import Span
from armusic.music.metre import Metre, TimeSignature
from armusic.music.regrouping import Counting
from armusic.music.tokenizer import tick_units
from armusic.shapes import Bool, Float, Int

Units = Int[np.ndarray, " time"]

LEAST_FOLLOWING = 0.15  # 25 ms off the beats at 120 bpm pass, another tempo does not: benchmarks/quantise.py
PARTS = (2, 3, 4)  # of a beat, in one of which onsets have a common phase
_QUARTERS = 4  # parts of the notes, each measured on its own
FEW = 8  # so few notes follow any beats by chance
_TRIPLET_COST = 0.003  # mean squared quarter notes by which triplets must be nearer
_TICK = 12  # twelfths of a quarter note are the unit of `tokenizer.tick_units`
_USUAL: Mapping[TimeSignature, Counting] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Grid:
    """The grid of the measures that are used.

    Parameters
    ----------
    starts : int array (measure,)
        Start of each measure if it were whole, in units.
    beats, steps : int arrays (measure,)
        Units per beat, and per quarter note of its kind of metre.
    inside : int array (measure, 2)
        Start and end of each in the file; the end of the last one as if it were whole.
    cut : int
        End of the file in the last one.
    points : int array (point,)
        All ticks of all measures and the bar lines behind them, in order.
    quarter : int
        Units per quarter note.
    metres : tuple of Metre
        Metre of each measure.
    bars : tuple of tuples of TimeSignature, optional
        Bar lines of the file in each, as in `armusic.music.score.Measure`.
    """

    starts: Int[np.ndarray, " measure"]
    beats: Int[np.ndarray, " measure"]
    steps: Int[np.ndarray, " measure"]
    inside: Int[np.ndarray, "measure 2"]
    cut: int
    points: Int[np.ndarray, " point"]
    quarter: int
    metres: tuple[Metre, ...]
    bars: tuple[tuple[TimeSignature, ...] | None, ...]

    def run_ends(self, at: Units) -> Units:
        """Return the end of the run of measures without a gap around each time, which is in a measure."""
        first, last = self.inside.T
        gap = np.append(first[1:] != last[:-1], True)
        ends = last[gap]
        return ends[np.searchsorted(ends, at, side="right")]


def grid(measures: Sequence[Span], quarter: int, chosen: Mapping[TimeSignature, Counting] = _USUAL) -> Grid:
    """Return the grid of the measures among spans; `chosen` says how those in other metres than models' are read."""
    read = rows(measures, quarter, chosen)
    metres = tuple(row.metre for row in read)
    steps = {metre: int(quarter * metre.scale) for metre in set(metres)}
    sizes = {metre: (int(metre.length * quarter), int(metre.beat * quarter), step) for metre, step in steps.items()}
    within = {metre: tick_units(metre) * step // _TICK for metre, step in steps.items()}
    lengths, beats, each = np.array([sizes[metre] for metre in metres], dtype=np.int64).T
    starts = np.array([row.whole for row in read], dtype=np.int64)
    ticks = [start + within[metre] for start, metre in zip(starts.tolist(), metres, strict=True)]
    ends = np.array([*(row.end for row in read[:-1]), starts[-1] + lengths[-1]], dtype=np.int64)
    return Grid(
        starts,
        beats,
        each,
        np.array([[row.start for row in read], ends], dtype=np.int64).T,
        read[-1].end,
        np.unique(np.concatenate([*ticks, ends])),
        quarter,
        metres,
        tuple(row.bars for row in read),
    )


def measure_of(on: Grid, at: Units) -> Units:
    """Return the index of the measure of each time; -1 outside of measures."""
    row = np.searchsorted(on.inside[:, 0], at, side="right") - 1
    return np.where((row >= 0) & (at < on.inside[row, 1]), row, -1)


def of_spans(on: Grid, rows: Bool[np.ndarray, " measure"], measures: Sequence[Span]) -> list[bool]:
    """Return for each span whether it has a part of one of the chosen measures."""
    before = np.append(0, np.cumsum(rows))
    first = np.searchsorted(on.inside[:, 1], [span.start for span in measures], side="right")
    last = np.searchsorted(on.inside[:, 0], [span.end for span in measures], side="left")
    return [
        span.metre is not None and bool(hit) for span, hit in zip(measures, before[last] > before[first], strict=True)
    ]


def nearest(points: Int[np.ndarray, " point"], at: Units) -> Units:
    """Return the nearest of some sorted points; of two, the earlier one."""
    after = np.searchsorted(points, at).clip(1, len(points) - 1)
    before, following = points[after - 1], points[after]
    return np.where(at - before <= following - at, before, following)


def off(on: Grid, start: Units, end: Units) -> Bool[np.ndarray, " time"]:
    """Return a mask of the notes that start or end between two ticks."""
    return (nearest(on.points, start) != start) | (nearest(on.points, end) != end)


def following(on: Grid, start: Units) -> float:
    """Return how closely notes follow the beats: 1 on them, near 0 for notes that ignore them.

    The mean cosine of the onsets' phase in a half, third or fourth of a beat, whichever is highest,
    in the part of the notes in which it is lowest: a player may lose the beats later on.
    """
    _, _, _, phase = _beats(on, start)
    return float(parts_of_phases(phase).min())


def parts_of_phases(phase: Float[np.ndarray, " time"]) -> Float[np.ndarray, " part"]:
    """Return for a few parts of the notes, in order, how closely their onsets follow the beats: see `following`."""
    parts = np.array_split(phase, max(1, min(_QUARTERS, len(phase) // FEW)))
    return np.array([np.cos(2 * np.pi * np.outer(PARTS, part)).mean(axis=1).max() for part in parts])


def snap(on: Grid, start: Units, end: Units, slack: int) -> tuple[Units, Units]:
    """Return the starts and ends of notes on the grid; each is at least a tick long.

    Parameters
    ----------
    on : Grid
        Grid; every note starts in one of its measures.
    start, end : int array (time,)
        Units.
    slack : int
        Units by which a time may miss a tick and still count as exact: the file's own rounding.
    """
    both = np.concatenate([start, end])
    onset = np.arange(len(both)) < len(start)
    tick = nearest(on.points, both)
    exact = abs(tick - both) <= slack
    number, origin, step, phase = _beats(on, both)
    beats = int(number.max(initial=0)) + 1
    fourths, thirds = np.round(phase * 4) / 4, np.round(phase * 3) / 3
    onsets = np.maximum(np.bincount(number[onset], minlength=beats), 1)
    far, farther = (np.bincount(number[onset], (phase - to)[onset] ** 2, beats) / onsets for to in (thirds, fourths))
    compound = (on.beats > on.steps)[(np.searchsorted(on.starts, both, side="right") - 1).clip(0)]
    triplets = (far + _TRIPLET_COST < farther)[number] & ~compound
    moved = origin + np.round(np.where(triplets, thirds, fourths) * step).astype(np.int64)
    stays = np.where(onset, (np.bincount(number[onset & ~exact], minlength=beats) == 0)[number], exact)
    to = np.where(stays, tick, moved)
    begin, stop = to[: len(start)], to[len(start) :]
    step = step[: len(start)]
    least = begin + np.where(triplets[: len(start)], step // 3, step // 4)
    following = on.points[np.searchsorted(on.points, begin, side="right").clip(0, len(on.points) - 1)]
    least = np.where(nearest(on.points, least) == least, least, following)
    return begin, np.maximum(stop, least)


def _beats(on: Grid, at: Units) -> tuple[Units, Units, Units, Float[np.ndarray, " time"]]:
    """Return for each time the number and the start of its beat, a step in it, and the steps from that start."""
    row = (np.searchsorted(on.starts, at, side="right") - 1).clip(0)
    beat = (at - on.starts[row]) // on.beats[row]
    origin, step = on.starts[row] + beat * on.beats[row], on.steps[row]
    most = int((at.max(initial=0) - on.starts[0]) // on.beats.min()) + 2 if len(at) else 1
    return np.unique(row * most + beat, return_inverse=True)[1].reshape(-1), origin, step, (at - origin) / step

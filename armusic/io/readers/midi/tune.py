"""The tune of a MIDI file: notes and measures in quarter notes, tempos, and the file around it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from armusic.io.readers.midi import quantise
from armusic.io.readers.midi.clock import Clock, TempoMap
from armusic.io.readers.midi.measures import UNITS
from armusic.io.readers.midi.parts import Part
from armusic.music import keys, smf
from armusic.music.score import DEFAULT_BPM, Key, Measure, Note, Origin, Tune

_MAX_DIGITS = 7


def build(
    file: smf.MidiData,
    part: Part,
    grid: quantise.Grid,
    clock: Clock,
    changes: tuple[TempoMap, Sequence[tuple[int, Key]]],
    timing: tuple[quantise.Units, quantise.Units, quantise.Units],
    *,
    groove: bool,
    score: bool = False,
) -> Tune:
    """Return a tune of the measures of a grid.

    Parameters
    ----------
    file, part, grid, clock
        File, its melody, its grid and its times.
    changes : (TempoMap, sequence of (int, Key))
        Tempos of the file, and key signatures by tick.
    timing : three int arrays (note,)
        Indices in the part of the notes that stay, and their starts and ends, in units.
    groove : bool
        Whether moved notes are as early or late as they were, as in `Origin`.
    score : bool
        Whether the file is that of a score, as in `Origin`.
    """
    places, start, stop = timing
    tempos, signs = changes
    measures: list[Measure] = []
    at = Fraction(0)
    for metre, bars in zip(grid.metres, grid.bars, strict=True):
        measures.append(Measure(at, metre, bars))
        at += metre.length
    row = quantise.measure_of(grid, np.maximum(start, grid.inside[0, 0]))
    notes = tuple(
        Note(
            measures[index].start + Fraction(begin - first, grid.quarter),
            Fraction(end - begin, grid.quarter),
            pitch,
            velocity,
        )
        for index, first, begin, end, pitch, velocity in zip(
            row.tolist(),
            grid.starts[row].tolist(),
            start.tolist(),
            stop.tolist(),
            part.pitch[places].tolist(),
            part.velocity[places].tolist(),
            strict=True,
        )
    )
    # The start of a pickup and the end of a track are no notes: where they are between two ticks, the nearest counts.
    begins, cut = quantise.nearest(grid.points, np.array([grid.inside[0, 0], grid.cut])).tolist()
    front = min(Fraction(begins - int(grid.starts[0]), grid.quarter), notes[0].start)
    back = Fraction(int(grid.inside[-1, 1]) - max(cut, int(stop[-1])), grid.quarter)
    clocked = _clock(grid, measures, clock)
    struck = clock.to_units(part.start)
    homes = quantise.measure_of(grid, quantise.nearest(grid.points, struck))
    homes[quantise.measure_of(grid, struck) < 0] = -1  # in a passage
    homes[places] = row
    origin = Origin(
        file,
        part.track,
        part.channel,
        tuple(measures),
        notes,
        tuple(places.tolist()),
        tuple(homes.tolist()),
        clocked,
        groove,
        score,
    )
    key, key_changes = keys.signatures((origin.quarter(Fraction(tick)), key) for tick, key in signs)
    return Tune(
        notes,
        tuple(measures),
        key=key,
        tempos=_tempos(file, tempos, clocked, clock, at),
        program=part.program,
        padding=(front, back),
        origin=origin,
        key_changes=key_changes,
    )


def _clock(
    grid: quantise.Grid, measures: Sequence[Measure], clock: Clock
) -> tuple[tuple[Fraction, Fraction, Fraction], ...]:
    """Return the tune's clock: a line for each run of measures without a gap, or for each given beat."""
    lines = []
    beats = np.round(clock.units).astype(np.int64)
    for row, (start, end) in enumerate(grid.inside.tolist()):
        if start == end or (
            row and grid.inside[row - 1, 1] == start and grid.inside[:row].any() and not len(clock.units)
        ):
            continue
        between = slice(*np.searchsorted(beats, [start + 1, end]).tolist())
        knots = [start, *beats[between].tolist(), end]
        for unit, until in pairwise(knots):
            quarter = measures[row].start + Fraction(unit - int(grid.starts[row]), grid.quarter)
            tick = clock.to_ticks(unit)
            lines.append((quarter, tick, (clock.to_ticks(until) - tick) / Fraction(until - unit, grid.quarter)))
    return tuple(lines)


def _tempos(
    file: smf.MidiData,
    tempos: TempoMap,
    lines: Sequence[tuple[Fraction, Fraction, Fraction]],
    clock: Clock,
    end: Fraction,
) -> tuple[tuple[Fraction, float], ...]:
    """Return the tempo changes of a tune, in quarter notes per minute; only the median of given beats."""
    if len(clock.ticks):
        seconds = np.diff(tempos.to_seconds(clock.ticks))
        quarters = np.diff(clock.units) / clock.quarter
        return ((Fraction(0), round(float(np.median(60 * quarters / seconds)), 2)),)
    changes: dict[Fraction, float] = {Fraction(0): DEFAULT_BPM}
    ticks = tempos.ticks.astype(np.int64).tolist()
    rates = [bpm(round(slope * file.ticks_per_quarter * 1e6)) for slope in tempos.slopes.tolist()]
    for quarter, tick, _ in lines:  # tempo at the start of a run of measures
        changes[quarter if quarter > lines[0][0] else Fraction(0)] = rates[max(bisect_right(ticks, tick) - 1, 0)]
    late = Fraction(clock.shift, UNITS)  # a tempo stands where the note that it belongs to should
    for tick, rate in zip(ticks, rates, strict=True):
        index = max(bisect_right([line[1] for line in lines], tick + late) - 1, 0)
        quarter = lines[index][0] + (tick + late - lines[index][1]) / lines[index][2]
        until = lines[index + 1][0] if index + 1 < len(lines) else end
        if lines[0][0] < quarter < until:
            changes[quarter] = rate
    ordered = sorted(changes.items())
    return tuple(change for index, change in enumerate(ordered) if index == 0 or change[1] != ordered[index - 1][1])


def bpm(microseconds: int) -> float:
    """Return the tempo with the fewest decimals that a quarter note of so many microseconds stands for.

    A file keeps whole microseconds: 110 beats per minute become 545454, which is 110.00011, or 545455.

    Examples
    --------
    >>> bpm(545454), bpm(545455), bpm(500000)
    (110.0, 110.0, 120.0)
    """
    exact = smf.MINUTE / microseconds
    for digits in range(_MAX_DIGITS):
        rounded = round(exact, digits)
        if rounded and abs(smf.MINUTE / rounded - microseconds) < 1:  # programs round it up or down
            return rounded
    return exact

"""Notes on the tick grid: measures that pass through as they are, and notes that are moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from armusic.errors import OffGridError
from armusic.files import counted, label
from armusic.io.readers.midi import fine, quantise
from armusic.io.readers.midi.clock import Clock, TempoMap
from armusic.io.readers.midi.measures import UNITS, Span, place
from armusic.io.readers.options import Reading, Remark
from armusic.music.metre import TimeSignature
from armusic.music.regrouping import Counting
from armusic.shapes import Bool, Int

Kept = Int[np.ndarray, " kept"]

_SHOWN = 4  # measures that a remark names
_MOST_CROWDED = 0.5  # share of the measures with notes that may have too many to be moved


def without_off_grid(
    measures: list[Span],
    times: tuple[quantise.Units, quantise.Units],
    quarter: int,
    countings: Mapping[TimeSignature, Counting],
    reading: Reading,
    source: str,
    *,
    written: bool = False,
) -> tuple[list[Span], list[Remark]]:
    """Return the spans, in which measures that cannot be on the grid are passages, and a remark on those.

    Where notes may not be moved, these are the measures with notes off the grid; else those with notes that are
    written too finely for it, or that are too many for its ticks. In a score all are `written`: there the
    measures with notes off the grid pass through if any others remain.

    Raises
    ------
    OffGridError
        If no measure remains, or notes off the grid are to be refused.
    """
    if reading.strict:
        return measures, []
    start, stop = times
    grid = quantise.grid(measures, quarter, countings)
    inside = quantise.measure_of(grid, start) >= 0
    start, stop = start[inside], np.minimum(stop[inside], grid.run_ends(start[inside]))
    off_grid = quantise.off(grid, start, stop)
    if not off_grid.any():
        return measures, []
    if reading.quantize == "auto":
        return _without_fine(measures, grid, start, stop, source, off_grid & written)
    first = place(measures, int(start[off_grid.argmax()]), quarter)
    if reading.quantize == "strict":
        raise OffGridError(
            f"{source}, {first}: a note starts or ends between the six ticks of a beat: quantise it to sixteenths or"
            " triplets, or leave out the option quantize=strict"
        )
    touched = [
        span.metre is not None and bool(((start < span.end) & (stop > span.start) & off_grid).any())
        for span in measures
    ]
    remaining = [
        replace(span, metre=None, why="has notes off the grid") if hit else span
        for span, hit in zip(measures, touched, strict=True)
    ]
    if all(span.metre is None for span in remaining):
        raise OffGridError(
            f"{source}: no measure is on the grid of six ticks per beat: leave out the option quantize=off"
        )
    return remaining, [_passing(measures, remaining, f"notes off the grid (first {first})")]


def _without_fine(
    measures: list[Span],
    grid: quantise.Grid,
    start: quantise.Units,
    stop: quantise.Units,
    source: str,
    off: Bool[np.ndarray, " note"],
) -> tuple[list[Span], list[Remark]]:
    """Return the spans, in which measures whose notes are too fine for the grid, or known to be off, are passages."""
    if not len(start):
        return measures, []
    used = np.bincount(quantise.measure_of(grid, start), minlength=len(grid.starts)) > 0
    hit = fine.written(grid, start, stop)
    if off.any():
        rows = np.zeros(len(grid.starts), dtype=bool)
        rows[quantise.measure_of(grid, start[off])] = rows[quantise.measure_of(grid, stop[off] - 1)] = True
        if not rows[used].all():
            hit = fine.Fine(rows, hit.what or "notes of other lengths")
    if not hit.rows.any():
        begin, _ = snapped(grid, start, stop)
        hit = fine.crowded(grid, start, begin)
        if hit.rows.sum() > _MOST_CROWDED * used.sum():
            return measures, []
    if not hit.rows.any():
        return measures, []
    of_spans = quantise.of_spans(grid, hit.rows, measures)
    if hit.rows[used].all() or all(each or not span.metre for span, each in zip(measures, of_spans, strict=True)):
        if _follows(grid, start):  # better moved than none at all
            return measures, []
        raise OffGridError(
            f"{source}: all its measures have {hit.what}, which the grid of sixteenths and triplets cannot hold: none"
            " can be used"
        )
    why = f"{hit.what}, which the grid of sixteenths and triplets cannot hold"
    spans = [
        replace(span, metre=None, why=f"has {why}") if each else span
        for span, each in zip(measures, of_spans, strict=True)
    ]
    return spans, [_passing(measures, spans, why)]


def _passing(before: Sequence[Span], after: Sequence[Span], why: str) -> Remark:
    """Return a remark on the measures that have become passages."""
    labels = [new.label for old, new in zip(before, after, strict=True) if old.metre and not new.metre]
    which, have, left = ("measure", "has", "it is") if len(labels) == 1 else ("measures", "have", "they are")
    return Remark(f"{which} {listed(labels)} {have} {why}: left as {left}")


def on_grid(
    grid: quantise.Grid,
    start: quantise.Units,
    stop: quantise.Units,
    clock: Clock,
    tempos: TempoMap,
    reading: Reading,
    source: str,
) -> tuple[quantise.Units, quantise.Units, list[Remark]]:
    """Return notes moved to the grid, and a remark on the distance, unless it is a mere rounding.

    Raises
    ------
    OffGridError
        If they do not follow the beats.
    """
    if not quantise.off(grid, start, stop).any():
        return start, stop, []
    if not _follows(grid, start):
        raise OffGridError(f"{source}: {_unfitting(reading)}")
    begin, end = snapped(grid, start, stop)
    limit = grid.run_ends(start)
    begin = np.minimum(begin, limit - clock.quarter // 4)
    end = np.minimum(end, limit)
    moved = [
        f"{_share(far)} {what} by up to {_distance(before, after, clock, tempos)}"
        for what, before, after in (("starts", start, begin), ("ends", stop, end))
        if (far := abs(before - after) > _rounding(grid)).any()
    ]
    return begin, end, [Remark(f"notes are moved to the grid: {', and '.join(moved)}")] if moved else []


def _unfitting(reading: Reading) -> str:
    """Return in words which beats notes do not follow, those of the file or those that were typed, and a remedy.

    Examples
    --------
    >>> _unfitting(Reading(downbeat=2.1))
    'its notes do not follow its own beats from a downbeat of 2.1: give a whole number with the option downbeat'
    """
    between = reading.downbeat is not None and reading.downbeat % 1 > 0
    remedies = ["give a whole number with the option downbeat"] if between else []
    if reading.tempo is not None:
        which = f"its notes do not follow the given tempo, {reading.tempo:g} beats a minute"
        remedies.append("leave out the option tempo, so that the tempo is looked for")
        remedies.append("give the time of each beat with the option beats")
    elif reading.beats is not None:
        which = f"its notes do not follow the beats in {label(reading.beats)}"
        remedies.append("give the time of each of its own beats, in seconds from the start of the file")
        remedies.append("leave out the option beats")
    elif between:
        which = "its notes do not follow its own beats"
    else:
        which = "its notes do not follow its own beats (as when played without a click)"
        remedies = ["give the beats with the option beats or the option tempo", "quantise it in a DAW"]
    return f"{which}{f' from a downbeat of {reading.downbeat:g}' if between else ''}: {', or '.join(remedies)}"


def snapped(grid: quantise.Grid, start: quantise.Units, stop: quantise.Units) -> tuple[quantise.Units, quantise.Units]:
    """Return starts and ends on the grid; what misses it by a tick of the file counts as exact."""
    return quantise.snap(grid, start, stop, _rounding(grid))


def _rounding(grid: quantise.Grid) -> int:
    """Return the units by which a time may miss a tick of the grid and be rounded only."""
    return min(UNITS, grid.quarter // 48)


def _follows(grid: quantise.Grid, start: quantise.Units) -> bool:
    return len(start) < quantise.FEW or quantise.following(grid, start) >= quantise.LEAST_FOLLOWING


def _share(mask: Bool[np.ndarray, " note"]) -> str:
    return f"all {len(mask)}" if mask.all() else f"{mask.sum()} of {len(mask)}"


def _distance(before: quantise.Units, after: quantise.Units, clock: Clock, tempos: TempoMap) -> str:
    """Return in words how far a time is moved at most."""
    far = int(abs(before - after).argmax())
    ticks = np.array([float(clock.to_ticks(int(times[far]))) for times in (before, after)])
    ms = 1000 * abs(float(np.diff(tempos.to_seconds(ticks))[0]))
    return f"{abs(int(before[far] - after[far])) / clock.quarter:.2g} of a quarter note ({ms:.0f} ms)"


def one_at_a_tick(
    places: quantise.Units, start: quantise.Units, stop: quantise.Units
) -> tuple[Kept, Kept, Kept, list[Remark]]:
    """Return the longest note of each tick, cut where the next one starts."""
    order = np.lexsort((start - stop, start))
    first = np.append(True, np.diff(start[order]) > 0)
    longest = order[first]
    lost = len(start) - len(longest)
    verb = "fall on the tick of longer ones, and are" if lost > 1 else "falls on the tick of a longer one, and is"
    remarks = [Remark(f"{counted(lost, 'note')} {verb} left out")] if lost else []
    start, stop = start[longest], stop[longest]
    return places[longest], start, np.minimum(stop, np.append(start[1:], stop[-1:])), remarks


def listed(labels: Sequence[str]) -> str:
    """Return the numbers of measures in words, the first few of many.

    Examples
    --------
    >>> listed(["3"]), listed(["3", "5-8"]), listed([str(n) for n in range(1, 10)])
    ('3', '3 and 5-8', '1, 2, 3, 4 and 5 more')
    """
    if len(labels) > _SHOWN + 1:
        return f"{', '.join(labels[:_SHOWN])} and {len(labels) - _SHOWN} more"
    return " and ".join(filter(None, [", ".join(labels[:-1]), labels[-1]]))

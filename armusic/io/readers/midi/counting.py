"""From the measures of a MIDI file to those of a model, where they differ: see `armusic.music.regrouping`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from armusic.errors import MetreError
from armusic.io.readers.midi.clock import Clock
from armusic.io.readers.midi.measures import Span, is_own
from armusic.io.readers.midi.parts import Part
from armusic.io.readers.options import Remark
from armusic.music import regrouping, smf
from armusic.music.metre import Metre, TimeSignature, unsupported
from armusic.music.regrouping import Counting
from armusic.music.score import Measure
from armusic.shapes import Bool, Int

Units = Int[np.ndarray, " time"]
Accents = Int[np.ndarray, " accent"]


class Row(NamedTuple):
    """A measure of a model.

    Parameters
    ----------
    start, end : int
        Units from the start of the file.
    whole : int
        Start if it were whole.
    metre : Metre
        Metre of the row.
    bars : tuple of TimeSignature, optional
        Bars of the file, as in `armusic.music.score.Measure`.
    """

    start: int
    end: int
    whole: int
    metre: Metre
    bars: tuple[TimeSignature, ...] | None


def rows(measures: Sequence[Span], quarter: int, chosen: Mapping[TimeSignature, Counting]) -> list[Row]:
    """Return the measures of a model in those of a file, with the bar lines of these.

    Parameters
    ----------
    measures : sequence of Span
        Measures of the file; a first one that is cut short is a pickup, and so is one in which the melody begins late.
    quarter : int
        Units per quarter note.
    chosen : mapping of TimeSignature to Counting
        Reading of the measures in each time signature.

    Examples
    --------
    >>> three = [Span(at, at + 18, Metre(3, 8), "") for at in (0, 18, 36)]
    >>> [(row.start, row.end, str(row.metre)) for row in rows(three, 12, {})]
    [(0, 36, '6/8'), (36, 54, '3/8')]
    """
    metres = [span.metre for span in measures]
    used = [place for place, metre in enumerate(metres) if metre]
    pickup = len(used) > 1 and _cut_short(measures[0], quarter)
    result: list[Row] = []
    laid_out: dict[tuple[object, ...], list[tuple[int, Measure]]] = {}
    alone = [*[0] * pickup, *(place for place, span in enumerate(measures) if span.upbeat)]
    for group in regrouping.groups(metres, chosen, alone):
        first, last = measures[group.first], measures[group.last - 1]
        key = (first.metre, *group.metres)
        if key not in laid_out:
            new = regrouping.measures(group, metres, Fraction(0))
            laid_out[key] = [(int(part.start * quarter), part) for part in new]
        parts = laid_out[key]
        whole = first.start
        if pickup and group.first == used[0]:
            whole = first.end - parts[-1][0] - int(parts[-1][1].metre.length * quarter)
        starts = [whole + at for at, _ in parts]
        for (_, part), start, following in zip(parts, starts, [*starts[1:], None], strict=True):
            end = last.end if following is None else max(following, first.start)
            result.append(Row(max(start, first.start), end, start, part.metre, part.bars))
    return result


def with_upbeat(measures: Sequence[Span], first: int) -> list[Span]:
    """Return the measures; that in which the first note begins, in units, is an upbeat if it begins late."""
    return [replace(span, upbeat=span.start < first < span.end) for span in measures]


def _cut_short(span: Span, quarter: int) -> bool:
    """Return whether a measure is not whole in the file."""
    return span.metre is not None and span.end - span.start < span.metre.length * quarter


def chosen(
    measures: Sequence[Span],
    quarter: int,
    melody: tuple[Units, Units],
    accents: tuple[Accents, Accents],
    source: str,
) -> tuple[dict[TimeSignature, Counting], list[Remark]]:
    """Return how the measures in each time signature are read, and remarks on those that no model has.

    Parameters
    ----------
    measures : sequence of Span
        Measures of the file.
    quarter : int
        Units per quarter note.
    melody, accents : two int arrays (note,)
        Starts and ends, in units, of the notes that are to lie on the grid, and of all that show where measures divide.
    source : str
        Name of the file in messages.
    """
    others = {span.metre: span for span in reversed(measures) if span.metre and not is_own(span.metre)}
    if not others:
        return {}, []
    starts = np.array([span.start for span in measures])
    if len(measures) > 1 and measures[0].metre:
        starts[0] = measures[0].end - int(measures[0].metre.length * quarter)
    counted: dict[TimeSignature, Counting] = {}
    remarks: list[Remark] = []
    for metre, span in reversed(others.items()):
        own = np.array([each.metre == metre for each in measures], dtype=bool)
        melodic, accented = (_inside(notes, starts, own, quarter) for notes in (melody, accents))
        counted[metre] = regrouping.choose(metre, melodic, accented)
        remarks.append(
            Remark(
                regrouping.description(metre, counted[metre]),
                MetreError(f"{source}, measure {span.label}: {unsupported(str(metre))}"),
            )
        )
    return counted, remarks


def _inside(
    notes: tuple[Units, Units],
    starts: Int[np.ndarray, " measure"],
    chosen: Bool[np.ndarray, " measure"],
    quarter: int,
) -> regrouping.Notes:
    """Return the notes in some measures, by their places in these."""
    start, end = notes
    row = (np.searchsorted(starts, start, side="right") - 1).clip(0)
    here = chosen[row]
    return regrouping.Notes((start - starts[row])[here] / quarter, (end - start)[here] / quarter)


def accents(parts: Sequence[Part], clock: Clock) -> tuple[Accents, Accents]:
    """Return the starts and ends, in units, of all notes but the drums'; of those where there are no others."""
    sounding = [part for part in parts if part.channel != smf.DRUMS] or parts
    start, end = (np.concatenate([getattr(part, name) for part in sounding]) for name in ("start", "end"))
    return clock.to_units(start), clock.to_units(end)

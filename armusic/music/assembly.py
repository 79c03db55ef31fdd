"""A tune of full measures from measures as written: pickups, split measures and a short end are filled up.

Measures in other metres than a model's own become measures of these: see `armusic.music.regrouping`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from armusic.errors import MeasureLengthError, NoNotesError, PolyphonyError
from armusic.music import regrouping
from armusic.music.metre import TimeSignature
from armusic.music.score import DEFAULT_BPM, Key, Measure, Metre, Note, Tune


@dataclass(frozen=True, slots=True)
class Bar:
    """A measure as written: its own length may differ from its metre's.

    Parameters
    ----------
    metre : TimeSignature
        Time signature in force: one that `regrouping.countings` knows.
    length : Fraction
        Length of its notes and rests, in quarter notes.
    closes : bool
        Whether a repeat sign or a double bar follows it: where a tune may return to a pickup.
    label : str
        Number that messages name it by.
    """

    metre: TimeSignature
    length: Fraction
    closes: bool = False
    label: str = ""


def check_monophonic(notes: Sequence[Note], where: str) -> None:
    """Raise `PolyphonyError` at the first of the sorted `notes` that starts before the one before it ends."""
    for first, second in pairwise(notes):
        if second.start < first.end:
            raise PolyphonyError(
                f"{where}, quarter note {float(second.start):g}: pitch {second.pitch} starts while {first.pitch} still"
                " sounds: one voice is needed"
            )


def assemble(
    notes: Iterable[Note],
    bars: Sequence[Bar],
    *,
    source: str,
    title: str = "",
    key: Key | None = None,
    tempos: tuple[tuple[Fraction, float], ...] = ((Fraction(0), DEFAULT_BPM),),
    program: int = 0,
    chords: tuple[tuple[Fraction, frozenset[int]], ...] = (),
    key_changes: tuple[tuple[Fraction, Key], ...] = (),
) -> Tune:
    """Make a tune of full measures from measures as written, repeats already played out.

    A short first bar is a pickup: rests are put in front of it. A short bar that ends at a repeat or a double
    bar and the short bar after it make one measure if they are as long as one. The last bar is filled up.

    Parameters
    ----------
    notes : iterable of Note
        Notes, sorted; starts count from the start of the first bar.
    bars : sequence of Bar
        Bars in playing order; empty ones (length 0) are dropped.
    source, title, key, tempos, program, chords, key_changes
        Fields of the tune: see `Tune`.

    Raises
    ------
    NoNotesError
        Without notes or bars.
    MeasureLengthError
        For a bar of another length than its metre's that no rule above explains.

    Examples
    --------
    >>> common = Metre(4, 4)
    >>> bars = [Bar(common, Fraction(1)), Bar(common, Fraction(4))]
    >>> tune = assemble([Note(Fraction(0), Fraction(1), 67)], bars, source="t")
    >>> [(float(n.start), n.pitch) for n in tune.notes], len(tune.measures), tune.padding
    ([(3.0, 67)], 2, (Fraction(3, 1), Fraction(0, 1)))
    """
    bars = [bar for bar in bars if bar.length]
    notes = tuple(notes)
    if not (notes and bars):
        raise NoNotesError(f"{source}: no notes in it")
    check_monophonic(notes, source)
    front = back = Fraction(0)
    starts: list[Fraction] = []
    metres: list[TimeSignature] = []
    at = Fraction(0)
    waiting: Bar | None = None  # a short bar before a repeat or double bar
    for index, bar in enumerate(bars):
        length = bar.length + (waiting.length if waiting else 0)
        missing = bar.metre.length - length
        last = index == len(bars) - 1
        if missing > 0 and index == 0 and not last:
            front, missing = missing, Fraction(0)
        elif missing > 0 and last:
            back, missing = missing, Fraction(0)
        elif missing > 0 and bar.closes and not waiting:
            waiting = bar
            continue
        if missing:
            raise MeasureLengthError(
                f"{source}, measure {(waiting or bar).label or index + 1}: {float(length):g} quarter notes long,"
                f" but {bar.metre} has {float(bar.metre.length):g}"
            )
        starts.append(at)
        metres.append(bar.metre)
        at += bar.metre.length
        waiting = None
    if front:
        notes = tuple(replace(note, start=note.start + front) for note in notes)
        tempos = tuple((start + front if start else start, bpm) for start, bpm in tempos)
        chords = tuple((start + front, classes) for start, classes in chords)
        key_changes = tuple((start + front, changed) for start, changed in key_changes)
    measures = _measures(notes, starts, metres, pickup=bool(front))
    padding = (front, back)
    return Tune(notes, measures, title, source, key, tempos, program, padding, chords=chords, key_changes=key_changes)


def _measures(
    notes: Sequence[Note], starts: Sequence[Fraction], metres: Sequence[TimeSignature], *, pickup: bool
) -> tuple[Measure, ...]:
    """Return the measures of a model in full measures of a file."""
    if all(isinstance(metre, Metre) and metre.own for metre in set(metres)):
        return tuple(Measure(at, metre) for at, metre in zip(starts, metres, strict=True))  # type: ignore[arg-type]
    rows = [bisect_right(starts, note.start) - 1 for note in notes]
    inside: defaultdict[TimeSignature, list[tuple[float, float]]] = defaultdict(list)
    for row, note in zip(rows, notes, strict=True):
        inside[metres[row]].append((float(note.start - starts[row]), float(note.duration)))
    chosen = {}
    for metre in dict.fromkeys(metres):
        timed = regrouping.Notes(*np.array(inside[metre], dtype=float).reshape(-1, 2).T)
        chosen[metre] = regrouping.choose(metre, timed, timed)
    return tuple(
        measure
        for group in regrouping.groups(metres, chosen, [0] * pickup)
        for measure in regrouping.measures(group, metres, starts[group.first])
    )

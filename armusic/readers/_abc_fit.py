"""From measures as they are written to measures that `armusic.score.assemble` can put together.

A written book is not strict where a part ends: what a musician sets right without a thought
is set right here, and logged.

- A repeat that goes back to a pickup, after a measure that leaves no room for it, goes back
  to the measure after the pickup.
- A short measure at a repeat or a double bar, before a whole one or before a pickup that
  does not complete it, gets a rest.
- Two short measures that make a whole one are one, whatever bar line divides them.
- A measure that is two or more measures long exactly has lost its bar lines.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from armusic.readers._abc_fields import UNITS
from armusic.readers._abc_written import BarLine, Written

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Step:
    """A written measure, as it is played.

    Parameters
    ----------
    place : int
        Its place among the written measures.
    lengths : tuple of int
        The lengths, in `UNITS`, of the measures that it makes, with the rest.
    rest : int
        `UNITS` of rest that are added behind it.
    closes : bool
        Whether it may be completed by the next one.
    """

    place: int
    lengths: tuple[int, ...] = ()
    rest: int = 0
    closes: bool = False


def fit(bars: Sequence[Written], lines: Sequence[BarLine], order: Sequence[int], source: str) -> list[Step]:
    """Return the measures in playing order, set right where it is clear how.

    Parameters
    ----------
    bars : sequence of Written
        As written.
    lines : sequence of BarLine
        The bar line before each, and the last one.
    order : sequence of int
        Places in `bars`, in playing order.
    source : str
        What log messages call the tune.
    """
    steps: list[Step] = []
    begun = 0  # what is there of the measure from the one before
    skipped = -1  # the index of a pickup that is left out
    for index, place in enumerate(order):
        if index == skipped:
            continue
        bar, full = bars[place], bars[place].metre.units or 0
        following = bars[order[index + 1]] if index + 1 < len(order) else None
        jumps = following is not None and order[index + 1] != place + 1
        closes = jumps or lines[place + 1].closes
        length, rest = begun + bar.units, 0
        if full and length % full == 0:
            lengths = (full - begun, *[full] * (length // full - 1))
            begun = 0
            if jumps and order[index + 1] <= place and _is_pickup(bars, order, index + 1):
                skipped = index + 1
                log.warning("%s, measure %s: no room for the pickup when it is repeated", source, bar.label)
        elif (
            following is not None
            and index
            and not begun
            and length < full
            and (closes or length + following.units == full)
        ):
            whole = following.metre.units or 0
            if whole and following.units % whole == 0:
                rest = full - length
            elif (length + following.units) % full:
                rest = max(0, full - length - following.units)
            begun = (length + rest) % full
            closes = True
            lengths = (bar.units + rest,)
        else:
            lengths, begun = (bar.units,), 0
        if rest:
            log.warning("%s, measure %s: a rest of %g quarter notes is put behind it", source, bar.label, rest / UNITS)
        steps.append(Step(place, lengths, rest, closes))
    return steps


def _is_pickup(bars: Sequence[Written], order: Sequence[int], index: int) -> bool:
    """Return whether a whole measure follows the short one at `index`, to which a repeat goes back."""
    if index + 1 == len(order) or order[index + 1] != order[index] + 1:
        return False
    short, whole = bars[order[index]], bars[order[index + 1]]
    return short.units < (short.metre.units or 0) and whole.units == whole.metre.units

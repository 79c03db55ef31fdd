"""From measures as they are written to measures that `armusic.music.assembly.assemble` can put together.

Written scores are loose where a section ends. What any musician would correct is corrected here,
and reported.

- A repeat that goes back to a pickup, after a measure that leaves no room for it, goes back
  to the measure after the pickup.
- A short measure at a repeat or a double bar, before a whole one or before a pickup that
  does not complete it, gets a rest.
- Two short measures that make a whole one are one, whatever bar line divides them.
- A measure that is two or more measures long exactly has lost its bar lines. Any other of a wrong length keeps it.
- Rests that fill up the measure before a pickup in the same metre make room for it (MusicXML
  only: that is what some programs write).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from armusic.io.readers.options import Remark
from armusic.io.readers.score.sheet import UNITS, BarLine, WrittenMeasure

_SHOWN = 4  # measures in a remark
_SIXTEENTHS = 4  # in a quarter note


NUMBERS = "numbers are the score's own: elsewhere, measures are counted as played, a pickup as the first"


@dataclass(frozen=True, slots=True)
class Step:
    """A written measure, as it is played.

    Parameters
    ----------
    place : int
        Index of the measure among the written ones.
    lengths : tuple of int
        Lengths, in `UNITS`, of the measures that it makes, with the rest.
    rest : int
        `UNITS` of rest added behind it; negative where rest is taken away.
    closes : bool
        Whether it may be completed by the next one.
    """

    place: int
    lengths: tuple[int, ...] = ()
    rest: int = 0
    closes: bool = False


def fit(
    bars: Sequence[WrittenMeasure], lines: Sequence[BarLine], order: Sequence[int]
) -> tuple[list[Step], list[Remark]]:
    """Return the measures in playing order, corrected where it is clear how, and a remark on each correction.

    Parameters
    ----------
    bars : sequence of WrittenMeasure
        Written measures.
    lines : sequence of BarLine
        Bar line before each measure, and the last one.
    order : sequence of int
        Places in `bars`, in playing order.
    """
    steps: list[Step] = []
    rests: dict[str, int] = {}  # units behind a measure, by its label
    no_room: list[str] = []  # labels
    joined: dict[str, int] = {}  # measures in a measure, by its label
    odd: dict[str, WrittenMeasure] = {}  # measures of a wrong length, by their labels
    carried = 0  # units of this measure that the one before holds
    skipped = -1  # the index of a pickup that is left out
    played: dict[str, int] = {}  # number of a measure when it is first played, by its label
    count = 0  # of measures so far
    for index, place in enumerate(order):
        if index == skipped:
            continue
        bar, full = bars[place], bars[place].metre.units or 0
        following = bars[order[index + 1]] if index + 1 < len(order) else None
        jumps = following is not None and order[index + 1] != place + 1
        closes = jumps or lines[place + 1].closes
        length, rest, shared = carried + bar.units, 0, int(carried > 0)
        played.setdefault(bar.label, count + 1 - shared)
        lengths: tuple[int, ...] = (bar.units,)
        whole = following.metre.units or 0 if following else 0
        pickup = following is not None and full == whole and following.units < whole
        if following and pickup and closes and length == full and following.units <= bar.silent:
            rest = -following.units
            lengths = (bar.units + rest,)
            carried = full + rest
        elif full and length % full == 0:
            lengths = (full - carried, *[full] * (length // full - 1))
            carried = 0
            if bar.units > full:
                joined[bar.label] = len(lengths)
            if jumps and order[index + 1] <= place and _is_pickup(bars, order, index + 1):
                skipped = index + 1
                no_room.append(bar.label)
        elif (
            following is not None
            and index
            and not carried
            and length < full
            and (closes or length + following.units == full)
        ):
            if whole and following.units % whole == 0:
                rest = full - length
            elif (length + following.units) % full:
                rest = max(0, full - length - following.units)
            carried = (length + rest) % full
            closes = True
            lengths = (bar.units + rest,)
        else:
            carried = 0
            wrong = bar.units > full or (bar.units < full and index and following)
            if full and wrong and bar.units * _SIXTEENTHS % UNITS == 0:  # any other is no metre, which is reported
                odd[bar.label] = bar
        if rest > 0:
            rests[bar.label] = rest
        steps.append(Step(place, lengths, rest, closes))
        count += len(lengths) - shared
    remarks = [*_of_lengths(joined, odd), *_remarks(rests, list(dict.fromkeys(no_room)))]
    named = {*joined, *odd, *rests, *no_room}
    if any(label != str(played[label]) for label in named):
        remarks[-1] = Remark(f"{remarks[-1].text} ({NUMBERS})")
    return steps, remarks


def _of_lengths(joined: dict[str, int], odd: dict[str, WrittenMeasure]) -> list[Remark]:
    """Return a remark on measures that are several, and one on those of another length than their metre's."""
    remarks = []
    if len(joined) == 1:
        ((label, count),) = joined.items()
        remarks.append(Remark(f"measure {label} is as long as {count}: read, and counted, as {count}"))
    elif joined:
        remarks.append(Remark(f"{listed(list(joined))} are as long as two or more: read, and counted, as so many"))
    if len(odd) == 1:
        ((label, bar),) = odd.items()
        length = f"measure {label} is {_quarters(bar.units)} long in {bar.metre.text}"
        remarks.append(Remark(f"{length}: it has a metre of its own"))
    elif odd:
        remarks.append(Remark(f"{listed(list(odd))} are not as long as their metre: each has a metre of its own"))
    return remarks


def _remarks(rests: dict[str, int], no_room: Sequence[str]) -> list[Remark]:
    """Return a remark on the rests behind measures, and one on measures that leave no room for a pickup."""
    remarks = []
    if len(rests) == 1:
        ((label, units),) = rests.items()
        remarks.append(Remark(f"measure {label}: a rest of {_quarters(units)} is added after it"))
    elif rests:
        remarks.append(Remark(f"{listed(list(rests))}: a rest is added after each, to fill it"))
    if no_room:
        lost = "no room for the pickup when it is repeated: its notes are left out there"
        remarks.append(Remark(f"{listed(no_room)}: {lost}"))
    return remarks


def _quarters(units: int) -> str:
    return "1 quarter note" if units == UNITS else f"{units / UNITS:g} quarter notes"


def listed(labels: Sequence[str]) -> str:
    """Return measures in words.

    Examples
    --------
    >>> listed(["8"]), listed(["8", "16"]), listed(["1", "2", "3", "4", "5", "6", "7"])
    ('measure 8', 'measures 8 and 16', 'measures 1, 2, 3, 4 and 3 more')
    """
    if len(labels) == 1:
        return f"measure {labels[0]}"
    if len(labels) > _SHOWN + 1:
        return f"measures {', '.join(labels[:_SHOWN])} and {len(labels) - _SHOWN} more"
    return f"measures {', '.join(labels[:-1])} and {labels[-1]}"


def _is_pickup(bars: Sequence[WrittenMeasure], order: Sequence[int], index: int) -> bool:
    """Return whether a whole measure follows the short one at `index`, to which a repeat goes back."""
    if index + 1 == len(order) or order[index + 1] != order[index] + 1:
        return False
    short, whole = bars[order[index]], bars[order[index + 1]]
    return short.units < (short.metre.units or 0) and whole.units == whole.metre.units

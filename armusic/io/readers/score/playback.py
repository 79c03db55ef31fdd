"""A written score as it is played: which measures, the notes of a part, and the tempos, one after another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from armusic.errors import RepeatError
from armusic.io.readers.score import jumps
from armusic.io.readers.score.pickups import Step
from armusic.io.readers.score.repeats import MAX_PLAYED, play_order
from armusic.io.readers.score.sheet import Part, Sheet, Sound, Written


def order(sheet: Sheet, source: str) -> list[int]:
    """Return the places of the measures in playing order; raise `RepeatError` where it is not clear."""

    def fail(place: int, what: str) -> NoReturn:
        raise RepeatError(f"{source}, measure {sheet.bars[place].label}: {what}")

    played = jumps.follow(play_order(sheet.lines, sheet.sections, fail), [bar.marks for bar in sheet.bars], fail)
    if len(played) > MAX_PLAYED:
        fail(0, f"more than {MAX_PLAYED} measures with all repeats played")
    return played


def sounds(part: Part, bars: Sequence[Written], steps: Sequence[Step]) -> list[Sound]:
    """Return the notes of a part in playing order, tied ones as one, their starts from the start of all."""
    found: list[Sound] = []
    tied: dict[int, int] = {}  # places of the notes that go on, by pitch
    at = 0
    for step in steps:
        for start, units, pitch, goes_on in part.measures[step.place] if step.place < len(part.measures) else ():
            place = tied.pop(pitch, -1)
            if place >= 0 and found[place].start + found[place].units == at + start:
                before = found[place]
                found[place] = Sound(before.start, before.units + units, pitch, goes_on)
            else:
                place = len(found)
                found.append(Sound(at + start, units, pitch, goes_on))
            if goes_on:
                tied[pitch] = place
        at += bars[step.place].units + step.rest
    return found


def tempos(bars: Sequence[Written], steps: Sequence[Step]) -> list[tuple[int, float]]:
    """Return the tempo changes, in units and quarter notes per minute; a repeat brings its first tempo back."""
    found: dict[int, float] = {}
    at, now = 0, 0.0
    for step in steps:
        bar = bars[step.place]
        for after, bpm in [(0, bar.bpm), *bar.tempos]:
            if bpm != now:
                found[at + after] = now = bpm
        at += bar.units + step.rest
    return sorted(found.items())

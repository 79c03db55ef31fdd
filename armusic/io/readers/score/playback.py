"""A written score in playing order: its measures, the notes of a part, the tempos, keys and chord symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

from armusic.errors import RepeatError
from armusic.io.readers.score import jumps
from armusic.io.readers.score.pickups import Step
from armusic.io.readers.score.repeats import MAX_PLAYED, play_order
from armusic.io.readers.score.sheet import Part, Sheet, Sound, WrittenMeasure
from armusic.music.score import Key


def order(sheet: Sheet, source: str) -> list[int]:
    """Return the indices of the measures in playing order; raise `RepeatError` where it is ambiguous."""

    def fail(place: int, what: str) -> NoReturn:
        raise RepeatError(f"{source}, measure {sheet.bars[place].label}: {what}")

    places = jumps.follow(play_order(sheet.lines, sheet.sections, fail), [bar.marks for bar in sheet.bars], fail)
    if len(places) > MAX_PLAYED:
        fail(0, f"more than {MAX_PLAYED} measures with all repeats played")
    return places


def sounds(part: Part, bars: Sequence[WrittenMeasure], steps: Sequence[Step]) -> list[Sound]:
    """Return the notes of a part in playing order, tied notes as one, with starts from the start of the piece.

    A note continues the tie of its own voice; where there is none, that of another voice, if it ends a tie and no
    note of that voice does.
    """
    notes: list[Sound] = []
    tied: dict[int, dict[str, int]] = {}  # indices of the notes that are tied to the next, by pitch and voice
    at = 0
    for step in steps:
        measure = part.measures[step.place] if step.place < len(part.measures) else ()
        own: set[tuple[int, int, str]] | None = None  # starts, pitches and voices in it
        for sound in measure:
            start, units, pitch, tied_on, ends, voice = sound
            waiting = tied.get(pitch)
            place = -1
            if waiting:
                begin = at + start
                place = waiting.get(voice, -1)
                if place >= 0 and notes[place].start + notes[place].units != begin:
                    place = -1
                if place < 0 and ends:
                    if own is None:
                        own = {(other.start, other.pitch, other.voice) for other in measure}
                    for name, index in waiting.items():
                        if notes[index].start + notes[index].units == begin and (start, pitch, name) not in own:
                            place, voice = index, name
                            break
            if place >= 0:
                before = notes[place]
                notes[place] = Sound(before.start, before.units + units, pitch, tied_on)
                if waiting:
                    waiting.pop(voice, None)
            else:
                place = len(notes)
                notes.append(Sound(at + start, units, pitch, tied_on))
            if tied_on:
                tied.setdefault(pitch, {})[sound.voice] = place
        at += bars[step.place].units + step.rest
    return notes


def tempos(bars: Sequence[WrittenMeasure], steps: Sequence[Step]) -> list[tuple[int, float]]:
    """Return the tempo changes, in units and quarter notes per minute; a repeat brings its first tempo back."""
    changes: dict[int, float] = {}
    at, current = 0, 0.0
    for step in steps:
        bar = bars[step.place]
        for after, bpm in [(0, bar.bpm), *bar.tempos]:
            if bpm != current:
                changes[at + after] = current = bpm
        at += bar.units + step.rest
    return sorted(changes.items())


def signatures(sheet: Sheet, steps: Sequence[Step]) -> list[tuple[int, Key]]:
    """Return the key signatures, in units; a repeat brings its first key back."""
    held: list[Key | None] = []  # in each written measure
    current = sheet.key
    for bar in sheet.bars:
        current = bar.key or current
        held.append(current)
    at = 0
    changes: list[tuple[int, Key]] = []
    for step in steps:
        key = held[step.place]
        if key and not (changes and changes[-1][1] == key):
            changes.append((at, key))
        at += sheet.bars[step.place].units + step.rest
    return changes


def chords(bars: Sequence[WrittenMeasure], steps: Sequence[Step]) -> list[tuple[int, frozenset[int]]]:
    """Return the changes of chord, in units and pitch classes; a repeat brings its first chord back."""
    held: list[frozenset[int] | None] = []  # at the start of each written measure
    current: frozenset[int] | None = None
    written = [sorted(bar.chords, key=lambda change: change[0]) for bar in bars]
    for changes_of_bar in written:
        held.append(current)
        current = changes_of_bar[-1][1] if changes_of_bar else current
    changes: dict[int, frozenset[int]] = {}
    at, current = 0, None
    for step in steps:
        bar = bars[step.place]
        length = bar.units + step.rest
        for after, classes in [(0, held[step.place]), *written[step.place]]:
            if classes is not None and classes != current:
                changes[at + min(after, length)] = current = classes
        at += length
    return sorted(changes.items())

"""Read the melody of any MIDI file, at any resolution and tempo.

In stages, each a module: the bytes as events (`smf`), the parts (`_parts`), which of them is
the melody and one voice of it (`_melody`), when things are (`_clock`), the measures
(`_measures`), and the notes on the tick grid (`_quantise`). What a stage chooses, leaves out
or sets right, it says; those who read strictly refuse the file instead.

Passages that no model can take (a metre without a grid, notes off the grid that are not to
be moved) are not in the tune: it goes on behind them. The file around the tune comes with
it (`Tune.origin`), so that a variation can be put back where the melody was.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from jaxtyping import Int

from armusic.errors import MetreError, MusicError, NoNotesError, OffGridError, PolyphonyError
from armusic.files import label, read_bytes
from armusic.io.readers.midi import meta, quantise
from armusic.io.readers.midi.clock import Clock, TempoMap, beat_clock, given_beats, own_clock
from armusic.io.readers.midi.measures import UNITS, Signature, Span, place, spans
from armusic.io.readers.midi.melody import Voice, choose, one_voice
from armusic.io.readers.midi.parts import DRUMS, Part, parts, track_name
from armusic.io.readers.midi.tune import build
from armusic.io.readers.options import Reading, Remark
from armusic.music import smf
from armusic.music.score import Metre, Tune

Kept = Int[np.ndarray, " kept"]

log = logging.getLogger(__name__)


def read(path: str | Path, reading: Reading | None = None) -> Tune:
    """Read the melody of a MIDI file.

    Parameters
    ----------
    path : path
        The file.
    reading : Reading, optional
        What is wished; what suits most files when not given.

    Returns
    -------
    Tune
        The title is the name of the melody's track, else of the first track, else the file's.

    Raises
    ------
    NoNotesError
        Without notes, or with drums only.
    UsageError
        For a track or beats that cannot be used.
    MetreError
        If no measure is in a metre with a grid.
    OffGridError
        If the notes do not follow the file's beats.
    ReadError
        If the file cannot be read.
    """
    reading = reading or Reading()
    source = label(path)
    file = smf.parse(read_bytes(path, reading.max_size), source)
    remarks: list[Remark] = []
    tune = tune_of(file, source, reading, remarks)
    for remark in remarks:
        log.warning("%s: %s", source, remark.text)
    return tune if tune.title else replace(tune, title=Path(path).stem)


def tune_of(file: smf.MidiData, source: str, reading: Reading, remarks: list[Remark]) -> Tune:
    """Return the melody of a parsed file; raise as `read` does.

    Parameters
    ----------
    file : MidiData
        The file.
    source : str
        What messages call it.
    reading : Reading
        What is wished.
    remarks : list of Remark
        Gets what was chosen, left out and set right.
    """

    def say(said: Sequence[Remark]) -> None:
        for remark in said:
            if reading.strict and remark.refusal:
                raise remark.refusal
        remarks.extend(said)

    heard = parts(file)
    voices = [part for part in heard if part.channel != DRUMS]
    if not voices:
        raise NoNotesError(f"{source}: only drums (channel 10) in it" if heard else f"{source}: no notes in it")
    if len(heard) > len(voices):
        say([Remark("the notes on channel 10 are taken for drums, and never for the melody")])
    choice = choose(heard, file.ticks_per_quarter, reading.track, source)
    part = choice.part
    if file.type == smf.SEPARATE_SONGS and len(file.tracks) > 1:
        text = "a MIDI file of type 2, whose tracks are separate songs"
        say([Remark(f"{text}: only one of them is read", MusicError(f"{source}: {text}: save it as type 1"))])
        file = smf.MidiData(smf.ONE_TRACK, file.ticks_per_quarter, (file.tracks[part.track],))
        part = replace(part, track=0)
    say(choice.remarks(source))

    tempos = meta.tempos_of(file)
    clock, signatures, said = _times(file, part, reading, tempos)
    say(said)
    ends = [max(int(part.end.max()), int(part.start[-1]) + 1), file.tracks[part.track][-1].tick]
    last, end = clock.to_units(np.array(ends)).tolist()
    found, said = spans(signatures, clock.quarter, last, end, source)
    say(said)
    if all(span.metre is None for span in found):
        names = ", ".join(dict.fromkeys(map(str, signatures)))
        raise MetreError(
            f"{source}: no measure in a metre that can be used, only {names}: if that is wrong, set its metre with"
            " the option metre=4/4 or the like"
        )
    say(_faults(part, found, clock, source))
    lowest = reading.voice == "lowest"
    voice = one_voice(part, file.ticks_per_quarter, lowest=lowest)
    if not len(voice.notes):
        raise NoNotesError(f"{source}: no note of {part.label} has a length")
    say(_left_out(part, voice, found, clock, source, lowest=lowest))

    start = clock.to_units(part.start[voice.notes])
    stop = np.maximum(clock.to_units(voice.end), start + 1)
    found, said = _passed(found, start, stop, clock.quarter, reading, source)
    say(said)
    on = quantise.grid(found, clock.quarter)
    here = quantise.measure_of(on, start) >= 0
    if not here.any():
        raise MusicError(f"{source}: no note of {part.label} is in a measure that can be used")
    kept, start, stop = voice.notes[here], start[here], np.minimum(stop[here], on.run_ends(start[here]))
    if not reading.strict:
        start, stop, said = _on_grid(on, start, stop, clock, tempos, source)
        say(said)
        kept, start, stop, said = _one_at_a_tick(kept, start, stop)
        say(said)
    tune = build(file, part, on, clock, tempos, (kept, start, stop), groove=reading.groove == "keep")
    key, said = meta.key(file)
    say(said)
    return replace(tune, title=part.name or track_name(file.tracks[0]), source=source, key=key)


def _times(
    file: smf.MidiData, part: Part, reading: Reading, tempos: TempoMap
) -> tuple[Clock, list[Signature], list[Remark]]:
    """Return the clock, by the file's beats or by those that are given, and the time signatures."""
    first, last = int(part.start[0]), int(part.end.max())
    beats = given_beats(reading, *tempos.to_seconds(np.array([first, last])).tolist())
    signatures, said = meta.signatures(file)
    if beats is None:
        clock = own_clock(file.ticks_per_quarter)
        if reading.metre:
            metre = Metre.parse(reading.metre)
            signatures, said = [Signature(0, metre.numerator, metre.denominator)], []
        return clock, _after_pickup(signatures, reading.downbeat, clock.quarter), said
    times, downbeat, count = beats
    counted = f"{count}/4" if count in (2, 3, 4) else "4/4"
    metre = Metre.parse(reading.metre) if reading.metre else (not count and signatures[0].metre) or Metre.parse(counted)
    clock = beat_clock(times, tempos, metre, downbeat, (first, last))
    pace = 60 * (len(times) - 1) / (times[-1] - times[0])
    return (
        clock,
        [Signature(0, metre.numerator, metre.denominator)],
        [Remark(f"its own beats are left for those given: {len(times)}, {pace:.4g} a minute, counted in {metre}")],
    )


def _after_pickup(signatures: list[Signature], downbeat: int, quarter: int) -> list[Signature]:
    """Return the signatures with so many beats before the first measure as there are before the downbeat."""
    metre = signatures[0].metre
    before = (downbeat - 1) % metre.beats if metre else 0
    if metre is None or not before:
        return signatures
    sixteenths = int(before * metre.beat * 4)
    start = sixteenths * quarter // 4
    return [Signature(0, sixteenths, 16), signatures[0]._replace(at=start), *(s for s in signatures if s.at > start)]


def _faults(part: Part, found: Sequence[Span], clock: Clock, source: str) -> list[Remark]:
    """Say which notes of the melody have no end or no length."""
    said = []
    for wrong, what, done in (
        (part.stuck, "never ends", "taken to end where the next one starts"),
        (part.empty, "has no length", "left out"),
    ):
        if wrong.any():
            first = int(wrong.argmax())
            at = place(found, int(clock.to_units(part.start[[first]])[0]), clock.quarter)
            fault = f"{at}: pitch {part.pitch[first]} {what}"
            more = f", like {wrong.sum() - 1} more" if wrong.sum() > 1 else ""
            refusal = MusicError(f"{source}, {fault}: correct or delete that note")
            said.append(Remark(f"{fault}{more}: {done}", refusal))
    return said


def _left_out(
    part: Part, voice: Voice, found: Sequence[Span], clock: Clock, source: str, *, lowest: bool
) -> list[Remark]:
    """Say how much of the part is not in its voice."""
    if not (voice.left_out or voice.shortened):
        return []
    start, end, order = part.start, part.end, np.lexsort((part.pitch, part.start))
    clash = int((start[order][1:] < end[order][:-1]).argmax())
    one, two = order[clash], order[clash + 1]
    at = place(found, int(clock.to_units(start[[two]])[0]), clock.quarter)
    gone = [f"{voice.left_out} are left out"] * bool(voice.left_out)
    gone += [f"{voice.shortened} end where the next one starts"] * bool(voice.shortened)
    stay = "the lowest stay" if lowest else "the highest stay (the option voice=lowest keeps the lowest)"
    clashing = f"pitch {part.pitch[two]} starts while pitch {part.pitch[one]} still sounds"
    return [
        Remark(
            f"notes sound together, first in {at}: {stay}, and of {len(start)} {' and '.join(gone)}",
            PolyphonyError(f"{source}, {at}: {clashing}: one voice is needed"),
        )
    ]


def _passed(
    found: list[Span], start: quantise.Units, stop: quantise.Units, quarter: int, reading: Reading, source: str
) -> tuple[list[Span], list[Remark]]:
    """Return the spans, those measures a passage that have notes off the grid, if notes are not to be moved."""
    if reading.strict or reading.quantize == "auto":
        return found, []
    on = quantise.grid(found, quarter)
    here = quantise.measure_of(on, start) >= 0
    start, stop = start[here], np.minimum(stop[here], on.run_ends(start[here]))
    off = quantise.off(on, start, stop)
    if not off.any():
        return found, []
    first = place(found, int(start[off.argmax()]), quarter)
    if reading.quantize == "strict":
        raise OffGridError(
            f"{source}, {first}: a note starts or ends between the six ticks of a beat: quantise it to sixteenths or"
            " triplets, or leave out the option quantize=strict"
        )
    touched = [
        span.metre is not None and bool(((start < span.end) & (stop > span.start) & off).any()) for span in found
    ]
    passed = [replace(span, metre=None) if off else span for span, off in zip(found, touched, strict=True)]
    if all(span.metre is None for span in passed):
        raise OffGridError(
            f"{source}: no measure is on the grid of six ticks per beat: leave out the option quantize=off"
        )
    count = sum(touched)
    text = f"{count} measures have notes off the grid, first {first}: left as they are, and not counted"
    return passed, [Remark(text)]


def _on_grid(
    on: quantise.Grid, start: quantise.Units, stop: quantise.Units, clock: Clock, tempos: TempoMap, source: str
) -> tuple[quantise.Units, quantise.Units, list[Remark]]:
    """Return notes moved to the grid, and how far that is."""
    if not quantise.off(on, start, stop).any():
        return start, stop, []
    if len(start) >= quantise.FEW and quantise.following(on, start) < quantise.LEAST_FOLLOWING:
        raise OffGridError(
            f"{source}: its notes do not follow its own beats (as when played without a click): give the beats with"
            " the option beats or the option tempo, or quantise it in a DAW"
        )
    begin, end = quantise.snap(on, start, stop, min(UNITS, clock.quarter // 48))
    limit = on.run_ends(start)
    begin = np.minimum(begin, limit - clock.quarter // 4)
    end = np.minimum(end, limit)
    moved = " and ".join(
        f"{(before != after).sum()} of {len(before)} {what} by {_shift(before, after, clock, tempos)}"
        for what, before, after in (("starts", start, begin), ("ends", stop, end))
        if (before != after).any()
    )
    return begin, end, [Remark(f"notes are moved to the grid, {moved}")]


def _shift(before: quantise.Units, after: quantise.Units, clock: Clock, tempos: TempoMap) -> str:
    """Say how far times were moved."""
    ticks = [np.array([float(clock.to_ticks(at)) for at in times.tolist()]) for times in (before, after)]
    moved, ms = abs(ticks[1] - ticks[0]), 1000 * abs(np.subtract(*map(tempos.to_seconds, ticks)))
    return (
        f"{moved.mean():.1f} ticks ({ms.mean():.0f} ms) on average, {moved.max():.0f} ticks ({ms.max():.0f} ms) at most"
    )


def _one_at_a_tick(
    kept: quantise.Units, start: quantise.Units, stop: quantise.Units
) -> tuple[Kept, Kept, Kept, list[Remark]]:
    """Return the notes of which no two start together, the longer ones, each ending before the next one starts."""
    order = np.lexsort((start - stop, start))
    first = np.append(True, np.diff(start[order]) > 0)
    chosen = order[first]
    lost = len(start) - len(chosen)
    said = [Remark(f"{lost} notes fall on the tick of a longer one, and are left out")] if lost else []
    start, stop = start[chosen], stop[chosen]
    return kept[chosen], start, np.minimum(stop, np.append(start[1:], stop[-1:])), said

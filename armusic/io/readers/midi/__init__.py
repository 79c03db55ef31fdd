"""Read the melody of any MIDI file, at any resolution and tempo.

Each stage is a module: the bytes as events (`music.smf`), the parts (`parts`), the choice of the
melody and of one voice of it (`melody`), ticks as seconds and beats (`clock`, `beats`), the measures
(`measures`), and the notes on the tick grid (`placing`, by `fine` and `quantise`). A stage reports
what it chooses, leaves out or corrects; strict reading refuses the file instead.

Passages that no model can edit (a metre without a grid, notes too fine for the grid, or off it
where they may not be moved) are not in the tune: it goes on behind them, and
their numbers are left free (`Tune.passages`). The file around the tune comes with
it (`Tune.origin`), so that a variation can be put back where the melody was.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from armusic.errors import MetreError, MusicError, NoNotesError, PolyphonyError
from armusic.files import label, read_bytes
from armusic.io.readers.midi import beats, quantise
from armusic.io.readers.midi.clock import Clock
from armusic.io.readers.midi.counting import accents, chosen, with_upbeat
from armusic.io.readers.midi.endings import covered
from armusic.io.readers.midi.measures import Span, passages, place, spans
from armusic.io.readers.midi.melody import Voice, choose, one_voice
from armusic.io.readers.midi.meta import keys_of, signatures_of, tempos_of, too_fast, with_signatures
from armusic.io.readers.midi.parts import Part, parts_of, sustained, track_name
from armusic.io.readers.midi.placing import on_grid, one_at_a_tick, without_off_grid
from armusic.io.readers.midi.traits import likeness, words_of
from armusic.io.readers.midi.tune import build
from armusic.io.readers.options import Reading, Remark
from armusic.music import keys, smf, smf_damage
from armusic.music.score import Tune

__all__ = ["Part", "events_of", "likeness", "parts_of", "read", "signatures_of", "tempos_of", "tune_of", "words_of"]

log = logging.getLogger(__name__)


def read(path: str | Path, reading: Reading | None = None) -> Tune:
    """Read the melody of a MIDI file.

    Parameters
    ----------
    path : path
        The file.
    reading : Reading, optional
        Options; by default those that suit most files.

    Returns
    -------
    Tune
        Melody; its title is the name of its track, else of the first track, else the file's.

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
    remarks: list[Remark] = []
    file = events_of(path, reading, remarks)
    damage = [remark.text for remark in remarks]
    try:
        tune = tune_of(file, source, reading, remarks)
    except NoNotesError as error:
        raise NoNotesError("; ".join([str(error), *damage])) from None
    for remark in remarks:
        log.warning("%s: %s", source, remark.text)
    return tune if tune.title else replace(tune, title=Path(path).stem)


def events_of(path: str | Path, reading: Reading, remarks: list[Remark]) -> smf.MidiData:
    """Return the events of a file.

    Unless reading is strict, a damaged one is read as players do, and what is set right is added to the remarks.
    """
    repairs = None if reading.strict else smf_damage.Repairs()
    file = smf.parse(read_bytes(path, reading.max_size), label(path), repairs)
    if repairs and repairs.text:
        remarks.append(Remark(repairs.text))
    return file


def tune_of(file: smf.MidiData, source: str, reading: Reading, remarks: list[Remark], *, written: bool = False) -> Tune:
    """Return the melody of a parsed file; raise as `read` does.

    Parameters
    ----------
    file : MidiData
        The file.
    source : str
        Name of the file in messages.
    reading : Reading
        Options.
    remarks : list of Remark
        List to which choices, omissions and corrections are added.
    written : bool
        Whether the file is that of a score, whose notes are as long as they are written, and follow its beats.
    """

    def report(notices: Sequence[Remark]) -> None:
        for remark in notices:
            if reading.strict and remark.refusal:
                raise remark.refusal
        remarks.extend(notices)

    parts = parts_of(file)
    voices = [part for part in parts if part.channel != smf.DRUMS]
    if not (parts if reading.track else voices):
        drums = "only drums (channel 10) in it: if they are a melody, name its track with the option track"
        raise NoNotesError(f"{source}: {drums if parts else 'no notes in it'}")
    choice = choose(parts, file.ticks_per_quarter, reading.track, source, words_of(file))
    part = choice.part
    if len(parts) > len(voices) and part.channel != smf.DRUMS and not written:
        report([Remark("the notes on channel 10 are taken for drums, and never for the melody")])
    if file.type == smf.SEPARATE_SONGS and len(file.tracks) > 1:
        text = "a MIDI file of type 2, whose tracks are separate songs"
        report([Remark(f"{text}: only one of them is read", MusicError(f"{source}: {text}: save it as type 1"))])
        file = smf.MidiData(smf.ONE_TRACK, file.ticks_per_quarter, (file.tracks[part.track],))
        part = replace(part, track=0)
    report(choice.remarks(source))

    tempos = tempos_of(file)
    report(too_fast(file, source))
    if not (written or reading.strict):
        part, notices = sustained(file, part)
        report(notices)
    lowest = reading.voice == "lowest"
    voice = one_voice(part, file.ticks_per_quarter, lowest=lowest, written=written)
    clock, signatures, notices = beats.times(file, parts, part, voice, reading, tempos, written=written)
    report(notices)
    if (
        (reading.metre or reading.downbeat)
        and not (written or len(clock.ticks))
        and signatures != signatures_of(file)[0]
    ):
        file = with_signatures(file, signatures)
    ends = [max(int(part.end.max()), int(part.start[-1]) + 1), file.tracks[part.track][-1].tick]
    last, end = clock.to_units(np.array(ends)).tolist()
    if reading.quantize == "auto" and not (written or reading.strict):
        last = min(last, covered(clock.to_units(part.start), clock.to_units(part.end), clock.quarter))
    measures, notices = spans(signatures, clock.quarter, last, end, source)
    report(notices)
    if all(span.metre is None for span in measures):
        names = ", ".join(dict.fromkeys(map(str, signatures)))
        raise MetreError(
            f"{source}: no measure in a metre that can be used, only {names}: if that is wrong, set its metre with"
            " the option metre=4/4 or the like"
        )
    report(_faults(part, measures, clock, source))
    if not len(voice.notes):
        raise NoNotesError(f"{source}: no note of {part.label} has a length")
    report(_left_out(part, voice, measures, clock, source, lowest=lowest))

    start = clock.to_units(part.start[voice.notes])
    stop = np.maximum(clock.to_units(voice.end), start + 1)
    measures = with_upbeat(measures, int(start[0]))
    counted, notices = chosen(measures, clock.quarter, (start, stop), accents(parts, clock), source)
    report(notices)
    measures, notices = without_off_grid(
        measures, (start, stop), clock.quarter, counted, reading, source, written=written
    )
    report(notices)
    grid = quantise.grid(measures, clock.quarter, counted)
    inside = quantise.measure_of(grid, start) >= 0
    if not inside.any():
        raise MusicError(f"{source}: no note of {part.label} is in a measure that can be used")
    places, start, stop = voice.notes[inside], start[inside], np.minimum(stop[inside], grid.run_ends(start[inside]))
    if not reading.strict:
        start, stop, notices = on_grid(grid, start, stop, clock, tempos, reading, source)
        report(notices)
        places, start, stop, notices = one_at_a_tick(places, start, stop)
        report(notices)
    signs, notices = keys_of(file, part.track)
    report(notices)
    timing, groove = (places, start, stop), reading.groove == "keep"
    tune = build(file, part, grid, clock, (tempos, signs), timing, groove=groove, score=written)
    title = part.name or track_name(file.tracks[0])
    tune = replace(tune, title=title, source=source, passages=passages(measures))
    if reading.strict or written or len(tune.notes) < quantise.FEW or not keys.contradicted(tune):
        return tune
    unchanged = replace(tune, key_changes=())
    if tune.key_changes and not keys.contradicted(unchanged):
        report([Remark(f"its key signatures after the first, {tune.key}, do not fit its notes, and are not followed")])
        return unchanged
    report([Remark(f"its key signature, {tune.key}, does not fit its notes: the key is taken from them")])
    return replace(unchanged, key=None)


def _faults(part: Part, measures: Sequence[Span], clock: Clock, source: str) -> list[Remark]:
    """Return remarks on notes of the melody without an end or a length."""
    remarks = []
    for faulty, problem, remedy in (
        (part.stuck, "never ends", "taken to end where the next one starts"),
        (part.empty, "has no length", "left out"),
    ):
        if faulty.any():
            first = int(faulty.argmax())
            at = place(measures, int(clock.to_units(part.start[[first]])[0]), clock.quarter)
            fault = f"{at}: pitch {part.pitch[first]} {problem}"
            more = f", like {faulty.sum() - 1} more" if faulty.sum() > 1 else ""
            refusal = MusicError(f"{source}, {fault}: correct or delete that note")
            remarks.append(Remark(f"{fault}{more}: {remedy}", refusal))
    return remarks


def _left_out(
    part: Part, voice: Voice, measures: Sequence[Span], clock: Clock, source: str, *, lowest: bool
) -> list[Remark]:
    """Return a remark on the notes of the part that are not in its voice."""
    if not (voice.left_out or voice.shortened):
        return []
    start, end, order = part.start, part.end, np.lexsort((part.pitch, part.start))
    clash = int((start[order][1:] < end[order][:-1]).argmax())
    first, second = order[clash], order[clash + 1]
    at = place(measures, int(clock.to_units(start[[second]])[0]), clock.quarter)
    losses = []
    if voice.left_out:
        losses.append(f"{voice.left_out} {'is' if voice.left_out == 1 else 'are'} left out")
    if voice.shortened:
        losses.append(f"{voice.shortened} end{'s' * (voice.shortened == 1)} where the next one starts")
    rule = "the lowest stay" if lowest else "the highest stay (the option voice=lowest keeps the lowest)"
    clashing = f"pitch {part.pitch[second]} starts while pitch {part.pitch[first]} still sounds"
    return [
        Remark(
            f"notes sound together, first in {at}: {rule}, and of {len(start)} {' and '.join(losses)}",
            PolyphonyError(f"{source}, {at}: {clashing}: one voice is needed"),
        )
    ]

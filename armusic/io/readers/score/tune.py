"""The tune in a written score.

A score with one voice, in measures of known metres, is read exactly. Any other is played
into a MIDI file in memory (`performance`) and read like one: so the melody is
chosen, chords and other voices are reduced, passages in other metres pass through, notes
off the grid are moved, and variations stand in the midst of the other parts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from typing import TypeVar

from armusic.errors import MetreError, MusicError, NoNotesError, PolyphonyError, RepeatError
from armusic.io.readers import midi
from armusic.io.readers.options import Reading, Remark
from armusic.io.readers.score.performance import perform
from armusic.io.readers.score.pickups import Step, fit
from armusic.io.readers.score.playback import chords, order, signatures, sounds, tempos
from armusic.io.readers.score.sheet import UNITS, Sheet, Signature, WrittenMeasure, signature
from armusic.music import keys, tokenizer
from armusic.music.assembly import Bar, assemble
from armusic.music.metre import METRES, TimeSignature
from armusic.music.regrouping import descriptions, readable
from armusic.music.score import Note, Tune

_T = TypeVar("_T")
_SHOWN_PARTS = 4
_LEAST_FITTING = 0.5  # of the measures, for a metre that is not written


def strict_tune(sheet: Sheet, source: str) -> tuple[Tune, list[Remark]]:
    """Return the tune of a score with one voice, and remarks on corrections at the ends of sections.

    Raises
    ------
    NoNotesError
        Without notes.
    PolyphonyError
        For notes in several parts, or that sound together.
    RepeatError
        If the order of playing is ambiguous.
    MetreError, MeasureLengthError
        For a metre without a grid, and a measure that does not fill it.
    """
    _check_one_voice(sheet, source)
    steps, remarks = fit(sheet.bars, sheet.lines, order(sheet, source))
    return _exact_tune(sheet, steps, source, own=True), remarks


def tune_of(sheet: Sheet, source: str, reading: Reading, remarks: list[Remark]) -> Tune:
    """Return the melody of any score.

    Parameters
    ----------
    sheet : Sheet
        The score.
    source : str
        Name of the score in messages.
    reading : Reading
        Options.
    remarks : list of Remark
        List to which choices, omissions and corrections are added.

    Raises
    ------
    NoNotesError, MetreError, OffGridError, UsageError
        As for a MIDI file.
    MeasureLengthError
        For a measure that is longer than any time signature.
    """
    if not sheet.parts:
        raise NoNotesError(f"{source}: no notes in it")
    if sheet.lyrics:
        remarks.append(Remark("its lyrics are left out"))
    if sheet.signs:
        remarks.append(Remark("how its notes are to be played (ornaments, articulation, slurs, dynamics) is left out"))
    if any(bar.chords for bar in sheet.bars):
        remarks.append(Remark("its chord symbols guide what is changed, and are not written"))
    if reading.metre is None:
        sheet = _in_metre(sheet, source, remarks)
    try:
        places = order(sheet, source)
    except RepeatError as error:
        what = str(error).removeprefix(source).lstrip(", :")
        remarks.append(Remark(f"{what}: so every measure is played once, as written"))
        places = list(range(len(sheet.bars)))
    steps, fit_remarks = fit(sheet.bars, sheet.lines, places)
    remarks += fit_remarks
    if len(places) != len(sheet.bars):
        remarks.append(Remark("repeats are played out, and measures counted as played"))
    selection = replace(reading, voice="highest", quantize="auto", groove="drop", max_size=Reading().max_size)
    if selection == Reading():
        try:
            _check_one_voice(sheet, source)
            tune = _exact_tune(sheet, steps, source)
            tokenizer.encode(tune)
        except MusicError:
            pass  # it is more than one voice that fits the grid
        else:
            remarks += [Remark(text) for text in descriptions(tune.measures)]
            return tune
    file = perform(sheet, steps, source)
    tune = midi.tune_of(file, source, reading, remarks, written=True)
    symbols = _placed(chords(sheet.bars, steps), tune, file.ticks_per_quarter)
    key, changes = keys.signatures(_placed(signatures(sheet, steps), tune, file.ticks_per_quarter))
    return replace(tune, title=sheet.title, key=key, key_changes=changes, chords=symbols)


def _placed(symbols: Sequence[tuple[int, _T]], tune: Tune, ticks: int) -> tuple[tuple[Fraction, _T], ...]:
    """Return chords or keys where they stand in a tune that was read from a file of so many ticks per quarter note."""
    origin, front = tune.origin, tune.padding[0]
    placed = {
        origin.quarter(_quarters(at) * ticks) if origin else _quarters(at) + front: symbol for at, symbol in symbols
    }
    return tuple(sorted(placed.items(), key=lambda change: change[0]))


def _check_one_voice(sheet: Sheet, source: str) -> None:
    """Raise `PolyphonyError` for notes in two parts, or for the first two notes of a part that sound together."""
    if not sheet.parts:
        raise NoNotesError(f"{source}: no notes in it")
    if len(sheet.parts) > 1:
        names = ", ".join(repr(part.name) for part in sheet.parts[:_SHOWN_PARTS])
        more = ", ..." if len(sheet.parts) > _SHOWN_PARTS else ""
        first = next(place for place, measure in enumerate(sheet.parts[1].measures) if measure)
        raise PolyphonyError(
            f"{source}: notes in {len(sheet.parts)} parts ({names}{more}), from measure {sheet.bars[first].label} on:"
            " one voice is needed, so save the melody's part alone"
        )
    for bar, measure in zip(sheet.bars, sheet.parts[0].measures, strict=False):
        end = last = 0
        for sound in measure if len(measure) < 2 else sorted(measure):
            if sound.start < end:
                raise PolyphonyError(
                    f"{source}, measure {bar.label}: pitch {sound.pitch} starts while {last} still sounds: one voice"
                    " is needed"
                )
            end, last = sound.start + sound.units, sound.pitch


def _exact_tune(sheet: Sheet, steps: Sequence[Step], source: str, *, own: bool = False) -> Tune:
    """Return the tune of a score with one voice, all in metres of the models' `own` if need be."""
    notes = [Note(_quarters(s.start), _quarters(s.units), s.pitch) for s in sounds(sheet.parts[0], sheet.bars, steps)]
    bars = []
    for step in steps:
        bar = sheet.bars[step.place]
        metre = _metre(bar, source, own=own)
        bars += [Bar(metre, _quarters(length), step.closes, bar.label) for length in step.lengths]
    key, changes = keys.signatures((_quarters(at), key) for at, key in signatures(sheet, steps))
    return assemble(
        notes,
        bars,
        source=source,
        title=sheet.title,
        key=key,
        tempos=tuple((_quarters(at), bpm) for at, bpm in tempos(sheet.bars, steps)),
        chords=tuple((_quarters(at), classes) for at, classes in chords(sheet.bars, steps)),
        program=sheet.parts[0].program,
        key_changes=changes,
    )


@lru_cache(maxsize=65536)
def _quarters(units: int) -> Fraction:
    return Fraction(units, UNITS)


def _metre(bar: WrittenMeasure, source: str, *, own: bool) -> TimeSignature:
    """Return a measure's metre, or raise an error that names the measure."""
    try:
        return _supported(bar.metre, own=own)
    except MetreError as error:
        raise MetreError(f"{source}, measure {bar.label}: {error}") from None


@lru_cache(maxsize=256)
def _supported(written: Signature, *, own: bool) -> TimeSignature:
    if written.units is None and written.text in {"", "none"}:
        raise MetreError("the metre is free (M:none, or no M: field): write one, such as M:4/4, and bar lines")
    if written.units is None:
        raise MetreError(f"metre M:{written.text[:20]!r} is not a metre: write one such as M:4/4")
    return readable(written.text, own=own)


def _in_metre(sheet: Sheet, source: str, remarks: list[Remark]) -> Sheet:
    """Return the score with a metre where none is written: the one of most of its measures.

    Raises
    ------
    MetreError
        If less than half of them are of one metre.
    """
    free = [bar for bar in sheet.bars if bar.metre.units is None]
    if not free:
        return sheet
    lengths = Counter(bar.units for bar in free)
    counts = {metre: lengths[int(metre.length * UNITS)] for metre in METRES}
    metre = max(METRES, key=lambda metre: counts[metre])
    text = free[0].metre.text
    what = f"metre {text[:20]!r} is not a metre" if text not in {"", "none"} else "no metre is written"
    if counts[metre] < _LEAST_FITTING * len(free):
        raise MetreError(
            f"{source}, measure {free[0].label}: {what}, and the measures are of many lengths: set one"
            " with the option metre=4/4 or the like"
        )
    remarks.append(
        Remark(
            f"{what}: taken for {metre}, as {counts[metre]} of {len(free)} measures are so long"
            " (the option metre sets another)"
        )
    )
    signature_of_metre = signature(str(metre))
    return replace(
        sheet, bars=[replace(bar, metre=signature_of_metre) if bar.metre.units is None else bar for bar in sheet.bars]
    )

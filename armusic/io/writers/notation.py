"""From notes in exact time to the symbols of written music.

A note becomes one symbol, or several that are tied: at bar lines, at the beats that a reader
must see, and where a tuplet begins or ends: see `tuplets`. Times that no notation has are moved a
little, so that any tune can be written.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, pairwise

from armusic.io.writers.beams import Stem, beams
from armusic.io.writers.parts import Part, parts, written
from armusic.io.writers.spelling import Spelling, shown, spell
from armusic.io.writers.tuplets import Tuplet, tuplets, writable
from armusic.io.writers.values import VALUES, values
from armusic.music.metre import TimeSignature
from armusic.music.score import Bar, Key, Note, Tune

_FINEST_EDGE = 12  # parts of a quarter note on which a pickup may begin and a last measure end

Padding = tuple[Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Chord(Note):
    """A note with others that sound as long, by their pitches."""

    others: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Symbol:
    """A written note or rest.

    Parameters
    ----------
    start, duration : Fraction
        Quarter notes; the start counts from the start of the (full) measure.
    base : Fraction
        Written length without dots, in quarter notes.
    dots : int
        Number of dots, 0 or 1.
    spelling : Spelling, optional
        Written pitch; None for a rest.
    sign : bool
        Whether its accidental is shown.
    others : tuple of (Spelling, bool)
        Further notes of a chord, each with whether its accidental is shown.
    tied_back, tied_on : bool
        Whether it is tied to the symbol before, and to the next.
    place : (int, int), optional
        Index in a tuplet, from 0, and number of symbols of the tuplet.
    parts : (int, int)
        Parts of its tuplet, and in the time of how many of these they are: (3, 2) in a triplet.
    beams : tuple of str
        Kinds of its beams, the eighth beam first: `begin`, `continue`, `end`, `forward hook` or `backward hook`.
    """

    start: Fraction
    duration: Fraction
    base: Fraction
    dots: int
    spelling: Spelling | None
    sign: bool = False
    others: tuple[tuple[Spelling, bool], ...] = ()
    tied_back: bool = False
    tied_on: bool = False
    place: tuple[int, int] | None = None
    parts: tuple[int, int] = (1, 1)
    beams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenMeasure:
    """A measure as written: its symbols, their start in the tune and length, and its number.

    `start` and `length` are in quarter notes; a pickup has the number 0. `key` is the key signature in force, and
    `moved` whether times in it were moved.
    """

    measure: Bar
    symbols: tuple[Symbol, ...]
    start: Fraction
    length: Fraction
    number: int
    key: Key
    moved: bool = False

    @property
    def silent(self) -> bool:
        """Whether it is a whole measure of rest."""
        return self.length == self.measure.metre.length and all(symbol.spelling is None for symbol in self.symbols)


def notate(
    tune: Tune, key: Key, *, padding: Padding | None = None, cuts: Sequence[Fraction] = ()
) -> list[WrittenMeasure]:
    """Return the measures of a tune in notation.

    Parameters
    ----------
    tune : Tune
        Tune. Times that no notation has are moved, at most by a 32nd note: see `tuplets.writable`.
    key : Key
        Key for the spelling, until it changes.
    padding : (Fraction, Fraction), optional
        Quarter notes of rest to leave out before a pickup and behind the last measure: by default the tune's own.
    cuts : sequence of Fraction
        Times, in quarter notes, at which a note is divided in two that are tied.

    Examples
    --------
    >>> from armusic.music.score import Measure, Metre
    >>> notes = (Note(Fraction(1, 2), Fraction(1), 60), Note(Fraction(3, 2), Fraction(1), 61))
    >>> (measure,) = notate(Tune(notes, (Measure(Fraction(0), Metre(4, 4)),)), Key(0))
    >>> [f"{s.spelling.letter if s.spelling else 'z'}{s.base}{'-' * s.tied_on}" for s in measure.symbols]
    ['z1/2', 'C1', 'C1/2-', 'C1/2', 'z1/2', 'z1']
    """
    bars = tune.bars
    divided = parts(tune, bars)
    starts = [part.real for part in divided]
    plain = all(part.scale == 1 for part in divided)

    def at(time: Fraction) -> Fraction:
        return time if plain else written(time, divided, starts)

    notes, moved = writable([_at(note, at(note.start), at(note.end)) for note in tune.notes], divided)
    cuts = [at(cut) for cut in cuts]
    padding = padding_of(tune) if padding is None else padding
    measures: list[WrittenMeasure] = []
    first_note = 0  # index of the first note that may sound in the part
    for number, run in groupby(divided, key=lambda part: part.bar):
        bar, symbols, changed = bars[number], [], False
        sign = tune.key_at(bar.start, key)
        low = bar.start + (padding[0] if number == 0 else 0)
        high = bar.end - (padding[1] if number == len(bars) - 1 else 0)
        for part in run:
            begin, end = max(part.start, at(low)), min(part.end, at(high))
            while first_note < len(notes) and notes[first_note].end <= begin:
                first_note += 1
            after_last = first_note
            while after_last < len(notes) and notes[after_last].start < end:
                after_last += 1
            spans = [
                (start - part.start, stop - part.start, note)
                for first, second, note in _spans(notes[first_note:after_last], begin, end)
                for start, stop in pairwise(
                    [first, *cuts[bisect_right(cuts, first) : bisect_left(cuts, second)], second]
                )
            ]
            symbols += _beamed(part, _symbols(part, spans, sign))
            changed |= part in moved
        shown_number = number + 1 - bool(padding[0])
        signed = tuple(_signed(symbols, sign))
        measures.append(WrittenMeasure(bar, signed, low, high - low, shown_number, sign, changed))
    return measures


def _at(note: Note, start: Fraction, end: Fraction) -> Note:
    return note if (start, end) == (note.start, note.end) else replace(note, start=start, duration=end - start)


def tempo(bpm: float, metre: TimeSignature) -> tuple[Fraction, str]:
    """Return a written tempo: a beat in quarter notes, and the number of beats in a minute.

    The beat is the metre's if the number then has at most three decimals, else a quarter note.

    Examples
    --------
    >>> from armusic.music.metre import Metre
    >>> tempo(168.0, Metre(6, 8)), tempo(100.0, Metre(6, 8))
    ((Fraction(3, 2), '112'), (Fraction(1, 1), '100'))
    """
    beat = pulse(metre)
    count = bpm / float(beat)
    if abs(count - round(count, 3)) > 1e-9:
        beat, count = Fraction(1), bpm
    return beat, f"{count:.3f}".rstrip("0").rstrip(".")


def pulse(metre: TimeSignature) -> Fraction:
    """Return the length of a beat as it is conducted, in quarter notes: halves in 2/2, the whole measure in 3/8."""
    if (metre.numerator, metre.denominator) == (3, 8):
        return metre.length
    return Fraction(2) if metre.denominator == 2 else metre.beat


def padding_of(*tunes: Tune, front: bool = True, back: bool = True) -> Padding:
    """Return the rest to leave out before a pickup and behind the last measure of tunes with the same measures.

    Where something sounds, none is left out, nor where `front` or `back` says so. The last measure is as long as in the
    score, and ends with a beat where that is no time of notation. Where a MIDI file ends says nothing of it: then it is
    whole, or short by the length of the pickup.

    Examples
    --------
    >>> from armusic.music.score import Measure, Metre
    >>> measures = (Measure(Fraction(0), Metre(2, 4)), Measure(Fraction(2), Metre(2, 4)))
    >>> notes = (Note(Fraction(1), Fraction(2), 60),)
    >>> [float(rest) for rest in padding_of(Tune(notes, measures, padding=(Fraction(1), Fraction(95, 96))))]
    [1.0, 0.0]
    """
    first, last = (min(tune.padding[side] for tune in tunes) for side in (0, 1))
    measures = tunes[0].measures
    if (first * _FINEST_EDGE).denominator > 1:
        first -= first % measures[0].metre.beat
    notes = [tune.notes for tune in tunes if tune.notes]
    if not notes or min(each[0].start for each in notes) < first:
        first = Fraction(0)
    if any(tune.origin and not tune.origin.score for tune in tunes):
        pickup = measures[0].metre.length - first if first else Fraction(0)
        last = pickup if last >= pickup else Fraction(0)
    elif (last * _FINEST_EDGE).denominator > 1:
        last -= last % measures[-1].metre.beat
    if not notes or max(each[-1].end for each in notes) > tunes[0].end - last:
        last = Fraction(0)
    return (first if front else Fraction(0)), (last if back else Fraction(0))


def _spans(notes: Sequence[Note], low: Fraction, high: Fraction) -> Iterator[tuple[Fraction, Fraction, Note | None]]:
    """Yield the notes from `low` to `high`, cut at both ends, and None for the silence between them."""
    at = low
    for note in notes:
        if note.start > at:
            yield at, note.start, None
        yield max(note.start, low), min(note.end, high), note
        at = min(note.end, high)
    if at < high:
        yield at, high, None


_Span = tuple[Fraction, Fraction, Note | None]


def _symbols(part: Part, spans: Sequence[_Span], key: Key) -> list[Symbol]:
    """Return the symbols of a part of a measure, in written time from its start; accidentals and beams come later.

    The end of a measure of an odd length makes no tuplet that cannot be written: what is then left of it is too short
    for any symbol.
    """
    times = {time for start, end, _ in spans for time in (start, end)}
    groups = tuplets(part.metre, times)
    if not all(group.usual for group in groups):
        groups = tuplets(part.metre, times - {spans[-1][1]})
    edges = sorted({edge for group in groups for edge in (group.start, group.end)})
    placed: list[tuple[Tuplet | None, Symbol]] = []
    for start, end, note in spans:
        heads = [spell(pitch, key) for pitch in (note.pitch, *getattr(note, "others", ()))] if note else [None]
        others = tuple((spelling, False) for spelling in heads[1:] if spelling)
        for low, high in pairwise([start, *(edge for edge in edges if start < edge < end), end]):
            group = next((group for group in groups if group.start <= low < group.end), None)
            ratio = group.ratio if group else Fraction(1)
            for at, length in values(part.metre, low, high, rest=note is None, tuplet=group):
                sounding = length / ratio
                tied_back = note is not None and note.start < part.start + at
                tied_on = note is not None and note.end > part.start + at + sounding
                symbol = Symbol(
                    at, sounding, *VALUES[length], heads[0], others=others, tied_back=tied_back, tied_on=tied_on
                )
                placed.append((group, symbol))
    symbols: list[Symbol] = []
    for group, run in groupby(placed, key=lambda pair: pair[0]):
        members = [symbol for _, symbol in run]
        if group:
            parts = group.actual, group.normal
            members = [replace(s, place=(n, len(members)), parts=parts) for n, s in enumerate(members)]
        symbols += members
    return symbols


def _signed(symbols: Sequence[Symbol], key: Key) -> list[Symbol]:
    """Return the symbols with their accidentals; a tie keeps them, also over a bar line."""
    heads = [
        (spelling, symbol.tied_back)
        for symbol in symbols
        if symbol.spelling
        for spelling in (symbol.spelling, *(other for other, _ in symbol.others))
    ]
    signs = iter(shown(heads, key))
    return [
        replace(symbol, sign=next(signs), others=tuple((other, next(signs)) for other, _ in symbol.others))
        if symbol.spelling
        else symbol
        for symbol in symbols
    ]


def _beamed(part: Part, symbols: Sequence[Symbol]) -> list[Symbol]:
    """Return the symbols with their beams, and in time from the start of the measure."""
    scale = part.scale
    stems = [
        Stem(s.start, s.base * scale, s.spelling is not None, not s.dots and s.place is None and scale <= 1)
        for s in symbols
    ]
    kinds = beams(part.metre, stems)
    if scale == 1 and not part.onset:
        return [replace(symbol, beams=each) for symbol, each in zip(symbols, kinds, strict=True)]
    return [
        replace(s, start=part.onset + s.start * scale, duration=s.duration * scale, base=s.base * scale, beams=each)
        for s, each in zip(symbols, kinds, strict=True)
    ]

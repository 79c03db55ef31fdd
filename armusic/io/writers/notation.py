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
from armusic.io.writers.spelling import Spelling, shown, spell
from armusic.io.writers.tuplets import Tuplet, tuplets, writable
from armusic.music.score import Key, Measure, Metre, Note, Tune

_BASES = tuple(Fraction(4, 2**power) for power in range(8))  # from a whole note to a 128th, in quarter notes
VALUES = {base * dotted: (base, dots) for base in _BASES for dots, dotted in ((0, Fraction(1)), (1, Fraction(3, 2)))}
"""Durations of single symbols, in quarter notes, each with its undotted length and its dots."""

_LENGTHS = sorted(VALUES, reverse=True)
_EIGHTH, _QUARTER = Fraction(1, 2), Fraction(1)
_THREE = 3  # beats: the measure has no halves to show
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

    `start` and `length` are in quarter notes; a pickup has the number 0. `moved` is whether times in it were moved.
    """

    measure: Measure
    symbols: tuple[Symbol, ...]
    start: Fraction
    length: Fraction
    number: int
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
        Key for the spelling.
    padding : (Fraction, Fraction), optional
        Quarter notes of rest to leave out before a pickup and behind the last measure: by default the tune's own.
    cuts : sequence of Fraction
        Times, in quarter notes, at which a note is divided in two that are tied.

    Examples
    --------
    >>> from armusic.music.score import Metre
    >>> notes = (Note(Fraction(1, 2), Fraction(1), 60), Note(Fraction(3, 2), Fraction(1), 61))
    >>> (measure,) = notate(Tune(notes, (Measure(Fraction(0), Metre(4, 4)),)), Key(0))
    >>> [f"{s.spelling.letter if s.spelling else 'z'}{s.base}{'-' * s.tied_on}" for s in measure.symbols]
    ['z1/2', 'C1', 'C1/2-', 'C1/2', 'z1/2', 'z1']
    """
    measures: list[WrittenMeasure] = []
    first_note = 0  # index of the first note that may sound in the measure
    last = len(tune.measures) - 1
    notes, moved = writable(tune.notes, tune.measures)
    padding = padding_of(tune) if padding is None else padding
    for index, measure in enumerate(tune.measures):
        low = measure.start + (padding[0] if index == 0 else 0)
        high = measure.end - (padding[1] if index == last else 0)
        while first_note < len(notes) and notes[first_note].end <= low:
            first_note += 1
        after_last = first_note
        while after_last < len(notes) and notes[after_last].start < high:
            after_last += 1
        spans = [
            (start - measure.start, end - measure.start, note)
            for first, second, note in _spans(notes[first_note:after_last], low, high)
            for start, end in pairwise([first, *cuts[bisect_right(cuts, first) : bisect_left(cuts, second)], second])
        ]
        symbols = _beamed(measure, _signed(_symbols(measure, spans, key), key))
        number = index + 1 - bool(padding[0])
        measures.append(WrittenMeasure(measure, tuple(symbols), low, high - low, number, index in moved))
    return measures


def tempo(bpm: float, metre: Metre) -> tuple[Fraction, str]:
    """Return a written tempo: a beat in quarter notes, and the number of beats in a minute.

    The beat is the metre's if the number then has at most three decimals, else a quarter note.

    Examples
    --------
    >>> tempo(168.0, Metre(6, 8)), tempo(100.0, Metre(6, 8))
    ((Fraction(3, 2), '112'), (Fraction(1, 1), '100'))
    """
    beat = Fraction(2) if metre.denominator == 2 else metre.beat
    count = bpm / float(beat)
    if abs(count - round(count, 3)) > 1e-9:
        beat, count = Fraction(1), bpm
    return beat, f"{count:.3f}".rstrip("0").rstrip(".")


def padding_of(*tunes: Tune, front: bool = True, back: bool = True) -> Padding:
    """Return the rest to leave out before a pickup and behind the last measure of tunes with the same measures.

    Where something sounds, none is left out, nor where `front` or `back` says so. What a file has between its last
    note and its end is no rhythm: the last measure ends with a beat then.

    Examples
    --------
    >>> from armusic.music.score import Metre
    >>> measures = (Measure(Fraction(0), Metre(2, 4)), Measure(Fraction(2), Metre(2, 4)))
    >>> notes = (Note(Fraction(1), Fraction(2), 60),)
    >>> [float(rest) for rest in padding_of(Tune(notes, measures, padding=(Fraction(1), Fraction(95, 96))))]
    [1.0, 0.0]
    """
    first, last = (min(tune.padding[side] for tune in tunes) for side in (0, 1))
    measures = tunes[0].measures
    if (first * _FINEST_EDGE).denominator > 1:
        first -= first % measures[0].metre.beat
    if (last * _FINEST_EDGE).denominator > 1:
        last -= last % measures[-1].metre.beat
    notes = [tune.notes for tune in tunes if tune.notes]
    if not (front and notes) or min(each[0].start for each in notes) < first:
        first = Fraction(0)
    if not (back and notes) or max(each[-1].end for each in notes) > tunes[0].end - last:
        last = Fraction(0)
    return first, last


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


def _symbols(measure: Measure, spans: Sequence[_Span], key: Key) -> list[Symbol]:
    """Return the symbols of a measure, in time from its start; accidentals and beams come later."""
    groups = tuplets(measure.metre, {time for start, end, _ in spans for time in (start, end)})
    edges = sorted({edge for group in groups for edge in (group.start, group.end)})
    placed: list[tuple[Tuplet | None, Symbol]] = []
    for start, end, note in spans:
        heads = [spell(pitch, key) for pitch in (note.pitch, *getattr(note, "others", ()))] if note else [None]
        others = tuple((spelling, False) for spelling in heads[1:] if spelling)
        for low, high in pairwise([start, *(edge for edge in edges if start < edge < end), end]):
            group = next((group for group in groups if group.start <= low < group.end), None)
            ratio = group.ratio if group else Fraction(1)
            for at, length in _values(measure.metre, low, high, rest=note is None, tuplet=group):
                sounding = length / ratio
                tied_back = note is not None and note.start < measure.start + at
                tied_on = note is not None and note.end > measure.start + at + sounding
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


def _values(
    metre: Metre, low: Fraction, high: Fraction, *, rest: bool, tuplet: Tuplet | None
) -> Iterator[tuple[Fraction, Fraction]]:
    """Yield start and written length of the symbols that fill the time from `low` to `high`."""
    ratio = tuplet.ratio if tuplet else Fraction(1)
    while low < high:
        remaining = (high - low) * ratio
        length = next(
            length
            for length in _LENGTHS
            if length <= remaining and (not (rest and VALUES[length][1]) if tuplet else _fits(metre, low, length, rest))
        )
        yield low, length
        low += length / ratio


def _fits(metre: Metre, at: Fraction, length: Fraction, rest: bool) -> bool:
    """Return whether one symbol may stand there, by the usual rules on showing the beats."""
    offset, beats = at % metre.beat, length / metre.beat
    if offset + length <= metre.beat:
        if not rest:
            return True
        if metre.compound and length > _EIGHTH:
            return offset == 0 and length in (metre.beat, _QUARTER)
        return VALUES[length][1] == 0 and at % length == 0
    half = 2 * metre.beat if metre.beats % 2 == 0 else metre.length
    within = at // half == (at + length - Fraction(1, 128)) // half
    if rest:
        return at % length == 0 and beats in (2, 4) and metre.beats != _THREE
    if metre.compound:
        return offset == 0 and beats.denominator == 1 and (at % length == 0 or metre.beats == _THREE)
    if offset == 0:
        return within or at == 0 or (at % half == _QUARTER and length == 2)
    return offset == _EIGHTH and within and length in (_QUARTER, 3 * _EIGHTH)


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


def _beamed(measure: Measure, symbols: Sequence[Symbol]) -> list[Symbol]:
    """Return the symbols with their beams."""
    stems = [
        Stem(symbol.start, symbol.base, symbol.spelling is not None, not symbol.dots and symbol.place is None)
        for symbol in symbols
    ]
    return [replace(symbol, beams=kinds) for symbol, kinds in zip(symbols, beams(measure.metre, stems), strict=True)]

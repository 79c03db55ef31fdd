"""From notes in exact time to the symbols of written music.

A note becomes one symbol, or several that are tied: at bar lines, at the beats that a reader
must see, and where a triplet begins or ends. A beat in which something starts or ends off its
halves and quarters is a triplet (three in the time of two), two such beats a slower one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import groupby, pairwise

from armusic.errors import OffGridError
from armusic.io.writers.spelling import Spelling, shown, spell
from armusic.music.score import Key, Measure, Metre, Note, Tune, mixed_number

_BASES = tuple(Fraction(4, 2**power) for power in range(8))  # from a whole note to a 128th, in quarter notes
VALUES = {base * dotted: (base, dots) for base in _BASES for dots, dotted in ((0, Fraction(1)), (1, Fraction(3, 2)))}
"""Durations of single symbols, in quarter notes, each with its undotted length and its dots."""

_LENGTHS = sorted(VALUES, reverse=True)
_EIGHTH, _QUARTER, _THIRD = Fraction(1, 2), Fraction(1), Fraction(2, 3)
_THREE = 3  # beats: the measure has no halves to show
TRIPLET = Fraction(3, 2)  # written length of a triplet's notes by their duration


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
    tied_back, tied_on : bool
        Whether it is tied to the symbol before, and to the next.
    triplet : (int, int), optional
        Index in a triplet, from 0, and number of symbols of the triplet.
    beams : tuple of str
        Kinds of its beams, the eighth beam first: `begin`, `continue`, `end`, `forward hook` or `backward hook`.
    """

    start: Fraction
    duration: Fraction
    base: Fraction
    dots: int
    spelling: Spelling | None
    sign: bool = False
    tied_back: bool = False
    tied_on: bool = False
    triplet: tuple[int, int] | None = None
    beams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenMeasure:
    """A measure as written: its symbols, their start in the tune and length, and its number.

    `start` and `length` are in quarter notes; a pickup has the number 0.
    """

    measure: Measure
    symbols: tuple[Symbol, ...]
    start: Fraction
    length: Fraction
    number: int

    @property
    def silent(self) -> bool:
        """Whether it is a whole measure of rest."""
        return self.length == self.measure.metre.length and all(symbol.spelling is None for symbol in self.symbols)


def notate(tune: Tune, key: Key, *, front: bool = True, back: bool = True, name: str = "") -> list[WrittenMeasure]:
    """Return the measures of a tune in notation.

    Parameters
    ----------
    tune : Tune
        Tune with notes on eighths of a beat or finer powers of two, or on thirds of a quarter note.
    key : Key
        Key for the spelling.
    front, back : bool
        Whether the padding of a pickup and of a short last measure is left out, or written as rests.
    name : str
        Name of the tune in messages.

    Raises
    ------
    OffGridError
        For a note anywhere else.

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
    padding = _padding(tune, front=front, back=back)
    for index, measure in enumerate(tune.measures):
        low = measure.start + (padding[0] if index == 0 else 0)
        high = measure.end - (padding[1] if index == last else 0)
        while first_note < len(tune.notes) and tune.notes[first_note].end <= low:
            first_note += 1
        after_last = first_note
        while after_last < len(tune.notes) and tune.notes[after_last].start < high:
            after_last += 1
        spans = list(_spans(tune.notes[first_note:after_last], low, high))
        try:
            symbols = _symbols(
                measure, [(start - measure.start, end - measure.start, n) for start, end, n in spans], key
            )
        except OffGridError as error:
            where = f"{name or tune.source or 'the tune'}, measure {index + 1}"
            raise OffGridError(f"{where}: {error}") from None
        number = index + 1 - bool(padding[0])
        measures.append(
            WrittenMeasure(measure, tuple(_beamed(measure, _signed(symbols, key))), low, high - low, number)
        )
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


def _padding(tune: Tune, *, front: bool, back: bool) -> tuple[Fraction, Fraction]:
    """Return the rest to leave out before a pickup and behind the last measure: none where something sounds."""
    first, last = tune.padding if tune.notes else (Fraction(0), Fraction(0))
    if not front or (first and tune.notes[0].start < first):
        first = Fraction(0)
    if not back or (last and tune.notes[-1].end > tune.end - last):
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
_Edges = tuple[Fraction, Fraction]


def _symbols(measure: Measure, spans: Sequence[_Span], key: Key) -> list[Symbol]:
    """Return the symbols of a measure, in time from its start; accidentals and beams come later."""
    triplets = _triplets(measure.metre, {time for start, end, _ in spans for time in (start, end)})
    edges = sorted({edge for triplet in triplets for edge in triplet})
    placed: list[tuple[_Edges | None, Symbol]] = []
    for start, end, note in spans:
        spelling = spell(note.pitch, key) if note else None
        for low, high in pairwise([start, *(edge for edge in edges if start < edge < end), end]):
            triplet = next(((first, last) for first, last in triplets if first <= low < last), None)
            for at, length in _values(measure.metre, low, high, rest=note is None, triplet=triplet is not None):
                sounding = length / TRIPLET if triplet else length
                tied_back = note is not None and note.start < measure.start + at
                tied_on = note is not None and note.end > measure.start + at + sounding
                symbol = Symbol(at, sounding, *VALUES[length], spelling, tied_back=tied_back, tied_on=tied_on)
                placed.append((triplet, symbol))
    symbols: list[Symbol] = []
    for triplet, run in groupby(placed, key=lambda pair: pair[0]):
        members = [symbol for _, symbol in run]
        count = len(members)
        symbols += [replace(s, triplet=(n, count)) for n, s in enumerate(members)] if triplet else members
    return symbols


def _triplets(metre: Metre, times: set[Fraction]) -> list[_Edges]:
    """Return the edges of triplets for the times at which notes and rests start and end; none in compound metres."""
    if metre.compound:
        return []
    odd = [any(n < t < n + 1 and not _binary(t) for t in times) for n in range(metre.beats)]
    triplets: list[_Edges] = []
    beat = 0
    while beat < metre.beats:
        inside = {time - beat for time in times if beat < time < beat + 2}
        slow = (
            (beat % 2 == 0 or metre.beats == _THREE)
            and sum(odd[beat : beat + 2]) == 2
            and inside <= {_THIRD, 2 * _THIRD}
        )
        if odd[beat]:
            triplets.append((Fraction(beat), Fraction(beat + 1 + slow)))
        beat += 1 + slow
    return triplets


def _binary(time: Fraction) -> bool:
    return not time.denominator & (time.denominator - 1)


def _values(metre: Metre, low: Fraction, high: Fraction, *, rest: bool, triplet: bool) -> Iterator[_Edges]:
    """Yield start and written length of the symbols that fill the time from `low` to `high`."""
    start = low
    while low < high:
        remaining = (high - low) * (TRIPLET if triplet else 1)
        for length in _LENGTHS:
            if length <= remaining and (
                not (rest and VALUES[length][1]) if triplet else _fits(metre, low, length, rest)
            ):
                break
        else:
            raise OffGridError(
                f"something lasts from quarter note {mixed_number(start + 1)} to {mixed_number(high + 1)} of it, which"
                " cannot be written: quantise it to sixteenths or triplets"
            )
        yield low, length
        low += length / TRIPLET if triplet else length


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
    heads = [(symbol.spelling, symbol.tied_back) for symbol in symbols if symbol.spelling]
    signs = iter(shown(heads, key))
    return [replace(symbol, sign=next(signs)) if symbol.spelling else symbol for symbol in symbols]


def _beamed(measure: Measure, symbols: Sequence[Symbol]) -> Iterator[Symbol]:
    """Yield the symbols with their beams: those of a beat, or of half a measure where all are eighths."""
    metre = measure.metre
    half = metre.beat * (2 if metre.beats % 2 == 0 else metre.beats)
    eighths = {
        number
        for number, run in groupby(symbols, key=lambda symbol: symbol.start // half)
        if not metre.compound and all(_is_eighth(symbol) for symbol in run)
    }

    def group(symbol: Symbol) -> tuple[bool, bool, Fraction | int]:
        number = symbol.start // half
        flagged = symbol.spelling is not None and symbol.base <= _EIGHTH
        return flagged, number in eighths, number if number in eighths else symbol.start // metre.beat

    for (flagged, *_), run in groupby(symbols, key=group):
        members = list(run)
        levels = [int(_QUARTER / symbol.base).bit_length() - 1 if flagged else 0 for symbol in members]
        for symbol, beams in zip(members, _beams(levels), strict=True):
            yield replace(symbol, beams=beams)


def _is_eighth(symbol: Symbol) -> bool:
    return symbol.spelling is not None and (symbol.base, symbol.dots, symbol.triplet) == (_EIGHTH, 0, None)


def _beams(levels: Sequence[int]) -> Iterator[tuple[str, ...]]:
    """Yield the beams of the notes of a group, by their numbers of flags; a single note keeps its flags."""
    if len(levels) == 1:
        yield ()
        return
    last = len(levels) - 1
    for place, count in enumerate(levels):
        kinds = []
        for level in range(1, count + 1):
            before = place > 0 and levels[place - 1] >= level
            after = place < last and levels[place + 1] >= level
            hook = "backward hook" if place else "forward hook"
            kinds.append("continue" if before and after else "begin" if after else "end" if before else hook)
        yield tuple(kinds)

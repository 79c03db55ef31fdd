"""The tick grid: notes to tokens and back, exactly.

Every beat has six ticks. In simple metres they stand at 0, 1/4, 1/3, 1/2, 2/3 and 3/4 of
the beat, so that sixteenths and triplets both fit (Pati and Lerch 2020); the six ticks of
a compound beat are evenly spaced sixteenths. A measure is one row of tokens:

- 0..127: a note of this MIDI pitch starts here;
- `HOLD`: the note, or the silence, goes on;
- `REST`: silence begins here.

The canonical row has `REST` only where silence begins, and at the first tick of a measure
that begins in silence; its first tick is `HOLD` only where a note sounds across the bar line.
In an array that mixes metres, `PAD` fills the rows of the shorter ones.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from armusic.errors import OffGridError
from armusic.music.score import METRES, Measure, Metre, Note, Tune, mixed_number
from armusic.shapes import Bool, Int

TICKS_PER_BEAT = 6
DUPLE, TRIPLE = [1, 3, 5], [2, 4]  # ticks of a simple beat: its fourths, and its thirds
HOLD, REST, PAD = 128, 129, 130

UNITS_PER_QUARTER = 12  # the coarsest unit in which every tick of both grids is a whole number
FINE = 2 * UNITS_PER_QUARTER  # the same for metres in halved values, such as 6/16
_SCALES = {scale: int(2 * scale) for scale in (Fraction(1, 2), Fraction(1), Fraction(2))}  # fine units in a unit
_SIMPLE = np.array([0, 3, 4, 6, 8, 9])
_COMPOUND = np.array([0, 3, 6, 9, 12, 15])


def ticks(metre: Metre) -> int:
    """Return the number of ticks in a measure of `metre`."""
    return TICKS_PER_BEAT * metre.beats


def tick_units(metre: Metre) -> Int[np.ndarray, " tick"]:
    """Return the start of each tick in its measure, in twelfths of a quarter note of its kind of metre.

    Examples
    --------
    >>> tick_units(Metre(2, 4)).tolist()
    [0, 3, 4, 6, 8, 9, 12, 15, 16, 18, 20, 21]
    """
    beat = int(metre.kind.beat * UNITS_PER_QUARTER)
    grid = _COMPOUND if metre.compound else _SIMPLE
    return (np.arange(metre.beats)[:, None] * beat + grid).ravel()


MAX_TICKS = max(ticks(metre) for metre in METRES)
_KIND = {metre: index for index, metre in enumerate(METRES)}
_UNITS = np.zeros((len(METRES), MAX_TICKS), dtype=np.int64)  # (kind, tick) -> unit
_TICKS = np.full((len(METRES), int(max(m.length for m in METRES) * UNITS_PER_QUARTER) + 1), -1)  # (kind, unit) -> tick
for _metre, _kind in _KIND.items():
    _units_of_ticks = tick_units(_metre)
    _UNITS[_kind, : ticks(_metre)] = _units_of_ticks
    _TICKS[_kind, _units_of_ticks] = np.arange(ticks(_metre))
    _TICKS[_kind, int(_metre.length * UNITS_PER_QUARTER)] = ticks(_metre)  # the bar line that ends the last measure


def kinds(measures: Sequence[Measure]) -> Int[np.ndarray, " measure"]:
    """Return for each measure the index of its kind of metre in `score.METRES`."""
    return np.array([_KIND[measure.metre.kind] for measure in measures], dtype=np.int64)


def encode(tune: Tune) -> Int[np.ndarray, "measure tick"]:
    """Return the canonical tokens of a tune, one row per measure.

    Returns
    -------
    int16 array (measure, tick)
        Tokens, as wide as the longest measure; shorter ones end in `PAD`.

    Raises
    ------
    OffGridError
        At the first note that starts or ends between two ticks; names it and its measure.

    Examples
    --------
    >>> tune = Tune((Note(Fraction(0), Fraction(1), 60), Note(Fraction(3, 2), Fraction(1, 2), 62)),
    ...             (Measure(Fraction(0), Metre(2, 4)),))
    >>> encode(tune).tolist() == [[60] + [HOLD] * 5 + [REST, HOLD, HOLD, 62, HOLD, HOLD]]
    True
    """
    onset_rows, onset_ticks = _place(tune.measures, [note.start for note in tune.notes])
    end_rows, end_ticks = _place(tune.measures, [note.end for note in tune.notes])
    off = (onset_ticks < 0) | (end_ticks < 0)
    if off.any():
        raise _off_grid(tune, int(off.argmax()))

    lengths = np.array([ticks(metre) for metre in METRES])[kinds(tune.measures)]
    columns = np.arange(max(lengths, default=0))
    bars = np.append(0, np.cumsum(lengths))  # where each measure starts when the ticks of all are numbered on
    onsets, ends = bars[onset_rows] + onset_ticks, bars[end_rows] + end_ticks
    row = np.full(bars[-1] + 1, HOLD, dtype=np.int16)  # one tick more: where the tune may end
    before = np.searchsorted(onsets, bars[:-1]) - 1  # the last note that starts before the bar line
    row[bars[:-1][np.append(ends, 0)[before] <= bars[:-1]]] = REST
    row[ends] = REST
    row[onsets] = [note.pitch for note in tune.notes]
    tokens = np.full((len(lengths), len(columns)), PAD, dtype=np.int16)
    tokens[columns < lengths[:, None]] = row[:-1]
    return tokens


def on_grid(tune: Tune) -> Bool[np.ndarray, " note"]:
    """Return for each note whether it starts and ends at a tick.

    Examples
    --------
    >>> on_grid(Tune((Note(Fraction(1, 8), Fraction(7, 8), 60),), (Measure(Fraction(0), Metre(2, 4)),))).tolist()
    [False]
    """
    placed = (
        _place(tune.measures, times)
        for times in ([note.start for note in tune.notes], [note.end for note in tune.notes])
    )
    return np.all([columns >= 0 for _, columns in placed], axis=0)


def decode(tokens: Int[np.ndarray, "measure tick"], measures: Sequence[Measure]) -> tuple[Note, ...]:
    """Return the notes of rows of tokens; every row is valid.

    A `HOLD` with nothing before it is silence; columns behind a row's last tick are ignored.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Tokens, at least as wide as the longest measure.
    measures : sequence of Measure
        Start and metre of each row.

    Returns
    -------
    tuple of Note
        Notes, sorted, without overlap, of the default velocity; `encode` of them is `tokens` in canonical form.

    Examples
    --------
    >>> row = np.array([[HOLD, HOLD, HOLD, 62, HOLD, HOLD, REST] + [HOLD] * 5])
    >>> [(str(n.start), str(n.duration), n.pitch) for n in decode(row, (Measure(Fraction(0), Metre(2, 4)),))]
    [('1/2', '1/2', 62)]
    """
    return tuple(
        Note(Fraction(start, FINE), Fraction(length, FINE), pitch)
        for start, length, pitch, _ in spans(tokens, measures)
    )


def spans(tokens: Int[np.ndarray, "measure tick"], measures: Sequence[Measure]) -> Iterator[tuple[int, int, int, int]]:
    """Yield start and length in units of a `FINE`th of a quarter note, pitch and row of each note: see `decode`."""
    if not measures:
        return
    kind, (starts, scales) = kinds(measures), _starts(measures)
    lengths = np.array([ticks(metre) for metre in METRES])[kind]
    rows, columns = np.nonzero((tokens != HOLD) & (np.arange(tokens.shape[1]) < lengths[:, None]))
    at = starts[rows] + _UNITS[kind[rows], columns] * scales[rows]
    until = np.append(at, int(measures[-1].end * FINE))[1:]
    values = tokens[rows, columns]
    is_note = is_onset(values)
    yield from zip(*(each[is_note].tolist() for each in (at, until - at, values, rows)), strict=True)


def is_onset(tokens: Int[np.ndarray, "*batch tick"]) -> Bool[np.ndarray, "*batch tick"]:
    """Return a mask of the ticks at which a note starts."""
    return (tokens >= 0) & (tokens < HOLD)


def sounding(tokens: Int[np.ndarray, "measure tick"], hold: int = HOLD) -> Int[np.ndarray, "measure tick"]:
    """Return at each tick what sounds there: the last token up to it that is no `HOLD`.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Tokens, or classes of a frame.
    hold : int
        Their `HOLD`; it stays where nothing came before it in its row.

    Examples
    --------
    >>> sounding(np.array([[HOLD, 60, HOLD, REST, HOLD, 62]])).tolist() == [[HOLD, 60, 60, REST, REST, 62]]
    True
    """
    begin = np.where(tokens == hold, 0, np.arange(tokens.shape[1]))
    return np.take_along_axis(tokens, np.maximum.accumulate(begin, axis=1), axis=1)


def is_canonical(tokens: Int[np.ndarray, "measure tick"]) -> Bool[np.ndarray, " measure"]:
    """Return a mask of the rows that are canonical: rest stands only where silence begins.

    Examples
    --------
    >>> is_canonical(np.array([[60, REST, HOLD, 62], [60, REST, REST, 62], [HOLD, REST, HOLD, HOLD]])).tolist()
    [True, False, True]
    """
    ticks = np.arange(tokens.shape[1])
    last = np.maximum.accumulate(np.where((tokens == REST) | is_onset(tokens), ticks, -1), axis=1)
    before = np.pad(last, ((0, 0), (1, 0)), constant_values=-1)[:, :-1]  # the last note or rest before each tick
    silent = (before >= 0) & (np.take_along_axis(tokens, before.clip(0), axis=1) == REST)
    return ~(silent & (tokens == REST)).any(axis=1)


def _starts(measures: Sequence[Measure]) -> tuple[Int[np.ndarray, " measure"], Int[np.ndarray, " measure"]]:
    """Return the start of each measure, and the length of a unit of its kind of metre, in fine units."""
    starts = np.array([int(measure.start * FINE) for measure in measures], dtype=np.int64)
    return starts, np.array([_SCALES[measure.metre.scale] for measure in measures], dtype=np.int64)


def _place(
    measures: Sequence[Measure], times: Sequence[Fraction]
) -> tuple[Int[np.ndarray, " time"], Int[np.ndarray, " time"]]:
    """Return measure and tick of each time: -1 between two ticks, and the tick after the last one at the end."""
    kind, (starts, scales) = kinds(measures), _starts(measures)
    scaled = [divmod(time.numerator * FINE, time.denominator) for time in times]
    units = np.array([unit for unit, _ in scaled], dtype=np.int64)
    rows = np.searchsorted(starts, units, side="right") - 1
    within, rest = np.divmod(units - starts[rows], scales[rows])
    columns = np.where(rest == 0, _TICKS[kind[rows], within], -1)
    columns[[remainder != 0 for _, remainder in scaled]] = -1
    return rows, columns


def _off_grid(tune: Tune, index: int) -> OffGridError:
    note = tune.notes[index]
    row = max(i for i, measure in enumerate(tune.measures) if measure.start <= note.start)
    measure = tune.measures[row]
    return OffGridError(
        f"{tune.source}, measure {tune.numbers[row]}, note of pitch {note.pitch}: it lasts from beat"
        f" {mixed_number((note.start - measure.start) / measure.metre.beat + 1)} to"
        f" {mixed_number((note.end - measure.start) / measure.metre.beat + 1)},"
        f" between the six ticks of a beat in {measure.metre}: quantise it to sixteenths or triplets"
    )

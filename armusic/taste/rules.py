"""What no musician writes, unless the tune does: rules for measures that are to stand in the place of others.

Every rule takes rows of tokens (candidate, tick), beside those of the measures that they would
replace, and returns a mask of the rows that break it. Where many would replace the same, these are given once, and `of`
says which of them is each candidate's. `legato` mends what can be mended.
What belongs to the tune and not to a measure (its compass, its subdivisions, the longest run of one pitch)
is in its `Habits`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.music.score import METRES
from armusic.music.tokenizer import (
    DUPLE,
    HOLD,
    MAX_TICKS,
    PAD,
    REST,
    TICKS_PER_BEAT,
    TRIPLE,
    UNITS_PER_QUARTER,
    is_onset,
    sounding,
    tick_units,
)
from armusic.shapes import Bool, Float, Int
from armusic.taste import melody

Tokens = Int[np.ndarray, "candidate tick"]
Before = Int[np.ndarray, "before tick"]
Of = Int[np.ndarray, " candidate"] | slice
Mask = Bool[np.ndarray, " candidate"]

EACH = slice(None)  # each candidate has a row of its own to replace

LEAP = 12  # semitones: the widest interval
THIRD = 4  # semitones beyond the compass of the tune
RUN = 2  # of one pitch in a row
SIXTEENTH = [1, 5]  # ticks of a simple beat that only sixteenths fall on
BARE = 0.4  # of a measure's notes
PHRASE = 8  # measures

_EVEN = ((), (0,), (3,), (0, 3), (0, 1, 3, 5), (0, 3, 5), (0, 1, 3), (3, 5), (1, 3, 5), (0, 2, 4), (2, 4))
_EVEN_COMPOUND = ((), (0,), (0, 4), (0, 2, 4), (2, 4), (4,), (0, 2), (0, 1, 2, 3, 4, 5), (0, 1, 2, 4), (0, 2, 3, 4),
                  (0, 2, 4, 5), (0, 1, 2, 3, 4), (0, 2, 3, 4, 5), (0, 1, 2, 4, 5), (0, 4, 5), (2, 3, 4, 5))  # fmt: skip
_PLAIN = np.zeros((2, 1 << TICKS_PER_BEAT), dtype=bool)
"""Which patterns of onsets in a beat are even, in simple (0) and compound (1) metres."""
for _row, _patterns in enumerate((_EVEN, _EVEN_COMPOUND)):
    _PLAIN[_row, [sum(1 << _tick for _tick in _pattern) for _pattern in _patterns]] = True
_EIGHTHS = np.array([0b1001, 0b10101])
"""The ticks of a beat at which eighths start, as bits, in simple (0) and compound (1) metres."""
_UNITS = np.stack(
    [
        np.concatenate([tick_units(metre), np.full(MAX_TICKS + 1, metre.length * UNITS_PER_QUARTER, int)])[
            : MAX_TICKS + 1
        ]
        for metre in METRES
    ]
)
"""When each tick begins, in twelfths of a quarter note, by metre; from the last one on, the end of the measure."""


@dataclass(frozen=True, slots=True)
class Habits:
    """What a tune does.

    Parameters
    ----------
    low, high : int
        Lowest and highest pitch of the tune.
    triple, duple, sixteenths : bool
        Whether simple beats are divided into triplets, into halves or quarters, and into sixteenths.
    mixes : bool
        Whether one of its simple measures has triplets beside halves or quarters.
    patterns : frozenset of int
        The ticks of a beat at which notes start, as bits, of all its beats.
    """

    low: int
    high: int
    triple: bool
    duple: bool
    sixteenths: bool
    mixes: bool
    patterns: frozenset[int] = frozenset()


def habits(tokens: Tokens, kind: Int[np.ndarray, " candidate"]) -> Habits:
    """Return what the measures of a tune do.

    Examples
    --------
    >>> habits(np.array([[60, HOLD, HOLD, 62, HOLD, HOLD, 64, HOLD, 65, HOLD, 67, HOLD]]), np.array([1]))
    Habits(low=60, high=67, triple=True, duple=True, sixteenths=False, mixes=True, patterns=frozenset({9, 21}))
    """
    onset = is_onset(tokens)
    triple, duple, sixteenths = (used.any(axis=1) for used in divisions(tokens, kind))
    low, high = (int(tokens[onset].min()), int(tokens[onset].max())) if onset.any() else (0, HOLD - 1)
    mixed = (triple & duple).any()
    used = frozenset(np.unique(beat_patterns(tokens)).tolist())
    return Habits(low, high, bool(triple.any()), bool(duple.any()), bool(sixteenths.any()), bool(mixed), used)


def beat_patterns(tokens: Tokens) -> Int[np.ndarray, "candidate beat"]:
    """Return the ticks of each beat at which notes start, as bits."""
    beats = tokens.shape[1] // TICKS_PER_BEAT
    return is_onset(tokens).reshape(len(tokens), beats, TICKS_PER_BEAT) @ (1 << np.arange(TICKS_PER_BEAT))


def snaps(tokens: Tokens, kind: Int[np.ndarray, " candidate"], tune: Habits) -> Int[np.ndarray, " candidate"]:
    """Return how many beats of each row go short-long or dotted in a way that the tune does not.

    Even divisions of a beat, and those with one half of it divided again, are not meant.

    Examples
    --------
    >>> even = np.array([[60, HOLD, HOLD, 62, HOLD, HOLD]])
    >>> snap = np.array([[60, 62, HOLD, HOLD, HOLD, HOLD]])
    >>> [snaps(row, np.array([1]), habits(even, np.array([1]))).tolist() for row in (even, snap)]
    [[0], [1]]
    """
    plain = _PLAIN[np.array([metre.compound for metre in METRES])[kind].astype(int)]
    known = np.zeros(1 << TICKS_PER_BEAT, dtype=bool)
    known[list(tune.patterns)] = True
    pattern = beat_patterns(tokens)
    return (~np.take_along_axis(plain, pattern, axis=1) & ~known[pattern]).sum(axis=1)


def bare(tokens: Tokens, before: Tokens) -> Float[np.ndarray, " candidate"]:
    """Return how bare each row is beside the others: 0 with two fifths of their notes or more, towards 1 with none."""
    notes, own = (is_onset(rows).sum(axis=1) for rows in (tokens, before))
    return np.maximum(1 - notes / np.maximum(BARE * own, 1), 0)


def lost_openings(tokens: Tokens, before: Tokens) -> Mask:
    """Return which rows begin with another note than the others do: another pitch, or at another tick."""
    onset = is_onset(before)
    first = np.where(onset.any(axis=1), onset.argmax(axis=1), 0)[:, None]
    same = np.take_along_axis(tokens, first, axis=1) == np.take_along_axis(before, first, axis=1)
    earlier = (is_onset(tokens) & (np.arange(tokens.shape[1]) < first)).any(axis=1)
    return ~same[:, 0] | earlier


def divisions(
    tokens: Tokens, kind: Int[np.ndarray, " candidate"]
) -> tuple[Bool[np.ndarray, "candidate beat"], Bool[np.ndarray, "candidate beat"], Bool[np.ndarray, "candidate beat"]]:
    """Return which beats are divided into triplets, into halves or quarters, and into sixteenths; none in 6/8."""
    simple = ~np.array([metre.compound for metre in METRES])[kind]
    beats = (
        is_onset(tokens).reshape(len(tokens), tokens.shape[1] // TICKS_PER_BEAT, TICKS_PER_BEAT) & simple[:, None, None]
    )
    triple, duple, sixteenths = (beats[:, :, ticks].any(axis=2) for ticks in (TRIPLE, DUPLE, SIXTEENTH))
    return triple, duple, sixteenths


def legato(tokens: Tokens, before: Tokens) -> Tokens:
    """Return measures whose notes go on until the others are silent, or until the next note.

    Silence before the first note stays.

    Examples
    --------
    >>> legato(np.array([[60, REST, HOLD, 62]]), np.array([[60, HOLD, HOLD, HOLD]])).tolist()
    [[60, 128, 128, 62]]
    >>> legato(np.array([[60, REST, HOLD, 62]]), np.array([[60, HOLD, REST, HOLD]])).tolist()
    [[60, 128, 129, 62]]
    """
    rows = np.flatnonzero((tokens == REST).any(axis=1))
    mended = tokens.copy()
    mended[rows] = _joined(tokens[rows], before[rows])
    return mended


def _joined(tokens: Tokens, before: Tokens) -> Tokens:
    """Return what `legato` makes of measures with rests."""
    ticks = np.arange(tokens.shape[1])
    silent, quiet = sounding(tokens) == REST, sounding(before) == REST
    struck = np.maximum.accumulate(np.where(is_onset(tokens) | ((ticks == 0) & (tokens == HOLD)), ticks, -1), axis=1)
    both = np.maximum.accumulate(np.where(silent & quiet, ticks, -1), axis=1)
    rests = silent & ((both > struck) | (struck < 0))
    begins = rests & ~np.pad(rests, ((0, 0), (1, 0)))[:, :-1]
    joined = np.where(tokens == REST, HOLD, tokens)
    return np.where(begins & ~is_onset(tokens), REST, joined).astype(tokens.dtype)


def silences(tokens: Tokens, before: Before, of: Of = EACH) -> Mask:
    """Return which rows are silent where the others sound."""
    sounds = ~np.isin(sounding(before), (REST, PAD))[of]
    silent = (tokens == REST).any(axis=1)
    silent[silent] = ((sounding(tokens[silent]) == REST) & sounds[silent]).any(axis=1)
    return silent


def lost_downbeats(tokens: Tokens, before: Tokens, kind: Int[np.ndarray, " candidate"]) -> Mask:
    """Return which rows lack a note at their start, or in compound metres have notes after a lost beat."""
    onset, own = is_onset(tokens), is_onset(before)
    lost = own[:, 0] & ~onset[:, 0]
    compound = np.array([metre.compound for metre in METRES])[kind]
    beats, beats_before = (
        rows.reshape(len(rows), rows.shape[1] // TICKS_PER_BEAT, TICKS_PER_BEAT) for rows in (onset, own)
    )
    after = (beats_before[:, :, 0] & ~beats[:, :, 0] & beats[:, :, 1:].any(axis=2)).any(axis=1)
    return lost | (compound & after)


def foreign_divisions(tokens: Tokens, before: Tokens, kind: Int[np.ndarray, " candidate"], tune: Habits) -> Mask:
    """Return which rows divide a beat in two ways, in a way that the tune does not, or mix what it does not mix."""
    triple, duple, _ = divisions(tokens, kind)
    was_triple, was_duple, _ = divisions(before, kind)
    both = (triple & duple & ~(was_triple & was_duple)).any(axis=1)
    mixed = triple.any(axis=1) & duple.any(axis=1) & ~(was_triple.any(axis=1) & was_duple.any(axis=1))
    swung = tune.triple and not tune.duple
    return both | (mixed & (not tune.mixes)) | (triple.any(axis=1) & (not tune.triple)) | (duple.any(axis=1) & swung)


def new_sixteenths(tokens: Tokens, kind: Int[np.ndarray, " candidate"], tune: Habits) -> Int[np.ndarray, " candidate"]:
    """Return how many beats of each row have sixteenths where the tune has none."""
    return divisions(tokens, kind)[2].sum(axis=1) * (not tune.sixteenths)


def new_subdivisions(tokens: Tokens, kind: Int[np.ndarray, " candidate"], tune: Habits) -> Mask:
    """Return which rows start notes where in a beat the tune starts none, or go short-long or dotted in new ways.

    Where the tune divides no beat, eighths are not new.

    Examples
    --------
    >>> even = np.array([[60, HOLD, HOLD, 62, HOLD, HOLD]])
    >>> quick = np.array([[60, 62, HOLD, 64, HOLD, HOLD]])
    >>> [new_subdivisions(row, np.array([1]), habits(even, np.array([1]))).tolist() for row in (even, quick)]
    [[False], [True]]
    """
    used = int(np.bitwise_or.reduce([1, *tune.patterns]))
    compound = np.array([metre.compound for metre in METRES])[kind].astype(int)
    may = np.where(used == 1, _EIGHTHS, used)[compound, None]
    finer = (beat_patterns(tokens) & ~may).any(axis=1)
    return finer | (snaps(tokens, kind, tune) > 0)


def leaps(tokens: Tokens, before: Before, of: Of = EACH) -> Mask:
    """Return which rows leap over more than an octave and more than the others do."""
    widest, own = (abs(melody.intervals(rows)).max(axis=1) for rows in (tokens, before))
    return widest > np.maximum(own, LEAP)[of]


def stutters(tokens: Tokens, before: Before, of: Of = EACH) -> Mask:
    """Return which rows repeat a pitch more often than the others do, and more than once."""
    return melody.runs(tokens) > np.maximum(melody.runs(before), RUN)[of]


def out_of_compass(tokens: Tokens, tune: Habits) -> Mask:
    """Return which rows go more than a third beyond the compass of the tune."""
    outside = is_onset(tokens) & ((tokens < tune.low - THIRD) | (tokens > tune.high + THIRD))
    return np.asarray(outside.any(axis=1))


def lost_ends(tokens: Tokens, before: Before, kind: Int[np.ndarray, " before"], of: Of = EACH) -> Mask:
    """Return which rows end with other notes than the others do, from the note on that `closing` says."""
    behind = np.arange(before.shape[1]) >= closing(before, kind)[:, None]
    return np.asarray(((tokens != before[of]) & behind[of]).any(axis=1))


def closing(tokens: Tokens, kind: Int[np.ndarray, " candidate"]) -> Int[np.ndarray, " candidate"]:
    """Return the tick at which the note begins with which each measure closes; the end where it has none.

    It is the last note that lasts a quarter at least, and as long as all that follows it, the upbeat to the next
    phrase; where there is none, the last note.

    Examples
    --------
    >>> row = np.full((1, 12), HOLD)
    >>> row[0, [0, 3, 9]] = 60, 62, 64
    >>> closing(row, np.array([1])).tolist()
    [3]
    """
    width = tokens.shape[1]
    onset, event = is_onset(tokens), (tokens != HOLD) & (tokens != PAD)
    until = np.where(event, np.arange(width), width)
    until = np.minimum.accumulate(until[:, ::-1], axis=1)[:, ::-1]
    until = np.concatenate([until[:, 1:], np.full((len(tokens), 1), width)], axis=1)
    units = _UNITS[kind]
    start, stop = units[:, :width], np.take_along_axis(units, until, axis=1)
    length, rest = stop - start, units[:, -1:] - start
    long = onset & (length >= UNITS_PER_QUARTER) & (rest <= 2 * length)
    last = np.where(long.any(axis=1, keepdims=True), long, onset)
    return np.where(last.any(axis=1), width - 1 - last[:, ::-1].argmax(axis=1), width)


def phrase_ends(tokens: Tokens, kind: Int[np.ndarray, " candidate"]) -> Bool[np.ndarray, " candidate"]:
    """Return which measures of a tune end a phrase: every eighth, the last one, and a fourth that comes to rest.

    A pickup does not count; a measure comes to rest when its last note lasts two beats or more.

    Examples
    --------
    >>> row = [60] + [HOLD] * 11
    >>> phrase_ends(np.array([row] * 10), np.ones(10, dtype=int)).nonzero()[0].tolist()
    [3, 7, 9]
    """
    onset = is_onset(tokens)
    sounds = np.flatnonzero(onset.any(axis=1))
    ends = np.zeros(len(tokens), dtype=bool)
    if not len(sounds):
        return ends
    pickup = int(len(tokens) > 1 and tokens[0, 0] == REST)
    place = (np.arange(len(tokens)) - pickup) % PHRASE
    ticks = np.array([metre.beats * TICKS_PER_BEAT for metre in METRES])[kind]
    last = tokens.shape[1] - 1 - onset[:, ::-1].argmax(axis=1)
    rests = (ticks - last >= 2 * TICKS_PER_BEAT) & onset.any(axis=1)
    ends = (place == PHRASE - 1) | ((place == PHRASE // 2 - 1) & rests)
    ends[:pickup] = False
    ends[sounds[-1] :] = True
    held = ends & (tokens[:, 0] == HOLD)  # the note that closes began in the measure before
    return ends | np.append(held[1:], False)

"""What a musician would mend, counted: cadences, downbeats, holes, mixed subdivisions, leaps.

Each figure is a pair: how often, and of how many; pairs of several tunes add up. `benchmarks/taste.py` prints them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.music.score import METRES
from armusic.music.tokenizer import HOLD, MAX_TICKS, PAD, TICKS_PER_BEAT, UNITS_PER_QUARTER, is_onset, tick_units

Pairs = dict[str, tuple[float, float]]
PHRASE = 8  # measures
LONG, SHORT = (
    UNITS_PER_QUARTER,
    UNITS_PER_QUARTER // 4,
)  # a quarter note, and a sixteenth, which no note is shorter than
SIXTH, OCTAVE = 9, 12

CADENCES, LAST, TONIC = "phrase-final long notes kept", "last long note kept", "last note tonic where the input's is"
DOWNBEATS, SILENCE = "downbeat onsets lost", "sounding time turned to silence"
MIXED, SHORTER = "simple measures that mix subdivisions that the tune does not mix", "notes shorter than a sixteenth"
OVER_OCTAVE, OVER_SIXTH = "leaps over an octave", "intervals over a major sixth"
ALIKE = "equal measures that stay equal"


@dataclass(frozen=True)
class Melody:
    """Notes of a tune: start and length, pitch, measure, and the end of that, each an int array (note,).

    Times are in twelfths of a quarter note. `end` is that of the tune.
    """

    start: np.ndarray
    length: np.ndarray
    pitch: np.ndarray
    measure: np.ndarray
    bar: np.ndarray
    end: int


def melody(tokens: np.ndarray, kind: np.ndarray) -> Melody:
    """Return the notes of rows of tokens (measure, tick) in kinds of metre (measure,).

    Examples
    --------
    >>> row = np.full((1, 12), HOLD)
    >>> row[0, :6] = [60, HOLD, HOLD, 62, HOLD, 129]
    >>> read = melody(row, np.array([1]))
    >>> read.start.tolist(), read.length.tolist(), read.pitch.tolist(), read.end
    ([0, 6], [6, 3], [60, 62], 24)
    """
    units = np.stack([np.resize(tick_units(metre), MAX_TICKS) for metre in METRES])
    bars = np.cumsum([0, *(int(METRES[index].length * UNITS_PER_QUARTER) for index in kind.tolist())])
    rows, columns = np.nonzero((tokens != HOLD) & (tokens != PAD))
    start, values = bars[rows] + units[kind[rows], columns], tokens[rows, columns]
    length, onset = np.diff(start, append=bars[-1]), is_onset(values)
    row = rows[onset]
    return Melody(start[onset], length[onset], values[onset].astype(int), row, bars[row + 1], int(bars[-1]))


def count(before: np.ndarray, after: np.ndarray, kind: np.ndarray, tonic: int) -> Pairs:
    """Return the figures of a variation.

    Parameters
    ----------
    before, after : int array (measure, tick)
        Tokens of the input, which has a note, and of the variation.
    kind : int array (measure,)
        Places of their metres in `score.METRES`.
    tonic : int
        A pitch of the tonic.
    """
    old, new = melody(before, kind), melody(after, kind)
    figures = _endings(old, new, pickup=not is_onset(before[0, :1])[0], tonic=tonic)
    struck = is_onset(before[:, 0])
    for index in np.unique(kind).tolist():
        here = struck & (kind == index)
        figures[f"{DOWNBEATS}, {METRES[index]}"] = _share(~is_onset(after[here, 0]))
    was, stays = _sounding(old), _sounding(new)
    figures[SILENCE] = float((was & ~stays).sum()), float(was.sum())
    simple = np.array([not METRES[index].compound for index in kind])
    mixed = _mixes(after[simple]) & ~_mixes(before[simple]).any(axis=0)
    figures[MIXED] = _share(mixed.any(axis=1))
    figures[SHORTER] = _share(new.length < SHORT) if not (old.length < SHORT).any() else (0.0, 0.0)
    leap = abs(np.diff(new.pitch))
    figures[OVER_OCTAVE], figures[OVER_SIXTH] = _share(leap > OCTAVE), _share(leap > SIXTH)
    _, first, same = np.unique(np.column_stack([kind, before]), axis=0, return_index=True, return_inverse=True)
    original = first[same.ravel()]
    again = original != np.arange(len(before))
    figures[ALIKE] = _share((after == after[original]).all(axis=1)[again])
    return figures


def _endings(old: Melody, new: Melody, *, pickup: bool, tonic: int) -> Pairs:
    """Return what stays of the ends of phrases, and of the tune.

    The long note of an ending is the last that is a quarter note at least, and as long as all that follows it in its
    measure, which is the upbeat to the next phrase.
    """
    stays = {*zip(new.start.tolist(), new.length.tolist(), new.pitch.tolist(), strict=True)}
    closing = (old.length >= LONG) & (old.bar - old.start <= 2 * old.length)
    long = np.flatnonzero(closing)[np.diff(old.measure[closing], append=-1) != 0]
    kept = np.array([(old.start[n], old.length[n], old.pitch[n]) in stays for n in long], dtype=bool)
    last = old.measure[long] == old.measure[-1]
    ending = (old.measure[long] >= int(pickup)) & ((old.measure[long] - int(pickup)) % PHRASE == PHRASE - 1)
    closes = [bool(len(notes.pitch)) and (int(notes.pitch[-1]) - tonic) % OCTAVE == 0 for notes in (old, new)]
    return {
        CADENCES: _share(kept[ending & ~last]),
        LAST: _share(kept[last]),
        TONIC: (float(closes[0] and closes[1]), float(closes[0])),
    }


def _sounding(notes: Melody) -> np.ndarray:
    """Return whether something sounds in each twelfth of a quarter."""
    edges = np.zeros(notes.end + 1, dtype=int)
    np.add.at(edges, notes.start, 1)
    np.add.at(edges, notes.start + notes.length, -1)
    return np.cumsum(edges)[:-1] > 0


def _mixes(tokens: np.ndarray) -> np.ndarray:
    """Return for measures in a simple metre (measure, way) whether they mix subdivisions in each way.

    The ways: a triplet and duplets within a beat, a triplet and sixteenths within the measure, a triplet and eighths.
    """
    beats = tokens.reshape(len(tokens), tokens.shape[1] // TICKS_PER_BEAT, TICKS_PER_BEAT)
    happens = (beats != HOLD) & (beats != PAD)
    triplet, eighth = happens[:, :, [2, 4]].any(axis=2), happens[:, :, 3]
    sixteenth = happens[:, :, [1, 5]].any(axis=2)
    both = [
        (triplet & (eighth | sixteenth)).any(axis=1),
        triplet.any(axis=1) & sixteenth.any(axis=1),
        triplet.any(axis=1) & eighth.any(axis=1),
    ]
    return np.stack(both, axis=1)


def _share(yes: np.ndarray) -> tuple[float, float]:
    return float(yes.sum()), float(len(yes))

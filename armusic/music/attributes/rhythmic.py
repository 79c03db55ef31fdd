"""Rhythmic attributes: syncopation, rhythmic entropy and beat strength.

Each looks at a measure on its own: what sounds into it and what follows it are not known. A
value does not change by transposition, and is 0 for silence and where a note is only held.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from armusic.music.attributes.entropy import entropy
from armusic.music.attributes.validation import Tokens, Values
from armusic.music.score import Metre
from armusic.music.tokenizer import TICKS_PER_BEAT, UNITS_PER_QUARTER, is_onset, tick_units, ticks
from armusic.shapes import Bool, Int

# How many levels below the weakest beat each tick within a beat lies.
_BELOW_SIMPLE = (2, 3, 1, 3, 2)  # 1/4, 1/3, 1/2, 2/3, 3/4 of the beat: eighth 1, sixteenths 2, triplets 3
_BELOW_COMPOUND = (2, 1, 2, 1, 2)  # sixteenths 2, eighths 1

# Weight of an onset in `beat_strength`: the stronger the place, the heavier (the code of Pati and Lerch 2020).
_ON_BEAT, _DIVISION, _ELSEWHERE = 1000, 150, 8  # thousandths, so that sums are exact
_WITHIN_SIMPLE = (_ELSEWHERE, _ELSEWHERE, _DIVISION, _ELSEWHERE, _ELSEWHERE)
_WITHIN_COMPOUND = (_ELSEWHERE, _DIVISION, _ELSEWHERE, _DIVISION, _ELSEWHERE)


@cache
def metrical_levels(metre: Metre) -> Int[np.ndarray, " tick"]:
    """Return how strong each tick is: 0 the downbeat, -1 the next level of the metre, and so on.

    Parameters
    ----------
    metre : Metre
        Any kind.

    Returns
    -------
    int array (tick,)
        From 0 down to -5 (the triplets of 4/4).

    Source
    ------
    Longuet-Higgins and Lee (1984): every division of the metre is one level weaker than what it
    divides. Triplets of simple metres, which divide none of their levels, are the weakest.

    Examples
    --------
    >>> metrical_levels(Metre(2, 4)).tolist()
    [0, -3, -4, -2, -4, -3, -1, -3, -4, -2, -4, -3]
    """
    beats = np.full(metre.beats, -1)
    beats[0] = 0
    if metre.beats == 4:
        beats[1::2] = -2
    within = beats.min() - np.array(_BELOW_COMPOUND if metre.compound else _BELOW_SIMPLE)
    return np.column_stack([beats, np.tile(within, (metre.beats, 1))]).ravel()


@cache
def _syncopations(metre: Metre) -> tuple[Int[np.ndarray, "tick end"], int]:
    """Return the syncopation of a note by where it starts and where the next one does, and the most in a measure."""
    level = metrical_levels(metre)
    at = np.arange(len(level))
    weakest = level.min()
    triplet = (at % TICKS_PER_BEAT == 2) | (at % TICKS_PER_BEAT == 4)
    same_beat = at // TICKS_PER_BEAT == at[:, None] // TICKS_PER_BEAT
    foreign = (triplet & (not metre.compound))[:, None] & same_beat  # a beat in three has no eighths to miss
    missed = np.where((at > at[:, None]) & ~foreign, level, weakest)
    strongest = np.maximum.accumulate(missed, axis=1)
    gain = np.zeros((len(at), len(at) + 1), dtype=np.int64)
    gain[:, 1:] = np.maximum(strongest - level[:, None], 0)
    best = np.zeros(len(at) + 1, dtype=np.int64)  # the most that a note here and those after it can have
    for tick in reversed(at):
        best[tick] = (gain[tick, tick + 1 :] + best[tick + 1 :]).max()
    return gain, int(best.max())


def syncopation(tokens: Tokens, metre: Metre) -> Values:
    """Return how syncopated each measure is.

    A note is syncopated if a stronger place passes, held or silent, before the next note starts.
    Its syncopation is the level of the strongest such place minus that of its own
    (`metrical_levels`); the measure's is the sum over its notes. The last note lasts up to the
    bar line: whether the next downbeat is struck is not known, and does not count. Neither does
    a hold or rest at the beginning, whose note is in the measure before. The notes of a triplet
    miss whole beats only, for a beat in three has no eighths.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Tokens, as `tokenizer.encode` gives them.
    metre : Metre
        The metre of all measures.

    Returns
    -------
    float64 array (measure,)
        The sum over the largest that the metre's grid allows (14 in 4/4, 9 in 3/4, 6 in 6/8): 0 to 1.

    Source
    ------
    H. C. Longuet-Higgins and C. S. Lee, "The rhythmic interpretation of monophonic music", Music
    Perception 1 (1984). Theirs is for whole melodies, without the division.

    Examples
    --------
    Quarter, half, quarter: the half passes the third beat, which is one level stronger.

    >>> from armusic.music.tokenizer import HOLD
    >>> row = np.full((1, 24), HOLD)
    >>> row[0, [0, 6, 18]] = 60
    >>> (14 * syncopation(row, Metre(4, 4))).tolist()
    [1.0]
    """
    gain, most = _syncopations(metre.kind)
    rows, at, until = _notes(is_onset(tokens[:, : ticks(metre)]))
    return np.bincount(rows, gain[at, until], minlength=len(tokens)) / most


def rhythmic_entropy(tokens: Tokens, metre: Metre) -> Values:
    """Return how varied the note lengths of each measure are: the entropy of the inter-onset intervals.

    A note lasts until the next one starts, or the measure ends; rests make no difference.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Tokens, as `tokenizer.encode` gives them.
    metre : Metre
        The metre of all measures.

    Returns
    -------
    float64 array (measure,)
        - sum(p log p) over the shares p of each length, over log(ticks per measure): from 0
        (no note, or all of one length) to less than 1.

    Source
    ------
    C. E. Shannon, "A mathematical theory of communication" (1948), of inter-onset intervals. (The
    rhythmic entropy in the code of Pati and Lerch is of the ticks: the log of the number of notes.)

    Examples
    --------
    A quarter and two eighths: two lengths, at 1/3 and 2/3.

    >>> from armusic.music.tokenizer import HOLD
    >>> rhythmic_entropy(np.array([[60] + [HOLD] * 5 + [60, HOLD, HOLD] * 2]), Metre(2, 4)).round(3).tolist()
    [0.256]
    """
    rows, at, until = _notes(is_onset(tokens[:, : ticks(metre)]))
    units = np.append(tick_units(metre), int(metre.length * UNITS_PER_QUARTER))
    return entropy(rows, units[until] - units[at], len(tokens), metre)


def beat_strength(tokens: Tokens, metre: Metre) -> Values:
    """Return how much each measure stresses its beats: onsets, weighted by how strong their place is.

    The weights are 1 on a beat, .15 at the first division of a beat (the eighths) and .008 elsewhere.

    Parameters
    ----------
    tokens : int array (measure, tick)
        Tokens, as `tokenizer.encode` gives them.
    metre : Metre
        The metre of all measures.

    Returns
    -------
    float64 array (measure,)
        From 0 (no onset) to 1 (one at every tick): sum(weight * onset) / sum(weight).

    Source
    ------
    The code of Pati and Lerch (2020) in 4/4, without the division; compound beats, which have
    two eighths in them, are weighted alike.

    Examples
    --------
    >>> from armusic.music.tokenizer import HOLD
    >>> beat_strength(np.array([[60] + [HOLD] * 11]), Metre(2, 4)).round(3).tolist()
    [0.423]
    """
    within = _WITHIN_COMPOUND if metre.compound else _WITHIN_SIMPLE
    weights = np.tile([_ON_BEAT, *within], metre.beats)
    return is_onset(tokens[:, : ticks(metre)]) @ weights / weights.sum()


def _notes(
    onset: Bool[np.ndarray, "measure tick"],
) -> tuple[Int[np.ndarray, " note"], Int[np.ndarray, " note"], Int[np.ndarray, " note"]]:
    """Return of each note its measure, its tick, and the tick of the next one (or of the bar line)."""
    rows, at = np.nonzero(onset)
    last = np.diff(rows, append=-1) != 0
    return rows, at, np.where(last, onset.shape[1], np.roll(at, -1))

"""How measures of new tunes sound by the tables of phrases: their rhythm, their intervals, how they close."""

from __future__ import annotations

import numpy as np

from armusic.generation import listening
from armusic.generation.phrase_model import END, LEAP, OCTAVE, Phrases, digests, has_major_third, patterns
from armusic.generation.plan import Plan
from armusic.music.score import METRES
from armusic.music.tokenizer import HOLD, REST, is_onset
from armusic.shapes import Bool, Float, Int

TONIC, CHORD = 8.0, 3.0  # nats for a last note on the tonic at the end, and in its triad at the end of a phrase
LONG = 15.0  # nats for such a note that is long
TRIADS = ((0, 3, 7), (0, 4, 7))  # semitones above the tonic, by the third
FIFTH = 7  # semitones
REPEATED = 1.0  # nats that a note struck again costs: decoded at random, there are twice as many as in the corpus
RARE = 2.0  # weight of rhythms: an odd one is heard more than an odd interval

Tokens = Int[np.ndarray, "item tick"]


def usual(
    phrases: Phrases,
    tokens: Tokens,
    kind: int,
    place: Int[np.ndarray, " item"],
    before: Int[np.ndarray, " item"],
) -> Float[np.ndarray, " item"]:
    """Return how unusual, below 0, the rhythm of measures and the intervals to and in them are, in nats.

    A beat that is as usual as the corpus' are on average costs nothing, nor does an interval within
    the measure that is as usual as a fifth: the likeliest measures are dull.
    """
    beats = np.arange(METRES[kind].beats)
    tables = phrases.beats[kind]
    typical = (np.exp(tables) * tables).sum(axis=2)
    ending = np.maximum(place - (END - 2), 0)[:, None]
    rhythm = tables[ending, beats, patterns(tokens, len(beats))] - typical[ending, beats]
    line = np.column_stack([before, tokens])
    item, tick = np.nonzero(is_onset(line))
    interval = np.clip(np.diff(line[item, tick]), -LEAP, LEAP) + LEAP
    linked = item[1:] == item[:-1]
    free = np.where(tick[:-1] == 0, phrases.leap.max(), phrases.leap[LEAP - FIFTH])
    cost = np.minimum(phrases.leap[interval] - free, 0) - REPEATED * (interval == LEAP)
    return RARE * np.minimum(rhythm, 0).sum(axis=1) + np.bincount(item[1:][linked], cost[linked], len(tokens))


def cadence(plan: Plan, tokens: Tokens, kind: int, place: Int[np.ndarray, " item"]) -> Float[np.ndarray, " item"]:
    """Return what the last note of measures is worth at the end of a phrase or of the tune, in nats."""
    degree = (listening.last_pitches(tokens[:, None], 1)[:, 0] - plan.tonic) % OCTAVE
    chord = np.isin(degree, TRIADS[int(has_major_third(plan.key))])
    long = LONG * (listening.closes(tokens, kind) & (plan.around is None))
    end, close = (TONIC + long) * (degree == 0), (CHORD + long) * chord
    return np.where(place == END, end, np.where(place == END - 1, close, 0.0))


def copied(phrases: Phrases, tokens: Tokens, kind: Int[np.ndarray, " item"]) -> Bool[np.ndarray, " item"]:
    """Return which measures are training measures note for note, up to transposition."""
    return np.isin(digests(tokens, kind), phrases.seen)


def ends_silent(tokens: Tokens) -> Bool[np.ndarray, " item"]:
    """Return which measures end in a rest."""
    last = tokens.shape[1] - 1 - (tokens != HOLD)[:, ::-1].argmax(axis=1)
    return tokens[np.arange(len(tokens)), last] == REST

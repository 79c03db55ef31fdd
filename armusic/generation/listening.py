"""What a new tune sounds like so far: candidates for its next measure, drawn and judged beside what is written."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from armusic.editing.drawn import drawn, opened
from armusic.generation.plan import Plan
from armusic.music.keys import OCTAVE
from armusic.music.score import METRES
from armusic.music.tokenizer import HOLD, MAX_TICKS, REST, is_onset, sounding, ticks
from armusic.shapes import Bool, Float, Int
from armusic.taste import context, melody, rules, tune_model
from armusic.taste.context import AROUND, NONE, PITCHES, SHARES, Setting
from armusic.taste.rules import Habits
from armusic.taste.surprise import Places

FREE = Habits(0, HOLD - 1, triple=True, duple=True, sixteenths=True, mixes=False)
COMPASS = 19  # semitones: an octave and a fifth
RUN = 3  # notes of one pitch in a row
LEAP, ONWARD = (
    7,
    1.5,
)  # semitones of a leap that the line should turn back from, and nats that it costs where it does not
FAULT = 30.0  # nats that each broken rule costs
PULLS = (0.5, 3.0)  # nats by which draws are near to a decoded measure
USUAL = 96.0  # ticks that the notes of the scale count for, before any are written
OPEN = -1  # no pitch before

Tokens = Int[np.ndarray, "item tick"]
Tunes = Int[np.ndarray, " tune"]
Line = Int[np.ndarray, "tune note"]


def place(plan: Plan, tokens: Int[np.ndarray, "every measure tick"], todo: Tunes, number: int) -> Places:
    """Return where a measure of some tunes is to stand: beside what is written and its copies; the rest is hidden."""
    source = plan.source[todo]
    count, length = source.shape
    known = np.where(source < number, source, number)
    filled = tokens[todo[:, None], known]
    classes = np.where((known < number)[:, :, None], context.to_classes(filled, plan.tonic), NONE)
    rows = number + np.array(AROUND)
    inside = (rows >= 0) & (rows < length)
    seen = inside & (known[:, rows.clip(0, length - 1)] < number)
    starts = np.arange(count) * length
    around = np.where(seen, starts[:, None] + rows, np.where(inside, -2, -1))
    unit = (source + starts[:, None]).ravel()
    tune = Setting(
        classes.reshape(-1, MAX_TICKS), np.tile(plan.kind, count), plan.tonic, plan.place[todo].ravel(), unit
    )
    measures = starts + number
    model = tune_model.shipped()
    first = tune_model.place_sum(model, context.place_rows(tune, measures, around, _levels(plan, classes)))
    history = context.before(tune, measures) if number else np.full((count, MAX_TICKS), NONE)
    near = context.seen(tune, around)
    past = context.past(history, tune.classes[measures], near)
    log_p = tune_model.log_probabilities(model, first + tune_model.past_sum(model, past.rows))
    return Places(tune, measures, first, history, near, log_p)


def _levels(plan: Plan, classes: Int[np.ndarray, "tune measure tick"]) -> Int[np.ndarray, "tune 12"]:
    """Return how much each pitch class sounds, from the tonic on: the notes of the scale a little, before any do."""
    sounds = sounding(np.where(classes == NONE, context.HELD, classes).reshape(len(classes), -1), context.HELD)
    sounds = np.where(classes.reshape(len(classes), -1) == NONE, context.HELD, sounds)
    usual = np.zeros(OCTAVE)
    usual[(np.nonzero(plan.allowed)[1] - plan.tonic) % OCTAVE] = 1
    usual[[0, 7]] *= 2
    counts = np.tile(USUAL * usual / usual.sum(), (len(classes), 1))
    tune, tick = np.nonzero(sounds < PITCHES)
    np.add.at(counts, (tune, (sounds[tune, tick] + context.LOW) % OCTAVE), 1)
    return np.searchsorted(SHARES, counts / counts.sum(axis=1, keepdims=True), side="left")


def draws(
    plan: Plan,
    where: Places,
    near: Int[np.ndarray, "tune draw tick"],
    number: int,
    rng: np.random.Generator,
) -> Int[np.ndarray, "tune draw tick"]:
    """Return measures that the model of tunes draws near to others, where these are to stand.

    Around a given tune they are the nearer the lower the temperature, and its ties and rests stay.
    """
    count, many, width = near.shape
    kind = int(plan.kind[number])
    flat = near.reshape(-1, width)
    silent = np.tile(plan.silent[number, :width], (len(flat), 1))
    pull = np.tile(np.linspace(*PULLS, many), count)
    fixed = silent | (np.arange(width) == 0) & ~is_onset(flat[:, :1])
    if plan.around is not None:
        silent = silent | (sounding(plan.around.tokens[number : number + 1, :width]) == REST)
        pull = pull + PULLS[1] * (1 - plan.around.temperature)
    may = opened(np.tile(plan.allowed[number], (len(flat), 1)), plan.tonic, kind, silent, FREE)
    which = np.repeat(np.arange(count), many)
    result = drawn(tune_model.shipped(), where, which, (flat, flat), (pull, np.zeros(len(flat))), fixed, may, rng)
    return result.reshape(near.shape)


def mended(plan: Plan, tokens: Tokens, number: int) -> Tokens:
    """Return measures whose notes go on until the next one, except where the given tune is silent."""
    return rules.legato(tokens, np.tile(_model(plan, number, tokens.shape[1]), (len(tokens), 1)))


def _model(plan: Plan, number: int, width: int) -> Tokens:
    """Return the measure of the given tune; without one a single note."""
    if plan.around is not None:
        return plan.around.tokens[number : number + 1, :width].astype(np.int16)
    return np.where(np.arange(width) == 0, HOLD // 2, HOLD).astype(np.int16)[None]


def faults(
    plan: Plan,
    tokens: Tokens,
    number: int,
    before: Line,
    compass: Int[np.ndarray, "tune 2"],
    tune: Int[np.ndarray, " item"],
) -> Float[np.ndarray, " item"]:
    """Return what measures cost in nats that do what no musician writes.

    Parameters
    ----------
    plan : Plan
        The plan.
    tokens : int array (item, tick)
        The measures.
    number : int
        Their place in the tunes.
    before : int array (tune, note)
        The last pitches of each tune so far, `OPEN` where there are none.
    compass : int array (tune, 2)
        The lowest and highest pitch of each so far; the highest is below the lowest where nothing is written.
    tune : int array (item,)
        The tune of each measure.
    """
    kind = np.full(len(tokens), plan.kind[number])
    history = before[tune]
    line = np.column_stack([np.where(history == OPEN, HOLD, history), tokens])
    steps = melody.intervals(line)
    wide = abs(steps).max(axis=1) > rules.LEAP
    own = _model(plan, number, tokens.shape[1])
    own = np.tile(own, (len(tokens), 1))
    mixed = rules.foreign_divisions(tokens, own, kind, FREE)
    silent = rules.silences(tokens, own)
    stutter = melody.runs(line) > np.maximum(melody.runs(own), RUN)
    onset = is_onset(tokens)
    low = np.minimum(np.where(onset, tokens, HOLD).min(axis=1), compass[tune, 0])
    high = np.maximum(np.where(onset, tokens, -1).max(axis=1), compass[tune, 1])
    outside = high - low > COMPASS
    if plan.around is not None:
        wide &= rules.leaps(tokens, own)
        outside = np.zeros(len(tokens), dtype=bool)
    onward = ((abs(steps[:, :-1]) >= LEAP) & (steps[:, :-1] * steps[:, 1:] > 0)).sum(axis=1)
    return FAULT * sum(fault.astype(float) for fault in (wide, mixed, silent, stutter, outside)) + ONWARD * onward


def closed(plan: Plan, tokens: Tokens, number: int, degrees: Sequence[int]) -> Int[np.ndarray, "closed tick"]:
    """Return measures that close on a long note, each from two beats on; the note is the nearest of some degrees.

    Parameters
    ----------
    plan : Plan
        The plan.
    tokens : int array (item, tick)
        The measures.
    number : int
        Their place in the tunes.
    degrees : sequence of int
        Semitones above the tonic.

    Returns
    -------
    int16 array (closed, tick)
        Two for each.
    """
    kind = int(plan.kind[number])
    beat = ticks(METRES[kind]) // METRES[kind].beats
    last = METRES[kind].beats - least_beats(kind)
    every = np.arange(HOLD)
    good = np.flatnonzero(plan.allowed[number] & np.isin((every - plan.tonic) % OCTAVE, degrees))
    if not len(good):
        return np.concatenate([tokens, tokens])
    line = np.where(is_onset(tokens), tokens, -1)
    result = []
    for start in (last * beat, max(last - 1, 0) * beat):
        struck = line[:, : start + 1]
        at = struck.shape[1] - 1 - (struck >= 0)[:, ::-1].argmax(axis=1)
        pitch = line[np.arange(len(line)), at]
        pitch = np.where(pitch >= 0, pitch, np.where(is_onset(tokens), tokens, HOLD).min(axis=1))
        note = good[abs(good[None] - pitch[:, None]).argmin(axis=1)]
        short = tokens.copy()
        short[:, start:] = HOLD
        short[:, start] = note
        result.append(short)
    return np.concatenate(result).astype(np.int16)


def least_beats(kind: int) -> int:
    """Return how many beats a note has at least that closes a measure: half of them; in 3/4 two, in 9/8 one."""
    return METRES[kind].beats // 2 if METRES[kind].compound else -(-METRES[kind].beats // 2)


def closes(tokens: Tokens, kind: int) -> Bool[np.ndarray, " item"]:
    """Return which measures end with a long note: see `least_beats`.

    Examples
    --------
    >>> row = np.full((2, 12), HOLD)
    >>> row[0, [0, 3, 6]], row[1, [0, 9]] = 60, 62
    >>> closes(row, 1).tolist()
    [True, False]
    """
    event = tokens != HOLD
    last = tokens.shape[1] - 1 - event[:, ::-1].argmax(axis=1)
    beat = ticks(METRES[kind]) // METRES[kind].beats
    every = np.arange(len(tokens))
    return is_onset(tokens[every, last]) & (tokens.shape[1] - last >= least_beats(kind) * beat)


def last_pitches(tokens: Int[np.ndarray, "tune measure tick"], count: int) -> Line:
    """Return the last pitches of each tune so far, `OPEN` in front where there are fewer.

    Examples
    --------
    >>> last_pitches(np.array([[[60, HOLD, 62, 64]], [[HOLD, HOLD, HOLD, 60]]]), 2).tolist()
    [[62, 64], [-1, 60]]
    """
    flat = tokens.reshape(len(tokens), -1)
    result = np.full((len(tokens), count), OPEN)
    for row, line in enumerate(flat):
        pitches = line[is_onset(line)][-count:]
        result[row, count - len(pitches) :] = pitches
    return result


def compass_of(tokens: Int[np.ndarray, "tune measure tick"]) -> Int[np.ndarray, "tune 2"]:
    """Return the lowest and highest pitch of each tune so far; 128 and -1 where nothing is written."""
    flat = tokens.reshape(len(tokens), -1).astype(np.int64)
    onset = is_onset(flat)
    low, high = np.where(onset, flat, HOLD).min(axis=1, initial=HOLD), np.where(onset, flat, -1).max(axis=1, initial=-1)
    return np.column_stack([low, high])

"""Measures drawn by the model of tunes, tick by tick: near the input, and tilted to more notes or higher ones."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from armusic.music.tokenizer import DUPLE, TICKS_PER_BEAT
from armusic.shapes import Bool, Float, Int
from armusic.taste import context
from armusic.taste.context import AROUND, HELD, HIDDEN, LONGEST, NONE, PITCHES, SILENT, Past
from armusic.taste.surprise import Places
from armusic.taste.tune_model import TuneModel, different, logits, past_sum

Around = Bool[np.ndarray, "item around"]


@dataclass(frozen=True, slots=True)
class Draws:
    """What is to be drawn: a row for each measure.

    Parameters
    ----------
    place : int array (item,)
        The place of each among `Places`.
    own : int array (item, tick)
        Classes of the input's measure.
    fixed : bool array (item, tick)
        Ticks at which the input's own class is written.
    may : int array (item,)
        The row of `open` that each has.
    open : bool array (may, tick, class)
        The classes that may be written at each tick.
    pull : float array (item,)
        Nats by which the input's classes are favoured.
    tilt : int array (item,)
        The row of `onset`, `pitch` and `chance` that each has.
    onset : float array (tilt, tick)
        Nats by which notes are favoured at each tick.
    pitch : float array (tilt, tick, pitch)
        Nats by which each pitch is favoured at each tick.
    chance : float array (tilt, tick, class)
        Gumbel noise.
    simple : bool array (item,)
        Whether a beat is divided in one way only.
    """

    place: Int[np.ndarray, " item"]
    own: Int[np.ndarray, "item tick"]
    fixed: Bool[np.ndarray, "item tick"]
    may: Int[np.ndarray, " item"]
    open: Bool[np.ndarray, "may tick symbol"]
    pull: Float[np.ndarray, " item"]
    tilt: Int[np.ndarray, " item"]
    onset: Float[np.ndarray, "tilt tick"]
    pitch: Float[np.ndarray, "tilt tick pitch"]
    chance: Float[np.ndarray, "tilt tick symbol"]
    simple: Bool[np.ndarray, " item"]


def draw(model: TuneModel, where: Places, draws: Draws) -> Int[np.ndarray, "item tick"]:
    """Return measures, as classes: each tick drawn given all before it."""
    items, width = draws.own.shape
    past = _start(where.history[draws.place])
    seen = where.seen[draws.place]
    same = struck = np.ones((items, len(AROUND)), dtype=bool)
    divided = np.zeros((items, 2), dtype=bool)
    certain = (draws.open.sum(axis=2) == 1)[draws.may]  # one class may come: there is nothing to draw
    written = np.where(certain & ~draws.fixed, draws.open.argmax(axis=2)[draws.may], draws.own)
    for tick in range(width):
        place = tick % TICKS_PER_BEAT
        way = 0 if place in DUPLE else 1
        if not place:
            divided[:] = False
        chosen = written[:, tick]
        free = np.flatnonzero(~draws.fixed[:, tick] & ~certain[:, tick])
        if len(free):
            scores = _scores(model, where, draws, past.rows, free, tick)
            if place:
                scores[draws.simple[free] & divided[free, 1 - way], :PITCHES] = -np.inf
            chosen[free] = np.where(draws.open[draws.may[free], tick], scores, -np.inf).argmax(axis=1)
        if place:
            divided[:, way] |= chosen < PITCHES
        same = same & (seen[:, :, tick] == chosen[:, None])
        struck = struck & ((seen[:, :, tick] < PITCHES) == (chosen < PITCHES)[:, None]) & (seen[:, :, tick] != HIDDEN)
        past = _next(past, chosen, same, struck)
    return written


def _scores(
    model: TuneModel,
    where: Places,
    draws: Draws,
    rows: Int[np.ndarray, "item feature"],
    free: Int[np.ndarray, " free"],
    tick: int,
) -> Float[np.ndarray, "free symbol"]:
    """Return log probabilities at a tick of some items, up to a constant: pulled, tilted and with noise."""
    place, tilt = draws.place[free], draws.tilt[free]
    once, of = different(np.column_stack([place, rows[free]]))
    first = where.first[place[once], tick] + past_sum(model, rows[free[once]])
    scores = logits(model, first)[of]
    scores[np.arange(len(free)), draws.own[free, tick]] += draws.pull[free]
    scores[:, :PITCHES] += draws.onset[tilt, tick, None] + draws.pitch[tilt, tick]
    return scores + draws.chance[tilt, tick]


def _start(history: Int[np.ndarray, "item tick"]) -> Past:
    """Return what is before the first tick."""
    items = len(history)
    behind = context.past(history, np.full((items, 1), NONE), np.full((items, len(AROUND), 1), HIDDEN))
    return Past(*(getattr(behind, field.name)[:, 0] for field in fields(Past)))


def _next(past: Past, chosen: Int[np.ndarray, " item"], same: Around, struck: Around) -> Past:
    """Return what is before the tick behind one at which `chosen` is written."""
    note = (chosen < PITCHES)[:, None]
    ago = np.where(past.pitch != NONE, np.minimum(past.ago + 1, LONGEST), 0)
    return Past(
        recent=np.column_stack([chosen, past.recent[:, :-1]]),
        pitch=np.where(note, np.column_stack([chosen, past.pitch[:, :-1]]), past.pitch),
        ago=np.where(note, np.column_stack([np.ones_like(chosen), ago[:, :-1]]), ago),
        repeated=same * 2 + struck,
        rested=np.where(chosen == HELD, past.rested, chosen == SILENT),
    )

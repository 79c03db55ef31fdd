"""Measures that the model of tunes draws where they stand, near one or two others: for new tunes and for morphs."""

from __future__ import annotations

import numpy as np

from armusic.music.score import METRES
from armusic.music.tokenizer import DUPLE, HOLD, TICKS_PER_BEAT, TRIPLE
from armusic.shapes import Bool, Float, Int
from armusic.taste import context
from armusic.taste.context import CLASSES, HELD, LOW, PITCHES, SILENT
from armusic.taste.drawing import Draws, draw
from armusic.taste.rules import Habits
from armusic.taste.surprise import Places
from armusic.taste.tune_model import TuneModel

Items = Int[np.ndarray, "item tick"]


def opened(
    allowed: Bool[np.ndarray, "item 128"], tonic: int, kind: int, silent: Bool[np.ndarray, "item tick"], habits: Habits
) -> Bool[np.ndarray, "item tick class"]:
    """Return the classes that may come at each tick of measures in a metre.

    Parameters
    ----------
    allowed : bool array (item, 128)
        The pitches that each may have.
    tonic : int
        The pitch that counts as 0.
    kind : int
        The place of the metre in `score.METRES`.
    silent : bool array (item, tick)
        Ticks that may be silent.
    habits : Habits
        Divisions of beats: triplets and duplets come only where they are habits.
    """
    items, width = silent.shape
    metre = METRES[kind]
    result = np.zeros((items, width, CLASSES), dtype=bool)
    pitches = np.arange(PITCHES) + tonic + LOW
    inside = (pitches >= 0) & (pitches < HOLD)
    result[:, :, :PITCHES] = (allowed[:, pitches.clip(0, HOLD - 1)] & inside)[:, None]
    if not metre.compound:
        places = np.arange(width) % TICKS_PER_BEAT
        shut = np.zeros(width, dtype=bool)
        if not habits.triple:
            shut |= np.isin(places, TRIPLE)
        if habits.triple and not habits.duple:
            shut |= np.isin(places, DUPLE)
        if not habits.sixteenths:
            shut |= np.isin(places, (1, TICKS_PER_BEAT - 1))
        result[:, shut, :PITCHES] = False
    result[:, 1:, HELD] = True
    result[:, :, SILENT] = silent
    return result


def drawn(
    model: TuneModel,
    where: Places,
    place: Int[np.ndarray, " item"],
    near: tuple[Items, Items],
    pulls: tuple[Float[np.ndarray, " item"], Float[np.ndarray, " item"]],
    fixed: Bool[np.ndarray, "item tick"],
    may: Bool[np.ndarray, "item tick class"],
    rng: np.random.Generator,
) -> Items:
    """Return measures drawn tick by tick, as tokens, all in one metre.

    Parameters
    ----------
    model : TuneModel
        The model of tunes.
    where : Places
        Places where they are to stand.
    place : int array (item,)
        The place of each among these.
    near : pair of int arrays (item, tick)
        Tokens of two measures that each is drawn near to; those of the first are written where it is `fixed`.
    pulls : pair of float arrays (item,)
        Nats by which their notes are favoured.
    fixed : bool array (item, tick)
        Ticks that are those of the first.
    may : bool array (item, tick, class)
        The classes that may come: see `opened`.
    rng : Generator
        Source of the draws.
    """
    tonic, kind = where.tune.tonic, int(where.tune.kind[where.measures[0]])
    own, other = (context.to_classes(tokens, tonic) for tokens in near)
    struck = other < PITCHES
    pitch = np.zeros((*own.shape, PITCHES))
    item, tick = np.nonzero(struck)
    pitch[item, tick, other[item, tick]] = pulls[1][item]
    draws = Draws(
        place=place,
        own=own,
        fixed=fixed,
        may=np.arange(len(own)),
        open=may | (np.eye(CLASSES, dtype=bool)[own.clip(0, CLASSES - 1)] & fixed[:, :, None]),
        pull=pulls[0],
        tilt=np.arange(len(own)),
        onset=np.where(struck, 0.0, -pulls[1][:, None]),
        pitch=pitch,
        chance=rng.gumbel(size=(*own.shape, CLASSES)),
        simple=np.full(len(own), not METRES[kind].compound),
    )
    classes = draw(model, where, draws)
    return context.to_tokens(classes, tonic)

"""A measure composed anew in its place: candidates, and one of the best of them by chance.

The model of tunes draws measures tick by tick, freely or pulled towards what stands there; the AR-VAE
decodes codes near the measure's own, edited so that the attributes stay where they are to be. What no
musician writes is left out. The others cost their surprise, with that of the measure after them, their distance from
the input, and attributes that are further off than they may be.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from armusic.editing import candidates, probes, written
from armusic.editing import ear as ears
from armusic.editing.candidates import Search
from armusic.editing.decoding import has_editor
from armusic.editing.ear import DISCORD, EXCESS, Ear
from armusic.music import attributes
from armusic.music.score import METRES
from armusic.music.similarity import distance
from armusic.music.tokenizer import HOLD, is_onset, ticks
from armusic.shapes import Bool, Float, Int
from armusic.taste import context, surprise
from armusic.taste.context import CLASSES, HELD, PITCHES, Setting
from armusic.taste.drawing import Draws, draw

Tokens = Int[np.ndarray, "candidate tick"]
Values = Float[np.ndarray, "candidate attribute"]
Ticks = Bool[np.ndarray, " tick"]

DRAWS = 3 * written.DRAWS  # measures drawn by the model of tunes
PULL = 2.0  # nats: the most by which the input's classes are favoured, where natural is a half
CODES, SCATTER = 24, 1.0  # codes near the measure's own, and how far they scatter in prior standard deviations
ANEW = 0.5  # what the distance from the input counts, of what it counts in a search for a value
PLAINER = 3.0  # nats by which less surprise than the input's is a gain: the plainest is not the best
MISS = 10.0  # what a squared standard deviation costs by which an attribute is further off than it may be
JUDGED, FOLLOWED = 48, 12  # candidates whose surprise is looked at, and those with that of the measure after them
CHANCE = 0.15  # of the cost: how much worse than the best an answer may well be


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a measure is composed.

    Parameters
    ----------
    search : Search
        The search of the whole tune.
    unit : int
        Index among the different measures.
    measure : int
        The measure of the tune.
    tune : Setting
        The tune as the model of tunes sees it, with the measures that are composed so far.
    hidden : int array (measure,)
        Measures that are composed later.
    fixed : bool array (tick,)
        Ticks that stay as they are: see `varying.fixed`.
    struck : int
        The tick at which a note must begin, because one of the measure before ends there; -1 for none.
    targets, slack : float64 array (attribute,)
        Wanted values of the attributes, and by how many standard deviations they may be off.
    """

    search: Search
    unit: int
    measure: int
    tune: Setting
    hidden: Int[np.ndarray, " measure"]
    fixed: Ticks
    struck: int
    targets: Float[np.ndarray, " attribute"]
    slack: Float[np.ndarray, " attribute"]

    @property
    def ear(self) -> Ear:
        """The ear for this measure alone, in the tune as it is by now."""
        ear = ears.part(self.search.ear, slice(self.unit, self.unit + 1))
        where = surprise.places(ear.model, self.tune, np.array([self.measure]), self.hidden)
        own = surprise.surprise(ear.model, where, np.zeros(1, dtype=int), ear.tokens)
        agree = None if ear.agree is None else ear.agree[:1]
        return replace(ear, where=where, unit=np.zeros(1, dtype=int), own=own, agree=agree)


def compose(spot: Spot, taken: Tokens, rng: np.random.Generator) -> Int[np.ndarray, " tick"] | None:
    """Return the tokens of a measure that is another than the input's; None where there is no other.

    It is none of those that are `taken`, unless there are no more.
    """
    ear = spot.ear
    tokens = np.unique(np.concatenate([drawn(spot, ear, rng), decoded(spot, rng)]), axis=0)
    tokens = tokens[_good(spot, ear, tokens)]
    new = ~(tokens[:, None] == taken).all(axis=2).any(axis=1)
    tokens = tokens[new] if new.any() else tokens
    if not len(tokens):
        return None
    costs = _costs(spot, ear, tokens)
    best = np.argsort(costs, kind="stable")[:JUDGED]
    of = np.zeros(len(best), dtype=int)
    natural = ear.manner.natural
    clumsy = ears.awkwardness(ear, of, tokens[best]) + DISCORD * np.maximum(ears.discord(ear, of, tokens[best]), 0)
    costs = costs[best] + 2 * natural * (clumsy + EXCESS * np.maximum(ears.excess(ear, of, tokens[best]), -PLAINER))
    order = np.argsort(costs, kind="stable")[:FOLLOWED]
    after = _after(spot, ear, tokens[best[order]])
    costs = costs[order] + 2 * natural * EXCESS * (after - after.min())
    return np.asarray(tokens[best[order[(costs - CHANCE * rng.gumbel(size=len(costs))).argmin()]]])


def drawn(spot: Spot, ear: Ear, rng: np.random.Generator) -> Tokens:
    """Return measures that the model of tunes draws."""
    kind, tonic = int(ear.kind[0]), ear.where.tune.tonic
    width = ticks(METRES[kind])
    own = context.to_classes(ear.tokens[:, :width], tonic)
    fixed, opened = written.bounds(ear, np.zeros(1, dtype=int), own, kind)
    fixed[0] |= spot.fixed[:width]
    if spot.struck >= 0:
        opened[0, spot.struck, HELD] = False
    every = np.zeros(DRAWS, dtype=int)
    onset, pitch = np.zeros((DRAWS, width)), np.zeros((DRAWS, width, PITCHES))
    moved = np.flatnonzero(spot.slack < spot.slack.max())  # what is asked for
    names = tuple(spot.search.names[column] for column in moved)
    if names:
        onset[::3], pitch[::3] = written.tilts(names, kind)
    pulls = 2 * (1 - ear.manner.natural) * np.linspace(0, PULL, DRAWS)
    draws = Draws(
        place=every,
        own=own[every],
        fixed=fixed[every],
        may=every,
        open=opened,
        pull=rng.permutation(pulls),
        tilt=np.arange(DRAWS),
        onset=onset,
        pitch=pitch,
        chance=rng.gumbel(size=(DRAWS, width, CLASSES)),
        simple=np.full(DRAWS, not METRES[kind].compound),
    )
    classes = draw(ear.model, ear.where, draws)
    tokens = np.repeat(ear.tokens, DRAWS, axis=0)
    tokens[:, :width] = context.to_tokens(classes, tonic)
    return ears.mend(ear, every, tokens)


def decoded(spot: Spot, rng: np.random.Generator) -> Tokens:
    """Return what codes near the measure's own stand for; a model with an editor edits them for the targets."""
    search, units = spot.search, np.array([spot.unit])
    moves = rng.normal(scale=SCATTER, size=(CODES, 1, search.z.shape[1]))
    if has_editor(search.checkpoint):
        codes = probes.edited(search, units, search.names, spot.targets[None], moves)
    else:
        codes = search.z[units] + moves
    tokens = candidates.attempt(search, units, codes).tokens
    return np.where(spot.fixed, search.ear.tokens[units], tokens).astype(np.int16)


def _good(spot: Spot, ear: Ear, tokens: Tokens) -> Bool[np.ndarray, " candidate"]:
    """Return which candidates are others than the input, and break no rule."""
    of = np.zeros(len(tokens), dtype=int)
    bad = ears.broken(ear, of, tokens, spot.search.checkpoint.config.attributes)
    bad |= (tokens == ear.tokens).all(axis=1) | ~is_onset(tokens).any(axis=1)
    bad |= ((tokens != ear.tokens) & spot.fixed).any(axis=1)
    if spot.struck >= 0:
        bad |= tokens[:, spot.struck] == HOLD
    return ~bad


def _costs(spot: Spot, ear: Ear, tokens: Tokens) -> Float[np.ndarray, " candidate"]:
    """Return what candidates cost but for their strain: their distance from the input, and what they miss."""
    search = spot.search
    kind = np.repeat(ear.kind, len(tokens))
    std = np.repeat(search.std[[spot.unit]], len(tokens), axis=0)
    values = attributes.measure_each(tokens, kind, search.names)
    own = np.repeat(attributes.measure_each(ear.tokens, ear.kind, search.names), len(tokens), axis=0)
    beyond = np.maximum(abs(values - spot.targets) / std - spot.slack, 0)
    far = distance(tokens, np.repeat(ear.tokens, len(tokens), axis=0), values, own, std)
    return ears.cost(ear, 0.0, ANEW * far) + MISS * (beyond**2).sum(axis=1)


def _after(spot: Spot, ear: Ear, tokens: Tokens) -> Float[np.ndarray, " candidate"]:
    """Return how surprising the measure after each candidate is, in nats; 0 where it is composed later, or none is."""
    tune, after = spot.tune, spot.measure + 1
    if after >= len(tune.classes) or after in spot.hidden:
        return np.zeros(len(tokens))
    width, result = ticks(METRES[int(ear.kind[0])]), np.zeros(len(tokens))
    written_there = context.to_tokens(tune.classes[[after]], tune.tonic)
    for number, row in enumerate(context.to_classes(tokens[:, :width], tune.tonic)):
        classes = tune.classes.copy()
        classes[spot.measure, :width] = row
        where = surprise.places(ear.model, replace(tune, classes=classes), np.array([after]), spot.hidden)
        result[number] = surprise.surprise(ear.model, where, np.zeros(1, dtype=int), written_there)[0]
    return result

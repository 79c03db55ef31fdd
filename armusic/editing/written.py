"""Candidates that come from no code: lines moved, figures added, notes left out, and draws of the model of tunes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from armusic.editing.drawn import opened as openings
from armusic.editing.ear import IN_PITCH, Ear
from armusic.music.attributes import metrical_weights
from armusic.music.score import METRES
from armusic.music.tokenizer import DUPLE, HOLD, MAX_TICKS, TICKS_PER_BEAT, TRIPLE, ticks
from armusic.shapes import Bool, Float, Int
from armusic.taste import context, lines, rules
from armusic.taste.context import CLASSES, HELD, LOW, NONE, PITCHES, SILENT
from armusic.taste.drawing import Draws, draw

Tokens = Int[np.ndarray, "candidate tick"]
Units = Int[np.ndarray, " candidate"]

IN_TIME = ("rhythm", "density", "syncopation", "rhythmic_entropy", "beat_strength")
"""Attributes that depend on when notes start alone."""
DRAWS = 96  # measures drawn for each unit
PULLS = (0.5, 1.5, 3.0)  # nats by which the input's own classes are favoured, in turn
TILT = 5.0  # nats: the most by which notes at a tick, or pitches an octave away, are favoured


def measures(ear: Ear, names: Sequence[str], rng: np.random.Generator) -> tuple[Units, Tokens]:
    """Return measures made by rules and drawn by the model of tunes: the unit of each, and the tokens."""
    (of, tokens), (more, others) = by_rule(ear, names, rng), drawn(ear, names, rng)
    return np.concatenate([of, more]), np.concatenate([tokens, others])


def by_rule(ear: Ear, names: Sequence[str], rng: np.random.Generator) -> tuple[Units, Tokens]:
    """Return measures made by rules for each unit: the unit, and the tokens."""
    parts = [lines.touched(ear.tokens, ear.scale, grid(ear), rng)]
    if not set(names) <= set(IN_TIME):
        parts.append(lines.moved(ear.tokens, ear.scale, ear.ends))
    if not set(names) <= set(IN_PITCH):
        parts.append(lines.filled(ear.tokens, ear.scale, grid(ear), rng))
        parts.append(lines.thinned(ear.tokens, weakness(ear), rng))
    tokens = np.concatenate(parts)
    return np.tile(np.arange(len(ear.tokens)), len(tokens)), tokens.reshape(-1, tokens.shape[2])


def drawn(ear: Ear, names: Sequence[str], rng: np.random.Generator) -> tuple[Units, Tokens]:
    """Return measures that the model of tunes draws for each unit: the unit, and the tokens."""
    _, place = np.unique(ear.unit, return_index=True)
    results = np.full((len(ear.tokens), DRAWS, ear.tokens.shape[1]), 0, dtype=np.int16)
    results[:] = ear.tokens[:, None]
    tonic = ear.where.tune.tonic
    chance = rng.gumbel(size=(DRAWS, MAX_TICKS, CLASSES))  # the same for all units
    beats = np.sort(rng.integers(0, MAX_TICKS // TICKS_PER_BEAT + 1, size=(DRAWS, 2)), axis=1)
    at = np.arange(MAX_TICKS) // TICKS_PER_BEAT
    outside = (at < beats[:, :1]) | (at >= beats[:, 1:])  # beats that stay
    outside[::2] = False
    for kind in np.unique(ear.kind).tolist():
        units = np.flatnonzero(ear.kind == kind)
        width = ticks(METRES[kind])
        own = context.to_classes(ear.tokens[units, :width], tonic)
        onset, pitch = tilts(names, kind)
        fixed, opened = bounds(ear, units, own, kind)
        many = np.repeat(np.arange(len(units)), DRAWS)
        may = many
        rest = np.tile(outside[:, :width], (len(units), 1))
        if set(names) <= set(IN_PITCH):
            rhythmic = np.arange(len(many)) % 2 == 1  # the rhythm stays: only pitches are drawn
            rest = np.where(rhythmic[:, None], own[many] >= PITCHES, rest)
            may = many + len(units) * rhythmic
            opened = np.concatenate([opened, opened & ((np.arange(CLASSES) < PITCHES) | (own >= PITCHES)[:, :, None])])
        draws = Draws(
            place=place[units][many],
            own=own[many],
            fixed=fixed[many] | rest,
            may=may,
            open=opened,
            pull=np.tile(np.resize(PULLS, DRAWS), len(units)),
            tilt=np.tile(np.arange(DRAWS), len(units)),
            onset=onset,
            pitch=pitch,
            chance=chance[:, :width],
            simple=np.full(len(many), not METRES[kind].compound),
        )
        classes = draw(ear.model, ear.where, draws)
        results[units, :, :width] = context.to_tokens(classes, tonic).reshape(len(units), DRAWS, width)
    tokens = results.reshape(-1, results.shape[2])
    return np.repeat(np.arange(len(ear.tokens)), DRAWS), tokens


def bounds(
    ear: Ear, units: Int[np.ndarray, " unit"], own: Int[np.ndarray, "unit tick"], kind: int
) -> tuple[Bool[np.ndarray, "unit tick"], Bool[np.ndarray, "unit tick class"]]:
    """Return at which ticks units stay as they are, and which classes may come at the others."""
    width = own.shape[1]
    onset = own < PITCHES
    closing = rules.closing(ear.tokens[units], ear.kind[units])
    fixed = ear.ends[units, None] & (np.arange(width) >= closing[:, None])
    fixed[:, 0] |= ~onset[:, 0]
    fixed |= ear.opens[units, None] & (np.arange(width) <= onset.argmax(axis=1)[:, None])
    fixed |= ear.silent[units, :width]
    pitches = np.isin(np.arange(HOLD), ear.scale) & (True if ear.allowed is None else ear.allowed[units])
    finer = "subdivisions" not in ear.manner.keep  # sixteenths cost something in a tune without, but may come
    habits = replace(ear.habits, sixteenths=ear.habits.sixteenths or finer)
    may = np.broadcast_to(pitches, (len(units), HOLD))
    opened = openings(may, ear.where.tune.tonic, kind, own == SILENT, habits)
    np.put_along_axis(opened, np.where(own == NONE, HELD, own)[:, :, None], values=True, axis=2)
    return fixed, opened


def tilts(
    names: Sequence[str], kind: int
) -> tuple[Float[np.ndarray, "draw tick"], Float[np.ndarray, "draw tick pitch"]]:
    """Return by how many nats draws favour notes at each tick, and each pitch there."""
    width, metre = ticks(METRES[kind]), METRES[kind]
    onset, pitch = np.zeros((DRAWS, width)), np.zeros((DRAWS, width, PITCHES))
    steps = np.linspace(-1, 1, DRAWS)[np.argsort(np.arange(DRAWS) * 7 % DRAWS, kind="stable")]
    if not set(names) <= set(IN_PITCH):
        weights = metrical_weights(metre)
        shape = np.ones(width) if "density" in names else weights / weights.mean()
        onset += TILT * steps[:, None] * shape
    if not set(names) <= set(IN_TIME):
        height = (np.arange(PITCHES) + LOW - 7) / 12
        if "range" in names:
            pitch += TILT * steps[:, None, None] * abs(height)
        else:
            pitch += TILT * steps[:, None, None] * np.linspace(-1, 1, width)[:, None] * height
    return onset, pitch


def grid(ear: Ear) -> Bool[np.ndarray, "unit tick"]:
    """Return the ticks at which notes may be added to each unit."""
    width, habits = ear.tokens.shape[1], ear.habits
    places = np.arange(width) % TICKS_PER_BEAT
    compound = np.array([metre.compound for metre in METRES])[ear.kind]
    simple = np.isin(places, TRIPLE if habits.triple and not habits.duple else [0, *DUPLE])
    return np.where(compound[:, None], True, simple | (places == 0))


def weakness(ear: Ear) -> Float[np.ndarray, "unit tick"]:
    """Return how weak each tick of each unit is: the weights of `rhythm`."""
    table = np.ones((len(METRES), MAX_TICKS))
    for kind, metre in enumerate(METRES):
        table[kind, : ticks(metre)] = metrical_weights(metre)
    return table[ear.kind][:, : ear.tokens.shape[1]]

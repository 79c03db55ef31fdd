"""Candidates: what a model can make of the measures of a tune, measured, and how far it is from the input.

A code is decoded once and read several times, each time with more weight on the input's own
tokens (`PULLS`): from what the model would write, down to the fewest notes that it insists on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from armusic import attributes, interpolation
from armusic.checkpoint import Checkpoint
from armusic.frame import FRAMES, MIDDLE
from armusic.interpolation import Allowed, Material
from armusic.score import METRES
from armusic.tokenizer import PAD, TICKS_PER_BEAT, is_onset

Tokens = Int[np.ndarray, "candidate tick"]
Values = Float[np.ndarray, "candidate attribute"]
Codes = Float[np.ndarray, "step unit latent"]
Units = Int[np.ndarray, " unit"]

GRID = np.linspace(-4.0, 4.0, 41)  # prior standard deviations: where nearly all codes lie
MOVES = 6  # codes at each value of the grid: the input's other dimensions, and five near them
NUDGES = (0.3, 0.6)  # size of these moves, in turn, in prior standard deviations
PARTNERS = 2.0  # the dimensions of the other attributes move so many times as far
GAPS, TRIES, NEAR = 12, 8, 0.3  # refinement: gaps between values, codes for each, and how far they scatter
SPREAD = 2.5  # the range to fill, in standard deviations of the corpus from its mean
PULLS = (0.0, 2.0, 4.0, 6.0, 9.0)  # nats by which the input's own tokens are favoured: what the code leaves open stays
OTHERS = 0.5  # weight of the other attributes in the distance
OCTAVE = 12
_EXACT = 9  # decimals to which attributes are compared: sums in another order differ beyond


@dataclass(frozen=True, slots=True)
class Candidates:
    """Measures that could stand in the place of others.

    Parameters
    ----------
    of : int array (candidate,)
        Which of the different measures of the tune each would replace.
    tokens : int16 array (candidate, tick)
        As wide as the tune's.
    z : float32 array (candidate, latent)
        Its code; the posterior mean of a measure as it is.
    values : float64 array (candidate, attribute)
        The model's attributes, measured.
    """

    of: Int[np.ndarray, " candidate"]
    tokens: Tokens
    z: Float[np.ndarray, "candidate latent"]
    values: Values

    def take(self, index: Int[np.ndarray, " candidate"]) -> Candidates:
        """Return those at `index`."""
        return Candidates(self.of[index], self.tokens[index], self.z[index], self.values[index])


@dataclass(frozen=True, slots=True)
class Search:
    """The different measures of a tune, and what it takes to find candidates for them.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    material : Material
        The tune.
    allowed : bool array (measure, 128), optional
        The pitches that each measure may have.
    first : int array (unit,)
        A measure of the tune for each different one.
    of : int array (measure,)
        Which of them each measure is; -1 where it is not to be varied.
    z : float32 array (unit, latent)
        The code of each different one: the posterior mean.
    """

    checkpoint: Checkpoint
    material: Material
    allowed: Allowed | None
    first: Units
    of: Int[np.ndarray, " measure"]
    z: Float[np.ndarray, "unit latent"]

    @property
    def kind(self) -> Units:
        """Place of each different measure's metre in `score.METRES`."""
        return self.material.kind[self.first]

    @property
    def std(self) -> Float[np.ndarray, "unit attribute"]:
        """Standard deviation of the attributes in the corpus, in the metre of each different measure."""
        return self.checkpoint.scale.std[self.kind]

    @property
    def mean(self) -> Float[np.ndarray, "unit attribute"]:
        """Mean of the attributes in the corpus."""
        return self.checkpoint.scale.mean[self.kind]


def start(checkpoint: Checkpoint, material: Material, allowed: Allowed | None) -> Search:
    """Return a search that looks at equal measures once."""
    rows = np.flatnonzero(material.varied)
    alike = [material.kind[rows, None], material.tokens[rows], material.silent[rows]]
    if allowed is not None:
        alike.append(allowed[rows])
    _, first, of = np.unique(np.column_stack(alike), axis=0, return_index=True, return_inverse=True)
    everywhere = np.full(len(material.varied), -1)
    everywhere[rows] = of.ravel()
    first = rows[first]
    z = np.zeros((len(first), checkpoint.config.latent), dtype=np.float32)
    for kind in np.unique(material.kind[first]):
        here = material.kind[first] == kind
        z[here] = interpolation.encode(checkpoint, material.classes[first[here]], int(kind))
    return Search(checkpoint, material, allowed, first, everywhere, z)


def inputs(search: Search) -> Candidates:
    """Return each different measure as it is."""
    units = np.arange(len(search.first))
    return _measured(search, units, search.material.tokens[search.first], search.z)


def attempt(search: Search, units: Units, z: Codes) -> Candidates:
    """Return what codes stand for in the place of these units: one batch per metre, with each of `PULLS`."""
    material, parts = search.material, []
    for kind in np.unique(search.kind[units]):
        chosen = search.kind[units] == kind
        here, codes = units[chosen], z[:, chosen].astype(np.float32)
        made = interpolation.decode(search.checkpoint, material, search.first[here], codes, search.allowed, PULLS)
        tokens = np.tile(material.tokens[search.first[here]], (*made.shape[:2], 1, 1))
        tokens[..., : made.shape[-1]] = made
        of = np.broadcast_to(here, made.shape[:3]).ravel()
        every = np.broadcast_to(codes, (len(PULLS), *codes.shape)).reshape(-1, z.shape[2])
        parts.append(_measured(search, of, tokens.reshape(len(of), -1), every))
    return _concatenated(parts)


def around(search: Search, dim: int, count: int, rng: np.random.Generator) -> Codes:
    """Return codes on the grid of one dimension, with moves of the others; every `count`-th value of the grid.

    The moves are the same for all measures, so that what one becomes does not depend on the rest of the tune.
    """
    grid, known = GRID[::count], len(search.checkpoint.config.attributes)
    scale = np.append(0.0, np.resize(NUDGES, MOVES - 1))
    moves = rng.normal(size=(len(grid), MOVES, 1, search.z.shape[1])) * scale[:, None, None]
    moves[..., :known] *= PARTNERS
    codes = search.z + moves
    codes[..., dim] = grid[:, None, None]
    return codes.reshape(-1, *search.z.shape)


def between(search: Search, found: Candidates, dim: int, rng: np.random.Generator) -> Codes:
    """Return codes in the widest gaps between the values that each measure has, and towards the ends of the range.

    `found` has one candidate for each value, in the order of the units.
    """
    chosen = []
    for unit, (low, high) in enumerate(pairwise(np.searchsorted(found.of, np.arange(len(search.first) + 1)))):
        std, mean = search.std[unit, dim], search.mean[unit, dim]
        rows = low + np.argsort(found.values[low:high, dim], kind="stable")
        a = (found.values[rows, dim] - mean) / std
        ends = min(-SPREAD, a[0]), max(SPREAD, a[-1])
        z = found.z[np.concatenate([rows[:1], rows, rows[-1:]])]
        z[0, dim] += ends[0] - a[0]
        z[-1, dim] += ends[1] - a[-1]
        gaps = np.diff(np.concatenate([ends[:1], a, ends[1:]]).clip(-SPREAD, SPREAD))
        widest = np.resize(np.argsort(-gaps, kind="stable")[:GAPS], GAPS)
        chosen.append((z[widest] + z[widest + 1]) / 2)
    middle = np.repeat(np.stack(chosen, axis=1), TRIES, axis=0)
    return middle + rng.normal(scale=NEAR, size=(len(middle), 1, middle.shape[2]))


def spliced(search: Search, found: Candidates) -> Candidates:
    """Return each candidate in some of the input's beats only: once for each run of beats, but for all of them."""
    beats = search.material.tokens.shape[1] // TICKS_PER_BEAT
    at = np.arange(search.material.tokens.shape[1]) // TICKS_PER_BEAT
    runs = [(low, high) for low in range(beats) for high in range(low + 1, beats + 1) if high - low < beats]
    before = search.material.tokens[search.first[found.of]]
    tokens = np.concatenate([np.where((at >= low) & (at < high), found.tokens, before) for low, high in runs])
    sounds = is_onset(tokens).any(axis=1)
    of, z = np.tile(found.of, len(runs))[sounds], np.tile(found.z, (len(runs), 1))[sounds]
    return _measured(search, of, tokens[sounds], z)


def decoded(checkpoint: Checkpoint) -> Callable[[np.ndarray, int], np.ndarray]:
    """Return a function of codes (item, latent) and a kind: the attributes of what they are decoded to, freely."""
    frame, names = FRAMES[checkpoint.config.frame], checkpoint.config.attributes

    @torch.inference_mode()
    def values(z: Float[np.ndarray, "item latent"], kind: int) -> Float[np.ndarray, "item attribute"]:
        model = checkpoint.model
        parts = torch.as_tensor(z, dtype=torch.float32).split(interpolation.CODES)
        classes = torch.cat([model.mode(model.decode(part, kind)) for part in parts]).numpy()
        return attributes.measure(
            frame.leave(classes, np.full(len(z), 0 if frame.name == "absolute" else MIDDLE)), METRES[kind], names
        )

    return values


def join(parts: Sequence[Candidates]) -> Candidates:
    """Return all candidates in the order of their units, each once: the first of those with equal tokens."""
    every = _concatenated(parts)
    rows = np.column_stack([every.of.astype(">u4").view(np.uint8).reshape(-1, 4), every.tokens.astype(np.uint8)])
    keys = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, index = np.unique(keys, return_index=True)
    return every.take(index)


def distance(
    tokens: Tokens, before: Tokens, values: Values, values_before: Values, std: Values
) -> Float[np.ndarray, " candidate"]:
    """Return how far measures are from others: 0 only where they are equal.

    It is the sum of four terms: the share of ticks at which something else happens (a note
    starts, silence begins, or what was goes on); the mean difference of pitch where a note
    starts in both, 1 where none does; the mean difference of the melodic line (the last pitch
    at each tick, less the line's mean); and half the mean change of the attributes not asked for. Pitches
    count in octaves, at most one; attributes in standard deviations of the corpus.

    Parameters
    ----------
    tokens, before : int array (candidate, tick)
        At least one note each; padded at the same ticks.
    values, values_before, std : float array (candidate, attribute)
        The attributes not asked for, and their standard deviations.

    Examples
    --------
    >>> none = np.zeros((1, 0))
    >>> one, two = np.array([[60, 128, 62, 128]]), np.array([[60, 128, 128, 128]])
    >>> distance(one, two, none, none, none).round(3).tolist()
    [0.333]
    """
    inside = before != PAD
    length = inside.sum(axis=1)
    one, two = is_onset(tokens), is_onset(before)
    both = one & two
    happens = (np.where(one, 0, tokens) != np.where(two, 0, before)).sum(axis=1) / length
    jumps = abs(np.where(both, tokens - before, 0)).sum(axis=1) / np.maximum(both.sum(axis=1), 1)
    pitch = np.where(both.any(axis=1), (jumps / OCTAVE).clip(max=1), 1.0)
    lines = abs(_line(tokens, one, inside) - _line(before, two, inside))
    melody = (np.where(inside, lines, 0).sum(axis=1) / length / OCTAVE).clip(max=1)
    others = (abs(values - values_before) / std).mean(axis=1) if values.shape[1] else 0.0
    return happens + pitch + melody + OTHERS * others


def _line(
    tokens: Tokens, onset: Bool[np.ndarray, "candidate tick"], inside: Bool[np.ndarray, "candidate tick"]
) -> Float[np.ndarray, "candidate tick"]:
    """Return the last pitch at each tick (before the first: the first), less the mean."""
    last = np.maximum.accumulate(np.where(onset, np.arange(tokens.shape[1]), -1), axis=1)
    line = np.take_along_axis(tokens, np.where(last < 0, onset.argmax(axis=1)[:, None], last), axis=1).astype(float)
    return line - np.where(inside, line, 0).sum(axis=1, keepdims=True) / inside.sum(axis=1, keepdims=True)


def _measured(search: Search, of: Units, tokens: Tokens, z: Float[np.ndarray, "candidate latent"]) -> Candidates:
    names, kinds = search.checkpoint.config.attributes, search.kind[of]
    values = np.empty((len(of), len(names)))
    for kind in np.unique(kinds):
        values[kinds == kind] = attributes.measure(tokens[kinds == kind], METRES[kind], names)
    return Candidates(of, tokens, z, values.round(_EXACT))


def _concatenated(parts: Sequence[Candidates]) -> Candidates:
    return Candidates(
        np.concatenate([part.of for part in parts]),
        np.concatenate([part.tokens for part in parts]),
        np.concatenate([part.z for part in parts]),
        np.concatenate([part.values for part in parts]),
    )

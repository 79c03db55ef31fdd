"""Sources of candidates for the closed loop, and the loop with one of them: see `closed_loop.py`."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.stats import rankdata

from armusic.datasets.corpora.corpus import Corpus
from armusic.editing import candidates, probes, ranking, written
from armusic.editing import ear as ears
from armusic.editing import pool as pools
from armusic.editing.candidates import Candidates, Search
from armusic.editing.decoding import edit, encode
from armusic.editing.material import prepare
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes
from armusic.music.pitch_frame import ANCHORED
from armusic.music.score import METRES
from armusic.music.tokenizer import is_onset, ticks
from armusic.taste import lines
from armusic.taste.context import CLASSES, HELD, LOW, PITCHES, SILENT
from armusic.taste.drawing import Draws
from armusic.taste.surprise import Places
from armusic.taste.tune_model import TuneModel

EDITS, MOST, TRIES = 200, 6, 3  # random edits in a round, for each number of notes that change; tries for each
TRAINING = 5000  # measures of the training part that are looked at, in each metre
SAMPLE = 2000  # of these, so many tell which dimension goes with an attribute
ROUNDS, IDLE = 60, 3  # a source is asked so often at most, and so often in a row without a new measure
LEAD, FLOOR = 0.6, -8.0  # weight of what the decoder expects, and the least that it counts, in nats
ENOUGH = 0.95  # of the candidates that all measures of a block are to get: some have no more
Round = Callable[[Search, str, np.random.Generator], list[Candidates]]
"""(search, attribute, chance) -> some candidates for each unit; asked again, others."""


@dataclass
class Budget:
    """How many candidates a measure gets from a source, and how long that may take; what it took is counted.

    Parameters
    ----------
    candidates : int
        Different measures for each, of those that a musician might write.
    seconds : float
        Processor seconds for each.
    """

    candidates: int
    seconds: float = np.inf
    units: int = field(default=0, init=False)
    taken: int = field(default=0, init=False)
    spent: float = field(default=0.0, init=False)


@contextmanager
def only(sources: Sequence[Round], budget: Budget) -> Iterator[None]:
    """Have every search take its candidates from these sources, in turn, while this lasts; its own without any.

    What they give and take is counted in both cases.
    """
    original = pools.fill

    def fill(search: Search, name: str, **options: Any) -> Candidates:
        start, units = time.process_time(), len(search.first)
        every = _filled(search, name, sources, budget) if sources else original(search, name, **options)
        budget.spent += time.process_time() - start
        budget.units += units
        budget.taken += len(every.of) - units
        return every

    pools.fill = fill
    try:
        yield
    finally:
        pools.fill = original


def _filled(search: Search, name: str, sources: Sequence[Round], budget: Budget) -> Candidates:
    rng, start, units = np.random.default_rng(0), time.process_time(), len(search.first)
    every, idle = candidates.inputs(search), 0
    for number in range(ROUNDS * len(sources)):
        more = candidates.join(sources[number % len(sources)](search, name, rng))
        more = more.take(~ears.broken(search.ear, more.of, more.tokens, (name,)))
        before = len(every.of)
        every = candidates.join([every, more])
        idle = 0 if len(every.of) > before else idle + 1
        enough = (
            np.bincount(every.of, minlength=units).clip(max=budget.candidates + 1).mean() > budget.candidates * ENOUGH
        )
        if enough or idle == IDLE * len(sources) or time.process_time() - start > budget.seconds * units:
            break
    return _as_many(search, every, budget.candidates, rng)


def _as_many(search: Search, every: Candidates, most: int, rng: np.random.Generator) -> Candidates:
    """Return the units as they are and, at random, at most so many others for each."""
    own = (every.tokens == search.ear.tokens[every.of]).all(axis=1)
    order = np.lexsort([rng.random(len(own)), ~own, every.of])
    return every.take(np.sort(order[ranking.rank(every.of[order]) <= most]))


def decoded(checkpoint: Checkpoint, corpus: Corpus, train: np.ndarray) -> Round:
    """Return what decodes codes of a model: the dimension of an attribute on a grid, the others moved a little.

    `train` (measure,) are training measures of the corpus. The dimension of an attribute is the one that ranks these
    most as the attribute does: its own, where the model was trained to have one. The second half of the codes lies in
    the gaps between the values of the first; both are decoded as in the search, and combined with the input.
    """
    axes = _axes(checkpoint, corpus, train)

    def codes(search: Search, name: str, rng: np.random.Generator) -> list[Candidates]:
        theirs, usable = _as_seen_by(checkpoint, search)
        units, dim = np.arange(len(search.first)), axes[name]
        pool = pools.from_candidates(theirs, (name,), [candidates.inputs(theirs)])
        pool = pools.with_candidates(pool, [candidates.attempt(theirs, units, probes.around(theirs, dim, 1, rng))])
        direction = np.zeros((len(units), 1, theirs.z.shape[1]))
        direction[..., dim] = 1.0
        z = probes.between(theirs, pool.shortlist(count=1).candidates, name, direction, rng)
        pool = pools.with_candidates(pool, [candidates.attempt(theirs, units, z)])
        parts = [pool.candidates, candidates.recombine(theirs, pool.shortlist(count=1).candidates)]
        return [replace(part, z=search.z[part.of]).take(usable[part.of]) for part in parts]

    return codes


def _axes(checkpoint: Checkpoint, corpus: Corpus, train: np.ndarray) -> dict[str, int]:
    """Return the dimension that goes most with each attribute, over training measures in the first metre."""
    rows = train[(corpus.kind[train] == 0) & is_onset(corpus.tokens[train]).any(axis=1)]
    rows = rows[:: max(1, len(rows) // SAMPLE)]
    names, frame = checkpoint.config.attributes, checkpoint.frame
    classes, inside = frame.enter(corpus.tokens[rows], frame.registers(corpus.tokens[rows]))
    z = rankdata(checkpoint.model.encode(classes[inside][:, : ticks(METRES[0])], 0), axis=0)
    values = rankdata(attributes.measure(corpus.tokens[rows[inside]], METRES[0], names), axis=0)
    rho = np.corrcoef(z, values, rowvar=False)[: z.shape[1], z.shape[1] :]
    return dict(zip(names, abs(np.nan_to_num(rho)).argmax(axis=0).tolist(), strict=True))


def _as_seen_by(checkpoint: Checkpoint, search: Search) -> tuple[Search, np.ndarray]:
    """Return the search with another model's codes, and which units it can take."""
    material = prepare(checkpoint, search.material.tune)
    theirs = replace(search, checkpoint=checkpoint, material=material, z=encode(checkpoint, material, search.first))
    return theirs, material.varied[search.first]


def random_edits(search: Search, name: str, rng: np.random.Generator) -> list[Candidates]:
    """Return measures with one to `MOST` random notes moved, left out or added."""
    del name
    ear, every, parts = search.ear, lines.every_touch(), []
    every = every[every[:, 1] < ear.tokens.shape[1]]
    rows = np.broadcast_to(ear.tokens, (EDITS, *ear.tokens.shape))
    for _ in range(MOST):
        for _ in range(TRIES):  # most touches fall where nothing can be done
            rows = lines.touch(rows, every[rng.integers(len(every), size=len(rows))], ear.scale, written.grid(ear))
        parts.append(rows)
    tokens = np.concatenate(parts)
    return [_sounding(search, np.tile(np.arange(len(ear.tokens)), len(tokens)), tokens.reshape(-1, rows.shape[2]))]


def by_rule(search: Search, name: str, rng: np.random.Generator) -> list[Candidates]:
    """Return the measures that the search makes by rules."""
    return [_sounding(search, *written.by_rule(search.ear, (name,), rng))]


def drawn(search: Search, name: str, rng: np.random.Generator) -> list[Candidates]:
    """Return measures that the model of tunes draws."""
    return [_sounding(search, *written.drawn(search.ear, (name,), rng))]


def nearest(corpus: Corpus, train: np.ndarray, most: int) -> Round:
    """Return what gives training measures in the register and the metre of each unit: the nearest at each value."""

    def training(search: Search, name: str, rng: np.random.Generator) -> list[Candidates]:
        parts = []
        for unit, kind in enumerate(search.kind.tolist()):
            rows = train[(corpus.kind[train] == kind) & is_onset(corpus.tokens[train]).any(axis=1)]
            tokens = corpus.tokens[rng.choice(rows, min(TRAINING, len(rows)), replace=False)]
            shift = search.material.anchors[search.first[unit]] - ANCHORED.anchors(tokens)
            moved = np.where(is_onset(tokens), tokens + shift[:, None], tokens)[:, : search.material.tokens.shape[1]]
            parts.append(_sounding(search, np.full(len(moved), unit), moved))
        pool = pools.from_candidates(search, (name,), [candidates.inputs(search)])
        pool = pools.with_candidates(pool, parts)
        for count in (8, 4, 2, 1):
            few = pool.shortlist(count=count).candidates
            if np.bincount(few.of).max() <= most or count == 1:
                return [few]
        return []

    return training


def _sounding(search: Search, of: np.ndarray, tokens: np.ndarray) -> Candidates:
    """Return those of some measures that have a note, as candidates."""
    some = is_onset(tokens).any(axis=1)
    return candidates.measured(search, of[some], tokens[some].astype(np.int16), search.z[of[some]])


def led(search: Search, name: str, rng: np.random.Generator) -> list[Candidates]:
    """Return draws of the model of tunes, every other one led by the AR-VAE: the product of what both expect.

    The code of the measure is edited for a value, as far as the draw is tilted; what the decoder then expects of each
    tick stands in the place of the pull towards the input.
    """
    model, original, count = search.checkpoint, written.draw, written.DRAWS
    codes, kinds = _edited(search, name, rng), iter(np.unique(search.ear.kind).tolist())

    def leading(tunes: TuneModel, where: Places, draws: Draws) -> np.ndarray:
        kind = next(kinds)
        units = np.flatnonzero(search.ear.kind == kind)
        some = np.tile(np.arange(count) % 2 == 0, len(units))
        z = codes[:, units].swapaxes(0, 1).reshape(len(some), -1)[some]
        anchors = np.repeat(search.material.anchors[search.first[units]], count)[some]
        chance = np.tile(draws.chance, (len(units), 1, 1))
        chance[some] += LEAD * _expected(model, z, kind, anchors - where.tune.tonic)
        led = replace(
            draws,
            tilt=np.arange(len(some)),
            chance=chance,
            onset=np.tile(draws.onset, (len(units), 1)),
            pitch=np.tile(draws.pitch, (len(units), 1, 1)),
            pull=np.where(some, 0.0, draws.pull),
        )
        return original(tunes, where, led)

    written.draw = leading
    try:
        return drawn(search, name, rng)
    finally:
        written.draw = original


def _edited(search: Search, name: str, rng: np.random.Generator) -> np.ndarray:
    """Return codes (draw, unit, latent) edited for values as far from the mean as `written.tilts` tilts each draw."""
    names, count = search.checkpoint.config.attributes, written.DRAWS
    order = np.argsort(np.arange(count) * 7 % count, kind="stable")
    positions = np.full((count, len(search.z), len(names)), np.nan)
    positions[..., names.index(name)] = probes.GRID[-1] * np.linspace(-1, 1, count)[order][:, None]
    moves = rng.normal(size=(count, 1, search.z.shape[1])) * probes.NUDGE
    return edit(search.checkpoint, search.z + moves, search.kind, positions)


def _expected(checkpoint: Checkpoint, z: np.ndarray, kind: int, shift: np.ndarray) -> np.ndarray:
    """Return the decoder's log probabilities in the classes of the model of tunes; pitches are moved by `shift`."""
    frame, width = checkpoint.frame, ticks(METRES[kind])
    logits = checkpoint.model.decode(z.astype(np.float32), kind)
    logits = logits - np.logaddexp.reduce(logits, axis=2, keepdims=True)
    pitch = np.arange(PITCHES) + LOW - shift[:, None] - frame.low
    inside = (pitch >= 0) & (pitch < frame.hold)
    at = np.broadcast_to(pitch.clip(0, frame.hold - 1)[:, None], (len(z), width, PITCHES))
    result = np.full((len(z), width, CLASSES), FLOOR)
    result[:, :, :PITCHES] = np.where(inside[:, None], np.take_along_axis(logits, at, axis=2), FLOOR)
    result[:, :, HELD], result[:, :, SILENT] = logits[:, :, frame.hold], logits[:, :, frame.rest]
    return result.clip(FLOOR)

"""New tunes: candidates for each measure, drawn where a tune would go on, and the best of them taken.

From left to right, the candidates for a measure are codes drawn around what the codes before it
lead to (`phrase_model`), or around those of a given tune, with the dimensions of the attributes put
where the targets are. All are decoded in one batch and measured exactly. Those with the least
error stay, and of these one is taken by how well it sounds: how sure the decoder is of it, how
usual its rhythm and the interval over the bar line are, and how near its code is to the drawn one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from armusic.editing.decoding import choose, encode_classes
from armusic.generation.phrase_model import (
    BACK,
    END,
    HIGH,
    LEAP,
    LOW,
    OCTAVE,
    STATES,
    Phrases,
    digests,
    has_major_third,
    patterns,
)
from armusic.generation.plan import Around, Plan
from armusic.music import attributes, tokenizer
from armusic.music.score import METRES
from armusic.music.tokenizer import HOLD, MAX_TICKS, PAD, REST, is_onset
from armusic.training.checkpoint import Checkpoint

CANDIDATES, ENDINGS = 96, 480  # codes per measure, and for one that ends a tune: it has more to meet
NEAR = 0.1  # errors so little above the least one, in standard deviations of the corpus, count as the least
JITTER = 0.5  # how far attribute dimensions scatter around their target: the decoder does not quite obey
TONIC, CHORD = 8.0, 3.0  # nats for a last note on the tonic at the end, and in its triad at the end of a phrase
WIDE = (5, 17)  # semitones: anchors lie so far below and above the tonic
TRIADS = ((0, 3, 7), (0, 4, 7))  # semitones above the tonic, by the third
FIFTH = 7  # semitones
REPEATED = 1.0  # nats that a note struck again costs: decoded at random, there are twice as many as in the corpus
RARE = 2.0  # weight of rhythms: an odd one is heard more than an odd interval
KNOWN = 6.0  # nats that a copy of a training measure costs
TIED = 1e4  # above every logit and score
UNKNOWN = -1  # no pitch before

Tokens = Int[np.ndarray, "item tick"]
Codes = Float[np.ndarray, "item latent"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Candidates for one measure of several tunes, those of each tune together."""

    z: Codes
    anchors: Int[np.ndarray, " item"]


@dataclass(slots=True)
class _State:
    """The tunes so far: tokens, codes, residuals of codes from the expected ones, and anchors."""

    tokens: Int[np.ndarray, "tune measure tick"]
    codes: Float[np.ndarray, "tune measure latent"]
    rest: Float[np.ndarray, "tune measure latent"]
    anchors: Int[np.ndarray, "tune measure"]


def compose(
    checkpoint: Checkpoint, phrases: Phrases, plan: Plan, rng: np.random.Generator
) -> Int[np.ndarray, "tune measure tick"]:
    """Return the tokens of new tunes, as planned; every random number comes from `rng`.

    Returns
    -------
    int16 array (tune, measure, tick)
        Ending in `PAD` where the metre is shorter.
    """
    count, length = plan.source.shape
    latent = checkpoint.model.latent
    state = _State(
        np.full((count, length, MAX_TICKS), PAD, dtype=np.int16),
        np.zeros((count, length, latent)),
        np.zeros((count, length, latent)),
        np.zeros((count, length), dtype=np.int64),
    )
    for number in range(length):
        if plan.around is not None and not plan.around.varied[number]:
            width = tokenizer.ticks(METRES[plan.kind[number]])
            state.tokens[:, number, :width] = plan.around.tokens[number, :width]
            continue
        source = plan.source[:, number]
        for array in (state.tokens, state.codes, state.rest, state.anchors):
            array[:, number] = array[np.arange(count), source]
        todo = np.flatnonzero(source == number)
        if len(todo):
            _add(checkpoint, phrases, plan, state, todo, number, rng)
    return state.tokens


def _add(
    checkpoint: Checkpoint,
    phrases: Phrases,
    plan: Plan,
    state: _State,
    todo: Int[np.ndarray, " tune"],
    number: int,
    rng: np.random.Generator,
) -> None:
    """Compose one measure of the tunes in `todo`."""
    kind, place = int(plan.kind[number]), plan.place[todo, number]
    many = ENDINGS if (place == END).any() else CANDIDATES
    if plan.around is None:
        drawn, expected = _follow(phrases, plan, state, todo, number, many, rng)
    else:
        drawn, expected = _around(phrases, plan, plan.around, todo, number, many, rng)
    drawn = replace(drawn, z=_put(checkpoint, phrases, plan, drawn.z, number, rng))
    before = _last_pitch(state.tokens[todo, :number])
    held = before != UNKNOWN
    if plan.around is not None:
        held &= plan.around.tokens[number, 0] == HOLD
    tokens, sure = decode(checkpoint, plan, drawn, np.repeat(held, many), number)
    codes = _encode(checkpoint, tokens, kind)
    error = _error(plan, tokens, number)
    place = np.repeat(place, many)
    score = sure + _usual(phrases, tokens, kind, place, np.repeat(before, many))
    spread = np.diagonal(phrases.noise[kind])
    score -= 0.5 * ((codes - drawn.z) ** 2 / spread).mean(axis=1)
    score += _cadence(plan, tokens, place) + rng.gumbel(size=len(tokens))
    score -= KNOWN * copied(phrases, tokens, np.full(len(tokens), kind))
    if plan.around is not None and (plan.around.tokens[number + 1 : number + 2, 0] == HOLD).any():
        score -= TIED * _ends_silent(tokens)  # the next measure goes on with its last note
    error, score = (values.reshape(len(todo), many) for values in (error, score))
    near = error <= error.min(axis=1, keepdims=True) + NEAR
    taken = np.arange(len(todo)) * many + np.where(near, score, -np.inf).argmax(axis=1)
    state.tokens[todo, number, : tokens.shape[1]] = tokens[taken]
    state.codes[todo, number] = codes[taken]
    state.rest[todo, number] = codes[taken] - expected[taken]
    state.anchors[todo, number] = drawn.anchors[taken]


def _follow(
    phrases: Phrases,
    plan: Plan,
    state: _State,
    todo: Int[np.ndarray, " tune"],
    number: int,
    many: int,
    rng: np.random.Generator,
) -> tuple[Drawn, Codes]:
    """Return candidates that go on from the measures before, and the codes expected from place and degree alone."""
    kind, place = int(plan.kind[number]), plan.place[todo, number]
    third = int(has_major_third(plan.key))
    before = state.anchors[todo, number - 1] - plan.tonic if number else np.full(len(todo), round(phrases.middle[1]))
    chance = phrases.step[third, before.clip(LOW, HIGH) - LOW] + phrases.stand[third, plan.part[number], place]
    states = np.arange(STATES) + LOW
    chance = np.where((states >= -WIDE[0]) & (states <= WIDE[1]), chance, -np.inf)
    noise = rng.gumbel(size=(len(todo), many, STATES))
    steps = (chance[:, None] + noise).argmax(axis=2) + LOW  # the largest after such noise: a draw
    expected = phrases.mean[kind, place][:, None] + phrases.degree[kind, steps % OCTAVE]
    led = np.zeros((len(todo), expected.shape[2]))
    for back, matrix in zip(BACK, phrases.follow[kind], strict=True):
        if number >= back:
            led += np.where(place[:, None] >= back, state.rest[todo, number - back] @ matrix, 0.0)
    z = expected + led[:, None] + _noise(phrases, kind, (len(todo), many), rng)
    flat = (-1, expected.shape[2])
    return Drawn(z.reshape(flat), (steps + plan.tonic).ravel()), expected.reshape(flat)


def _around(
    phrases: Phrases,
    plan: Plan,
    around: Around,
    todo: Int[np.ndarray, " tune"],
    number: int,
    many: int,
    rng: np.random.Generator,
) -> tuple[Drawn, Codes]:
    """Return candidates around a measure of the given tune: its variance goes from its code to the corpus' own."""
    kind, heat = int(plan.kind[number]), around.temperature
    mean = np.repeat(phrases.mean[kind, plan.place[todo, number]], many, axis=0)
    own = mean + (1 - heat**2) ** 0.5 * (around.codes[number] - mean)
    z = own + heat * _noise(phrases, kind, (len(mean),), rng)
    return Drawn(z, np.full(len(z), around.anchors[number])), mean


def _noise(phrases: Phrases, kind: int, shape: tuple[int, ...], rng: np.random.Generator) -> np.ndarray:
    latent = phrases.noise.shape[1]
    root = np.linalg.cholesky(phrases.noise[kind].astype(float) + 1e-6 * np.eye(latent))
    return rng.standard_normal((*shape, latent)) @ root.T


def _put(
    checkpoint: Checkpoint, phrases: Phrases, plan: Plan, z: Codes, number: int, rng: np.random.Generator
) -> Codes:
    """Return codes with the attributes' dimensions near their targets, and the others where they then would be."""
    kind, known = int(plan.kind[number]), checkpoint.config.attributes
    columns = [column for column, name in enumerate(plan.names) if name in known]
    if not columns:
        return z
    dims = [known.index(plan.names[column]) for column in columns]
    start, slope = phrases.level[kind, dims].T.astype(float)
    levels = start + slope * plan.targets[number, columns] + JITTER * rng.standard_normal((len(z), len(dims)))
    cov = phrases.noise[kind].astype(float)
    return z + (levels - z[:, dims]) @ np.linalg.solve(cov[np.ix_(dims, dims)], cov[dims])


@torch.inference_mode()
def decode(
    checkpoint: Checkpoint, plan: Plan, drawn: Drawn, held: Bool[np.ndarray, " item"], number: int
) -> tuple[Tokens, Float[np.ndarray, " item"]]:
    """Return the tokens of candidates, in key, and how sure the decoder is of each: log probability, in nats."""
    frame, kind = checkpoint.frame, int(plan.kind[number])
    width = tokenizer.ticks(METRES[kind])
    parts = [
        checkpoint.model.decode(torch.from_numpy(part.astype(np.float32)), kind)
        for part in np.array_split(drawn.z, max(1, len(drawn.z) // 256))
    ]
    logits = torch.cat(parts)
    chance = logits.log_softmax(dim=2).numpy()
    if plan.around is not None:  # the given tune's ties
        logits[held, 0, : frame.hold] = -np.inf
        logits[held, 0, frame.hold] = TIED
    pitch = drawn.anchors[:, None] + np.arange(frame.low, frame.high + 1)
    allowed = plan.allowed[number][pitch.clip(0, HOLD - 1)] & (pitch >= 0) & (pitch < HOLD)
    silent = np.repeat(plan.silent[number][None, :width], len(held), axis=0)
    chosen = choose(logits.numpy()[None], frame, held=held, silent=silent, allowed=allowed)[0]
    sure = np.take_along_axis(chance, chosen[..., None].astype(np.int64), axis=2)[..., 0]
    return frame.leave(chosen, drawn.anchors), np.where(silent, 0.0, sure).sum(axis=1)


def _encode(checkpoint: Checkpoint, tokens: Tokens, kind: int) -> Codes:
    """Return the codes that measures of a metre have."""
    frame = checkpoint.frame
    parts = np.array_split(tokens, max(1, len(tokens) // 256))
    return np.concatenate(
        [encode_classes(checkpoint, frame.enter(p, frame.anchors(p))[0], kind) for p in parts]
    ).astype(float)


def _error(plan: Plan, tokens: Tokens, number: int) -> Float[np.ndarray, " item"]:
    """Return how far the attributes of measures are from their targets, in standard deviations, summed."""
    if not plan.names:
        return np.zeros(len(tokens))
    values = attributes.measure(tokens, METRES[int(plan.kind[number])], plan.names)
    return (np.abs(values - plan.targets[number]) / plan.std[number]).sum(axis=1)


def _usual(
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


def _cadence(plan: Plan, tokens: Tokens, place: Int[np.ndarray, " item"]) -> Float[np.ndarray, " item"]:
    """Return what the last note of measures is worth at the end of a phrase or of the tune, in nats."""
    degree = (_last_pitch(tokens[:, None]) - plan.tonic) % OCTAVE
    chord = CHORD * np.isin(degree, TRIADS[int(has_major_third(plan.key))])
    return np.where(place == END, TONIC * (degree == 0), np.where(place == END - 1, chord, 0.0))


def copied(phrases: Phrases, tokens: Tokens, kind: Int[np.ndarray, " item"]) -> Bool[np.ndarray, " item"]:
    """Return which measures are training measures note for note, up to transposition."""
    return np.isin(digests(tokens, kind), phrases.seen)


def _ends_silent(tokens: Tokens) -> Bool[np.ndarray, " item"]:
    """Return which measures end in a rest."""
    last = tokens.shape[1] - 1 - (tokens != HOLD)[:, ::-1].argmax(axis=1)
    return tokens[np.arange(len(tokens)), last] == REST


def _last_pitch(tokens: Int[np.ndarray, "item measure tick"]) -> Int[np.ndarray, " item"]:
    """Return the last pitch of each tune so far, `UNKNOWN` where there is none."""
    if not tokens.shape[1]:
        return np.full(len(tokens), UNKNOWN)
    flat = tokens.reshape(len(tokens), -1)
    onset = is_onset(flat)
    last = flat.shape[1] - 1 - onset[:, ::-1].argmax(axis=1)
    return np.where(onset.any(axis=1), flat[np.arange(len(flat)), last], UNKNOWN).astype(np.int64)

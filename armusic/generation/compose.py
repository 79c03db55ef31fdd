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

from armusic.editing.decoding import choose, encode_classes
from armusic.generation import listening
from armusic.generation.phrase_model import (
    BACK,
    END,
    HIGH,
    LOW,
    OCTAVE,
    STATES,
    Phrases,
    has_major_third,
)
from armusic.generation.plan import Around, Plan
from armusic.generation.sound import TRIADS, cadence, copied, ends_silent, usual
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes, tokenizer
from armusic.music.score import METRES
from armusic.music.tokenizer import HOLD, MAX_TICKS, PAD
from armusic.shapes import Bool, Float, Int
from armusic.taste import surprise, tune_model
from armusic.taste.surprise import Places

CANDIDATES = 96  # codes per measure
BEST, DRAWS = 24, 24  # of them that are judged in context, and measures that are drawn beside
NEAREST, CLOSED = 8, 12  # the best of them that draws are near to, and of both that are made to close
PLAIN = 0.375  # nats a tick: measures that are less surprising are no better, for the likeliest are dull
NEAR = 0.1  # errors so little above the least one, in standard deviations of the corpus, count as the least
CLOSING_NEAR = 0.4  # the same, where a phrase closes
JITTER = 0.5  # how far attribute dimensions scatter around their target: the decoder does not quite obey
WIDE = (5, 17)  # semitones: anchors lie so far below and above the tonic
KNOWN = 6.0  # nats that a copy of a training measure costs
TIED = 1e4  # above every logit and score
UNKNOWN = listening.OPEN  # no pitch before
BEFORE = 4  # notes that are heard before a measure

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
    if plan.around is None:
        drawn, expected = _follow(phrases, plan, state, todo, number, CANDIDATES, rng)
    else:
        drawn, expected = _around(phrases, plan, plan.around, todo, number, CANDIDATES, rng)
    drawn = replace(drawn, z=_put(checkpoint, phrases, plan, drawn.z, number, rng))
    before = listening.last_pitches(state.tokens[todo, :number], BEFORE)
    held = before[:, -1] != UNKNOWN
    if plan.around is not None:
        held &= plan.around.tokens[number, 0] == HOLD
    decoded, sure = decode(checkpoint, plan, drawn, np.repeat(held, CANDIDATES), number)
    sure -= 0.5 * ((_encode(checkpoint, decoded, kind) - drawn.z) ** 2 / np.diagonal(phrases.noise[kind])).mean(axis=1)
    where = listening.place(plan, state.tokens, todo, number)
    compass = listening.compass_of(state.tokens[todo, :number])
    slack = NEAR if plan.around is not None or (place < END - 1).all() else CLOSING_NEAR

    def judge(rows: Int[np.ndarray, "tune item tick"]) -> tuple[np.ndarray, np.ndarray]:
        """Return the error (tune, item) of measures, and how well they sound by the tables."""
        flat, count = rows.reshape(-1, rows.shape[2]), rows.shape[1]
        score = usual(phrases, flat, kind, np.repeat(place, count), np.repeat(before[:, -1], count))
        score += cadence(plan, flat, kind, np.repeat(place, count)) + rng.gumbel(size=len(flat))
        score -= KNOWN * copied(phrases, flat, np.full(len(flat), kind))
        score -= listening.faults(plan, flat, number, before, compass, np.repeat(np.arange(len(todo)), count))
        if plan.around is not None and (plan.around.tokens[number + 1 : number + 2, 0] == HOLD).any():
            score -= TIED * ends_silent(flat)  # the next measure goes on with its last note
        return _error(plan, flat, number).reshape(len(todo), count), score.reshape(len(todo), count)

    rows = listening.mended(plan, decoded, number).reshape(len(todo), CANDIDATES, -1)
    error, score = judge(rows)
    score += sure.reshape(len(todo), CANDIDATES)
    best = np.where(error <= error.min(axis=1, keepdims=True) + slack, score, score - TIED).argsort(axis=1)
    best = best[:, : -1 - BEST : -1]
    rows, error, score = (
        np.take_along_axis(rows, best[:, :, None], axis=1),
        *(np.take_along_axis(values, best, axis=1) for values in (error, score)),
    )
    more = _more(plan, where, rows, number, place, rng)
    if more.shape[1]:
        others, sound = judge(more)
        sound += np.median(sure.reshape(len(todo), CANDIDATES), axis=1)[:, None]
        rows = np.concatenate([rows, more], axis=1)
        error, score = np.concatenate([error, others], axis=1), np.concatenate([score, sound], axis=1)
    count = rows.shape[1]
    which = np.repeat(np.arange(len(todo)), count)
    nats = surprise.surprise(tune_model.shipped(), where, which, rows.reshape(-1, rows.shape[2]))
    score -= np.maximum(nats, PLAIN * rows.shape[2]).reshape(score.shape)
    near = error <= error.min(axis=1, keepdims=True) + slack
    tokens = rows[np.arange(len(todo)), np.where(near, score, -np.inf).argmax(axis=1)]
    codes, anchors = _encode(checkpoint, tokens, kind), checkpoint.frame.registers(tokens)
    expected = phrases.mean[kind, place] + phrases.degree[kind, (anchors - plan.tonic) % OCTAVE]
    state.tokens[todo, number, : tokens.shape[1]] = tokens
    state.codes[todo, number], state.rest[todo, number] = codes, codes - expected
    state.anchors[todo, number] = anchors


def _more(
    plan: Plan,
    where: Places,
    rows: Int[np.ndarray, "tune item tick"],
    number: int,
    place: Int[np.ndarray, " tune"],
    rng: np.random.Generator,
) -> Int[np.ndarray, "tune more tick"]:
    """Return measures that no code stands for: drawn near the best ones, and made to close on a long note."""
    count = DRAWS if plan.around is None else round(DRAWS * plan.around.temperature)
    near = rows[:, np.arange(count) % min(NEAREST, rows.shape[1])]
    parts = [listening.draws(plan, where, near, number, rng)] if count else [near]
    if plan.around is None and (place >= END - 1).any():
        third = int(has_major_third(plan.key))
        some = np.concatenate([rows[:, :CLOSED], parts[0][:, :CLOSED]], axis=1)
        degrees = [(0,) if each == END else TRIADS[third] for each in place.tolist()]
        parts.append(
            np.stack([listening.closed(plan, *each) for each in zip(some, [number] * len(some), degrees, strict=True)])
        )
    return np.concatenate(parts, axis=1)


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


def decode(
    checkpoint: Checkpoint, plan: Plan, drawn: Drawn, held: Bool[np.ndarray, " item"], number: int
) -> tuple[Tokens, Float[np.ndarray, " item"]]:
    """Return the tokens of candidates, in key, and how sure the decoder is of each: log probability, in nats."""
    frame, kind = checkpoint.frame, int(plan.kind[number])
    width = tokenizer.ticks(METRES[kind])
    logits = checkpoint.model.decode(drawn.z.astype(np.float32), kind)
    chance = _log_softmax(logits)
    if plan.around is not None:  # the given tune's ties
        logits[held, 0, : frame.hold] = -np.inf
        logits[held, 0, frame.hold] = TIED
    pitch = drawn.anchors[:, None] + np.arange(frame.low, frame.high + 1)
    allowed = plan.allowed[number][pitch.clip(0, HOLD - 1)] & (pitch >= 0) & (pitch < HOLD)
    silent = np.repeat(plan.silent[number][None, :width], len(held), axis=0)
    chosen = choose(logits[None], frame, held=held, silent=silent, allowed=allowed)[0]
    sure = np.take_along_axis(chance, chosen[..., None].astype(np.int64), axis=2)[..., 0]
    return frame.leave(chosen, drawn.anchors), np.where(silent, 0.0, sure).sum(axis=1)


def _log_softmax(logits: Float[np.ndarray, "item tick class"]) -> Float[np.ndarray, "item tick class"]:
    less = logits - logits.max(axis=2, keepdims=True)
    less -= np.log(np.exp(less).sum(axis=2, keepdims=True))
    return less


def _encode(checkpoint: Checkpoint, tokens: Tokens, kind: int) -> Codes:
    """Return the codes that measures of a metre have."""
    frame = checkpoint.frame
    classes, _ = frame.enter(tokens, frame.anchors(tokens))
    return encode_classes(checkpoint, classes, kind).astype(float)


def _error(plan: Plan, tokens: Tokens, number: int) -> Float[np.ndarray, " item"]:
    """Return how far the attributes of measures are from their targets, in standard deviations, summed."""
    if not plan.names:
        return np.zeros(len(tokens))
    values = attributes.measure(tokens, METRES[int(plan.kind[number])], plan.names)
    return (np.abs(values - plan.targets[number]) / plan.std[number]).sum(axis=1)

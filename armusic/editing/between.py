"""The tunes between two others: several decodes of each measure, and those taken that are music where they stand.

Each measure that moves is decoded from several codes near its place on the way, with and without a pull
towards either tune. What no musician writes, unless one of the two tunes does, is dropped (`taste.rules`); of the
rest, the measure is taken that is least surprising among the others of its step, for what it strays from the way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from armusic.editing.decoding import decode
from armusic.editing.drawn import drawn, opened
from armusic.editing.material import Material, pitches
from armusic.inference.checkpoint import Checkpoint
from armusic.music import keys
from armusic.music.score import METRES
from armusic.music.tokenizer import HOLD, PAD, REST, is_onset, sounding, ticks
from armusic.shapes import Bool, Float, Int
from armusic.taste import context, melody, rules, surprise, tune_model
from armusic.taste.rules import Habits

NUDGES = (0.0, -0.16, -0.08, 0.08, 0.16)  # of the way: how far beside their place on it codes are decoded
PULLS = (0.0, 1.5, 3.0)  # nats, towards the nearer tune
OTHER = (1.5, 3.0)  # nats, towards the other one
ASTRAY = 24.0  # nats: what a measure costs that lies at one end of the way where it should lie at the other
DETOUR = 16.0  # nats: what a measure costs that is as far from both tunes as they are from one another
BACK = 24.0  # nats: what a measure costs that goes all the way back
BROKEN = 100.0  # nats that a broken rule costs: only where all candidates break one, one is taken
DRAWS = 24  # measures that the model of tunes draws
DRAWN_NEAR = (1.0, 5.0)  # nats by which they are favoured that are near the two tunes, the least and the most
SWEEPS = 2  # times that each measure is chosen anew, beside what its neighbours have become

Tokens = Int[np.ndarray, "measure tick"]
Rows = Int[np.ndarray, " row"]
Codes = Float[np.ndarray, "row latent"]
Curve = Callable[[Codes, Codes, float], Codes]


@dataclass(frozen=True, slots=True)
class Way:
    """What leads from one tune to another.

    Parameters
    ----------
    start, end : Material
        Both tunes.
    rows : int array (row,)
        The measures that move.
    codes : pair of float32 arrays (row, latent)
        Their codes in either tune.
    curve : callable
        The curve between two codes: see `armusic.vae.latent`.
    """

    start: Material
    end: Material
    rows: Rows
    codes: tuple[Codes, Codes]
    curve: Curve

    @property
    def habits(self) -> Habits:
        """What either tune does."""
        return rules.habits(
            np.concatenate([self.start.tokens, self.end.tokens]), np.concatenate([self.start.kind, self.end.kind])
        )


def distance(first: Tokens, second: Tokens) -> Float[np.ndarray, " measure"]:
    """Return how far apart the measures of two tunes are.

    Returns
    -------
    float array (measure,)
        Share of the ticks at which another pitch sounds (or none), or a note starts in one only: 0..1.

    Examples
    --------
    >>> distance(np.array([[60, HOLD, 62, HOLD]]), np.array([[60, HOLD, HOLD, 64]])).tolist()
    [0.5]
    """
    inside = first != PAD
    differ = (_sounding(first) != _sounding(second)) | (is_onset(first) != is_onset(second))
    return (differ & inside).sum(axis=1) / inside.sum(axis=1)


def between(checkpoint: Checkpoint, way: Way, share: float, before: Tokens) -> Tokens:
    """Return the tokens of a tune at some share of the way; `before` are those of the step before it."""
    nearer, other = (way.end, way.start) if share >= 0.5 else (way.start, way.end)
    tokens = nearer.tokens.copy()
    rows = way.rows
    if not len(rows):
        return tokens
    first, unit = _units(way)
    items = candidates(checkpoint, way, share, rows[first])  # (candidate, unit, tick)
    count, units, width = items.shape
    flat = items.reshape(-1, width)
    at = np.tile(rows[first], count)
    cost = strays(way, share, before, at, flat)
    cost += BROKEN * broken(way, nearer, other, at, flat)
    cost = cost.reshape(count, units)
    taken = cost.argmin(axis=0)
    for number in range(2 * SWEEPS):
        tokens[rows] = items[taken[unit], unit]
        chosen = np.flatnonzero(rows[first] % 2 == number % 2)  # units that change, beside others that stay
        if len(chosen):
            total = cost[:, chosen] + surprises(tokens, nearer.kind, rows, unit, chosen, items)
            taken[chosen] = total.argmin(axis=0)
    tokens[rows] = items[taken[unit], unit]
    return tokens


def _units(way: Way) -> tuple[Int[np.ndarray, " unit"], Rows]:
    """Return the first of each set of rows that are equal in both tunes, and the set of each row."""
    rows = way.rows
    held = way.start.anchors[rows], way.end.anchors[rows]
    both = np.column_stack([way.start.kind[rows], *held, way.start.tokens[rows], way.end.tokens[rows]])
    _, first, unit = np.unique(both, axis=0, return_index=True, return_inverse=True)
    return first, unit.ravel()


def candidates(checkpoint: Checkpoint, way: Way, share: float, rows: Rows) -> Int[np.ndarray, "candidate row tick"]:
    """Return measures that may stand at some share of the way; the first are decoded from the way itself.

    Silence is only where the nearer tune is silent, and phrases end as they do there.
    """
    anchors = np.rint((1 - share) * way.start.anchors + share * way.end.anchors).astype(np.int64)
    nearer, other = (way.end, way.start) if share >= 0.5 else (way.start, way.end)
    near, far = replace(nearer, anchors=anchors), replace(nearer, anchors=anchors, classes=other.classes)
    shares = [min(max(share + nudge, 0.0), 1.0) for nudge in NUDGES]
    places = np.searchsorted(way.rows, rows)
    codes = way.codes[0][places], way.codes[1][places]
    z = np.stack([way.curve(*codes, place) for place in shares])
    own = pitches(nearer.tune, "auto")
    assert own is not None  # measures that move sound
    allowed = own & _between_pitches(way.start.tokens, way.end.tokens)
    decoded = [
        decode(checkpoint, near, rows, z, allowed, PULLS).reshape(-1, len(rows), nearer.tokens.shape[1]),
        decode(checkpoint, far, rows, z, allowed, OTHER).reshape(-1, len(rows), nearer.tokens.shape[1]),
    ]
    tokens = np.concatenate(decoded)
    count, _, width = tokens.shape
    tokens = rules.legato(tokens.reshape(-1, width), np.tile(nearer.tokens[rows], (count, 1)))
    tokens = np.concatenate([tokens.reshape(count, len(rows), width), _drawn(way, nearer, other, share, rows, allowed)])
    ends = rules.phrase_ends(nearer.tokens, nearer.kind)[rows]
    behind = np.arange(width) >= rules.closing(nearer.tokens[rows], nearer.kind[rows])[:, None]
    return np.where(ends[:, None] & behind, nearer.tokens[rows], tokens)


def _drawn(
    way: Way, nearer: Material, other: Material, share: float, rows: Rows, allowed: Bool[np.ndarray, "measure 128"]
) -> Int[np.ndarray, "draw row tick"]:
    """Return measures that the model of tunes draws beside those of the nearer tune, near both as the share says."""
    rng = np.random.default_rng(0)
    tune = context.setting(nearer.tokens, nearer.kind)
    result = np.tile(nearer.tokens[rows], (DRAWS, 1, 1))
    apart = min(share, 1 - share)
    for kind in np.unique(nearer.kind[rows]).tolist():
        chosen = np.flatnonzero(nearer.kind[rows] == kind)
        some, width = rows[chosen], ticks(METRES[kind])
        own, far = nearer.tokens[some, :width], other.tokens[some, :width]
        place = np.tile(np.arange(len(some)), DRAWS)
        silent = sounding(own) == REST
        fixed = nearer.silent[some, :width].copy()
        fixed[:, 0] |= ~is_onset(own[:, 0])
        may = opened(allowed[some], tune.tonic, kind, silent, way.habits)
        pull = np.repeat(np.linspace(*DRAWN_NEAR, DRAWS), len(some))
        model = tune_model.shipped()
        tokens = drawn(
            model,
            surprise.places(model, tune, some),
            place,
            (own[place], far[place]),
            (pull * (1 - apart), pull * apart),
            fixed[place],
            may[place],
            rng,
        )
        result[:, chosen, :width] = tokens.reshape(DRAWS, len(some), width)
    return result


def strays(
    way: Way, share: float, before: Tokens, rows: Rows, tokens: Int[np.ndarray, "row tick"]
) -> Float[np.ndarray, " row"]:
    """Return what measures cost in nats that do not lie on the way between two others, or go back on it."""
    start, end = way.start.tokens[rows], way.end.tokens[rows]
    whole = distance(start, end)
    whole = np.where(whole > 0, whole, 1.0)
    to_first, to_second = distance(start, tokens) / whole, distance(end, tokens) / whole
    progress = to_first / np.maximum(to_first + to_second, 1e-9)
    back = np.maximum(distance(start, before[rows]) / whole - to_first, 0)
    back += np.maximum(to_second - distance(end, before[rows]) / whole, 0)
    return ASTRAY * abs(progress - share) + DETOUR * np.maximum(to_first + to_second - 1, 0) + BACK * back


def broken(
    way: Way, nearer: Material, other: Material, rows: Rows, tokens: Int[np.ndarray, "row tick"]
) -> Bool[np.ndarray, " row"]:
    """Return which measures do what no musician writes, and neither tune does there."""
    own, far = nearer.tokens[rows], other.tokens[rows]
    kind, habits = nearer.kind[rows], way.habits
    bad = rules.leaps(tokens, own) & rules.leaps(tokens, far)
    bad |= rules.stutters(tokens, own) & rules.stutters(tokens, far)
    bad |= rules.foreign_divisions(tokens, own, kind, habits) & rules.foreign_divisions(tokens, far, kind, habits)
    bad |= rules.lost_downbeats(tokens, own, kind) & rules.lost_downbeats(tokens, far, kind)
    scale = keys.used(nearer.tune) & keys.collection(keys.find(replace(nearer.tune, key=None)))
    return bad | (clashes(tokens, scale) > clashes(own, scale))


def clashes(tokens: Tokens, scale: Bool[np.ndarray, "12"]) -> Int[np.ndarray, " measure"]:
    """Return how many semitones from note to note measures have that are not both in a scale.

    Examples
    --------
    >>> clashes(np.array([[60, 61, 64, 65]]), keys.collection(keys.parse("C"))).tolist()
    [1]
    """
    pitch, count = melody.notes(tokens)
    inside = scale[np.clip(pitch, 0, HOLD - 1) % keys.OCTAVE]
    semitone = abs(np.diff(pitch, axis=1)) == 1
    real = np.arange(1, pitch.shape[1]) < count[:, None]
    return (semitone & real & ~(inside[:, 1:] & inside[:, :-1])).sum(axis=1)


def surprises(
    tokens: Tokens,
    kind: Int[np.ndarray, " measure"],
    rows: Rows,
    unit: Rows,
    chosen: Int[np.ndarray, " chosen"],
    items: Int[np.ndarray, "candidate unit tick"],
) -> Float[np.ndarray, "candidate chosen"]:
    """Return the surprise of candidates in nats, in a tune as it is now, averaged over the places of their units."""
    model = tune_model.shipped()
    inside = np.flatnonzero(np.isin(unit, chosen))
    where = surprise.places(model, context.setting(tokens, kind), rows[inside])
    count = len(items)
    written = items[:, unit[inside]].reshape(-1, items.shape[2])
    nats = surprise.surprise(model, where, np.tile(np.arange(len(inside)), count), written).reshape(count, -1)
    column = np.searchsorted(chosen, unit[inside])
    share: Float[np.ndarray, "place chosen"] = (column[:, None] == np.arange(len(chosen))).astype(float)
    return nats @ (share / share.sum(axis=0))


def _between_pitches(first: Tokens, second: Tokens) -> Bool[np.ndarray, "measure 128"]:
    """Return the pitches from the lowest to the highest note of each measure in either tune."""
    both = np.concatenate([first, second], axis=1)
    onset = is_onset(both)
    low, high = np.where(onset, both, HOLD).min(axis=1), np.where(onset, both, -1).max(axis=1)
    return (low[:, None] <= np.arange(HOLD)) & (np.arange(HOLD) <= high[:, None])


def _sounding(tokens: Tokens) -> Tokens:
    """Return the pitch at every tick, or REST: holds are filled with what they hold."""
    line = sounding(np.where(tokens == PAD, HOLD, tokens).reshape(1, -1)).reshape(tokens.shape)
    return np.where(line == HOLD, REST, line)

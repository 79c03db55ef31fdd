"""Move one attribute of a tune: encode its measures, move a latent dimension, decode, keep the tune a tune."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from armusic import attributes, latent, tokenizer
from armusic.checkpoint import Checkpoint
from armusic.errors import UsageError
from armusic.frame import FRAMES, Frame
from armusic.score import METRES, Tune
from armusic.tokenizer import HOLD, is_onset

log = logging.getLogger(__name__)

Tokens = Int[np.ndarray, "measure tick"]


@dataclass(frozen=True, slots=True)
class Variation:
    """A tune with one attribute moved.

    Parameters
    ----------
    name : str
        As on a track: `rhythm +1.0`.
    step : float
        How far, in prior standard deviations; 0 is the input itself.
    tune : Tune
        The music.
    values : float array (measure,)
        The attribute of each measure.
    left : tuple of str
        Measures that could not be varied, and why.
    """

    name: str
    step: float
    tune: Tune
    values: Float[np.ndarray, " measure"]
    left: tuple[str, ...] = ()


def interpolate(
    checkpoint: Checkpoint,
    tune: Tune,
    attribute: str,
    steps: int = 5,
    span: tuple[float, float] = (-2.0, 2.0),
    measures: tuple[int, int] | None = None,
) -> list[Variation]:
    """Return a tune with one attribute turned down and up, in equal steps.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    tune : Tune
        The input; all its notes on the grid.
    attribute : str
        One of the model's.
    steps : int
        How many variations, at least 1.
    span : (float, float)
        The first and the last step, in prior standard deviations from where each measure is.
    measures : (int, int), optional
        The first and the last measure to vary, from 1; all when not given.

    Returns
    -------
    list of Variation
        One per step. At step 0 stands the input, untouched; where no step is 0 it comes first, named `original`.

    Raises
    ------
    UsageError
        For an attribute that the model does not have, a range past the end, no steps or an empty span.
    OffGridError
        For a note between two ticks.
    """
    names = checkpoint.config.attributes
    attribute = attributes.canonical_name(attribute, names)
    low, high = span
    if steps < 1 or not (np.isfinite([low, high]).all() and (low < high or steps == 1)):
        raise UsageError(
            f"{steps} steps from {low:g} to {high:g}: give at least one step, and a range from low to high"
        )
    first, last = measures or (1, len(tune.measures))
    if not 1 <= first <= last <= len(tune.measures):
        raise UsageError(f"measures {first}-{last}: {tune.source or 'the tune'} has measures 1-{len(tune.measures)}")
    tokens = tokenizer.encode(tune)
    offsets = [round(float(step), 6) for step in np.linspace(low, high, steps)]
    moves = [step for step in offsets if step]
    varied = np.zeros(len(tokens), dtype=bool)
    varied[first - 1 : last] = True
    frame = FRAMES[checkpoint.config.frame]
    anchors = frame.anchors(tokens)
    _, inside = frame.enter(tokens, anchors)
    varied &= is_onset(tokens).any(axis=1)
    left = tuple(_left(tune, number, frame) for number in np.flatnonzero(varied & ~inside).tolist())
    for message in left:
        log.warning("%s", message)
    rows = _decode(checkpoint, tune, tokens, varied & inside, names.index(attribute), moves)

    digits = next(digits for digits in range(1, 7) if len({f"{step:+.{digits}f}" for step in offsets}) == steps)
    made = dict(zip(moves, rows, strict=True))
    result = [] if 0.0 in offsets else [Variation("original", 0.0, tune, measured(tune, tokens, attribute), left)]
    for step in offsets:
        name = f"{attribute} {step:+.{digits}f}"
        varied_tune = with_tokens(tune, made[step]) if step else tune
        values = measured(tune, made[step] if step else tokens, attribute)
        result.append(Variation(name, step, varied_tune, values, left))
    return result


def measured(tune: Tune, tokens: Tokens, attribute: str) -> Float[np.ndarray, " measure"]:
    """Return an attribute of the rows of a tune, each in its own metre."""
    values = np.empty(len(tokens))
    kind = tokenizer.kinds(tune.measures)
    for index in np.unique(kind):
        here = kind == index
        values[here] = attributes.measure(tokens[here], METRES[index], (attribute,))[:, 0]
    return values


def with_tokens(tune: Tune, tokens: Tokens) -> Tune:
    """Return a tune with the notes of `tokens`; each takes the velocity of the input's last note before it."""
    starts = [note.start for note in tune.notes]
    velocities = [note.velocity for note in tune.notes]
    notes = tokenizer.decode(tokens, tune.measures)
    before = np.searchsorted(np.array(starts, dtype=float), np.array([float(n.start) for n in notes]), side="right") - 1
    return replace(
        tune,
        notes=tuple(
            replace(note, velocity=velocities[max(place, 0)]) for note, place in zip(notes, before, strict=True)
        ),
    )


@torch.inference_mode()
def _decode(
    checkpoint: Checkpoint,
    tune: Tune,
    tokens: Tokens,
    varied: Bool[np.ndarray, " measure"],
    dim: int,
    moves: Sequence[float],
) -> Int[np.ndarray, "step measure tick"]:
    """Return the tokens of every step: `varied` measures decoded in one batch per metre, the others as they are."""
    result = np.repeat(tokens[None], len(moves), axis=0)
    if not moves:
        return result
    model, frame = checkpoint.model, FRAMES[checkpoint.config.frame]
    anchors, kind, silent = frame.anchors(tokens), tokenizer.kinds(tune.measures), padding(tune, tokens.shape[1])
    classes, _ = frame.enter(tokens, anchors)
    for index in np.unique(kind[varied]):
        here = np.flatnonzero(varied & (kind == index))
        width = tokenizer.ticks(METRES[index])
        z = latent.sweep(model.encode(torch.as_tensor(classes[here]).long(), int(index)).mean, dim, moves)
        logits = model.decode(z.flatten(0, 1), int(index)).unflatten(0, (len(moves), len(here))).numpy()
        chosen = choose(logits, frame, held=tokens[here, 0] == HOLD, silent=silent[here, :width])
        result[:, here, :width] = frame.leave(chosen, anchors[here])
    return result


def choose(
    logits: Float[np.ndarray, "step measure tick class"],
    frame: Frame,
    *,
    held: Bool[np.ndarray, " measure"],
    silent: Bool[np.ndarray, "measure tick"],
) -> Int[np.ndarray, "step measure tick"]:
    """Return the most likely classes under the constraints that keep a tune a tune.

    A measure begins with a hold only where it is `held` over the bar line in the input;
    `silent` ticks are rest; there is at least one note: the most likely one.
    """
    logits = logits.copy()
    logits[:, ~held, 0, frame.hold] = -np.inf
    logits[:, silent] = -np.inf
    logits[:, silent, frame.rest] = 0.0
    chosen = logits.argmax(axis=-1)
    onsets = logits[..., : frame.hold]
    flat = onsets.reshape(*onsets.shape[:2], -1)
    best = flat.argmax(axis=-1)
    tick, pitch = np.divmod(best, frame.hold)
    step, row = np.nonzero(~(chosen < frame.hold).any(axis=-1))
    chosen[step, row, tick[step, row]] = pitch[step, row]
    return chosen


def padding(tune: Tune, width: int) -> Bool[np.ndarray, "measure tick"]:
    """Return the ticks of rest that were put before a pickup and behind a short last measure."""
    silent = np.zeros((len(tune.measures), width), dtype=bool)
    front, back = tune.padding
    for row, measure in ((0, tune.measures[0]), (-1, tune.measures[-1])):
        at = tokenizer.tick_units(measure.metre.kind) * Fraction(1, tokenizer.UNITS_PER_QUARTER) + measure.start
        silent[row, : len(at)] |= (at < front) | (at >= tune.end - back)
    return silent


def _left(tune: Tune, row: int, frame: Frame) -> str:
    measure = tune.measures[row]
    pitches = [note.pitch for note in tune.notes if measure.start <= note.start < measure.end]
    what = (
        f"pitches {min(pitches)}..{max(pitches)} are not all in the model's {frame.low}..{frame.high}"
        if frame.name == "absolute"
        else f"it spans {max(pitches) - min(pitches)} semitones, more than {frame.high} from its median"
    )
    return f"measure {row + 1} is left as it is: {what}"

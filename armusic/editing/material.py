"""Move one attribute of a tune: encode its measures, move a latent dimension, decode, keep the tune a tune."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import torch
from jaxtyping import Bool, Float, Int

from armusic.editing.targets import equal_steps, step_names
from armusic.errors import UsageError
from armusic.music import attributes, tokenizer
from armusic.music.pitch_frame import FRAMES, Frame
from armusic.music.score import METRES, Tune
from armusic.music.tokenizer import HOLD, is_onset
from armusic.training.checkpoint import Checkpoint
from armusic.vae import latent

log = logging.getLogger(__name__)

Tokens = Int[np.ndarray, "measure tick"]
Codes = Float[np.ndarray, "measure latent"]
Allowed = Bool[np.ndarray, "measure 128"]

CODES = 64  # decoded at a time: all at once take twice as long, for they leave the cache, and more memory


@dataclass(frozen=True, slots=True)
class Variation:
    """A tune with one attribute moved.

    Parameters
    ----------
    name : str
        As on a track: `rhythm +1.0`.
    step : float
        How far, in standard deviations of the attribute, or of the prior in the open loop; 0 is the input itself.
    tune : Tune
        The music.
    values : float array (measure,)
        The attribute of each measure.
    left : tuple of str
        Measures that could not be varied, and why.
    asked : float array (measure,), optional
        What each measure was asked for; not there where the latent dimension alone was moved.
    clipped : int
        How many measures were asked for less than the step says, for it lies beyond what can be reached.
    """

    name: str
    step: float
    tune: Tune
    values: Float[np.ndarray, " measure"]
    left: tuple[str, ...] = ()
    asked: Float[np.ndarray, " measure"] | None = None
    clipped: int = 0


@dataclass(frozen=True, slots=True)
class Material:
    """A tune as a model takes it: its tokens, the place of each metre in `score.METRES`, anchors and classes.

    `silent` ticks stay rest (`padding`). `varied` measures sound, fit the frame and were asked for;
    `left` names those that were asked for and do not fit.
    """

    tune: Tune
    tokens: Tokens
    kind: Int[np.ndarray, " measure"]
    anchors: Int[np.ndarray, " measure"]
    classes: Tokens
    silent: Bool[np.ndarray, "measure tick"]
    varied: Bool[np.ndarray, " measure"]
    left: tuple[str, ...]


def prepare(checkpoint: Checkpoint, tune: Tune, measures: tuple[int, int] | None = None) -> Material:
    """Return a tune as a model takes it, with the measures (first and last, from 1) that are to vary.

    Raises
    ------
    UsageError
        For measures that the tune does not have.
    OffGridError
        For a note between two ticks.
    """
    first, last = measures or (1, len(tune.measures))
    if not 1 <= first <= last <= len(tune.measures):
        raise UsageError(f"measures {first}-{last}: {tune.source or 'the tune'} has measures 1-{len(tune.measures)}")
    tokens = tokenizer.encode(tune)
    varied = np.zeros(len(tokens), dtype=bool)
    varied[first - 1 : last] = True
    frame = FRAMES[checkpoint.config.frame]
    anchors = frame.registers(tokens)
    classes, inside = frame.enter(tokens, anchors)
    varied &= is_onset(tokens).any(axis=1)
    left = tuple(_left(tune, number, frame) for number in np.flatnonzero(varied & ~inside).tolist())
    for message in left:
        log.warning("%s", message)
    if frame.name == "absolute" and (moved := int((anchors[varied & inside] != 0).sum())):
        log.warning("%d measures are moved by octaves into %d..%d, and back", moved, frame.low, frame.high)
    silent = padding(tune, tokens.shape[1])
    return Material(tune, tokens, tokenizer.kinds(tune.measures), anchors, classes, silent, varied & inside, left)


def interpolate(
    checkpoint: Checkpoint,
    tune: Tune,
    attribute: str,
    steps: int = 5,
    span: tuple[float, float] = (-2.0, 2.0),
    measures: tuple[int, int] | None = None,
    allowed: Allowed | None = None,
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
    allowed : bool array (measure, 128), optional
        The pitches that each measure may have, as `keys.allowed` gives them; any when not given.

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
    offsets = equal_steps(steps, span)
    material = prepare(checkpoint, tune, measures)
    tokens, left = material.tokens, material.left
    moves = [step for step in offsets if step]
    rows = _decode(checkpoint, material, names.index(attribute), moves, allowed)

    made = dict(zip(moves, rows, strict=True))
    result = [] if 0.0 in offsets else [Variation("original", 0.0, tune, measured(tune, tokens, attribute), left)]
    for step, name in zip(offsets, step_names(attribute, offsets), strict=True):
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


def _decode(
    checkpoint: Checkpoint, material: Material, dim: int, moves: Sequence[float], allowed: Allowed | None
) -> Int[np.ndarray, "step measure tick"]:
    """Return the tokens of every step: `varied` measures decoded in one batch per metre, the others as they are."""
    result = np.repeat(material.tokens[None], len(moves), axis=0)
    if not moves:
        return result
    for index in np.unique(material.kind[material.varied]):
        here = np.flatnonzero(material.varied & (material.kind == index))
        z = latent.sweep(torch.from_numpy(encode(checkpoint, material.classes[here], int(index))), dim, moves)
        made = decode(checkpoint, material, here, z.numpy(), allowed)[0]
        result[:, here, : made.shape[2]] = made
    return result


@torch.inference_mode()
def encode(checkpoint: Checkpoint, classes: Tokens, kind: int) -> Codes:
    """Return the posterior means of measures of one kind, float32 (measure, latent)."""
    return checkpoint.model.encode(torch.as_tensor(classes).long(), kind).mean.numpy()


@torch.inference_mode()
def decode(
    checkpoint: Checkpoint,
    material: Material,
    rows: Int[np.ndarray, " row"],
    z: Float[np.ndarray, "step row latent"],
    allowed: Allowed | None = None,
    pulls: Sequence[float] = (0.0,),
) -> Int[np.ndarray, "pull step row tick"]:
    """Return the tokens that codes stand for in the place of some measures of a tune, all of one metre.

    They are as wide as the metre, and what `choose` makes of the logits, to which each of `pulls`
    (nats) is added at the input's own classes: what the code leaves open stays as it was.
    """
    frame, kind = FRAMES[checkpoint.config.frame], int(material.kind[rows[0]])
    width = tokenizer.ticks(METRES[kind])
    anchors = material.anchors[rows]
    held, silent = material.tokens[rows, 0] == HOLD, material.silent[rows, :width]
    pitches = None if allowed is None else _in_frame(allowed[rows], frame, anchors)
    own = material.classes[None, rows, :width, None].astype(np.int64)
    made = np.empty((len(pulls), *z.shape[:2], width), dtype=np.int16)
    count = max(1, CODES // len(rows))
    for first in range(0, len(z), count):
        part = torch.from_numpy(z[first : first + count])
        logits = checkpoint.model.decode(part.flatten(0, 1), kind).unflatten(0, part.shape[:2]).numpy()
        before = np.take_along_axis(logits, own, axis=3)
        for number, pull in enumerate(pulls):
            np.put_along_axis(logits, own, before + np.float32(pull), axis=3)
            chosen = choose(logits, frame, held=held, silent=silent, allowed=pitches)
            made[number, first : first + count] = frame.leave(chosen, anchors)
    return made


def choose(
    logits: Float[np.ndarray, "step measure tick class"],
    frame: Frame,
    *,
    held: Bool[np.ndarray, " measure"],
    silent: Bool[np.ndarray, "measure tick"],
    allowed: Bool[np.ndarray, "measure pitch"] | None = None,
) -> Int[np.ndarray, "step measure tick"]:
    """Return the most likely classes under the constraints that keep a tune a tune.

    A measure begins with a hold only where it is `held` over the bar line in the input;
    `silent` ticks are rest; pitches that are not `allowed` do not occur; there is at least
    one note: the most likely one.
    """
    logits = logits.copy()
    logits[:, ~held, 0, frame.hold] = -np.inf
    if allowed is not None:
        logits.swapaxes(2, 3)[:, :, : frame.hold][:, ~allowed] = -np.inf
    logits[:, silent] = -np.inf
    logits[:, silent, frame.rest] = 0.0
    chosen = logits.argmax(axis=-1)
    sounds = (chosen < frame.hold).any(axis=-1)
    if not sounds.all():
        step, row = np.nonzero(~sounds)
        onsets = logits[step, row, :, : frame.hold]
        tick, pitch = np.divmod(onsets.reshape(len(step), -1).argmax(axis=-1), frame.hold)
        chosen[step, row, tick] = pitch
    return chosen


def _in_frame(
    allowed: Allowed, frame: Frame, anchors: Int[np.ndarray, " measure"]
) -> Bool[np.ndarray, "measure pitch"]:
    pitch = anchors[:, None] + np.arange(frame.low, frame.high + 1)
    return np.take_along_axis(allowed, pitch.clip(0, HOLD - 1), axis=1) & (pitch >= 0) & (pitch < HOLD)


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

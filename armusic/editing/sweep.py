"""A sweep: one attribute of a tune turned down and up in equal steps, by a search or by its dimension alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int

from armusic.editing import pool
from armusic.editing.decoding import Allowed, decode, encode
from armusic.editing.material import Material, measured, prepare, with_tokens
from armusic.editing.reach import pitches
from armusic.editing.targets import canonical, dimensions
from armusic.errors import UsageError
from armusic.music import attributes
from armusic.music.score import Tune
from armusic.training.checkpoint import Checkpoint
from armusic.vae import latent


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
    unchanged : tuple of str
        Measures that could not be varied, and why.
    targets : float array (measure,), optional
        What each measure was asked for; not there where the latent dimension alone was moved.
    clipped : int
        How many measures were asked for less than the step says, for it lies beyond what can be reached.
    """

    name: str
    step: float
    tune: Tune
    values: Float[np.ndarray, " measure"]
    unchanged: tuple[str, ...] = ()
    targets: Float[np.ndarray, " measure"] | None = None
    clipped: int = 0

    def __repr__(self) -> str:
        return f"Variation({self.name}, mean {self.values.mean():.3f}, {self.tune.summary})"


def interpolate(
    checkpoint: Checkpoint,
    tune: Tune,
    attribute: str,
    steps: int = 5,
    span: tuple[float, float] = (-2.0, 2.0),
    measures: tuple[int, int] | None = None,
    key: str = "auto",
    *,
    closed: bool = True,
) -> list[Variation]:
    """Return the tune with one attribute turned down and up, in equal steps.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    tune : Tune
        All its notes on the grid.
    attribute : str
        Any: see `attributes`, or `FILE.py:FUNCTION`.
    steps : int
        How many variations, at least 1.
    span : (float, float)
        The first and the last step, in standard deviations of the attribute, from the value of each measure:
        those of the training data, or of what the model makes where it was not trained on the attribute.
    measures, key
        As for `reach`.
    closed : bool
        Search for each value, or the last that can be reached; else move the latent dimension by so many
        prior standard deviations and decode once.

    Returns
    -------
    list of Variation
        One per step, from low to high. At step 0 stands the input, untouched; where no step is 0 it comes
        first, named `original`.

    Raises
    ------
    UsageError
        For an attribute that there is not, a range past the end, no steps or an empty span.
    DataError
        For an attribute that does not work with this model: see `armusic.editing.pool.build`.
    """
    allowed = pitches(tune, key)
    (name,) = canonical([attribute], checkpoint.config.attributes)
    if not closed:
        dimensions([name], checkpoint.config.attributes)
        return move_dimension(checkpoint, tune, name, steps, span, measures, allowed)
    offsets = equal_steps(steps, span)
    candidates = pool.build(checkpoint, tune, name, allowed=allowed, measures=measures)
    present, unchanged = candidates.turned(0)[0][:, 0], candidates.search.material.unchanged
    original = Variation("original", 0.0, tune, present, unchanged, present)
    result = [] if 0.0 in offsets else [original]
    for step, title in zip(offsets, step_names(name, offsets), strict=True):
        if step == 0:
            result.append(replace(original, name=title))
            continue
        wanted, within = (table[:, 0] for table in candidates.turned(step))
        found = candidates.reach(within)
        clipped = int((wanted != within).sum())
        result.append(Variation(title, step, found.tune, found.values[:, 0], unchanged, within, clipped))
    return result


def move_dimension(
    checkpoint: Checkpoint,
    tune: Tune,
    attribute: str,
    steps: int = 5,
    span: tuple[float, float] = (-2.0, 2.0),
    measures: tuple[int, int] | None = None,
    allowed: Allowed | None = None,
) -> list[Variation]:
    """Return a tune decoded once for each step of a latent dimension.

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
    tokens, unchanged = material.tokens, material.unchanged
    moves = [step for step in offsets if step]
    rows = _decode(checkpoint, material, names.index(attribute), moves, allowed)

    made = dict(zip(moves, rows, strict=True))
    result = [] if 0.0 in offsets else [Variation("original", 0.0, tune, measured(tune, tokens, attribute), unchanged)]
    for step, name in zip(offsets, step_names(attribute, offsets), strict=True):
        varied_tune = with_tokens(tune, made[step]) if step else tune
        values = measured(tune, made[step] if step else tokens, attribute)
        result.append(Variation(name, step, varied_tune, values, unchanged))
    return result


def equal_steps(steps: int, span: tuple[float, float]) -> list[float]:
    """Return equal steps from the first to the last.

    Raises
    ------
    UsageError
        For no steps, or a span that does not go from low to high.

    Examples
    --------
    >>> equal_steps(3, (-2, 2))
    [-2.0, 0.0, 2.0]
    """
    low, high = span
    if steps < 1 or not (np.isfinite([low, high]).all() and (low < high or steps == 1)):
        raise UsageError(
            f"{steps} steps from {low:g} to {high:g}: give at least one step, and a range from low to high"
        )
    return [round(float(step), 6) for step in np.linspace(low, high, steps)]


def step_names(attribute: str, offsets: Sequence[float]) -> list[str]:
    """Return a name for each step, with as many decimals as tell them apart, and each to within .04.

    Examples
    --------
    >>> step_names("my.py:mood", [0.0, 0.05, 0.1])
    ['mood +0.00', 'mood +0.05', 'mood +0.10']
    >>> step_names("range", [-0.55, -0.5]), step_names("range", [-2 / 3])
    (['range -0.55', 'range -0.50'], ['range -0.7'])
    """
    for digits in range(1, 7):
        shown = [f"{step:+.{digits}f}" for step in offsets]
        near = all(abs(float(text) - step) < _NEAR for text, step in zip(shown, offsets, strict=True))
        if near and len(set(shown)) == len(offsets):
            break
    return [f"{attributes.short_name(attribute)} {text}" for text in shown]


_NEAR = 0.04


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

"""A sweep: one attribute of a tune lowered and raised in equal steps.

In the closed loop a step is so many standard deviations of the attribute, and a pool of candidates is searched
for each measure's new value. In the open loop it is a move along the latent dimension, decoded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from armusic.config.manner import DEFAULT, Manner
from armusic.editing import chooser as choosers
from armusic.editing import pool as pools
from armusic.editing import tune_values
from armusic.editing.chooser import Chooser
from armusic.editing.kept import Build, Choose
from armusic.editing.material import Tokens, pitches, prepare, with_tokens
from armusic.editing.open_loop import decode_moves
from armusic.editing.pool import Pool
from armusic.editing.targets import Values, canonical, dimensions
from armusic.errors import UsageError
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes
from armusic.music.score import Key, Tune
from armusic.shapes import Float
from armusic.taste import words

_SLACK = 1e-9  # what rounding takes from a target
_NEAR = 0.04  # how near the number in a step's name is to the step


@dataclass(frozen=True, slots=True)
class Variation:
    """A tune with one attribute moved.

    Parameters
    ----------
    name : str
        Name of the step, as on a track: `rhythm +1.0`.
    step : float
        Size of the step, in standard deviations of the attribute, or of the prior in the open loop; 0 is the input.
    tune : Tune
        The music.
    values : float array (measure,)
        The attribute of each measure.
    unchanged : tuple of str
        Messages about measures that could not be varied.
    targets : float array (measure,), optional
        The target of each measure; none in the open loop.
    clipped : int
        Number of measures with a nearer target than the step's, which is out of reach; 1 where it is the tune's.
    unusual : tuple of str
        Features that the input does not have, in a musician's words: see `armusic.taste.words`.
    whole : bool
        Whether the targets are of the tune: their mean is what counts, and a measure has none of its own.
    """

    name: str
    step: float
    tune: Tune
    values: Float[np.ndarray, " measure"]
    unchanged: tuple[str, ...] = ()
    targets: Float[np.ndarray, " measure"] | None = None
    clipped: int = 0
    unusual: tuple[str, ...] = ()
    whole: bool = False

    def __repr__(self) -> str:
        return f"Variation({self.name}, mean {self.values.mean():.3f}, {self.tune.summary})"


@dataclass(frozen=True, slots=True)
class _Step:
    """The tokens of a step, its targets in the closed loop, and how many of these are nearer than the step."""

    tokens: Tokens
    targets: Values | None = None
    clipped: int = 0


def interpolate(
    checkpoint: Checkpoint,
    tune: Tune,
    attribute: str,
    steps: int = 5,
    span: tuple[float, float] = (-2.0, 2.0),
    measures: tuple[int, int] | None = None,
    key: str | Key = "auto",
    *,
    closed: bool = True,
    manner: Manner = DEFAULT,
    each_measure: bool = False,
    alternatives: int = 1,
    seed: int = 0,
    build: Build = pools.build,
    choose: Choose = choosers.chooser,
) -> list[Variation]:
    """Return the tune with one attribute lowered and raised, in equal steps.

    A step is one of the tune: the mean of its measures moves, and the measures change where that costs the music least;
    the steps lie on one path. With `each_measure`, or for some `measures`, every measure moves by the step.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    tune : Tune
        All its notes on the grid.
    attribute : str
        Any attribute: see `armusic.music.attributes`, or `FILE.py:FUNCTION`; in the open loop one of the model's.
    steps : int
        Number of variations, at least 1.
    span : (float, float)
        The first and the last step, in standard deviations of the attribute, from the mean of the tune:
        those of the training data, or of the model's prior samples where it was not trained on the attribute.
        In the open loop, in prior standard deviations from the code of each measure.
    measures : (int, int), optional
        The first and the last measure to vary, from 1; all when not given.
    key : str
        The key to stay in, as `A:dorian`; `auto`: the tune's own; `off`: any pitch may come.
    closed : bool
        Search for each value, or the last that can be reached; else edit the code for each step and decode it once.
    manner : Manner
        Naturalness of the variations, and properties that must stay.
    each_measure : bool
        Move every measure by the step.
    alternatives : int
        Number of different answers for each step; fewer where there are no more.
    seed : int
        Seed of these.
    build, choose : callable
        Give the candidates, and what answers from them: those of an `armusic.editing.kept.Kept` keep them for the next
        steps.

    Returns
    -------
    list of Variation
        One per step, or as many as there are alternatives, from low to high. At step 0 stands the input, untouched;
        where no step is 0 it comes first, named `original`.

    Raises
    ------
    UsageError
        For an attribute that does not exist, measures past the end, no steps or an empty span.
    DataError
        For an attribute that does not work with this model: see `armusic.editing.pool.build`.
    OffGridError
        For a note between two ticks.
    """
    (name,) = canonical([attribute], checkpoint.config.attributes)
    if alternatives < 1:
        raise UsageError(f"{alternatives} alternatives: give at least 1")
    if not closed:
        dimensions([name], checkpoint.config.attributes)
    offsets = equal_steps(steps, span)
    moves = [step for step in offsets if step]
    material, allowed = prepare(checkpoint, tune, measures), pitches(tune, key)
    present = tune_values.measure(material.tokens, material.kind, (name,))[:, 0]
    single = each_measure or measures is not None
    if closed:
        pool = build(checkpoint, material, name, allowed=allowed, manner=manner)
        results = _each(pool, moves, alternatives, seed) if single else _whole(choose(pool), moves, alternatives, seed)
    else:
        results = [[_Step(tokens)] for tokens in decode_moves(checkpoint, material, name, moves, allowed)]

    def original(title: str) -> Variation:
        return Variation(title, 0.0, tune, present, material.unchanged, present if closed else None)

    variations = [] if 0.0 in offsets else [original("original")]
    by_move = dict(zip(moves, results, strict=True))
    for step, title in zip(offsets, step_names(name, offsets), strict=True):
        if not step:
            variations.append(original(title))
            continue
        for number, result in enumerate(by_move[step], 1):
            varied_tune = with_tokens(tune, result.tokens)
            values = tune_values.measure(result.tokens, material.kind, (name,))[:, 0]
            whole = closed and not single
            unusual = words.unusual(result.tokens, material.tokens, material.kind, material.tune.numbers)
            shown = title if number == 1 else f"{title} ({number})"
            variations.append(
                Variation(
                    shown, step, varied_tune, values, material.unchanged, result.targets, result.clipped, unusual, whole
                )
            )
    return variations


def _each(pool: Pool, moves: Sequence[float], alternatives: int, seed: int) -> list[list[_Step]]:
    """Return the answers to targets so many standard deviations from the present value of each measure."""
    steps = []
    for move in moves:
        targets, within = pool.step_targets(move)
        answers = choosers.different(partial(pool.look_up, within), alternatives, seed)
        steps.append([_Step(tokens, within[:, 0], int((targets != within).sum())) for tokens, _ in answers])
    return steps


def _whole(chooser: Chooser, moves: Sequence[float], alternatives: int, seed: int) -> list[list[_Step]]:
    """Return the steps of one path on which the mean of the tune comes to each target, or as near as it can.

    Steps that are out of reach share what is left of the path, so that each differs from the one before.
    """
    targets = {move: chooser.step_targets([move]) for move in moves}
    within = {move: chooser.within(target) for move, target in targets.items()}
    clipped = {move for move in moves if (abs(within[move] - targets[move]) > _SLACK).any()}
    for side in (-1, 1):
        beyond = sorted((move for move in clipped if move * side > 0), key=abs)
        near = [move for move in moves if move * side > 0 and move not in clipped]
        start = within[max(near, key=abs)] if near else chooser.pool.present
        for number, move in enumerate(beyond, 1):
            within[move] = start + (within[beyond[-1]] - start) * number / len(beyond)
    steps = []
    for move in moves:
        answers = choosers.different(partial(chooser.answer, within[move]), alternatives, seed)
        goals, short = within[move][:, 0], move in clipped
        steps.append([_Step(tokens, goals, int(short or bool(notes))) for tokens, notes in answers])
    return steps


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

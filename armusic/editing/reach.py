"""From what is asked to a tune: targets measure by measure, the key to stay in, and the search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from armusic import evaluation
from armusic.asked import Target, Values, parse, resolve
from armusic.datasets.corpora.corpus import data_folder
from armusic.editing import calibration, material
from armusic.editing import pool as control
from armusic.editing.calibration import Calibration
from armusic.editing.material import Allowed, Variation
from armusic.editing.result import Reached
from armusic.editing.targets import canonical, dimensions, equal_steps, step_names
from armusic.errors import UsageError
from armusic.music import keys, tokenizer
from armusic.music.attributes import ATTRIBUTES, short_name
from armusic.music.score import Tune
from armusic.training.checkpoint import Checkpoint


def reach(
    checkpoint: Checkpoint,
    tune: Tune,
    targets: Sequence[str | Target],
    key: str = "auto",
    measures: tuple[int, int] | None = None,
    *,
    closed: bool = True,
) -> Reached:
    """Return the tune with attributes at their targets.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    tune : Tune
        All its notes on the grid.
    targets : sequence of str or Target
        At least one, each of another attribute, such as `rhythm=0.3`: see `armusic.asked`. Any attribute
        will do, one's own as `my.py:mood=0.3`.
    key : str
        The key to stay in, as `A:dorian`; `auto`: the tune's own; `off`: any pitch may come.
    measures : (int, int), optional
        The first and the last measure to vary, from 1; all when not given.
    closed : bool
        Search for what meets the targets; else decode once, which is near.

    Raises
    ------
    UsageError
        For targets that cannot be asked of this model or tune.
    """
    parsed = [parse(target) if isinstance(target, str) else target for target in targets]
    names = canonical([target.attribute for target in parsed], checkpoint.config.attributes)
    tokens, kinds = tokenizer.encode(tune), tokenizer.kinds(tune.measures)
    relative = [name for name, target in zip(names, parsed, strict=True) if target.form == "percentile"]
    if not closed:
        dimensions(names, checkpoint.config.attributes)
    scale = None if closed and not relative else scale_of(checkpoint, relative)

    def asked(name: str, target: Target) -> Values:
        def percentile(percent: float) -> Values:
            assert scale is not None
            return np.array([scale.percentile(name, kind, percent) for kind in kinds.tolist()])

        return resolve(target, material.measured(tune, tokens, name), percentile)

    wanted = {name: asked(name, target) for name, target in zip(names, parsed, strict=True)}
    allowed = pitches(tune, key)
    if scale is None or closed:
        return control.reach(checkpoint, tune, wanted, allowed=allowed, measures=measures)
    return control.open_loop(checkpoint, tune, wanted, scale, allowed=allowed, measures=measures)


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
        return material.interpolate(checkpoint, tune, name, steps, span, measures, allowed)
    offsets = equal_steps(steps, span)
    pool = control.build(checkpoint, tune, name, allowed=allowed, measures=measures)
    present, left = pool.turned(0)[0][:, 0], pool.search.material.left
    original = Variation("original", 0.0, tune, present, left, present)
    result = [] if 0.0 in offsets else [original]
    for step, title in zip(offsets, step_names(name, offsets), strict=True):
        if step == 0:
            result.append(replace(original, name=title))
            continue
        wanted, within = (table[:, 0] for table in pool.turned(step))
        found = pool.reach(within)
        clipped = int((wanted != within).sum())
        result.append(Variation(title, step, found.tune, found.values[:, 0], left, within, clipped))
    return result


def turner(
    checkpoint: Checkpoint, tune: Tune, names: Sequence[str], key: str = "auto"
) -> Callable[[Mapping[str, float]], Reached]:
    """Return a function that turns attributes of a tune: one search now, a look-up at each call.

    Parameters
    ----------
    checkpoint, tune, key
        As for `reach`.
    names : sequence of str
        The attributes.

    Returns
    -------
    callable
        Takes how far attributes are to be turned, in standard deviations from the value of each measure
        (those that are not named keep it), and gives the tune with what can be reached of it.
    """
    names = canonical(names, checkpoint.config.attributes)
    pool = control.build(checkpoint, tune, names, allowed=pitches(tune, key))

    def turned(steps: Mapping[str, float]) -> Reached:
        within = (pool.turned(steps.get(name, 0.0))[1][:, column] for column, name in enumerate(names))
        return pool.reach(dict(zip(names, within, strict=True)))

    return turned


def pitches(tune: Tune, key: str) -> Allowed | None:
    """Return the pitches that each measure may have in a key: `auto` is the tune's own, `off` leaves all of them."""
    if key == "off" or not tune.notes:
        return None
    return keys.allowed(tune, keys.find(tune) if key == "auto" else keys.parse(key))


def scale_of(checkpoint: Checkpoint, names: Sequence[str] = ()) -> Calibration:
    """Return the scale of the attributes that a checkpoint carries, else measure it on its corpus.

    Raises
    ------
    UsageError
        For one of `names` of whose values in the corpus nothing is known.
    """
    carried = checkpoint.card.get("calibration") is not None
    known = _scale(checkpoint).tables if carried else {*checkpoint.config.attributes, *ATTRIBUTES}
    for name in names:
        if name not in known:
            raise UsageError(
                f"attribute {name!r} has no percentiles: its values in the corpus are not known:"
                f" ask for a value, such as {short_name(name)}=0.3"
            )
    return _scale(checkpoint)


@lru_cache(maxsize=1)
def _scale(checkpoint: Checkpoint) -> Calibration:
    card = checkpoint.card.get("calibration")
    return evaluation.calibrate(checkpoint, data_folder()) if card is None else calibration.from_dict(card)

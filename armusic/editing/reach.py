"""From what is asked to a tune: targets measure by measure, the key to stay in, and the search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from armusic.editing import material
from armusic.editing import pool as control
from armusic.editing.calibration import scale_of
from armusic.editing.decoding import Allowed
from armusic.editing.result import Reached
from armusic.editing.targets import Target, Values, canonical, dimensions, parse, resolve
from armusic.music import keys, tokenizer
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

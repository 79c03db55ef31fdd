"""From what is asked to a tune: targets measure by measure, the key to stay in, and the search."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from armusic import calibration, control, evaluation, interpolation, keys, tokenizer
from armusic.asked import Target, Values, parse, resolve
from armusic.calibration import Calibration
from armusic.checkpoint import Checkpoint
from armusic.control import Reached
from armusic.corpus import data_folder
from armusic.interpolation import Allowed
from armusic.score import Tune
from armusic.targets import canonical


def reach(
    checkpoint: Checkpoint,
    tune: Tune,
    targets: Sequence[str | Target],
    key: str = "auto",
    measures: tuple[int, int] | None = None,
    *,
    closed: bool = True,
) -> Reached:
    """Return a tune with attributes at their targets: see `armusic.api.Model.reach`."""
    parsed = [parse(target) if isinstance(target, str) else target for target in targets]
    names = canonical([target.attribute for target in parsed], checkpoint.config.attributes)
    tokens, kinds = tokenizer.encode(tune), tokenizer.kinds(tune.measures)
    scale = None if closed and all(target.form != "percentile" for target in parsed) else scale_of(checkpoint)

    def asked(name: str, target: Target) -> Values:
        def percentile(percent: float) -> Values:
            assert scale is not None
            return np.array([scale.percentile(name, kind, percent) for kind in kinds.tolist()])

        return resolve(target, interpolation.measured(tune, tokens, name), percentile)

    wanted = {name: asked(name, target) for name, target in zip(names, parsed, strict=True)}
    allowed = pitches(tune, key)
    if scale is None or closed:
        return control.reach(checkpoint, tune, wanted, allowed=allowed, measures=measures)
    return control.open_loop(checkpoint, tune, wanted, scale, allowed=allowed, measures=measures)


def pitches(tune: Tune, key: str) -> Allowed | None:
    """Return the pitches that each measure may have in a key: `auto` is the tune's own, `off` leaves all of them."""
    if key == "off" or not tune.notes:
        return None
    return keys.allowed(tune, keys.find(tune) if key == "auto" else keys.parse(key))


def scale_of(checkpoint: Checkpoint) -> Calibration:
    """Return the scale of each attribute that a checkpoint carries, else measure it on its corpus."""
    if "calibration" in checkpoint.card:
        return calibration.from_dict(checkpoint.card["calibration"])
    return evaluation.calibrate(checkpoint, data_folder())

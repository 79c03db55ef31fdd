"""All pictures of an evaluation."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from matplotlib.figure import Figure

from armusic.config import MUSIC
from armusic.errors import MissingExtraError
from armusic.evaluation import Evaluation, views
from armusic.evaluation.sweeps import POSITIONS
from armusic.io.writers import engraving
from armusic.music.attributes import short_name
from armusic.music.score import Tune
from armusic.plotting import latent, traversals
from armusic.plotting.files import Pixels
from armusic.progress import Stage, silent

log = logging.getLogger(__name__)

NOTATION = 1150  # width of a line of notation, five measures, in pixels


def evaluation(evaluation: Evaluation, name: str, on_progress: Stage = silent) -> dict[str, Figure | Pixels]:
    """Draw a model's codes, latent surfaces and sweeps.

    Parameters
    ----------
    evaluation : Evaluation
        The figures of the model.
    name : str
        Name of the model.
    on_progress : callable
        Called with the stage of the work, how much of it is done, and its total.

    Returns
    -------
    dict of str to Figure or uint8 array
        File name -> picture: `codes.png`, `surfaces.png` where attributes can be measured in what is decoded, and
        `sweeps.png` of music; of other domains the pictures of `plotting.traversals`: `sweeps.gif`, `sheet.png` and
        `plane.png`.
    """
    subject, names = evaluation.subject, tuple(map(short_name, evaluation.test.names))
    data = f"{subject.config.data}, {subject.label}"
    swept = np.stack([evaluation.swept[k, :, :, k] for k in range(len(names))])
    z, points = views.few_codes(evaluation.mean, evaluation.seed), views.POINTS
    music = subject.adapter.domain == MUSIC
    if not music:
        z, points = z[: views.FEWER], views.COARSE
    pictures: dict[str, Figure | Pixels] = {
        "codes.png": latent.scatter(
            names, evaluation.axes.along(evaluation.sample), evaluation.test.a, f"Codes of {name}",
            f"{len(evaluation.test):,} test items of {data}: attributes against dimensions, codes drawn from the"
            " posterior",
        ),
    }  # fmt: skip
    if evaluation.control:  # else nothing can be measured in what is decoded
        note = (
            f"{data}; two dimensions moved: mean of {len(z)} test items; one: mean and middle half of {swept.shape[2]}"
        )
        pictures["surfaces.png"] = latent.surfaces(
            names, points, views.surfaces(subject, z, evaluation.axes, points, on_progress), POSITIONS, swept,
            f"Attributes that {name} decodes", note if music else f"{note}; white: nothing that could be measured",
        )  # fmt: skip
    if music:
        example = views.example(subject, evaluation.test, evaluation.mean, evaluation.axes)
        pictures["sweeps.png"] = latent.sweeps(
            names, example.tunes, _notation(example.tunes), example.steps, example.values, POSITIONS, swept,
            f"An ordinary measure of {data}, swept by {name}",
            f"one dimension moved; right: this measure, and mean and middle half of {swept.shape[2]} test measures",
        )  # fmt: skip
        return pictures
    on_progress("pictures", 0, 1)
    return pictures | traversals.overview(subject, evaluation.test, evaluation.seed, name)


def _notation(tunes: Sequence[Tune]) -> list[np.ndarray | None]:
    """Return each tune as a picture of a line of notation; None, with a warning, without the extra `armusic[score]`."""
    from matplotlib.image import imread

    try:
        return [imread(BytesIO(engraving.line(tune, NOTATION))) for tune in tunes]
    except MissingExtraError as error:
        log.warning("piano rolls only: %s", error)
        return [None] * len(tunes)

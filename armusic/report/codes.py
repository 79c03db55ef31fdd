"""Pictures of what the codes of the best runs know, and do: these need their checkpoints and data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import UInt8
from matplotlib.figure import Figure

from armusic.evaluation import subject
from armusic.evaluation.subject import Subject
from armusic.plotting import traversals
from armusic.report import charts
from armusic.report.results import BASELINE, Result
from armusic.training import checkpoint
from armusic.vae.data import Data

MOST = 2000  # items of a pair plot

Models = Mapping[str, list[Result]]


@dataclass(frozen=True, slots=True)
class Best:
    """The best of some runs, loaded.

    Parameters
    ----------
    run : Result
        Its figures.
    subject : Subject
        Its model.
    test : Data
        Its test items.
    """

    run: Result
    subject: Subject
    test: Data

    @property
    def name(self) -> str:
        """What the run is called."""
        return self.run.folder.name


def choose(models: Models, name: str) -> Result | None:
    """Return the best run of a model, that with the highest Interpretability; None where there is none.

    Parameters
    ----------
    models : mapping of str to list of Result
        Model -> evaluated runs.
    name : str
        The model: `default` or `beta-vae`; where it was not run, any with an attribute loss, or without.
    """
    loss = name != BASELINE
    runs = models.get(name) or [run for some in models.values() for run in some if (run.config.loss.gamma > 0) == loss]
    return max(runs, key=lambda run: run.value("interpretability") or 0.0, default=None)


def load(run: Result, cache: Path) -> Best:
    """Load a run.

    Raises
    ------
    ArmusicError
        If its checkpoint or its data cannot be loaded.
    """
    whose, (_, _, test) = subject.load(checkpoint.load(run.folder), cache)
    return Best(run, whose, test)


def pairs(one: Best) -> Figure:
    """Draw attributes of test items against codes drawn for them: see `charts.pairs`."""
    rng = np.random.default_rng(0)
    test = one.test.take(np.sort(rng.permutation(len(one.test))[:MOST]))
    mean, std = one.subject.encode(test.x)
    z = mean + std * rng.standard_normal(mean.shape, dtype=np.float32)
    count = len(test.names)
    r2 = np.corrcoef(test.a.T, z[:, :count].T)[:count, count:] ** 2
    title = f"{one.name}: attributes of {len(test)} test {one.run.words['items']} against codes drawn for them"
    return charts.pairs(z, test.a, test.names, r2, title)


def sweeps(one: Best, other: Best) -> UInt8[np.ndarray, "frame height width 3"]:
    """Draw what two models decode while one dimension after another is moved, as frames of an animation."""
    return traversals.beside({one.name: one.subject, other.name: other.subject}, one.test)

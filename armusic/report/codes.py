"""Pictures of the codes of the best runs, and of their sweeps: these need checkpoints and data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from armusic.evaluation.subject import Subject
from armusic.evaluation.subject import load as load_subject
from armusic.plotting import traversals
from armusic.report import charts
from armusic.report.results import BASELINE, Result
from armusic.shapes import UInt8
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
        Figures of the run.
    subject : Subject
        Model of the run.
    test : Data
        Test items of its data.
    """

    run: Result
    subject: Subject
    test: Data

    @property
    def name(self) -> str:
        """Name of the run."""
        return self.run.folder.name


def choose(models: Models, name: str) -> Result | None:
    """Return the best run of a model, that with the highest Interpretability; None where there is none.

    Parameters
    ----------
    models : mapping of str to list of Result
        Model -> evaluated runs.
    name : str
        Name of the model: `default` or `beta-vae`; where it was not run, any with an attribute loss, or without.
    """
    regularised = name != BASELINE
    every = [run for runs in models.values() for run in runs]
    runs = models.get(name) or [run for run in every if (run.config.loss.gamma > 0) == regularised]
    return max(runs, key=lambda run: run.value("interpretability") or 0.0, default=None)


def load(run: Result, cache: Path) -> Best:
    """Load a run.

    Raises
    ------
    ArmusicError
        If its checkpoint or its data cannot be loaded.
    """
    subject, (_, _, test) = load_subject(checkpoint.load(run.folder), cache)
    return Best(run, subject, test)


def pairs(best: Best) -> Figure:
    """Draw attributes of test items against codes drawn for them: see `charts.pairs`."""
    rng = np.random.default_rng(0)
    test = best.test.take(np.sort(rng.permutation(len(best.test))[:MOST]))
    mean, std = best.subject.encode(test.x)
    z = mean + std * rng.standard_normal(mean.shape, dtype=np.float32)
    count = len(test.names)
    r2 = np.corrcoef(test.a.T, z[:, :count].T)[:count, count:] ** 2
    title = f"{best.name}: attributes of {len(test)} test {best.run.words['items']} against codes drawn for them"
    return charts.pairs(z, test.a, test.names, r2, title)


def sweeps(best: Best, baseline: Best) -> UInt8[np.ndarray, "frame height width 3"]:
    """Draw the items that two models decode while dimensions are moved, as frames of an animation."""
    return traversals.beside({best.name: best.subject, baseline.name: baseline.subject}, best.test)

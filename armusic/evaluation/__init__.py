"""How good a model is: on the test items of its own data, by the measures of the literature and of its domain.

`evaluate` is for every domain; `tunes` has what is about music alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from armusic import metrics
from armusic.evaluation import reconstruction as shares
from armusic.evaluation import subject as _subject
from armusic.evaluation.held_out import fidelity, held_out, tune_of
from armusic.evaluation.identity import Kept, kept
from armusic.evaluation.prior import Prior, prior
from armusic.evaluation.reconstruction import Share
from armusic.evaluation.subject import Codes, Subject
from armusic.evaluation.sweeps import POSITIONS, Axes, Swept, axes, sweep
from armusic.metrics import Score
from armusic.progress import Stage, silent
from armusic.training.checkpoint import Checkpoint
from armusic.vae.data import Data, as_bytes

__all__ = ["Evaluation", "evaluate", "fidelity", "held_out", "tune_of"]

MOST = 5000  # items for the metrics: their time, and the value of mutual information, grow with the number
SWEPT = 256  # items whose dimensions are moved
BOOTSTRAP = 20
DIGITS = 6
REPORTED = ("interpretability", "scc")
"""Metrics that do not ask which dimension an attribute belongs to."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How good a model is.

    Parameters
    ----------
    subject : Subject
        What was measured.
    test : Data
        Test items of the subject's kind: all, or a random ten thousand.
    mean, sample : float32 array (item, latent)
        The means of their posteriors, and a code drawn from each.
    turned : Axes
        The dimension that turns each attribute: its own, or in a plain beta-VAE that which tells most of it.
    swept : float64 array (attribute, step, some item, attribute)
        Attributes decoded where one of these of some items is moved: see `sweeps.sweep`. Of those items whose
        attributes can be measured in all places.
    samples, means : dict of str to Score
        The metrics of `armusic.metrics`: of a code drawn from each posterior (as in the paper), and of the means.
    ceiling : float
        The SCC that no code without ties can exceed on these items.
    reconstruction : dict of str to Share
        Shares right: `paper`, `by_tune`, `unseen`, `exact`, `exact_unseen`; see `shares.reconstruction`.
    control : dict of str to Score
        The metrics of what was swept.
    prior : Prior
        What is made of chance codes.
    kept : Kept, optional
        How often what should stay does, where the domain has a judge of that.
    reported : dict of str to Score
        The metrics of samples, for the attributes that belong to no dimension.
    counts : dict of str to number
        Of items, and shares of them that are in the training or validation data.
    seed : int
        Of all that was drawn.
    """

    subject: Subject
    test: Data
    mean: Codes
    sample: Codes
    turned: Axes
    swept: Swept
    samples: Mapping[str, Score]
    means: Mapping[str, Score]
    ceiling: float
    reconstruction: Mapping[str, Share]
    control: Mapping[str, Score]
    prior: Prior
    kept: Kept | None
    reported: Mapping[str, Score]
    counts: Mapping[str, float]
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """Return all figures as plain values, as `armusic evaluate --json` prints them."""
        found: dict[str, Any] = {
            "data": self.subject.config.data,
            "kind": self.subject.label,
            "seed": self.seed,
            "words": asdict(self.subject.adapter.words),
            **{name: asdict(score) for name, score in self.samples.items()},
            "means": {name: asdict(score) for name, score in self.means.items()},
            "reconstruction": {name: one.value for name, one in self.reconstruction.items()},
            "intervals": {name: one.interval for name, one in self.reconstruction.items()},
            "control": {name: asdict(score) for name, score in self.control.items()},
            "prior": asdict(self.prior),
            **({"kept": asdict(self.kept)} if self.kept else {}),
            **({"reported": {name: score.each for name, score in self.reported.items()}} if self.reported else {}),
            "counts": self.counts,
        }
        found["scc"]["ceiling"] = self.ceiling
        return _plain(found)


def evaluate(
    checkpoint: Checkpoint, cache: Path, label: str | None = None, *, seed: int = 0, on_progress: Stage = silent
) -> Evaluation:
    """Measure a model on the test part of its own data.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    cache : Path
        Folder of cached data.
    label : str, optional
        The kind of item (of measures: the metre, as `6/8`); by default 4/4, or the usual one where there are few of it.
    seed : int
        Of all that is drawn: noise, subsets, chance codes, resamples.
    on_progress : callable
        Told what is being done, how much of it is done, and how much there is.

    Raises
    ------
    UsageError
        For a kind that there is not.
    DataError
        When the data cannot be used, or there are too few test items.
    """
    subject, (train, valid, every) = _subject.load(checkpoint, cache, label, on_progress)
    rng = np.random.default_rng(seed)
    test = every.take(np.sort(rng.permutation(len(every))[: shares.MOST]))
    mean, std = subject.encode(test.x)
    sample = mean + std * rng.standard_normal(mean.shape, dtype=np.float32)
    chosen = np.sort(rng.permutation(len(test))[:MOST])
    distinct = chosen[np.unique(as_bytes(test.x[chosen]), return_index=True)[1]]  # equal means would know one another
    samples = _measure(sample[chosen], test.take(chosen), seed, "metrics of samples", on_progress)
    means = _measure(mean[distinct], test.take(distinct), seed, "metrics of means", on_progress)
    on_progress("the paper's protocol", 0, 1)
    protocol = subject.adapter.protocol(subject.config, cache)
    right, counts = shares.reconstruction(subject, (train, valid, test), mean, protocol, rng, on_progress)
    turned, some = axes(subject, test), np.sort(rng.permutation(len(test))[:SWEPT])
    swept = sweep(subject, mean[some], turned, on_progress=on_progress)
    measured = ~np.isnan(swept).any(axis=(0, 1, 3))  # an attribute of a blank image is not known
    swept = swept[:, :, measured]
    control = {}
    if measured.any():
        control = metrics.decoded(swept, POSITIONS, test.names, train.a.std(axis=0, dtype=np.float64))
    drawn = prior(subject, train, test, rng, on_progress)
    stays = kept(subject, test, mean, some, turned, on_progress)
    reported = _reported(sample[chosen], test.take(chosen), seed)
    counts |= {"test": len(every), "samples": len(chosen), "means": len(distinct), "swept": int(measured.sum())}
    ceiling = float(metrics.tie_ceiling(test.take(chosen).a.astype(np.float64)).mean())
    return Evaluation(
        subject,
        test,
        mean,
        sample,
        turned,
        swept,
        samples,
        means,
        ceiling,
        right,
        control,
        drawn,
        stays,
        reported,
        counts,
        seed,
    )


def _measure(z: Codes, test: Data, seed: int, stage: str, on_progress: Stage) -> dict[str, Score]:
    """Return the metrics of codes; with intervals, where there are groups enough for them."""
    on_progress(stage, 0, 1)
    count = BOOTSTRAP if len(np.unique(test.group)) >= 2 * metrics.FEWEST else 0
    found = metrics.measure(
        z.astype(np.float64), test.a.astype(np.float64), test.names, group=test.group, bootstrap=count, seed=seed
    )
    on_progress(stage, 1, 1)
    return found


def _reported(z: Codes, test: Data, seed: int) -> dict[str, Score]:
    """Return how well the codes know the attributes that belong to no dimension."""
    if test.reported is None:
        return {}
    varied = [place for place in range(len(test.reported_names)) if np.ptp(test.reported[:, place]) > 0]
    if not varied:
        return {}
    names = [test.reported_names[place] for place in varied]
    found = metrics.measure(z.astype(np.float64), test.reported[:, varied].astype(np.float64), names, seed=seed)
    return {name: found[name] for name in REPORTED}


def _plain(value: Any) -> Any:
    """Return lists for tuples, and numbers with no more digits than mean something."""
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return round(value, DIGITS) if isinstance(value, float) else value

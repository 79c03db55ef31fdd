"""The quality of a model on the test items of its own data, by the measures of the literature and of its domain.

`evaluate` is for every domain; `held_out` is about music alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from armusic import metrics
from armusic.evaluation import identity, one_decode, prior, reconstruction
from armusic.evaluation.held_out import fidelity, held_out, tune_of
from armusic.evaluation.identity import Identity
from armusic.evaluation.one_decode import Obedience
from armusic.evaluation.prior import Prior
from armusic.evaluation.reconstruction import Groups, Share
from armusic.evaluation.subject import Codes, Subject, load
from armusic.evaluation.sweeps import POSITIONS, Axes, Swept, find_axes, sweep
from armusic.metrics import Score
from armusic.progress import Stage, silent
from armusic.training import adapters
from armusic.training.checkpoint import Checkpoint
from armusic.vae.data import Data, as_bytes

__all__ = ["Evaluation", "evaluate", "fidelity", "held_out", "tune_of"]

METRIC_ITEMS = 5000  # for the metrics: their time, and the value of mutual information, grow with the number
SWEPT_ITEMS = 256  # whose dimensions are moved
BOOTSTRAP = 20  # resamples for the intervals of metrics
DIGITS = 6
REPORTED = ("interpretability", "scc")
"""Metrics that do not depend on which dimension an attribute belongs to."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The quality of a model.

    Parameters
    ----------
    subject : Subject
        The model that was measured.
    test : Data
        Test items of the subject's kind: all, or a random ten thousand.
    mean, sample : float32 array (item, latent)
        The means of their posteriors, and a code drawn from each.
    axes : Axes
        The dimension that controls each attribute: its own, or in a plain beta-VAE the one that correlates most.
    swept : float64 array (attribute, step, some item, attribute)
        Attributes decoded where the dimension of one of them is moved: see `sweeps.sweep`. Only items whose
        attributes can be measured at all steps.
    samples, means : dict of str to Score
        The metrics of `armusic.metrics`: of a code drawn from each posterior (as in the paper), and of the means.
    ceiling : float
        The SCC that no code without ties can exceed on these items.
    reconstruction : dict of str to Share
        Shares right: `paper`, `by_tune`, `unseen`, `exact`, `exact_unseen`; see `reconstruction.measure`.
    groups : Groups, optional
        Shares right by group (tune), where there are groups.
    control : dict of str to Score
        The metrics of the swept attributes.
    obedience : dict of str to Obedience
        Closeness of one decode to target values, by attribute.
    prior : Prior
        Figures of items decoded from chance codes.
    identity : Identity, optional
        Share of items that keep their identity, where the domain has a judge of that.
    reported : dict of str to Score
        The metrics of samples, for the attributes that belong to no dimension.
    counts : dict of str to number
        Numbers of items, and shares of them that are in the training or validation data.
    seed : int
        Seed of all random numbers.
    """

    subject: Subject
    test: Data
    mean: Codes
    sample: Codes
    axes: Axes
    swept: Swept
    samples: Mapping[str, Score]
    means: Mapping[str, Score]
    ceiling: float
    reconstruction: Mapping[str, Share]
    groups: Groups | None
    control: Mapping[str, Score]
    obedience: Mapping[str, Obedience]
    prior: Prior
    identity: Identity | None
    reported: Mapping[str, Score]
    counts: Mapping[str, float]
    seed: int

    def as_dict(self) -> dict[str, Any]:
        """Return all figures as plain values, as `armusic evaluate --json` prints them."""
        figures: dict[str, Any] = {
            "data": self.subject.config.data,
            **({"trained_on": self.subject.trained_on} if self.subject.trained_on else {}),
            "kind": self.subject.label,
            "seed": self.seed,
            "words": asdict(self.subject.adapter.words),
            **{name: asdict(score) for name, score in self.samples.items()},
            "means": {name: asdict(score) for name, score in self.means.items()},
            "reconstruction": {name: share.value for name, share in self.reconstruction.items()},
            "intervals": {name: share.interval for name, share in self.reconstruction.items()},
            **({"groups": asdict(self.groups)} if self.groups else {}),
            "control": {name: asdict(score) for name, score in self.control.items()},
            "obedience": {name: asdict(figures) for name, figures in self.obedience.items()},
            "prior": asdict(self.prior),
            **({"kept": self.identity.as_dict()} if self.identity else {}),
            **({"reported": {name: score.each for name, score in self.reported.items()}} if self.reported else {}),
            "counts": self.counts,
        }
        figures["scc"]["ceiling"] = self.ceiling
        return _plain(figures)


def evaluate(
    checkpoint: Checkpoint,
    cache: Path,
    label: str | None = None,
    *,
    data: str | None = None,
    seed: int = 0,
    on_progress: Stage = silent,
) -> Evaluation:
    """Measure a model on the test part of its own data, or on all of other data.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    cache : Path
        Folder of cached data.
    label : str, optional
        The kind of item (of measures: the metre, as `6/8`); by default 4/4, or the usual one where there are few of it.
    data : str, optional
        Name of other data, or path: see `armusic.evaluation.subject.load`. There is no protocol of the paper then;
        unseen are items that equal no training or validation item of the model's own data.
    seed : int
        Seed of all random numbers: noise, subsets, chance codes, resamples.
    on_progress : callable
        Called with the stage of the work, how much of it is done, and its total.

    Raises
    ------
    UsageError
        For an unknown kind.
    DataError
        When the data cannot be used, or there are too few test items.
    """
    subject, (train, valid, every) = load(checkpoint, cache, label, on_progress, data)
    adapters.log_remark(every)
    rng = np.random.default_rng(seed)
    test = every.take(np.sort(rng.permutation(len(every))[: reconstruction.MOST]))
    mean, std = subject.encode(test.x)
    sample = mean + std * rng.standard_normal(mean.shape, dtype=np.float32)
    chosen = np.sort(rng.permutation(len(test))[:METRIC_ITEMS])
    distinct = chosen[np.unique(as_bytes(test.x[chosen]), return_index=True)[1]]  # equal means are neighbours
    samples = _measure(sample[chosen], test.take(chosen), seed, "metrics of samples", on_progress)
    means = _measure(mean[distinct], test.take(distinct), seed, "metrics of means", on_progress)
    on_progress("the paper's protocol", 0, 1)
    protocol = None if subject.trained_on else subject.adapter.protocol(subject.config, cache)
    shares, counts, groups = reconstruction.measure(subject, (train, valid, test), mean, protocol, rng, on_progress)
    axes, some = find_axes(subject, test), np.sort(rng.permutation(len(test))[:SWEPT_ITEMS])
    swept = sweep(subject, mean[some], axes, on_progress=on_progress)
    measured = ~np.isnan(swept).any(axis=(0, 1, 3))  # an attribute of a blank image cannot be measured
    swept = swept[:, :, measured]
    control = {}
    if measured.any():
        control = metrics.decoded(swept, POSITIONS, test.names, train.a.std(axis=0, dtype=np.float64))
    from_prior = prior.measure(subject, train, test, rng, on_progress)
    obedience = one_decode.measure(subject, (train, valid, test), axes, rng, on_progress)
    judged = identity.measure(subject, test, mean, some, axes, on_progress)
    reported = _reported(sample[chosen], test.take(chosen), seed)
    counts |= {"test": len(every), "samples": len(chosen), "means": len(distinct), "swept": int(measured.sum())}
    ceiling = float(metrics.tie_ceiling(test.take(chosen).a.astype(np.float64)).mean())
    return Evaluation(
        subject=subject,
        test=test,
        mean=mean,
        sample=sample,
        axes=axes,
        swept=swept,
        samples=samples,
        means=means,
        ceiling=ceiling,
        reconstruction=shares,
        groups=groups,
        control=control,
        obedience=obedience,
        prior=from_prior,
        identity=judged,
        reported=reported,
        counts=counts,
        seed=seed,
    )


def _measure(z: Codes, test: Data, seed: int, stage: str, on_progress: Stage) -> dict[str, Score]:
    """Return the metrics of codes; with intervals where there are enough groups."""
    on_progress(stage, 0, 1)
    count = BOOTSTRAP if len(np.unique(test.group)) >= 2 * metrics.FEWEST else 0
    scores = metrics.measure(
        z.astype(np.float64), test.a.astype(np.float64), test.names, group=test.group, bootstrap=count, seed=seed
    )
    on_progress(stage, 1, 1)
    return scores


def _reported(z: Codes, test: Data, seed: int) -> dict[str, Score]:
    """Return the metrics of codes for the attributes that belong to no dimension."""
    if test.reported is None:
        return {}
    varied = [place for place in range(len(test.reported_names)) if np.ptp(test.reported[:, place]) > 0]
    if not varied:
        return {}
    names = [test.reported_names[place] for place in varied]
    scores = metrics.measure(z.astype(np.float64), test.reported[:, varied].astype(np.float64), names, seed=seed)
    return {name: scores[name] for name in REPORTED}


def _plain(value: Any) -> Any:
    """Return lists for tuples, floats rounded to six digits, and None for NaN."""
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, float):
        return None if np.isnan(value) else round(value, DIGITS)
    return value

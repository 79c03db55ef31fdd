"""Items decoded from codes of the prior: whether they are valid, new, and distributed as the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.evaluation.subject import Subject, number_items
from armusic.extras import require
from armusic.progress import Stage, silent
from armusic.vae.data import Data

CODES = 2048  # shares are then within two points


@dataclass(frozen=True, slots=True)
class Spread:
    """The distribution of an attribute in decoded items, and in the data.

    Parameters
    ----------
    mean, std : float
        Mean and standard deviation in the decoded items, in the attribute's units.
    data_mean, data_std : float
        Mean and standard deviation in the data.
    distance : float
        Wasserstein distance of the two distributions, in standard deviations of the data.
    """

    mean: float
    std: float
    data_mean: float
    data_std: float
    distance: float


@dataclass(frozen=True, slots=True)
class Prior:
    """Items decoded from codes that were drawn from the prior.

    Parameters
    ----------
    n : int
        Number of codes.
    valid : float, optional
        Share of items that could belong to the domain: 0..1; None where that cannot be told.
    seen : float
        Share of items that equal a training item.
    different : float
        Number of different items, as a share of all.
    attributes : dict of str to Spread
        Distribution of each attribute, over the items in which it can be measured.
    """

    n: int
    valid: float | None
    seen: float
    different: float
    attributes: dict[str, Spread]


def measure(
    subject: Subject,
    train: Data,
    test: Data,
    rng: np.random.Generator,
    on_progress: Stage = silent,
    count: int = CODES,
) -> Prior:
    """Decode `count` codes from N(0, I), and compare the items with training and test items of one kind.

    Source
    ------
    Wasserstein distance: Ramdas, Garcia Trillos and Cuturi, "On Wasserstein two-sample testing" (2017), as in SciPy.
    """
    wasserstein_distance = require("scipy.stats", extra="train", purpose="evaluation").wasserstein_distance

    z = rng.standard_normal((count, subject.model.latent), dtype=np.float32)
    items = subject.decode(z, lambda done, total: on_progress("chance codes", done, total))
    numbers, training = number_items(subject, items, train.x)
    attributes = {}
    for name, column, data in zip(test.names, subject.measure(items).T, test.a.T.astype(np.float64), strict=True):
        values = column[~np.isnan(column)]
        if len(values):
            distance = float(wasserstein_distance(values, data) / (data.std() or 1.0))
            moments = float(values.mean()), float(values.std()), float(data.mean()), float(data.std())
            attributes[name] = Spread(*moments, distance)
    plausible = subject.adapter.plausible(items, subject.kind, subject.config)
    return Prior(
        count,
        None if plausible is None else float(plausible.mean()),
        float(np.isin(numbers, training).mean()),
        len(np.unique(numbers)) / count,
        attributes,
    )

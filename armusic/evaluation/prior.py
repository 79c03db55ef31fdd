"""What a model makes of chance codes: whether it is valid, new, and like the data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.evaluation.subject import Subject, numbered
from armusic.progress import Stage, silent
from armusic.vae.data import Data

DRAWN = 2048  # codes: shares within two points


@dataclass(frozen=True, slots=True)
class Spread:
    """How an attribute is spread in what was made, and in the data.

    Parameters
    ----------
    mean, std : float
        Of the samples, in the attribute's units.
    data_mean, data_std : float
        Of the data.
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
        How many.
    valid : float, optional
        Share of them that an item of the domain could be: 0..1; not there where nobody can tell.
    seen : float
        Share that is the same as some item that the model was trained on.
    different : float
        Share of different ones among them.
    attributes : dict of str to Spread
        Of each attribute that can be measured; of those items of which it can.
    """

    n: int
    valid: float | None
    seen: float
    different: float
    attributes: dict[str, Spread]


def prior(
    subject: Subject,
    train: Data,
    test: Data,
    rng: np.random.Generator,
    on_progress: Stage = silent,
    count: int = DRAWN,
) -> Prior:
    """Decode `count` codes from N(0, I), and compare what comes out with training and test items of one kind.

    Source
    ------
    Wasserstein distance: Ramdas, Garcia Trillos and Cuturi, "On Wasserstein two-sample testing" (2017), as in SciPy.
    """
    from scipy.stats import wasserstein_distance

    z = rng.standard_normal((count, subject.model.latent), dtype=np.float32)
    made = subject.decode(z, lambda done, total: on_progress("chance codes", done, total))
    numbers, known = numbered(subject, made, train.x)
    spread = {}
    for name, values, there in zip(test.names, subject.measure(made).T, test.a.T.astype(np.float64), strict=True):
        here = values[~np.isnan(values)]
        if len(here):
            distance = float(wasserstein_distance(here, there) / (there.std() or 1.0))
            ends = (float(here.mean()), float(here.std()), float(there.mean()), float(there.std()))
            spread[name] = Spread(*ends, distance)
    plausible = subject.adapter.plausible(made, subject.kind, subject.config)
    return Prior(
        count,
        None if plausible is None else float(plausible.mean()),
        float(np.isin(numbers, known).mean()),
        len(np.unique(numbers)) / count,
        spread,
    )

"""Metrics of disentanglement and control, on plain arrays.

`measure` compares codes with attributes: interpretability, scc, modularity, mig and sap as Pati and Lerch
(2020) compute them, and dmig, xmig and dlig, which allow for dependence between attributes. `decoded` takes
attributes decoded while a dimension moves: monotonicity, smoothness, consistency, restrictiveness and
linearity. A metric is a function in `codes` or `sweeps` and a line in its table.

Measure samples of q(z|x), as the paper does; posterior means are for comparison only. A measure that occurs
again has the same mean to the last digit, and an estimator from nearest neighbours recognises it: every
dimension then seems informative about every attribute, and the gap between the best and the second best
(mig, dmig, xmig) falls, by half on a folk corpus, though the model is the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from armusic.errors import DataError
from armusic.extras import require
from armusic.metrics import codes, sweeps
from armusic.metrics.codes import Relations, relate, tie_ceiling
from armusic.metrics.plain import plain, refuse_repeated
from armusic.metrics.sweeps import Sweep, changes
from armusic.shapes import Float

__all__ = ["LABELS", "METRICS", "SWEEP_METRICS", "Score", "changes", "decoded", "measure", "tie_ceiling"]

ABBREVIATED = 5  # longest name of a metric that is an abbreviation
METRICS: dict[str, Callable[[Relations], Float[np.ndarray, " attribute"] | float]] = {
    "interpretability": codes.interpretability,
    "scc": codes.scc,
    "modularity": codes.modularity,
    "mig": codes.mig,
    "sap": codes.sap,
    "dmig": codes.dmig,
    "xmig": codes.xmig,
    "dlig": codes.dlig,
}
SWEEP_METRICS: dict[str, Callable[[Sweep], Float[np.ndarray, " attribute"]]] = {
    "monotonicity": sweeps.monotonicity,
    "smoothness": sweeps.smoothness,
    "consistency": sweeps.consistency,
    "restrictiveness": sweeps.restrictiveness,
    "linearity": sweeps.linearity,
}
LABELS = {name: name.upper() if len(name) <= ABBREVIATED else name.capitalize() for name in METRICS}
"""Names of the metrics of codes in tables and figures, such as SCC."""
BOUNDED = ("interpretability", "scc", "modularity", "mig", "sap")
"""Metrics from 0 to 1; the others may be negative, or above 1."""
FEWEST = 10  # least number of items for an estimate from three neighbours, and of groups for an interval
NORMAL = 1.96  # standard deviations on either side have 95 % of a normal distribution


@dataclass(frozen=True, slots=True)
class Score:
    """Value of a metric, with its reference and its interval.

    Attributes
    ----------
    value : float
        Mean over attributes; of modularity, over dimensions.
    reference : float or None
        Score of the attributes themselves, as codes, on the same items: that of a perfect encoder, though
        not always a bound. None for metrics of decoders, where it is 1.
    interval : (float, float) or None
        95 % interval; None unless half-samples were drawn.
    each : dict of str to float
        Value of each attribute; empty for modularity, which has one for each dimension.
    """

    value: float
    reference: float | None = None
    interval: tuple[float, float] | None = None
    each: dict[str, float] = field(default_factory=dict)


def measure(
    z: Any,
    a: Any,
    names: Sequence[str],
    *,
    group: Any = None,
    bootstrap: int = 0,
    seed: int = 0,
) -> dict[str, Score]:
    """Compute every metric of codes; mutual information is computed once for all of them.

    The interval is from half-samples: as many times as `bootstrap` says, half the groups are drawn
    without replacement and everything is computed on their items alone. (Drawn with replacement,
    items would occur twice, which nearest neighbours take for information.) The scores of
    half-samples spread as much as the value itself does, for (1/m - 1/n) = 1/n with m = n/2; so the
    interval is the value and 1.96 of their standard deviations to either side. For metrics from 0 to
    1 it is so on the scale of log odds, and stays between them. Twenty give the width to about 16 %;
    each takes half the time of the metrics themselves. Where items of a group are alike, as measures
    of a tune are, intervals without groups are too narrow, by a third or more.

    Parameters
    ----------
    z : array or tensor (item, latent)
        Codes; dimension k belongs to attribute k, further dimensions to none.
    a : array or tensor (item, attribute)
        Attributes of the same items, numbers or booleans; at least ten items, no attribute the same for all of them.
    names : sequence of str
        Names of the attributes, all different.
    group : array or tensor (item,), optional
        Group of each item, such as the number of its tune: items of a group depend on each other. By
        default items are independent. Only the intervals differ.
    bootstrap : int
        Number of half-samples; 0: no interval.
    seed : int
        Seed of the noise that orders equal codes, and of the half-samples.

    Returns
    -------
    dict of str to Score
        Scores in the order of `METRICS`.

    Raises
    ------
    DataError
        For too few items or groups, a constant attribute, values that are not finite, names that occur twice, and
        lengths or numbers of columns that do not go together.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> a = rng.normal(size=(500, 2))
    >>> z = np.column_stack((2 * a[:, 0], rng.normal(size=(500, 2))))  # the second dimension is noise
    >>> scores = measure(z, a, ["density", "range"])
    >>> {name: round(score, 2) for name, score in scores["interpretability"].each.items()}
    {'density': 1.0, 'range': 0.0}
    >>> round(scores["mig"].value, 1), round(scores["mig"].reference, 1)
    (0.5, 1.0)
    """
    z, a = plain(z, "codes", 2), plain(a, "attributes", 2)
    refuse_repeated(names)
    _check(z, a, names)
    of_codes, of_attributes = relate(z, a, seed=seed)
    scores = {name: metric(of_codes) for name, metric in METRICS.items()}
    spread = _spread(z, a, group, bootstrap, seed) if bootstrap else {}
    result = {}
    for name, score in scores.items():
        value = float(np.mean(score))
        result[name] = Score(
            value,
            float(np.mean(METRICS[name](of_attributes))),
            _interval(value, spread[name], bounded=name in BOUNDED) if bootstrap else None,
            dict(zip(names, score.tolist(), strict=True)) if isinstance(score, np.ndarray) else {},
        )
    return result


def decoded(
    values: Any,
    positions: Any,
    names: Sequence[str],
    std: Any,
) -> dict[str, Score]:
    """Compute every metric of a decoder from the attributes of its output while dimensions move.

    Parameters
    ----------
    values : array or tensor (moved, step, item, attribute)
        `values[k, s, i]` are the attributes decoded when dimension k of item i is at `positions[s]` and
        its other dimensions are as they were.
    positions : array or tensor (step,)
        Values of the dimension, the same for all items: evenly spaced, rising; three at least.
    names : sequence of str
        Names of the attributes, all different; dimension k belongs to attribute k.
    std : array or tensor (attribute,)
        Standard deviations of the attributes in the corpus, above 0: the unit in all metrics.

    Returns
    -------
    dict of str to Score
        Scores in the order of `SWEEP_METRICS`, with `each` by the attribute whose dimension moves.

    Raises
    ------
    DataError
        For values that are not finite, steps that are not even, names that occur twice, and sizes that do not go
        together.

    Examples
    --------
    >>> positions = np.linspace(-2, 2, 5)
    >>> values = np.zeros((2, 5, 3, 2))
    >>> values[0, :, :, 0] = positions[:, None]  # the first dimension changes its attribute, the second nothing
    >>> scores = decoded(values, positions, ["density", "range"], np.ones(2))
    >>> scores["linearity"].each, scores["restrictiveness"].value
    ({'density': 1.0, 'range': 0.0}, 1.0)
    """
    refuse_repeated(names)
    sweep = Sweep.of(
        plain(values, "decoded attributes", 4),
        plain(positions, "positions", 1),
        names,
        plain(std, "standard deviations", 1),
    )
    result = {}
    for name, metric in SWEEP_METRICS.items():
        score = metric(sweep)
        result[name] = Score(float(score.mean()), each=dict(zip(names, score.tolist(), strict=True)))
    return result


def _check(z: np.ndarray, a: np.ndarray, names: Sequence[str]) -> None:
    if len(z) != len(a):
        raise DataError(f"{len(z)} codes and {len(a)} rows of attributes: give those of the same items")
    if a.shape[1] != len(names) or not len(names):
        raise DataError(f"{a.shape[1]} columns of attributes and {len(names)} names: give one name for each column")
    if z.shape[1] < a.shape[1]:
        raise DataError(f"codes of {z.shape[1]} dimensions for {a.shape[1]} attributes: each needs its own")
    if len(z) < FEWEST:
        raise DataError(f"{len(z)} items are too few to measure: at least {FEWEST}")
    for kind, values in (("dimension {} of the codes", z), ("attribute {!r}", a)):
        broken = (~np.isfinite(values)).sum(axis=0)
        if broken.any():
            k = int(broken.argmax())
            which = kind.format(k if values is z else names[k])
            raise DataError(f"{which} is not finite at {broken[k]} of {len(values)} items")
    for name, column in zip(names, a.T, strict=True):
        if np.ptp(column) == 0:
            raise DataError(f"attribute {name!r} is {column[0]:g} for all {len(a)} items: there is nothing to measure")


def _interval(value: float, std: float, *, bounded: bool) -> tuple[float, float]:
    """Return the 95 % interval of a value with a standard error; where `bounded`, on the scale of log odds.

    Source
    ------
    The delta method: A. Agresti, "Categorical Data Analysis" (2002), 3.1.6.

    Examples
    --------
    >>> [round(end, 4) for end in _interval(0.999, 0.001, bounded=True)]
    [0.9929, 0.9999]
    >>> _interval(0.999, 1.0, bounded=True)
    (0.0, 1.0)
    >>> [round(end, 3) for end in _interval(0.999, 0.001, bounded=False)]
    [0.997, 1.001]
    """
    if not bounded:
        return value - NORMAL * std, value + NORMAL * std
    if not 0 < value < 1:  # an estimate of mutual information may be
        return float(np.clip(value - NORMAL * std, 0, 1)), float(np.clip(value + NORMAL * std, 0, 1))
    expit = require("scipy.special", extra="train", purpose="an interval").expit
    log_odds, half = np.log(value / (1 - value)), NORMAL * std / (value * (1 - value))
    return float(expit(log_odds - half)), float(expit(log_odds + half))


def _spread(z: np.ndarray, a: np.ndarray, group: Any, count: int, seed: int) -> dict[str, float]:
    """Return the standard deviation of each metric over half-samples."""
    group = np.arange(len(z)) if group is None else np.asarray(group.cpu() if hasattr(group, "cpu") else group)
    if len(group) != len(z):
        raise DataError(f"{len(z)} codes and {len(group)} groups: give the group of each code")
    groups, group = np.unique(group, return_inverse=True)
    if count < 2:
        raise DataError(f"an interval needs at least two half-samples, not {count}")
    if len(groups) < 2 * FEWEST:
        raise DataError(f"{len(groups)} groups are too few for an interval: at least {2 * FEWEST}")
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(count):
        half = rng.permutation(len(groups)) < len(groups) // 2
        relations, _ = relate(z[half[group]], a[half[group]], seed=seed)
        values.append([float(np.mean(metric(relations))) for metric in METRICS.values()])
    return dict(zip(METRICS, np.std(values, axis=0, ddof=1).tolist(), strict=True))

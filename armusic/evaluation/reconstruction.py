"""Reconstruction accuracy: shares of ticks or pixels, and of whole items, with intervals.

The decoder runs free. `by_tune`, `unseen` and `exact` are decoded from the mean of the
posterior; `paper` is measured as Pati and Lerch (2020) did, from a code drawn from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.evaluation.subject import Codes, Subject, number_items
from armusic.progress import Stage, silent
from armusic.shapes import Bool, Float, Int, Shaped
from armusic.vae.data import Data

MOST = 10_000  # items: the original's protocol has many times as many, copies in all keys
RESAMPLES = 1000
LEVEL = 0.95  # confidence of the intervals


@dataclass(frozen=True, slots=True)
class Groups:
    """The shares right of each group (tune) of the test items, by which models are compared on the same groups.

    Parameters
    ----------
    name : tuple of int
        Number of each group in the data.
    n, unseen_n : tuple of int
        Numbers of its test items, and of those of them that are unseen.
    by_tune, exact : tuple of float
        Share of the parts (ticks) of its items that are right, and of items that are right everywhere; 0..1.
    unseen : tuple of float
        The same as `by_tune` for the unseen items; NaN where it has none.
    """

    name: tuple[int, ...]
    n: tuple[int, ...]
    by_tune: tuple[float, ...]
    exact: tuple[float, ...]
    unseen_n: tuple[int, ...]
    unseen: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """A share of right answers.

    Parameters
    ----------
    value : float
        The share, 0..1.
    interval : (float, float), optional
        95 % interval over resampled groups (tunes); None for fewer than two groups.
    n : int
        Number of items.
    """

    value: float
    interval: tuple[float, float] | None
    n: int


def measure(
    subject: Subject,
    parts: tuple[Data, Data, Data],
    mean: Codes,
    protocol: Data | None,
    rng: np.random.Generator,
    on_progress: Stage = silent,
) -> tuple[dict[str, Share], dict[str, float], Groups | None]:
    """Decode test items from their codes, and return the shares that are right.

    Parameters
    ----------
    subject : Subject
        The model.
    parts : (Data, Data, Data)
        Training, validation and test items of the subject's kind.
    mean : float array (item, latent)
        Posterior means of the test items.
    protocol : Data, optional
        The test items of the original's protocol.
    rng : Generator
        Random numbers for the codes, the subset of the protocol, and resampling.
    on_progress : callable
        Called with the stage, how many items are decoded, and their number.

    Returns
    -------
    shares : dict of str to Share
        Shares of ticks right: `paper`, of the protocol's items; `by_tune`, of the test items; `unseen`, of those
        that equal no training or validation item. Shares of items right everywhere: `exact`, of the test items;
        `exact_unseen`. There is no `paper` without a protocol, no `by_tune` where groups are on both sides of the
        split, and neither `unseen` nor `exact_unseen` when all items were seen.
    counts : dict of str to number
        Numbers of `items`, of `groups` (tunes) and of `unseen` items in the test part; number of items of the
        `paper`'s protocol that were decoded, and `paper_seen`, the share of them that equals a training or
        validation item.
    groups : Groups, optional
        The shares by group; None where groups are on both sides of the split, or each item is a group of its own.
    """
    test = parts[2]
    accuracy = subject.accuracy(test.x, mean, lambda done, total: on_progress("reconstruction", done, total))
    seen, test_numbers, paper_numbers = number_items(
        subject, np.concatenate([part.x for part in parts[:2]]), test.x, test.x[:0] if protocol is None else protocol.x
    )
    unseen = ~np.isin(test_numbers, seen)
    shares: dict[str, Share] = {}
    counts: dict[str, float] = {
        "items": len(test),
        "groups": len(np.unique(test.group)),
        "unseen": int(unseen.sum()),
    }
    if protocol is not None and (protocol.kind == subject.kind).any():
        rows = np.sort(rng.permutation(np.flatnonzero(protocol.kind == subject.kind))[:MOST])
        paper = protocol.take(rows)
        paper_mean, std = subject.encode(paper.x)
        z = paper_mean + std * rng.standard_normal(paper_mean.shape, dtype=np.float32)
        right = subject.accuracy(paper.x, z, lambda done, total: on_progress("the paper's protocol", done, total))
        shares["paper"] = share(right, paper.group, rng)
        counts |= {"paper": len(paper), "paper_seen": float(np.isin(paper_numbers[rows], seen).mean())}
    groups = None
    if not np.isin(test.group, np.concatenate([part.group for part in parts[:2]])).any():
        shares["by_tune"] = share(accuracy, test.group, rng)
        if counts["groups"] < len(test):
            groups = by_group(accuracy, unseen, test.group)
    shares["exact"] = share(accuracy == 1, test.group, rng)
    if unseen.any():
        shares["unseen"] = share(accuracy[unseen], test.group[unseen], rng)
        shares["exact_unseen"] = share(accuracy[unseen] == 1, test.group[unseen], rng)
    return shares, counts, groups


def by_group(
    accuracy: Float[np.ndarray, " item"], unseen: Bool[np.ndarray, " item"], group: Int[np.ndarray, " item"]
) -> Groups:
    """Return the shares right of each group.

    Examples
    --------
    >>> groups = by_group(np.array([1.0, 0.5, 0.75]), np.array([True, False, False]), np.array([7, 7, 9]))
    >>> groups.name, groups.n, groups.by_tune, groups.exact, groups.unseen_n, groups.unseen[0]
    ((7, 9), (2, 1), (0.75, 0.75), (0.5, 0.0), (1, 0), 1.0)
    """
    names, place = np.unique(group, return_inverse=True)

    def sums(weights: Shaped[np.ndarray, " item"]) -> Float[np.ndarray, " group"]:
        return np.bincount(place.ravel(), weights, minlength=len(names))

    n, unseen_n = sums(np.ones(len(group))), sums(unseen)
    of_unseen = np.where(unseen_n > 0, sums(accuracy * unseen) / np.maximum(unseen_n, 1), np.nan)
    return Groups(
        name=tuple(names.tolist()),
        n=tuple(n.astype(int).tolist()),
        by_tune=tuple((sums(accuracy) / n).tolist()),
        exact=tuple((sums(accuracy == 1) / n).tolist()),
        unseen_n=tuple(unseen_n.astype(int).tolist()),
        unseen=tuple(of_unseen.tolist()),
    )


def share(values: Shaped[np.ndarray, " item"], group: Int[np.ndarray, " item"], rng: np.random.Generator) -> Share:
    """Return the mean of `values`, each 0..1, with the interval that resampling whole groups gives.

    Source
    ------
    Bootstrap of clusters, percentiles: Davison and Hinkley, "Bootstrap Methods and their Application" (1997), 3.8.

    Examples
    --------
    >>> right = share(np.array([1.0, 1.0, 0.0, 1.0]), np.array([0, 0, 1, 2]), np.random.default_rng(0))
    >>> right.value, right.interval, right.n
    (0.75, (0.0, 1.0), 4)
    """
    names, place = np.unique(group, return_inverse=True)
    interval = None
    if len(names) > 1:
        sums, counts = np.bincount(place.ravel(), values), np.bincount(place.ravel())
        weights = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLES)
        low, high = np.quantile(weights @ sums / (weights @ counts), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        interval = float(low), float(high)
    return Share(float(np.mean(values)), interval, len(values))

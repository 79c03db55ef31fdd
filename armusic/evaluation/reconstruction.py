"""How much comes back: shares of ticks or pixels, and of whole items, with intervals.

The decoder runs free. What is `by_tune`, `unseen` and `exact` is decoded from the mean of the
posterior; `paper` is measured as Pati and Lerch (2020) did, from a code drawn from it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int, Shaped

from armusic.evaluation.subject import Codes, Subject, numbered
from armusic.progress import Stage, silent
from armusic.vae.data import Data

MOST = 10_000  # items: the original's protocol has many times as many, copies in all keys
RESAMPLES = 1000
LEVEL = 0.95  # of the intervals


@dataclass(frozen=True, slots=True)
class Share:
    """A share of right answers.

    Parameters
    ----------
    value : float
        0..1.
    interval : (float, float), optional
        Where it lies with 95 % confidence when the groups (tunes) are drawn anew; not there for under two groups.
    n : int
        How many items it is of.
    """

    value: float
    interval: tuple[float, float] | None
    n: int


def reconstruction(
    subject: Subject,
    parts: tuple[Data, Data, Data],
    mean: Codes,
    protocol: Data | None,
    rng: np.random.Generator,
    on_progress: Stage = silent,
) -> tuple[dict[str, Share], dict[str, float]]:
    """Decode test items from their codes, and count what comes back.

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
        Draws the codes and the subset of the protocol, and resamples.
    on_progress : callable
        Told how many items are decoded.

    Returns
    -------
    shares : dict of str to Share
        Ticks right: `paper`, of the protocol's items; `by_tune`, of the test items; `unseen`, of those that are
        no training or validation item. Items right everywhere: `exact`, of the test items; `exact_unseen`.
        There is no `paper` without a protocol, no `by_tune` where groups are on both sides of the split, and neither
        `unseen` nor `exact_unseen` when all were seen.
    counts : dict of str to number
        `items` and `groups` (tunes) of the test part, `unseen` items; items of the `paper`'s protocol that were
        decoded, and the share `paper_seen` of them that is some training or validation item.
    """
    test = parts[2]
    made = subject.right(test.x, mean, lambda done, total: on_progress("reconstruction", done, total))
    known, here, there = numbered(
        subject, np.concatenate([part.x for part in parts[:2]]), test.x, test.x[:0] if protocol is None else protocol.x
    )
    unseen = ~np.isin(here, known)
    shares: dict[str, Share] = {}
    counts: dict[str, float] = {
        "items": len(test),
        "groups": len(np.unique(test.group)),
        "unseen": int(unseen.sum()),
    }
    if protocol is not None and (protocol.kind == subject.kind).any():
        rows = np.sort(rng.permutation(np.flatnonzero(protocol.kind == subject.kind))[:MOST])
        part = protocol.take(rows)
        center, std = subject.encode(part.x)
        drawn = center + std * rng.standard_normal(center.shape, dtype=np.float32)
        found = subject.right(part.x, drawn, lambda done, total: on_progress("the paper's protocol", done, total))
        shares["paper"] = share(found, part.group, rng)
        counts |= {"paper": len(part), "paper_seen": float(np.isin(there[rows], known).mean())}
    if not np.isin(test.group, np.concatenate([part.group for part in parts[:2]])).any():
        shares["by_tune"] = share(made, test.group, rng)
    shares["exact"] = share(made == 1, test.group, rng)
    if unseen.any():
        shares["unseen"] = share(made[unseen], test.group[unseen], rng)
        shares["exact_unseen"] = share(made[unseen] == 1, test.group[unseen], rng)
    return shares, counts


def share(values: Shaped[np.ndarray, " item"], group: Int[np.ndarray, " item"], rng: np.random.Generator) -> Share:
    """Return the mean of `values`, each 0..1, with the interval that drawing whole groups anew gives.

    Source
    ------
    Bootstrap of clusters, percentiles: Davison and Hinkley, "Bootstrap Methods and their Application" (1997), 3.8.

    Examples
    --------
    >>> found = share(np.array([1.0, 1.0, 0.0, 1.0]), np.array([0, 0, 1, 2]), np.random.default_rng(0))
    >>> found.value, found.interval, found.n
    (0.75, (0.0, 1.0), 4)
    """
    names, place = np.unique(group, return_inverse=True)
    interval = None
    if len(names) > 1:
        sums, counts = np.bincount(place.ravel(), values), np.bincount(place.ravel())
        drawn = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=RESAMPLES)
        low, high = np.quantile(drawn @ sums / (drawn @ counts), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        interval = float(low), float(high)
    return Share(float(np.mean(values)), interval, len(values))

"""Metrics of a decoder, from the attributes of its output while one dimension of a code moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from armusic.errors import DataError
from armusic.metrics.plain import plain
from armusic.shapes import Float

STILL = 1e-3  # change up to which an attribute stays, in standard deviations per unit of the dimension
ROUNDING = 1e-9  # difference up to which values are equal, as a share of the largest

PerAttribute = Float[np.ndarray, " attribute"]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Attributes decoded while each attribute's own dimension moves.

    Attributes
    ----------
    values : float array (attribute, step, item, attribute)
        Values in standard deviations of the corpus, by the dimension that moves and the attribute.
    positions : float array (step,)
        Values of the dimension: evenly spaced, rising.
    """

    values: Float[np.ndarray, "attribute step item attribute"]
    positions: Float[np.ndarray, " step"]

    @classmethod
    def of(
        cls,
        values: Float[np.ndarray, "moved step item attribute"],
        positions: Float[np.ndarray, " position"],
        names: Sequence[str],
        std: Float[np.ndarray, " unit"],
    ) -> Sweep:
        """Check the arrays of a sweep, and scale them: see `armusic.metrics.decoded`."""
        moved, steps, items, count = values.shape
        if not moved == count == len(names) == len(std):
            raise DataError(
                f"{moved} dimensions moved, {count} attributes, {len(names)} names, {len(std)} standard deviations:"
                " give one of each for each attribute"
            )
        if steps != len(positions):
            raise DataError(f"values at {steps} steps and {len(positions)} positions: give one position for each step")
        if steps < 3 or not items:
            raise DataError(f"{items} items at {steps} steps are too few to measure: at least one, at three")
        broken = (~np.isfinite(values)).sum(axis=(0, 1, 2))
        if broken.any():
            k = int(broken.argmax())
            raise DataError(f"attribute {names[k]!r} is not finite at {broken[k]} of {values[..., k].size} places")
        delta = np.diff(positions)
        if not ((delta > 0) & np.isclose(delta, delta[0])).all():
            raise DataError(f"the positions {', '.join(f'{x:g}' for x in positions)} do not rise evenly")
        if not (std > 0).all():
            raise DataError(f"the standard deviation of attribute {names[int(std.argmin())]!r} is not above 0")
        return cls(values / std, positions.astype(float))

    @property
    def own(self) -> Float[np.ndarray, "attribute step item"]:
        """Values of the attribute whose dimension moves."""
        each = np.arange(len(self.values))
        return self.values[each, :, :, each]

    @property
    def slopes(self) -> Float[np.ndarray, "attribute gap item"]:
        """Change of that attribute from step to step, in standard deviations per unit."""
        return np.diff(self.own, axis=1) / (self.positions[1] - self.positions[0])


def monotonicity(sweep: Sweep) -> PerAttribute:
    """Share of rising changes minus the share of falling ones; mean over items, -1 to 1.

    Only slopes beyond .001 standard deviations per unit count; an item without any has 0.

    Source
    ------
    K. N. Watcharasupat, J. Lee and A. Lerch, "Latte: cross-framework Python package for evaluation of
    latent-based generative models", Software Impacts 2022 (there, items without changes may be left out).
    """
    slopes = sweep.slopes
    ways = np.sign(slopes) * (np.abs(slopes) > STILL)
    return (ways.sum(axis=1) / np.maximum(1, np.abs(ways).sum(axis=1))).mean(axis=1)


def smoothness(sweep: Sweep) -> PerAttribute:
    """Evenness of the change of the attribute: 1 on a straight line, 0 where it happens in one step; 0 to 1.

    1 - C / R, where C is the contraharmonic mean (sum of squares over sum) of the absolute changes of
    slope from step to step, and R the range of the slopes; 1 where all slopes are the same, also where
    nothing moves. The mean over items.

    Source
    ------
    As of `monotonicity`.
    """
    slopes = sweep.slopes
    bends = np.abs(np.diff(slopes, axis=1))
    spread = np.ptp(slopes, axis=1)
    bent = spread > ROUNDING * np.maximum(1, np.abs(slopes).max(axis=1))
    mean = (bends**2).sum(axis=1) / np.where(bent, bends.sum(axis=1), 1)
    return np.where(bent, 1 - mean / np.where(bent, spread, 1), 1).mean(axis=1)


def consistency(sweep: Sweep) -> PerAttribute:
    """Agreement of the attribute over items whose dimension has the same value; at most 1.

    1 - mean over steps of the standard deviation over items, in those of the corpus: 0 is as spread
    as the corpus.

    Source
    ------
    H. H. Tan and D. Herremans, "Music FaderNets: controllable music generation based on high-level
    features via low-level feature modelling", ISMIR 2020, as computed by their evaluation.
    """
    return 1 - sweep.own.std(axis=2).mean(axis=1)


def restrictiveness(sweep: Sweep) -> PerAttribute:
    """Stability of the other attributes while the dimension moves; at most 1.

    1 - mean over items and other attributes of the standard deviation over steps, in those of the
    corpus; 1 where there is no other.

    Source
    ------
    As of `consistency`.
    """
    count = len(sweep.values)
    moved = sweep.values.std(axis=1).mean(axis=1)
    others = moved.sum(axis=1) - moved.diagonal()
    return 1 - others / max(1, count - 1)


def linearity(sweep: Sweep) -> PerAttribute:
    """R^2 of a linear regression of the attribute on the place of the dimension; 0 to 1.

    The mean over items; 0 for an item on which nothing moves.

    Source
    ------
    As of `consistency`.
    """
    own, at = sweep.own, sweep.positions[:, None]
    x, y = at - at.mean(), own - own.mean(axis=1, keepdims=True)
    total = (y**2).sum(axis=1)
    moves = np.ptp(own, axis=1) > ROUNDING * np.maximum(1, np.abs(own).max(axis=1))
    explained = (x * y).sum(axis=1) ** 2 / (x**2).sum()
    return np.where(moves, explained / np.where(moves, total, 1), 0).clip(max=1).mean(axis=1)


def changes(values: Any, before: Any) -> Float[np.ndarray, "moved attribute"]:
    """Return how often each attribute changes when a dimension moves.

    Parameters
    ----------
    values : array or tensor (moved, step, item, attribute)
        Attributes decoded when one dimension of an item is put somewhere else.
    before : array or tensor (item, attribute)
        Attributes of the items themselves.

    Returns
    -------
    float array (moved, attribute)
        Shares of the steps and items, 0 to 1: high on the diagonal, and low beside it where control
        is disentangled.

    Source
    ------
    A. Pati and A. Lerch, "Is disentanglement enough? On latent representations for controllable music
    generation", ISMIR 2021: their matrix of attribute changes, as shares.

    Examples
    --------
    >>> values = np.array([[[[0.5, 0.2]], [[0.7, 0.2]]], [[[0.5, 0.2]], [[0.6, 0.9]]]])
    >>> changes(values, np.array([[0.5, 0.2]])).tolist()
    [[0.5, 0.0], [0.5, 0.5]]
    """
    values, before = plain(values, "decoded attributes", 4), plain(before, "attributes", 2)
    same = np.isclose(values, before, rtol=0, atol=ROUNDING)
    return 1 - same.mean(axis=(1, 2))

"""How near one decode comes to target values: from chance codes, and from held-out items."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from armusic.editing import calibration
from armusic.editing.calibration import Table
from armusic.evaluation.subject import Subject
from armusic.evaluation.sweeps import Axes, put
from armusic.progress import Stage, silent
from armusic.shapes import Float
from armusic.vae.data import Data

CODES = 1024  # chance codes, each with another target
ITEMS, TARGETS = 300, 7  # held-out items, and targets for each
CENTRAL = (5, 95)  # percentiles of the data between which the targets for items lie
CALIBRATED = 1000  # validation items that tell which position stands for a value


@dataclass(frozen=True, slots=True)
class Obedience:
    """How near one decode comes to its target; NaN where nothing could be measured.

    Parameters
    ----------
    pearson : float
        Correlation of the values decoded from chance codes with their targets, an even grid over the data's range.
    r2 : float
        Share of the variance of the targets of held-out items that is met: 1 - squared error over variance. It is
        negative where the mean of the targets would be nearer.
    error : float
        Mean distance from the target, in standard deviations of the data.
    kept : float
        Share of the parts (ticks, pixels) of these items that stay, 0..1.
    valid : float
        Share of the items decoded from chance codes that could belong to the domain, 0..1: see `prior.Prior.valid`.
    raw : float
        Mean change of the other attribute that changes most, from that of the held-out item, in standard deviations of
        the data; 0 for a single attribute.
    residual : float
        Mean distance of such changes from a line through the change of the attribute that has the target, for the
        attribute for which it is most: see `side_effects`.
    """

    pearson: float
    r2: float
    error: float
    kept: float
    valid: float
    raw: float
    residual: float


def measure(
    subject: Subject,
    parts: tuple[Data, Data, Data],
    axes: Axes,
    rng: np.random.Generator,
    on_progress: Stage = silent,
) -> dict[str, Obedience]:
    """Ask for values of each attribute, decode once, and measure what comes.

    The position that stands for a value is read from a table that is measured on validation items: see
    `armusic.editing.calibration`.

    Parameters
    ----------
    subject : Subject
        The model.
    parts : (Data, Data, Data)
        Training, validation and test items of its kind.
    axes : Axes
        The dimension of each attribute.
    rng : numpy Generator
        Source of randomness.
    on_progress : callable
        Called with the stage, how many attributes are done, and their number.

    Source
    ------
    The chance codes: LC-Diff's protocol (ISMIR 2025).
    """
    train, valid, test = parts
    tables = _calibrate(subject, train, valid, axes, rng)
    chance = rng.standard_normal((CODES, subject.model.latent), dtype=np.float32)
    some = test.take(np.sort(rng.permutation(len(test))[:ITEMS]))
    mean = np.tile(subject.encode(some.x)[0], (TARGETS, 1))
    originals = np.concatenate([some.x] * TARGETS)
    before, std = np.tile(some.a.astype(np.float64), (TARGETS, 1)), train.a.std(axis=0, dtype=np.float64)
    result = {}
    for number, name in enumerate(test.names):
        on_progress("asking for values", number, len(test.names))
        values = train.a[:, number].astype(np.float64)
        grid = np.linspace(values.min(), values.max(), CODES)
        low, high = np.percentile(values, CENTRAL)
        targets = rng.choice(values[(values >= low) & (values <= high)], len(mean))
        of_chance, of_items = (
            put(subject, z, axes, {number: np.interp(aims, tables[number].value, tables[number].z)})
            for z, aims in ((chance, grid), (mean, targets))
        )
        chosen, items = subject.decode(of_chance), subject.decode(of_items)
        plausible = subject.adapter.plausible(chosen, subject.kind, subject.config)
        reached = subject.measure(items)
        result[name] = Obedience(
            _correlation(grid, subject.measure(chosen)[:, number]),
            *_fit(targets, reached[:, number], float(std[number])),
            float(subject.accuracy(originals, of_items).mean()),
            float("nan") if plausible is None else float(plausible.mean()),
            *side_effects(before, reached, std, number),
        )
    on_progress("asking for values", len(test.names), len(test.names))
    return result


def side_effects(
    before: Float[np.ndarray, "item attribute"],
    after: Float[np.ndarray, "item attribute"],
    std: Float[np.ndarray, " attribute"],
    number: int,
) -> tuple[float, float]:
    """Return the mean change of the other attribute that changes most, in `std`, and the mean distance from a line.

    The line (least squares) goes through the change of attribute `number` and that of its size, and the distance is
    that of the attribute for which it is most. Attributes are bound together: a rhythm of more notes is denser, and a
    contour of an octave has a range of an octave at least. Where few items change, the distance can be more than the
    change. Items in which an attribute cannot be measured do not count; NaN where there is none left.

    Examples
    --------
    >>> before = np.zeros((3, 2))
    >>> raw, residual = side_effects(before, np.array([[1, 0.5], [2, 1.0], [4, 2.0]]), np.ones(2), 0)
    >>> round(raw, 3), round(residual, 3)
    (1.167, 0.0)
    """
    known = ~np.isnan(after).any(axis=1)
    if not known.any():
        return float("nan"), float("nan")
    change, size = (after - before)[known] / std, (np.abs(after) - np.abs(before))[known] / std
    causes = np.stack([np.ones(len(change)), change[:, number], size[:, number]], axis=1)
    others = np.delete(change, number, axis=1)
    rest = others - causes @ np.linalg.lstsq(causes, others, rcond=None)[0]
    raw, residual = (float(np.abs(moved).mean(axis=0).max(initial=0.0)) for moved in (others, rest))
    return raw, residual


def _calibrate(subject: Subject, train: Data, valid: Data, axes: Axes, rng: np.random.Generator) -> list[Table]:
    """Return which position of each attribute's dimension stands for a value, measured on validation items."""
    source = valid if len(valid) else train
    some = source.take(np.sort(rng.permutation(len(source))[:CALIBRATED]))
    mean = subject.encode(some.x)[0]
    scale = calibration.measure(
        lambda codes, _: subject.measure(subject.decode(codes)),
        mean,
        np.zeros(len(mean), dtype=np.int64),
        (train.a.astype(np.float64), np.zeros(len(train), dtype=np.int64)),
        train.names,
        1,
        edit=lambda codes, attribute, positions, _: put(subject, codes, axes, {attribute: positions}),
        span=calibration.WIDE if subject.edits else calibration.SPAN,
    )
    return [scale.table(name, 0) for name in train.names]


def _correlation(aims: Float[np.ndarray, " item"], reached: Float[np.ndarray, " item"]) -> float:
    """Return Pearson's correlation over the items that could be measured; 0 where they are all alike."""
    known = ~np.isnan(reached)
    if not known.any():
        return float("nan")
    return float(np.corrcoef(aims[known], reached[known])[0, 1]) if np.ptp(reached[known]) else 0.0


def _fit(aims: Float[np.ndarray, " item"], reached: Float[np.ndarray, " item"], std: float) -> tuple[float, float]:
    """Return R² and mean distance, in `std`, over the items that could be measured."""
    known = ~np.isnan(reached)
    if not known.any():
        return float("nan"), float("nan")
    miss, spread = reached[known] - aims[known], aims[known] - aims[known].mean()
    return 1 - float((miss**2).sum() / max((spread**2).sum(), np.finfo(float).tiny)), float(np.abs(miss).mean() / std)

"""How long the metrics of codes take, and how much is won by sharing: `python benchmarks/metrics.py`.

5,000 codes of 32 dimensions, 4 attributes with ties as those of music have; seconds of computing, on one thread.
"Metric by metric" computes Pati and Lerch's five, each on its own: every metric that looks at mutual
information estimates it anew, by scikit-learn, and the pairs of the others are gone through one by one. It is this
file's code, not theirs. On two busy cores: .9 s, and 7.2 s metric by metric (8 times as long); 9.5 s with intervals.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import TypeVar

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):  # read when numpy is imported
    os.environ[name] = "1"

import numpy as np
from scipy.stats import spearmanr
from sklearn.feature_selection import mutual_info_regression
from sklearn.linear_model import LinearRegression

from armusic import metrics

ITEMS, LATENT, ATTRIBUTES = 5000, 32, 4
LEVELS = 24  # of an attribute, about
HALVES = 20
Result = TypeVar("Result")


def main() -> None:
    """Print the times."""
    z, a = music(np.random.default_rng(0))
    names = [f"attribute {k}" for k in range(ATTRIBUTES)]
    shared, ours = clock(lambda: metrics.measure(z, a, names))
    print(f"all {len(ours)} metrics and their references: {shared:.1f} s")
    apart, theirs = clock(lambda: metric_by_metric(z, a))
    print(f"the published {len(theirs)}, metric by metric: {apart:.1f} s, {apart / shared:.1f} times as long")
    whole, _ = clock(lambda: metrics.measure(z, a, names, bootstrap=HALVES))
    each = (whole - shared) / HALVES
    print(f"with intervals from {HALVES} half-samples: {whole:.1f} s, {each / shared:.2f} of the metrics' time each")
    print("\n| | shared | metric by metric |\n|---|---|---|")
    for name, value in theirs.items():
        print(f"| {name} | {ours[name].value:.4f} | {value:.4f} |")


def music(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return codes and attributes: two attributes depend on each other, four dimensions know one each."""
    a = rng.normal(size=(ITEMS, ATTRIBUTES))
    a[:, 2] = 0.9 * a[:, 0] + 0.4 * a[:, 2]
    a = np.round(a * LEVELS / 6) / LEVELS
    z = rng.normal(size=(ITEMS, LATENT))
    z[:, :ATTRIBUTES] = a / a.std(axis=0) + 0.1 * z[:, :ATTRIBUTES]
    return z, a.astype(np.float32)  # as the original has them


def metric_by_metric(z: np.ndarray, a: np.ndarray) -> dict[str, float]:
    """Compute the five published metrics, each from the arrays."""

    def information() -> np.ndarray:
        return np.array([mutual_info_regression(z, column, random_state=0) for column in a.T])

    regressions = []
    for column, best in zip(a.T, information().argmax(axis=1), strict=True):
        chosen = z[:, [best]]
        regressions.append(LinearRegression().fit(chosen, column).score(chosen, column))
    pairs = [[spearmanr(code, column) for code in z.T] for column in a.T]
    ranks = [max(abs(pair.statistic) * (pair.pvalue <= 0.05) for pair in row) for row in pairs]
    squares = information() ** 2
    most = squares.max(axis=0)
    spread = (squares.sum(axis=0) - most) / np.where(most > 0, most, 1) / (ATTRIBUTES - 1)
    gaps = np.sort(information(), axis=1)[:, -1:-3:-1] @ [1, -1]
    entropies = [mutual_info_regression(column[:, None], column, random_state=0)[0] for column in a.T]
    covariances = [[np.cov(code, column) for code in z.T] for column in a.T]
    r2 = np.sort([[c[0, 1] ** 2 / (c[0, 0] * c[1, 1]) for c in row] for row in covariances], axis=1)
    return {
        "interpretability": float(np.mean(regressions)),
        "scc": float(np.mean(ranks)),
        "modularity": float(np.mean(np.where(most > 0, 1 - spread, 0))),
        "mig": float(np.mean(gaps / entropies)),
        "sap": float(np.mean(r2[:, -1] - r2[:, -2])),
    }


def clock(call: Callable[[], Result]) -> tuple[float, Result]:
    """Return the seconds that one call computes, and what it returned."""
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


if __name__ == "__main__":
    main()

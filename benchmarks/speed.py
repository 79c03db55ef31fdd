"""How fast attributes are measured: `python benchmarks/speed.py`. Whole processes are in `start.py`.

Beside them stands a loop over tokens in plain Python, which is nobody's but this file's: the original implementation
is not part of this repository. A training step beside what the original took is in `step.py`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from statistics import median

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):  # read when numpy and torch are imported
    os.environ[name] = "1"

import numpy as np

from armusic.music import attributes
from armusic.music.score import METRES
from armusic.music.tokenizer import HOLD


def main() -> None:
    """Print the figures."""
    rng = np.random.default_rng(0)
    tokens = rng.choice([60, 64, 67, 72, HOLD, HOLD, HOLD], size=(256, 24)).astype(np.int16)
    fast = clock(lambda: attributes.measure(tokens, METRES[0]), 200)
    slow = clock(lambda: [one_by_one(row) for row in tokens.tolist()], 5)
    print(f"four attributes of 256 measures: {1e3 * fast:.2f} ms; in a loop: {slow / fast:.0f} times as long")


def one_by_one(row: list[int]) -> list[float]:
    """Return the four attributes with a loop over tokens."""
    weights = attributes.metrical_weights(METRES[0]).tolist()
    count = weight = 0.0
    low = high = first = last = None
    for token, heavy in zip(row, weights, strict=True):
        if token < HOLD:
            count, weight = count + 1, weight + heavy
            first, last = token if first is None else first, token
            low, high = min(token, low or token), max(token, high or token)
    spread, rise = ((high or 0) - (low or 0)), ((last or 0) - (first or 0))
    return [weight / sum(weights), spread / attributes.SPAN, count / len(row), rise / attributes.SPAN]


def clock(function: Callable[[], object], times: int) -> float:
    """Return the median processor time of a call, in seconds."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        function()
        taken.append(time.process_time() - start)
    return median(taken)


if __name__ == "__main__":
    main()

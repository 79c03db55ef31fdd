"""Judge measures composed anew, `armusic vary`, in held-out tunes: `python benchmarks/vary.py [-n 48]`.

Measures 5 to 8 of each tune, three alternatives. *Surprise* is that of measures 5 to 9 by the judge of `judge.py`
(9 follows the new ones), less that of the tune itself, in nats for each new measure; brackets are 95 % intervals
from resampled tunes. *Kept* is how many attributes of new measures are at most half a standard deviation off. The
last rows are what each source of candidates does alone, and the tune's own measures 5 to 8 in another order.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import taste
import torch
from taste import Bench, Subject

from armusic import api
from armusic.editing import composing
from armusic.music import attributes

FIRST, LAST = 5, 8
RESAMPLES = 2000
HALF = 0.5

Versions = Callable[[Subject], list[np.ndarray]]
"""tune -> tokens of its variations"""


def main() -> None:
    """Judge, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=48, help="tunes")
    torch.set_num_threads(1)
    model = api.load()
    bench = taste.bench_of(model, parser.parse_args().n)

    def versions(**options: float) -> Versions:
        return lambda subject: [
            result.tokens for result in model.vary(subject.tune, (FIRST, min(LAST, len(subject.tokens))), **options)
        ]

    print(f"{'':22} surprise, nats a measure   kept  distance  seconds")
    for natural in (0.0, 0.5, 1.0):
        show(f"natural {natural:g}", bench, versions(natural=natural))
    for name, other in (("AR-VAE alone", "drawn"), ("model of tunes alone", "decoded")):
        every = getattr(composing, other)
        setattr(composing, other, lambda spot, *_: np.zeros((0, spot.search.ear.tokens.shape[1]), dtype=np.int16))
        show(name, bench, versions())
        setattr(composing, other, every)
    show("shuffled", bench, shuffled)


def shuffled(subject: Subject) -> list[np.ndarray]:
    """Return the tune with its own measures in another order, the last one in its place."""
    tokens = subject.tokens.copy()
    tokens[FIRST - 1 : LAST - 1] = tokens[FIRST - 1 : LAST - 1][[2, 0, 1]]
    return [tokens]


def show(name: str, bench: Bench, versions: Versions) -> None:
    """Print a row."""
    start = time.process_time()
    pairs = [(subject, versions(subject)) for subject in bench.subjects]
    seconds = (time.process_time() - start) / len(pairs)
    rows = slice(FIRST - 1, LAST + 1)
    means, kept, far = [], [], []
    for subject, each in pairs:
        every = taste.surprises(bench.network, [(subject, tokens) for tokens in [subject.tokens, *each]])["judge"]
        before, *after = [values[rows].sum() for values in every]
        old = attributes.measure_each(subject.tokens, subject.kind, bench.names)
        changed = [(tokens != subject.tokens).any(axis=1) for tokens in each]
        means.append(np.mean([(nats - before) / max(rows.sum(), 1) for nats, rows in zip(after, changed, strict=True)]))
        for tokens, new in zip(each, changed, strict=True):
            values = attributes.measure_each(tokens, subject.kind, bench.names)
            kept.append((abs(values - old)[new] / bench.std[subject.kind[new]] <= HALF).mean(axis=1))
            far.append(share(tokens[new], subject.tokens[new]))
    values = np.array(means)
    rng = np.random.default_rng(0)
    low, high = np.quantile(
        values[rng.integers(len(values), size=(RESAMPLES, len(values)))].mean(axis=1), [0.025, 0.975]
    )
    print(
        f"{name:22} {values.mean():+8.2f} [{low:+.2f}, {high:+.2f}]    {np.concatenate(kept).mean():6.0%}"
        f" {np.concatenate(far).mean():7.0%} {seconds:8.1f}",
        flush=True,
    )


def share(tokens: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Return the share of notes, old and new, that are not in both."""
    notes, own = tokens < 128, before < 128
    both = (notes & own & (tokens == before)).sum(axis=1)
    return 1 - both / np.maximum((notes | own).sum(axis=1), 1)


if __name__ == "__main__":
    main()

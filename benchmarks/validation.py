"""Compare runs on their validation items, to choose losses and settings: `python benchmarks/validation.py RUN...`.

Test items are left alone: they measure what was chosen. A row is a run: ticks or pixels right (all, and those of items
that equal no training item; of measures, in any key), items exact, least R² of a code's dimension with its attribute,
MIG of codes drawn from the posterior, R² of values asked for by one decode, and chance codes that are valid measures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from armusic.evaluation import METRIC_ITEMS, metrics, one_decode, subject
from armusic.evaluation.sweeps import find_axes
from armusic.files import data_folder
from armusic.training import checkpoint

COLUMNS = ("run", "right", "unseen", "exact", "least R² of codes", "MIG", "R² of target values", "chance codes valid")
CODES = 2048  # of the prior


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    print(" | ".join(("", *COLUMNS, "")).strip())
    print("|---" * len(COLUMNS) + "|")
    for run in parser.parse_args().runs:
        print(" | ".join(("", run.name, *row(run), "")).strip(), flush=True)


def row(run: Path) -> list[str]:
    """Return the figures of a run's best checkpoint."""
    model, (train, valid, _) = subject.load(checkpoint.load(run), data_folder())
    codes, std = model.encode(valid.x)
    right = model.accuracy(valid.x, codes)
    known, numbers = subject.number_items(model, train.x, valid.x)
    unseen = ~np.isin(numbers, known)
    r2 = min(np.corrcoef(codes[:, k], valid.a[:, k])[0, 1] ** 2 for k in range(valid.a.shape[1]))
    rng = np.random.default_rng(0)
    obedience = one_decode.measure(model, (train, valid, valid), find_axes(model, valid), rng)
    chance = model.decode(rng.standard_normal((CODES, codes.shape[1]), dtype=np.float32))
    plausible = model.adapter.plausible(chance, model.kind, model.config)
    some = np.sort(rng.permutation(len(valid))[:METRIC_ITEMS])
    sample = codes[some] + std[some] * rng.standard_normal((len(some), codes.shape[1]), dtype=np.float32)
    mig = metrics.measure(sample.astype(np.float64), valid.a[some].astype(np.float64), valid.names)["mig"]
    return [
        *(f"{100 * share.mean():.3f} %" for share in (right, right[unseen])),
        f"{(right == 1).mean():.2%}",
        f"{r2:.4f}",
        f"{mig.value:.4f}",
        " ".join(f"{each.r2:.2f}" for each in obedience.values()),
        "" if plausible is None else f"{plausible.mean():.1%}",
    ]


if __name__ == "__main__":
    main()

"""Compare runs on their validation measures, to choose losses and settings: `python benchmarks/validation.py RUN...`.

Test tunes are left alone: they measure what was chosen. A row is a run: ticks right (all, and those of measures that
equal no training measure in any key), measures exact, least R² of a code's dimension with its attribute, R² of values
asked for by one decode, and chance codes that are valid measures.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from armusic.evaluation import one_decode, subject
from armusic.evaluation.sweeps import find_axes
from armusic.files import data_folder
from armusic.training import checkpoint

COLUMNS = ("run", "ticks", "unseen", "exact", "least R² of codes", "R² of target values", "chance codes valid")
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
    codes, _ = model.encode(valid.x)
    right = model.accuracy(valid.x, codes)
    known, numbers = subject.number_items(model, train.x, valid.x)
    unseen = ~np.isin(numbers, known)
    r2 = min(np.corrcoef(codes[:, k], valid.a[:, k])[0, 1] ** 2 for k in range(valid.a.shape[1]))
    rng = np.random.default_rng(0)
    obedience = one_decode.measure(model, (train, valid, valid), find_axes(model, valid), rng)
    chance = model.decode(rng.standard_normal((CODES, codes.shape[1]), dtype=np.float32))
    plausible = model.adapter.plausible(chance, model.kind, model.config)
    assert plausible is not None
    return [
        *(f"{100 * share.mean():.3f} %" for share in (right, right[unseen])),
        f"{(right == 1).mean():.2%}",
        f"{r2:.4f}",
        " ".join(f"{each.r2:.2f}" for each in obedience.values()),
        f"{plausible.mean():.1%}",
    ]


if __name__ == "__main__":
    main()

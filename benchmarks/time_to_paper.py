"""How long until a model is as good as the paper's folk figures, by the paper's own protocol.

    python benchmarks/time_to_paper.py default --epochs 27 --batch 64 --threads 1 --no-control
    python benchmarks/time_to_paper.py paper --minutes 60
    python benchmarks/time_to_paper.py paper --run runs/longer/paper-folk44-1

The data are those of `datasets.corpora.paper_protocol` (folk44-paper: transposed copies, empty measures, a split
by position). After each epoch the test part is encoded and codes are drawn from the posterior;
reached is when Interpretability, and the share of ticks right with the decoder running free, are
both those of Pati and Lerch (2020). The time is that of the training alone, of all cores together
(`time.process_time`), so that what else the machine does counts little.

Anchored models take each measure once (`distinct`): its copies are equal to them.

With --run nothing is trained: a run on folk44, which has the same tunes, most of the test part among them, and draws
their keys anew in each epoch, is measured as it stands. Its time is what its epochs took on one thread.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch

from armusic import metrics
from armusic.config import PRESETS, make
from armusic.experiments.states import figures
from armusic.files import data_folder
from armusic.training import adapters, checkpoint
from armusic.vae.data import Data, batches, scale_of
from armusic.vae.fit import fit
from armusic.vae.models.base import VAE

INTERPRETABILITY, TICKS = 0.962, 0.99537  # medians of 10 runs on folk (Pati and Lerch 2020)
ITEMS = 3000  # of the test part, drawn once


@torch.inference_mode()
def measure(model: VAE, test: Data) -> tuple[float, float]:
    """Return Interpretability, and the share of ticks right, from codes drawn from the posterior."""
    model.eval()
    codes = np.empty((len(test), model.latent))
    right = total = 0
    for rows in batches(test.kind, 1000):
        kind = int(test.kind[rows[0]])
        x = torch.as_tensor(test.x[rows]).long()
        z = model.encode(x, kind).sample()
        guess = model.mode(model.decode(z, kind))
        codes[rows] = z.numpy()
        right, total = right + int((guess == x[:, : guess.shape[1]]).sum()), total + guess.numel()
    scores = metrics.measure(codes, test.a.astype(np.float64), test.names)
    return scores["interpretability"].value, right / total


def main() -> None:
    """Train one preset, and print a line per epoch."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("preset", choices=list(PRESETS))
    parser.add_argument("--epochs", type=int, help="the schedule's length; the preset's own by default")
    parser.add_argument("--batch", type=int, help="measures a step; the preset's own by default")
    parser.add_argument("--no-control", action="store_true", help="train no editor, as the paper's figures need none")
    parser.add_argument("--minutes", type=float, default=float("inf"), help="give up after so much processor time")
    parser.add_argument("--run", type=Path, help="the folder of a run to measure, instead of training")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    chosen = {name: value for name in ("epochs", "batch") if (value := getattr(options, name)) is not None}
    without = {"control": 0.0, "editor": 0, "independence": 0.0} if options.no_control else {}
    config = make(options.preset, data="folk44-paper", **chosen, **without)
    adapter = adapters.get(config.data)
    train, valid, test = adapter.split(adapter.load(config, Path(data_folder())), config.split)
    rng = np.random.default_rng(0)
    test = test.take(np.sort(rng.choice(len(test), ITEMS, replace=False)))
    if options.run is not None:
        model = checkpoint.load(options.run).model
        used = sum(row["seconds"] for row in figures(options.run / "metrics.csv"))
        interpretability, ticks = measure(model, test)
        print(f"{options.run}, {used / 60:.1f} min: Interpretability {interpretability:.3f}, ticks {ticks:.2%}")
        return
    valid = valid.take(np.sort(rng.choice(len(valid), ITEMS, replace=False)))
    train = train.distinct() if config.schedule.distinct else train
    scale = scale_of(train, adapter.kinds)
    torch.manual_seed(config.seed)
    model = adapter.build(config)
    size = f"{len(train):,} training measures, {config.schedule.batch} a step, {config.schedule.epochs} epochs"
    print(f"{options.preset}: {size}, {options.threads} threads", flush=True)
    used, since = 0.0, time.process_time()
    reports = fit(
        model,
        adapter.repeated(train, config),
        valid,
        scale,
        config,
        augment=adapter.augment(config),
        judge=adapter.judge(config),
    )
    for report in reports:
        used += time.process_time() - since
        interpretability, ticks = measure(model, test)
        print(
            f"epoch {report.epoch}, {used / 60:.1f} min: Interpretability {interpretability:.3f}, ticks {ticks:.2%}",
            flush=True,
        )
        if interpretability >= INTERPRETABILITY and ticks >= TICKS:
            print(f"reached after {used / 60:.1f} minutes of processor time", flush=True)
            return
        if used > 60 * options.minutes:
            print(f"not reached after {used / 60:.1f} minutes of processor time", flush=True)
            return
        since = time.process_time()
    print("not reached by the end of the schedule", flush=True)


if __name__ == "__main__":
    main()

"""Processor time of a training step of the presets, on one thread: `python benchmarks/step.py --data toy`.

A step is of 256 measures in 4/4. `paper` has the architecture of Pati and Lerch (2020): the decoder over beats and
ticks, two layers of 128 units. All take turns, so that what else the machine does falls on all alike: the ratios count.
Their own code is not part of this repository. On one thread of another machine such a step took it .85 to .95 s, and
its network .61 to .68 s with the fused calls of torch; on that machine the parallel decoder with 64 units took .145 s.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from statistics import median

os.environ["OMP_NUM_THREADS"] = "1"  # read when torch is imported

import numpy as np
import torch

from armusic.config import Config, make
from armusic.files import data_folder
from armusic.training import adapters
from armusic.vae.data import scale_of
from armusic.vae.fit import fit

CONFIGS = {
    "paper": make("paper"),
    "default": make("default"),
    "default without control": make("default", control=0.0, editor=0),
}
ITEMS = 256
SKIPPED = 3  # first steps


def steps(config: Config) -> Iterator[float]:
    """Train for ever on one batch, and yield the processor time of each step, in seconds."""
    adapter = adapters.get(config.data)
    data = adapter.load(config, Path(data_folder()))
    batch = data.take(np.resize(np.flatnonzero(data.kind == 0), ITEMS))
    ends: list[float] = []
    torch.manual_seed(config.seed)
    reports = fit(
        adapter.build(config),
        batch,
        batch.take(np.arange(1)),
        scale_of(data, adapter.kinds),
        config.replace(batch=ITEMS, epochs=10**6),
        augment=adapter.augment(config),
        judge=adapter.judge(config),
        on_step=lambda _: ends.append(time.process_time()),
    )
    for number in count():
        began = time.process_time()
        next(reports)  # one step, then a look at one measure
        if number >= SKIPPED:
            yield ends[-1] - began


def main() -> None:
    """Print a line per preset."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="folk", help="a data set of measures")
    parser.add_argument("--steps", type=int, default=20)
    args = parser.parse_args()
    torch.set_num_threads(1)
    runs = {name: steps(config.replace(data=args.data)) for name, config in CONFIGS.items()}
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(args.steps):
        for name, run in runs.items():
            taken[name].append(next(run))
    for name, seconds in taken.items():
        ratio = median(taken["paper"]) / median(seconds)
        print(f"{name}: {1e3 * median(seconds):.0f} ms of processor time a step, {ratio:.2f} times as fast as paper")


if __name__ == "__main__":
    main()

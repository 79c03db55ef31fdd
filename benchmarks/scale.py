"""What training costs, for docs/scale.md: `python benchmarks/scale.py`. One thread of a CPU.

All times are CPU time of this process, of which others on the machine take nothing but a share of
the caches; of steps the median, with the least beside it: run it on a quiet machine.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TypeVar

for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):  # read when numpy and torch are imported
    os.environ[name] = "1"

import numpy as np
import torch

from armusic import config
from armusic.config import Config
from armusic.datasets.corpora import folk
from armusic.datasets.corpora.build import build
from armusic.datasets.corpora.corpus import Corpus
from armusic.datasets.corpora.versions import different, versions
from armusic.inference.items import to_data
from armusic.training import adapters
from armusic.vae.data import scale_of
from armusic.vae.distributed import draw
from armusic.vae.fit import make_optimizer
from armusic.vae.objective import TEACHER, Objective, backward

FILES, LARGER = 300, (1, 4, 16)  # read; and times as many measures as are in them
STEPS = (
    ("default", 256, {}, 5),
    ("default", 256, {"precision": "bfloat16"}, 5),
    ("default", 256, {"compile": True}, 5),
    ("default", 2048, {}, 2),
    ("default", 2048, {"accumulate": 8}, 2),
    ("paper", 256, {}, 5),
    ("paper", 2048, {}, 2),
)
MUSIC = adapters.get("folk")
Result = TypeVar("Result")


def main() -> None:
    """Print the figures."""
    corpus = reading()
    for times in LARGER:
        whole(corpus, times)
    print("| preset | batch | | ms a step, median (least) | ms a measure | of it, ms for variants |")
    print("| --- | --- | --- | --- | --- | --- |")
    for preset, batch, how, steps in STEPS:
        options = " ".join(f"--{name} {value}".removesuffix(" True") for name, value in how.items())
        print(f"| {preset} | {batch} | {options} |", stepping(corpus, config.make(preset, batch=batch, **how), steps))


def reading() -> Corpus:
    """Read files as `armusic data build` does, by one process."""
    root = folk.music21()
    every = sorted(path for name in folk.COLLECTIONS for path in (root / name).glob("*.abc"))
    files = every[:: len(every) // FILES][:FILES]
    with tempfile.TemporaryDirectory() as cache:
        build("warm", files[:3], root, Path(cache), jobs=1)
        corpus, taken = clock(lambda: build("sample", files, root, Path(cache), jobs=1))
        stored = Path(corpus.cache).stat().st_size
    count = len(corpus.tokens)
    in_memory = sum(array.nbytes for array in (corpus.tokens, corpus.kind, corpus.tune))
    data = to_data(corpus, config.make())
    items = sum(array.nbytes for array in (data.x, data.a, data.group, data.kind))
    print(f"read {len(files)} files, {len(corpus.sources)} tunes, {count} measures: {len(files) / taken:.0f} files/s")
    print(
        f"a measure: {stored / count:.0f} bytes in the cache, {in_memory / count:.0f} as a corpus,"
        f" {items / count:.0f} as items"
    )
    return corpus


def whole(corpus: Corpus, times: int) -> None:
    """Time the work on all measures at once, with `times` as many tunes, each with pitches of its own."""
    rng = np.random.default_rng(0)
    tokens = np.tile(corpus.tokens, (times, 1))
    struck = tokens < 100
    tokens = np.where(struck & (rng.random(tokens.shape) < 0.3), tokens + rng.integers(1, 4, tokens.shape), tokens)
    kind = np.tile(corpus.kind, times)
    tune = np.concatenate([corpus.tune + number * len(corpus.sources) for number in range(times)])
    tokens = tokens.astype(np.int16)
    _, comparing = clock(lambda: different(tokens, kind))
    _, grouping = clock(lambda: versions(tokens, kind, tune))
    data = to_data(Corpus("many", tokens, kind, tune, (), (), np.arange(tune.max() + 1), ()), config.make())
    _, distinct = clock(data.distinct)
    print(
        f"{len(tokens)} measures: which differ {comparing:.2f} s, versions {grouping:.2f} s,"
        f" each different item once {distinct:.2f} s"
    )


def stepping(corpus: Corpus, chosen: Config, steps: int) -> str:
    """Time whole steps of training, with the variants that are made for each, on measures in 4/4."""
    data = to_data(corpus, chosen)
    scale = scale_of(data, MUSIC.kinds)
    rows = np.resize(np.flatnonzero(data.kind == 0), chosen.schedule.batch)
    torch.manual_seed(0)
    model = MUSIC.build(chosen)
    objective = Objective(model, chosen, scale, MUSIC.judge(chosen))
    optimizer, vary = make_optimizer(model, chosen), MUSIC.augment(chosen)
    noise, rng = torch.Generator().manual_seed(0), np.random.default_rng(0)
    assert vary is not None

    def variants() -> tuple[np.ndarray, np.ndarray]:
        x, a = data.x[rows].copy(), scale.standardise(data.a[rows], data.kind[rows])
        changed = rng.random(len(x)) < chosen.schedule.augment
        x[changed], raw = vary(x, changed, 0, rng)
        a[changed] = scale.standardise(raw, np.zeros(len(raw), dtype=int))
        return x, a.astype(np.float32)

    def step() -> None:
        x, a = variants()
        chance = draw(len(x), model.latent, TEACHER, objective.mean, noise)
        optimizer.zero_grad()
        backward(objective, objective, torch.from_numpy(x), torch.from_numpy(a), 0, chance)
        optimizer.step()

    step()
    step()
    taken = [clock(step)[1] for _ in range(steps)]
    _, varying = clock(variants)
    usual, least = 1e3 * median(taken), 1e3 * min(taken)
    return f"{usual:.0f} ({least:.0f}) | {usual / chosen.schedule.batch:.2f} | {1e3 * varying:.0f} |"


def clock(function: Callable[[], Result]) -> tuple[Result, float]:
    """Return what a function returns, and the CPU time that it takes, in seconds."""
    began = time.process_time()
    result = function()
    return result, time.process_time() - began


if __name__ == "__main__":
    main()

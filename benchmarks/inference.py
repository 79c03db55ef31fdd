"""Compare the network in numpy with the one in torch: how long it takes, how far apart they are, and note for note.

    python benchmarks/inference.py                       # times and differences
    python benchmarks/inference.py --tunes 50            # sweeps of held-out folk tunes, by both: minutes

Times are of one thread, in processor seconds: medians of calls of both that take turns.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):  # read when numpy and torch are imported
    os.environ[name] = "1"

import numpy as np
import torch

from armusic import api
from armusic.api import Model
from armusic.evaluation.held_out import tune_of
from armusic.inference import items
from armusic.inference.checkpoint import Checkpoint
from armusic.music.score import Tune
from armusic.music.tokenizer import encode
from armusic.training.checkpoint import in_torch
from armusic.vae.models.base import VAE

COUNTS = (1, 32, 256)
LEAST, MEASURES = 8, 16  # measures of a tune: shorter ones are left out, longer ones cut
TURNS = 41
METRE = 0  # 4/4


@dataclass(frozen=True)
class TorchNetwork:
    """A network in torch with the methods of `armusic.inference.network.Network`."""

    model: VAE

    @property
    def latent(self) -> int:
        """Size of a code."""
        return self.model.latent

    @torch.inference_mode()
    def encode(self, classes: np.ndarray, kind: int) -> np.ndarray:
        """Return posterior means."""
        return self.model.encode(torch.from_numpy(classes.astype(np.int64)), kind).mean.numpy()

    @torch.inference_mode()
    def edit(self, z: np.ndarray, targets: np.ndarray, kind: int) -> np.ndarray:
        """Return edited codes."""
        codes, places = (torch.from_numpy(part.astype(np.float32)) for part in (z, targets))
        return self.model.edit(codes, places, kind).numpy()

    @torch.inference_mode()
    def decode(self, z: np.ndarray, kind: int) -> np.ndarray:
        """Return logits, 64 codes at a time: all at once take longer."""
        parts = torch.from_numpy(z.astype(np.float32)).split(64)
        return torch.cat([self.model.decode(part, kind) for part in parts]).numpy()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, help="A run folder or checkpoint; the shipped model when not given.")
    parser.add_argument("--tunes", type=int, default=0, help="Held-out folk tunes that both sweep.")
    options = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = api.load(options.model).checkpoint
    other = by_torch(checkpoint)
    print("| | measures | numpy, ms | torch, ms | ratio | largest difference |\n|---|---|---|---|---|---|")
    for row in speed(checkpoint, other):
        print(row)
    if options.tunes:
        print()
        total = Difference()
        for number, tune in enumerate(held_out(checkpoint, options.tunes), 1):
            total += compare(Model(checkpoint), Model(other), tune)
            print(f"\r{number} tunes: {total}", end="", flush=True)
        print()


def by_torch(checkpoint: Checkpoint) -> Checkpoint:
    """Return a checkpoint whose model torch runs."""
    return replace(checkpoint, model=TorchNetwork(in_torch(checkpoint).model))


def speed(checkpoint: Checkpoint, other: Checkpoint) -> Iterator[str]:
    """Yield rows of the table of times."""
    rng, attributes = np.random.default_rng(0), len(checkpoint.config.attributes)
    for count in COUNTS:
        z = rng.standard_normal((count, checkpoint.model.latent)).astype(np.float32)
        classes = checkpoint.model.decode(z, METRE).argmax(axis=2)
        targets = rng.standard_normal((count, attributes)).astype(np.float32)
        work: dict[str, Callable[[Checkpoint], np.ndarray]] = {
            "encode": lambda each, classes=classes: each.model.encode(classes, METRE),
            "edit": lambda each, z=z, targets=targets: each.model.edit(z, targets, METRE),
            "decode": lambda each, z=z: each.model.decode(z, METRE),
        }
        for name, call in work.items():
            apart = float(np.abs(call(checkpoint) - call(other)).max())
            first, second = clock(lambda call=call: call(checkpoint), lambda call=call: call(other))
            yield f"| {name} | {count} | {first:.2f} | {second:.2f} | {first / second:.2f} | {apart:.0e} |"


def clock(*calls: Callable[[], object]) -> list[float]:
    """Return the median processor time of calls that take turns, in milliseconds."""
    times: list[list[float]] = [[] for _ in calls]
    for _ in range(TURNS):
        for call, taken in zip(calls, times, strict=True):
            start = time.process_time()
            call()
            taken.append(1e3 * (time.process_time() - start))
    return [median(taken) for taken in times]


@dataclass(frozen=True)
class Difference:
    """How many measures of how many variations differ."""

    variations: int = 0
    other_variations: int = 0
    measures: int = 0
    other_measures: int = 0

    def __add__(self, more: Difference) -> Difference:
        return Difference(
            self.variations + more.variations,
            self.other_variations + more.other_variations,
            self.measures + more.measures,
            self.other_measures + more.other_measures,
        )

    def __str__(self) -> str:
        return (
            f"{self.other_variations} of {self.variations} variations differ,"
            f" in {self.other_measures} of {self.measures} measures"
        )


def compare(first: Model, second: Model, tune: Tune, *, more: bool = True) -> Difference:
    """Return the difference of what two models make of a tune: sweeps of all attributes, and where `more`, the rest."""
    total = Difference()
    for tunes, others in zip(results(first, tune, more=more), results(second, tune, more=more), strict=True):
        different = [(encode(each) != encode(other)).any(axis=1) for each, other in zip(tunes, others, strict=True)]
        changed = [int(rows.sum()) for rows in different]
        total += Difference(len(changed), sum(map(bool, changed)), sum(map(len, different)), sum(changed))
    return total


def results(model: Model, tune: Tune, *, more: bool) -> Iterator[list[Tune]]:
    """Yield what a model makes of a tune."""
    for name in model.attributes:
        yield [variation.tune for variation in model.interpolate(tune, name, steps=5)]
    if more:
        yield [model.reach(tune, {"density": "p80", "contour": "by+0.1"}).tune, model.reconstruct(tune).tune]
        yield [result.tune for result in model.vary(tune, (1, 4), seed=1)]
        swept = model.interpolate(tune, "rhythm", steps=2, closed=False)[-1].tune
        yield [step.tune for step in model.morph(tune, swept, 5)]
        yield [each for _, each in model.generate_like(tune, 0.5, seed=2).tunes]


def held_out(checkpoint: Checkpoint, count: int) -> Iterator[Tune]:
    """Yield the beginnings of tunes of the folk corpus, spread evenly over those that the model was tested on."""
    corpus = api.corpus(checkpoint.config.data)
    test = items.parts(items.to_data(corpus, checkpoint.config), checkpoint.config)[2]
    tunes = np.flatnonzero(np.isin(corpus.version, np.unique(test.group)))
    long = np.bincount(corpus.tune)[tunes] >= LEAST
    for number in tunes[long][np.linspace(0, long.sum() - 1, count).astype(int)].tolist():
        rows = np.flatnonzero(corpus.tune == number)[:MEASURES]
        yield tune_of(corpus, np.isin(np.arange(len(corpus.tune)), rows), corpus.sources[number])


if __name__ == "__main__":
    main()

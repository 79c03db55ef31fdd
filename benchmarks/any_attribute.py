"""Ask held-out measures for values of attributes that are no dimension of the model, and see what comes.

    python benchmarks/any_attribute.py [--model RUN] [-n 160] [ATTRIBUTE ...]     (armusic's others, and the example's)

Targets are drawn evenly from the values that the model makes, between their 5th and 95th percentile, in
4/4 and 6/8; errors are in standard deviations of what it makes.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from armusic import api
from armusic.datasets import corpora
from armusic.datasets.corpora.corpus import Corpus
from armusic.editing import material, prior_samples
from armusic.editing import pool as pools
from armusic.evaluation import tune_of
from armusic.files import data_folder
from armusic.inference.checkpoint import Checkpoint
from armusic.inference.items import to_data
from armusic.music import attributes, keys
from armusic.music.score import METRES, Metre, Tune
from armusic.vae.data import split

TARGETS, DRAWN = 5, 1000
EXAMPLE = Path(__file__).parents[1] / "examples" / "my_attribute.py"


def held_out(checkpoint: Checkpoint, read: Corpus, kind: int, count: int) -> list[Tune]:
    """Return test tunes of the model, in one metre, until they have `count` measures that can be varied."""
    frame = checkpoint.frame
    _, inside = frame.enter(read.tokens, frame.anchors(read.tokens))
    places = replace(to_data(read, checkpoint.config), x=np.flatnonzero(inside)[:, None])
    _, _, test = (part.x[:, 0] for part in split(places, checkpoint.config.split))
    tunes = []
    for number in np.random.default_rng(1).permutation(np.unique(read.tune[test[read.kind[test] == kind]])):
        tune = tune_of(read, (read.tune == number) & (read.kind == kind), read.sources[number])
        tunes.append(tune)
        count -= int(material.prepare(checkpoint, tune).varied.sum())
        if count <= 0:
            break
    return tunes


def row(checkpoint: Checkpoint, tunes: list[Tune], name: str, kind: int) -> str:
    """Return the figures of one attribute: a row of the table."""
    rng = np.random.default_rng(0)
    z = rng.standard_normal((DRAWN, checkpoint.config.network.latent))
    rows = prior_samples.decode(checkpoint, z, kind)
    values = np.unique(attributes.measure(rows, METRES[kind], (name,)), return_counts=True)
    share = np.cumsum(values[1]) / DRAWN
    usual = values[0][(share >= 0.05) & (share <= 0.95)]
    targets, reached, seconds, units = [], [], 0.0, 0
    for tune in tunes:
        start = time.process_time()
        pool = pools.build(
            checkpoint, material.prepare(checkpoint, tune), name, allowed=keys.allowed(tune, keys.find(tune))
        )
        seconds, units = seconds + time.process_time() - start, units + len(pool.search.first)
        varied, std = pool.search.of >= 0, pool.search.std[0, pool.search.names.index(name)]
        for _ in range(TARGETS):
            result = pool.reach(rng.choice(usual, len(varied)))
            targets.append(result.targets[varied, 0] / std)
            reached.append(result.values[varied, 0] / std)
    target, value = np.concatenate(targets), np.concatenate(reached)
    r2 = 1 - ((target - value) ** 2).sum() / ((target - target.mean()) ** 2).sum()
    figures = (
        attributes.short_name(name),
        f"{r2:.3f}",
        f"{abs(target - value).mean():.3f}",
        f"{32 * seconds / units:.2f}",
    )
    return f"| {METRES[kind]} | {' | '.join(figures)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="ATTRIBUTE")
    parser.add_argument("--model", metavar="RUN")
    parser.add_argument("-n", type=int, default=160)
    options = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = api.load(options.model).checkpoint
    others = [name for name in attributes.ATTRIBUTES if name not in checkpoint.config.attributes]
    read = corpora.read(checkpoint.config.data, data_folder())
    print("| metre | attribute | R² | mean error | s per 32 different measures |\n|---|---|---|---|---|")
    for metre in (Metre(4, 4), Metre(6, 8)):
        kind = METRES.index(metre)
        tunes = held_out(checkpoint, read, kind, options.n)
        for name in options.names or [*others, f"{EXAMPLE}:offbeat"]:
            print(row(checkpoint, tunes, name, kind), flush=True)


if __name__ == "__main__":
    main()

"""Train the model of tunes that ships with armusic: `python benchmarks/fit_tunes.py [FILE]`.

On the training part of the folk corpus, all metres, one thread. Printed are bits a note on the
validation part: with the measures around, without them, and by Temperley's formula (2008).
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import time
from pathlib import Path

import numpy as np
import torch

from armusic import api
from armusic.datasets import corpora
from armusic.datasets.corpora.corpus import Corpus
from armusic.files import data_folder
from armusic.taste import fit, tune_model
from armusic.training.adapters.music import to_data
from armusic.vae.data import split

FILE = Path(__file__).parents[1] / "armusic" / "resources" / tune_model.SHIPPED


def main() -> None:
    """Train, write, and measure."""
    torch.set_num_threads(1)
    corpus = corpora.read("folk", data_folder())
    train, valid = parts(corpus)
    tunes = fit.gather(corpus, train)
    start = time.process_time()
    model = fit.fit(tunes, report=lambda shown, loss: print(f"{shown:,} measures, {loss:.3f} nats a tick", flush=True))
    print(
        f"trained on {train.sum():,} tunes, {len(tunes):,} measures, in {time.process_time() - start:.0f} CPU seconds"
    )
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    tune_model.save(model, path)
    kept = tune_model.load(path)
    held_out = fit.gather(corpus, valid)
    in_context, alone = fit.bits(kept, held_out), fit.bits(kept, held_out, alone=True)
    print(f"wrote {path}, {path.stat().st_size / 1e6:.2f} MB")
    print(f"validation tunes, bits a note: {in_context:.2f} in context, {alone:.2f} without the measures around")


def parts(corpus: Corpus) -> tuple[np.ndarray, np.ndarray]:
    """Return which tunes are in the training and validation parts of the shipped model."""
    config = api.load().config
    train, valid, _ = split(to_data(corpus, config), config.seed)
    return np.isin(corpus.version, np.unique(train.group)), np.isin(corpus.version, np.unique(valid.group))


if __name__ == "__main__":
    main()

"""Train the model of tunes that ships with armusic: `python benchmarks/fit_tunes.py [FILE]`.

On the training part of the folk corpus, all metres, one thread. Printed are, for the validation part: bits a note, with
the measures around and without them; and how often a real measure is likelier than others that have the same four
attributes, from the training part and moved to its place, by the model, without the measures around, and by Temperley's
formula. `--measure FILE` does not train: it measures a model that there is.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import sys
import time
from pathlib import Path

import numpy as np
import torch
from temperley import listener_of
from temperley import surprise as temperley_surprise

from armusic import api
from armusic.datasets import corpora
from armusic.datasets.corpora.corpus import Corpus
from armusic.evaluation import tune_of
from armusic.files import data_folder
from armusic.inference.items import to_data
from armusic.music import attributes
from armusic.music.pitch_frame import ANCHORED
from armusic.music.tokenizer import is_onset
from armusic.taste import context, fit, surprise, tune_model
from armusic.taste.tune_model import TuneModel
from armusic.vae.data import split

TUNES, EACH, LEAST = 300, 2, 5  # tunes that are asked about, measures of each, and others alike at least
FILE = Path(__file__).parents[1] / "armusic" / "resources" / tune_model.SHIPPED


def main() -> None:
    """Train, write, and measure."""
    torch.set_num_threads(1)
    corpus = corpora.read("folk", data_folder())
    train, valid = parts(corpus)
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]) if sys.argv[2:] else FILE, corpus, train, valid)
        return
    tunes = fit.gather(corpus, train)
    start = time.process_time()
    model = fit.fit(tunes, report=lambda shown, loss: print(f"{shown:,} measures, {loss:.3f} nats a tick", flush=True))
    print(
        f"trained on {train.sum():,} tunes, {len(tunes):,} measures, in {time.process_time() - start:.0f} CPU seconds"
    )
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    tune_model.save(model, path)
    measure(path, corpus, train, valid)


def measure(path: Path, corpus: Corpus, train: np.ndarray, valid: np.ndarray) -> None:
    """Print how good a model is."""
    kept = tune_model.load(path)
    held_out = fit.gather(corpus, valid)
    in_context, alone = fit.bits(kept, held_out), fit.bits(kept, held_out, alone=True)
    print(f"{path.name}, {path.stat().st_size / 1e6:.2f} MB")
    print(f"validation tunes, bits a note: {in_context:.2f} in context, {alone:.2f} without the measures around")
    rivals(kept, corpus, train, valid)


def parts(corpus: Corpus) -> tuple[np.ndarray, np.ndarray]:
    """Return which tunes are in the training and validation parts of the shipped model."""
    config = api.load().config
    train, valid, _ = split(to_data(corpus, config), config.split)
    return np.isin(corpus.version, np.unique(train.group)), np.isin(corpus.version, np.unique(valid.group))


def rivals(model: TuneModel, corpus: Corpus, train: np.ndarray, valid: np.ndarray) -> None:
    """Print how often the real measure is likelier than others that have the same attributes, moved to its place."""
    rng, names = np.random.default_rng(0), attributes.DEFAULT
    starts = np.searchsorted(corpus.tune, np.arange(len(corpus.sources) + 1))
    other = train[corpus.tune] & is_onset(corpus.tokens).any(axis=1)
    values = attributes.measure_each(corpus.tokens, corpus.kind, names).round(6)
    anchors = ANCHORED.anchors(corpus.tokens)
    shares: dict[str, list[float]] = {"in context": [], "without the measures around": [], "Temperley": []}
    for number in rng.permutation(np.flatnonzero(valid))[:TUNES].tolist():
        rows = np.arange(starts[number], starts[number + 1])
        if not is_onset(corpus.tokens[rows]).any():
            continue
        tune = context.setting(corpus.tokens[rows], corpus.kind[rows])
        listener = listener_of(tune_of(corpus, rows, corpus.sources[number]))
        for place in rng.permutation(len(rows))[:EACH].tolist():
            row = rows[place]
            same = np.flatnonzero(other & (corpus.kind == corpus.kind[row]) & (values == values[row]).all(axis=1))
            tokens = corpus.tokens[same]
            tokens = np.where(is_onset(tokens), tokens + (anchors[row] - anchors[same])[:, None], tokens)
            tokens = np.unique(tokens[(tokens != corpus.tokens[row]).any(axis=1)], axis=0)
            if len(tokens) < LEAST:
                continue
            every = np.concatenate([corpus.tokens[[row]], tokens])
            for name, hidden in (("in context", ()), ("without the measures around", tuple(range(len(rows))))):
                where = surprise.places(model, tune, np.array([place]), hidden)
                nats = surprise.surprise(model, where, np.zeros(len(every), dtype=int), every)
                shares[name].append(float((nats[1:] > nats[0]).mean()))
            nats = np.array([temperley_surprise(each[is_onset(each)], listener).sum() for each in every])
            shares["Temperley"].append(float((nats[1:] > nats[0]).mean()))
    for name, listed in shares.items():
        first = np.mean([share == 1 for share in listed])
        print(f"{name}: likelier than {np.mean(listed):.0%} of others alike, first in {first:.0%} of {len(listed)}")


if __name__ == "__main__":
    main()

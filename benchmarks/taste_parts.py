"""What each source of candidates earns: `python benchmarks/taste_parts.py [-n 24] [-o FILE]`.

The same choice over other candidates, judged as in `taste.py`: random edits of each measure (one to six notes moved,
left out or added), 5,000 training measures moved into its register, the AR-VAE's alone, the rules' alone, the draws
of the model of tunes alone, all but each of these, and all. The tunes are others than those of `taste.py`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from judge import parts as dealt
from taste import Bench, bench_of, judge_variations, sweeps

from armusic import api
from armusic.editing import candidates, probes, written
from armusic.editing import pool as pools
from armusic.editing.candidates import Candidates, Search
from armusic.editing.pool import Pool
from armusic.music.pitch_frame import ANCHORED
from armusic.music.tokenizer import is_onset
from armusic.taste import lines

EDITS, MOST, TRIES = 1500, 6, 3  # random edits of each measure, notes that change at most, and tries for each
TRAINING = 5000  # measures of the training part that are looked at, in each metre
SKIPPED = 48  # tunes that `taste.py` judges
Source = Callable[[Search, tuple[str, ...], np.random.Generator], list[Candidates]]


def codes(search: Search, names: tuple[str, ...], rng: np.random.Generator) -> list[Candidates]:
    """Return the AR-VAE's candidates, combined with the input as in `pool.fill`."""
    units, dim = np.arange(len(search.first)), search.checkpoint.config.attributes.index(names[0])
    pool = pools.from_candidates(search, names, [candidates.inputs(search)])
    pool = pools.with_candidates(pool, [candidates.attempt(search, units, probes.around(search, dim, 1, rng))])
    direction = probes.directions(search, pool.candidates, names)
    z = probes.between(search, pool.shortlist(count=1).candidates, names[0], direction, rng)
    pool = pools.with_candidates(pool, [candidates.attempt(search, units, z)])
    return [pool.candidates, candidates.recombine(search, pool.shortlist(count=1).candidates)]


def by_rule(search: Search, names: tuple[str, ...], rng: np.random.Generator) -> list[Candidates]:
    """Return the candidates that are made by rules."""
    return [sounding(search, *written.by_rule(search.ear, names, rng))]


def drawn(search: Search, names: tuple[str, ...], rng: np.random.Generator) -> list[Candidates]:
    """Return the draws of the model of tunes."""
    return [sounding(search, *written.drawn(search.ear, names, rng))]


def random_edits(search: Search, names: tuple[str, ...], rng: np.random.Generator) -> list[Candidates]:
    """Return measures with one to `MOST` random notes moved, left out or added."""
    del names
    ear, every, parts = search.ear, lines.every_touch(), []
    every = every[every[:, 1] < ear.tokens.shape[1]]
    rows = np.broadcast_to(ear.tokens, (EDITS // MOST, *ear.tokens.shape))
    for _ in range(MOST):
        for _ in range(TRIES):  # most touches fall where nothing can be done
            rows = lines.touch(rows, every[rng.integers(len(every), size=len(rows))], ear.scale, written.grid(ear))
        parts.append(rows)
    tokens = np.concatenate(parts)
    return [sounding(search, np.tile(np.arange(len(ear.tokens)), len(tokens)), tokens.reshape(-1, rows.shape[2]))]


def nearest(search: Search, names: tuple[str, ...], rng: np.random.Generator) -> list[Candidates]:
    """Return training measures, moved into the register of each measure, in its scale."""
    del names
    corpus = api.corpus(search.checkpoint.config.data)
    train = np.isin(corpus.tune, dealt(corpus, search.checkpoint.config).product)
    parts = []
    for unit, kind in enumerate(search.kind.tolist()):
        rows = np.flatnonzero(train & (corpus.kind == kind) & is_onset(corpus.tokens).any(axis=1))
        tokens = corpus.tokens[rng.choice(rows, min(TRAINING, len(rows)), replace=False)]
        shift = search.material.anchors[search.first[unit]] - ANCHORED.anchors(tokens)
        width = search.material.tokens.shape[1]
        moved = np.where(is_onset(tokens), tokens + shift[:, None], tokens)[:, :width]
        parts.append(sounding(search, np.full(len(moved), unit), moved))
    return parts


def sounding(search: Search, of: np.ndarray, tokens: np.ndarray) -> Candidates:
    """Return those of some measures that have a note, as candidates."""
    some = is_onset(tokens).any(axis=1)
    return candidates.measured(search, of[some], tokens[some].astype(np.int16), search.z[of[some]])


SOURCES: dict[str, tuple[Source, ...]] = {
    "random edits": (random_edits,),
    "nearest training measures": (nearest,),
    "AR-VAE alone": (codes,),
    "rules alone": (by_rule,),
    "model of tunes alone": (drawn,),
    "without AR-VAE": (by_rule, drawn),
    "without rules": (codes, drawn),
    "without model of tunes": (codes, by_rule),
    "all": (codes, by_rule, drawn),
}


def fill_from(sources: tuple[Source, ...]) -> Callable[..., Pool]:
    """Return what stands in the place of `pool.fill`, with other sources of candidates."""

    def fill(search: Search, names: tuple[str, ...], seed: int = 0) -> Pool:
        rng = np.random.default_rng(seed)
        more = [part for source in sources for part in source(search, names, rng)]
        pool = pools.from_candidates(search, names, [candidates.inputs(search)])
        return pools.with_candidates(pool, more).shortlist()

    return fill


def judged(model: api.Model, bench: Bench, sources: tuple[Source, ...]) -> dict[str, object]:
    """Return the figures of sweeps over candidates of these sources."""
    original = pools.fill
    pools.fill = fill_from(sources)
    try:
        return judge_variations(sweeps(model), bench)
    finally:
        pools.fill = original


def main() -> None:
    """Judge each choice of sources, and print a row of each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=24, help="tunes")
    parser.add_argument("-o", type=Path, metavar="FILE", help="where the figures go, as JSON")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = api.load()
    bench = bench_of(model, SKIPPED + options.n)
    bench = replace(bench, subjects=bench.subjects[SKIPPED:])
    print("| candidates | excess over the input, ±1 / ±2 | error of the mean, sd | distance, ±1 / ±2 |", flush=True)
    print("|---|---|---|---|")
    kept = {}
    for name, sources in SOURCES.items():
        result = kept[name] = judged(model, bench, sources)
        over = result["over input"]["judge"]["all"]
        figures = result["figures"]
        error = _mean(figures["the tune's mean against the value asked for, mean error, sd"], (-2, -1, 1, 2))
        near, far = (_mean(figures["distance from the input"], (-step, step)) for step in (1, 2))
        print(
            f"| {name} | {over['±1'][0]:.2f} / {over['±2'][0]:.2f} | {error:.3f} | {near:.2f} / {far:.2f} |", flush=True
        )
    if options.o:
        options.o.write_text(json.dumps(kept, indent=1) + "\n")


def _mean(figure: dict[str, dict[str, list[float]]], steps: tuple[int, ...]) -> float:
    cells = [by_step[str(step)] for by_step in figure.values() for step in steps if str(step) in by_step]
    return sum(total for total, _ in cells) / max(sum(count for _, count in cells), 1e-9)


if __name__ == "__main__":
    main()

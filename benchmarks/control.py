"""Ask held-out measures for values of each attribute, and see what comes: the table of control.

    python benchmarks/control.py [RUN] [--metre 4/4] [-n 500] [--part test] [--json FILE]
    (the shipped model by default; choices between methods are made on `--part validation`)
    python benchmarks/control.py --random 1800     (the search has so many random edits of each measure to choose from)

Seven different targets for each measure and attribute, drawn from the values of the corpus between
its 5th and 95th percentile. Errors and changes are in standard deviations of the corpus.
Rhythm and density, and contour and range, are bound together: beside the change of the one as it is stands its
*residual*, without what a linear fit on the change of the other (and of its size), over all answers, explains.
A pickup, a first measure that begins with silence, has few notes, which stay where it rests: its error stands apart.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import sources
import torch
from scipy.stats import rankdata

from armusic import api
from armusic.datasets import corpora
from armusic.datasets.corpora.corpus import Corpus
from armusic.datasets.corpora.versions import different
from armusic.editing import calibration, prior_samples
from armusic.editing import pool as pools
from armusic.editing.calibration import Calibration
from armusic.editing.decoding import encode_classes
from armusic.editing.material import prepare
from armusic.editing.reach import decode_once
from armusic.editing.result import Reached
from armusic.evaluation import tune_of
from armusic.files import data_folder
from armusic.inference.checkpoint import Checkpoint
from armusic.inference.items import to_data
from armusic.music import attributes, keys
from armusic.music.pitch_frame import FRAMES
from armusic.music.score import METRES, Metre, Tune
from armusic.music.similarity import distance
from armusic.music.tokenizer import is_onset, ticks
from armusic.vae.data import split

TARGETS = 7
PARTNERS = {"rhythm": "density", "density": "rhythm", "contour": "range", "range": "contour"}
NEIGHBOURS = 100  # measures for which the nearest training measure is looked for, in each attribute


@dataclass(frozen=True)
class Bench:
    """A model with the measures of one metre: values of the corpus, training measures, held-out tunes."""

    checkpoint: Checkpoint
    corpus: Corpus
    kind: int
    calibration: Calibration
    values: np.ndarray
    train: np.ndarray
    tunes: list[Tune]

    @property
    def metre(self) -> Metre:
        """The metre."""
        return METRES[self.kind]

    @property
    def std(self) -> np.ndarray:
        """Standard deviation of the attributes in the corpus."""
        return self.values.std(axis=0)


def bench_of(checkpoint: Checkpoint, cache: Path, metre: Metre, seed: int, part: str = "test") -> Bench:
    """Read the corpus, calibrate the model on its validation part, and shuffle the tunes of a part."""
    settings, frame, kind = checkpoint.config, checkpoint.frame, METRES.index(metre.kind)
    corpus = corpora.read(settings.data, cache)
    classes, inside = frame.enter(corpus.tokens, frame.anchors(corpus.tokens))
    data = to_data(corpus, settings)
    places = replace(data, x=np.flatnonzero(inside)[:, None])
    train, valid, test = (each.x[:, 0] for each in split(places, settings.split))
    held_out = {"validation": valid, "test": test}[part]
    valid = valid[corpus.kind[valid] == kind]
    z = encode_classes(checkpoint, classes[valid], kind)
    kinds = np.zeros(len(valid), dtype=int)  # one kind is measured
    values = data.a[data.kind == kind].astype(np.float64)
    edits = calibration.edits(checkpoint)
    scale = calibration.measure(
        lambda codes, _: prior_samples.decoded_attributes(checkpoint)(codes, kind),
        z, kinds, (values, np.zeros(len(values), dtype=int)), settings.attributes, 1,
        span=edits["span"], edit=lambda codes, dim, positions, _: edits["edit"](codes, dim, positions, kind),
    )  # fmt: skip
    table = Calibration({name: tables * len(METRES) for name, tables in scale.tables.items()})
    rows = np.zeros(len(corpus.tokens), dtype=bool)
    rows[held_out[corpus.kind[held_out] == kind]] = True
    order = np.random.default_rng(seed).permutation(np.unique(corpus.tune[rows]))
    tunes = [tune_of(corpus, rows & (corpus.tune == number), corpus.sources[number]) for number in order]
    return Bench(checkpoint, corpus, kind, table, values, train[corpus.kind[train] == kind], tunes)


@dataclass(frozen=True)
class Answers:
    """Answers to targets: tokens (target, measure, tick), values (target, measure, attribute) and distances."""

    tokens: np.ndarray
    values: np.ndarray
    distance: np.ndarray


def run(bench: Bench, count: int, seed: int) -> dict[str, Any]:
    """Ask every attribute of `count` measures for its targets, and return the figures of both loops."""
    names, rng = bench.checkpoint.config.attributes, np.random.default_rng(seed)
    inputs, allowed, targets_of, same, seconds = [], [], {name: [] for name in names}, {name: [] for name in names}, []
    pickups = []
    answers: dict[str, dict[str, list[Answers]]] = {loop: {name: [] for name in names} for loop in ("open", "closed")}
    for tune in _enough(bench, count):
        wide = keys.allowed(tune, keys.find(tune))
        material = prepare(bench.checkpoint, tune)
        varied = material.varied
        inputs.append(material.tokens[varied])
        pickups.append((np.arange(len(varied)) == 0)[varied] & ~is_onset(material.tokens[varied, 0]))
        allowed.append(keys.collection(keys.find(tune))[None].repeat(varied.sum(), axis=0))
        for column, name in enumerate(names):
            targets = _targets(bench.values[:, column], len(varied), rng)
            targets_of[name].append(targets[:, varied])
            start = time.process_time()
            pool = pools.build(bench.checkpoint, material, name, allowed=wide)
            seconds.append((len(pool.search.first), time.process_time() - start))
            closed = [pool.reach(row) for row in targets]
            opened = [
                decode_once(bench.checkpoint, material, (name,), row[:, None], bench.calibration, allowed=wide)
                for row in targets
            ]
            same[name].append((pool.reach(closed[0].original[:, 0]).tokens == material.tokens).all(axis=1)[varied])
            for loop, results in (("open", opened), ("closed", closed)):
                answers[loop][name].append(_answers(bench, results, varied))
    every = np.concatenate(inputs)
    before = attributes.measure(every, bench.metre, names)
    pickup = np.concatenate(pickups)
    figures: dict[str, Any] = {"measures": len(every), "pickups": int(pickup.sum())}
    figures["seconds per 32 different measures"] = 32 * sum(s for _, s in seconds) / sum(n for n, _ in seconds)
    collections = np.concatenate(allowed)
    for loop, by_name in answers.items():
        for column, name in enumerate(names):
            parts = by_name[name]
            joined = Answers(*(np.concatenate([getattr(p, f) for p in parts], axis=1) for f in Answers.__annotations__))
            row = _figures(
                bench, column, np.concatenate(targets_of[name], axis=1), joined, every, before, collections, pickup
            )
            if loop == "closed":
                row["given back"] = float(np.concatenate(same[name]).mean())
            figures.setdefault(loop, {})[name] = row
    targets = {name: np.concatenate(targets_of[name], axis=1) for name in names}
    figures["nearest"] = {
        name: _nearest(bench, column, targets[name], every, before) for column, name in enumerate(names)
    }
    return figures


def _enough(bench: Bench, count: int) -> Iterator[Tune]:
    """Yield held-out tunes until they have `count` measures that can be varied."""
    for tune in bench.tunes:
        if count <= 0:
            return
        count -= int(prepare(bench.checkpoint, tune).varied.sum())
        yield tune


def _targets(values: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Return `TARGETS` different values (target, measure) for each measure, drawn as often as the corpus has them."""
    low, high = np.percentile(values, [5, 95])
    occurring, counts = np.unique(values[(values >= low) & (values <= high)], return_counts=True)
    again = len(occurring) < TARGETS
    chances = counts / counts.sum()
    return np.stack([rng.choice(occurring, TARGETS, replace=again, p=chances) for _ in range(count)], axis=1)


def _answers(bench: Bench, results: Sequence[Reached], varied: np.ndarray) -> Answers:
    tokens = np.stack([result.tokens[varied] for result in results])
    values = attributes.measure(tokens.reshape(-1, tokens.shape[2]), bench.metre, bench.checkpoint.config.attributes)
    return Answers(
        tokens, values.reshape(*tokens.shape[:2], -1), np.stack([result.distance[varied] for result in results])
    )


def _figures(
    bench: Bench,
    column: int,
    targets: np.ndarray,
    answers: Answers,
    inputs: np.ndarray,
    before: np.ndarray,
    collections: np.ndarray,
    pickup: np.ndarray,
) -> dict[str, float]:
    """Return the figures of one attribute and loop."""
    names, std = bench.checkpoint.config.attributes, bench.std
    reached = answers.values[..., column]
    change = (answers.values - before) / std
    size = (np.abs(answers.values) - np.abs(before)) / std
    figures = {
        "spearman": float(
            np.nanmean([_spearman(target, value) for target, value in zip(targets.T, reached.T, strict=True)])
        ),
        "r2": float(1 - ((reached - targets) ** 2).sum() / ((targets - targets.mean()) ** 2).sum()),
        "error": float(np.abs(reached - targets).mean() / std[column]),
    }
    for label, rows in (("error, without pickups", ~pickup), ("error, pickups", pickup)):
        if rows.any():
            figures[label] = float(np.abs(reached - targets)[:, rows].mean() / std[column])
    for place, name in enumerate(names):
        if place != column:
            moved = change[..., place].ravel()
            figures[f"change of {name}"] = float(np.abs(moved).mean())
            if PARTNERS.get(names[column]) == name:
                causes = np.stack([np.ones(moved.size), change[..., column].ravel(), size[..., column].ravel()], axis=1)
                moved = moved - causes @ np.linalg.lstsq(causes, moved, rcond=None)[0]
                figures[f"change of {name}, residual"] = float(np.abs(moved).mean())
    onset = is_onset(answers.tokens)
    unchanged = (is_onset(inputs) & (answers.tokens == inputs)).sum(axis=2) / is_onset(inputs).sum(axis=1)
    figures |= {"distance": float(answers.distance.mean()), "notes kept": float(unchanged.mean())}

    def outside(tokens: np.ndarray) -> np.ndarray:
        classes = np.where(is_onset(tokens), tokens, 0) % keys.OCTAVE
        return ~np.take_along_axis(np.broadcast_to(collections, (*tokens.shape[:-1], keys.OCTAVE)), classes, axis=-1)

    clean = ~(outside(inputs) & is_onset(inputs)).any(axis=1)
    figures["out of key"] = float((outside(answers.tokens) & onset)[:, clean].sum() / max(1, onset[:, clean].sum()))
    figures["copies"] = _copies(bench, answers.tokens, inputs)
    return figures


def _spearman(targets: np.ndarray, values: np.ndarray) -> float:
    """Return the rank correlation of targets and values; 0 where nothing moves, NaN for one target."""
    if not np.ptp(targets):
        return np.nan
    return float(np.corrcoef(rankdata(targets), rankdata(values))[0, 1]) if np.ptp(values) else 0.0


def _copies(bench: Bench, tokens: np.ndarray, inputs: np.ndarray) -> float:
    """Return the share of measures, of those unlike their input, that are in the training data up to transposition."""
    width, decoded = ticks(bench.metre), tokens.reshape(-1, tokens.shape[2])
    stacked = np.concatenate([bench.corpus.tokens[bench.train, :width], inputs[:, :width], decoded[:, :width]])
    number = different(stacked, np.zeros(len(stacked), dtype=int))
    train, own, decoded_numbers = np.split(number, [len(bench.train), len(bench.train) + len(inputs)])
    changed = decoded_numbers != np.tile(own, len(tokens))
    return float(np.isin(decoded_numbers, train)[changed].mean()) if changed.any() else 0.0


def _nearest(bench: Bench, column: int, targets: np.ndarray, inputs: np.ndarray, before: np.ndarray) -> float:
    """Return the mean distance of the nearest training measure that meets the target, put into the input's register."""
    frame, width = FRAMES["anchored"], ticks(bench.metre)
    rows = bench.corpus.tokens[bench.train, :width]
    rows = rows[is_onset(rows).any(axis=1)]
    rows = rows[np.unique(different(rows, np.zeros(len(rows), dtype=int)), return_index=True)[1]]
    names, std = bench.checkpoint.config.attributes, bench.std
    values = attributes.measure(rows, bench.metre, names)
    others = [place for place in range(len(names)) if place != column]
    classes, _ = frame.enter(rows, frame.anchors(rows))
    distances = []
    for measure in np.linspace(0, len(inputs) - 1, min(NEIGHBOURS, len(inputs))).astype(int):
        anchor = frame.anchors(inputs[measure : measure + 1])
        for target in targets[:, measure]:
            near = np.flatnonzero(np.abs(values[:, column] - target) <= pools.RESOLUTION / 2 * std[column])
            if len(near):
                moved = frame.leave(classes[near], anchor.repeat(len(near)))
                own = np.broadcast_to(inputs[measure, :width], moved.shape)
                mine = np.broadcast_to(before[measure, others], (len(near), len(others)))
                spread = np.broadcast_to(std[others], mine.shape)
                distances.append(distance(moved, own, values[near][:, others], mine, spread).min())
    return float(np.mean(distances))


def show(figures: dict[str, Any], metre: Metre) -> None:
    """Print the table."""
    print(
        f"{figures['measures']} held-out measures in {metre}, {figures['pickups']} of them pickups;"
        f" pools of 32 different measures: {figures['seconds per 32 different measures']:.2f} s\n"
    )
    names = list(figures["closed"])
    print(
        "| | "
        + " | ".join(f"{name}, open | {name}, closed" for name in names)
        + " |\n|"
        + "---|" * (2 * len(names) + 1)
    )
    lines = [line for line in figures["closed"][names[0]] if not line.startswith("change")]
    after = lines.index("distance")
    lines[after:after] = [f"change of {name}{kind}" for kind in ("", ", residual") for name in names]
    for line in lines:
        cells = (figures[loop][name].get(line) for name in names for loop in ("open", "closed"))
        print(f"| {line} | " + " | ".join("" if cell is None else f"{cell:.3f}" for cell in cells) + " |")
    nearest = " | ".join(f" | {figures['nearest'][name]:.3f}" for name in names)
    print(f"| distance of the nearest training measure | {nearest} |")


def main() -> None:
    """Print the tables, and write the figures as JSON where asked to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?")
    parser.add_argument("--metre", default="4/4")
    parser.add_argument("-n", type=int, default=500)
    parser.add_argument("--part", choices=("validation", "test"), default="test")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--random", type=int, metavar="N", help="choose among random edits, without a model")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    metre = Metre.parse(options.metre)
    bench = bench_of(api.load(options.run).checkpoint, data_folder(), metre, options.seed, options.part)
    rounds = [sources.random_edits] if options.random else []
    with sources.only(rounds, sources.Budget(options.random or 0)):
        figures = run(bench, options.n, options.seed)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    show(figures, metre)


if __name__ == "__main__":
    main()

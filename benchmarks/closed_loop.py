"""What the model earns in the closed loop: the same search and choice over candidates from other sources.

    python benchmarks/closed_loop.py --paper RUN --beta RUN [-n 40] [--part validation] [--candidates 300]
        [--seconds .01] [-o FILE]
    python benchmarks/closed_loop.py --show FILE [FILE ...]     (the table, and intervals of paired differences)

Sources, each alone: the shipped AR-VAE, random edits, the paper's preset (RUN: docs/results/evidence.md says where
its weights are) and a beta-VAE (RUN: `armusic train --preset beta-vae --epochs 40`), training measures, the draws of
the model of tunes, the rules; then the search as it is, and without the AR-VAE. What no musician writes is left out
of all of them, and all have the same choice. Each measure gets so many different candidates from each source, or as
many as it finds in so many processor seconds, whichever is first.

The tunes, up to 24 measures in 4/4, are of a part of the corpus that none of these models was trained on; the judge
(`judge.py`) learns from the other part. Each attribute is asked for -2, -1, +1 and +2 deviations of the tune's mean.
Human edits (`human_edits.py`) are of the same part, in all metres that the models know; some of their tunes are among
those that the paper's preset was trained on; docs/results/evidence.md says where its weights are. Intervals: 95 %,
resampled by tunes, by groups of versions for edits.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import human_edits
import judge
import numpy as np
import sources
import torch
from sources import Budget, Round
from taste import MEASURES, REAL, STEPS, Bench, Subject, excess, judging, subject_of, sweeps

from armusic import api, config
from armusic.config import Config
from armusic.datasets.corpora.corpus import Corpus
from armusic.editing import pool as pools
from armusic.editing.material import pitches, prepare
from armusic.evaluation import tune_of
from armusic.inference.items import to_data
from armusic.music import attributes
from armusic.music.similarity import distance
from armusic.music.tokenizer import is_onset
from armusic.vae.data import split

PAPER = config.make("paper", data="folk44")  # whose training tunes are left out
PARTS = ("training", "validation", "test")
SHIPPED, RESAMPLES = "AR-VAE", 2000
FIGURES = ("error", "distance", "excess at 1", "excess at 2", "side effects")
EDITS = ("found, one attribute", "found, all four", "in the pool, one attribute")


@dataclass(frozen=True)
class Material:
    """What all sources are measured on: the judges with the tunes, and human edits with theirs."""

    model: api.Model
    corpus: Corpus
    bench: Bench
    edits: list[tuple[human_edits.Edit, Subject]]


def material_of(model: api.Model, others: Sequence[Config], part: str, count: int, edits: int) -> Material:
    """Return `count` tunes and `edits` human edits of a part, and a judge that has learnt from the other one."""
    corpus = api.corpus(model.config.data)
    groups = parts_of(corpus, model.config)
    learnt = groups["test" if part == "validation" else "validation"]
    network = judge.learn([judge.excerpt(corpus, number) for number in np.flatnonzero(np.isin(corpus.version, learnt))])
    rng = np.random.default_rng(0)
    train = np.flatnonzero(np.isin(corpus.version, groups["training"]))
    bench = judging(model, corpus, network, rng.permutation(train)[:REAL])
    known = {source for other in others for source in _trained_on(other)}
    tunes = rng.permutation(np.flatnonzero(np.isin(corpus.version, groups[part])))
    _, first = np.unique(corpus.version[tunes], return_index=True)
    subjects = [
        subject_of(judge.excerpt(corpus, number, MEASURES))
        for number in tunes[np.sort(first)]
        if corpus.sources[number] not in known and not corpus.kind[corpus.tune == number].any()
    ]
    some = [subject for subject in subjects if subject and len(subject.kind) >= 8]
    pairs = []
    for edit in human_edits.edits(corpus, groups[part]):
        tune = tune_of(corpus, corpus.tune == edit.tune, corpus.sources[edit.tune])
        subject = subject_of(tune)
        if subject and prepare(model.checkpoint, tune).varied[edit.measure]:
            pairs.append((edit, subject))
    return Material(model, corpus, replace(bench, subjects=some[:count]), pairs[:edits])


def parts_of(corpus: Corpus, settings: Config) -> dict[str, np.ndarray]:
    """Return the groups of versions in each part of the corpus of a model with some settings."""
    parts = split(to_data(corpus, settings), settings.split)
    return {name: np.unique(part.group) for name, part in zip(PARTS, parts, strict=True)}


def _trained_on(settings: Config) -> set[str]:
    corpus = api.corpus(settings.data)
    train = parts_of(corpus, settings)["training"]
    return {corpus.sources[number] for number in np.flatnonzero(np.isin(corpus.version, train))}


def sources_of(model: api.Model, paper: api.Model | None, beta: api.Model | None, most: int) -> dict[str, list[Round]]:
    """Return the sources, by name; none for the search as it is."""
    corpus = api.corpus(model.config.data)
    train = np.flatnonzero(np.isin(corpus.version, parts_of(corpus, model.config)["training"]))
    rows = np.flatnonzero(np.isin(corpus.tune, train))
    shipped = sources.decoded(model.checkpoint, corpus, rows)
    return {
        SHIPPED: [shipped],
        "random edits": [sources.random_edits],
        **({"the paper's preset": [sources.decoded(paper.checkpoint, corpus, rows)]} if paper else {}),
        **({"beta-VAE": [sources.decoded(beta.checkpoint, corpus, rows)]} if beta else {}),
        "training measures": [sources.nearest(corpus, rows, most)],
        "draws of the model of tunes": [sources.drawn],
        "rules": [sources.by_rule],
        "rules and draws": [sources.by_rule, sources.drawn],
        "rules, draws and AR-VAE": [sources.by_rule, sources.drawn, shipped],
        "rules and draws, half of them led by the AR-VAE": [sources.by_rule, sources.led],
        "the search as it is": [],
    }


def measured(material: Material, rounds: list[Round], budget: Budget) -> dict[str, Any]:
    """Return the figures of one source: arrays (tune, attribute, step), and of edits (edit,), as lists."""
    start = time.process_time()
    with sources.only(rounds, budget):
        table, answers = _sweeps(material)
        seconds = time.process_time() - start
        hits = _edits(material)
    bench = material.bench
    before = excess(bench, [(subject, subject.tokens) for subject in bench.subjects])["judge"]
    after = excess(bench, answers)["judge"].reshape(len(bench.subjects), len(bench.names), len(STEPS))
    table["excess"] = after - before[:, None, None]
    for size in (1, 2):
        table[f"excess at {size}"] = table["excess"][..., np.abs(STEPS) == size]
    return {
        "candidates a measure": budget.taken / max(budget.units, 1),
        "milliseconds a measure": 1000 * budget.spent / max(budget.units, 1),
        "seconds": seconds,
        "figures": {name: values.round(5).tolist() for name, values in table.items()},
        "edits": hits,
    }


def keep(result: dict[str, Any], show: Callable[[dict[str, Any]], str], path: Path | None) -> None:
    """Print the row of what was measured last, and write all rows so far to a file, if there is one."""
    print(show(result).splitlines()[-1], flush=True)
    if path:
        path.write_text(json.dumps(result) + "\n")


def _sweeps(material: Material) -> tuple[dict[str, np.ndarray], list[tuple[Subject, np.ndarray]]]:
    bench, vary = material.bench, sweeps(material.model)
    shape = (len(bench.subjects), len(bench.names), len(STEPS))
    table = {name: np.zeros(shape) for name in ("error", "distance", "side effects")}
    table |= {f"change of {name}": np.zeros(shape) for name in bench.names}
    answers = []
    for row, subject in enumerate(bench.subjects):
        old = attributes.measure_each(subject.tokens, subject.kind, bench.names)
        sound, std = is_onset(subject.tokens).any(axis=1), bench.std[subject.kind]
        for column, name in enumerate(bench.names):
            others = [place for place in range(len(bench.names)) if place != column]
            for step, answer in enumerate(vary(subject.tune, name, STEPS)):
                new = attributes.measure_each(answer.tokens, subject.kind, bench.names)
                change = (abs(new - old) / std)[sound].mean(axis=0)
                spread = std[sound, column].mean()
                goal = old[sound, column].mean() + STEPS[step] * spread
                cell = (row, column, step)
                table["error"][cell] = abs(new[sound, column].mean() - goal) / spread
                table["side effects"][cell] = change[others].mean()
                for place, other in enumerate(bench.names):
                    table[f"change of {other}"][cell] = change[place]
                both = sound & is_onset(answer.tokens).any(axis=1)
                rows = (answer.tokens[both], subject.tokens[both], *(v[both][:, others] for v in (new, old, std)))
                table["distance"][cell] = distance(*rows).mean()
                answers.append((subject, answer.tokens))
    return table, answers


def _edits(material: Material) -> dict[str, list[float]]:
    """Return for each human edit whether its notes are the answer, and whether they are among the candidates."""
    model, rows = material.model, []
    for edit, subject in material.edits:
        kind = subject.kind[edit.measure : edit.measure + 1]
        old, new = (attributes.measure_each(row[None], kind, model.attributes)[0] for row in (edit.before, edit.after))
        change = abs(new - old) / material.bench.std[kind[0]]
        if not change.any():
            continue
        most = model.attributes[int(change.argmax())]
        place, row = (edit.measure + 1,) * 2, [float(edit.group)]
        for names in ((most,), model.attributes):
            targets = {name: float(new[model.attributes.index(name)]) for name in names}
            answer = model.reach(subject.tune, targets, measures=place).tokens[edit.measure]
            human = human_edits.notes(edit.after[: len(answer)])
            row.append(float((human_edits.notes(answer) == human).all()))
            if len(names) == 1:
                every = pools.build(
                    model.checkpoint,
                    prepare(model.checkpoint, subject.tune, place),
                    names,
                    allowed=pitches(subject.tune, "auto"),
                )
                row.append(float((human_edits.notes(every.candidates.tokens) == human).all(axis=1).any()))
        rows.append(row)
    columns = ("group", EDITS[0], EDITS[2], EDITS[1])
    return dict(zip(columns, np.array(rows).T.tolist(), strict=True)) if rows else {}


def show(result: Mapping[str, Any]) -> str:
    """Return the table: each figure, and in brackets the interval of what it is above the AR-VAE's."""
    lines = [
        (
            f"{result['tunes']} tunes of the {result['part']} part; at most {result['candidates']:g} candidates and"
            f" {1000 * result['seconds']:g} ms a measure\n"
        ),
        f"| candidates from | a measure | ms | {' | '.join((*FIGURES, *EDITS))} |",
        "|" + "---|" * (3 + len(FIGURES) + len(EDITS)),
    ]
    base = result["sources"].get(SHIPPED) or next(iter(result["sources"].values()))
    for name, row in result["sources"].items():
        cells = [_cell(*(np.array(each["figures"][figure]).mean(axis=(1, 2)) for each in (row, base)), row is base)
                 for figure in FIGURES]  # fmt: skip
        if row["edits"]:
            groups = np.array(row["edits"]["group"])
            cells += [_cell(*(np.array(each["edits"][figure]) for each in (row, base)), row is base, groups, "{:.0%}")
                      for figure in EDITS]  # fmt: skip
        few = row["candidates a measure"]
        lines.append(f"| {name} | {few:.0f} | {row['milliseconds a measure']:.1f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(
    values: np.ndarray, base: np.ndarray, alone: bool, groups: np.ndarray | None = None, form: str = "{:.3f}"
) -> str:
    """Return a mean, and the interval of its difference from that of the base."""
    if alone:
        return form.format(values.mean())
    low, high = interval(values - base, groups)
    signed = form.replace("{:", "{:+")
    return f"{form} [{signed}, {signed}]".format(values.mean(), low, high)


def interval(values: np.ndarray, groups: np.ndarray | None = None) -> tuple[float, float]:
    """Return the interval that holds 95 % of the means of values, when tunes (or groups of values) are drawn anew."""
    _, group = np.unique(np.arange(len(values)) if groups is None else groups, return_inverse=True)
    sums, counts = np.bincount(group, values), np.bincount(group)
    chosen = np.random.default_rng(0).integers(len(sums), size=(RESAMPLES, len(sums)))
    low, high = np.percentile(sums[chosen].sum(axis=1) / counts[chosen].sum(axis=1), [2.5, 97.5])
    return float(low), float(high)


def main() -> None:
    """Measure every source, or show what was measured before."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--paper", metavar="RUN", help="a run of the paper's preset; left out when not given")
    parser.add_argument("--beta", metavar="RUN", help="a beta-VAE; left out when not given")
    parser.add_argument("-n", type=int, default=40, help="tunes")
    parser.add_argument("--edits", type=int, default=1000, help="human edits, at most")
    parser.add_argument("--part", choices=PARTS[1:], default="validation")
    parser.add_argument("--candidates", type=int, default=300, help="candidates for each measure")
    parser.add_argument("--seconds", type=float, default=np.inf, help="processor seconds for each measure")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="sources to measure; all when not given")
    parser.add_argument("-o", type=Path, metavar="FILE", help="where the figures go, as JSON")
    parser.add_argument("--show", type=Path, nargs="+", metavar="FILE", help="figures to print instead")
    options = parser.parse_args()
    if options.show:
        print("\n\n".join(show(json.loads(path.read_text())) for path in options.show))
        return
    torch.set_num_threads(1)
    model = api.load()
    paper, beta = (api.load(run) if run else None for run in (options.paper, options.beta))
    every = sources_of(model, paper, beta, options.candidates)
    others = [PAPER, *([beta.config] if beta else [])]
    material = material_of(model, others, options.part, options.n, options.edits)
    result: dict[str, Any] = {"part": options.part, "tunes": len(material.bench.subjects), "sources": {}}
    result |= {"candidates": options.candidates, "seconds": options.seconds}
    for name, rounds in every.items():
        if options.only is None or name in options.only:
            result["sources"][name] = measured(material, rounds, Budget(options.candidates, options.seconds))
            keep(result, show, options.o)
    print(show(result))


if __name__ == "__main__":
    main()

"""Judge variations of held-out tunes as a musician would: surprise, cadences, downbeats, holes, leaps.

    python benchmarks/taste.py [-n 48] [-o FILE]       (the shipped model's sweeps: minutes)
    python benchmarks/taste.py --show FILE [FILE ...]  (a column for each)

The tunes, up to 24 measures of each, are from the half of the test part that `judge.py` did not learn from, at
least four in each metre that has so many. *Excess surprise* is in nats a measure, above what the judge expects of real
measures with the same four attributes in the same metre: gradient boosting on measures of other tunes. Brackets are
95 % intervals from resampled tunes. Other sources of variations go through `judge_variations`.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import faults
import judge
import numpy as np
import taste_table
import temperley
import torch
from sklearn.ensemble import HistGradientBoostingRegressor
from taste_table import ASKED, BACKWARDS, DISTANCE, EACH_MEASURE, OWN, REACHABLE, SAME

from armusic import api
from armusic.datasets.corpora.corpus import Corpus
from armusic.music import attributes
from armusic.music.score import METRES, Tune
from armusic.music.similarity import distance
from armusic.music.tokenizer import encode, is_onset, kinds

STEPS = (-2, -1, 1, 2)
MEASURES = 24  # of a tune
LEAST = 8  # measures of a tune
EACH = 4  # tunes in each metre, where there are so many
REAL = 900  # tunes from which is learnt what to expect of a measure
RESAMPLES = 2000
BOTH = {"±1": (-1, 1), "±2": (-2, 2)}
JUDGES = "judge", "temperley"
Figures = dict[str, dict[str, dict[str, list[float]]]]
"""Name of a figure -> attribute -> step -> sum, and of how many."""


@dataclass(frozen=True)
class Answer:
    """A variation: its tokens (measure, tick), and the target of each measure (measure,) where it had any."""

    tokens: np.ndarray
    targets: np.ndarray | None = None


Variations = Callable[[Tune, str, Sequence[int]], Sequence[Answer]]
"""(tune, attribute, steps in standard deviations) -> an answer for each step."""


@dataclass(frozen=True)
class Subject:
    """A held-out tune, as tokens (measure, tick) in kinds (measure,) of metre, with what a listener knows of it."""

    tune: Tune
    tokens: np.ndarray
    kind: np.ndarray
    listener: temperley.Listener


@dataclass(frozen=True)
class Bench:
    """All that judges: the network, what it and Temperley's formula expect, the scale of the attributes, the tunes.

    `std`, `low` and `high` are arrays (kind, attribute): deviations, and least and greatest values in the corpus.
    """

    network: judge.Network
    names: tuple[str, ...]
    expected: dict[str, HistGradientBoostingRegressor]
    std: np.ndarray
    low: np.ndarray
    high: np.ndarray
    subjects: list[Subject]


def bench_of(model: api.Model, count: int = 48, seed: int = 0) -> Bench:
    """Return the judges of a model's variations, and `count` tunes that neither they nor it have seen."""
    corpus = api.corpus(model.config.data)
    dealt, network = judge.parts(corpus, model.config), judge.load(corpus, model.config)
    real, subjects = drawn(corpus, dealt, count, seed)
    return replace(judging(model, corpus, network, real), subjects=subjects)


def drawn(corpus: Corpus, dealt: judge.Parts, count: int = 48, seed: int = 0) -> tuple[np.ndarray, list[Subject]]:
    """Return the numbers of the tunes that show what to expect, and the tunes whose variations are judged."""
    rng = np.random.default_rng(seed)
    real = rng.permutation(dealt.product)[:REAL]
    return real, _subjects(corpus, dealt.judged, count, rng)


def judging(model: api.Model, corpus: Corpus, network: judge.Network, tunes: np.ndarray) -> Bench:
    """Return the judges of a model's variations without any tunes; what to expect is learnt from some of the corpus."""
    names = model.attributes
    real = [subject_of(judge.excerpt(corpus, number, MEASURES)) for number in tunes]
    real = [subject for subject in real if subject]
    facts = np.concatenate([_facts(subject.tokens, subject.kind, names) for subject in real])
    surprise = surprises(network, [(subject, subject.tokens) for subject in real])
    expected = {}
    for name, values in surprise.items():
        boosted = HistGradientBoostingRegressor(
            max_iter=300, learning_rate=0.05, min_samples_leaf=40, early_stopping=False,
            categorical_features=[len(names)], random_state=0,
        )  # fmt: skip
        expected[name] = boosted.fit(facts, np.concatenate(values))
    sound = is_onset(corpus.tokens).any(axis=1)
    values = attributes.measure_each(corpus.tokens[sound], corpus.kind[sound], names)
    of = [values[corpus.kind[sound] == kind] for kind in range(len(METRES))]
    low, high = (np.stack([extreme(part, axis=0) for part in of]) for extreme in (np.min, np.max))
    return Bench(network, names, expected, model.checkpoint.scale.std, low, high, [])


def subject_of(tune: Tune) -> Subject | None:
    """Return a tune as a subject, unless it is silent."""
    if not tune.notes:
        return None
    return Subject(tune, encode(tune), kinds(tune.measures), temperley.listener_of(tune))


def _subjects(corpus: Corpus, numbers: np.ndarray, count: int, rng: np.random.Generator) -> list[Subject]:
    """Return tunes in a random order, one of each version, the first of every metre before any others."""
    shuffled = rng.permutation(numbers)
    _, first = np.unique(corpus.version[shuffled], return_index=True)
    tunes = [judge.excerpt(corpus, number, MEASURES) for number in shuffled[np.sort(first)]]
    every = [subject for subject in map(subject_of, tunes) if subject and len(subject.kind) >= LEAST]
    metre = np.array([subject.kind[0] for subject in every])
    later = [(metre[:place] == metre[place]).sum() >= EACH for place in range(len(metre))]
    return [every[place] for place in np.sort(np.argsort(later, kind="stable")[:count])]


def _facts(tokens: np.ndarray, kind: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """Return what an expectation depends on: the attributes, and the metre."""
    return np.column_stack([attributes.measure_each(tokens, kind, names), kind])


def surprises(network: judge.Network, tunes: Sequence[tuple[Subject, np.ndarray]]) -> dict[str, list[np.ndarray]]:
    """Return the surprise (measure,) of tunes and their variations (tokens) in nats, by both judges."""
    read = [judge.notes_of(tokens, subject.kind, subject.listener) for subject, tokens in tunes]
    by_judge = [rows.sum(axis=1) for rows in judge.by_note(network, read)]
    by_formula = [temperley.surprise(tokens[is_onset(tokens)], subject.listener) for subject, tokens in tunes]
    return {
        name: [
            judge.a_measure(values, notes, len(tokens))
            for values, notes, (_, tokens) in zip(by, read, tunes, strict=True)
        ]
        for name, by in zip(JUDGES, (by_judge, by_formula), strict=True)
    }


def excess(bench: Bench, tunes: Sequence[tuple[Subject, np.ndarray]]) -> dict[str, np.ndarray]:
    """Return the mean excess surprise (tune,) of tunes and their variations, by both judges."""
    facts = [_facts(tokens, subject.kind, bench.names) for subject, tokens in tunes]
    edges = np.cumsum([len(rows) for rows in facts])[:-1]
    return {
        name: np.array(
            [
                (rows - usual).mean()
                for rows, usual in zip(
                    values, np.split(bench.expected[name].predict(np.concatenate(facts)), edges), strict=True
                )
            ]
        )
        for name, values in surprises(bench.network, tunes).items()
    }


def sweeps(model: api.Model, **options: Any) -> Variations:
    """Return the model's own variations; the options are those of `Model.interpolate`."""

    def answers(tune: Tune, attribute: str, steps: Sequence[int]) -> list[Answer]:
        most = max(map(abs, steps))
        swept = model.interpolate(tune, attribute, steps=2 * most + 1, span=(-most, most), **options)
        by_step = {int(variation.step): variation for variation in swept}
        return [Answer(encode(by_step[step].tune), by_step[step].targets) for step in steps]

    return answers


def judge_variations(variations: Variations, bench: Bench, steps: Sequence[int] = STEPS) -> dict[str, Any]:
    """Return all figures of variations of the bench's tunes, as plain values.

    Parameters
    ----------
    variations : callable
        See `Variations`; it is called once for each tune and attribute.
    bench : Bench
        The judges and the tunes.
    steps : sequence of int
        Steps in standard deviations, from low to high.

    Returns
    -------
    dict
        `excess`: judge -> attribute, or `all` -> step, or a key of `BOTH` -> mean, and its interval; `over input`: the
        same, less the excess of the tunes themselves; `figures`: see `Figures`. Those of the tunes are in `input`.
    """
    began = time.process_time()
    figures: Figures = {}
    answers: list[tuple[Subject, np.ndarray]] = []
    for subject in bench.subjects:
        for column, name in enumerate(bench.names):
            swept = variations(subject.tune, name, steps)
            answers += [(subject, answer.tokens) for answer in swept]
            for step, pairs in zip(steps, _figures(bench, subject, column, steps, swept), strict=True):
                _add(figures, name, str(step), pairs)
    seconds = time.process_time() - began
    inputs: Figures = {}
    for subject in bench.subjects:
        pairs = faults.count(subject.tokens, subject.tokens, subject.kind, subject.listener.tonic)
        _add(inputs, "all", "0", pairs)
    unchanged = excess(bench, [(subject, subject.tokens) for subject in bench.subjects])
    changed = excess(bench, answers)
    result: dict[str, Any] = {
        "tunes": len(bench.subjects),
        "CPU seconds": round(seconds),
        "excess": {},
        "over input": {},
    }
    for name, values in changed.items():
        table = values.reshape(len(bench.subjects), len(bench.names), len(steps))
        result["excess"][name] = _intervals(table, bench.names, steps)
        result["over input"][name] = _intervals(table - unchanged[name][:, None, None], bench.names, steps)
    result["figures"] = figures
    result["input"] = {"excess": {name: _interval(values) for name, values in unchanged.items()}, "figures": inputs}
    return result


def _figures(
    bench: Bench, subject: Subject, column: int, steps: Sequence[int], swept: Sequence[Answer]
) -> list[faults.Pairs]:
    """Return the figures of each step of a sweep of one attribute (a column of the bench's)."""
    before, kind = subject.tokens, subject.kind
    old = attributes.measure_each(before, kind, bench.names)
    others = [place for place in range(len(bench.names)) if place != column]
    sound, std = is_onset(before).any(axis=1), bench.std[kind]
    spread, present = std[sound, column].mean(), old[sound, column].mean()
    low, high = (bound[kind[sound], column].mean() for bound in (bench.low, bench.high))
    new = [attributes.measure_each(answer.tokens, kind, bench.names) for answer in swept]
    path = {0: (before, present)} | {
        step: (answer.tokens, values[sound, column].mean())
        for step, answer, values in zip(steps, swept, new, strict=True)
    }
    rows = []
    for step, answer, values in zip(steps, swept, new, strict=True):
        pairs, mean = faults.count(before, answer.tokens, kind, subject.listener.tonic), path[step][1]
        target = present + step * spread
        pairs[ASKED] = abs(mean - target) / spread, 1.0
        pairs[REACHABLE] = abs(mean - np.clip(target, low, high)) / spread, 1.0
        if answer.targets is not None:
            pairs[OWN] = abs(mean - answer.targets[sound].mean()) / spread, 1.0
            pairs[EACH_MEASURE] = float((abs(values - answer.targets[:, None]) / std)[sound, column].sum()), sound.sum()
        both = sound & is_onset(answer.tokens).any(axis=1)
        far = distance(answer.tokens[both], before[both], *(v[both][:, others] for v in (values, old, std)))
        pairs[DISTANCE] = float(far.sum()), float(both.sum())
        nearer, value = path[max((other for other in path if abs(other) < abs(step) and other * step >= 0), key=abs)]
        pairs[BACKWARDS] = float((mean - value) * np.sign(step) < -1e-9), 1.0
        pairs[SAME] = float((answer.tokens == nearer).all()), 1.0
        rows.append({name: (float(total), float(of)) for name, (total, of) in pairs.items()})
    return rows


def _add(figures: Figures, attribute: str, step: str, pairs: faults.Pairs) -> None:
    for name, (total, of) in pairs.items():
        cell = figures.setdefault(name, {}).setdefault(attribute, {}).setdefault(step, [0.0, 0.0])
        cell[0], cell[1] = round(cell[0] + total, 6), cell[1] + of


def _intervals(table: np.ndarray, names: Sequence[str], steps: Sequence[int]) -> dict[str, dict[str, list[float]]]:
    """Return mean and interval for each attribute and step, and over them, of a table (tune, attribute, step)."""
    rows = {"all": table.mean(axis=1)} | {name: table[:, column] for column, name in enumerate(names)}
    result = {}
    for name, values in rows.items():
        result[name] = {str(step): _interval(values[:, place]) for place, step in enumerate(steps)}
        for label, pair in BOTH.items():
            columns = [place for place, step in enumerate(steps) if step in pair]
            if columns:
                result[name][label] = _interval(values[:, columns].mean(axis=1))
    return result


def _interval(values: np.ndarray) -> list[float]:
    """Return the mean of values (tune,), and the interval that holds 95 % of the means of resampled tunes."""
    drawn = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    return [
        round(float(value), 3) for value in (values.mean(), *np.percentile(values[drawn].mean(axis=1), [2.5, 97.5]))
    ]


def main() -> None:
    """Judge the shipped model's sweeps, or show what was judged before."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=48, help="tunes")
    parser.add_argument("--each-measure", action="store_true", help="as `interpolate --each-measure`")
    parser.add_argument("-o", type=Path, metavar="FILE", help="where the figures go, as JSON")
    parser.add_argument("--show", type=Path, nargs="+", metavar="FILE", help="figures to print instead")
    options = parser.parse_args()
    if options.show:
        columns = {path.stem.removeprefix("taste-"): json.loads(path.read_text()) for path in options.show}
    else:
        torch.set_num_threads(1)
        model = api.load()
        how = {"each_measure": True} if options.each_measure else {}
        columns = {"now": judge_variations(sweeps(model, **how), bench_of(model, options.n))}
        if options.o:
            options.o.write_text(json.dumps(columns["now"], indent=1) + "\n")
    print(taste_table.page(columns))


if __name__ == "__main__":
    main()

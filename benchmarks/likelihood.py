"""Does the model's likelihood tell what a musician would choose? `python benchmarks/likelihood.py [--part validation]`.

Each human edit (`human_edits.py`) stands among the candidates for its measure that have the value which the human's
has, as the search finds them (within .06 deviations), the human's among them where no rule leaves it out. A conditional
logit on a few figures of each candidate says how probable the human's is; it learns its weights from edits of the
training part. *Lost* are nats an edit: less is better. In brackets: 95 % intervals of the difference from the row named
there, resampled by groups of versions. The figures: *cost*, by which the search chooses; *ticks*, at how many something
else happens than in the input; the model's log probability of the candidate given the code of the input, and given that
code edited for the value; the distance of its own code from the input's.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import closed_loop
import human_edits
import numpy as np
from scipy.optimize import minimize
from taste import subject_of

from armusic import api
from armusic.editing import candidates, probes
from armusic.editing import ear as ears
from armusic.editing import pool as pools
from armusic.editing.candidates import Search
from armusic.editing.material import pitches, prepare
from armusic.evaluation import tune_of
from armusic.music import attributes
from armusic.music.score import METRES
from armusic.music.tokenizer import ticks

NEAR = 0.06  # standard deviations: candidates with the value
FLOOR = -8.0  # nats: the least that a tick counts
RIDGE = 1e-4
ROWS = (
    ("cost", ("cost",), ""),
    ("cost, ticks", ("cost", "ticks"), "cost"),
    ("cost, given the code", ("cost", "given the code"), "cost"),
    ("cost, given the edited code", ("cost", "given the edited code"), "cost"),
    ("cost, distance of codes", ("cost", "distance of codes"), "cost"),
    ("cost, ticks, given the code", ("cost", "ticks", "given the code"), "cost, ticks"),
    ("cost, ticks, given the edited code", ("cost", "ticks", "given the edited code"), "cost, ticks"),
    ("cost, ticks, distance of codes", ("cost", "ticks", "distance of codes"), "cost, ticks"),
)
Choice = tuple[int, dict[str, np.ndarray], np.ndarray]
"""Group of versions; figures of candidates, by name; which of them are the human's."""


def choices(model: api.Model, part: str, most: int) -> list[Choice]:
    """Return what is to be chosen among for the edits of a part of the corpus, at most so many."""
    corpus, results = api.corpus(model.config.data), []
    groups = np.random.default_rng(0).permutation(closed_loop.parts_of(corpus, model.config)[part])
    for edit in human_edits.edits(corpus, groups):
        if len(results) == most:
            break
        tune = tune_of(corpus, corpus.tune == edit.tune, corpus.sources[edit.tune])
        material = prepare(model.checkpoint, tune, (edit.measure + 1,) * 2)
        kind = material.kind[[edit.measure]]
        old, new = (attributes.measure_each(row[None], kind, model.attributes)[0] for row in (edit.before, edit.after))
        change = abs(new - old) / model.checkpoint.scale.std[kind[0]]
        if subject_of(tune) is None or not material.varied[edit.measure] or not change.any():
            continue
        name = model.attributes[int(change.argmax())]
        search = candidates.start(model.checkpoint, material, pitches(tune, "auto"), (name,))
        figures, human = among(search, name, edit.after)
        if human.any() and not human.all():
            results.append((edit.group, figures, human))
    return results


def among(search: Search, name: str, after: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return figures of the candidates for a measure with the value of the human's, and which are the human's."""
    own = np.zeros(1, dtype=int)
    human = candidates.measured(search, own, after[None, : search.ear.tokens.shape[1]].astype(np.int16), search.z)
    every = [pools.fill(search, name), human.take(~ears.broken(search.ear, own, human.tokens, (name,)))]
    pool = pools.from_candidates(search, (name,), every)
    column = search.names.index(name)
    error = (pool.candidates.values[:, column] - human.values[0, column]) / search.std[0, column]
    places = np.flatnonzero(abs(error) < NEAR)
    tokens = pool.candidates.tokens[places].astype(np.int16)
    target = (human.values[0, column] - search.mean[0, column]) / search.std[0, column]
    figures = {
        "cost": pool.costs(places) + pools.EXACT * error[places] ** 2,
        "ticks": (tokens != search.ear.tokens).sum(axis=1) / 10,
        **by_model(search, name, target, tokens),
    }
    return figures, (human_edits.notes(tokens) == human_edits.notes(human.tokens)).all(axis=1)


def by_model(search: Search, name: str, target: float, tokens: np.ndarray) -> dict[str, np.ndarray]:
    """Return what the model says of candidates: nats of their notes, in tens, and how far their codes lie."""
    model, kind = search.checkpoint.model, int(search.kind[0])
    positions = np.full((1, len(search.checkpoint.config.attributes)), np.nan)
    positions[0, search.checkpoint.config.attributes.index(name)] = np.clip(target, probes.GRID[0], probes.GRID[-1])
    anchors = np.repeat(search.material.anchors[search.first], len(tokens))
    classes = search.checkpoint.frame.enter(tokens, anchors)[0][:, : ticks(METRES[kind])]

    def nats(z: np.ndarray) -> np.ndarray:
        logits = model.decode(z.astype(np.float32), kind)[0]
        logits = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        return -logits[np.arange(classes.shape[1]), classes].clip(FLOOR).sum(axis=1) / 10

    apart = model.encode(classes, kind) - search.z
    return {
        "given the code": nats(search.z),
        "given the edited code": nats(model.edit(search.z, positions, kind)),
        "distance of codes": np.sqrt((apart**2).mean(axis=1)),
    }


def learn(learnt: Sequence[Choice], names: Sequence[str]) -> np.ndarray:
    """Return the weights of figures under which the human's choices are most probable."""

    def loss(weights: np.ndarray) -> float:
        return lost(learnt, names, weights).mean() + RIDGE * float(weights @ weights)

    result: np.ndarray = minimize(loss, np.ones(len(names)), method="L-BFGS-B").x
    return result


def lost(some: Sequence[Choice], names: Sequence[str], weights: np.ndarray) -> np.ndarray:
    """Return the nats that each of the human's choices costs: less its log probability."""
    nats = []
    for _, figures, human in some:
        score = -sum(weight * figures[name] for weight, name in zip(weights, names, strict=True))
        nats.append(np.logaddexp.reduce(score) - np.logaddexp.reduce(score[human]))
    return np.array(nats)


def show(learnt: Sequence[Choice], some: Sequence[Choice]) -> str:
    """Return the table."""
    groups, by_name = np.array([group for group, _, _ in some]), {}
    lines = ["| by | lost, nats | beside |", "|---|---|---|"]
    for label, names, beside in ROWS:
        by_name[label] = lost(some, names, learn(learnt, names))
        cell = ""
        if beside:
            low, high = closed_loop.interval(by_name[label] - by_name[beside], groups)
            cell = f"{beside}: [{low:+.3f}, {high:+.3f}]"
        lines.append(f"| {label} | {by_name[label].mean():.3f} | {cell} |")
    return "\n".join(lines)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=closed_loop.PARTS[1:], default="validation")
    parser.add_argument("--learn", type=int, default=240, help="edits of the training part, at most")
    options = parser.parse_args()
    model = api.load()
    learnt, some = (choices(model, *each) for each in (("training", options.learn), (options.part, 1000)))
    print(f"{len(some)} edits of the {options.part} part, weights from {len(learnt)} of the training part\n")
    print(show(learnt, some))


if __name__ == "__main__":
    main()

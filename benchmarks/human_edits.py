"""Ask held-out tunes for what their other versions have: how often the human's measure is found, and what it costs.

    python benchmarks/human_edits.py [RUN] [--parts validation test] [--natural .5] [--keep ...] [-o FILE.json]
    (the shipped model by default)

The folk corpus has versions of one tune. Two versions in one metre are moved to the same tonic and aligned measure by
measure; aligned measures with other notes, of which at least half are kept, are human edits of the first version. Each
different edit of a tune counts once; pickups, and edits that change no attribute, are left out. The first version is
then asked, in this measure alone, for the value that the second has there: in the attribute that the human changed
most, in standard deviations, and in all four at once. The cost of an edit is what the whole tune with it costs, less
what it costs without, in bits: by a judge (`judge.py`), and by Temperley's (2008) formula for pitches. All tunes are of
parts that the model was not trained on. Judges learn from these parts, a third of the groups of versions left out in
turn (ten minutes on the first run): each tune is judged by the one that knows none of its versions. Intervals: 95 %,
from a thousand resamples of the groups.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import judge
import numpy as np
import temperley
import torch

from armusic import api
from armusic.api import Model
from armusic.config.manner import KEPT, NATURAL, Manner
from armusic.config.manner import manner as as_manner
from armusic.datasets import corpora
from armusic.datasets.corpora.corpus import Corpus
from armusic.editing import pool as pools
from armusic.editing.material import pitches, prepare
from armusic.evaluation import tune_of
from armusic.files import data_folder
from armusic.inference.items import to_data
from armusic.music import attributes
from armusic.music.score import METRES, Tune
from armusic.music.tokenizer import REST, encode, is_onset, kinds
from armusic.vae.data import split

PARTS = ("training", "validation", "test")
SHIFTS = sorted(range(-24, 25), key=abs)  # semitones between versions: the smallest first
GAP = 0.25  # measures that share fewer of their notes are not aligned
SHARED = 0.5  # least share of the first version's notes that an edit keeps
RESAMPLES = 1000
FOLDS = 3  # judges: each tune is judged by the one that has not learnt from its group


@dataclass(frozen=True)
class Edit:
    """A measure of a tune, and what another version of the tune has in its place.

    Parameters
    ----------
    group, tune, measure : int
        The group of versions, the first version's place in the corpus, and the place of the measure in it.
    before, after : int array (tick,)
        Tokens of the measure in the first version, and in the other one at the first one's pitch.
    """

    group: int
    tune: int
    measure: int
    before: np.ndarray
    after: np.ndarray


def edits(corpus: Corpus, groups: Sequence[int]) -> Iterator[Edit]:
    """Yield the edits between the first version and each other one, group by group."""
    for group in groups:
        first, *others = np.flatnonzero(corpus.version == group).tolist()
        rows = corpus.tune == first
        before, kind = corpus.tokens[rows], corpus.kind[rows]
        known: set[bytes] = set()
        for other in others:
            theirs = corpus.tune == other
            after, pairs = aligned(before, kind, corpus.tokens[theirs], corpus.kind[theirs])
            for place, opposite in pairs:
                old, new = before[place], after[opposite]
                key = old.tobytes() + new.tobytes()
                if key not in known and is_edit(old, new) and not (place == 0 and REST in (old[0], new[0])):
                    known.add(key)
                    yield Edit(int(group), first, place, old, new)


def aligned(
    first: np.ndarray, first_kind: np.ndarray, second: np.ndarray, second_kind: np.ndarray
) -> tuple[np.ndarray, list[tuple[int, int]]]:
    """Return the second tune at the first one's pitch, and which measures stand for one another.

    Both are int arrays (measure, tick). The shift is the one that leaves the best partners; the alignment has the
    largest sum of shares of notes in common. A pair with no other pair beside it is left out.

    Examples
    --------
    >>> first = np.array([[60, 62], [64, 69], [67, 64], [62, 60]])
    >>> second = np.delete(first + 5, 1, axis=0)
    >>> second[1, 1] += 1
    >>> moved, pairs = aligned(first, np.zeros(4), second, np.zeros(3))
    >>> moved.tolist(), pairs
    ([[60, 62], [67, 65], [62, 60]], [(2, 1), (3, 2)])
    """
    onset = is_onset(second)

    def shared(shift: int) -> np.ndarray:
        same = (is_onset(first)[:, None] & onset & (first[:, None] == second + shift)).sum(axis=2)
        most = np.maximum(is_onset(first).sum(axis=1)[:, None], onset.sum(axis=1))
        return np.where(first_kind[:, None] == second_kind, same / np.maximum(most, 1), 0.0)

    shift = max(SHIFTS, key=lambda semitones: shared(semitones).max(axis=1).sum())
    pairs = best_path(shared(shift) - GAP)
    beside = {(row + step, column + step) for row, column in pairs for step in (-1, 1)}
    return np.where(onset, second + shift, second), [pair for pair in pairs if pair in beside]


def best_path(gain: np.ndarray) -> list[tuple[int, int]]:
    """Return the pairs (row, column), both rising, with the largest sum of `gain`.

    Examples
    --------
    >>> best_path(np.array([[1.0, -1, -1], [-1, -1, 1]]))
    [(0, 0), (1, 2)]
    """
    rows, columns = gain.shape
    best = np.zeros((rows + 1, columns + 1))
    for row in range(rows):
        for column in range(columns):
            skip = max(best[row, column + 1], best[row + 1, column])
            best[row + 1, column + 1] = max(skip, best[row, column] + gain[row, column])
    row, column, pairs = rows, columns, []
    while row and column:
        if best[row, column] == best[row - 1, column]:
            row -= 1
        elif best[row, column] == best[row, column - 1]:
            column -= 1
        else:
            row, column = row - 1, column - 1
            pairs.append((row, column))
    return pairs[::-1]


def notes(tokens: np.ndarray) -> np.ndarray:
    """Return the pitch of each tick where a note begins, and -1 elsewhere."""
    return np.where(is_onset(tokens), tokens, -1)


def is_edit(before: np.ndarray, after: np.ndarray) -> bool:
    """Return whether a measure has other notes than another one, which at least half of its own are kept in."""
    own = is_onset(before)
    kept = (own & (before == after)).sum()
    return bool(own.any() and kept >= SHARED * own.sum() and (notes(before) != notes(after)).any())


def judges(corpus: Corpus, groups: np.ndarray) -> dict[int, judge.Network]:
    """Return for each group of versions a judge that has learnt from the tunes of other groups."""
    result = {}
    for fold in np.array_split(np.random.default_rng(judge.Settings.seed).permutation(groups), FOLDS):
        learnt = np.flatnonzero(np.isin(corpus.version, np.setdiff1d(groups, fold)))
        network = judge.learn([judge.excerpt(corpus, number) for number in learnt.tolist()])
        result |= dict.fromkeys(fold.tolist(), network)
    return result


def bits(network: judge.Network, tune: Tune, measure: int, after: np.ndarray) -> dict[str, float]:
    """Return what a tune costs more, in bits, with other tokens in a measure: by the judge, and by Temperley."""
    before, kind, listener = encode(tune), kinds(tune.measures), temperley.listener_of(tune)
    edited = before.copy()
    edited[measure] = after
    old, new = judge.by_note(network, [judge.notes_of(tokens, kind, listener) for tokens in (before, edited)])
    formula_old, formula_new = (temperley.surprise(rows[is_onset(rows)], listener) for rows in (before, edited))
    return {"judge": in_bits(new, old), "Temperley": in_bits(formula_new, formula_old)}


def in_bits(new: np.ndarray, old: np.ndarray) -> float:
    """Return the difference of two sums of nats, in bits."""
    return float((new.sum() - old.sum()) / np.log(2))


def ask(
    model: Model, network: judge.Network, tune: Tune, edit: Edit, names: Sequence[str], manner: Manner
) -> dict[str, Any]:
    """Ask a tune for the values that the human's version of a measure has, and compare."""
    kind = METRES.index(tune.measures[edit.measure].metre.kind)
    values = attributes.measure_each(edit.after[None], np.array([kind]), names)[0]
    place, targets = (edit.measure + 1,) * 2, dict(zip(names, values.tolist(), strict=True))
    options = {"natural": manner.natural, "keep": manner.keep or "none"}
    answer = model.reach(tune, targets, measures=place, **options).tokens[edit.measure]
    human = edit.after[: len(answer)]
    material, allowed = prepare(model.checkpoint, tune, place), pitches(tune, "auto")
    pool = pools.build(model.checkpoint, material, names, allowed=allowed, manner=manner)
    same = (notes(pool.candidates.tokens) == notes(human)).all(axis=1)
    own = is_onset(edit.before)[: len(answer)]
    costs = {who: bits(network, tune, edit.measure, row) for who, row in (("human", human), ("ours", answer))}
    return {
        "found": bool((notes(answer) == notes(human)).all()),
        "in the pool": bool(same.any()),
        "notes kept, human": float((own & (edit.before[: len(answer)] == human)).sum() / own.sum()),
        "notes kept, ours": float((own & (edit.before[: len(answer)] == answer)).sum() / own.sum()),
        **{f"{name}, {who}": row[name] for name in costs["human"] for who, row in costs.items()},
    }


def run(model: Model, parts: Sequence[str], manner: Manner) -> dict[str, Any]:
    """Return the figures of all edits in some parts of the corpus."""
    names, scale = model.attributes, model.checkpoint.scale
    corpus = corpora.read(model.config.data, data_folder())
    in_parts = dict(zip(PARTS, split(to_data(corpus, model.config), model.config.split), strict=True))
    groups = np.unique(np.concatenate([in_parts[part].group for part in parts]))
    held_out = judges(corpus, np.unique(np.concatenate([in_parts[part].group for part in PARTS[1:]])))
    rows, left_out = [], 0
    for edit in edits(corpus, groups):
        tune = tune_of(corpus, corpus.tune == edit.tune, corpus.sources[edit.tune])
        kind = METRES.index(tune.measures[edit.measure].metre.kind)
        old, new = attributes.measure_each(np.stack([edit.before, edit.after]), np.full(2, kind), names)
        change = abs(new - old) / scale.std[kind]
        if not change.any() or not prepare(model.checkpoint, tune).varied[edit.measure]:
            left_out += 1
            continue
        most = names[int(change.argmax())]
        for label, some in ((most, (most,)), ("all four", names)):
            rows.append({"group": edit.group, "source": corpus.sources[edit.tune], "measure": edit.measure + 1,
                         "attribute": label, **ask(model, held_out[edit.group], tune, edit, some, manner)})  # fmt: skip
    each = {name: [row for row in rows if row["attribute"] == name] for name in names}
    each |= {"one attribute": [row for row in rows if row["attribute"] != "all four"]}
    each |= {"all four": [row for row in rows if row["attribute"] == "all four"]}
    figures = {name: summary(some) for name, some in each.items() if some}
    return {"parts": list(parts), "groups": len({row["group"] for row in rows}), "left out": left_out,
            "figures": figures, "edits": rows}  # fmt: skip


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the number of rows, and the mean of each figure with its interval."""
    figures = [name for name, value in rows[0].items() if isinstance(value, bool | float)]
    values = np.array([[float(row[name]) for name in figures] for row in rows])
    _, group = np.unique([row["group"] for row in rows], return_inverse=True)
    sums = np.zeros((group.max() + 1, len(figures)))
    np.add.at(sums, group, values)
    chosen = np.random.default_rng(0).integers(len(sums), size=(RESAMPLES, len(sums)))
    means = sums[chosen].sum(axis=1) / np.bincount(group)[chosen].sum(axis=1)[:, None]
    low, high = np.percentile(means, [2.5, 97.5], axis=0)
    means_of = zip(figures, values.mean(axis=0), low, high, strict=True)
    return {"edits": len(rows), **{name: [float(v), float(a), float(b)] for name, v, a, b in means_of}}


def show(result: dict[str, Any]) -> None:
    """Print the table."""
    figures = result["figures"]
    columns = list(figures["all four"])
    print("| target | " + " | ".join(columns) + " |\n|" + "---|" * (len(columns) + 1))
    for name, row in figures.items():
        cells = []
        for column in columns[1:]:
            signed = column.startswith(("judge", "Temperley"))
            form = "{:+.1f} [{:+.1f}, {:+.1f}]" if signed else "{:.0%} [{:.0%}, {:.0%}]"
            cells.append(form.format(*row[column]))
        print(f"| {name} | {row['edits']} | " + " | ".join(cells) + " |")
    parts = " and ".join(result["parts"])
    print(
        f"\n{result['groups']} groups of versions ({parts}); {result['left out']} left out; {result['seconds']:.0f} s"
    )


def main() -> None:
    """Print the table, and write the figures and all edits as JSON where told to."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?")
    parser.add_argument("--parts", nargs="+", choices=PARTS[1:], default=PARTS[1:])
    parser.add_argument("--natural", type=float, default=NATURAL)
    parser.add_argument("--keep", default=",".join(KEPT))
    parser.add_argument("-o", "--output", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    start = time.perf_counter()
    manner = as_manner(options.natural, options.keep)
    result = (
        run(api.load(options.run), options.parts, manner) | asdict(manner) | {"seconds": time.perf_counter() - start}
    )
    if options.output:
        options.output.write_text(json.dumps(result, indent=2) + "\n")
    show(result)


if __name__ == "__main__":
    main()

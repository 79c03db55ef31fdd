"""Judge new tunes and morphs beside tunes of the corpus: surprise, silence, leaps, runs, endings, clashes.

    python benchmarks/new_tunes.py [--name after] [--abc FOLDER]

24 new tunes of 16 measures in three metres, and the three steps between both ends of 12 morphs of the last eight
measures of tunes in these metres that neither the judge (`judge.py`) nor the model has seen. Prints a table; with
`--abc` the music is written too, to be read.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from pathlib import Path

import judge
import numpy as np
import torch
from temperley import listener_of

from armusic import api
from armusic.api import Model
from armusic.datasets.corpora.corpus import Corpus
from armusic.evaluation import tune_of
from armusic.music import keys
from armusic.music.score import METRES, Tune
from armusic.music.tokenizer import PAD, REST, encode, is_onset, kinds, sounding

METRES_AND_KEYS = (("4/4", "D:major"), ("3/4", "G:major"), ("6/8", "A:dorian"))
EACH = 8  # new tunes in each metre
MEASURES = 16  # of a new tune
PAIRS = 4  # morphs in each metre
SPAN = 8  # measures of a tune that is morphed
STEPS = 5  # of a morph, both ends included
PHRASE = 8  # measures
LONG = 0.5  # of a measure: a last note as long is long
Row = dict[str, float]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--name", default="now", help="heading of the columns")
    parser.add_argument("--abc", type=Path, help="folder to write the music to")
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = api.load()
    corpus = api.corpus(model.config.data)
    network = judge.load(corpus, model.config)
    dealt = judge.parts(corpus, model.config).judged
    held_out = {span: [tunes(corpus, dealt, metre, span) for metre, _ in METRES_AND_KEYS] for span in (SPAN, MEASURES)}
    model.generate(2, seed=1)  # whatever is loaded once
    began = time.process_time()
    new = [
        music
        for metre, key in METRES_AND_KEYS
        for _, music in model.generate(MEASURES, metre, key, count=EACH, seed=16).tunes
    ]
    seconds_new = (time.process_time() - began) / len(new)
    began = time.process_time()
    placed = [step for pieces in held_out[SPAN] for step in morphs(model, pieces)]
    seconds_morphed = (time.process_time() - began) / (PAIRS * len(METRES_AND_KEYS))
    way = {name: float(np.mean([row[name] for _, row in placed])) for name in placed[0][1]}
    morphed = [tune for tune, _ in placed]
    long, short = (list(chain(*held_out[span])) for span in (MEASURES, SPAN))
    columns = {
        f"new tunes, {options.name}": figures(network, new) | {"CPU seconds each": seconds_new},
        f"corpus, {MEASURES} measures": figures(network, long),
        f"morphs, {options.name}": figures(network, morphed) | {"CPU seconds each": seconds_morphed} | way,
        f"corpus, {SPAN} measures": figures(network, short),
    }
    print(table(columns))
    if options.abc:
        options.abc.mkdir(parents=True, exist_ok=True)
        for name, pieces in (("new", new), ("morph", morphed), ("tune", short)):
            api.write(
                [(f"{name} {number}", piece) for number, piece in enumerate(pieces)],
                options.abc / f"{name}.abc",
                force=True,
            )


def tunes(corpus: Corpus, numbers: np.ndarray, metre: str, span: int) -> list[Tune]:
    """Return the last measures of tunes in a metre, in a fixed random order; none is silent."""
    kind = [str(each) for each in METRES].index(metre)
    chosen = []
    for number in np.random.default_rng(16).permutation(numbers):
        rows = np.flatnonzero(corpus.tune == number)
        if not is_onset(corpus.tokens[rows[0], :1]).any():
            rows = rows[1:]
        rows = rows[-span:]
        sounds = is_onset(corpus.tokens[rows]).any(axis=1).all() and is_onset(corpus.tokens[rows[:1], :1]).any()
        if len(rows) < span or not sounds or (corpus.kind[rows] != kind).any():
            continue
        inside = np.zeros(len(corpus.tune), dtype=bool)
        inside[rows] = True
        chosen.append(tune_of(corpus, inside, corpus.sources[number]))
        if len(chosen) == 2 * PAIRS:
            break
    return chosen


def morphs(model: Model, pieces: Sequence[Tune]) -> Iterable[tuple[Tune, Row]]:
    """Yield the steps between both ends of morphs of tunes, two by two, with where they lie on the way, in %."""
    for first, second in zip(pieces[::2], pieces[1::2], strict=True):
        steps = model.morph(first, second, STEPS)
        whole = float(steps[0].to_second.mean())
        for before, step in pairwise(steps[:-1]):
            to_first, to_second = float(step.to_first.mean()), float(step.to_second.mean())
            back = max(0.0, float(before.to_first.mean()) - to_first, to_second - float(before.to_second.mean()))
            yield (
                replace(step.tune, key=keys.find(second if step.share >= 0.5 else first)),
                {
                    "beside its place on the way, %": 100 * abs(to_first / (to_first + to_second) - step.share),
                    "detour, % of the way": 100 * ((to_first + to_second) / whole - 1),
                    "steps that go back, %": 100 * float(back > 0),
                },
            )


def figures(network: judge.Network, pieces: Sequence[Tune]) -> Row:
    """Return the figures of some tunes."""
    read = [judge.notes_of(encode(tune), kinds(tune.measures), listener_of(tune)) for tune in pieces]
    rest, gap, pitch = np.concatenate(judge.by_note(network, read)).mean(axis=0)
    lines = [[note.pitch for note in tune.notes] for tune in pieces]
    steps = np.abs(np.concatenate([np.diff(line) for line in lines]))
    silent = np.concatenate([_silent(tune) for tune in pieces])
    ends = [row for tune in pieces for row in _phrase_ends(tune)]
    return {
        "nats a note": rest + gap + pitch,
        "of these, when": rest + gap,
        "of these, what": pitch,
        "silence, %": 100 * silent.mean(),
        "intervals over an octave, %": 100 * (steps > keys.OCTAVE).mean(),
        "intervals over a major sixth, %": 100 * (steps > 9).mean(),  # semitones
        "leaps of a fifth and more not turned back from, %": 100 * _onward(lines),
        "compass, semitones, mean": float(np.mean([max(line) - min(line) for line in lines])),
        "compass, semitones, most": float(max(max(line) - min(line) for line in lines)),
        "longest run of one pitch": float(max(_run(line) for line in lines)),
        "runs of more than three, a tune": float(np.mean([_runs(line) for line in lines])),
        "last note long, %": 100 * np.mean([_long(tune, len(tune.measures) - 1) for tune in pieces]),
        "last note the tonic, %": 100
        * np.mean([line[-1] % 12 == _tonic(t) for line, t in zip(lines, pieces, strict=True)]),
        "phrases that end long, %": 100 * np.mean(ends),
        "chromatic clashes, per 1,000 intervals": 1000 * np.mean(np.concatenate([_clashes(tune) for tune in pieces])),
        "notes a measure": sum(map(len, lines)) / sum(len(tune.measures) for tune in pieces),
        "measures that are different, %": 100 * np.mean([_different(tune) for tune in pieces]),
    }


def _silent(tune: Tune) -> np.ndarray:
    """Return which ticks of a tune are silent."""
    tokens = encode(tune)
    flat = tokens[tokens != PAD]
    return sounding(flat[None])[0] == REST


def _onward(lines: Sequence[Sequence[int]]) -> float:
    """Return the share of leaps of a fifth and more behind which the line goes on in their direction."""
    pairs = [pair for line in lines for pair in pairwise(np.diff(line).tolist()) if abs(pair[0]) >= 7]
    return float(np.mean([first * second > 0 for first, second in pairs]))


def _run(line: Sequence[int]) -> int:
    return max(_lengths(line))


def _runs(line: Sequence[int]) -> int:
    return sum(length > 3 for length in _lengths(line))


def _lengths(line: Sequence[int]) -> list[int]:
    """Return how many notes of each pitch stand in a row."""
    return np.diff(np.flatnonzero(np.diff(line, prepend=-1, append=-1))).tolist()


def _phrase_ends(tune: Tune) -> list[bool]:
    """Return whether each phrase of eight measures ends with a long note."""
    return [_long(tune, row) for row in range(PHRASE - 1, len(tune.measures), PHRASE)]


def _long(tune: Tune, row: int) -> bool:
    """Return whether a measure has a note of half of it or more, with nothing but an upbeat behind it."""
    measure = tune.measures[row]
    notes = [note for note in tune.notes if measure.start <= note.start < measure.end]
    least = LONG * measure.metre.length
    return any(
        min(note.end, measure.end) - note.start >= least and measure.end - note.end <= measure.metre.length / 3
        for note in notes
    ) or any(note.start < measure.start and note.end - measure.start >= least for note in tune.notes)


def _tonic(tune: Tune) -> int:
    return keys.tonic_class(keys.find(tune))


def _clashes(tune: Tune) -> np.ndarray:
    """Return which intervals are semitones that the scale which fits a tune's notes best does not have."""
    inside = keys.collection(keys.find(replace(tune, key=None)))
    line = np.array([note.pitch for note in tune.notes])
    return (np.abs(np.diff(line)) == 1) & ~(inside[line[1:] % 12] & inside[line[:-1] % 12])


def _different(tune: Tune) -> float:
    tokens = encode(tune)
    return len(np.unique(tokens, axis=0)) / len(tokens)


def table(columns: dict[str, Row]) -> str:
    """Return a table in Markdown, a column for each set of tunes."""
    names = list(dict.fromkeys(name for row in columns.values() for name in row))
    lines = [f"| | {' | '.join(columns)} |", "|---" * (len(columns) + 1) + "|"]
    for name in names:
        cells = [f"{row[name]:.2f}" if name in row else "-" for row in columns.values()]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

"""Whether the melody is chosen in files without names: `python benchmarks/melody.py [-n 200] [--fit] [-o FOLDER]`.

Songs of the kinds of `arrangements.py`, of folk tunes that are not those of the fit, and every second score of
music21's corpus of which one part is called soprano, voice or the like. Names are taken out. Simple rules stand
beside: the first part; of the parts with the fewest chords (by tenths) the highest; of single lines within the range of
voices the longest.

`--fit` prints weights, fitted on songs of other collections and on the other scores; `-o` writes the files.
"""

from __future__ import annotations

import argparse
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from arrangement_parts import BARS, Song, Source
from arrangements import KINDS

from armusic.datasets.corpora import folk
from armusic.errors import ArmusicError
from armusic.io import readers
from armusic.io.readers import midi
from armusic.io.readers.midi import traits
from armusic.io.readers.midi.melody import choose
from armusic.music import smf
from armusic.music.score import Tune

FITTED, TESTED = ("airdsAirs", "ryansMammoth"), ("oneills1850", "miscFolk")
SUNG = re.compile(r"soprano|voice|vocal|cantus|singstimme|melody", re.IGNORECASE)
SCORES = ("bach", "schubert", "schumann_robert", "beach", "johnson_j_r", "liliuokalani", "handel", "leadSheet")
STEPS, RATE, PENALTY = 1500, 0.05, 3e-3  # of the fit: each weight is drawn towards their mean
NO_WORDS = np.empty(0, dtype=np.int64)


def sources(collections: tuple[str, ...], every: int) -> list[Source]:
    """Return tunes in simple metres that are long enough."""
    tunes = []
    for name in collections:
        for path in sorted((folk.music21() / name).glob("*.abc"))[::every]:
            tunes += [tune for _, tune in readers.read_all(path) if isinstance(tune, Tune)]
    return [
        Source(tune)
        for tune in tunes
        if len(tune.measures) >= BARS + 1 and str(tune.measures[0].metre) in ("4/4", "3/4", "2/2")
        and len({measure.metre for measure in tune.measures}) == 1
    ]  # fmt: skip


def songs(kind: str, pool: list[Source], count: int, seed: int) -> Iterator[Song]:
    """Yield songs of a kind."""
    rng = np.random.default_rng(seed)
    for _ in range(count):
        first = pool[int(rng.integers(len(pool)))]
        others = [source for source in pool if source.metre == first.metre]
        yield KINDS[kind]([first, *(others[int(n)] for n in rng.integers(len(others), size=3))], rng)


def scores(every: int) -> Iterator[Song]:
    """Yield scores of music21's corpus, without names, in which one part's name says that it is sung."""
    for folder in SCORES:
        paths = [path for path in sorted((folk.music21() / folder).rglob("*")) if path.suffix in readers.suffixes()]
        for path in paths[:: every if folder == "bach" else 1]:
            try:
                tune = readers.read(path)
            except ArmusicError:
                continue
            if tune.origin is None:
                continue
            file = tune.origin.file
            named = {part.track for part in midi.parts_of(file) if SUNG.search(part.name)}
            if len(named) == 1 and len(midi.parts_of(file)) > 1:
                bare = tuple(
                    tuple(e for e in track if e.status not in (smf.TRACK_NAME, smf.INSTRUMENT_NAME))
                    for track in file.tracks
                )
                yield Song(smf.MidiData(file.type, file.ticks_per_quarter, bare), named.pop())


def rules(song: Song) -> list[bool]:
    """Return whether armusic, and each of the simple rules, chooses the melody."""
    parts = midi.parts_of(song.file)
    voices = [part for part in parts if part.channel != smf.DRUMS]
    alone = [float((part.end[:-1] <= part.start[1:]).mean()) if len(part.start) > 1 else 1.0 for part in voices]
    median = [float(np.median(part.pitch)) for part in voices]
    length = [float((part.end - part.start).sum()) for part in voices]
    index = range(len(voices))
    chosen = [
        choose(parts, song.file.ticks_per_quarter, None, "", NO_WORDS).part,
        voices[0],
        voices[max(index, key=lambda n: (round(alone[n], 1), median[n]))],
        voices[max(index, key=lambda n: (alone[n] > 0.8 and 55 <= median[n] <= 84, length[n]))],
    ]
    return [part.track == song.melody for part in chosen]


def fit(kinds: list[list[Song]]) -> np.ndarray:
    """Return weights, none below 0, with which melodies are likest: conditional logit, each kind counted alike."""
    rows, owner, right, weight = [], [], [], []
    for group in kinds:
        for song in group:
            voices = [part for part in midi.parts_of(song.file) if part.channel != smf.DRUMS]
            shares = traits.traits(voices, song.file.ticks_per_quarter, NO_WORDS, band=False)
            rows.append(shares[:, : -traits.CONVENTIONS])
            owner += [len(rows) - 1] * len(voices)
            right += [part.track == song.melody for part in voices]
            weight.append(1 / len(group) / len(kinds))
    x, group, truth, share = np.concatenate(rows), np.array(owner), np.array(right, float), np.array(weight)
    w, first, second = np.ones(x.shape[1]), 0.0, 0.0
    for step in range(1, STEPS):  # Adam
        z = np.exp(x @ w)
        p = z / np.bincount(group, z)[group]
        slope = x.T @ ((p - truth) * share[group]) + PENALTY * (w - w.mean())
        first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
        w = np.maximum(w - RATE * first / (1 - 0.9**step) / (np.sqrt(second / (1 - 0.999**step)) + 1e-9), 0)
    return w


def main() -> None:
    """Print a table, or weights."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-n", type=int, default=200, help="songs of each kind")
    parser.add_argument("--every", type=int, default=5, help="of the corpus, every so-many-th file of tunes")
    parser.add_argument("--fit", action="store_true", help="print weights fitted on other songs")
    parser.add_argument("-o", type=Path, help="folder for the files")
    options = parser.parse_args()
    logging.disable()
    if options.fit:
        pool = sources(FITTED, options.every)
        groups = [list(songs(kind, pool, options.n, seed)) for seed, kind in enumerate(KINDS)]
        weights = fit([*groups, list(scores(options.every))[::2]])
        for name, weight in zip(traits.WEIGHTS, weights.round(1).tolist(), strict=False):
            print(f'        "{name}": {weight},')
        return
    pool = sources(TESTED, options.every)
    groups = {kind: list(songs(kind, pool, options.n, 10 + seed)) for seed, kind in enumerate(KINDS)}
    groups["scores"] = list(scores(options.every))[1::2]
    print("| files | | armusic | the first | fewest chords, then highest | longest line |\n|---|---|---|---|---|---|")
    for kind, group in groups.items():
        hits = np.mean([rules(song) for song in group], axis=0)
        print(f"| {kind} | {len(group)} | " + " | ".join(f"{share:.1%}" for share in hits) + " |")
        for number, song in enumerate(group if options.o else []):
            options.o.mkdir(parents=True, exist_ok=True)
            (options.o / f"{kind}-{number:03}-track{song.melody + 1}.mid").write_bytes(smf.to_bytes(song.file))


if __name__ == "__main__":
    main()

"""Read blind what sixteenths in a tune of eighths are to cost: the same targets, met in three ways.

    python benchmarks/reading_sixteenths.py --sheets            (24 tunes as ABC in docs/taste/sixteenths, in minutes)
    python benchmarks/reading_sixteenths.py VERDICTS [...]      (counts the verdicts of readers, in CSV)

Density and rhythm at +1 and +2, with the defaults: where a beat with sixteenths costs a tune without them .15 of a
distance, as it did; where it costs 1, as it does; and with `subdivisions` among what is kept, so that there are none.
Ways that come to the same are one version; which is which is dealt by chance, and stands in `sixteenths-key.csv`, not
in the sheets. What equals the input, or the same way's step nearer to it, is not read: it counts as discarded.

Sixteen tunes, eight measures of each, are of the half of the test part that `judge.py` has learnt from and `reading.py`
has not read: the first in a shuffled order that begin with a full measure, two in each metre before any others.
The other eight are in `reading-fresh.abc`. The verdicts are those of `reading.py`; *best* is the version that the
reader would rather play than the others, if any.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import judge
import numpy as np
import reading

from armusic import api
from armusic.config import KEPT
from armusic.editing import ear
from armusic.inference.items import to_data
from armusic.io.writers.layout import keys_of
from armusic.music.score import Tune
from armusic.vae.data import split

FINER = ("cadences", "downbeats")
WAYS = {"at .15": (0.15, FINER), "at 1": (1.0, FINER), "kept": (0.15, KEPT)}
"""Way -> what a beat with sixteenths costs in a tune without, and what is kept."""
NAMES, STEPS = ("density", "rhythm"), (1, 2)
RESAMPLES = 2000
SHEETS, KEY = reading.FOLDER / "sixteenths", reading.FOLDER / "sixteenths-key.csv"
Case = tuple[str, str, str]
"""Sheet, attribute, step."""


@dataclass(frozen=True)
class Version:
    """A variation on a sheet, and the ways that come to it; the letter is empty where it is not to be read."""

    case: Case
    letter: str
    ways: tuple[str, ...]
    tune: Tune


def tunes(model: api.Model) -> list[Tune]:
    """Return the tunes that are read: held-out folk tunes, and those in other styles."""
    corpus = api.corpus(model.config.data)
    *_, test = split(to_data(corpus, model.config), model.config.split)
    judged = judge.parts(corpus, model.config).judged
    shuffled = np.random.default_rng(16).permutation(
        np.setdiff1d(np.flatnonzero(np.isin(corpus.version, test.group)), judged)
    )
    _, first = np.unique(corpus.version[shuffled], return_index=True)
    every = [judge.excerpt(corpus, number, reading.MEASURES) for number in shuffled[np.sort(first)]]
    styles = Path(__file__).with_name(reading.OTHERS[reading.FRESH])
    folk = reading.first_of_each_metre([tune for tune in every if reading.fits(tune)])
    return folk + [api.read(styles, tune=number) for number in range(1, 9)]


def versions(model: api.Model, sheet: str, tune: Tune, rng: np.random.Generator) -> Iterator[Version]:
    """Yield the versions of each target: those to be read in an order dealt by chance, then the others."""
    for name in NAMES:
        swept = {}
        for way, (price, keep) in WAYS.items():
            with patch.object(ear, "FINER", price):
                steps = model.interpolate(tune, name, steps=5, span=(-2, 2), keep=keep)
            swept[way] = {0: tune, **{round(each.step): each.tune for each in steps if each.step > 0}}
        for step in STEPS:
            case = (sheet, name, f"{step:+d}")
            same = tuple(way for way in WAYS if swept[way][step].notes in (tune.notes, swept[way][step - 1].notes))
            ways: dict[object, list[str]] = {}
            for way in WAYS:
                if way not in same:
                    ways.setdefault(swept[way][step].notes, []).append(way)
            dealt = rng.permutation(len(ways))
            for letter, place in zip("ABC", dealt, strict=False):
                of = tuple(list(ways.values())[place])
                yield Version(case, letter, of, swept[of[0]][step])
            if same:
                yield Version(case, "", same, tune)


def write_sheets(model: api.Model) -> None:
    """Write a sheet for each tune, and the key."""
    SHEETS.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    rows: list[list[str]] = []
    for number, tune in enumerate(tunes(model), 1):
        name = f"{number:02d}-" + (tune.title or f"folk {tune.measures[0].metre}").lower().replace(" ", "-")
        path = SHEETS / f"{name.replace('/', '-')}.abc"
        every = list(versions(model, path.stem, tune, rng))
        rows += [[*each.case, each.letter, "; ".join(each.ways)] for each in every]
        named = [("The input" if number <= reading.FOLK else tune.title or "", tune)]
        named += [(" ".join([*each.case[1:], each.letter]), each.tune) for each in every if each.letter]
        key = keys_of([("", tune)])[0]
        books = [reading.numbered(place, what, replace(each, key=key)) for place, (what, each) in enumerate(named, 1)]
        path.write_text("\n".join(books), encoding="utf-8")
        print(path.name, flush=True)
    with KEY.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([["tune", "attribute", "step", "version", "ways"], *rows])


def read_key() -> dict[tuple[Case, str], str]:
    """Return (case, way) -> the letter of its version."""
    with KEY.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return {((sheet, name, step), way): letter for sheet, name, step, letter, ways in rows for way in ways.split("; ")}


def read_verdicts(path: Path) -> dict[tuple[Case, str], tuple[str, str, bool]]:
    """Return (case, letter) -> verdict, reason, and whether it is the best; `ValueError` for one not on the lists."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    result = {}
    for sheet, name, step, letter, verdict, reason, best in rows:
        known = reason in reading.REASONS if verdict != "keep" else not reason
        if verdict not in reading.VERDICTS or not known or best not in ("", "best"):
            raise ValueError(f"{path.name}: {sheet}, {name} {step} {letter}: not a verdict")
        result[(sheet, name, f"{int(step):+d}"), letter] = verdict, reason, best == "best"
    return result


def table(verdicts: dict[tuple[Case, str], tuple[str, str, bool]], key: dict[tuple[Case, str], str]) -> str:
    """Return shares of each way's verdicts, its differences from the first way, and its reasons, as Markdown."""
    heads = ("way", "variations", "keep", "edit", "discard", "foreign subdivision", "best", "kept beside the first")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name in NAMES:
        for step in sorted({int(case[2]) for case, _ in key if case[1] == name}):
            cases = sorted({case for case, _ in key if case[1:] == (name, f"{step:+d}")})
            of = {way: [_verdict(verdicts, key, case, way) for case in cases] for way in WAYS}
            kept = {way: np.array([verdict == "keep" for verdict, _, _ in rows]) for way, rows in of.items()}
            for way, rows in of.items():
                counts = Counter(verdict for verdict, _, _ in rows)
                shares = [f"{100 * counts[verdict] / len(rows):.0f} %" for verdict in reading.VERDICTS]
                foreign = sum(reason == "foreign subdivision" for _, reason, _ in rows)
                best = sum(best for _, _, best in rows)
                low, high = _interval(kept[way].astype(float) - kept["at .15"])
                beside = "" if way == "at .15" else f"[{100 * low:+.0f}, {100 * high:+.0f}]"
                lines.append(
                    f"| {name} {step:+d}, {way} | {len(rows)} | {' | '.join(shares)} | {foreign} | {best} | {beside} |"
                )
    return "\n".join(lines)


def _verdict(
    verdicts: dict[tuple[Case, str], tuple[str, str, bool]], key: dict[tuple[Case, str], str], case: Case, way: str
) -> tuple[str, str, bool]:
    letter = key[case, way]
    return verdicts[case, letter] if letter else ("discard", "same", False)


def _interval(values: np.ndarray) -> tuple[float, float]:
    """Return the interval that holds 95 % of the means of values drawn anew."""
    chosen = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(values[chosen].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)


def main() -> None:
    """Write the sheets, or count the verdicts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheets", action="store_true", help="write the sheets and the key")
    parser.add_argument("verdicts", type=Path, nargs="*", help="CSV of each reader")
    options = parser.parse_args()
    if options.sheets:
        write_sheets(api.load())
    for path in options.verdicts:
        print(f"{path.name}\n\n{table(read_verdicts(path), read_key())}\n")


if __name__ == "__main__":
    main()

"""Read variations from scores: the sheets that a musician reads, and the table of the verdicts.

    python benchmarks/reading.py --sheets   (24 tunes and their sweeps as ABC in docs/taste/sheets, in minutes)
    python benchmarks/reading.py            (counts docs/taste/reading.csv)
    python benchmarks/reading.py --fresh --sheets   (24 other tunes, in docs/taste/fresh)

Sixteen tunes, eight measures each, are from the half of the test part that `judge.py` did not learn from: the first
in a shuffled order that begin with a full measure, two in each metre before any others. The other eight are in
`reading.abc`: a hymn, a waltz, a blues, a march, a minuet, a carol, swing and a ballad. The fresh
ones are chosen likewise: sixteen of those that are neither among the first nor among the tunes of `taste.py`, by
which the search was improved, and `reading-fresh.abc`. Each has four sweeps of
four steps, with the defaults. *Keep*: it can be played as it stands. *Edit*: at most two different measures must be
mended, which with repeats are less than half. *Discard*: anything else, and what equals the step nearer to the input.
"""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import judge
import numpy as np
import taste

from armusic import api
from armusic.io.writers import abc
from armusic.io.writers.layout import keys_of
from armusic.music.score import Tune
from armusic.music.tokenizer import encode, is_onset, kinds

STEPS, FAR = (-2, -1, 1, 2), (1, 2)
STYLES = ("folk", "other styles")
MEASURES, FOLK, EACH = 8, 16, 2  # measures of a tune, folk tunes, and those of each metre that come first
NAMES = ("density", "range", "rhythm", "contour")
VERDICTS = ("keep", "edit", "discard")
REASONS = (
    "cadence broken", "aimless leaps", "holes", "foreign subdivision", "flattened line", "downbeat lost",
    "wrong note on a strong beat", "stutter", "motif lost", "uneven", "sawtooth over bar lines", "same", "other",
)  # fmt: skip
FOLDER = Path(__file__).parent.parent / "docs" / "taste"
SHEETS, FRESH = FOLDER / "sheets", FOLDER / "fresh"
OTHERS = {SHEETS: "reading.abc", FRESH: "reading-fresh.abc"}
"""Folder of sheets -> the file with its tunes in other styles."""


@dataclass(frozen=True)
class Verdict:
    """What the reader says of a variation; `tune` is the name of its sheet, `reason` empty where it is kept."""

    tune: str
    attribute: str
    step: int
    verdict: str
    reason: str

    @property
    def folk(self) -> bool:
        """Whether the tune is from the folk corpus."""
        return int(self.tune.split("-")[0]) <= FOLK


def tunes(model: api.Model, folder: Path = SHEETS, seed: int = 16) -> list[Tune]:
    """Return the tunes of a folder of sheets: held-out folk tunes, and those in other styles."""
    corpus = api.corpus(model.config.data)
    dealt = judge.parts(corpus, model.config)
    shuffled = np.random.default_rng(seed).permutation(dealt.judged)
    _, first = np.unique(corpus.version[shuffled], return_index=True)
    every = [judge.excerpt(corpus, number, MEASURES) for number in shuffled[np.sort(first)]]
    fit = [tune for tune in every if fits(tune)]
    folk = first_of_each_metre(fit)
    if folder == FRESH:
        known = {tune.source for tune in (*folk, *(subject.tune for subject in taste.drawn(corpus, dealt)[1]))}
        folk = first_of_each_metre([tune for tune in fit if tune.source not in known])
    return folk + [api.read(Path(__file__).with_name(OTHERS[folder]), tune=x) for x in range(1, 9)]


def fits(tune: Tune) -> bool:
    """Return whether a tune has all its measures in one metre, and begins with a full one."""
    tokens = encode(tune)
    sounding = is_onset(tokens).any(axis=1)
    return (
        len(tokens) == MEASURES
        and bool(sounding.all())
        and bool(is_onset(tokens[0, 0]))
        and len(set(kinds(tune.measures).tolist())) == 1
    )


def first_of_each_metre(every: Sequence[Tune]) -> list[Tune]:
    """Return the folk tunes to be read, the first of each metre before any others, in their order."""
    seen: Counter[str] = Counter()
    later = []
    for tune in every:
        metre = str(tune.measures[0].metre.kind)
        later.append(seen[metre] >= EACH)
        seen[metre] += 1
    return [every[place] for place in np.sort(np.argsort(later, kind="stable")[:FOLK])]


def sheet(model: api.Model, tune: Tune) -> str:
    """Return a tune and its variations as an ABC tune book: the input first, then the sweeps from low to high."""
    key = keys_of([("", tune)])[0]
    named = [(tune.title or "The input", tune)]
    for name in NAMES:
        swept = {round(step.step): step.tune for step in model.interpolate(tune, name, steps=5, span=(-2, 2))}
        named += [(f"{name} {step:+d}", swept[step]) for step in STEPS]
    return "\n".join(numbered(number, name, replace(tune, key=key)) for number, (name, tune) in enumerate(named, 1))


def numbered(number: int, name: str, tune: Tune) -> str:
    """Return a tune as ABC, with a number and a title."""
    written = abc.text([(name, replace(tune, title=name))])
    return written.replace("X:1\n", f"X:{number}\n", 1).replace(f'"^{name}"', "", 1)


def read_verdicts(path: Path) -> list[Verdict]:
    """Return the verdicts of a table; one that is not on the lists raises `ValueError`."""
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    verdicts = [Verdict(tune, name, int(step), verdict, why) for tune, name, step, verdict, why in rows]
    for verdict in verdicts:
        known = verdict.reason in REASONS if verdict.verdict != "keep" else not verdict.reason
        if verdict.verdict not in VERDICTS or verdict.attribute not in NAMES or verdict.step not in STEPS or not known:
            raise ValueError(f"{path.name}: {verdict} is not a verdict")
    return verdicts


def table(verdicts: Sequence[Verdict]) -> str:
    """Return the shares of the verdicts as Markdown, and how often each reason was given.

    Examples
    --------
    >>> print(table([Verdict("01-a", "range", 1, "keep", ""), Verdict("17-b", "range", 2, "edit", "stutter")]))
    | % | variations | keep | edit | discard |
    |---|---|---|---|---|
    | ±1 | 1 | 100 | 0 | 0 |
    | ±2 | 1 | 0 | 100 | 0 |
    | range | 2 | 50 | 50 | 0 |
    | range ±1 | 1 | 100 | 0 | 0 |
    | range ±2 | 1 | 0 | 100 | 0 |
    | folk ±1 | 1 | 100 | 0 | 0 |
    | other styles ±2 | 1 | 0 | 100 | 0 |
    <BLANKLINE>
    Why not kept (1): stutter 1.
    """
    lines = ["| % | variations | keep | edit | discard |", "|---|---|---|---|---|"]
    for label, chosen in _groups(verdicts).items():
        counts = Counter(verdict.verdict for verdict in chosen)
        if chosen:
            shares = [f"{100 * counts[verdict] / len(chosen):.0f}" for verdict in VERDICTS]
            lines.append(f"| {' | '.join([label, str(len(chosen)), *shares])} |")
    reasons = Counter(verdict.reason for verdict in verdicts if verdict.reason)
    why = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
    return "\n".join([*lines, "", f"Why not kept ({reasons.total()}): {why}."])


def _groups(verdicts: Iterable[Verdict]) -> dict[str, list[Verdict]]:
    groups: dict[str, list[Verdict]] = {f"±{far}": [] for far in FAR}
    groups |= {f"{name}{far}": [] for name in NAMES for far in ("", *(f" ±{far}" for far in FAR))}
    groups |= {f"{style} ±{far}": [] for style in STYLES for far in FAR}
    for verdict in verdicts:
        far = f" ±{abs(verdict.step)}"
        for label in (far.strip(), verdict.attribute, verdict.attribute + far, STYLES[not verdict.folk] + far):
            groups[label].append(verdict)
    return groups


def main() -> None:
    """Write the sheets, or count the verdicts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sheets", action="store_true", help="write the sheets")
    parser.add_argument("--fresh", action="store_true", help="the sheets of the other 24 tunes")
    parser.add_argument("verdicts", type=Path, nargs="?", default=FOLDER / "reading.csv", help="CSV of a reader")
    options = parser.parse_args()
    if not options.sheets:
        print(table(read_verdicts(options.verdicts)))
        return
    model, folder = api.load(), FRESH if options.fresh else SHEETS
    folder.mkdir(parents=True, exist_ok=True)
    for number, tune in enumerate(tunes(model, folder), 1):
        name = tune.title or f"folk {tune.measures[0].metre}"
        path = folder / f"{number:02d}-{name.lower().replace(' ', '-').replace('/', '-')}.abc"
        path.write_text(sheet(model, tune), encoding="utf-8")
        print(path.name, flush=True)


if __name__ == "__main__":
    main()

"""How often a pickup is found in MIDI without a sign of it, and how often one where there is none.

    python benchmarks/pickups.py [--every 1] [--fit]

Tunes of the folk corpus begin with a pickup or on the bar line, as they are printed. They are written as programs
write them: from tick 0 on, one time signature, bar lines or not. `plain`: all notes equally loud, as LilyPond does;
`accents`: as abc2midi does; `chords`: with another part that strikes a chord a measure; `loose`: played 15 ms
early or late. Each collection is tested with the table of the three others. `--fit` writes the table of all four to
armusic/io/readers/midi/pickup_table.py.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from armusic.datasets.corpora import folk
from armusic.io import readers
from armusic.io.readers.midi import pickup
from armusic.io.readers.midi.parts import Part
from armusic.music.score import Tune

QUARTER, LEAST_TUNES = 480, 40
Table = tuple[dict[str, np.ndarray], dict[str, np.ndarray], dict[str, np.ndarray]]


@dataclass(frozen=True)
class Example:
    """A tune from its first note on: its metre, the eighths of its pickup and of a measure, its notes in quarters."""

    metre: str
    pickup: int
    phases: int
    start: np.ndarray
    end: np.ndarray
    pitch: np.ndarray


def examples(name: str, every: int) -> Iterator[Example]:
    """Yield the tunes of a collection that are in one metre and start where they are printed to."""
    for path in sorted((folk.music21() / name).glob("*.abc"))[::every]:
        for _, tune in readers.read_all(path):
            if not isinstance(tune, Tune) or len({measure.metre for measure in tune.measures}) > 1:
                continue
            metre, first = tune.measures[0].metre, tune.notes[0].start
            eighths = (metre.length - first) % metre.length * 2
            if len(tune.notes) < pickup._FEWEST or first != tune.padding[0] or eighths.denominator > 1:
                continue
            start, end = (np.array([float(getattr(n, what) - first) for n in tune.notes]) for what in ("start", "end"))
            pitch = np.array([note.pitch for note in tune.notes])
            yield Example(str(metre.kind), int(eighths), int(metre.length * 2), start, end, pitch)


def fit(tunes: list[Example]) -> Table:
    """Return in thousandths what starts in each eighth of a measure, where the last note does, how long pickups are."""
    notes: dict[str, np.ndarray] = {}
    last: dict[str, np.ndarray] = {}
    pickups: dict[str, np.ndarray] = {}
    for tune in tunes:
        kinds, final = pickup.kinds_of(tune.start, tune.end)
        table = notes.setdefault(tune.metre, np.ones((tune.phases, 4)))
        np.add.at(table, ((np.arange(len(kinds)) - tune.pickup) % tune.phases, kinds), 1)
        last.setdefault(tune.metre, np.ones(tune.phases))[(final - tune.pickup) % tune.phases] += 1
        pickups.setdefault(tune.metre, np.ones(tune.phases))[tune.pickup] += 1
    enough = [metre for metre, counts in pickups.items() if counts.sum() >= LEAST_TUNES + len(counts)]
    return _thousandths(notes, enough), _thousandths(last, enough), _thousandths(pickups, enough)


def _thousandths(counts: dict[str, np.ndarray], metres: list[str]) -> dict[str, np.ndarray]:
    shares = {metre: counts[metre] / counts[metre].sum(-1, keepdims=True) for metre in sorted(metres)}
    return {metre: np.maximum(np.round(1000 * each), 1).astype(int) for metre, each in shares.items()}


def use(table: Table) -> None:
    """Have the reader use a table."""
    pickup.NOTES, pickup.LAST, pickup.PICKUPS = table  # type: ignore[assignment]


def write(table: Table) -> None:
    """Write the module with the table."""
    what = "What starts in each eighth of a measure of folk tunes, in thousandths of them, for each metre"
    text = f'"""{what}: `python benchmarks/pickups.py --fit`."""\n\n'
    docs = (
        ("NOTES", "For each eighth: nothing starts, a note of an eighth or less, of a quarter or less, a longer one."),
        ("LAST", "For each eighth: the last note starts there."),
        ("PICKUPS", "For each number of eighths: a pickup is so long; first, there is none."),
    )
    for (name, doc), values in zip(docs, table, strict=True):
        rows = "".join(f'    "{metre}": {_tuple(value)},\n' for metre, value in values.items())
        text += f'{name} = {{\n{rows}}}\n"""{doc}"""\n\n'
    Path(pickup.__file__).with_name("pickup_table.py").write_text(text.rstrip() + "\n", encoding="utf-8")


def _tuple(values: np.ndarray) -> str:
    return str(tuple(tuple(row) if isinstance(row, list) else row for row in values.tolist()))


def written(tune: Example, how: str, rng: np.random.Generator) -> tuple[list[Part], Part]:
    """Return the parts of a file, and its melody."""
    start, end = tune.start, tune.end
    if how == "loose":
        start = (start + rng.normal(0, 0.03, len(start))).clip(0)
        start[0] = 0
    loud = np.full(len(start), 80)
    if how == "accents":
        loud[np.round(2 * start) % tune.phases == tune.pickup % tune.phases] = 105
    melody = _part(0, start, end, tune.pitch, loud)
    parts = [melody]
    if how == "chords":
        bars = np.arange(tune.pickup / 2, end[-1], tune.phases / 2)
        root = rng.choice([0, 5, 7, 9], len(bars)) + 48
        at, chords = np.repeat(bars, 3), (root[:, None] + np.array([0, 4, 7])).ravel()
        parts.append(_part(1, at, at + tune.phases / 2, chords, np.full(len(at), 80)))
    return parts, melody


def _part(number: int, start: np.ndarray, end: np.ndarray, pitch: np.ndarray, velocity: np.ndarray) -> Part:
    ticks = [np.round(at * QUARTER).astype(np.int64) for at in (start, end)]
    return Part(number, number, "", 0, ticks[0], ticks[1], pitch, velocity, np.zeros(len(start), dtype=bool))


def count(tunes: list[Example], how: str) -> Mapping[str, float]:
    """Return how many pickups are used or proposed, rightly and wrongly."""
    rng = np.random.default_rng(0)
    counts = dict.fromkeys(("with", "used", "used wrongly", "proposed", "without", "false", "false proposals"), 0)
    for tune in tunes:
        parts, melody = written(tune, how, rng)
        hit = pickup.find(parts, melody, melody.start, melody.end, tune.metre, QUARTER)
        plain, right = bool(hit and hit.plain), bool(hit and hit.eighths == tune.pickup)
        if tune.pickup:
            counts["with"] += 1
            counts["used"] += plain and right
            counts["used wrongly"] += plain and not right
            counts["proposed"] += bool(hit) and not plain and right
        else:
            counts["without"] += 1
            counts["false"] += plain
            counts["false proposals"] += bool(hit) and not plain
    return counts


def main() -> None:
    """Print a table, or write that of the reader."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="every so-many-th file of tunes")
    parser.add_argument("--fit", action="store_true", help="write the table of all tunes")
    options = parser.parse_args()
    logging.disable()
    tunes = {name: list(examples(name, options.every)) for name in folk.COLLECTIONS}
    if options.fit:
        return write(fit([tune for each in tunes.values() for tune in each]))
    total: dict[str, dict[str, int]] = {}
    for name, held_out in tunes.items():
        use(fit([tune for other, each in tunes.items() if other != name for tune in each]))
        for how in ("plain", "accents", "chords", "loose"):
            counts = count(held_out, how)
            total[how] = {key: total.get(how, {}).get(key, 0) + int(value) for key, value in counts.items()}
    print("| written | pickups | used | used wrongly | proposed | on the bar line | false | false proposals |")
    print("|---|---|---|---|---|---|---|---|")
    for how, row in total.items():
        shares = [f"{row[key] / row['with']:.1%}" for key in ("used", "used wrongly", "proposed")]
        falsely = [f"{row[key]} ({row[key] / row['without']:.1%})" for key in ("false", "false proposals")]
        print(f"| {how} | {row['with']} | {' | '.join(shares)} | {row['without']} | {' | '.join(falsely)} |")
    return None


if __name__ == "__main__":
    main()

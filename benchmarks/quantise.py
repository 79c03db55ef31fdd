"""Quantisation of notes as people play them, and of notes that ignore the beats.

Folk tunes from the installed music21 are played at 120 quarter notes a minute with onsets that
miss by a normal deviate, and each note held for nine tenths of its length; then read back. Beside
them, the same tunes at a tempo that the file does not know. `LEAST_FOLLOWING` lies between the two.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np

from armusic.io import readers
from armusic.io.readers.midi import quantise
from armusic.io.readers.midi.measures import UNITS, Span
from armusic.music import tokenizer
from armusic.music.score import Tune

TICKS, MS = 480, 480 / 500  # ticks per quarter note, and per millisecond
TUNES = 300


def tunes() -> list[Tune]:
    """Return tunes that are wholly on the grid."""
    spec = find_spec("music21")
    if spec is None or spec.origin is None:
        raise SystemExit("music21 is not installed: its corpus has the tunes")
    files = sorted((Path(spec.origin).parent / "corpus" / "oneills1850").glob("*.abc"))
    files += sorted((Path(spec.origin).parent / "corpus" / "ryansMammoth").glob("*.abc"))
    collected: list[Tune] = []
    for file in np.random.default_rng(0).permutation(np.array(files)).tolist():
        collected += [
            tune for _, tune in readers.read_all(file) if isinstance(tune, Tune) and tokenizer.on_grid(tune).all()
        ]
        if len(collected) >= TUNES:
            break
    return collected[:TUNES]


def play(tune: Tune, rng: np.random.Generator, miss: float, stretch: float) -> tuple[float, float]:
    """Return the share of onsets that return to their tick, and how closely they follow the beats."""
    quarter = TICKS * UNITS
    spans = [Span(int(m.start * quarter), int(m.end * quarter), m.metre, "") for m in tune.measures]
    grid = quantise.grid(spans, quarter)
    true = np.array([int(note.start * quarter) for note in tune.notes])
    true_end = np.array([int(note.end * quarter) for note in tune.notes])
    off = rng.normal(0, miss * MS, len(true)) * UNITS
    last = int(grid.inside[-1, 1]) - 1
    start = np.sort((true * stretch + off).round().astype(np.int64)).clip(0, last)
    end = np.maximum(start + 1, (start + (true_end - true) * 0.9 * stretch).astype(np.int64)).clip(0, last + 1)
    begin, _ = quantise.snap(grid, start, end, UNITS)
    return float((begin == true).mean()), quantise.following(grid, start)


def main() -> None:
    """Print a row per way of playing."""
    music = tunes()
    print(f"{len(music)} tunes")
    for stretch in (1.0, 1.003, 1.02, 1.07, 0.9137):
        for miss in (0, 5, 10, 15, 20, 25, 30, 40, 60):
            if stretch != 1 and miss not in (0, 20):
                continue
            rng = np.random.default_rng(0)
            right, close = np.array([play(tune, rng, miss, stretch) for tune in music]).T
            print(
                f"tempo x {stretch:<6} missing by {miss:2d} ms: {right.mean():6.1%} right; follows"
                f" {' '.join(f'{q:.2f}' for q in np.quantile(close, [0, 0.01, 0.05, 0.5, 0.95, 0.99, 1]))}"
            )


if __name__ == "__main__":
    main()

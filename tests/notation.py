"""Small pieces of music for tests, written as ABC."""

from itertools import cycle
from pathlib import Path

import numpy as np

from armusic.datasets.corpora.corpus import Corpus, measures_of
from armusic.datasets.corpora.versions import versions
from armusic.io.readers import abc
from armusic.music.score import Tune

REEL = "G2BG DGBG|A2cA EAcA|GBdB gdBG|FAce d2AF|GABc dcBA|(3Bcd ge dBGB|c2 z2 A4-|A4 G2 z2|"
JIG = "GAB dBG|AcA EFG|B2d gdB|c>BA F3|GBd g2d|edB A2z|G6|z3 G3|"
WALTZ = "G2 B2 d2|g4 d2|e3 d B2|A6|F2 A2 c2|(3dcB A2 F2|G4 z2|G6|"
POLKA = "GB dB|Ac ec|d/c/B/A/ G2|F2 D2|GA Bc|dB G2|"


def tune(metre: str, music: str, source: str = "tune.abc") -> Tune:
    """Read music in G with eighths as its unit."""
    return abc.parse_tune(f"X:1\nT:t\nM:{metre}\nL:1/8\nQ:1/4=100\nK:G\n{music}", source)


def book(path: Path) -> Path:
    """Write a book of seven tunes; two are the same in another key, and one is polyphonic."""
    tunes = [("4/4", "G", REEL), ("4/4", "A", _up(REEL)), ("6/8", "G", JIG), ("3/4", "G", WALTZ), ("2/4", "G", POLKA),
             ("4/4", "G", "[GB]4 A4|"), ("4/4", "D", "D4 F4|A2F2 D4|d4 A4|F2A2 d4|")]  # fmt: skip
    text = [f"X:{n}\nT:{n}\nM:{metre}\nL:1/8\nK:{key}\n{music}\n" for n, (metre, key, music) in enumerate(tunes, 1)]
    path.write_text("\n".join(text))
    return path


def _up(music: str) -> str:
    """Move every note a step up: in A what was in G."""
    names = "CDEFGABcdefgab"
    return "".join(names[names.index(char) + 1] if char in names else char for char in music)


def toy_corpus() -> Corpus:
    """A corpus of a few dozen measures in four metres."""
    parts = [
        measures_of(tune(*pair)) for pair in cycle_of([("4/4", REEL), ("6/8", JIG), ("3/4", WALTZ), ("2/4", POLKA)], 12)
    ]
    tokens, kind = np.concatenate([rows for rows, _, _ in parts]), np.concatenate([kinds for _, kinds, _ in parts])
    index = np.repeat(np.arange(len(parts)), [len(rows) for rows, _, _ in parts])
    names = tuple(f"toy/{number}" for number in range(len(parts)))
    return Corpus("toy", tokens, kind, index, names, ("toy",) * len(parts), versions(tokens, kind, index), ())


def cycle_of(items: list[tuple[str, str]], count: int) -> list[tuple[str, str]]:
    """Return `count` of the items, over and over."""
    source = cycle(items)
    return [next(source) for _ in range(count)]

"""Agreement of the key by the notes with the K: field, and contradicted fields: `python benchmarks/keys.py`.

A field is contradicted as printed, or set to C, by how many sharps or flats the printed one has.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from armusic.datasets.corpora.folk import COLLECTIONS
from armusic.io import readers
from armusic.music import keys
from armusic.music.score import Key, Tune

MOST_SIGNS = 4


def main() -> None:
    """Print a row for each collection of the folk corpus."""
    spec = find_spec("music21")
    if spec is None or spec.origin is None:
        raise SystemExit("music21 is not installed: its corpus has the tunes")
    counts = {name: count(Path(spec.origin).parent / "corpus" / name) for name in COLLECTIONS}
    counts["all"] = sum(counts.values(), Counter())
    print("| collection | tunes with a key | same pitch classes | same tonic as well |\n|---|---|---|---|")
    for name, row in counts.items():
        print(f"| {name} | {row['n']} | {row['same'] / row['n']:.1%} | {row['tonic'] / row['n']:.1%} |")
    row = counts["all"]
    print("\n| key signature | tunes | contradicted |\n|---|---|---|")
    print(f"| as printed | {row['n']} | {row['contradicted'] / row['n']:.1%} |")
    for signs in range(1, MOST_SIGNS + 1):
        print(
            f"| C for {signs} | {row[f'{signs} signs']} | {row[f'{signs} seen'] / max(row[f'{signs} signs'], 1):.1%} |"
        )


def count(folder: Path) -> Counter[str]:
    """Strip the key of each tune in a folder, find it, and compare."""
    counts: Counter[str] = Counter()
    for path in sorted(folder.glob("*.abc")):
        for _, tune in readers.read_all(path):
            if isinstance(tune, Tune) and tune.key is not None:
                key = keys.find(replace(tune, key=None))
                same = bool((keys.collection(key) == keys.collection(tune.key)).all())
                counts += Counter(n=1, same=same, tonic=same and key.mode == tune.key.mode)
                counts["contradicted"] += keys.contradicted(tune)
                signs = abs(tune.key.fifths)
                counts[f"{signs} signs"] += 1
                counts[f"{signs} seen"] += keys.contradicted(replace(tune, key=Key(0)))
    return counts


if __name__ == "__main__":
    main()

"""`Corpus`: the measures of many files, with the parts that were skipped and why.

Tunes that cannot be read are skipped whole; of the others, only the measures that do not
fit the grid. Versions of one tune are found, so that a split can keep them together.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from armusic.datasets.cache import keep
from armusic.datasets.corpora.versions import different
from armusic.music import tokenizer
from armusic.music.score import METRES, Metre, Tune
from armusic.music.tokenizer import MAX_TICKS, PAD
from armusic.shapes import Int


@dataclass(frozen=True, slots=True)
class Skip:
    """A part that was skipped: a whole tune (`measures` is 0), or some measures of it."""

    source: str
    reason: str
    message: str
    measures: int = 0


@dataclass(frozen=True, slots=True)
class Corpus:
    """The measures of many tunes.

    Parameters
    ----------
    name : str
        Name of the corpus.
    tokens : int16 array (measure, tick)
        Canonical rows, ending in `tokenizer.PAD` where the metre is shorter than the longest.
    kind : int array (measure,)
        Place of each measure's metre in `score.METRES`.
    tune : int array (measure,)
        Place of each measure's tune in `sources`.
    sources, collections : tuple of str
        Name of each tune in messages, and the collection (folder) it is from.
    version : int array (tune,)
        Tunes with the same number are versions of one another.
    skipped : tuple of Skip
        Parts that were skipped, in reading order.
    mended : tuple of str
        Corrections of the readers, in their words: a missing rest, a pickup left out in a repeat.
    licences : dict of str to str
        Source and terms of use of each collection, where they are known.
    cache : str
        File that it is kept in.
    """

    name: str
    tokens: Int[np.ndarray, "measure tick"]
    kind: Int[np.ndarray, " measure"]
    tune: Int[np.ndarray, " measure"]
    sources: tuple[str, ...]
    collections: tuple[str, ...]
    version: Int[np.ndarray, " tune"]
    skipped: tuple[Skip, ...]
    mended: tuple[str, ...] = ()
    licences: Mapping[str, str] = field(default_factory=dict)
    cache: str = ""

    def only(self, metre: Metre, name: str) -> Corpus:
        """Return the measures in one metre, and the tunes that have any, as a corpus of another name.

        The other measures come last in `skipped`.
        """
        in_metre = self.kind == METRES.index(metre)
        tunes, tune = np.unique(self.tune[in_metre], return_inverse=True)
        sources = tuple(self.sources[index] for index in tunes)
        counts = np.bincount(self.tune[~in_metre], minlength=len(self.sources))
        dropped, reason = set(self.sources) - set(sources), f"not in {metre}"
        skipped = [skip for skip in self.skipped if skip.source not in dropped]
        for source, count in zip(self.sources, counts.tolist(), strict=True):
            shown = source.rsplit("/", 1)[-1]
            if source in dropped:
                skipped.append(Skip(source, reason, f"{shown}: no measure in {metre}"))
            elif count:
                skipped.append(Skip(source, reason, f"{shown}: {count} of its measures are not in {metre}", count))
        return replace(
            self,
            name=name,
            tokens=self.tokens[in_metre],
            kind=self.kind[in_metre],
            tune=tune,
            sources=sources,
            collections=tuple(self.collections[index] for index in tunes),
            version=self.version[tunes],
            skipped=tuple(skipped),
        )

    def summary(self) -> dict[str, Any]:
        """Return counts as plain values: tunes and measures by collection and metre, and skipped parts by reason."""
        names = sorted(set(self.collections))
        per_tune = np.bincount(self.tune, minlength=len(self.sources))
        of = np.array(self.collections)
        return {
            "name": self.name,
            "tunes": len(self.sources),
            "versions": len(set(self.version.tolist())),
            "measures": len(self.tokens),
            "distinct": len(set(different(self.tokens, self.kind).tolist())),
            "collections": {
                name: {"tunes": int((of == name).sum()), "measures": int(per_tune[of == name].sum())}
                | ({"licence": self.licences[name]} if name in self.licences else {})
                for name in names
            },
            "metres": {str(metre): int((self.kind == index).sum()) for index, metre in enumerate(METRES)},
            "skipped": {
                "tunes": dict(Counter(skip.reason for skip in self.skipped if not skip.measures).most_common()),
                "measures": dict(_sum((skip.reason, skip.measures) for skip in self.skipped if skip.measures)),
            },
            "mended": len(self.mended),
            "cache": self.cache,
        }


def measures_of(tune: Tune) -> tuple[Int[np.ndarray, "measure tick"], Int[np.ndarray, " measure"], int]:
    """Return the tokens and kinds of the measures that are on the grid, and the number of the others.

    Returns
    -------
    tokens : int16 array (measure, 24)
        Tokens, ending in `PAD`.
    kind : int array (measure,)
        Places in `score.METRES`.
    skipped : int
        Number of measures that a note off the grid touches.
    """
    fits = tokenizer.on_grid(tune)
    tokens = np.full((len(tune.measures), MAX_TICKS), PAD, dtype=np.int16)
    rows = tokenizer.encode(replace(tune, notes=tuple(note for note, fit in zip(tune.notes, fits, strict=True) if fit)))
    tokens[:, : rows.shape[1]] = rows
    keep = np.ones(len(tokens), dtype=bool)
    for note, fit in zip(tune.notes, fits, strict=True):
        if not fit:
            keep &= [note.end <= measure.start or measure.end <= note.start for measure in tune.measures]
    return tokens[keep], tokenizer.kinds(tune.measures)[keep], int((~keep).sum())


def save(corpus: Corpus, path: Path) -> bool:
    """Write a corpus to a file of the cache, whole or not at all; return whether it could be written."""
    texts = {
        "name": corpus.name,
        "sources": corpus.sources,
        "collections": corpus.collections,
        "skipped": [asdict(skip) for skip in corpus.skipped],
        "mended": corpus.mended,
    }

    def write(place: Path) -> None:
        np.savez_compressed(
            place,
            tokens=corpus.tokens.astype(np.uint8),
            kind=corpus.kind,
            tune=corpus.tune,
            version=corpus.version,
            texts=np.frombuffer(json.dumps(texts).encode(), dtype=np.uint8),
        )

    return keep(path, write)


def load(path: Path) -> Corpus:
    """Read a corpus that `save` wrote; nothing in it is ever unpickled."""
    with np.load(path, allow_pickle=False) as stored:
        texts = json.loads(stored["texts"].tobytes())
        return Corpus(
            texts["name"],
            stored["tokens"].astype(np.int16),
            stored["kind"],
            stored["tune"],
            tuple(texts["sources"]),
            tuple(texts["collections"]),
            stored["version"],
            tuple(Skip(**skip) for skip in texts["skipped"]),
            tuple(texts["mended"]),
            cache=str(path),
        )


def _sum(pairs: Iterator[tuple[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for name, count in pairs:
        total[name] += count
    return total

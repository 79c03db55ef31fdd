"""The data protocol of Pati and Lerch (2020): transposed copies, and a split by position.

Every tune comes in every key in which it fits the pitches of the absolute frame, one copy
after another, each behind an empty measure; the tunes are in a shuffled order. Of all these
measures in a row, the first 70 % are for training, the next 20 % for validation, and the rest
for testing. So test measures are mostly repetitions of training measures: use this to compare
with the paper, and a split by tune (`armusic.vae.data.split`) to learn how good a model is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from armusic.config import POSITIONAL
from armusic.datasets.corpora.corpus import Corpus, Skip
from armusic.music.pitch_frame import ABSOLUTE
from armusic.music.score import METRES
from armusic.music.tokenizer import HOLD, MAX_TICKS, PAD, REST, is_onset, ticks
from armusic.shapes import Int

SUFFIX = POSITIONAL  # of the names of corpora under this protocol
SHARES = (7, 2, 1)  # tenths of the measures: training, validation, test
DUMMY = -1  # the origin of an empty measure
_SEED = 0  # seed of the order of the tunes, the same for every run


def items(corpus: Corpus) -> tuple[Corpus, Int[np.ndarray, " item"]]:
    """Return all transposed copies of a corpus, each behind an empty measure, and the origin of each measure.

    Returns
    -------
    copies : Corpus
        Each copy is a tune, named after the semitones by which it is moved, as in `book.abc#7-2`; the copies of a
        tune are versions of it. Tunes that span more than the frame, or have no notes, are among `skipped`.
    origin : int array (item,)
        Place of each measure in `corpus`; `DUMMY` for an empty one.
    """
    onset = is_onset(corpus.tokens)
    lowest = np.full(len(corpus.sources), HOLD)
    highest = np.full(len(corpus.sources), -1)
    np.minimum.at(lowest, corpus.tune, np.where(onset, corpus.tokens, HOLD).min(axis=1))
    np.maximum.at(highest, corpus.tune, np.where(onset, corpus.tokens, -1).max(axis=1))
    down, up = ABSOLUTE.low - lowest, ABSOLUTE.high - highest
    fits = (down <= up) & (highest >= 0)

    order = np.random.default_rng(_SEED).permutation(np.flatnonzero(fits))
    copied = np.repeat(order, up[order] - down[order] + 1)  # the tune of each copy
    shift = np.concatenate([np.zeros(0, dtype=np.int64), *(np.arange(down[tune], up[tune] + 1) for tune in order)])
    rows = np.split(np.argsort(corpus.tune, kind="stable"), np.cumsum(np.bincount(corpus.tune))[:-1])
    pieces = [np.append(DUMMY, rows[tune]) for tune in copied]
    origin = np.concatenate([np.zeros(0, dtype=np.int64), *pieces])
    place = np.repeat(np.arange(len(copied)), [len(piece) for piece in pieces])

    dummy = np.flatnonzero(origin == DUMMY)
    kind = corpus.kind[origin]
    kind[dummy] = kind[dummy + 1]
    tokens = corpus.tokens[origin]
    tokens += is_onset(tokens) * shift[place, None].astype(tokens.dtype)
    tokens[dummy] = _EMPTY[kind[dummy]]
    copies = replace(
        corpus,
        name=corpus.name + SUFFIX,
        tokens=tokens,
        kind=kind,
        tune=place,
        sources=tuple(f"{corpus.sources[tune]}{by:+d}" for tune, by in zip(copied, shift, strict=True)),
        collections=tuple(corpus.collections[tune] for tune in copied),
        version=corpus.version[copied],
        skipped=(*corpus.skipped, *(_skip(corpus.sources[tune]) for tune in np.flatnonzero(~fits))),
    )
    return copies, origin


def parts(count: int) -> tuple[slice, slice, slice]:
    """Return the slices of `count` items that are for training, validation and testing.

    Examples
    --------
    >>> parts(20)
    (slice(0, 14, None), slice(14, 18, None), slice(18, 20, None))
    """
    first, second = (count * share // sum(SHARES) for share in (SHARES[0], SHARES[0] + SHARES[1]))
    return slice(0, first), slice(first, second), slice(second, count)


def held_out(corpus: Corpus) -> tuple[Corpus, Int[np.ndarray, " item"]]:
    """Return the test part of `items`."""
    copies, origin = items(corpus)
    part = parts(len(origin))[-1]
    return replace(copies, tokens=copies.tokens[part], kind=copies.kind[part], tune=copies.tune[part]), origin[part]


def _skip(source: str) -> Skip:
    reason = f"not within {ABSOLUTE.low}..{ABSOLUTE.high} in any key"
    return Skip(source, reason, f"{source.rsplit('/', 1)[-1]}: {reason}")


_EMPTY = np.full((len(METRES), MAX_TICKS), PAD, dtype=np.int16)  # (kind, tick)
for _kind, _metre in enumerate(METRES):
    _EMPTY[_kind, : ticks(_metre)] = [REST] + [HOLD] * (ticks(_metre) - 1)

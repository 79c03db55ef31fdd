"""Measures, and tunes, that are the same music up to transposition."""

from __future__ import annotations

import numpy as np

from armusic.extras import require
from armusic.music.pitch_frame import ANCHORED
from armusic.shapes import Int

SHARED = 0.5  # tunes are versions of one another when more than this share of the smaller's measures is in the other
SHARED_LEAST = 3  # least number of different measures that versions share: short tunes share stock endings


def different(
    tokens: Int[np.ndarray, "measure tick"], kind: Int[np.ndarray, " measure"]
) -> Int[np.ndarray, " measure"]:
    """Return a number for each measure, the same for those that are equal up to transposition."""
    classes, inside = ANCHORED.enter(tokens, ANCHORED.anchors(tokens))
    rows = np.where(inside[:, None], classes, tokens - 200)  # too wide for the frame: compared as they are
    _, numbers = np.unique(np.column_stack([kind, rows]), axis=0, return_inverse=True)
    return numbers.ravel()


def versions(
    tokens: Int[np.ndarray, "measure tick"], kind: Int[np.ndarray, " measure"], tune: Int[np.ndarray, " measure"]
) -> Int[np.ndarray, " tune"]:
    """Return a number for each tune, the same for those that share most of their measures up to transposition.

    Two tunes are versions of one another when more than half of the different measures of
    the smaller, and at least three, occur in the other; versions of versions belong together.
    """
    coo_array = require("scipy.sparse", extra="train", purpose="reading a corpus").coo_array
    graphs = require("scipy.sparse.csgraph", extra="train", purpose="reading a corpus")
    pairs = np.unique(np.column_stack([tune, different(tokens, kind)]), axis=0)
    has = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1]))).tocsr()
    shared = (has @ has.T).tocoo()
    sizes = has.sum(axis=1)
    enough = np.maximum(SHARED * np.minimum(sizes[shared.row], sizes[shared.col]), SHARED_LEAST - 1)
    linked = shared.data > enough
    graph = coo_array((linked[linked], (shared.row[linked], shared.col[linked])), shape=shared.shape)
    return graphs.connected_components(graph, directed=False)[1].astype(np.int64)

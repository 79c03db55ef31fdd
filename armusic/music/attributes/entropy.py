"""Shannon's entropy of what each measure consists of."""

from __future__ import annotations

import numpy as np

from armusic.music.attributes.validation import Values
from armusic.music.score import Metre
from armusic.music.tokenizer import ticks
from armusic.shapes import Int

_CODES = 256  # more than there are durations, or intervals from -127 to 127


def entropy(rows: Int[np.ndarray, " item"], items: Int[np.ndarray, " item"], measures: int, metre: Metre) -> Values:
    """Return Shannon's entropy of the items in each measure over the log of its ticks; 0 where there are none."""
    code, count = np.unique(rows * _CODES + items + _CODES // 2, return_counts=True)
    row = code // _CODES
    share = count / np.bincount(rows)[row]
    return np.bincount(row, -share * np.log(share), minlength=measures) / np.log(ticks(metre))

"""Your own attribute: `armusic interpolate input.mid --attribute-file my_attribute.py:offbeat --attr offbeat`.

The shipped model can change it without training, as it can any such function that looks at each
measure on its own and does not change with transposition.
"""

import numpy as np

from armusic import Metre
from armusic.music.tokenizer import TICKS_PER_BEAT, is_onset, ticks


def offbeat(tokens: np.ndarray, metre: Metre) -> np.ndarray:
    """Return the share of each measure's notes that start between the beats: 0 to 1, and 0 for silence."""
    onset = is_onset(tokens)  # (measure, tick)
    between = np.arange(ticks(metre)) % TICKS_PER_BEAT > 0
    return (onset & between).sum(axis=1) / np.maximum(onset.sum(axis=1), 1)

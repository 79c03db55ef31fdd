"""What is the same music."""

import numpy as np

from armusic.datasets.corpora.corpus import measures_of
from armusic.datasets.corpora.versions import different, versions
from tests.notation import REEL, tune


def test_measures_are_the_same_up_to_transposition_and_metre() -> None:
    low, _, _ = measures_of(tune("2/4", "GABc|"))
    high, _, _ = measures_of(tune("2/4", "defg|"))
    other, _, _ = measures_of(tune("2/4", "GABd|"))
    tokens = np.concatenate([low, high, other, low])
    assert different(tokens, np.array([1, 1, 1, 3])).tolist() in ([0, 0, 1, 2], [1, 1, 0, 2])


def test_a_tune_that_shares_most_measures_is_a_version() -> None:
    near, far = REEL.replace("G2BG", "G4"), "d2g2 f2e2|" * 4
    parts = [measures_of(tune("4/4", music))[0] for music in (REEL, near, far)]
    tokens = np.concatenate(parts)
    of = np.repeat(np.arange(3), [len(part) for part in parts])
    groups = versions(tokens, np.zeros(len(tokens), dtype=int), of)
    assert groups[0] == groups[1] != groups[2]

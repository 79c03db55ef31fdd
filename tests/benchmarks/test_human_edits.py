"""Human edits are what two versions of a tune differ in, measure by measure, in one key."""

from itertools import combinations

import human_edits
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from armusic.datasets.corpora.corpus import Corpus
from armusic.music.tokenizer import HOLD, REST


def eighths(*pitches: int) -> list[int]:
    return [token for pitch in pitches for token in (pitch, HOLD, HOLD)]


TUNE = np.array([eighths(60, 62, 64, 65), eighths(67, 65, 64, 62), eighths(72, 71, 69, 67), eighths(64, 62, 60, 59)])
KIND = np.ones(4, dtype=int)


def corpus(*versions: np.ndarray) -> Corpus:
    count = len(versions)
    tune = np.repeat(np.arange(count), [len(version) for version in versions])
    names = tuple("abc"[:count])
    kind = np.ones(len(tune), dtype=int)
    return Corpus("toy", np.concatenate(versions), kind, tune, names, names, np.zeros(count, dtype=int), ())


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (eighths(60, 62, 64, 65), False),  # the same
        (eighths(60, 62, 64, 67), True),
        (eighths(60, 62, 65, 67), True),  # half of the notes
        (eighths(60, 64, 65, 67), False),
        ([60, HOLD, HOLD, 62, HOLD, HOLD, 64, HOLD, HOLD, 65, REST, HOLD], False),  # only shorter
        ([60, 61, HOLD, 62, HOLD, HOLD, 64, HOLD, HOLD, 65, HOLD, HOLD], True),  # another one beside them
    ],
)
def test_an_edit_keeps_half_of_the_notes_and_changes_some(after: list[int], expected: bool) -> None:
    assert human_edits.is_edit(TUNE[0], np.array(after)) == expected


def test_a_version_in_another_key_is_moved_back() -> None:
    moved, pairs = human_edits.aligned(TUNE, KIND, np.where(TUNE < HOLD, TUNE - 7, TUNE), KIND)
    assert (moved == TUNE).all()
    assert pairs == [(0, 0), (1, 1), (2, 2), (3, 3)]


def test_measures_that_a_version_leaves_out_have_no_partner() -> None:
    _, pairs = human_edits.aligned(TUNE, KIND, np.delete(TUNE, 1, axis=0), KIND[1:])
    assert pairs == [(2, 1), (3, 2)], "nor has the first, which stands alone"
    assert human_edits.aligned(TUNE, KIND, TUNE, KIND + 1)[1] == [], "measures of another metre"


def test_each_different_edit_is_told_once_in_the_key_of_the_first_version() -> None:
    played = TUNE.copy()
    played[1] = eighths(67, 69, 64, 62)
    higher = np.where(played < HOLD, played + 2, played)
    (edit,) = human_edits.edits(corpus(TUNE, higher, played), [0])
    assert (edit.tune, edit.measure) == (0, 1)
    assert (edit.before == TUNE[1]).all()
    assert (edit.after == played[1]).all()


def test_pickups_are_left_out() -> None:
    first, second = TUNE.copy(), TUNE.copy()
    first[0, 0], second[0, 0] = REST, 64
    assert list(human_edits.edits(corpus(first, second), [0])) == []


@given(arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 4)), elements=st.integers(-3, 3)))
def test_no_other_path_gains_more(gain: np.ndarray) -> None:
    rows, columns = gain.shape
    every = [
        list(zip(some, others, strict=True))
        for count in range(min(rows, columns) + 1)
        for some in combinations(range(rows), count)
        for others in combinations(range(columns), count)
    ]
    path = human_edits.best_path(gain)
    assert path in every
    assert sum(gain[pair] for pair in path) == max(sum(gain[pair] for pair in other) for other in every)


def test_means_have_intervals_around_them() -> None:
    rows = [{"group": number // 4, "found": number % 4 == 0, "judge, ours": float(number)} for number in range(40)]
    summary = human_edits.summary(rows)
    assert summary["edits"] == 40
    assert summary["found"] == pytest.approx([0.25, 0.25, 0.25]), "every group is alike"
    mean, low, high = summary["judge, ours"]
    assert low < mean == 19.5 < high

"""Notes one behind the other: known rows, and what holds for all."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from armusic.music.tokenizer import HOLD, REST, encode, is_onset
from armusic.taste import melody
from tests.notation import tune

SILENCE = np.array([[REST, *[HOLD] * 23]])
rows = st.lists(st.sampled_from([HOLD, REST, 60, 62, 67]), min_size=6, max_size=6).map(lambda row: np.array([row]))


def measure(music: str) -> np.ndarray:
    return encode(tune("4/4", music)).astype(np.int64)


def test_intervals_of_one_note_and_of_none() -> None:
    assert not melody.intervals(np.vstack([measure("G8|"), SILENCE])).any()


def test_of_a_measure_that_is_known() -> None:
    music = measure("GGBG GAAA|")
    assert melody.repetitions(music).tolist() == [4], "G G, G G, A A and A A"
    assert melody.variety(music).tolist() == [3]
    assert melody.runs(music).tolist() == [3]


def test_silence_has_none() -> None:
    for count in (melody.repetitions, melody.variety, melody.runs):
        assert count(SILENCE).tolist() == [0]


@given(rows)
def test_holds_and_rests_between_notes_change_nothing(row: np.ndarray) -> None:
    pitches = row[is_onset(row)].tolist()
    pairs = list(pairwise(pitches))
    assert melody.repetitions(row).tolist() == [sum(low == high for low, high in pairs)]
    assert melody.variety(row).tolist() == [len(set(pitches))]
    assert melody.intervals(row)[0, : len(pairs)].tolist() == [high - low for low, high in pairs]

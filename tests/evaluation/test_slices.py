"""What makes a measure hard, by known measures."""

import numpy as np

from armusic.evaluation.held_out import slices
from armusic.music.score import METRES
from armusic.music.tokenizer import HOLD, REST, ticks

WIDTH = ticks(METRES[0])


def measure(notes: dict[int, int]) -> np.ndarray:
    tokens = np.full(WIDTH, HOLD)
    for tick, token in notes.items():
        tokens[tick] = token
    return tokens


def of(notes: dict[int, int]) -> list[str]:
    return [name for name, mask in slices(measure(notes)[None]).items() if mask[0]]


def test_a_plain_measure_is_in_no_slice() -> None:
    assert of({0: 60, 6: 62, 9: 64, 12: 76}) == []


def test_each_reason_alone() -> None:
    assert of({3: 60, 6: 62}) == ["held over the bar line"]
    assert of({0: REST, 6: 62}) == ["a rest at the start"]
    assert of({0: 60, 2: 62, 4: 64}) == ["triplets"]
    assert of({0: 60, 2: 62, 4: 64, 8: 65}) == ["triplets", "3 and more notes of triplets"]
    assert of({0: 60, 6: 76}) == []
    assert of({0: 60, 6: 77}) == ["17 and more semitones"]
    onsets = [tick for beat in range(0, WIDTH, 6) for tick in (beat, beat + 1, beat + 3)]
    assert of(dict.fromkeys(onsets[:10], 60)) == []
    assert of(dict.fromkeys(onsets[:11], 60)) == ["11 and more onsets"]


def test_rests_are_no_triplets() -> None:
    assert of({0: 60, 2: REST, 4: REST}) == []

"""Variants of measures are measures."""

import numpy as np
import pytest

from armusic.music import augmentation
from armusic.music.pitch_frame import ABSOLUTE, ANCHORED
from armusic.music.score import METRES, Measure, Metre, Tune
from armusic.music.tokenizer import HOLD, REST, decode, encode, ticks


def real_rows(metre: Metre, count: int = 200) -> np.ndarray:
    """Random but musical canonical rows, as anchored classes."""
    rng = np.random.default_rng(1)
    tokens = rng.choice([60, 62, 64, 65, 67, 72, HOLD, HOLD, HOLD, REST], size=(count, ticks(metre))).astype(np.int16)
    tokens[:, 0] = 60
    rows = [
        encode(Tune(decode(row[None], (measure,)), (measure,)))[0]
        for row in tokens
        for measure in [Measure(0 * metre.length, metre)]
    ]
    tokens = np.array(rows)
    classes, inside = ANCHORED.enter(tokens, ANCHORED.anchors(tokens))
    assert inside.all()
    return classes


@pytest.mark.parametrize("metre", METRES, ids=str)
def test_variants_are_canonical_anchored_and_mostly_new(metre: Metre) -> None:
    x = real_rows(metre)
    before = x.copy()
    changed = np.arange(len(x)) % 2 == 0
    y = augmentation.vary(x, changed, ANCHORED, ticks(metre), np.random.default_rng(0))
    assert (x == before).all()
    assert y.shape == x[changed].shape
    assert (y != x[changed]).any(axis=1).mean() > 0.5
    tokens = ANCHORED.leave(y, np.full(len(y), 64))
    again, inside = ANCHORED.enter(tokens, ANCHORED.anchors(tokens))
    assert inside.all()
    assert (again == y).all(), "the median of each variant is its anchor"
    for row in tokens:
        measure = Measure(0 * metre.length, metre)
        if row[0] != HOLD:  # a leading hold is the end of a note that the measure does not know
            assert (encode(Tune(decode(row[None], (measure,)), (measure,)))[0] == row).all()


def test_the_same_generator_gives_the_same_variants() -> None:
    x = real_rows(METRES[0], 20)
    all_of_it = np.ones(20, dtype=bool)
    first, again = (augmentation.vary(x, all_of_it, ANCHORED, 24, np.random.default_rng(5)) for _ in range(2))
    assert (first == again).all()


def test_transposition_reaches_every_register_and_keeps_the_steps() -> None:
    low = np.array([0, 4, ABSOLUTE.hold, 7], dtype=np.int16)
    x = np.tile(low, (500, 1))
    y = augmentation.transpose(x, ABSOLUTE, np.random.default_rng(0))
    shift = y[:, 0] - x[:, 0]
    assert (y[:, 2] == ABSOLUTE.hold).all()
    assert set(shift.tolist()) == set(range(ABSOLUTE.hold - 7))
    assert (np.diff(y[:, [0, 1, 3]], axis=1) == [4, 3]).all()


def test_measures_without_notes_stay() -> None:
    x = np.tile(np.array([ABSOLUTE.rest, ABSOLUTE.hold], dtype=np.int16), (3, 1))
    assert (augmentation.transpose(x, ABSOLUTE, np.random.default_rng(0)) == x).all()

"""Pitches as a model sees them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.music.pitch_frame import ABSOLUTE, ANCHORED, FRAMES, MIDDLE, Frame
from armusic.music.tokenizer import HOLD, REST

SILENT = [REST, HOLD, HOLD]


def test_the_anchor_is_the_median_and_silence_takes_the_one_before() -> None:
    tokens = np.array([SILENT, [60, 72, 62], SILENT, [70, HOLD, 72]])
    assert ANCHORED.anchors(tokens).tolist() == [62, 62, 62, 70]
    assert ANCHORED.anchors(np.array([SILENT])).tolist() == [MIDDLE]
    assert ABSOLUTE.anchors(tokens).tolist() == [0, 0, 0, 0]


def test_a_wider_measure_is_outside() -> None:
    tokens = np.array([[60, 79, 41], [60, 80, 60]])
    assert ANCHORED.enter(tokens, ANCHORED.anchors(tokens))[1].tolist() == [True, False]
    assert ABSOLUTE.enter(tokens, ABSOLUTE.anchors(tokens))[1].tolist() == [False, True]


@pytest.mark.parametrize("frame", FRAMES.values(), ids=lambda frame: frame.name)
@given(st.lists(st.lists(st.sampled_from([55, 60, 67, 71, HOLD, REST]), min_size=6, max_size=6), min_size=1))
def test_leave_undoes_enter(frame: Frame, rows: list[list[int]]) -> None:
    tokens = np.array(rows, dtype=np.int16)
    anchors = frame.anchors(tokens)
    classes, inside = frame.enter(tokens, anchors)
    assert inside.all()
    assert (classes >= 0).all()
    assert (classes < frame.classes).all()
    assert (frame.leave(classes, anchors) == tokens).all()


def test_any_class_is_a_midi_pitch_in_any_register() -> None:
    classes = np.arange(ANCHORED.classes)[None]
    assert ANCHORED.leave(classes, np.array([3])).min() == 0
    low = ANCHORED.leave(classes[:, : ANCHORED.hold], np.array([125]))
    assert low.max() == HOLD - 1


@given(st.lists(st.lists(st.integers(0, 127), min_size=1, max_size=6), min_size=1))
def test_measures_in_any_register_are_moved_by_octaves_into_the_absolute_frame_and_back(rows: list[list[int]]) -> None:
    tokens = np.array([row + [HOLD] * (6 - len(row)) for row in rows], dtype=np.int16)
    anchors = ABSOLUTE.registers(tokens)
    classes, inside = ABSOLUTE.enter(tokens, anchors)
    assert (anchors % 12 == 0).all()
    assert (ABSOLUTE.leave(classes, anchors) == tokens)[inside].all()
    spans = np.array([max(row) - min(row) for row in rows])
    assert inside[spans <= ABSOLUTE.high - ABSOLUTE.low - 11].all()
    already = np.array([min(row) >= ABSOLUTE.low and max(row) <= ABSOLUTE.high for row in rows])
    assert (anchors[already] == 0).all()
    assert (ANCHORED.registers(tokens) == ANCHORED.anchors(tokens)).all()

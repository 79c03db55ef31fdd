"""Measures are drawn as the model says, within what is fixed, closed and tilted."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from armusic.music.tokenizer import DUPLE, TRIPLE
from armusic.taste import context
from armusic.taste.context import CLASSES, HELD, NONE, PITCHES, Setting
from armusic.taste.drawing import Draws, draw
from armusic.taste.surprise import Places, places
from armusic.taste.tune_model import TuneModel, add_up, log_probabilities
from tests.taste.conftest import read

WIDTH = 24


@pytest.fixture(scope="module")
def where(model: TuneModel) -> Places:
    """Return the eight places of the reel."""
    tune = read("4/4", "G2BG DGBG|A2cA EAcA|GBdB gdBG|FAce d2AF|GABc dcBA|(3Bcd ge dBGB|c2 z2 A4-|A4 G2 z2|")
    return places(model, tune, np.arange(8))


def all_open(where: Places, count: int, seed: int = 0, place: int = 3) -> Draws:
    """Return draws for one place, where anything may come."""
    return Draws(
        place=np.full(count, place),
        own=np.repeat(where.tune.classes[[place]], count, axis=0),
        fixed=np.zeros((count, WIDTH), dtype=bool),
        may=np.arange(count),
        open=np.ones((count, WIDTH, CLASSES), dtype=bool),
        pull=np.zeros(count),
        tilt=np.arange(count),
        onset=np.zeros((count, WIDTH)),
        pitch=np.zeros((count, WIDTH, PITCHES)),
        chance=chance(count, seed),
        simple=np.zeros(count, dtype=bool),
    )


def chance(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).gumbel(size=(count, WIDTH, CLASSES))


def test_the_same_chance_gives_the_same_measures_and_another_others(model: TuneModel, where: Places) -> None:
    draws = all_open(where, 6)
    first = draw(model, where, draws)
    assert (draw(model, where, draws) == first).all()
    assert (draw(model, where, all_open(where, 6, seed=1)) != first).any()
    alone = Draws(*(getattr(draws, name)[:2] for name in draws.__slots__))
    assert (draw(model, where, alone) == first[:2]).all(), "nor do the others change one"


def test_classes_come_as_often_as_the_model_says(model: TuneModel, where: Places) -> None:
    count = 4000
    whole = all_open(where, count)
    parts = {name: getattr(whole, name)[:, :1] for name in ("own", "fixed", "open", "onset", "pitch", "chance")}
    short = replace(whole, **parts)
    drawn = draw(model, where, short)[:, 0]
    past = context.past(where.history[[3]], where.tune.classes[[3]], where.seen[[3]]).rows
    likely = np.exp(log_probabilities(model, where.first[[3]] + add_up(model.past, past)))[0, 0]
    often = np.bincount(drawn, minlength=CLASSES) / count
    assert np.abs(often - likely).max() < 4 * np.sqrt(0.25 / count)


def test_a_strong_pull_gives_the_input(model: TuneModel, where: Places) -> None:
    draws = replace(all_open(where, 3), pull=np.full(3, 1e3))
    assert (draw(model, where, draws) == draws.own).all()


def test_pulls_bring_measures_nearer_to_the_input(model: TuneModel, where: Places) -> None:
    changed = [
        (draw(model, where, replace(all_open(where, 40), pull=np.full(40, pull))) != where.tune.classes[3]).mean()
        for pull in (0.0, 1.0, 3.0)
    ]
    assert changed[0] > changed[1] > changed[2]


def test_tilts_bring_more_notes_and_higher_ones(model: TuneModel, where: Places) -> None:
    notes, heights = [], []
    for tilt in (-3.0, 0.0, 3.0):
        few = draw(model, where, replace(all_open(where, 40), onset=np.full((40, WIDTH), tilt)))
        notes.append((few < PITCHES).mean())
        height = np.broadcast_to(tilt * np.arange(PITCHES) / 12, (40, WIDTH, PITCHES))
        high = draw(model, where, replace(all_open(where, 40), pitch=height.copy()))
        heights.append(high[high < PITCHES].mean())
    assert notes[0] < notes[1] < notes[2]
    assert heights[0] < heights[1] < heights[2]


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_fixed_ticks_stay_and_closed_classes_never_come(where: Places, model: TuneModel, seed: int) -> None:
    rng = np.random.default_rng(seed)
    fixed = rng.random((8, WIDTH)) < 0.3
    opened = rng.random((8, WIDTH, CLASSES)) < 0.4
    opened[:, :, HELD] = True
    draws = replace(all_open(where, 8, int(rng.integers(8))), fixed=fixed, open=opened)
    drawn = draw(model, where, draws)
    assert (drawn[fixed] == draws.own[fixed]).all()
    row, tick = np.nonzero(~fixed)
    assert opened[row, tick, drawn[row, tick]].all()


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_a_beat_is_divided_in_one_way_where_it_is_to_be(where: Places, model: TuneModel, seed: int) -> None:
    simple = np.arange(8) % 2 == 0
    draws = replace(all_open(where, 8, seed), simple=simple, onset=np.full((8, WIDTH), 12.0))
    beats = (draw(model, where, draws) < PITCHES).reshape(8, 4, 6)
    both = beats[:, :, TRIPLE].any(axis=2) & beats[:, :, DUPLE].any(axis=2)
    assert not both[simple].any()
    assert both[~simple].any(), "by chance it would be"


def test_measures_of_six_eighths_are_as_wide_as_they_are(model: TuneModel, jig: Setting) -> None:
    here = places(model, jig, np.array([2]))
    count, width = 5, 12
    draws = Draws(
        place=np.zeros(count, dtype=int),
        own=np.repeat(jig.classes[[2], :width], count, axis=0),
        fixed=np.zeros((count, width), dtype=bool),
        may=np.zeros(count, dtype=int),
        open=np.ones((1, width, CLASSES), dtype=bool),
        pull=np.full(count, 1.0),
        tilt=np.arange(count),
        onset=np.zeros((count, width)),
        pitch=np.zeros((count, width, PITCHES)),
        chance=chance(count)[:, :width],
        simple=np.zeros(count, dtype=bool),
    )
    drawn = draw(model, here, draws)
    assert drawn.shape == (count, width)
    assert (drawn != NONE).all()

"""Surprise as a curve over a tune: more where notes are strange, and nothing where nothing sounds."""

import numpy as np
import pytest

from armusic import api
from armusic.errors import UsageError
from armusic.music import tokenizer
from armusic.music.attributes import table
from armusic.taste import information
from tests.notation import JIG, REEL, tune

MUSIC = tune("4/4", REEL)


def test_a_wrong_note_is_a_surprise_where_it_stands() -> None:
    strange = tune("4/4", REEL.replace("GBdB gdBG", "GB^d_B gd'B,^G"))
    change = information.surprise(strange) - information.surprise(MUSIC)
    assert change.argmax() == 2
    assert change[2] > 1.5
    assert abs(change[[0, 4, 5, 6, 7]]).max() < change[[1, 3]].min() < change[2]


def test_bits_are_of_the_measures_themselves() -> None:
    tokens, kind = tokenizer.encode(MUSIC), tokenizer.kinds(MUSIC.measures)
    bits = information.bits(tokens, kind)
    assert bits.shape == (8,)
    assert (bits > 0).all()
    assert 1 < bits.sum() / len(MUSIC.notes) < 6


def test_a_constant_stays_and_silence_has_none() -> None:
    assert information.smoothed(np.full(5, 6.0), np.full(5, 3)).tolist() == [2.0] * 5
    quiet = information.surprise(tune("4/4", "GABc dcBA|z8|z8|z8|"))
    assert (quiet[:2] > 0).all()
    assert quiet[2:].tolist() == [0, 0]


def test_it_stands_among_the_attributes_where_it_is_named() -> None:
    music = tune("6/8", JIG)
    names = ["contour", "surprise", "note_density"]
    both = api.attributes(music, names)
    assert both.names == ("contour", "surprise", "density")
    assert (both.values[:, 1] == information.surprise(music)).all()
    assert (both.values[:, [0, 2]] == table.attributes(music, ["contour", "density"]).values).all()
    assert api.attributes(music, ["surprise"]).values.shape == (8, 1)
    assert api.attributes(music).names == table.attributes(music).names
    with pytest.raises(UsageError, match="beauty"):
        api.attributes(music, ["surprise", "beauty"])


def test_a_measure_without_a_note_is_neither_the_most_nor_the_least_surprising() -> None:
    music = tune("4/4", "GABc d^cB_A|^F_BAc dcBA|GABc dcBA|z8|GABc dcBA|GABc dcBA|GABc ^d^cBA|")
    curve = information.surprise(music)
    assert 0 < curve[3] < np.delete(curve, 3).min()
    assert "least around measure 5 " in information.summary(music)


def test_a_summary_says_where() -> None:
    bits = information.bits(tokenizer.encode(MUSIC), tokenizer.kinds(MUSIC.measures)).sum()
    curve = information.surprise(MUSIC)
    place = int(curve.argmax())
    assert information.summary(MUSIC).startswith(
        f"{bits / len(MUSIC.notes):.1f} bits a note; most around measure {place + 1} ({curve[place]:.1f}), least"
    )

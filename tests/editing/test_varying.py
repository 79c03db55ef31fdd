"""Measures composed anew: others than the input's, in their place, and nothing else changed."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import armusic
from armusic.api import Model
from armusic.editing import varying
from armusic.editing.material import pitches
from armusic.editing.result import Reached
from armusic.errors import UsageError
from armusic.music.score import Note, Tune
from armusic.music.tokenizer import HOLD, encode, is_onset, kinds
from armusic.taste import context, rules, surprise, tune_model
from tests.notation import JIG, REEL, WALTZ, tune
from tests.strategies import tunes

MUSIC = tune("4/4", REEL)


@pytest.fixture(scope="module")
def model() -> Model:
    return armusic.load()


def outside(music: Tune, first: int, last: int) -> list[Note]:
    """Return the notes that begin in other measures than these, or sound beyond them."""
    start, end = music.measures[first - 1].start, music.measures[last - 1].end
    return [note for note in music.notes if note.start < start or note.start + note.duration > end]


def check(results: list[Reached], music: Tune, first: int, last: int) -> None:
    for result in results:
        assert outside(result.tune, first, last) == outside(music, first, last)
        assert (encode(result.tune) == result.tokens).all(), "the tokens are those of the tune"
        rest = np.ones(len(result.tokens), dtype=bool)
        rest[first - 1 : last] = False
        assert (result.tokens[rest] == encode(music)[rest]).all()
        assert (result.distance[rest] == 0).all()
    rows = [result.tokens.tobytes() for result in results]
    assert len(set(rows)) == len(rows), "alternatives differ"


@pytest.mark.parametrize(("metre", "written"), [("4/4", REEL), ("6/8", JIG), ("3/4", WALTZ)])
def test_every_measure_is_another_and_what_is_to_stay_stays(model: Model, metre: str, written: str) -> None:
    music = tune(metre, written)
    before, kind = encode(music), kinds(music.measures)
    results = model.vary(music, (2, 5))
    assert len(results) == 3
    check(results, music, 2, 5)
    allowed = pitches(music, "auto")
    assert allowed is not None
    for result in results:
        same = (result.tokens[1:5] == before[1:5]).all(axis=1)
        assert (np.flatnonzero(same) + 1).tolist() == ([3] if metre == "3/4" else []), "it closes a phrase"
        assert not rules.lost_downbeats(result.tokens, before, kind).any()
        ends = rules.phrase_ends(before, kind)
        assert not rules.lost_ends(result.tokens, before, kind)[ends].any()
        rows, ticks = np.nonzero(is_onset(result.tokens))
        used = set(before[is_onset(before)].tolist())
        assert all(allowed[row, result.tokens[row, tick]] or result.tokens[row, tick] in used
                   for row, tick in zip(rows.tolist(), ticks.tolist(), strict=True))  # fmt: skip


def test_attributes_stay_near_what_they_are_or_come_to_their_targets(model: Model) -> None:
    std = model.checkpoint.scale.std[0]
    for result in model.vary(MUSIC, (2, 5)):
        assert result.names == model.attributes
        assert (abs(result.values - result.original) / std)[1:5].mean() < varying.KEPT
    for result in model.vary(MUSIC, (2, 5), targets={"contour": 0.2, "syncopation": "by+0"}, natural=0.8):
        column = result.names.index("contour")
        assert result.names[-1] == "syncopation"
        assert (result.targets[1:5, column] == 0.2).all()
        assert abs(result.values[1:5, column] - 0.2).mean() < 0.2 * std[3]


def test_the_seed_decides(model: Model) -> None:
    first, again, other = (model.vary(MUSIC, (3, 4), seed=seed, alternatives=1)[0].tokens for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_equal_measures_stay_equal(model: Model) -> None:
    music = tune("4/4", "GABc dcBA|G2B2 d2B2|GABc dcBA|c2A2 G4|")
    for result in model.vary(music, (1, 3)):
        assert (result.tokens[0] == result.tokens[2]).all()
        assert (result.tokens[0] != encode(music)[0]).any()
        assert (result.tokens[0] != result.tokens[1]).any()
    first, _, third, _ = model.vary(music, targets={"contour": [0.2, 0, -0.2, 0]}, alternatives=1)[0].tokens
    assert (first != third).any(), "but not with other targets"


def test_notes_over_the_bar_lines_stay(model: Model) -> None:
    music = tune("4/4", "GABc dcBA-|A2Bc d2ef|GABc dcBA-|A2cA G4|")
    for keep in ("cadences", "none"):
        results = model.vary(music, (2, 3), keep=keep)
        check(results, music, 2, 3)
        for result in results:
            assert result.tokens[1, 0] == HOLD
            assert result.tokens[1, : 6 + 1].tolist()[:6] == [HOLD] * 6
            assert is_onset(result.tokens[1, 6:7]).all(), "the first note of measure 1 ends where it did"
            assert result.tokens[2, 21] == encode(music)[2, 21]


def test_more_natural_is_less_surprising_and_further_from_the_input(model: Model) -> None:
    tunes_model, place = tune_model.shipped(), np.arange(1, 5)
    nats, far = [], []
    for natural in (0.0, 1.0):
        results = model.vary(MUSIC, (2, 5), natural=natural, alternatives=4)
        far.append(np.mean([result.distance[1:5].mean() for result in results]))
        nats.append(0.0)
        for result in results:
            where = surprise.places(tunes_model, context.setting(result.tokens, kinds(MUSIC.measures)), place)
            nats[-1] += surprise.surprise(tunes_model, where, np.arange(4), result.tokens[1:5]).mean() / len(results)
    assert nats[1] < nats[0]
    assert far[0] < far[1]


def test_what_cannot_be_composed_is_said(model: Model) -> None:
    music = tune("4/4", "GABc dcBA|z8|GABc dcBA|G8|")
    with pytest.raises(UsageError, match="measure 2: nothing to compose anew: no note begins there"):
        model.vary(music, (2, 2))
    with pytest.raises(UsageError, match="measures 3-9: there are only measures 1-4 in tune.abc"):
        model.vary(music, (3, 9))
    with pytest.raises(UsageError, match="0 alternatives: give at least 1"):
        model.vary(music, (1, 1), alternatives=0)
    (result,) = model.vary(music, (4, 4))
    assert (result.tokens == encode(music)).all()
    assert result.notes == (
        "measure 4 is left as it is: its notes close a phrase, or sound over a bar line",
        "1 of 3 alternatives: no others were found",
    )
    assert len(model.vary(music, (4, 4), keep="none")) == 3


@settings(max_examples=10)
@given(tunes(), st.data())
def test_nothing_else_changes_in_any_tune(music: Tune, data: Any) -> None:
    first = data.draw(st.integers(1, len(music.measures)))
    last = data.draw(st.integers(first, len(music.measures)))
    keep = data.draw(st.sampled_from(["cadences,downbeats", "none", "rhythm"]))
    try:
        results = armusic.load().vary(music, (first, last), keep=keep, alternatives=2)
    except UsageError as error:
        assert "nothing to compose anew" in str(error)
        return
    check(results, music, first, last)

"""The surprise of a measure is that of its ticks, added up, however many are looked at together."""

import numpy as np
import pytest

from armusic.music.tokenizer import PAD
from armusic.taste import context, surprise
from armusic.taste.context import NONE, Setting
from armusic.taste.tune_model import TuneModel, add_up, log_probabilities
from tests.taste.conftest import read


def tokens_of(tune: Setting) -> np.ndarray:
    return context.to_tokens(tune.classes, tune.tonic).astype(np.int64)


def test_it_is_the_sum_over_the_ticks(model: TuneModel, reel: Setting) -> None:
    where = surprise.places(model, reel, np.arange(8))
    place, total = 3, 0.0
    levels = context.shares(reel)[[place]]
    rows = context.place_rows(reel, np.array([place]), reel.around[[place]], levels)[0]
    past = context.past(context.before(reel, np.array([place])), reel.classes[[place]], where.seen[[place]]).rows[0]
    for tick in range(24):
        first = model.bias + model.place[rows[tick]].sum(axis=0) + model.past[past[tick]].sum(axis=0)
        total -= float(log_probabilities(model, first[None])[0, reel.classes[place, tick]])
    answer = surprise.surprise(model, where, np.array([place]), tokens_of(reel)[[place]])
    assert answer == pytest.approx([total], abs=1e-3)


def test_how_many_are_looked_at_together_changes_nothing(
    model: TuneModel, reel: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = surprise.places(model, reel, np.arange(8))
    item = np.repeat(np.arange(8), 8)
    tokens = np.tile(tokens_of(reel), (8, 1))
    together = surprise.surprise(model, where, item, tokens)
    monkeypatch.setattr(surprise, "ITEMS", 3)
    assert surprise.surprise(model, where, item, tokens) == pytest.approx(together, abs=1e-4)
    order = np.random.default_rng(0).permutation(64)
    assert surprise.surprise(model, where, item[order], tokens[order]) == pytest.approx(together[order], abs=1e-4)


def test_a_place_is_the_same_among_others(model: TuneModel, reel: Setting) -> None:
    tokens = tokens_of(reel)
    every = surprise.places(model, reel, np.arange(8))
    alone = surprise.places(model, reel, np.array([5]))
    answer = surprise.surprise(model, alone, np.array([0]), tokens[[5]])
    assert answer == pytest.approx(surprise.surprise(model, every, np.array([5]), tokens[[5]]), abs=1e-4)


def test_what_lies_behind_the_end_of_a_measure_does_not_count(model: TuneModel) -> None:
    tune = read("4/4", "G2B2 d2B2|[M:6/8]GAB dBG|[M:2/4]c2e2|")
    where = surprise.places(model, tune, np.arange(3))
    assert where.widths.tolist() == [24, 12, 12]
    tokens = tokens_of(tune)
    assert (tokens[1, 12:] == PAD).all()
    narrow = surprise.surprise(model, where, np.array([1, 2]), tokens[1:, :12])
    assert surprise.surprise(model, where, np.array([1, 2]), tokens[1:]) == pytest.approx(narrow, abs=1e-4)
    assert (tune.classes[1, 12:] == NONE).all()


def test_measures_that_differ_in_the_last_tick_share_all_that_there_is(model: TuneModel, reel: Setting) -> None:
    """Their probabilities sum to that of what comes before it, whatever is written there."""
    where, classes = surprise.places(model, reel, np.array([2])), reel.classes[[2]]
    rows = np.repeat(classes, context.CLASSES, axis=0)
    rows[:, -1] = np.arange(context.CLASSES)
    tokens = context.to_tokens(rows, reel.tonic).astype(np.int64)
    together = np.exp(-surprise.surprise(model, where, np.zeros(len(rows), int), tokens)).sum()
    past = context.past(where.history, classes, where.seen).rows
    log_p = log_probabilities(model, where.first + add_up(model.past, past))[0]
    before = log_p[np.arange(23), classes[0, :-1]].sum()
    assert together == pytest.approx(np.exp(before), rel=1e-3)


def test_nothing_is_looked_at(model: TuneModel, reel: Setting) -> None:
    where = surprise.places(model, reel, np.arange(0))
    assert surprise.surprise(model, where, np.zeros(0, int), tokens_of(reel)[:0]).shape == (0,)

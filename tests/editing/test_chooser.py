"""Targets of a tune's means: reached, or said to be out of reach; and others of nearly the same worth."""

import numpy as np
import pytest

import armusic
from armusic.editing import chooser as choosers
from armusic.editing import pool as pools
from armusic.editing.chooser import Chooser, different
from armusic.editing.material import prepare
from armusic.music import attributes
from tests.notation import REEL, tune
from tests.pools import tiny_pool

TWO = ("range", "density")


@pytest.fixture(scope="module")
def single() -> Chooser:
    checkpoint = armusic.load().checkpoint
    return choosers.chooser(pools.build(checkpoint, prepare(checkpoint, tune("4/4", REEL)), "density"))


@pytest.fixture(scope="module")
def joint() -> Chooser:
    checkpoint = armusic.load().checkpoint
    return choosers.chooser(pools.build(checkpoint, prepare(checkpoint, tune("4/4", REEL)), TWO))


def means(chooser: Chooser, tokens: np.ndarray) -> np.ndarray:
    return attributes.measure_each(tokens, chooser.pool.search.material.kind, chooser.pool.names).mean(axis=0)


def test_present_values_are_the_input(single: Chooser, joint: Chooser) -> None:
    for chooser in (single, joint):
        tokens, notes = chooser.answer(chooser.pool.present)
        assert (tokens == chooser.pool.search.material.tokens).all()
        assert not notes


def test_it_is_the_mean_that_counts(single: Chooser) -> None:
    targets = single.step_targets([0.7])
    mixed = targets[::-1].copy()
    assert (mixed != targets).any()
    assert (single.answer(mixed)[0] == single.answer(targets)[0]).all()


@pytest.mark.parametrize("steps", [(0.5, -0.5), (0.3, 0.4)])
def test_two_means_at_once(joint: Chooser, steps: tuple[float, float]) -> None:
    targets = joint.step_targets(steps)
    tokens, notes = joint.answer(targets)
    std = joint.step_targets((1, 1))[0] - joint.pool.present[0]
    assert (means(joint, tokens) - targets.mean(axis=0)) / std == pytest.approx([0, 0], abs=0.06)
    assert not notes


def test_what_is_out_of_reach_is_said_and_the_end_reached(single: Chooser) -> None:
    targets = single.step_targets([99])
    tokens, (note,) = single.answer(targets)
    goal = targets.mean()
    assert note.startswith(f"density: a mean of {goal:.3g} is out of reach for this tune (")
    assert note.endswith(f": {means(single, tokens)[0]:.3g} reached")
    within = single.within(targets)
    assert within.mean() == pytest.approx(means(single, tokens)[0], abs=0.01)
    assert not single.answer(within)[1], "nearer targets are within reach"
    assert single.within(within) == pytest.approx(within)


def test_targets_that_cannot_be_met_together_are_said() -> None:
    """Whatever makes the range larger makes the measure denser as well."""
    pool = tiny_pool([[(1.0, 1.0), (-1.0, -1.0)]], [[0.3, 0.3]], "a", TWO)
    chooser = Chooser(pool, tuple(choosers.path(pool, column) for column in range(2)))
    targets = chooser.step_targets((1.0, -1.0))
    _, notes = chooser.answer(targets)
    assert notes
    assert all("is out of reach together with the other targets: " in note for note in notes)
    assert not chooser.answer(chooser.step_targets((1.0, 1.0)))[1]


def test_alternatives_differ_and_come_to_the_same_mean(single: Chooser) -> None:
    targets = single.step_targets([-0.6])
    answers = different(lambda seed: single.answer(targets, seed), 4, 0)
    assert len(answers) == 4
    for row, (tokens, notes) in enumerate(answers):
        assert not notes
        assert all((tokens != other).any() for other, _ in answers[:row])
        assert means(single, tokens) == pytest.approx(targets.mean(), abs=0.003)
    assert (answers[0][0] == single.answer(targets)[0]).all(), "the best comes first"
    again = different(lambda seed: single.answer(targets, seed), 4, 0)
    assert all((tokens == other).all() for (tokens, _), (other, _) in zip(answers, again, strict=True))


def test_there_are_fewer_where_there_are_no_more() -> None:
    pool = tiny_pool([[[1.0], [1.0]]], [[0.3, 0.32]], "a", ("density",))
    chooser = choosers.chooser(pool)
    targets = chooser.step_targets([1.0])
    answers = different(lambda seed: chooser.answer(targets, seed), 9, 0)
    assert sorted(int(tokens[0, 0]) for tokens, _ in answers) == [36, 37]


def test_one_answer_needs_no_seed() -> None:
    seeds = []

    def answer(seed: int | None) -> tuple[np.ndarray, list[str]]:
        seeds.append(seed)
        return np.zeros((1, 6), dtype=np.int64), []

    assert len(different(answer, 1, 5)) == 1
    assert seeds == [None]
    assert len(different(answer, 3, 5)) == 1
    assert seeds[1] is None
    assert seeds[2:] == [5 + number for number in range(2 * choosers.TRIES)]


def test_measures_that_cannot_vary_are_left_out_of_the_sum() -> None:
    checkpoint = armusic.load().checkpoint
    music = tune("4/4", "GABc dcBA|z8|GABc dcBA|G2B2 d4|")
    chooser = choosers.chooser(pools.build(checkpoint, prepare(checkpoint, music), "density"))
    targets = chooser.step_targets([0.5])
    assert targets[1] == chooser.pool.present[1]
    other = targets.copy()
    other[1] = 5.0
    assert (chooser.answer(other)[0] == chooser.answer(targets)[0]).all()


def test_an_attribute_that_cannot_change_is_said_with_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    model = armusic.load()
    model.interpolate(tune("4/4", "c8|d8|e8|c8|"), "contour")
    assert caplog.messages == ["contour cannot change in this tune: each measure holds a single note, and keeps it"]
    caplog.clear()
    same = model.interpolate(tune("4/4", REEL), "rhythm", keep="rhythm")
    assert len({variation.tune.notes for variation in same}) == 1
    (message,) = caplog.messages
    cannot = "rhythm cannot change in this tune while it keeps rhythm"
    assert message == f"{cannot}: choose fewer for the option keep, or none"

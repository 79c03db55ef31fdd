"""Targets of a tune's means: reached, or said to be out of reach; and others of nearly the same worth."""

from dataclasses import replace

import numpy as np
import pytest

import armusic
from armusic.config.manner import Manner
from armusic.editing import chooser as choosers
from armusic.editing import limits, tune_values
from armusic.editing import pool as pools
from armusic.editing.chooser import Chooser, different
from armusic.editing.material import prepare
from armusic.editing.pool import CHANCE
from armusic.music import attributes
from armusic.music.tokenizer import HOLD
from tests.notation import REEL, tune
from tests.pools import FINER, reel_pool, tiny_pool

TWO = ("range", "density")


@pytest.fixture(scope="module")
def single() -> Chooser:
    return choosers.chooser(reel_pool("density"))


@pytest.fixture(scope="module")
def joint() -> Chooser:
    return choosers.chooser(reel_pool(*TWO))


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
    tokens, (note, advice) = single.answer(targets)
    assert advice == limits.FURTHER
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


def test_several_are_chosen_from_a_short_list_and_one_from_all(
    single: Chooser, caplog: pytest.LogCaptureFixture
) -> None:
    assert single.pool is reel_pool("density")
    both = reel_pool("density", "surprise")
    assert len(choosers.chooser(both).pool.distance) < len(both.distance)
    assert not caplog.messages


def test_where_no_mean_has_to_change_the_best_answer_is_the_input_and_another_costs_as_little() -> None:
    """The candidate has nearly the input's value, and costs nothing."""
    chooser = choosers.chooser(tiny_pool([[[-1e-5]]], [[0.0]], "a", ("density",)))
    tune = chooser.pool.search.material.tokens
    (best, notes), (other, _) = different(lambda seed: chooser.answer(chooser.pool.present, seed), 2, 0)
    assert (best == tune).all()
    assert not notes
    assert other[0, 0] == 36
    assert (other[0, 1:] == tune[0, 1:]).all()


def test_what_is_missed_together_by_a_twentieth_of_a_deviation_is_said() -> None:
    pool = tiny_pool([[(1.0, 1.0), (-1.0, -1.0)]], [[0.3, 0.3]], "a", TWO)
    chooser = Chooser(pool, tuple(choosers.path(pool, column) for column in range(2)))
    assert not chooser.answer(chooser.step_targets((1.0, 0.97)))[1]
    (note,) = chooser.answer(chooser.step_targets((1.0, 0.93)))[1]
    assert note.startswith("density: a mean of ")


def test_one_target_between_two_candidates_gets_the_nearer_one() -> None:
    chooser = choosers.chooser(tiny_pool([[[1.0]]], [[0.3]], "a", ("density",)))
    for step, first in ((0.4, chooser.pool.search.material.tokens[0, 0]), (0.9, 36)):
        tokens, notes = chooser.answer(chooser.step_targets([step]))
        assert tokens[0, 0] == first
        assert not notes


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


def test_measures_by_hand_stay_and_the_others_make_up_for_them(single: Chooser, joint: Chooser) -> None:
    for chooser, steps in ((single, [0.3]), (joint, [0.2, 0.3])):
        line = chooser.pool.search.material.tokens[1].copy()
        line[1:] = HOLD  # one note
        targets = chooser.step_targets(steps)
        around = chooser.around({1: line})
        tokens, notes = around.answer(targets)
        assert (tokens[1] == line).all()
        assert not notes
        std = chooser.step_targets([1] * len(steps))[0] - chooser.pool.present[0]
        assert (means(around, tokens) - targets.mean(axis=0)) / std == pytest.approx([0] * len(steps), abs=0.06)
        assert (chooser.answer(targets)[0][1] != line).any(), "the chooser itself is as before"


def test_where_all_measures_are_by_hand_every_seed_gives_them(joint: Chooser) -> None:
    by_hand = dict(enumerate(np.full_like(joint.pool.search.material.tokens, HOLD)))
    for line in by_hand.values():
        line[0] = 60
    around = joint.around(by_hand)
    for seed in (None, 0, 1):
        assert (around.answer(around.pool.present, seed)[0] == list(by_hand.values())).all()


@pytest.mark.parametrize("step", [0.3, 0.6])
def test_surprise_is_corrected_for_the_measures_around(step: float) -> None:
    """Each measure's candidates were judged beside the measures of the input: their sum is .13 nats off."""
    chooser = choosers.chooser(reel_pool("surprise"))
    targets = chooser.step_targets([step])
    tokens, notes = chooser.answer(targets)
    values = tune_values.measure(tokens, chooser.pool.search.material.kind, ("surprise",))
    assert values.mean() == pytest.approx(targets.mean(), abs=0.04)
    assert not notes


def test_alternatives_of_surprise_differ_and_are_corrected_too() -> None:
    chooser = choosers.chooser(reel_pool("surprise", manner=FINER))
    targets, kind = chooser.step_targets([0.3]), chooser.pool.search.material.kind
    answers = different(lambda seed: chooser.answer(targets, seed), 4, 0)
    assert len(answers) == 4
    for tokens, _ in answers:
        assert tune_values.measure(tokens, kind, ("surprise",)).mean() == pytest.approx(targets.mean(), abs=0.04)


def test_another_answer_is_the_best_for_costs_changed_by_chance_when_surprise_is_corrected_too() -> None:
    chooser = choosers.chooser(reel_pool("surprise"))
    targets, costs = chooser.step_targets([0.3]), chooser.paths[0].costs
    costs = costs * np.exp(CHANCE * np.random.default_rng(0).standard_normal(len(costs)))
    by_chance = Chooser(chooser.pool, (choosers.path(chooser.pool, 0, costs),))
    assert (by_chance.answer(targets)[0] == chooser.answer(targets, seed=0)[0]).all()


def test_surprise_that_is_missed_beside_another_target_is_said() -> None:
    chooser = choosers.chooser(reel_pool("density", "surprise"))
    targets = chooser.step_targets([1.0, 1.0])
    tokens, (note,) = chooser.answer(targets)
    goal, reached = (
        targets.mean(axis=0)[1],
        tune_values.measure(tokens, chooser.pool.search.material.kind, ("surprise",)).mean(),
    )
    assert note == (
        f"surprise: a mean of {goal:.3g} is out of reach together with the other targets: {reached:.3g} reached"
    )
    assert not chooser.answer(chooser.step_targets([-0.6, -0.3]))[1]


@pytest.mark.parametrize(
    ("name", "notes", "keep", "reason"),
    [
        ("contour", [1, 1], (), ": each measure holds a single note, and keeps it"),
        ("contour", [1, 2], (), ": there is no other measure for any of its own"),
        ("density", [1, 1], (), ": there is no other measure for any of its own"),
        ("density", [1, 2], ("rhythm",), " while it keeps rhythm: choose fewer for the option keep, or none"),
        ("range", [2, 2], ("rhythm", "cadences"),
         " while it keeps rhythm and cadences: choose fewer for the option keep, or none"),
    ],
)  # fmt: skip
def test_why_an_attribute_cannot_change(name: str, notes: list[int], keep: tuple[str, ...], reason: str) -> None:
    pool = tiny_pool([[[1.0]], [[1.0]]], [[0.3], [0.3]], "ab", (name,))
    tokens = np.full_like(pool.search.ear.tokens, HOLD)
    for row, count in enumerate(notes):
        tokens[row, :count] = 60
    ear = replace(pool.search.ear, tokens=tokens, manner=Manner(keep=keep))
    stuck = choosers.stuck(replace(pool, search=replace(pool.search, ear=ear)), name)
    assert stuck == f"{name} cannot change in this tune{reason}"


def test_targets_within_reach_of_a_single_measure() -> None:
    chooser = choosers.chooser(tiny_pool([[[1.0], [-2.0]]], [[0.3, 0.3]], "a", ("density",)))
    present, std = chooser.pool.present[0, 0], chooser.step_targets([1.0])[0, 0] - chooser.pool.present[0, 0]
    for step, nearest in ((5.0, 1.0), (0.5, 0.5), (-9.0, -2.0)):
        assert chooser.within(chooser.step_targets([step]))[0, 0] == pytest.approx(present + nearest * std)
    (note,) = chooser.answer(chooser.step_targets([5.0]))[1]
    shown = [f"{present + step * std:.3g}" for step in (5, -2, 1, 1)]
    assert note == "density: a mean of {} is out of reach for this tune ({} to {}): {} reached".format(*shown)


def test_what_rounding_takes_from_a_target_is_not_out_of_reach(single: Chooser) -> None:
    end = single.within(single.step_targets([99]))
    assert not single.answer(end + 5e-7)[1]
    assert single.answer(end + 5e-6)[1]


def test_memory_is_that_of_the_candidates_and_of_the_paths(single: Chooser, joint: Chooser) -> None:
    for chooser in (single, joint):
        assert chooser.nbytes - chooser.pool.nbytes == sum(path.nbytes for path in chooser.paths) > 0


def test_surprise_that_falls_short_of_its_target_is_said() -> None:
    """What a measure adds to it depends on those around, so that a target within its ends can be missed."""
    model, reel = armusic.load(), armusic.read("examples/speed-the-plough.mid")
    (note,) = model.reach(reel, {"surprise": 1.81}).notes
    assert note.startswith("surprise: a mean of 1.81 is out of reach for this tune: ")
    steps = model.interpolate(reel, "surprise", 3, (-1, 1))
    assert [step.clipped for step in steps] == [1, 0, 0]


def test_measures_that_could_go_further_say_so_first() -> None:
    pool = reel_pool("density")
    advice, *others = pool.look_up(pool.present + 9)[1]
    assert advice == limits.FURTHER
    assert all("out of reach" in note for note in others)
    assert limits.FURTHER not in pool.look_up(pool.present - 9)[1]

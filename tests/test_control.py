"""Ask for a value and get it: monotone, exact where possible, the input for its own value, in key."""

import numpy as np
import pytest

import armusic
from armusic import control, keys
from armusic.checkpoint import Checkpoint
from armusic.control import Pool
from armusic.errors import UsageError
from armusic.tokenizer import encode, is_onset
from tests.music import JIG, REEL, tune

NAMES = ("rhythm", "range", "density", "contour")
MUSIC = tune("4/4", REEL)


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return armusic.load().checkpoint


@pytest.fixture(scope="module")
def pools(checkpoint: Checkpoint) -> dict[str, Pool]:
    allowed = keys.allowed(MUSIC, keys.find(MUSIC))
    return {name: control.build(checkpoint, MUSIC, name, allowed=allowed) for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_present_value_gives_the_input_back(pools: dict[str, Pool], name: str) -> None:
    before = pools[name].reach(0.3).before[:, 0]
    found = pools[name].reach(before)
    assert (found.tokens == encode(MUSIC)).all()
    assert found.tune.notes == MUSIC.notes
    assert not found.distance.any()


@pytest.mark.parametrize("name", NAMES)
def test_the_answer_rises_with_the_target(pools: dict[str, Pool], name: str) -> None:
    reached = np.array([pools[name].reach(target).values[:, 0] for target in np.linspace(-0.8, 1.2, 21)])
    assert (np.diff(reached, axis=0) >= -1e-9).all()


def test_what_is_asked_is_reached(pools: dict[str, Pool], checkpoint: Checkpoint) -> None:
    sounds = is_onset(encode(MUSIC)).any(axis=1)
    found = pools["density"].reach(8 / 24)
    assert np.abs(found.values[sounds, 0] - 8 / 24).mean() < 0.3 * checkpoint.scale.std[0, 2]


def test_what_is_out_of_reach_is_said(pools: dict[str, Pool]) -> None:
    notes = pools["density"].reach(7.0).notes
    assert notes[0].startswith("measure 1: density 7 is out of reach (0.")
    assert notes[0].endswith("reached")


def test_pitches_stay_in_key(pools: dict[str, Pool]) -> None:
    inside = keys.allowed(MUSIC, keys.find(MUSIC))
    for name in NAMES:
        for target in (-0.3, 0.1, 0.5):
            tokens = pools[name].reach(target).tokens
            row, tick = np.nonzero(is_onset(tokens))
            assert inside[row, tokens[row, tick]].all()


def test_several_at_once_and_a_curve(checkpoint: Checkpoint) -> None:
    music = tune("6/8", JIG)
    rising = np.linspace(0.2, 0.6, 8)
    found = control.reach(checkpoint, music, {"density": rising, "contour": 0.0})
    assert found.names == ("density", "contour")
    assert np.corrcoef(found.values[:, 0], rising)[0, 1] > 0.9
    assert np.abs(found.values[:, 1]).mean() < 0.1
    again = control.reach(checkpoint, music, {"density": rising, "contour": 0.0})
    assert (again.tokens == found.tokens).all()


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ({"density": float("nan")}, "density target nan is no number"),
        ({"density": [0.1, 0.2]}, "2 targets for density, but tune.abc has 8 measures"),
        ({"density": 0.1, "note_density": 0.2}, "2 targets for density"),
        ({"mood": 0.1}, "unknown attribute 'mood'"),
        ({}, "no attribute is asked for"),
    ],
)
def test_what_is_refused(checkpoint: Checkpoint, targets: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        control.reach(checkpoint, MUSIC, targets)  # type: ignore[arg-type]

"""What knobs turn: steps of several attributes, and the step at which one comes to a value."""

from pathlib import Path

import pytest

import armusic
from armusic.editing.reach import Controller

TUNE = armusic.read(Path(__file__).parents[2] / "examples" / "irish-washerwoman.mid")


@pytest.fixture(scope="module")
def turn() -> Controller:
    return armusic.load().controller(TUNE, ["density", "contour"])


def test_without_a_step_it_is_the_tune(turn: Controller) -> None:
    assert turn({}).tune.notes == TUNE.notes


@pytest.mark.parametrize("change", [-0.08, -0.03, 0.05])
def test_the_step_to_a_value_leads_there(change: float) -> None:
    turn = armusic.load().controller(TUNE, ["density", "contour"], keep="cadences,downbeats")  # it is all eighths
    present = turn({}).values[:, 0].mean()
    step = turn.step("density", present + change)
    reached = turn({"density": step})
    assert step * change > 0
    assert reached.targets[:, 0].mean() == pytest.approx(present + change)
    assert reached.values[:, 0].mean() == pytest.approx(present + change, abs=0.02)


def test_the_present_value_is_no_step(turn: Controller) -> None:
    assert turn.step("contour", float(turn({}).values[:, 1].mean())) == pytest.approx(0, abs=1e-9)

"""What tells a human edit among candidates: the weights that are learnt, what they cost, and the figures."""

from __future__ import annotations

from pathlib import Path

import likelihood
import numpy as np
import pytest

import armusic
from armusic.editing import candidates
from armusic.editing.material import pitches, prepare

TUNE = Path(__file__).parents[2] / "examples" / "speed-the-plough.mid"


def drawn(weight: float, count: int) -> list[likelihood.Choice]:
    """Return choices among five by a figure of known weight, beside one that says nothing."""
    rng, results = np.random.default_rng(0), []
    for group in range(count):
        figures = {"told": rng.normal(size=5), "noise": rng.normal(size=5)}
        best = (-weight * figures["told"] + rng.gumbel(size=5)).argmax()
        results.append((group, figures, np.arange(5) == best))
    return results


def test_the_weights_of_choices_are_learnt() -> None:
    learnt = drawn(2.0, 3000)
    assert likelihood.learn(learnt, ("told", "noise")) == pytest.approx([2.0, 0.0], abs=0.15)


def test_without_weights_each_candidate_is_as_probable() -> None:
    assert likelihood.lost(drawn(2.0, 10), ("told",), np.zeros(1)) == pytest.approx(np.log(5))


def test_the_input_is_what_its_own_code_makes_likely() -> None:
    model = armusic.load()
    tune = armusic.read(TUNE)
    material = prepare(model.checkpoint, tune, (2, 2))
    search = candidates.start(model.checkpoint, material, pitches(tune, "auto"), ("density",))
    figures, human = likelihood.among(search, "density", material.tokens[1])
    assert human.sum() == 1
    for name in ("cost", "ticks", "distance of codes"):
        assert figures[name][human] == pytest.approx(0.0, abs=1e-5)
        assert (figures[name][~human] > 0).all()
    assert figures["given the code"].argmin() == human.argmax()

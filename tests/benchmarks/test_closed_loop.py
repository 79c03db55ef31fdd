"""The closed loop over other candidates: what a source gives, how many, and the table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import closed_loop
import numpy as np
import pytest
import sources
from sources import Budget

import armusic
from armusic.editing import pool as pools
from armusic.editing.candidates import Candidates, Search

TUNE = Path(__file__).parents[2] / "examples" / "speed-the-plough.mid"


def test_a_search_has_candidates_of_the_sources_alone_and_no_more_than_are_allowed() -> None:
    model, budget = armusic.load(), Budget(5)
    original, seen = pools.fill, []

    def source(search: Search, name: str, rng: np.random.Generator) -> list[Candidates]:
        seen.append(name)
        return sources.random_edits(search, name, rng)

    with sources.only([source], budget):
        variations = model.interpolate(armusic.read(TUNE), "density", steps=3, span=(-1, 1))
    assert pools.fill is original
    assert set(seen) == {"density"}
    assert 0 < budget.taken <= 5 * budget.units
    assert variations[0].values.mean() < variations[1].values.mean() < variations[2].values.mean()


def test_the_search_as_it_is_is_counted() -> None:
    model, budget = armusic.load(), Budget(5)
    with sources.only([], budget):
        answer = model.reach(armusic.read(TUNE), {"density": 0.3}, measures=(2, 2)).tokens
    assert budget.units > 0
    assert budget.taken > budget.units
    assert (answer == model.reach(armusic.read(TUNE), {"density": 0.3}, measures=(2, 2)).tokens).all()


def test_the_search_is_put_back_after_an_error() -> None:
    original = pools.fill
    with pytest.raises(ZeroDivisionError), sources.only([], Budget(1)):
        _ = 1 / 0
    assert pools.fill is original


def test_an_interval_holds_the_mean_of_differences_and_draws_whole_groups() -> None:
    values = np.array([0.0, 1.0] * 30)
    low, high = closed_loop.interval(values)
    assert 0.3 < low < 0.5 < high < 0.7
    assert closed_loop.interval(values, np.repeat(np.arange(30), 2)) == (0.5, 0.5)


def result(error: float) -> dict[str, Any]:
    figures = {name: np.full((3, 4, 4), error).tolist() for name in closed_loop.FIGURES}
    edits = {"group": [0.0, 1.0], **{name: [0.0, 1.0] for name in closed_loop.EDITS}}
    return {"candidates a measure": 8.0, "milliseconds a measure": 2.0, "figures": figures, "edits": edits}


def test_the_table_has_differences_from_the_first_source() -> None:
    rows = {"AR-VAE": result(0.1), "random edits": result(0.3)}
    shown = closed_loop.show({"tunes": 3, "part": "test", "candidates": 8, "seconds": 0.01, "sources": rows})
    assert "| AR-VAE | 8 | 2.0 | 0.100 |" in shown
    assert "| random edits | 8 | 2.0 | 0.300 [+0.200, +0.200] |" in shown
    assert "50% [+0%, +0%] |" in shown

"""Losses of tiny runs, as they were before settings had parts: the same settings, draws and arithmetic."""

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from armusic.inference.items import to_data
from armusic.training import adapters
from armusic.vae.companion import make_companion
from armusic.vae.data import scale_of
from armusic.vae.fit import fit, make_optimizer
from tests import squares
from tests.notation import toy_corpus

GOLDEN = json.loads((Path(__file__).parents[1] / "data" / "golden_losses.json").read_text())
"""Case -> losses and r2 of each epoch, on one processor; another rounds otherwise."""
MEASURES = {"latent": 8, "units": 12, "epochs": 3, "batch": 16, "distinct": False}
SQUARES = {"data": "squares", "epochs": 2, "limit": 200, "dropout": 0.2, "hidden": (16,), "filters": (4, 8)}
VARIED: dict[str, dict[str, Any]] = {
    "in three parts": {"accumulate": 3},
    "absolute frame": {"frame": "absolute", "layers": 2, "dropout": 0.3},
}
DIGITS = 1e-3
"""Relative difference that rounding may make within the steps of a run; another draw makes a hundred times more."""
R2 = {"glsr": 0.01}
"""Difference that rounding may make in R² as well: between two processors .006 was seen."""


@pytest.mark.parametrize("case", GOLDEN)
def test_losses_are_what_they_were(case: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(adapters.ADAPTERS, "squares", f"{squares.__name__}:ADAPTER")
    data, _, preset = case.rpartition("-") if case.startswith("squares") else ("", "", case)
    values = SQUARES if data else MEASURES | VARIED.get(case, {})
    settings = adapters.configure("default" if case in VARIED else preset, **values)
    adapter = adapters.of(settings)
    items = adapter.load(settings, tmp_path) if data else to_data(toy_corpus(), settings)
    train, valid, _ = adapter.split(items, settings.split)
    torch.manual_seed(settings.seed)
    model, beside = adapter.build(settings), make_companion(settings)
    reports = fit(
        model, train, valid, scale_of(train, adapter.kinds), settings,
        augment=adapter.augment(settings), judge=adapter.judge(settings),
        companion=beside, optimizer=make_optimizer(nn.ModuleList([model, beside]), settings),
    )  # fmt: skip
    for report, golden in zip(reports, GOLDEN[case], strict=True):
        assert report.losses == pytest.approx({name: golden[name] for name in report.losses}, rel=DIGITS)
        assert report.scores["r2"] == pytest.approx(golden["r2"], rel=DIGITS, abs=R2.get(case))

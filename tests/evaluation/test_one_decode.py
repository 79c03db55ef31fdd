"""How near one decode comes to what is asked for: known answers on digits and squares."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from armusic.evaluation import one_decode
from armusic.evaluation.subject import Subject
from armusic.evaluation.sweeps import Axes, put
from armusic.training import adapters
from armusic.vae.data import Data, Scale
from armusic.vae.models.base import VAE, Normal
from tests import squares, toy

OWN = Axes(np.arange(2), np.ones(2))


class Deaf(toy.Digits):
    """Writes the digits of the last two dimensions alone, which no attribute belongs to."""

    def decode(self, z: Tensor, kind: int, teacher: Tensor | None = None) -> Tensor:
        return z[:, [2, 3, 2, 3]] + self.centre


class Edited(toy.Digits):
    """Has an editor that writes an attribute into the dimension of the other one, and the decoder reads it there."""

    editor = True

    def edit(self, z: Tensor, targets: Tensor, kind: int) -> Tensor:
        edited = z.clone()
        edited[:, :2] = torch.where(targets.isnan(), z[:, :2], targets.to(z.dtype)).flip(1)
        return edited

    def decode(self, z: Tensor, kind: int, teacher: Tensor | None = None) -> Tensor:
        return z[:, [1, 0, 2, 3]] + self.centre


class Screen(toy.Digits):
    """Shows the same picture for every code."""

    def __init__(self, grey: int) -> None:
        super().__init__()
        self.grey = grey

    def encode(self, x: Tensor, kind: int) -> Normal:
        return super().encode(x.flatten(1)[:, :4], kind)

    def mode(self, output: Tensor) -> Tensor:
        return torch.full((len(output), 1, squares.SIDE, squares.SIDE), self.grey, dtype=torch.uint8)

    def right(self, output: Tensor, x: Tensor) -> Tensor:
        return torch.ones(len(output), 1, dtype=torch.bool)


def subject_of(model: VAE) -> Subject:
    return Subject(model, toy.checkpoint().config, toy.ADAPTER, 0, toy.checkpoint().scale)


def parts() -> tuple[Data, Data, Data]:
    train, valid, test = toy.ADAPTER.split(toy.ADAPTER.load(toy.checkpoint().config, Path()), 0)
    return train, valid, test


@pytest.mark.parametrize("model", [toy.Digits(), Edited()], ids=["moved", "edited"])
def test_a_model_that_obeys_meets_what_is_asked(model: VAE) -> None:
    figures = one_decode.measure(subject_of(model), parts(), OWN, np.random.default_rng(0))
    assert set(figures) == set(toy.NAMES)
    for figure in figures.values():
        assert figure.pearson > 0.98
        assert figure.r2 > 0.95
        assert figure.error < 0.15


def test_a_model_that_moves_one_part_keeps_the_others() -> None:
    for figure in one_decode.measure(subject_of(toy.Digits()), parts(), OWN, np.random.default_rng(0)).values():
        assert 0.75 <= figure.kept < 0.85  # three digits of four, and the first where it was asked for by chance


def test_an_item_that_cannot_be_of_the_domain_is_not_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy.ADAPTER, "plausible", lambda x, *_: x[:, 0] < 5)
    first, second = one_decode.measure(subject_of(toy.Digits()), parts(), OWN, np.random.default_rng(0)).values()
    assert first.valid == pytest.approx(0.5, abs=0.1)  # as many of each digit are asked for
    assert second.valid == pytest.approx(0.5, abs=0.1)


def test_a_side_effect_that_comes_with_the_change_is_raw_and_not_residual() -> None:
    rng = np.random.default_rng(0)
    before, moved = rng.normal(size=(500, 3)), rng.normal(size=500)
    after = before + np.stack([moved, 2 * moved, np.zeros(500)], axis=1)
    raw, residual = one_decode.side_effects(before, after, np.array([1.0, 4.0, 1.0]), 0)
    assert raw == pytest.approx(np.abs(moved).mean() / 2)
    assert residual == pytest.approx(0, abs=1e-9)
    apart = np.sign(rng.normal(size=500))
    raw, residual = one_decode.side_effects(before, before + np.stack([moved, moved, apart], axis=1), np.ones(3), 0)
    assert raw == pytest.approx(1)
    assert residual == pytest.approx(1, abs=0.05)  # nothing else explains it
    assert one_decode.side_effects(before[:, :1], before[:, :1] + 1, np.ones(1), 0) == (0, 0)
    assert np.isnan(one_decode.side_effects(before, before * np.nan, np.ones(3), 0)).all()


def test_a_model_that_ignores_what_is_asked_is_near_nought() -> None:
    for figure in one_decode.measure(subject_of(Deaf()), parts(), OWN, np.random.default_rng(0)).values():
        assert abs(figure.pearson) < 0.1
        assert figure.r2 < 0


def test_an_attribute_of_ones_own_is_asked_for_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    train, valid, test = (
        replace(part, a=part.x[:, [0, 2]].astype(np.float32), names=("first", "own")) for part in parts()
    )
    monkeypatch.setattr(toy.ADAPTER, "values", lambda x, *_: x[:, [0, 2]].astype(np.float64))
    axes = Axes(np.array([0, 2]), np.ones(2))
    figures = one_decode.measure(subject_of(toy.Digits()), (train, valid, test), axes, np.random.default_rng(0))
    assert figures["own"].pearson > 0.98
    assert figures["own"].r2 > 0.95


def test_the_editor_is_asked_for_one_attribute_and_leaves_the_other() -> None:
    codes = np.array([[[1, 2, 3, 4]]], dtype=np.float32)
    edited = put(subject_of(Edited()), codes, OWN, {0: np.array([-1.5])})
    assert edited.tolist() == [[[2, -1.5, 3, 4]]]
    assert put(subject_of(toy.Digits()), codes, OWN, {0: np.array([-1.5])}).tolist() == [[[-1.5, 2, 3, 4]]]
    assert codes.tolist() == [[[1, 2, 3, 4]]]


@pytest.mark.parametrize(("grey", "pearson"), [(255, 0.0), (0, np.nan)])
def test_images_that_never_change_or_show_nothing(grey: int, pearson: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(adapters.ADAPTERS, "squares", f"{squares.__name__}:ADAPTER")
    config = adapters.configure(data="squares")
    split = squares.ADAPTER.split(squares.ADAPTER.load(config, Path()), 0)
    subject = Subject(Screen(grey), config, squares.ADAPTER, 0, Scale(np.zeros((1, 2)), np.ones((1, 2))))
    for figure in one_decode.measure(subject, split, OWN, np.random.default_rng(0)).values():
        assert figure.pearson == pytest.approx(pearson, nan_ok=True)
        assert np.isnan(figure.r2) if np.isnan(pearson) else figure.r2 < 0

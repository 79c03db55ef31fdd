"""A resumed run keeps its settings, and may be given more epochs where its learning rate is constant."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from armusic import api, config
from armusic.config import Config
from armusic.errors import UsageError
from armusic.inference import run_folder
from armusic.training import checkpoint, resumption
from tests.notation import book


@pytest.fixture(scope="module")
def constant(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """Settings with a learning rate that stays the same."""
    folder = tmp_path_factory.mktemp("tunes")
    book(folder / "book.abc")
    return config.make(
        data=str(folder), units=6, latent=6, epochs=2, batch=8, editor=0, control=0.0, decay=False, warmup=0.0
    )


@pytest.fixture(scope="module")
def trained(constant: Config, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return api.train(constant, tmp_path_factory.mktemp("runs") / "short", data_dir=cache)


@pytest.fixture
def short(trained: Path, tmp_path: Path) -> Path:
    """A run of two epochs, in a folder of its own."""
    return Path(shutil.copytree(trained, tmp_path / "short"))


def losses(run: Path) -> list[str]:
    with (run / "metrics.csv").open() as file:
        return [row["loss"] for row in csv.DictReader(file)]


def test_more_epochs_give_the_run_that_was_begun_with_them(
    constant: Config, short: Path, cache: Path, tmp_path: Path
) -> None:
    longer = constant.replace(epochs=4)
    api.train(longer, short, resume=True, data_dir=cache)
    at_once = api.train(longer, tmp_path / "at-once", data_dir=cache)
    assert losses(short) == losses(at_once)
    weights, others = (checkpoint.load(run / checkpoint.LAST).model.state_dict() for run in (short, at_once))
    assert all(torch.equal(weights[name], others[name]) for name in weights)
    assert run_folder.read(short) == checkpoint.load(short / checkpoint.LAST).config == longer


def test_the_learning_rate_must_be_constant_for_that(short: Path, constant: Config) -> None:
    last = checkpoint.load(short / checkpoint.LAST)
    for planned in (constant.replace(decay=True), constant.replace(warmup=0.1)):
        stopped = replace(last, config=planned)
        assert resumption.settings(stopped, planned, short) == planned
        with pytest.raises(UsageError, match="was started with epochs 2, not 4: its learning rate was planned for"):
            resumption.settings(stopped, planned.replace(epochs=4), short)


def test_epochs_that_are_done_stay(short: Path, constant: Config, cache: Path) -> None:
    with pytest.raises(UsageError, match="short has 2 epochs already: resume it with as many or more, not 1"):
        api.train(constant.replace(epochs=1), short, resume=True, data_dir=cache)
    assert run_folder.read(short) == constant


def test_other_settings_are_refused(short: Path, constant: Config, cache: Path) -> None:
    with pytest.raises(UsageError, match="short was started with lr 0.003, not 0.1: a run is resumed with the"):
        api.train(constant.replace(lr=0.1), short, resume=True, data_dir=cache)


def test_losses_that_are_no_more_are_refused(short: Path, constant: Config) -> None:
    last = checkpoint.load(short / checkpoint.LAST)
    before = replace(last, history=tuple(row | {"cycle": 0.1} for row in last.history))
    with pytest.raises(UsageError, match="was started by an earlier version, with other losses for control"):
        resumption.settings(before, constant, short)

"""A run is a folder that can be stopped at any moment and goes on as if it had not been."""

import csv
import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from armusic import api, config
from armusic.config import Config
from armusic.errors import DataError, DivergedError, UsageError, WriteError
from armusic.training import checkpoint
from armusic.vae import fit
from armusic.vae.fit import Report
from armusic.vae.objective import backward
from tests.notation import book


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Config:
    folder = tmp_path_factory.mktemp("tunes")
    book(folder / "book.abc")
    return config.make(data=str(folder), units=6, latent=6, epochs=3, batch=8, control=0.1)


@pytest.fixture(scope="module")
def whole(settings: Config, cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return api.train(settings, tmp_path_factory.mktemp("runs") / "whole", data_dir=cache)


TIMES = ("seconds", "processor")


def figures(run: Path) -> list[dict[str, str]]:
    with (run / "metrics.csv").open() as file:
        return [{name: value for name, value in row.items() if name not in TIMES} for row in csv.DictReader(file)]


def test_what_is_in_the_folder(whole: Path, settings: Config) -> None:
    names = {path.name for path in whole.iterdir()} - {"events"}
    assert names == {"config.json", "metrics.csv", "best.safetensors", "last.safetensors"}
    assert config.from_dict(json.loads((whole / "config.json").read_text())) == settings
    assert [row["epoch"] for row in figures(whole)] == ["1", "2", "3"]
    parts = {"loss", "nll", "kl", "attribute", "control", "keep", "faults"}
    assert parts | {"accuracy", "exact", "r2"} < set(figures(whole)[0])
    assert checkpoint.load(whole).card["data"] == settings.data


def test_the_figures_have_seven_digits(whole: Path) -> None:
    row = {name: float(value) for name, value in figures(whole)[0].items()}
    history = checkpoint.load(whole / "last.safetensors").history[0]
    assert {name: float(f"{history[name]:.7g}") for name in row} == row
    assert any(history[name] != row[name] for name in row)


class StopError(Exception):
    """Stands for Ctrl-C."""


def test_a_stopped_run_has_written_its_events(settings: Config, cache: Path, tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    def stop(report: Report) -> None:
        raise StopError

    with pytest.raises(StopError):
        api.train(settings, tmp_path / "run", data_dir=cache, on_epoch=stop)
    assert not [thread.name for thread in threading.enumerate() if "AsyncWriter" in type(thread).__name__]
    [events] = (tmp_path / "run" / "events").iterdir()
    tags = {value.tag for event in EventFileLoader(str(events)).Load() for value in event.summary.value}
    assert {"loss", "seconds", "processor"} < tags


@pytest.mark.parametrize("stopped_after", [1, 2])
def test_a_resumed_run_gives_the_same_losses_and_weights(
    whole: Path, settings: Config, cache: Path, tmp_path: Path, stopped_after: int
) -> None:
    steps = 0

    def stop(_parts: object) -> None:
        nonlocal steps
        steps += 1
        if steps > stopped_after * steps_per_epoch + 1:
            raise StopError

    steps_per_epoch = int(figures(whole)[0]["step"])
    run = tmp_path / "run"
    with pytest.raises(StopError):
        api.train(settings, run, data_dir=cache, on_step=stop)
    assert len(figures(run)) == stopped_after
    torch.manual_seed(123)
    state, of_numpy = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    api.train(settings, run, resume=True, data_dir=cache)
    assert torch.equal(torch.get_rng_state(), state)  # the caller's draws go on as if nothing had been trained
    assert (np.random.get_state()[1] == of_numpy).all()  # noqa: NPY002
    assert figures(run) == figures(whole)
    weights, of_whole = (checkpoint.load(folder / checkpoint.LAST).model.state_dict() for folder in (run, whole))
    assert all(torch.equal(weights[name], of_whole[name]) for name in weights)


def test_what_is_trained_beside_the_model_goes_on_too_and_is_not_shipped(
    settings: Config, cache: Path, tmp_path: Path
) -> None:
    def stop(_report: object) -> None:
        raise KeyboardInterrupt

    settings = settings.replace(attribute_loss="linear", control=0.0, editor=0)
    whole, run = api.train(settings, tmp_path / "whole", data_dir=cache), tmp_path / "run"
    with pytest.raises(KeyboardInterrupt):
        api.train(settings, run, data_dir=cache, on_epoch=stop)
    api.train(settings, run, resume=True, data_dir=cache)
    assert figures(run) == figures(whole)
    weights, of_whole = (checkpoint.load(folder / checkpoint.LAST).companion for folder in (run, whole))
    assert weights
    assert all(torch.equal(weights[name], of_whole[name]) for name in weights)
    assert not checkpoint.load(whole / checkpoint.BEST).companion


def test_a_method_that_the_attributes_are_not_for_leaves_no_run_behind(
    settings: Config, cache: Path, tmp_path: Path
) -> None:
    unsuitable = settings.replace(attributes=("rhythm", "syncopation"), attribute_loss="slope")
    with pytest.raises(UsageError, match="attribute 'syncopation' has no slope"):
        api.train(unsuitable, tmp_path / "run", data_dir=cache)
    assert not (tmp_path / "run").exists()


def test_a_finished_run_stays_as_it_is(whole: Path, settings: Config, cache: Path) -> None:
    before = (whole / "last.safetensors").read_bytes()
    api.train(settings, whole, resume=True, data_dir=cache)
    assert (whole / "last.safetensors").read_bytes() == before


def test_another_run_is_never_overwritten(whole: Path, settings: Config, cache: Path) -> None:
    with pytest.raises(WriteError, match="whole: this folder has a run already: continue it with the option resume"):
        api.train(settings, whole, data_dir=cache)


def test_a_run_folder_that_cannot_be(settings: Config, cache: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WriteError, match="cannot create the run folder"):
        api.train(settings, tmp_path / "file" / "run", data_dir=cache)


def test_a_run_starts_from_a_model(whole: Path, settings: Config, cache: Path, tmp_path: Path) -> None:
    """With no step that changes anything, its weights are those of the model; the network must be the same."""
    still = settings.replace(epochs=1, lr=1e-9)
    run = api.train(still, tmp_path / "run", start=whole, data_dir=cache)
    weights, of_whole = checkpoint.load(run).model.state_dict(), checkpoint.load(whole).model.state_dict()
    assert all(torch.allclose(weights[name], of_whole[name], atol=1e-6) for name in weights)
    with pytest.raises(UsageError, match="the model to start from has units 6, not 7: leave it as it is"):
        api.train(settings.replace(units=7), tmp_path / "other", start=whole, data_dir=cache)
    assert not (tmp_path / "other").exists()


def test_data_that_cannot_be_used_leaves_no_run_behind(settings: Config, cache: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError):
        api.train(settings.replace(data=str(tmp_path / "missing")), tmp_path / "run", data_dir=cache)
    assert not (tmp_path / "run").exists()


def test_the_best_epoch_is_kept(whole: Path) -> None:
    accuracies = [float(row["accuracy"]) for row in figures(whole)]
    best = max(range(3), key=lambda epoch: (accuracies[epoch], epoch))
    assert checkpoint.load(whole / checkpoint.BEST).epoch == best + 1


@pytest.mark.parametrize("after", [0, 2])
def test_a_run_that_comes_apart_keeps_its_last_good_checkpoints(
    settings: Config, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """Everything that is written is finite, and the message says what stays and what may help."""
    run, steps, done = tmp_path / "run", 0, 0

    def step(_losses: object) -> None:
        nonlocal steps
        steps += 1

    def epoch(report: Report) -> None:
        nonlocal done
        done = report.epoch

    def spoilt(*arguments: Any) -> dict[str, float]:
        values = backward(*arguments)
        return values | {"loss": float("nan")} if done == after else values

    monkeypatch.setattr(fit, "backward", spoilt)
    stays = "the checkpoints of epoch 2 stay" if after else "no epoch was done"
    says = f"run: training came apart (epoch {after + 1}, step 1: not finite: loss nan); {stays}: start a run with a"
    with pytest.raises(DivergedError, match=re.escape(says)) as caught:
        api.train(settings, run, data_dir=cache, on_step=step, on_epoch=epoch)
    assert caught.value.exit_code == 1
    assert len(figures(run) if after else []) == after
    assert (run / checkpoint.BEST).exists() == bool(after)
    for name in (checkpoint.BEST, checkpoint.LAST) if after else ():
        stored = checkpoint.load(run / name)
        assert stored.epoch <= after
        assert all(weight.isfinite().all() for weight in stored.model.state_dict().values())
        assert all(np.isfinite(list(row.values())).all() for row in stored.history)


def command(settings: Config, cache: Path, run: Path) -> list[str]:
    return [
        *("train", "--data", settings.data, "--units", "6", "--latent", "6", "--epochs", "3", "--batch", "8"),
        *("--data-dir", str(cache), "-o", str(run)),
    ]


def test_a_kill_leaves_a_whole_checkpoint(settings: Config, cache: Path, tmp_path: Path) -> None:
    """The process is killed while it trains on and on; what it left can be loaded and gone on with."""
    long = [*command(settings, cache, tmp_path / "run"), "--epochs", "100000"]
    process = subprocess.Popen(
        [sys.executable, "-m", "armusic_cli", *long], stderr=subprocess.DEVNULL, env=_environment()
    )
    last = tmp_path / "run" / checkpoint.LAST
    while process.poll() is None and not last.exists():
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    loaded = checkpoint.load(last)
    assert loaded.epoch >= 1
    assert loaded.optimizer


def test_several_processes_go_on_with_a_run_of_one(settings: Config, cache: Path, tmp_path: Path) -> None:
    """Without dropout, the losses are those of one process that never stopped."""
    still = settings.replace(dropout=0.0)
    whole = api.train(still, tmp_path / "whole", data_dir=cache)
    run = tmp_path / "run"

    def stop(report: Report) -> None:
        if report.epoch == 2:
            raise StopError

    with pytest.raises(StopError):
        api.train(still, run, data_dir=cache, on_epoch=stop)
    torchrun = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2"]
    done = subprocess.run(
        [*torchrun, "-m", "armusic_cli", "train", "--resume", "--data-dir", str(cache), "-o", str(run)],
        capture_output=True, text=True, env=_environment(),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{run}\n"
    assert [float(row["loss"]) for row in figures(run)] == pytest.approx(
        [float(row["loss"]) for row in figures(whole)], rel=1e-3
    )
    assert [tensor.dtype for tensor in checkpoint.load(run).model.state_dict().values()] == [
        tensor.dtype for tensor in checkpoint.load(whole).model.state_dict().values()
    ]


def test_a_compiler_that_is_missing(
    settings: Config, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(UsageError, match=r"needs a C\+\+ compiler, and no-such-compiler is not found"):
        api.train(settings.replace(compile=True), tmp_path / "run", data_dir=cache)
    assert not (tmp_path / "run").exists()


def test_more_processes_than_gpus(
    settings: Config, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCAL_RANK", "1")
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(UsageError, match="process 2 of a machine with 1 GPU: start one process per GPU"):
        api.train(settings, tmp_path / "run", data_dir=cache)


def _environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join([".", "cli"])}


def test_runs_of_any_seed_have_the_same_split_and_another_start(cache: Path, settings: Config, tmp_path: Path) -> None:
    """They can be compared in pairs: the items that are held out are the same, and nothing else is."""
    few = settings.replace(epochs=1)
    states = [
        checkpoint.load(api.train(few.replace(**values), tmp_path / name, data_dir=cache))
        for name, values in (("a", {}), ("b", {"seed": 1}), ("c", {"split": 1}))
    ]
    means = [state.scale.mean for state in states]  # of the training items
    assert np.array_equal(means[0], means[1])
    assert not np.array_equal(means[0], means[2])
    weights = [state.model.state_dict()["decoder.logits.weight"] for state in states]
    assert not torch.equal(weights[0], weights[1])

"""`armusic train`: options from the configuration, a run folder, going on, and what is shown meanwhile."""

import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest

from armusic import api
from armusic.config import SETTINGS, Config, make
from armusic.vae.fit import Report
from armusic_cli.options import names
from armusic_cli.progress import Progress
from armusic_cli.train import command

from .conftest import Run

TINY = ["--units", 4, "--latent", 5, "--epochs", 2, "--batch", 8]


@pytest.fixture
def train(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """Stand in for the training: note what it is asked."""
    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(
        api, "train", lambda config, run, **options: calls.append({"config": config, "run": run, **options})
    )
    return calls


def test_every_field_is_an_option_with_its_default_and_help() -> None:
    options = {option.name: option for option in command.params if isinstance(option, click.Option)}
    context = click.Context(command, terminal_width=1000, max_content_width=1000)
    for name, setting in SETTINGS.items():
        option = options[name]
        assert option.opts == ["--" + name.replace("_", "-")]
        assert option.type_cast_value(context, option.default) == setting.default
        assert str(option.help).startswith(setting.help)
    shown = command.get_help(context)
    size = rf"\[paper: 32\] +\[default: {Config().network.latent}; 1<=x<=4096\]"
    assert re.search(rf"--latent INTEGER +Size of a code\. +{size}", shown)
    assert re.search(r"--decay / --no-decay .*\[paper: no-decay\] +\[default: decay\]", shown)
    assert re.search(r"--attributes NAMES .*\[default: +rhythm,range,density,contour\]", shown)


def sections(text: str) -> dict[str, set[str]]:
    """Return the options in each section of a help text."""
    _, *parts = re.split(r"^(\w[\w ]*):$", text, flags=re.MULTILINE)
    option = re.compile(r"^  (?:-\w, )?--([\w-]+)", re.MULTILINE)
    return {title: set(option.findall(body)) for title, body in zip(parts[::2], parts[1::2], strict=True)}


def test_the_help_has_groups_and_what_does_not_count_for_the_data_last(run: Run) -> None:
    music = sections(run("train", "--help").out)
    assert list(music) == ["Run", "Data", "Network", "Losses", "Schedule", "Settings for images only"]
    assert {"preset", "output", "resume", "help"} < music["Run"]
    assert music["Data"] == {"data", "limit", "attributes", "seed", "split", "data-dir"}
    assert music["Network"] == {"decoder", "frame", "units", "layers", "editor", "latent", "dropout"}
    assert {"control", "gamma"} < music["Losses"]
    assert "filters" in music["Settings for images only"]
    for arguments in (("--data", "sprites", "--help"), ("--help", "--data=sprites", "--epochs", "x")):
        text = run("train", *arguments).out
        images = sections(text)
        assert list(images)[-2:] == ["Settings for music and melodies only", "Settings for music only"]
        assert images["Network"] == {
            "filters",
            "kernel",
            "stride",
            "hidden",
            "activation",
            "likelihood",
            "latent",
            "dropout",
        }
        assert images["Settings for music and melodies only"] == {"decoder", "units", "layers"}
        assert images["Settings for music only"] == {
            "frame",
            "editor",
            "control",
            "keep",
            "grammar",
            "oversample",
            "augment",
        }
        assert re.search(r"--filters INTEGERS .*?\[default:\s+16,32,64,64\]", text, re.DOTALL)
    assert sections(run("train", "--data", "no-such-folder", "--help").out) == music


def test_the_defaults_are_those_of_the_configuration(run: Run, here: Path, train: list[dict[str, Any]]) -> None:
    done = run("train")
    assert done.code == 0
    (call,) = train
    assert call["config"] == Config()
    assert re.fullmatch(r"runs/default-\d{8}-\d{6}", str(call["run"]))
    assert done.out == f"{call['run']}\n"


def test_options_override_a_preset(run: Run, here: Path, train: list[dict[str, Any]]) -> None:
    assert (
        run("train", "--preset", "paper", "--lr", 0.5, "--attributes", "density, range", "--decay", "--batch", 256).code
        == 0
    )
    expected = make("paper", lr=0.5, attributes=("density", "range"), decay=True, batch=256)
    assert train[0]["config"] == expected
    assert str(train[0]["run"]).startswith("runs/paper-")


def test_threads_are_set_before_torch_is_imported(
    run: Run, here: Path, train: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        monkeypatch.setenv(name, "2")
    assert run("train", "--threads", 3).code == 0
    assert os.environ["OMP_NUM_THREADS"] == "3"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--attributes", ""], "attributes is ()"),
        (["--attributes", "range,range"], "one or more different names"),
        (["--lr", "nan"], "lr is nan"),
        (["--dropout", "1.5"], "Invalid value for '--dropout'"),
        (["--decoder", "deep"], "Invalid value for '--decoder'"),
    ],
)
def test_settings_out_of_range(run: Run, here: Path, options: list[str], message: str) -> None:
    assert message in run("train", *options).error(2)
    assert not list(here.iterdir())


def test_a_run_from_start_to_end_and_on(run: Run, tunes: Path, here: Path) -> None:
    done = run("train", "--data", tunes, *TINY, "-o", "mine")
    assert (done.code, done.out) == (0, "mine\n"), done.err
    assert "reading: 7 of 7 files\n" in done.err
    epochs = [line for line in done.err.splitlines() if line.startswith("epoch ")]
    assert [line.split()[1] for line in epochs] == ["1/2", "2/2"]
    for name in ("loss", "nll", "kl", "attribute", "accuracy", "exact", "r2"):
        assert re.search(rf" {name} -?[\d.]+|{name} nan", epochs[0])
    assert {"config.json", "metrics.csv", "best.safetensors", "last.safetensors"} <= {
        path.name for path in Path("mine").iterdir()
    }

    assert "this folder has a run already" in run("train", "--data", tunes, *TINY, "-o", "mine").err
    again = run("train", "--resume", "-o", "mine")  # its settings are its own; there is nothing left to do
    assert (again.code, again.out) == (0, "mine\n")
    other = run("train", "--resume", "-o", "mine", "--units", 5)
    assert other.code == 2
    assert "was started with units 4, not 5" in other.err
    Path("mine/config.json").write_text("{")
    assert "not the settings of a run" in run("train", "--resume", "-o", "mine").error(1)


def test_a_run_that_was_not_begun_begins(run: Run, here: Path, train: list[dict[str, Any]]) -> None:
    done = run("train", "--resume", "-o", "new", "--units", 5)
    assert (done.code, done.out, done.err) == (0, "new\n", "new: no run there: a new one begins\n")
    assert (train[0]["config"].network.units, train[0]["resume"]) == (5, True)
    Path("begun").mkdir()
    Path("begun/config.json").write_text(json.dumps(make(limit=5).as_dict()))
    assert run("train", "--resume", "-o", "begun").err == ""


def test_a_run_that_starts_from_a_model_has_its_network(
    run: Run, here: Path, model: Path, train: list[dict[str, Any]]
) -> None:
    assert run("train", "--start", model, "-o", "new", "--lr", 0.5).code == 0
    chosen = train[0]["config"]
    assert (chosen.network, chosen.schedule.lr) == (api.load(model).config.network, 0.5)
    assert train[0]["start"] == str(model)
    assert "no such file" in run("train", "--start", "none", "-o", "other").error(1)


def test_a_preset_may_not_change_a_run(run: Run, here: Path, train: list[dict[str, Any]]) -> None:
    Path("mine").mkdir()
    Path("mine/config.json").write_text(json.dumps(make(limit=5).as_dict()))
    assert run("train", "--resume", "-o", "mine", "--preset", "paper").code == 0
    config = train[0]["config"]
    assert (config.limit, config.network.decoder) == (5, "hierarchical")  # which the library refuses


def test_ctrl_c_says_how_to_go_on(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(api, "train", stop)
    done = run("train", "-o", "mine")
    assert done == (130, "", "armusic: stopped: continue with armusic train --resume -o mine\n")


def test_no_data(run: Run, here: Path) -> None:
    assert "no such folder" in run("train", "--data", "none", "-o", "mine").error(1)


def fake_training(config: Config, run: Path, *, on_data: Any, on_step: Any, on_epoch: Any, **_: Any) -> None:
    """Behave like a training with three epochs of two steps."""
    for done in (1, 2):
        on_data(done, 2)
    for epoch in (1, 2, 3):
        for _step in range(2):
            on_step({"loss": 1.5, "nll": 0.5})
        on_epoch(Report(epoch, 2 * epoch, {"loss": 1.5}, {"accuracy": 0.75}, 9.0, 8.0))


def test_only_the_first_process_speaks(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "train", fake_training)
    monkeypatch.setenv("RANK", "1")
    assert run("train", "-o", "mine", "--epochs", 3) == (0, "", "")
    monkeypatch.setenv("RANK", "0")
    assert (
        run("train", "-o", "mine", "--epochs", 3).err.splitlines()[-1] == "epoch 3/3  loss 1.5000  accuracy 0.7500  9 s"
    )


def test_a_terminal_gets_bars(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "train", fake_training)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    done = run("train", "-o", "mine", "--epochs", 3)
    assert (done.code, done.out) == (0, "mine\n")
    for text in ("reading", "training", "━", "3/3", "epoch 2/3  loss 1.5000  accuracy 0.7500"):
        assert text in done.err


def test_lines_now_and_then_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr("armusic_cli.progress.time", SimpleNamespace(monotonic=lambda: now))
    with Progress("reading", "file") as progress:
        for done, now in enumerate((1.0, 11.0, 12.0, 13.0), 1):  # noqa: B007 (the clock reads it)
            progress.update(done, 4)
    assert capsys.readouterr().err == "reading: 2 of 4 files\nreading: 4 of 4 files\n"


def test_names_are_split_at_commas() -> None:
    assert names("a, b,,c") == ("a", "b", "c")
    assert names(("a",)) == ("a",)

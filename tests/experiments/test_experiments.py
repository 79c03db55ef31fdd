"""An experiment's file says what runs, its folder how far they are, and what is missing is done."""

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from armusic import config, evaluation, experiments
from armusic.errors import DataError, MissingFileError, ReadError, UsageError
from armusic.experiments import Run, work
from armusic.training import checkpoint
from armusic.training import run as runs
from armusic.vae.fit import Report
from tests.notation import book

BOTH = ["folk44", "bach"]


def names(**content: Any) -> list[str]:
    return [run.name for run in experiments.parse(content)]


def test_models_data_sets_and_seeds_multiply() -> None:
    assert names(models=["default", "paper"], data=BOTH, seeds=[0, 1]) == [
        "default-folk44-0", "default-folk44-1", "default-bach-0", "default-bach-1",
        "paper-folk44-0", "paper-folk44-1", "paper-bach-0", "paper-bach-1",
    ]  # fmt: skip


def test_a_model_has_the_preset_of_its_name_or_another() -> None:
    paper, beta, plain = experiments.parse(
        {"data": ["folk"], "models": {"paper": {}, "paper-beta": {"preset": "paper", "gamma": 0}, "mine": {"units": 8}}}
    )
    assert paper.config == config.make("paper", data="folk")
    assert beta.config == config.make("paper", data="folk", gamma=0)
    assert plain.config == config.make(data="folk", units=8)


@pytest.mark.parametrize(
    ("name", "preset"),
    [("betavae", "beta-vae"), ("paper_vae", "paper"), ("defaults", "default"), ("Paper", "paper"), ("i_vae", "i-vae")],
)
def test_a_misspelled_preset_does_not_train_the_default(name: str, preset: str) -> None:
    with pytest.raises(UsageError, match=rf"e\.toml, models\.{name}: no preset .* did you mean {preset}\?"):
        experiments.parse({"data": ["folk"], "models": [name]}, "e.toml")
    (run,) = experiments.parse({"data": ["folk"], "models": {name: {"preset": "default"}}})
    assert run.config == config.make(data="folk")


@pytest.mark.parametrize("name", ["mine", "tuned", "pairwise", "plain", "beta3", "wide"])
def test_a_model_of_ones_own_has_the_defaults_settings(name: str) -> None:
    (run,) = experiments.parse({"data": ["folk"], "models": [name]})
    assert run.config == config.make(data="folk")


def test_the_more_particular_setting_counts() -> None:
    content = {
        "settings": {"epochs": 1, "units": 1, "lr": 0.5, "batch": 2},
        "data": {"folk44": {}, "bach": {"epochs": 2, "units": 2, "lr": 0.25}},
        "models": {"default": {"units": 3, "lr": 0.125, "data": {"folk44": {}, "bach": {"lr": 0.0625}}}},
    }
    folk, bach = (run.config for run in experiments.parse(content))
    assert (folk.network.units, folk.schedule) == (3, config.MeasureSchedule(epochs=1, lr=0.125, batch=2))
    assert (bach.network.units, bach.schedule) == (3, config.MeasureSchedule(epochs=2, lr=0.0625, batch=2))


def test_a_model_has_its_own_seeds_data_and_minutes() -> None:
    content = {
        "data": BOTH, "seeds": [0, 1, 2], "minutes": 5,
        "models": {"default": {}, "paper": {"seeds": [7], "data": ["bach"], "minutes": 45}},
    }  # fmt: skip
    parsed = experiments.parse(content)
    assert [run.minutes for run in parsed] == [5] * 6 + [45]
    assert parsed[-1].name == "paper-bach-7"
    of_data = {"folk44": {"seeds": [0]}, "bach": {"epochs": 3}}
    assert names(models={"paper": {"data": of_data}}, data=BOTH, seeds=[0, 1]) == [
        "paper-folk44-0", "paper-bach-0", "paper-bach-1",
    ]  # fmt: skip


def test_a_grid_makes_a_model_of_each_combination() -> None:
    parsed = experiments.parse({"data": ["bach"], "models": {"paper": {"grid": {"gamma": [0.1, 10], "delta": [1.0]}}}})
    assert [run.name for run in parsed] == ["paper-gamma0.1-delta1-bach-0", "paper-gamma10-delta1-bach-0"]
    assert [(run.config.loss.gamma, run.config.loss.delta) for run in parsed] == [(0.1, 1), (10, 1)]


def test_a_run_starts_from_that_with_its_seed_and_takes_its_network() -> None:
    models = {
        "tuned": {"start": "first-folk44", "data": ["bach"]},
        "more": {"start": "first", "control": 1.0},
        "first": {"units": 8, "latent": 6},
    }
    parsed = {run.name: run for run in experiments.parse({"data": BOTH, "seeds": [0, 1], "models": models})}
    assert parsed["tuned-bach-1"].start == "first-folk44-1"
    assert parsed["more-bach-0"].start == "first-bach-0"
    assert (parsed["tuned-bach-1"].config.network.units, parsed["tuned-bach-1"].config.network.latent) == (8, 6)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"data": BOTH}, 'e.toml: no models: write models = ["NAME"], or a table [models.NAME] for each'),
        ({"models": ["default"], "data": BOTH, "seed": [1]}, "e.toml: unknown key 'seed': did you mean 'seeds'?"),
        ({"models": {"a": {"epoch": 3}}, "data": BOTH}, "models.a: unknown key 'epoch': did you mean 'epochs'?"),
        ({"models": ["a"], "data": {"bach": {"seed": 3}}}, "e.toml, data.bach: unknown key 'seed'"),
        ({"models": ["a"], "data": BOTH, "settings": {"gama": 3}}, "e.toml, settings: unknown key 'gama': did"),
        ({"models": ["a"], "data": BOTH, "settings": 3}, "e.toml, settings is 3: give a table of settings"),
        ({"models": {"a": {"gamma": "x"}}, "data": BOTH}, "e.toml, models.a: gamma is 'x': give a number"),
        ({"models": {"a": {"gamma": -1}}, "data": BOTH}, "e.toml, models.a: gamma is -1: it must be at least 0"),
        ({"models": {"a": {"preset": "papers"}}, "data": BOTH}, "e.toml, models.a: unknown preset 'papers': use"),
        ({"models": {"a": {"preset": ["paper"]}}, "data": BOTH}, "e.toml, models.a: unknown preset"),
        ({"models": {"a": {"data": ["bech"]}}, "data": BOTH}, "unknown data set 'bech': did you mean 'bach'?"),
        ({"models": {"a/b": {}}, "data": BOTH}, "e.toml, models.a/b: runs are named after models"),
        ({"models": 3, "data": BOTH}, "e.toml, models is 3: give a list of different names"),
        ({"models": ["a"], "data": ["bach", "bach"]}, "e.toml, data is"),
        ({"models": ["a"], "data": ["x/bach", "y/bach"]}, "e.toml, data: two folders have the same name"),
        ({"models": ["a"], "data": BOTH, "seeds": [0, 0]}, "e.toml: seeds is [0, 0]: give a list of different"),
        ({"models": ["a"], "data": BOTH, "seeds": 3}, "e.toml: seeds is 3"),
        ({"models": {"a": {"seeds": [-1]}}, "data": BOTH}, "e.toml, models.a: seeds is [-1]"),
        ({"models": {"a": {"data": {"bach": {"seeds": 1}}}}, "data": BOTH}, "models.a, data.bach: seeds is 1"),
        ({"models": ["a"], "data": BOTH, "keep": "some"}, "e.toml: keep is 'some': use 'all' or 'weights'"),
        ({"models": ["a"], "data": BOTH, "minutes": 0}, "e.toml: minutes is 0: give a number above 0"),
        ({"models": {"a": {"grid": {"gamma": 3}}}, "data": BOTH}, "e.toml, models.a, grid: gamma is 3: give a list"),
        ({"models": {"a": {"grid": {"gama": [3]}}}, "data": BOTH}, "e.toml, models.a, grid: unknown key 'gama'"),
        ({"models": ["a", "a-b"], "data": ["b-c", "c"]}, "e.toml, models.a-b: a second run would be called a-b-c-0"),
        ({"models": {"a": {"start": 3}}, "data": BOTH}, "e.toml, models.a: start is 3: give MODEL or MODEL-DATA"),
        (
            {"models": {"a": {"start": "tined"}, "tuned": {}}, "data": ["bach"]},
            "a-bach-0 starts from 'tined', but there is no tined-bach-0: did you mean 'tuned-bach-0'?",
        ),
        (
            {"models": {"a": {"start": "b"}, "b": {"start": "a"}}, "data": ["bach"]},
            "runs start from one another: a-bach-0 from b-bach-0 from a-bach-0",
        ),
        (
            {"models": {"a": {"start": "b", "units": 9}, "b": {}}, "data": ["bach"]},
            "e.toml, models.a: units is 9, but 64 where it starts",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_line(content: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as error:
        experiments.parse(content, "e.toml")
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_what_is_no_toml_is_said(tmp_path: Path) -> None:
    (tmp_path / "e.toml").write_text("models = [")
    with pytest.raises(ReadError, match=r"e\.toml: not TOML \("):
        experiments.read(tmp_path / "e.toml")


@pytest.mark.parametrize("file", sorted(Path(__file__).parents[2].glob("examples/*.toml")), ids=lambda file: file.stem)
def test_the_examples_can_be_read(file: Path) -> None:
    assert len(experiments.read(file)) >= 3


@pytest.fixture
def run(tmp_path: Path) -> Run:
    book(tmp_path / "book.abc")
    return Run("mine", config.make(data=str(tmp_path), units=6, latent=6, epochs=3, batch=8, control=0.0, editor=0))


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of runs, whose evaluation says nothing (what it says is tested where it is made)."""
    monkeypatch.setenv("ARMUSIC_DATA", str(tmp_path / "cache"))
    monkeypatch.setattr(
        evaluation, "evaluate", lambda model, cache: SimpleNamespace(as_dict=lambda: {"epoch": model.epoch})
    )
    return tmp_path / "out"


def test_data_that_is_nowhere_is_said_before_it_is_read(tmp_path: Path) -> None:
    experiments.check_data(experiments.parse({"data": ["folk", "sprites", str(tmp_path)], "models": ["default"]}))
    for data, error, message in (
        ("nosuch", DataError, "nosuch: no such folder, and no data set of that name: there are folk"),
        ("nosuch.npz", MissingFileError, r"nosuch\.npz: no such file"),
    ):
        with pytest.raises(error, match=message):
            experiments.check_data(experiments.parse({"data": ["bach", data], "models": ["default"]}))


def do(todo: list[Run], out: Path) -> None:
    with experiments.engine(jobs=1):
        experiments.prepare(todo, out)
        list(experiments.perform(todo, out))


def test_a_run_is_trained_and_evaluated_and_then_done(run: Run, out: Path) -> None:
    assert experiments.look(run, out).left is None
    do([run], out)
    state = experiments.look(run, out)
    assert state.done
    assert (state.epoch, state.left, state.error) == (3, 0, "")
    assert set(state.scores) > {"accuracy", "r2"}
    assert json.loads((out / run.name / "evaluation.json").read_text())["epoch"] <= 3


def test_what_is_left_out_of_the_data_is_said_once_for_all_runs(
    run: Run, out: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wide = "X:1\nT:Wide\nM:4/4\nL:1/8\nK:C\nC,,4 d''4|CDEF GABc|\n"
    (Path(run.config.data) / "wide.abc").write_text(wide)
    do([run, replace(run, config=run.config.replace(seed=1))], out)
    (message,) = caplog.messages
    assert re.search(r"frame \(19 semitones on either side of their median pitch\) are left out: 1 of \d+$", message)


def test_the_same_file_makes_the_same_weights_bit_for_bit(run: Run, out: Path) -> None:
    digests = []
    for folder, todo in (
        (out, run),
        (out / "again", run),
        (out / "other", replace(run, config=run.config.replace(seed=1))),
    ):
        do([todo], folder)
        digests.append(json.loads((folder / todo.name / "evaluation.json").read_text())["weights"]["sha256"])
    assert digests[0] == digests[1] != digests[2]


def test_an_evaluation_older_than_its_checkpoint_is_made_anew(run: Run, out: Path) -> None:
    do([run], out)
    os.utime(out / run.name / "evaluation.json", (0, 0))
    assert not experiments.look(run, out).done
    before = (out / run.name / "last.safetensors").read_bytes()
    do([run], out)
    assert experiments.look(run, out).done
    assert (out / run.name / "last.safetensors").read_bytes() == before


def test_a_stopped_run_goes_on(run: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(report: Report) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        runs.train(run.config, out / run.name, out.parent / "cache", on_epoch=stop)
    state = experiments.look(run, out)
    assert (state.epoch, state.trained) == (1, False)
    assert state.left == pytest.approx(2 * state.seconds)
    do([run], out)
    assert experiments.look(run, out).done


def test_a_run_whose_time_is_up_is_evaluated_and_may_go_on_with_more(run: Run, out: Path) -> None:
    short = replace(run, minutes=1e-9)
    do([short], out)
    state = experiments.look(short, out)
    assert (state.epoch, state.done) == (1, True)
    assert not experiments.look(run, out).trained
    do([run], out)
    assert experiments.look(run, out).epoch == 3


def test_minutes_are_those_of_the_processor(run: Run, out: Path) -> None:
    """A machine that is busy with other work does not change how far a run comes."""
    folder = out / run.name
    folder.mkdir(parents=True)
    (folder / "metrics.csv").write_text("epoch,seconds,processor\n1,600,50\n2,600,40\n")
    state = experiments.look(replace(run, minutes=2), out)
    assert (state.seconds, state.processor, state.trained) == (1200, 90, False)
    assert state.left == pytest.approx(400)  # thirty of its seconds are left, and each takes 13 by the clock
    assert experiments.look(replace(run, minutes=1.5), out).trained
    (folder / "metrics.csv").write_text("epoch,seconds\n1,600\n")  # of an earlier version
    assert experiments.look(run, out).processor == 600


def test_a_run_that_was_kept_without_its_best_checkpoint_is_done_and_may_go_on(run: Run, out: Path) -> None:
    short = replace(run, minutes=1e-9)
    do([short], out)
    best = out / run.name / "best.safetensors"
    best.unlink()
    assert experiments.look(short, out).done
    do([run], out)
    assert experiments.look(run, out).done
    assert best.is_file()


def test_runs_are_done_seed_by_seed(run: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An experiment that is stopped has as many runs of each model as can be."""
    monkeypatch.setattr(work, "_train", lambda *args: None)
    todo = [Run(model, run.config.replace(seed=seed)) for model in ("a", "b") for seed in (0, 1)]
    with experiments.engine(jobs=1):
        done = [chain[0] for chain in experiments.perform(todo, out)]
    assert [(each.model, each.config.seed) for each in done] == [("a", 0), ("b", 0), ("a", 1), ("b", 1)]


def test_the_weights_alone_are_kept_where_that_is_enough(run: Run, out: Path) -> None:
    """They are of half precision, and it is them that are evaluated."""
    slim = replace(run, keep="weights")
    do([replace(slim, minutes=1e-9)], out)
    folder = out / run.name
    assert (folder / "last.safetensors").is_file()  # epochs are left
    size = (folder / "best.safetensors").stat().st_size
    do([slim], out)
    assert experiments.look(slim, out).done
    assert not (folder / "last.safetensors").exists()
    assert (folder / "best.safetensors").stat().st_size < 0.7 * size
    weights = checkpoint.load(folder).model.state_dict()
    assert all(torch.equal(weight, weight.half().float()) for weight in weights.values())
    assert (folder / "evaluation.json").stat().st_mtime >= (folder / "best.safetensors").stat().st_mtime
    before = (folder / "best.safetensors").read_bytes()
    (folder / "evaluation.json").unlink()
    do([slim], out)
    assert experiments.look(slim, out).done
    assert (folder / "best.safetensors").read_bytes() == before


def test_a_run_starts_from_the_weights_of_another(run: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tuned = Run("tuned", run.config, start=run.name)
    starts = {}
    train = runs.train
    monkeypatch.setattr(
        runs,
        "train",
        lambda *args, start, **options: starts.update({args[1].name: start}) or train(*args, start=start, **options),
    )
    do([tuned, run], out)
    assert list(starts) == [run.name, tuned.name]
    assert starts[run.name] is None
    assert starts[tuned.name].config == run.config
    assert experiments.look(tuned, out).done


def test_a_failed_run_keeps_its_error_and_stops_no_other(run: Run, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, after = Run("bad", run.config), Run("after", run.config, start="bad-" + run.name.split("-", 1)[1])
    train = runs.train

    def fail(settings: object, folder: Path, *args: Any, **options: Any) -> Path:
        if folder.name.startswith("bad"):
            raise DataError("nothing to learn")
        return train(settings, folder, *args, **options)

    monkeypatch.setattr(runs, "train", fail)
    do([bad, after, run], out)
    assert experiments.look(bad, out).error == "nothing to learn"
    assert experiments.look(after, out).epoch == 0
    assert experiments.look(run, out).done
    monkeypatch.undo()
    monkeypatch.setattr(work, "_train", lambda *args: 1 / 0)
    do([bad], out)
    text = (out / bad.name / "error.txt").read_text()
    assert text.startswith("ZeroDivisionError: division by zero\n")
    assert "Traceback" in text


def test_other_settings_are_refused(run: Run, out: Path) -> None:
    do([run], out)
    with pytest.raises(UsageError, match="was started with epochs 3, not 4: give the experiment another folder"):
        experiments.check([replace(run, config=run.config.replace(epochs=4))], out)
    experiments.check([run, Run("other", run.config)], out)


def test_more_epochs_are_taken_where_the_learning_rate_is_constant(run: Run, out: Path) -> None:
    constant = replace(run, config=run.config.replace(decay=False, warmup=0.0))
    do([constant], out)
    longer = replace(constant, config=constant.config.replace(epochs=4))
    experiments.check([longer], out)
    do([longer], out)
    assert (experiments.look(longer, out).epoch, experiments.look(longer, out).done) == (4, True)
    with pytest.raises(UsageError, match="was started with epochs 4, not 3"):
        experiments.check([constant], out)


def test_a_run_begun_before_a_setting_was_there_had_its_default(run: Run, out: Path) -> None:
    do([run], out)
    file = out / run.name / "config.json"
    written = json.loads(file.read_text())
    del written["loss"]["grammar"]
    file.write_text(json.dumps(written))
    experiments.check([run], out)
    file.write_text("{")
    with pytest.raises(ReadError, match="not the settings of a run"):
        experiments.check([run], out)


def test_a_run_cannot_go_on_without_its_last_checkpoint(run: Run, out: Path) -> None:
    do([replace(run, minutes=1e-9)], out)
    (out / run.name / "last.safetensors").unlink()
    with pytest.raises(UsageError, match=r"cannot be resumed without its last\.safetensors"):
        experiments.check([run], out)
    (out / run.name / "metrics.csv").write_text("epoch,seconds\n1,x\n")
    with pytest.raises(ReadError, match="not the figures of a run"):
        experiments.look(run, out)


def test_a_scheduler_that_is_not_there_is_said() -> None:
    with (
        pytest.raises(UsageError, match="no such scheme|no Dask scheduler answers there"),
        experiments.engine(scheduler="x://y"),
    ):
        pass

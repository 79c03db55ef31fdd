"""Runs find their data again, and notice when it has changed."""

import json
import logging
import shutil
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from armusic import api, config
from armusic.config import Config
from armusic.errors import DataError, UsageError
from armusic.evaluation import subject
from armusic.inference import run_folder
from armusic.training import adapters, checkpoint, fingerprint
from armusic.training.checkpoint import LAST
from armusic.vae.data import Data
from armusic.vae.fit import Report
from tests.notation import book

SMALL = {"units": 6, "latent": 6, "epochs": 2, "batch": 8, "control": 0.0, "editor": 0}


class StopError(Exception):
    """Stands for Ctrl-C."""


def stop(_report: Report) -> None:
    raise StopError


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> Path:
    """Return a folder with tunes, and a run of them in runs/mine, stopped after its first epoch."""
    home = tmp_path_factory.mktemp("home")
    (home / "tunes").mkdir()
    book(home / "tunes" / "book.abc")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(home)
        with pytest.raises(StopError):
            api.train(config.make(data="tunes", **SMALL), "runs/mine", data_dir=cache, on_epoch=stop)
    return home


@pytest.fixture
def home(stopped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a copy of that folder at another place; the current folder is a third one, with nothing in it."""
    shutil.copytree(stopped, tmp_path / "moved")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    return tmp_path / "moved"


def test_a_run_goes_on_from_anywhere(home: Path, cache: Path) -> None:
    run = home / "runs" / "mine"
    assert json.loads((run / "config.json").read_text())["place"] == "../../tunes"
    settings = run_folder.read(run)
    assert settings == config.make(data="tunes", **SMALL)
    assert settings.source == str(home / "tunes")
    api.train(settings, run, resume=True, data_dir=cache)
    assert checkpoint.load(run / LAST).epoch == 2
    assert checkpoint.load(run / LAST).config.data == "tunes"


def test_the_settings_as_they_were_typed_are_enough(home: Path, cache: Path) -> None:
    api.train(config.make(data="tunes", **SMALL), home / "runs" / "mine", resume=True, data_dir=cache)
    assert checkpoint.load(home / "runs" / "mine" / LAST).epoch == 2


def test_data_that_was_moved_is_named_anew_and_found_from_then_on(home: Path, cache: Path, tmp_path: Path) -> None:
    run = home / "runs" / "mine"
    (home / "tunes").rename(tmp_path / "songs")
    with pytest.raises(DataError, match="tunes: no such folder"):
        api.train(run_folder.read(run), run, resume=True, data_dir=cache)
    api.train(config.make(data="../songs", **SMALL), run, resume=True, data_dir=cache)
    assert checkpoint.load(run / LAST).config == config.make(data="tunes", **SMALL)
    assert run_folder.read(run).source == str(tmp_path / "songs")


def test_other_settings_are_refused_as_before(home: Path, cache: Path) -> None:
    run = home / "runs" / "mine"
    with pytest.raises(UsageError, match="was started with units 6, not 7"):
        api.train(run_folder.read(run).replace(units=7), run, resume=True, data_dir=cache)
    with pytest.raises(UsageError, match="was started with data 'tunes', not 'folk'"):
        api.train(run_folder.read(run).replace(data="folk"), run, resume=True, data_dir=cache)


def test_data_that_has_changed_is_noticed(home: Path, cache: Path) -> None:
    run, tunes = home / "runs" / "mine", home / "tunes" / "book.abc"
    before = (run / LAST).read_bytes()
    text = tunes.read_text()
    tunes.write_text(text + text.replace("X:", "X:9"))
    with pytest.raises(DataError, match=r"tunes has changed since .*mine was started \(\d+ items, not \d+\): put the"):
        api.train(run_folder.read(run), run, resume=True, data_dir=cache)
    assert (run / LAST).read_bytes() == before
    tunes.write_text(text)
    api.train(run_folder.read(run), run, resume=True, data_dir=cache)


def test_a_run_of_an_earlier_version_is_told_by_its_counts(home: Path, cache: Path) -> None:
    run, tunes = home / "runs" / "mine", home / "tunes" / "book.abc"
    last = checkpoint.load(run / LAST)
    del last.card["fingerprint"]
    checkpoint.save(last, run / LAST)
    with pytest.raises(UsageError, match="was started with data 'tunes', not '.*songs'"):
        shutil.copytree(home / "tunes", home / "songs")
        api.train(last.config.replace(data=str(home / "songs")), run, resume=True, data_dir=cache)
    text = tunes.read_text()
    tunes.write_text(text + text.replace("X:", "X:9"))
    with pytest.raises(DataError, match="has changed since .*mine was started"):
        api.train(run_folder.read(run), run, resume=True, data_dir=cache)


def test_evaluation_says_that_the_data_has_changed(home: Path, cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    """What is named by hand is taken without a word."""
    run, tunes = home / "runs" / "mine", home / "tunes" / "book.abc"

    def warnings(**options: str) -> list[str]:
        caplog.clear()
        with caplog.at_level(logging.WARNING, "armusic.evaluation"), suppress(DataError):  # too few items to measure
            subject.load(checkpoint.in_torch(api.load(run, **options).checkpoint), cache)
        return caplog.messages

    assert not warnings()
    text = tunes.read_text()
    tunes.write_text(text + text.replace("X:", "X:9"))
    assert [
        message.startswith(f"{home / 'tunes'} has changed since the model was trained (") for message in warnings()
    ] == [True]
    assert not warnings(data=str(home / "tunes"))


def test_a_checkpoint_alone_is_loaded_without_its_data(home: Path, tmp_path: Path) -> None:
    shutil.copy(home / "runs" / "mine" / LAST, tmp_path / "model.safetensors")
    (tmp_path / "config.json").write_text('{"data": "others", "place": "moved"}')  # of something else
    assert api.load(tmp_path / "model.safetensors").config.source == "tunes"


@pytest.mark.parametrize("content", ["", "[1]", '{"data": "tunes", "place": 3}', '{"data": "tunes", "place": "gone"}'])
def test_a_broken_file_of_settings_does_not_matter_to_a_model(home: Path, content: str) -> None:
    (home / "runs" / "mine" / "config.json").write_text(content)
    assert api.load(home / "runs" / "mine").config.source == "tunes"


def test_only_relative_paths_are_located(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("folk", "mine"):
        (tmp_path / name).mkdir()
    assert adapters.located(Config(data="folk")).source == "folk"  # the data set, as ever
    assert adapters.located(Config(data="missing")).source == "missing"
    assert adapters.located(Config(data=str(tmp_path / "mine"))).place == ""
    assert adapters.located(Config(data="mine")).source == str(tmp_path / "mine")
    assert adapters.located(Config(data="mine")).replace(units=7).source == str(tmp_path / "mine")
    assert adapters.located(Config(data="mine")).replace(data="other").source == "other"


def items(seed: int = 0) -> Data:
    rng = np.random.default_rng(seed)
    x, a = rng.integers(0, 9, (1000, 5)), rng.normal(size=(1000, 2)).astype(np.float32)
    return Data(x, a, ("size", "weight"), np.arange(1000) // 3, np.zeros(1000, int))


def test_a_fingerprint_tells_data_apart() -> None:
    data = items()
    known = fingerprint.of(data)
    assert json.loads(json.dumps(known)) == known
    assert not fingerprint.difference(known, fingerprint.of(data))
    moved = data.a.copy()
    moved[[3, 7], 1] = moved[[7, 3], 1]
    changes = {
        "999 items, not 1,000": data.take(slice(1, None)),
        "other items, or in another order": data.take(np.arange(1000)[::-1]),
        "other values of attribute 'weight'": Data(data.x, moved, data.names, data.group, data.kind),
        "no attribute 'weight'": Data(data.x, data.a, ("size", "height"), data.group, data.kind),
    }
    assert {fingerprint.difference(known, fingerprint.of(other)) for other in changes.values()} == set(changes)


def test_a_fingerprint_does_not_depend_on_the_machine() -> None:
    """Neither the size of its integers nor the last digit of an attribute matters."""
    data = items()
    ways = np.random.default_rng(1).choice(np.float32([-9, 9]), data.a.shape)
    rounded = np.nextafter(data.a, ways)
    other = Data(data.x.astype(np.int16), rounded, data.names, data.group.astype(np.int32), data.kind.astype(np.int8))
    assert not fingerprint.difference(fingerprint.of(data), fingerprint.of(other))

"""Optional dependencies that are not installed are named in one line, each with what installs it."""

import sys
from pathlib import Path

import pytest

from armusic import extras
from armusic.datasets.corpora import folk
from armusic.datasets.images import dsprites
from armusic.errors import MissingExtraError
from armusic.experiments import work


def test_an_import_that_fails_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pooch", None)  # as if it were not installed
    message = r"^downloading dSprites needs pooch, which is not installed: pip install 'armusic\[image\]'$"
    with pytest.raises(MissingExtraError, match=message):
        dsprites.official(tmp_path)


def test_a_dependency_without_an_extra_is_installed_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folk, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"corpus needs music21, .*: pip install music21$"):
        folk.music21()


def test_a_scheduler_needs_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(MissingExtraError, match=r"scheduler needs distributed, .*: pip install 'armusic\[dask\]'$"),
        work.engine(scheduler="tcp://127.0.0.1:1"),
    ):
        pass


def test_a_module_of_a_package_is_named_by_the_package() -> None:
    with pytest.raises(MissingExtraError, match=r"^tests needs nowhere, which is not installed"):
        extras.require("nowhere.at.all", extra="test", purpose="tests")

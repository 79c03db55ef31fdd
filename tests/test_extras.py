"""Optional dependencies that are not installed are named in one line, each with what installs it."""

import re
import sys
from pathlib import Path

import pytest

from armusic import assistant, extras
from armusic.datasets.corpora import folk
from armusic.errors import MissingExtraError
from armusic.experiments import work
from armusic_cli.main import run


def test_an_import_that_fails_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)  # as if it were not installed
    message = r"^armusic mcp needs mcp, which is not installed: pip install 'armusic\[mcp\]'$"
    with pytest.raises(MissingExtraError, match=message):
        assistant.serve([tmp_path])


def test_a_corpus_that_a_package_carries_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folk, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"corpus needs music21, .*: pip install 'armusic\[train\]'$"):
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


def test_training_names_its_extra_only() -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module"), extras.training("this"):
        import no_such_module  # noqa: F401


@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_a_command_names_the_extra_that_it_needs(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a fresh environment has it, where torch cannot be imported."""
    monkeypatch.chdir(tmp_path)
    for module in [name for name in sys.modules if name.split(".")[0] == "armusic"]:
        if module.startswith(("armusic.training", "armusic.vae", "armusic.evaluation", "armusic.editing")):
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert run([command]) == 1
    line = rf"armusic: error: (armusic {command}|[a-z ]+) needs torch, .*: pip install 'armusic\[train\]'\n"
    assert re.fullmatch(line, capsys.readouterr().err)

"""The command itself: help, errors of one line, exit codes, and a start that loads nothing."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import armusic
from armusic.errors import UsageError

from .conftest import Run

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "armusic_cli"]


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "cli")]), **more}


def stand_in(monkeypatch: pytest.MonkeyPatch, **functions: object) -> None:
    """Put functions in the place of the library's."""
    fake = SimpleNamespace(**functions)
    monkeypatch.setitem(sys.modules, "armusic.api", fake)
    monkeypatch.setattr(armusic, "api", fake, raising=False)


def raising(error: BaseException) -> object:
    def function(*arguments: object, **options: object) -> object:
        raise error

    return function


@pytest.mark.parametrize("arguments", [["--help"], ["-h"], []])
def test_help(run: Run, arguments: list[str]) -> None:
    done = run(*arguments)
    assert (done.code, done.err) == (0, "")
    for name in ("interpolate", "attributes", "train", "data"):
        assert f"\n  {name} " in done.out


@pytest.mark.parametrize(
    "command", [["interpolate"], ["attributes"], ["train"], ["data"], ["data", "show"], ["data", "build"]]
)
def test_every_command_has_help(run: Run, command: list[str]) -> None:
    done = run(*command, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: armusic {' '.join(command)} ")


def test_version() -> None:
    done = subprocess.run([*COMMAND, "--version"], env=environment(), capture_output=True, text=True)
    assert done.stdout.startswith("armusic 0.") or "not installed" in done.stderr


def test_help_takes_a_tenth_of_a_second() -> None:
    times = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([*COMMAND, "--help"], env=environment(), capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(times) < 0.3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["interpolat"], "No such command 'interpolat'"),
        (["--nonsense"], "No such option"),
        (["interpolate"], "Missing argument 'INPUT'"),
        (["interpolate", "a.mid"], "no attribute is named: add --attr"),
        (["interpolate", "a.mid", "--attr", "rhythm", "--range", "1"], "Option '--range' requires 2 arguments"),
        (["interpolate", "a.mid", "--attr", "rhythm", "--steps", "0"], "Invalid value for '--steps'"),
        (["interpolate", "a.mid", "--attr", "rhythm", "--measures", "3:6"], "write it like 3-6"),
        (["interpolate", "a.mid", "--attr", "rhythm", "--layout", "heap"], "'heap' is not one of"),
        (["attributes", "a.mid", "--json", "--csv"], "choose one"),
        (["train", "--epochs", "many"], "Invalid value for '--epochs'"),
        (["train", "--resume"], "name it with -o RUN"),
        (["data", "shew"], "No such command 'shew'"),
    ],
)
def test_wrong_usage_is_one_line(run: Run, arguments: list[str], message: str) -> None:
    assert message in run(*arguments).error(2)


def test_an_error_of_the_library_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, read=raising(UsageError("two\nlines")))
    assert run("attributes", "a.mid").error(2) == "two lines"


def test_a_fault_of_ours_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, read=raising(ZeroDivisionError("division by zero")))
    error = run("attributes", "a.mid").error(1)
    assert error.startswith("ZeroDivisionError: division by zero: this is a fault of armusic; please report")
    assert "--traceback" in error


@pytest.mark.parametrize("by", ["option", "environment"])
def test_a_traceback_is_shown_on_demand(run: Run, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    stand_in(monkeypatch, read=raising(ZeroDivisionError("division by zero")))
    if by == "environment":
        monkeypatch.setenv("ARMUSIC_DEBUG", "1")
    done = run(*(["--traceback"] if by == "option" else []), "attributes", "a.mid")
    assert done.code == 1
    assert done.err.startswith("Traceback (most recent call last):")
    assert "in function" in done.err
    assert done.err.splitlines()[-1].startswith("armusic: error: ZeroDivisionError")


def test_the_system_refusing_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, read=raising(OSError(28, "No space left on device")))
    assert run("attributes", "a.mid").error(1) == "[Errno 28] No space left on device"


def test_ctrl_c_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(monkeypatch, read=raising(KeyboardInterrupt()))
    assert run("attributes", "a.mid") == (130, "", "armusic: stopped\n")


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    melody = ROOT / "examples" / "speed-the-plough.mid"
    process = subprocess.Popen(
        [*COMMAND, "attributes", str(melody)],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 1


def test_warnings_of_the_library_are_one_line_on_standard_error(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import logging

    def read(*arguments: object, **reading: object) -> None:
        logging.getLogger("armusic.io.readers").warning("a %s", "thing")
        raise UsageError("stop")

    stand_in(monkeypatch, read=read)
    assert run("attributes", "a.mid").err == "armusic: warning: a thing\narmusic: error: stop\n"


def test_completion() -> None:
    script = subprocess.run(COMMAND, env=environment(_ARMUSIC_COMPLETE="bash_source"), capture_output=True, text=True)
    assert "_ARMUSIC_COMPLETE=bash_complete" in script.stdout
    words = environment(_ARMUSIC_COMPLETE="bash_complete", COMP_WORDS="armusic int", COMP_CWORD="1")
    done = subprocess.run(COMMAND, env=words, capture_output=True, text=True)
    assert done.stdout == "plain,interpolate\n"
    words = environment(_ARMUSIC_COMPLETE="bash_complete", COMP_WORDS="armusic interpolate --lay", COMP_CWORD="2")
    assert subprocess.run(COMMAND, env=words, capture_output=True, text=True).stdout == "plain,--layout\n"

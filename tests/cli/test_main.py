"""The command itself: help, errors of one line, exit codes, and a start that loads nothing."""

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import SimpleNamespace

import click
import pytest

import armusic
from armusic.errors import UsageError
from armusic_cli.main import COMMANDS, cli

from .conftest import Run

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "music21", "matplotlib", "numpy", "scipy", "mido", "rich", "joblib", "safetensors", "pretty_midi"}
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


def commands(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command below one, groups with their members, and its path."""
    if path:
        yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from commands(below, (*path, name))


EVERY = dict(commands(cli))


def test_there_are_all_commands() -> None:
    assert {path[0] for path in EVERY} == set(COMMANDS)
    assert {("data", "show"), ("data", "build")} < EVERY.keys()
    modules = {path.stem for path in (ROOT / "cli" / "armusic_cli").glob("*.py")}
    assert set(COMMANDS) <= modules


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_command_has_help(run: Run, path: tuple[str, ...]) -> None:
    done = run(*path, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: armusic {' '.join(path)} ")
    assert EVERY[path].help


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_every_option_has_help(path: tuple[str, ...]) -> None:
    shown = [option for option in EVERY[path].params if isinstance(option, click.Option) and not option.hidden]
    assert [option.name for option in shown if not (option.help or "").rstrip("] ").strip()] == []


def test_version(run: Run) -> None:
    """The one of pyproject.toml, as the installed package has it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        installed = version("armusic")
    except PackageNotFoundError:  # the tests run in a checkout
        assert "'armusic' is not installed" in run("--version").error(1)
    else:
        assert installed == project["version"]
        assert run("--version") == (0, f"armusic {installed}\n", "")


@pytest.mark.parametrize("arguments", [[], *([*path, "--help"] for path in EVERY)], ids=" ".join)
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    """All that takes longer than a few hundredths of a second to import."""
    code = f"from armusic_cli.main import run; run({arguments}); import sys; print(*sorted(set(sys.modules) & {HEAVY}))"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == ""


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
        (["interplate", "a.mid"], "No such command 'interplate': did you mean 'interpolate'? (see armusic --help)"),
        (["a.mid", "--attr", "rhythm"], "'a.mid' is not a command: write one before it, as in armusic interpolate"),
        (["interpolate", "a.mid", "b.mid"], "too many arguments: b.mid (a value with spaces needs quotes)"),
        (["interpolate", "a.mid", "--attr", "contour=by", "0.2"], "too many arguments: 0.2 (a value with spaces"),
        (["interpolate", "a.mid", "--attr", "rhythm", "--curve", "1:0.2 8:0.5"], "--curve NAME POINTS is now --attr"),
        (["interpolate", "a.mid", "--attr", "rhythm=0.3", "--steps", "7"], "--steps is for a sweep"),
        (["interpolate", "a.mid", "--attr", "rhythm=0.3", "--range", "-1", "1"], "--range is for a sweep"),
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


@pytest.mark.parametrize(
    "command",
    [
        ("interpolate", "input.mid", "--attr", "rhythm"),
        ("vary", "input.mid"),
        ("generate",),
        ("reconstruct", "input.mid"),
        ("map", "input.mid", "--attr", "rhythm", "--attr", "density"),
        ("morph", "input.mid", "input.mid"),
        ("traverse", "--item", "0", "--attr", "x"),
        ("studio", "--no-open"),
        ("serve",),
        ("mcp", "--root", "."),
        ("evaluate",),
        ("listen", "--on", "input.mid"),
        ("train", "--start"),
    ],
    ids=lambda command: command[0],
)
def test_a_model_is_named_in_the_same_ways_everywhere(run: Run, melody: Path, command: tuple[str, ...]) -> None:
    option = () if command[0] in ("evaluate", "listen", "train") else ("--model",)
    assert "flok: no such file or folder, and no model of that name: did you mean folk?" in run(
        *command, *option, "flok"
    ).error(1)
    assert "https://example.org/a: a model from an address needs a checksum" in run(
        *command, *option, "https://example.org/a"
    ).error(2)

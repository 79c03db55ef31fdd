"""The library names its options; the command line shows them as they are typed."""

import ast
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from armusic_cli.main import cli
from armusic_cli.messages import CALLS, with_flags

Run = Callable[..., Any]
ROOT = Path(__file__).parents[2]
COMMANDS_FOR_THE_PAGE = {"studio/command.py"}
"""What builds the command that the studio's page shows."""


def texts(path: Path) -> Iterator[str]:
    """Yield the strings of a module, those of an f-string joined, without docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "?" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value


LIBRARY = {
    name: [*texts(path)]
    for path in sorted((ROOT / "armusic").rglob("*.py"))
    if (name := path.relative_to(ROOT / "armusic").as_posix()) not in COMMANDS_FOR_THE_PAGE
}


def options(command: click.Command) -> Iterator[str]:
    """Yield the flags of a command and of the commands below it."""
    for parameter in command.params:
        yield from parameter.opts
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            yield from options(below)


@pytest.mark.parametrize("module", LIBRARY)
def test_the_library_speaks_no_flags(module: str) -> None:
    assert [text for text in LIBRARY[module] if re.search(r"(^|[\s(`'\"])--[a-z]", text)] == []


def test_every_call_that_is_spelled_otherwise_is_named_by_the_library() -> None:
    every = "\n".join(text for module in LIBRARY.values() for text in module)
    assert [call for call in CALLS if call not in every] == []
    flags = {flag for words in CALLS.values() for flag in re.findall(r"--[a-z-]+", words)}
    assert flags <= {*options(cli)}


def test_every_option_that_the_library_names_is_one_of_the_command_line() -> None:
    named = {
        match for every in LIBRARY.values() for text in every for match in re.findall(r"the option ([a-z_]+)", text)
    }
    assert {"force", "metre", "resume"} <= named
    assert {f"--{name.replace('_', '-')}" for name in named} <= {*options(cli)}


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("replace it with the option force", "replace it with --force"),
        ("the option metre sets another", "--metre sets another"),
        ("(the option voice=lowest keeps the lowest)", "(--voice lowest keeps the lowest)"),
        ("leave out the option max_size=3.5: it is", "leave out --max-size 3.5: it is"),
        ("density=0.2 is no option", "density=0.2 is no option"),
        ("start from a tune (generate_like)", "start from a tune (--like FILE)"),
        ("search for it (closed=True), or", "search for it (without --open-loop), or"),
    ],
)
def test_options_are_shown_as_they_are_typed(message: str, shown: str) -> None:
    assert with_flags(message) == shown


def test_errors_and_warnings_are(run: Run, melody: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from armusic import api

    def read(*_: object, **__: object) -> None:
        logging.getLogger("armusic").warning("taken for 4/4 (the option metre sets another)")
        raise ValueError

    (melody.parent / "there.mid").write_text("old")
    assert run("reconstruct", melody, "-o", "there.mid").error(1).endswith("replace it with --force")
    monkeypatch.setattr(api, "read", read)
    assert "armusic: warning: taken for 4/4 (--metre sets another)" in run("attributes", melody).err

"""What the README says to type can be typed, and is what CI runs."""

import re
import shlex
import tomllib
from pathlib import Path

import click
import pytest

from armusic_cli.main import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
LINES = [line for kind, block in BLOCKS if kind == "sh" for line in block.splitlines()]
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_ci_runs_the_two_commands() -> None:
    pattern = re.search(r"grep '(\^[^']+)' README\.md", CI)
    assert pattern
    commands = [line for line in README.splitlines() if re.match(pattern[1], line)]
    assert commands == [line for line in LINES if line.startswith("python3 -m venv")]
    use, test = commands
    assert "-c constraints.txt . &&" in use
    assert "armusic interpolate examples/" in use
    assert test.endswith("pytest -q")
    for number in range(len(commands)):
        assert f'"${{commands[{number}]}}"' in CI
    assert "pip install" not in CI  # nothing that the commands would not install


def test_files_that_are_named_are_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)]+)\)", README)
    examples = re.findall(r"examples/[\w.-]+", README)
    headings = {"#" + title.lower().replace(" ", "-") for title in re.findall(r"^#+ (.*)$", README, re.MULTILINE)}
    assert {name for name in {*links, *examples} - headings if not (ROOT / name).exists()} == set()


@pytest.mark.parametrize("line", [line for line in LINES if re.match(r"armusic |torchrun ", line)])
def test_every_command_is_understood(line: str) -> None:
    words = shlex.split(line.split("armusic_cli" if line.startswith("torchrun") else "armusic", 1)[1], comments=True)
    command: click.Command | None = cli
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(command), words.pop(0))
    assert command is not None
    command.make_context(command.name, words)  # parses, and runs nothing


def test_the_python_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (example,) = [block for kind, block in BLOCKS if kind == "python"]
    (tmp_path / "input.mid").write_bytes((ROOT / "examples" / "speed-the-plough.mid").read_bytes())
    monkeypatch.chdir(tmp_path)
    exec(compile(example, "README.md", "exec"), {})
    assert (tmp_path / "out.mid").stat().st_size
    assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()] == [
        ["rhythm", step] for step in ("-2.0", "-1.0", "+0.0", "+1.0", "+2.0")
    ]


def test_the_changelog_has_the_version_or_is_ahead_of_it() -> None:
    """What is not released stands first; below it, or first, stands the version of pyproject.toml."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    headings = re.findall(r"^## \[?([^\]\s]+)", text, re.MULTILINE)
    released = headings[1:] if headings[0] == "Unreleased" else headings
    assert released[:1] in ([version], [])  # there is no release before the first
    assert headings[0] == "Unreleased" or released[0] == version

"""What the README and the pages of the documentation say to type can be typed, and is what CI runs."""

import ast
import re
import shlex
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import click
import numpy as np
import pytest

import armusic
from armusic.io import readers
from armusic.music import attributes
from armusic.music.score import Metre
from armusic.music.tokenizer import HOLD
from armusic_cli.main import cli

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (
        *(ROOT / name for name in ("README.md", "README.zh.md", "CONTRIBUTING.md", "data/README.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
    )
}
WORDS = 900  # of the README at most
REGISTRIES = r"(^|\.)(pypi|npmjs|pythonhosted|anaconda|conda|crates|rubygems|packagist|download\.pytorch)\.\w+$"


def blocks(text: str) -> list[tuple[str, str]]:
    """Return the fenced blocks of a page: language and content."""
    return re.findall(r"^```(\w+)\n(.*?)^```", text.replace("\\\n", " "), re.MULTILINE | re.DOTALL)


LINES = {
    name: [line for kind, block in blocks(text) if kind == "sh" for line in block.splitlines()]
    for name, text in PAGES.items()
}
GIVEN = re.compile(r"\barmusic [\w-]+ (examples/[\w.#-]+\.(?:mid|abc)\b[#\d]*)")
INPUTS = sorted({file for text in PAGES.values() for file in GIVEN.findall(text)})
"""Examples that a page gives to a command, in its text as well."""
COMMANDS = sorted({line for lines in LINES.values() for line in lines if re.match(r"armusic |torchrun ", line)})
SCRIPTS = [(name, block) for name, text in PAGES.items() for kind, block in blocks(text) if kind == "python"]
CI = (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_ci_runs_the_two_commands() -> None:
    pattern = re.search(r"grep '(\^[^']+)' README\.md", CI)
    assert pattern
    commands = [line for line in README.splitlines() if re.match(pattern[1], line)]
    assert commands == [line for line in LINES["README.md"] if line.startswith("python3 -m venv")]
    use, test = commands
    assert "-c constraints.txt . &&" in use
    assert "armusic interpolate examples/" in use
    assert "pytest -q" in test
    for number in range(len(commands)):
        assert f'"${{commands[{number}]}}"' in CI
    assert "pip install" not in CI  # nothing that the commands would not install


def messages_of_the_program() -> str:
    """Return the texts in the source, a line each, with N in the place of every value."""
    texts = []
    for path in [*(ROOT / "armusic").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                texts.append(
                    "".join(str(part.value) if isinstance(part, ast.Constant) else "N" for part in node.values)
                )
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.append(node.value)
    return "\n".join(texts)


def test_messages_that_the_questions_quote_are_those_of_the_program() -> None:
    quoted = re.findall(r'^\*\*"([^"]+)"', PAGES["docs/faq.md"], re.MULTILINE)
    assert len(quoted) > 5
    messages = messages_of_the_program()
    assert [quote for quote in quoted if not all(part in messages for part in quote.split(", and "))] == []


def test_the_readme_is_one_page() -> None:
    assert len(README.split()) <= WORDS


def test_the_chinese_readme_has_the_same_commands_links_and_headings() -> None:
    chinese = PAGES["README.zh.md"]
    assert blocks(chinese) == blocks(README)
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert re.findall(r"\]\(([^)]+)\)", chinese) == [{"README.zh.md": "README.md"}.get(link, link) for link in links]
    assert len(re.findall(r"^#+ ", chinese, re.MULTILINE)) == len(re.findall(r"^#+ ", README, re.MULTILINE))


def names_in_table(page: str) -> set[str]:
    """Return the names in the first column of the tables of a page."""
    rows = re.findall(r"^\| (`[^|]+) \|", PAGES[page], re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(\w+)`", row)}


def test_the_references_list_every_command_and_every_public_name() -> None:
    assert names_in_table("docs/reference/commands.md") == set(cli.list_commands(click.Context(cli)))
    assert names_in_table("docs/reference/python.md") == set(armusic.__all__)


@pytest.mark.parametrize("name", PAGES)
def test_files_that_are_named_are_there(name: str) -> None:
    folder = (ROOT / name).parent
    links = {link.split("#")[0] for link in re.findall(r"\]\((?!https?:|#)([^)\s]+)\)", PAGES[name])}
    assert {link for link in links if not (folder / link).exists()} == set()
    files = set(re.findall(r"\b(?:examples|benchmarks)/[\w/-]+\.(?:py|toml|mid|abc)\b", PAGES[name]))
    assert {file for file in files if not (ROOT / file).exists()} == set()


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_understood(line: str) -> None:
    words = shlex.split(line.split("armusic_cli" if line.startswith("torchrun") else "armusic", 1)[1], comments=True)
    command: click.Command | None = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        command = command.get_command(click.Context(command), words.pop(0))
    assert command is not None
    if not isinstance(command, click.Group):
        command.make_context(command.name, words)  # parses, and runs nothing


@pytest.mark.parametrize("file", INPUTS)
def test_every_example_that_a_command_is_given_is_a_tune(file: str) -> None:
    """A book of several tunes is not: one of them is named by its number."""
    assert readers.read(ROOT / file).notes


@pytest.mark.parametrize(("name", "script"), SCRIPTS, ids=[name for name, _ in SCRIPTS])
def test_every_python_example_runs(
    name: str, script: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "input.mid").write_bytes((ROOT / "examples" / "speed-the-plough.mid").read_bytes())
    (tmp_path / "answers.csv").write_text("model\nruns/mine\n", encoding="utf-8")  # of `armusic listen`
    monkeypatch.chdir(tmp_path)
    exec(compile(script, name, "exec"), {})
    if "out.mid" in script:
        assert (tmp_path / "out.mid").stat().st_size
    if "print(variation.name" in script:
        assert [line.split()[:2] for line in capsys.readouterr().out.splitlines()] == [
            ["rhythm", step] for step in ("-2.0", "-1.0", "+0.0", "+1.0", "+2.0")
        ]


def test_the_attribute_of_the_guide_can_be_used(tmp_path: Path) -> None:
    """The guide's function, saved as it says, passes the checks and tells leaps from steps."""
    name = "docs/guides/attribute.md"
    script = next(block for page, block in SCRIPTS if page == name)
    (tmp_path / "mine.py").write_text(script, encoding="utf-8")
    assert "armusic interpolate input.mid --attribute-file mine.py:leaps --attr leaps" in LINES[name]
    leaps = attributes.get(f"{tmp_path / 'mine.py'}:leaps")
    tokens = np.full((3, 24), HOLD, dtype=np.int16)
    tokens[0, ::6], tokens[1, ::6] = (60, 62, 64, 65), (60, 72, 60, 62)  # steps; two leaps and a step; no note
    assert leaps(tokens, Metre(4, 4)) == pytest.approx([0, 2 / 3, 0])


@pytest.mark.parametrize("name", PAGES)
def test_links_go_to_projects_not_to_registries(name: str) -> None:
    """Addresses of packages and their indexes may change; the pages of the projects say where to get them."""
    hosts = {urlsplit(address).netloc for address in re.findall(r"https?://[^\s)>\"'`]+", PAGES[name])}
    assert {host for host in hosts if re.search(REGISTRIES, host)} == set()


def test_the_changelog_begins_with_the_version() -> None:
    """What is not released may stand first; then the version of pyproject.toml, with the day of the citation."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    releases = headings[1:] if headings[0] == "[Unreleased]" else headings
    parts = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - (\d{4}-\d\d-\d\d)", heading) for heading in releases]
    assert all(parts)
    numbers = [(*map(int, part.groups()[:3]), part[4]) for part in parts if part]
    assert numbers == sorted(numbers, reverse=True)
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert releases[0] == f"[{version}] - {re.search(r'^date-released: (.+)$', citation, re.MULTILINE)[1]}"
    kinds = set(re.findall(r"^### (.+)$", text, re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}

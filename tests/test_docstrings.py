"""The descriptions of parameters are noun phrases, as numpydoc has them, not ends of sentences."""

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = [
    path.relative_to(ROOT).as_posix() for root in ("armusic", "cli") for path in sorted((ROOT / root).rglob("*.py"))
]
NAMES = re.compile(r"[\w*][\w*, ]*( : .*)?")
FRAGMENT = re.compile(
    r"(What|Of|As|Its|Which|Those|It|That|Where|Whom|Whose|How|Who|By|In|On|To|From|With|For|Does|Is|Are|Has)\b"
)


def descriptions(docstring: str) -> Iterator[tuple[str, str]]:
    """Yield each entry of the sections Parameters and Attributes, and the first line of its description."""
    lines, section = docstring.splitlines(), ""
    for line, below in pairwise(lines):
        if below and set(below) == {"-"}:
            section = line
        elif section in {"Parameters", "Attributes"} and NAMES.fullmatch(line) and below.startswith("    "):
            yield line, below.strip()


def test_entries_are_told_from_descriptions() -> None:
    text = "Parameters\n----------\na, b : int\n    What it is.\nc\n    A number,\n    or two.\n\nReturns\n-------\nint"
    assert list(descriptions(text)) == [("a, b : int", "What it is."), ("c", "A number,")]


@pytest.mark.parametrize("name", FILES)
def test_descriptions_of_parameters_are_no_fragments(name: str) -> None:
    nodes = ast.walk(ast.parse((ROOT / name).read_text(encoding="utf-8")))
    documented = (node for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)))
    fragments = [
        (node.name, entry, text)
        for node in documented
        for entry, text in descriptions(ast.get_docstring(node) or "")
        if FRAGMENT.match(text)
    ]
    assert fragments == []

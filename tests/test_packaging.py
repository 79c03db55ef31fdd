"""What is imported is declared: by the package itself, or by the extra that a message names where it is missing."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from armusic import extras

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
TOPS = {
    "scikit-learn": "sklearn",
    "pillow": "PIL",
    "python-rtmidi": "rtmidi",
    "python-osc": "pythonosc",
    "pyfluidsynth": "fluidsynth",
}
"""What is imported where that is not the name of the package."""
INDIRECT = {"rtmidi", "fluidsynth", "tensorboard"}
"""What mido, pretty_midi and torch import for us."""
FILES = [path for folder in ("armusic", "cli") for path in sorted((ROOT / folder).rglob("*.py"))]
OURS = {"armusic", "armusic_cli"}
CHECKED = "armusic/shapes.py"
"""It takes jaxtyping's names only where the tests have imported them already."""


def tops(requirements: list[str]) -> set[str]:
    """Return the names under which packages are imported."""
    names = {Requirement(text).name for text in requirements} - {"armusic"}
    return {TOPS.get(name, name) for name in names}


CORE, TRAIN = tops(PROJECT["dependencies"]), tops(EXTRAS["train"])
SERVED = {
    "studio": tops(EXTRAS["studio"]),
    "listening": tops(EXTRAS["studio"]),
    "assistant": tops(EXTRAS["mcp"]),
}
"""What wings import that are themselves imported behind a check of their own."""


def imported(path: Path) -> set[str]:
    """Return the top names of other packages that a module imports when it runs, or looks for, wherever in it."""
    if path == ROOT / CHECKED:
        return set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typed = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    below = {id(node) for block in typed for node in ast.walk(block)}
    names = set(re.findall(r'find_spec\("(\w+)"\)', path.read_text(encoding="utf-8")))
    for node in ast.walk(tree):
        if id(node) in below:
            continue
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(str(node.module))
    return {name.split(".")[0] for name in names} - set(sys.stdlib_module_names) - OURS


def required(path: Path) -> Iterator[tuple[str, str]]:
    """Yield the modules that a module imports by `require`, each with the extra that it names."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "require" and len(node.args) == 1:
            extra = next(word.value for word in node.keywords if word.arg == "extra")
            if isinstance(node.args[0], ast.Constant) and isinstance(extra, ast.Constant):
                yield node.args[0].value.split(".")[0], extra.value


TRAINING = re.compile(
    r"armusic/(vae|training|evaluation)/|armusic/taste/fit\.py|armusic/generation/fit_phrases\.py"
    r"|armusic/experiments/work\.py|armusic/datasets/corpora/folk\.py"
)
"""Modules that only training, evaluation and experiments import, or that only look for a package."""


def test_what_musicians_install_is_without_what_training_needs() -> None:
    assert not CORE & TRAIN.union(*SERVED.values())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_is_imported_is_declared(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    assert imported(path) <= CORE | SERVED.get(path.parent.name, set()) | (TRAIN if TRAINING.match(name) else set())
    for module, extra in required(path):
        assert module in tops(EXTRAS[extra]), f"the extra {extra} does not install {module}"


def test_what_is_declared_is_imported() -> None:
    anywhere = {name for path in FILES for name in imported(path)} | INDIRECT
    anywhere |= {module for path in FILES for module, _ in required(path)}
    anywhere |= {"PIL", "symusic", "pandas", "verovio", "cairosvg"}  # by names that are put together
    declared = CORE.union(*(tops(EXTRAS[extra]) for extra in EXTRAS if extra not in ("dev", "docs", "test")))
    assert declared == anywhere


def test_messages_name_what_training_installs() -> None:
    assert {extras.TRAIN[module] for module in TRAIN} == {Requirement(text).name for text in EXTRAS["train"]}
    assert extras.TRAIN.keys() == TRAIN


def test_all_is_everything_that_is_used() -> None:
    (everything,) = map(Requirement, EXTRAS["all"])
    assert everything.extras == EXTRAS.keys() - {"all", "dev", "docs", "test"}


def test_a_package_has_the_same_bounds_everywhere() -> None:
    bounds: dict[str, set[str]] = {}
    for text in (*PROJECT["dependencies"], *(text for texts in EXTRAS.values() for text in texts)):
        requirement = Requirement(text)
        bounds.setdefault(requirement.name, set()).add(str(requirement.specifier))
    assert {name: each for name, each in bounds.items() if len(each) > 1} == {}


def test_the_versions_that_are_tested_meet_the_bounds() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    tested = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    for requirement in map(
        Requirement, (*PROJECT["dependencies"], *(text for each in EXTRAS.values() for text in each))
    ):
        if requirement.name != "armusic":
            name = re.sub(r"[-_.]+", "-", requirement.name).lower()
            assert name in tested, f"constraints.txt has no {name}"
            assert requirement.specifier.contains(tested[name], prereleases=True)

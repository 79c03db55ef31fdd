"""Imports go one way, halves stay apart, modules stay short, and what is imported is declared."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
TABLE = """
errors config files smf score keys asked tokenizer attributes targets frame versions augment
readers inspection ports live exporters corpus protocol corpora images
dataset shards models losses baselines expected latent metrics objective training adapters
tiles page panels plotting figures checkpoint calibration interpolation population distance candidates reached control
reconstruction morphing evaluation sheets reaching surfaces turning phrases phrase_fit plans composing generation
runs experiments report pictures api studio
"""
RANKS = tuple(TABLE.split())
"""A module, or package, imports those before it; what is not in the table has no place yet."""

MUSIC = (*RANKS[RANKS.index("score") : RANKS.index("images") + 1], "tiles", "page", "panels", "plotting", "figures")
LEARNING = (
    "dataset",
    "shards",
    "models",
    "losses",
    "baselines",
    "expected",
    "latent",
    "metrics",
    "objective",
    "training",
)
LINES = 320
TYPED = {
    "score", "corpus", "training", "interpolation", "reconstruction", "morphing", "reached", "generation", "surfaces",
    "experiments", "evaluation.traversals",
}  # fmt: skip
"""Where the command line takes types from."""
VAGUE = {"utils", "util", "helpers", "core", "common", "misc"}

LIBRARY = {path.relative_to(ROOT).with_suffix(""): path for path in sorted((ROOT / "armusic").rglob("*.py"))}
CLI = {path.relative_to(ROOT / "cli").with_suffix(""): path for path in sorted((ROOT / "cli").rglob("*.py"))}
MODULES = {".".join(name.parts).removesuffix(".__init__"): path for name, path in (LIBRARY | CLI).items()}

every_module = pytest.mark.parametrize("module", MODULES)


def imports(module: str) -> Iterator[str]:
    """Yield the full name of all that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(MODULES[module].read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: a relative import"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in MODULES else str(node.module)


def part(module: str) -> str:
    """Return the module or package of the table that a module of the library is (in)."""
    return module.split(".")[1]


def needs(module: str, seen: set[str] | None = None) -> set[str]:
    """Return all that a module imports, and what that imports, of ours and of others."""
    seen = set() if seen is None else seen
    for name in imports(module):
        if name not in seen:
            seen.add(name)
            if name in MODULES:
                needs(name, seen)
    return seen


def test_there_is_something_to_test() -> None:
    assert {"armusic.api", "armusic.readers.midi", "armusic_cli.main"} <= set(MODULES)
    assert "torch" in needs("armusic.runs")


@every_module
def test_imports_go_one_way(module: str) -> None:
    ours = [name for name in imports(module) if name.split(".")[0] == "armusic"]
    if module.startswith("armusic_cli"):
        run = {name for name in ours if name.removeprefix("armusic.") not in TYPED}
        assert run <= {"armusic", "armusic.api", "armusic.config", "armusic.errors", "armusic.studio"}
        return
    if module == "armusic":  # the front: it leads to all of them, when asked
        return
    assert part(module) in RANKS, f"{module} has no place in the table"
    for name in ours:
        assert name != "armusic", f"{module} imports the front of the package"
        same = part(name) == part(module)
        assert same or RANKS.index(part(name)) < RANKS.index(part(module)), (
            f"{module} imports {name}, which comes later"
        )


@every_module
def test_only_the_command_line_knows_the_command_line(module: str) -> None:
    if module.split(".", maxsplit=1)[0] == "armusic":
        assert not any(name.split(".")[0] in ("armusic_cli", "click", "rich") for name in imports(module))


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("armusic.") and part(name) in MUSIC])
def test_music_needs_no_torch(module: str) -> None:
    assert not {name for name in needs(module) if name.split(".")[0] in ("torch", "safetensors")}


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("armusic.") and part(name) in LEARNING])
def test_learning_needs_no_music(module: str) -> None:
    assert not {name for name in needs(module) if name.split(".")[0] in ("music21", "mido")}
    ours = {part(name) for name in needs(module) if name.startswith("armusic.")}
    assert ours <= {"errors", "config", *LEARNING}


@every_module
def test_modules_are_short_and_have_names_that_say_something(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= LINES
    assert not VAGUE & set(module.split("."))


def test_types_are_the_only_thing_the_command_line_takes_from_elsewhere() -> None:
    for module, path in ((name, path) for name, path in MODULES.items() if name.startswith("armusic_cli")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        typed = [
            node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        ]
        inside = {id(node) for block in typed for node in ast.walk(block)}
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("armusic.") and id(node) not in inside:
                assert node.module in ("armusic.api", "armusic.config", "armusic.errors"), module


def test_what_is_imported_is_declared_and_the_other_way_round() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    studio = project["optional-dependencies"]["studio"]  # the one part that cannot be imported without its extra
    declared = {Requirement(text).name for text in (*project["dependencies"], *studio)}
    top = {name.split(".")[0] for module in MODULES for name in imports(module)}
    for path in MODULES.values():  # what is looked for, not imported
        top |= set(re.findall(r'find_spec\("(\w+)"\)', path.read_text(encoding="utf-8")))
    declared = {"sklearn" if name == "scikit-learn" else name for name in declared}
    assert top - set(sys.stdlib_module_names) - {"armusic", "armusic_cli"} == declared


def test_the_versions_that_are_tested_meet_the_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    tested = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    asked = [*project["dependencies"], *(text for extra in project["optional-dependencies"].values() for text in extra)]
    for requirement in map(Requirement, asked):
        if requirement.name != "armusic":
            name = re.sub(r"[-_.]+", "-", requirement.name).lower()
            assert name in tested, f"constraints.txt has no {name}"
            assert requirement.specifier.contains(tested[name], prereleases=True)


HEAVY = ("torch", "music21", "matplotlib", "numpy", "scipy", "mido", "rich", "joblib", "safetensors")


@pytest.mark.parametrize(
    "code",
    ["import armusic", "import armusic.errors, armusic.config", "from armusic_cli.main import run; run(['--help'])"],
)
def test_the_front_is_light(code: str) -> None:
    code += f"; import sys; print('loaded:', *set(sys.modules) & set({HEAVY!r}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"PYTHONPATH": "cli"}, capture_output=True, text=True
    )
    assert done.stdout.splitlines()[-1] == "loaded:"
    assert (done.returncode, done.stderr) == (0, "")

"""Modules stay short and have a place, and the command line goes through the front.

Which wing may import which is a contract in pyproject.toml, which `lint-imports` checks.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOT_MODULES = 9
"""At most so many modules at the root of the package; all else has a wing."""
LINES = 320
TABLES = {"armusic.io.readers.options", "armusic.io.writers.formats"}
"""What the command line offers comes from these, as from `armusic.config`."""
VAGUE = {"utils", "util", "helpers", "core", "common", "misc"}
NAMELESS = {
    "found",
    "made",
    "one",
    "ones",
    "asked",
    "told",
    "said",
    "turned",
    "searched",
    "heard",
    "wished",
    "wanted",
    "begun",
}
"""Names that fit any value, so that a reader learns nothing: a thing is called what it is (`pool`, `tokens`, `run`)."""

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


def run_time_imports(module: str) -> set[str]:
    """Return the full names of what a module imports when it runs: all but what is below `if TYPE_CHECKING`."""
    tree = ast.parse(MODULES[module].read_text(encoding="utf-8"))
    typed = [node for node in ast.walk(tree) if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    below = {id(node) for block in typed for node in ast.walk(block)}
    imported = set()
    for node in ast.walk(tree):
        if id(node) not in below and isinstance(node, ast.ImportFrom):
            imported |= {f"{node.module}.{alias.name}" for alias in node.names} & set(MODULES) or {str(node.module)}
    return imported


def names_given(node: ast.AST) -> Iterator[str]:
    """Yield the name that a node gives to a variable, a parameter, a function or a class."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
        yield node.attr
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.alias | ast.ExceptHandler):
        yield (node.asname if isinstance(node, ast.alias) else node.name) or ""


def test_there_is_something_to_test() -> None:
    assert {"armusic.api", "armusic.io.readers.midi", "armusic_cli.main"} <= set(MODULES)


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("armusic_cli")])
def test_the_command_line_runs_the_front_only(module: str) -> None:
    """Types may come from anywhere."""
    ours = {name for name in run_time_imports(module) if name.split(".")[0] == "armusic"}
    assert ours <= {
        "armusic",
        "armusic.api",
        "armusic.assistant",
        "armusic.config",
        "armusic.errors",
        "armusic.extras",
        "armusic.listening",
        "armusic.python_file",
        "armusic.studio",
        *TABLES,
    }


def test_the_root_holds_the_front_and_the_ground() -> None:
    assert len(list((ROOT / "armusic").glob("*.py"))) <= ROOT_MODULES


def test_the_page_on_architecture_shows_every_wing() -> None:
    tables = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    layers = next(table["layers"] for table in tables if table["type"] == "layers")
    wings = {name.strip().removeprefix("armusic.") for layer in layers for name in layer.split("|")}
    packages = {path.parent.name for path in (ROOT / "armusic").glob("*/__init__.py")}
    assert packages <= wings
    picture = (ROOT / "docs" / "architecture.svg").read_text(encoding="utf-8")
    assert {name for name in wings if f">{name}<" not in picture} == set()


def test_the_page_on_architecture_names_what_is_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    paths = re.findall(r"`([a-z_]+/[a-z_/]*(?:\.py)?)`", page)
    modules = [name for name in re.findall(r"`([a-z]+(?:\.[a-z_]+)+)`", page) if not name.endswith((".py", ".toml"))]
    modules = [name for name in modules if not name.startswith("config.")]
    assert paths
    assert modules
    assert [path for path in paths if not ((ROOT / "armusic" / path).exists() or (ROOT / path).exists())] == []
    names = {module.removeprefix("armusic.") for module in MODULES}
    assert [name for name in modules if not {name, name.rsplit(".", 1)[0]} & names] == []


def test_no_file_is_private_by_its_name() -> None:
    """A package says in its docstring, and the API reference, what is public."""
    assert not [
        module for module in MODULES if module.rsplit(".", 1)[-1].startswith("_") and not module.endswith("__main__")
    ]


@every_module
def test_only_the_command_line_knows_the_command_line(module: str) -> None:
    if module.split(".", maxsplit=1)[0] == "armusic":
        assert not any(name.split(".")[0] in ("armusic_cli", "click", "rich") for name in imports(module))


@every_module
def test_modules_are_short_and_have_names_that_say_something(module: str) -> None:
    assert len(MODULES[module].read_text(encoding="utf-8").splitlines()) <= LINES
    assert not VAGUE & set(module.split("."))


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


@pytest.mark.parametrize("folder", ["armusic", "cli", "benchmarks", "examples", "tests"])
def test_names_say_what_a_thing_is(folder: str) -> None:
    vague = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {name}"
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in names_given(node)
        if name in NAMELESS
    ]
    assert vague == []

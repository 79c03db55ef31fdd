"""The files around the code agree with it: citation, workflows, templates."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
GITHUB = sorted((ROOT / ".github").rglob("*.yml"))


def load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def test_the_citation_has_the_version_and_the_paper() -> None:
    citation = load(ROOT / "CITATION.cff")
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert citation["preferred-citation"]["doi"] in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", GITHUB, ids=lambda path: path.name)
def test_workflows_and_templates_can_be_read(path: Path) -> None:
    assert isinstance(load(path), dict)


def test_every_version_of_python_that_is_promised_is_tested_on_three_systems() -> None:
    matrix = load(ROOT / ".github" / "workflows" / "ci.yml")["jobs"]["tests"]["strategy"]["matrix"]
    promised = [text.rsplit(" ", 1)[1] for text in PROJECT["classifiers"] if ":: Python :: 3." in text]
    assert matrix["python"] == promised
    assert [system.split("-")[0] for system in matrix["os"]] == ["ubuntu", "macos", "windows"]


def test_a_shallow_clone_stays_small() -> None:
    """What does not compress: weights, pictures, sound. Text adds 2 MB: 15 MB at most in all."""
    folders = ("armusic", "cli", "data", "docs", "examples", "hosts", "tests")
    kinds = {".safetensors", ".npz", ".png", ".gif", ".mp3", ".gz"}
    sizes: dict[str, int] = {}
    for folder in folders:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in kinds and path.is_file():
                sizes[path.suffix] = sizes.get(path.suffix, 0) + path.stat().st_size
    assert sizes[".safetensors"] <= 12e6
    assert sum(sizes.values()) <= 13e6

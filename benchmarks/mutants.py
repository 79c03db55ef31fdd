"""Mutation testing: change the code of a module bit by bit, and see whether its tests notice.

    python benchmarks/mutants.py tokenizer -o FOLDER

mutmut changes one thing at a time (a sign, a bound, an argument) and runs the tests of `mutants.toml` that reach it.
A change that they do not notice is a survivor. The survivors that `mutants.toml` explains are counted; the others
are printed, and the exit status is 1. A copy of the checkout in FOLDER is changed, never the checkout. A run that
was stopped goes on where it was; one that was complete tries its survivors again, after a test was added.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
COPIED = ("armusic", "cli", "examples", "tests", "pyproject.toml")
NEVER_TRIED = "not checked"
ARGUMENTS = [  # no more plugins than the tests need: pytest starts anew for each mutant
    *("-p", "_hypothesis_pytestplugin", "-p", "pytest_timeout"),
    *("-p", "no:cacheprovider", "-p", "no:unraisableexception", "-p", "no:threadexception"),
    "--hypothesis-profile=mutants",
]

CONFIGURATION = """
[tool.mutmut]
source_paths = ["armusic"]
only_mutate = {source}
also_copy = ["cli", "examples"]
on_dependency_change = "ignore"
timeout_constant = 10.0
timeout_multiplier = 30.0
pytest_add_cli_args = {arguments}
pytest_add_cli_args_test_selection = {tests}
"""

SHOW = """
import json, sys
from mutmut.mutation.diff_apply import find_mutant, get_diff_for_mutant
names = sys.argv[1:]
print(json.dumps({name: get_diff_for_mutant(name, path=find_mutant(name).path) for name in names}))
"""  # `mutmut show` starts a process for each


@dataclass(frozen=True)
class Survivor:
    """A change that no test notices.

    Parameters
    ----------
    name : str
        mutmut's name of it: module, function and number.
    before, after : str
        The lines that differ, without the white space around them.
    """

    name: str
    before: str
    after: str

    def is_change(self, old: str, new: str) -> bool:
        """Return whether it is the change of one text into another."""
        return old in self.before and self.before.replace(old, new, 1) == self.after


def copy(folder: Path, wing: dict) -> None:
    """Bring the copy of the checkout up to date, and configure mutmut in it for one wing."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", *COPIED],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    for name in listed:
        source, target = ROOT / name, folder / name
        if source.exists() and not (target.exists() and target.read_bytes() == source.read_bytes()):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
            (folder / "mutants" / "mutmut-stats.json").unlink(missing_ok=True)  # which test reaches what is seen anew
    text = (ROOT / "pyproject.toml").read_text()
    lists = {key: json.dumps(wing[key]) for key in ("source", "tests")}
    lists["arguments"] = json.dumps([*ARGUMENTS, "-k", f"not ({wing['skip']})"] if "skip" in wing else ARGUMENTS)
    (folder / "pyproject.toml").write_text(text + CONFIGURATION.format(**lists))


def mutmut(folder: Path, *arguments: str, program: str = "from mutmut.__main__ import cli; cli()") -> str:
    """Return what a command of mutmut prints; it imports no other armusic than the copy."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    command = [sys.executable, "-c", program, *arguments]
    run = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    if run.returncode:
        raise SystemExit(f"mutmut {' '.join(arguments[:1])}: {run.stdout[-3000:]}{run.stderr[-3000:]}")
    return run.stdout


def statuses(folder: Path) -> dict[str, str]:
    """Return what became of each mutant that was not killed."""
    lines = mutmut(folder, "results").splitlines()
    return dict(line.strip().split(": ") for line in lines if ": " in line)


def survivors(folder: Path, names: list[str]) -> list[Survivor]:
    """Return what mutants change."""
    differences = json.loads(mutmut(folder, *names, program=SHOW)) if names else {}
    return [survivor(name, difference.splitlines()) for name, difference in differences.items()]


def survivor(name: str, difference: list[str]) -> Survivor:
    """Return what a mutant changes, from its unified diff."""
    lines = [line for line in difference if not line.startswith(("---", "+++"))]
    before, after = ("\n".join(line[1:].strip() for line in lines if line.startswith(sign)) for sign in "-+")
    return Survivor(name, before, after)


def explanations() -> tuple[list[tuple[str, str]], dict[str, dict]]:
    """Return the changes that are explained wherever they stand, and what there is of each wing."""
    wings = tomllib.loads((ROOT / "benchmarks" / "mutants.toml").read_text())
    anywhere = [tuple(change) for each in wings.pop("anywhere") for change in each["changes"]]
    return anywhere, wings


def main() -> None:
    """Test one wing."""
    anywhere, wings = explanations()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wing", choices=wings)
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder for the copy; may be there already")
    parser.add_argument("--jobs", type=int, default=1, help="mutants that are tested at a time")
    options = parser.parse_args()
    wing, folder = wings[options.wing], options.output / options.wing
    copy(folder, wing)
    jobs = f"--max-children={options.jobs}"
    again = [name for name, status in statuses(folder).items() if status != NEVER_TRIED]
    mutmut(folder, "run", jobs)
    if again:
        known = statuses(folder)
        mutmut(folder, "run", jobs, *(name for name in again if name in known))
    mutmut(folder, "export-cicd-stats")
    counts = json.loads((folder / "mutants" / "mutmut-cicd-stats.json").read_text())
    lasting = survivors(folder, [name for name, status in statuses(folder).items() if status != "timeout"])
    lines = {line for each in wing.get("explained", []) for line in each["lines"]}
    open_ones = [
        each for each in lasting if each.after not in lines and not any(each.is_change(*change) for change in anywhere)
    ]
    for each in open_ones:
        print(f"{each.name}\n- {each.before}\n+ {each.after}\n")
    for line in lines - {each.after for each in lasting}:
        print(f"explained, but no survivor: {line}")
    total = counts["total"]
    print(f"| {options.wing} | {total} | {total - len(lasting)} | {len(lasting) - len(open_ones)} | {len(open_ones)} |")
    raise SystemExit(bool(open_ones))


if __name__ == "__main__":
    main()

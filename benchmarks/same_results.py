"""Compare what this checkout gives with what another revision gave: for changes that must not change results.

    python benchmarks/same_results.py 54b27af
    python benchmarks/same_results.py 54b27af --evaluate     # the evaluation of the shipped model as well: minutes

Both run the same commands, each in a folder of its own: the corpora as arrays, tables of
attributes, what is in files, sweeps and targets in every format and layout, new tunes, morphs, maps and
reconstructions. What they print and every file that they write must be equal, of
archives every member, of arrays every value. Where the command line has changed since, `SPELLED`
has the old words.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
TUNES = ("speed-the-plough.mid", "irish-washerwoman.mid", "amazing-grace.mid")
COMMANDS = [
    "data show --data folk --json",
    "data show --data bach --json",
    *(f"attributes {tune} --json" for tune in TUNES),
    *(f"inspect {tune} --json" for tune in TUNES),
    "inspect tunes.abc#2 --json",
    *(
        f"interpolate {tune} --attr {name} --json"
        for tune in TUNES
        for name in ("rhythm", "range", "density", "contour")
    ),
    "interpolate speed-the-plough.mid --attr syncopation --steps 3 --json",
    "interpolate speed-the-plough.mid --attr my_attribute.py:offbeat --steps 3 --json",
    "interpolate speed-the-plough.mid --attr rhythm --open-loop --json",
    "interpolate speed-the-plough.mid --attr range --layout sequence -f abc",
    "interpolate speed-the-plough.mid --attr range -f musicxml",
    "interpolate speed-the-plough.mid --attr range -f dawproject",
    "interpolate speed-the-plough.mid --attr range -f svg",
    "interpolate speed-the-plough.mid --attr range -f wav --steps 2",
    "interpolate speed-the-plough.mid --attr range --layout clips -o clips --measures 2-5",
    "interpolate speed-the-plough.mid --attr rhythm=0.3 --attr density=p80 --json -o two.mid",
    "interpolate speed-the-plough.mid --attr contour=by+0.2 --json -o by.mid",
    "interpolate speed-the-plough.mid --attr contour=-0.2 --json -o value.mid",
    "interpolate irish-washerwoman.mid --attr 'density=1:0.2 8:0.5' --json -o curve.mid",
    "interpolate irish-washerwoman.mid --attr density=p50 --open-loop --json -o open.mid",
    "generate --metre 6/8 --key G:major --seed 3 --json",
    "generate --like speed-the-plough.mid --seed 3 --json -o like.mid",
    "morph speed-the-plough.mid tunes.abc#1 -o morph.mid --json",
    "map irish-washerwoman.mid --attr rhythm --attr density --json",
    "reconstruct amazing-grace.mid --json",
]
SPELLED = {"contour=by+0.2": "contour=+0.2", "contour=-0.2": "contour=1:-0.2"}
"""Words that an old revision spelled otherwise; a negative value was a curve of one point."""

RENAMED = {
    '"asked":': '"target":',
    '"reached":': '"value":',
    '"before":': '"original":',
    '"left":': '"unchanged":',
    "measures that go no further": "measures whose target was out of range and clipped",
}
"""Words in what is printed that have another name since, such as the keys of `--json`: old and new."""

ADDED = {"inspect": "unchanged"}
"""Keys of `--json` that a command has since; their text is in `facts` as well."""

REWORDED = ("interpolate", "map", "morph")
"""Commands whose pictures have other words since; they were compared before these changed."""


def results(tree: Path, folder: Path, commands: list[str], old: bool) -> dict[str, object]:
    """Return what each command prints and writes, by command and file."""
    environment = os.environ | {
        "PYTHONPATH": f"{tree}{os.pathsep}{tree / 'cli'}", "ARMUSIC_DATA": str(folder / "data"), "OMP_NUM_THREADS": "1",
    }  # fmt: skip
    every: dict[str, object] = {}
    for number, command in enumerate(commands):
        here = folder / str(number)
        here.mkdir(parents=True)
        tunes = [*(ROOT / "examples").glob("*.mid"), *(ROOT / "examples").glob("*.abc")]
        for example in [*tunes, *(tree / "examples").glob("my_*.py")]:
            (here / example.name).write_bytes(example.read_bytes())
        before = {path.name for path in here.iterdir()}
        spelled = command
        for word, was in SPELLED.items() if old else ():
            spelled = spelled.replace(word, was)
        done = subprocess.run(
            [sys.executable, "-m", "armusic_cli", *shlex.split(spelled)], cwd=here, env=environment,
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            every[f"{command}: failed"] = done.stderr.strip().splitlines()[-1:]
        printed = re.sub(r"-[0-9a-f]{16}\.npz", ".npz", done.stdout.replace(str(folder), "FOLDER"))
        renamed = RENAMED | ({'"left":': '"abrupt":'} if command.startswith("morph") else {})
        for word, now in renamed.items() if old else ():
            printed = printed.replace(word, now)
        values = json.loads(printed) if printed.startswith("{") else printed  # in whatever order its keys are
        if isinstance(values, dict):
            values.pop(ADDED.get(command.split()[0]), None)
        every[command] = values
        for path in sorted(here.rglob("*")):
            named = any(word in command for word in SPELLED)  # a track is named after the words
            reworded = path.suffix == ".png" and command.startswith(REWORDED)
            if path.is_file() and path.relative_to(here).parts[0] not in before and not named and not reworded:
                every[f"{command}: {path.relative_to(here)}"] = content(path.name, path.read_bytes())
        print(".", end="", flush=True, file=sys.stderr)
    for path in sorted((folder / "data").rglob("*.npz")):
        arrays = np.load(path, allow_pickle=False)
        every[path.name.split("-")[0]] = {name: arrays[name].tobytes() for name in sorted(arrays) if name != "texts"}
    print(file=sys.stderr)
    return every


def content(name: str, data: bytes) -> object:
    """Return what is in a file, without the times at which an archive's members were written."""
    if name.endswith((".dawproject", ".mxl")):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {member: archive.read(member) for member in archive.namelist()}
    return data


def main() -> int:
    """Compare, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("revision", help="what to compare with, such as a tag or a commit")
    parser.add_argument("--evaluate", action="store_true", help="evaluate the shipped model, too")
    parser.add_argument("--only", default="", metavar="WORD", help="only the commands with this in them")
    options = parser.parse_args()
    commands = [command for command in COMMANDS if options.only in command]
    commands += ["evaluate --json"] * options.evaluate
    with tempfile.TemporaryDirectory() as work:
        tree = Path(work, "old-tree")
        subprocess.run(["git", "worktree", "add", "-q", "--detach", str(tree), options.revision], cwd=ROOT, check=True)
        try:
            old = results(tree, Path(work, "old"), commands, old=True)
        finally:
            subprocess.run(["git", "worktree", "remove", "--force", str(tree)], cwd=ROOT, check=True)
        new = results(ROOT, Path(work, "new"), commands, old=False)
    differ = [name for name in {**old, **new} if old.get(name) != new.get(name)]
    for name in differ:
        print(f"differs: {name}")
        for side, values in (("old", old), ("new", new)):
            print(f"  {side}: {str(values.get(name, 'nothing'))[:300]!r}")
    failed = [name for name in new if name.endswith(": failed")]
    for name in failed:
        print(f"{name}: {new[name]}")
    print(f"{len(new) - len(differ)} results are the same, {len(differ)} differ, {len(failed)} commands failed")
    return bool(differ or failed)


if __name__ == "__main__":
    sys.exit(main())

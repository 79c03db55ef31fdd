"""What musicians use runs without torch, music21, scikit-learn and scipy: none of them is imported."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_main import environment

EXAMPLES = Path(__file__).parents[2] / "examples"
REFUSED = ("torch", "music21", "sklearn", "scipy")
REFUSE = f"""
import json, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {REFUSED}:
            raise ImportError("refused: " + name)

sys.meta_path.insert(0, Refuse())
"""
COMMANDS = [
    "interpolate a.mid --attr rhythm --steps 3",
    "interpolate a.mid --attr density --open-loop -o open.mid",
    "interpolate a.mid --attr syncopation --steps 2 -o other.mid",
    "interpolate a.mid --attr density=p80 --attr contour=by+0.1 -o reach.mid",
    "interpolate a.mid --attr range -f musicxml",
    "generate --seed 1 -o new.mid",
    "generate --like a.mid -o like.mid",
    "morph a.mid b.mid --loop -o morph.mid",
    "vary a.mid --measures 3-4 -o vary.mid",
    "map a.mid --attr rhythm --attr density",
    "reconstruct a.mid -o again.mid",
    "attributes a.mid",
    "attributes a.mid --attr surprise --attr syncopation",
    "inspect a.mid",
]
PYTHON = """
import armusic
from armusic.studio import uploads
from armusic.studio.schemas import Reading
from armusic.studio.state import Studio

model, tune = armusic.load(), armusic.read("a.mid")
assert "measures of 4/4" in repr(model)
model.decode(model.encode(tune), like=tune)
model.surface(tune, ["rhythm", "density"], points=3)
model.alternatives(tune, {"density": "by-0.05"}, 2)
model.controller(tune, ["density"])({"density": 1.0})  # what `armusic play` asks
studio = Studio()
studio.load()
checkpoint, sessions = studio.ready()
session = sessions.add(uploads.open_bytes("a.mid", open("a.mid", "rb").read(), Reading(), checkpoint.frame.name))
editor = sessions.editor(session, checkpoint, "auto")
studio.close()
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("light")
    for name, example in (("a.mid", "speed-the-plough.mid"), ("b.mid", "speed-the-plough.mid")):
        (folder / name).write_bytes((EXAMPLES / example).read_bytes())
    return folder


def refusing(code: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", REFUSE + code],
        cwd=folder,
        env=environment(ARMUSIC_DATA=str(folder / "cache")),
        capture_output=True,
        text=True,
    )


def test_commands(folder: Path) -> None:
    code = f"""
from armusic_cli.main import run
codes = {{line: run(["--traceback", *line.split()]) for line in {COMMANDS}}}
print(json.dumps(codes))
"""
    done = refusing(code, folder)
    assert "refused" not in done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == dict.fromkeys(COMMANDS, 0), done.stderr


def test_from_python_and_in_the_studio(folder: Path) -> None:
    done = refusing(PYTHON, folder)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("call", ["load().evaluate()", "load().traverse([0], [])", "train(armusic.Config(), 'run')"])
def test_what_needs_torch_names_the_extra(folder: Path, call: str) -> None:
    done = refusing(f"import armusic; armusic.{call}", folder)
    assert done.returncode == 1
    assert "needs torch, which is not installed: pip install 'armusic[train]'" in done.stderr.splitlines()[-1]

"""`armusic interpolate` with values."""

import json
from pathlib import Path

import mido
import pytest

from tests.cli.conftest import Run


def test_values_are_reached_and_both_tunes_written(run: Run, melody: Path, here: Path) -> None:
    done = run("interpolate", melody, "--attr", "rhythm=0.2", "--attr", "density=p80")
    assert done.code == 0, done.err
    assert done.out.splitlines()[0].split() == ["attribute", "original", "target", "value", "error"]
    assert (here / "input-rhythm-density.png").exists()
    tracks = mido.MidiFile(here / "input-rhythm-density.mid").tracks
    assert [track.name for track in tracks[1:]] == ["original", "rhythm=0.2 density=p80"]


@pytest.mark.parametrize(
    "options",
    [
        ("--attr", "density=0.3"),
        ("--attr", "density=by+0.1", "--open-loop"),
        ("--attr", "density=1:0.2 16:0.5"),
        ("--attr", "density=0.3", "--layout", "clips", "-o", "clips"),
        ("--attr", "density=0.3", "--key", "off", "--measures", "3-6"),
    ],
)
def test_every_way_to_ask(run: Run, melody: Path, options: tuple[str, ...]) -> None:
    done = run("interpolate", melody, "--json", *options)
    assert done.code == 0, done.err
    density = json.loads(done.out)["attributes"]["density"]
    assert {name: len(values) for name, values in density.items()} == {"original": 16, "target": 16, "value": 16}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--attr", "rhythm=0.2", "--attr", "density"), "density: no target, and a sweep takes one attribute"),
        (("--attr", "rhythm", "--attr", "density"), "rhythm and density: no target, and a sweep takes"),
        (("--attr", "rhythm", "--to", "0.3"), "--to VALUE is now part of --attr: write --attr NAME=VALUE"),
        (("--attr", "rhythm", "--to=-0.3"), "--to VALUE is now part of --attr: write --attr NAME=VALUE"),
        (("--curve", "rhythm", "1:0.3"), "--curve NAME POINTS is now --attr NAME=POINTS"),
        (
            ("--item", "3", "--attr", "scale"),
            "--item is for test images, which have a command of their own",
        ),
        (("--data-dir", "cache"), "--data-dir is for test images, which have a command"),
        (("--attr", "rhythm=0.2", "--attr", "rhythm=0.3"), "rhythm is given 2 times"),
        (("--attr", "rhythm=nan"), "'nan' is not a number"),
        (("--attr", "rhythm=1:0.2 99:0.3"), "measure 99, but the tune has measures 1-16"),
        (("--attr", "rhythm=0.2", "--key", "H:major"), "unknown key 'H:major'"),
        (("--attr", "syncopation", "--open-loop"), "'syncopation' has no dimension in this model"),
        (("--attr", "syncopation=0.2", "--open-loop"), "'syncopation' has no dimension in this model"),
        (("--attr", "my.py:mood=p80"), "my.py:mood"),
        ((), "no attribute is named: add --attr"),
    ],
)
def test_what_is_refused(run: Run, melody: Path, here: Path, options: tuple[str, ...], message: str) -> None:
    assert message in run("interpolate", melody, *options).error(2)
    assert [path.name for path in here.iterdir()] == ["input.mid"]

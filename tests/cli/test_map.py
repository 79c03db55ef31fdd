"""`armusic map`: a picture of two attributes over a grid of both, and every refusal in one line."""

import json
from pathlib import Path

import numpy as np
import pytest

import armusic
from tests import songs

from .conftest import Run

BOTH = ("--attr", "rhythm", "--attr", "density")


def test_the_main_job(run: Run, melody: Path) -> None:
    done = run("map", melody, *BOTH, "--points", 5)
    assert (done.code, done.err) == (0, "")
    header, *rows, last = done.out.splitlines()
    assert header.split() == ["attribute", "original", "targets", "values"]
    assert [row.split()[0] for row in rows] == ["rhythm", "density"]
    assert last == "wrote input-rhythm-density.png"
    assert Path("input-rhythm-density.png").read_bytes().startswith(b"\x89PNG")
    assert sorted(path.name for path in melody.parent.iterdir()) == ["input-rhythm-density.png", "input.mid"]


def test_json_has_the_arrays(run: Run, melody: Path) -> None:
    done = run("map", melody, "--attr", "range", "--attr", "contour", "--points", 3, "--measures", "3-6", "--json",
               "--key", "off", "-o", "a.svg")  # fmt: skip
    assert done.code == 0, done.err
    value = json.loads(done.out)
    assert list(value["attributes"]) == ["range", "contour"]
    expected = armusic.load().surface(armusic.read(melody), ("range", "contour"), points=3, measures=(3, 6), key="off")
    for k, arrays in enumerate(value["attributes"].values()):
        assert np.array(arrays["value"]) == pytest.approx(expected.values[k])
        assert arrays["target"] == pytest.approx(expected.targets[k].tolist())
        assert len(arrays["original"]) == 4
    assert value["files"] == ["a.svg"]
    assert Path("a.svg").read_bytes().startswith(b"<?xml")


def test_a_file_is_read_as_for_interpolate(run: Run, here: Path) -> None:
    """What the messages advise can be typed: another track, and another metre."""
    (here / "song.mid").write_bytes(songs.band())
    draw = ("map", "song.mid", *BOTH, "--points", 2, "--force", "-o", "out.png", "--json")
    assert "--track names another" in run(*draw).err
    done = run(*draw, "--track", "Bass")
    assert "the melody is track 4 'Bass' channel 2" in done.err
    bass = armusic.attributes.of_tune(armusic.read("song.mid", track="Bass"), ("density",))
    assert json.loads(done.out)["attributes"]["density"]["original"] == pytest.approx(bass[:, 0].tolist())
    notes: songs.Notes = [(n / 2, 0.5, 60 + n % 7) for n in range(56)]
    (here / "song.mid").write_bytes(songs.song(songs.track(notes, others=[songs.signature(0, 7, 8)])))
    assert "set its metre with --metre 4/4" in run(*draw).error(1)
    assert run(*draw, "--metre", "4/4").code == 0


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        ((), 2, "a map is of two attributes, not of 0: name two of rhythm, range, density, contour"),
        (("--attr", "rhythm"), 2, "not of 1 (rhythm)"),
        ((*BOTH, "--attr", "range"), 2, "not of 3"),
        (("--attr", "rhythm", "--attr", "rhythm"), 2, "rhythm was named twice"),
        (("--attr", "rhythm", "--attr", "syncopation"), 2, "unknown attribute 'syncopation'"),
        (("--attr", "rhythm", "--attr", "own.py:x"), 2, "unknown attribute 'own.py:x'"),
        ((*BOTH, "--points", "1"), 2, "Invalid value for '--points'"),
        ((*BOTH, "--measures", "15-20"), 2, "are only measures 1-16 in"),
        ((*BOTH, "--key", "H:major"), 2, "unknown key 'H:major'"),
        ((*BOTH, "-o", "map.bmp"), 2, "map.bmp: a figure is written as .png, .pdf or .svg"),
        ((*BOTH, "-o", "input.mid", "--force"), 2, "the input itself"),
        ((*BOTH, "-o", "none/map.png"), 1, "none"),
        ((*BOTH, "-o", "there.png"), 1, "there.png exists already"),
        ((*BOTH, "--model", "none"), 1, "none: no such file"),
    ],
)
def test_what_is_refused(run: Run, melody: Path, options: tuple[str, ...], code: int, message: str) -> None:
    Path("there.png").write_text("mine")
    before = sorted(path.name for path in melody.parent.iterdir())
    assert message in run("map", melody, *options).error(code)
    assert sorted(path.name for path in melody.parent.iterdir()) == before
    assert Path("there.png").read_text() == "mine"

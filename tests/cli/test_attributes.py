"""`armusic attributes`: a row per measure, as a table, JSON or CSV."""

import csv
import io
import json
import sys
from pathlib import Path

import pytest

from .conftest import Run

JIG = "X:1\nT:Jig\nM:6/8\nL:1/8\nK:G\nGABGAB|G6|\nM:2/4\nz4|]\n"


@pytest.fixture
def jig(here: Path) -> Path:
    path = here / "jig.abc"
    path.write_text(JIG)
    return path


def test_a_table(run: Run, jig: Path) -> None:
    done = run("attributes", jig)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "measure  metre  rhythm  range  density  contour  surprise",
        "      1  6/8     0.324  0.154    0.500    0.154     4.060",
        "      2  6/8     0.023  0.000    0.083    0.000     4.809",
        "      3  2/4     0.000  0.000    0.000    0.000     8.056",
    ]


def test_attributes_are_chosen(run: Run, jig: Path) -> None:
    out = run("attributes", jig, "--attr", "contour", "--attr", "note_density").out
    assert out.splitlines()[0].split() == ["measure", "metre", "contour", "density"]


def test_json(run: Run, jig: Path) -> None:
    value = json.loads(run("attributes", jig, "--json").out)
    assert value["title"] == "Jig"
    assert value["attributes"] == ["rhythm", "range", "density", "contour", "surprise"]
    assert value["measures"][1].pop("surprise") > 0
    assert value["measures"][1] == {
        "measure": 2, "metre": "6/8", "rhythm": 0.022548, "range": 0.0, "density": 0.083333, "contour": 0.0,
    }  # fmt: skip


def test_csv(run: Run, jig: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run("attributes", jig, "--csv").out)))
    assert [row["metre"] for row in rows] == ["6/8", "6/8", "2/4"]
    assert [float(row["density"]) for row in rows] == pytest.approx([0.5, 1 / 12, 0], abs=1e-6)


def test_a_terminal_gets_a_drawn_table(run: Run, jig: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    out = run("attributes", jig).out
    assert "─" in out
    for text in ("measure", "6/8", "0.324", "0.154"):
        assert text in out


def test_a_tune_of_a_book(run: Run, here: Path) -> None:
    path = here / "book.abc"
    path.write_text("X:7\nM:2/4\nL:1/8\nK:C\nCDEF|\n\n" + JIG.replace("X:1", "X:9"))
    assert len(run("attributes", path, "--tune", "9").out.splitlines()) == 4
    assert "X:8" in run("attributes", path, "--tune", "8").error(2).replace("tune 8", "X:8")


def test_an_unknown_attribute_is_refused_with_the_nearest(run: Run, jig: Path) -> None:
    assert run("attributes", jig, "--attr", "rythm").error(2) == "unknown attribute 'rythm': did you mean rhythm?"
    assert run("attributes", jig, "--attr", "suprise").error(2) == "unknown attribute 'suprise': did you mean surprise?"


def test_an_unknown_attribute_is_refused_with_all_that_the_command_shows(run: Run, jig: Path) -> None:
    shown = run("attributes", jig).out.splitlines()[0].split()[2:]
    every = run("attributes", jig, "--attr", "foo").error(2).partition("there is ")[2].split(", ")
    assert set(shown) < set(every)
    assert all(run("attributes", jig, "--attr", name).code == 0 for name in every)


OWN = """
import numpy as np

def long(tokens, metre):
    return (tokens == 128).mean(axis=1)

def no_number(tokens, metre):
    return np.full(len(tokens), np.nan)
"""


def test_one_of_ones_own_comes_beside_the_others(run: Run, jig: Path) -> None:
    Path("my.py").write_text(OWN)
    lines = run("attributes", jig, "--attribute-file", "my.py:long").out.splitlines()
    assert lines[0].split() == ["measure", "metre", "rhythm", "range", "density", "contour", "surprise", "my.py:long"]
    assert [line.split()[-1] for line in lines[1:]] == ["0.500", "0.917", "0.917"]
    value = json.loads(run("attributes", jig, "--attr", "my.py:long", "--json").out)
    assert value["attributes"] == ["my.py:long"]
    both = run("attributes", jig, "--attr", "density", "--attribute-file", "my.py:long", "--csv").out.splitlines()
    assert both[0] == "measure,metre,density,my.py:long"


@pytest.mark.parametrize(
    ("spec", "code", "message"),
    [
        ("gone.py:long", 1, "attribute 'gone.py:long': there is no file"),
        ("my.py:lon", 2, "attribute 'my.py:lon': my.py has no function 'lon': did you mean long?"),
        ("my.py", 2, "attribute 'my.py': write your own as FILE.py:FUNCTION"),
        ("my.py:no_number", 1, "attribute 'my.py:no_number' gives nan for silence in 4/4: it must be finite"),
        ("lon", 2, "attribute 'lon': write your own as FILE.py:FUNCTION"),
    ],
)
def test_one_of_ones_own_that_does_not_work(run: Run, jig: Path, spec: str, code: int, message: str) -> None:
    Path("my.py").write_text(OWN)
    assert run("attributes", jig, "--attribute-file", spec).error(code).startswith(message)


def test_more_attributes(run: Run, jig: Path) -> None:
    lines = run("attributes", jig, "--attr", "syncopation", "--attr", "mean_absolute_interval").out.splitlines()
    assert lines[0].split() == ["measure", "metre", "syncopation", "mean_interval"]
    assert lines[1].split() == ["1", "6/8", "0.000", "0.092"]

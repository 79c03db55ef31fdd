"""`armusic data`: what is in a corpus, and what was left out."""

import csv
import json
from pathlib import Path

import pytest

from .conftest import Run


def test_build_and_show(run: Run, tunes: Path) -> None:
    done = run("data", "build", "--from", tunes)
    assert done.code == 0
    assert done.err.endswith("reading: 7 of 7 files\n")  # on a slow machine, after lines of progress
    lines = done.out.splitlines()
    assert lines[0].startswith("tunes: 6 tunes, 24 measures, ")
    table = [line.split() for line in lines]
    assert ["jigs", "1", "4"] in [row[:3] for row in table]
    assert ["4/4", "20"] in table
    assert ["6/8", "4"] in table
    assert not any(row[:1] == ["9/8"] for row in table)  # none
    assert ["tunes", "unsupported", "metre", "1"] in table
    assert lines[-1].startswith("cache: ")
    assert Path(lines[-1].removeprefix("cache: ")).is_file()
    again = run("data", "show", "--data", tunes)
    assert (again.code, again.err) == (0, "")  # from the cache: nothing is read
    assert again.out == done.out


def test_json(run: Run, tunes: Path) -> None:
    summary = json.loads(run("data", "show", "--data", tunes, "--json").out)
    assert (summary["tunes"], summary["measures"], summary["metres"]["6/8"]) == (6, 24, 4)
    assert "left_out" not in summary
    summary = json.loads(run("data", "show", "--data", tunes, "--json", "--skipped").out)
    (skip,) = summary["left_out"]
    assert skip["reason"] == "unsupported metre"
    assert "5/4" in skip["message"]


def test_what_was_skipped_is_listed(run: Run, tunes: Path) -> None:
    lines = run("data", "show", "--data", tunes, "--skipped").out.splitlines()
    (line,) = [line for line in lines if "broken.abc" in line]
    assert line.startswith("broken.abc")
    assert line.count("broken.abc") == 1
    assert "5/4" in line


def test_what_was_skipped_as_csv(run: Run, tunes: Path) -> None:
    rows = list(csv.DictReader(run("data", "build", "--from", tunes, "--csv").out.splitlines()))
    (skip,) = [row for row in rows if row["what"] == "left out"]
    assert skip["source"].endswith("broken.abc#1")
    assert (skip["reason"], "5/4" in skip["message"]) == ("unsupported metre", True)
    message = "--json and --csv cannot go together: choose one"
    assert run("data", "show", "--data", tunes, "--csv", "--json").error(2) == message


def test_the_data_folder_is_chosen(run: Run, tunes: Path, tmp_path: Path) -> None:
    out = run("data", "build", "--from", tunes, "--data-dir", tmp_path / "mine").out
    assert f"cache: {tmp_path / 'mine'}" in out


@pytest.mark.parametrize(
    ("files", "message"),
    [
        (None, "no such folder"),
        ({}, "no music in it"),
        ({"a.abc": "X:1\nM:5/4\nK:C\nC|\n"}, "no measure of its 1 file can be used"),
    ],
)
def test_nothing_to_use(run: Run, here: Path, files: dict[str, str] | None, message: str) -> None:
    if files is not None:
        (here / "mine").mkdir()
        for name, text in files.items():
            (here / "mine" / name).write_text(text)
    done = run("data", "build", "--from", "mine")
    assert done.code == 1
    assert done.out == ""
    assert message in done.err.splitlines()[-1]


def test_help_is_what_comes_without_a_command(run: Run) -> None:
    assert "build" in run("data").out

"""A report has its pictures, and says what is not there yet."""

from pathlib import Path

import pytest
from matplotlib.image import imread

from armusic import report
from armusic.errors import UsageError, WriteError
from tests.report.conftest import Put, obedient, of_tunes, row

EACH = {"rhythm": 0.9, "range": 0.7, "density": 0.8, "contour": 0.6}


def test_a_report_has_its_pictures_and_says_what_is_not_there(put: Put, tmp_path: Path) -> None:
    for seed in range(6):  # enough for boxes
        put("default", "folk44", seed, scc=0.9 + 0.01 * seed)
    put("beta-vae", "folk44", 0, gamma=0.0)
    put("default", "bach", 0, evaluated=False)
    put("default", "sprites", 0)
    for gamma in (0.1, 1.0, 10.0):
        put(f"paper-gamma{gamma:g}", "bach", 0, gamma=gamma)
    out = tmp_path / "report"
    remarks = report.write(report.read(tmp_path / "runs"), out)
    text = (out / "report.md").read_text()
    pictures = {"metrics", "reconstruction-ticks", "reconstruction-pixels", "kept", "grid-paper-bach"}
    sheets = {"folk44", "folk44-differences", "sprites", "cost", "targets", "higher", "grid-ticks", "unfinished"}
    files = [(pictures, (".png", ".svg")), (sheets, (".csv", ".tex"))]
    named = {name + suffix for names, suffixes in files for name in names for suffix in suffixes}
    assert {path.name for path in out.iterdir()} == {"report.md"} | named
    assert all(f"({name}.csv), [{name}.tex]({name}.tex)" in text for name in sheets)
    assert all(imread(out / f"{name}.png").std() > 0.02 for name in pictures)
    assert all(f"({name}.png)" in text for name in pictures)
    assert row(text, "default-bach-0") == ["default-bach-0", "2 of 4"]
    assert "paper-gamma10" not in text.partition("## Settings")[0]
    assert len(remarks) == 3  # no checkpoint, so no codes
    assert "no checkpoint in this folder" in remarks[0]
    with pytest.raises(WriteError, match="has files in it"):
        report.write(report.read(tmp_path / "runs"), out)


def test_a_folder_that_has_no_evaluation_yet_makes_a_report(put: Put, tmp_path: Path) -> None:
    put("default", "folk44", 0, evaluated=False)
    report.write(report.read(tmp_path / "runs"), tmp_path / "report")
    text = (tmp_path / "report" / "report.md").read_text()
    assert "## Unfinished" in text
    assert "Targets" not in text


def test_the_same_runs_give_the_same_bytes(put: Put, tmp_path: Path) -> None:
    for seed in range(2):
        more = {"groups": of_tunes([0.99 - 0.001 * seed * tune for tune in range(12)]), "obedience": obedient(EACH)}
        put("default", "folk44", seed, parts=more)
        put("beta-vae", "folk44", seed, gamma=0.0, parts=more)
    for name in ("first", "second"):
        report.write(report.read(tmp_path / "runs"), tmp_path / name)
    first, second = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("first", "second")
    )
    assert first == second
    assert {"report.md", "chance-codes.tex", "cost.csv", "metrics.svg", "metrics.png"} <= first.keys()


def test_a_baseline_that_was_not_run_is_refused(put: Put, tmp_path: Path) -> None:
    put("default", "folk44", 0)
    with pytest.raises(UsageError, match="baseline default=own: no run of own: use default"):
        report.write(report.read(tmp_path / "runs"), tmp_path / "report", baselines={"default": "own"})


def test_the_digests_of_the_weights_are_kept(put: Put, tmp_path: Path) -> None:
    put("default", "bach", 0, parts={"weights": {"sha256": "c0ffee", "torch": "2.8"}})
    put("default", "bach", 1)
    report.write(report.read(tmp_path / "runs"), tmp_path / "report")
    assert (tmp_path / "report" / "weights.csv").read_text().splitlines() == [
        "run,SHA-256 of the weights,torch", "default-bach-0,c0ffee,2.8",
    ]  # fmt: skip
    assert "[weights.csv](weights.csv)" in (tmp_path / "report" / "report.md").read_text()

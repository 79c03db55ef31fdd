"""A report has its pictures, and says what is not there yet."""

from pathlib import Path

import pytest
from matplotlib.image import imread

from armusic import report
from armusic.errors import WriteError
from tests.report.conftest import Put, row


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
    assert {path.name for path in out.iterdir()} == {"report.md"} | {n + s for n in pictures for s in (".png", ".svg")}
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

"""The sheets that were read, and the counting of the verdicts."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import reading

from armusic import api

READERS = {
    "reading.csv": reading.SHEETS, "reading-2.csv": reading.SHEETS,
    "fresh.csv": reading.FRESH, "fresh-2.csv": reading.FRESH,
}  # fmt: skip
"""Table of verdicts -> folder of the sheets that were read."""
SHEETS = sorted(reading.SHEETS.glob("*.abc"))


def bodies(path: Path) -> dict[str, str]:
    """Return title -> the music of each tune of a sheet."""
    tunes = [tune.splitlines() for tune in path.read_text(encoding="utf-8").split("\n\n")]
    return {lines[1].removeprefix("T:"): "".join(lines[6:]) for lines in tunes}


@pytest.mark.parametrize("name", READERS)
def test_every_variation_of_every_sheet_has_one_verdict(name: str) -> None:
    verdicts = reading.read_verdicts(reading.FOLDER / name)
    stems = [path.stem for path in READERS[name].glob("*.abc")]
    assert len(stems) == 24
    of = Counter((verdict.tune, verdict.attribute, verdict.step) for verdict in verdicts)
    assert of == Counter((stem, each, step) for stem in stems for each in reading.NAMES for step in reading.STEPS)


@pytest.mark.parametrize("name", READERS)
def test_same_is_what_the_sheet_says(name: str) -> None:
    music = {path.stem: bodies(path) for path in READERS[name].glob("*.abc")}
    nearer = {-2: "{} -1", -1: "", 1: "", 2: "{} +1"}
    for verdict in reading.read_verdicts(reading.FOLDER / name):
        sheet = music[verdict.tune]
        before = sheet[nearer[verdict.step].format(verdict.attribute) or next(iter(sheet))]
        assert (sheet[f"{verdict.attribute} {verdict.step:+d}"] == before) == (verdict.reason == "same")


def test_no_tune_is_read_twice() -> None:
    tunes = {next(iter(bodies(path).values())) for path in (*SHEETS, *reading.FRESH.glob("*.abc"))}
    assert len(tunes) == 48


def test_the_first_of_each_metre_come_before_any_others() -> None:
    tune = api.read(SHEETS[0], tune=1)
    other = api.read(SHEETS[1], tune=1)
    chosen = reading.first_of_each_metre([tune] * reading.FOLK + [other] * 3)
    assert chosen == [tune] * (reading.FOLK - reading.EACH) + [other] * reading.EACH


@pytest.mark.parametrize(
    "row", ["01-a,range,1,keep,same", "01-a,range,1,edit,", "01-a,range,3,keep,", "01-a,x,1,keep,"]
)
def test_a_verdict_off_the_lists_is_refused(tmp_path: Path, row: str) -> None:
    path = tmp_path / "reading.csv"
    path.write_text(f"tune,attribute,step,verdict,reason\n{row}\n", encoding="utf-8")
    with pytest.raises(ValueError, match="is not a verdict"):
        reading.read_verdicts(path)

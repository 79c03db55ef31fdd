"""What sixteenths cost, as it was read: sheets, key and verdicts belong together."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import reading
import reading_sixteenths as blind

READERS = ["sixteenths-1.csv", "sixteenths-2.csv"]


def titles() -> set[tuple[str, str]]:
    """Return (sheet, title) of every variation on the sheets."""
    return {
        (path.stem, line.removeprefix("T:"))
        for path in blind.SHEETS.glob("*.abc")
        for part in path.read_text(encoding="utf-8").split("\n\n")[1:]
        for line in part.splitlines()
        if line.startswith("T:")
    }


def test_the_key_has_every_way_to_every_target_and_every_variation_of_the_sheets() -> None:
    key = blind.read_key()
    stems = [path.stem for path in blind.SHEETS.glob("*.abc")]
    cases = [(stem, name, f"{step:+d}") for stem in stems for name in blind.NAMES for step in blind.STEPS]
    assert len(stems) == 24
    assert set(key) == {(case, way) for case in cases for way in blind.WAYS}
    assert {(case[0], " ".join([*case[1:], letter])) for (case, _), letter in key.items() if letter} == titles()


@pytest.mark.parametrize("name", READERS)
def test_every_variation_has_one_verdict_and_a_target_one_best_at_most(name: str) -> None:
    verdicts = blind.read_verdicts(reading.FOLDER / name)
    with (reading.FOLDER / name).open(encoding="utf-8") as file:
        assert len(list(csv.reader(file))) == len(verdicts) + 1
    assert {(case[0], " ".join([*case[1:], letter])) for case, letter in verdicts} == titles()
    best = [case for (case, _), (_, _, marked) in verdicts.items() if marked]
    assert len(best) == len(set(best))


def test_what_is_not_read_counts_as_discarded() -> None:
    case, ways = ("01", "density", "+1"), list(blind.WAYS)
    key = {(case, ways[0]): "A", (case, ways[1]): "A", (case, ways[2]): ""}
    counts = blind.table({(case, "A"): ("keep", "", True)}, key).splitlines()
    assert counts[2] == "| density +1, at .15 | 1 | 100 % | 0 % | 0 % | 0 | 1 |  |"
    assert counts[4] == "| density +1, kept | 1 | 0 % | 0 % | 100 % | 0 | 0 | [-100, -100] |"


def test_a_verdict_that_is_not_on_the_list_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("tune,attribute,step,version,verdict,reason,best\n01,density,+1,A,keep,stutter,\n")
    with pytest.raises(ValueError, match=r"01, density \+1 A: not a verdict"):
        blind.read_verdicts(path)

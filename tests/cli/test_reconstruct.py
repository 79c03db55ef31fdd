"""`armusic reconstruct`."""

import json
from pathlib import Path

import mido
import pytest

from tests.cli.conftest import Run


def test_a_row_per_measure(run: Run, melody: Path) -> None:
    done = run("reconstruct", melody)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split() == ["measure", "metre", "ticks", "right", "missed", "added", "changed"]
    assert len(lines) == 18
    assert lines[-1].endswith("of 16 measures exactly as written")


SEVEN = "X:1\nM:4/4\nL:1/8\nK:G\nGABc dBGB|A4 F4|[M:7/8]GABcdBG|GABcdBG|[M:4/4]GABc dBGB|G8|]\n"
FIVE = "X:1\nM:5/4\nL:1/4\nK:G\nGABcd|AFGAB|G4z|]\n"
THREE = "X:1\nM:3/8\nL:1/8\nK:G\nGAB|cBA|GAB|G3|]\n"


@pytest.mark.parametrize(
    ("music", "numbers", "count"),
    [(SEVEN, [1, 2, 5, 6], 4), (FIVE, [1, 1, 2, 2, 3, 3], 3), (THREE, [1, 3], 4)],
    ids=["7/8 between", "5/4 in two parts", "3/8 in pairs"],
)
def test_measures_have_the_numbers_of_the_file(
    run: Run, here: Path, music: str, numbers: list[int], count: int
) -> None:
    """The same as `armusic attributes` has."""
    (here / "tune.abc").write_text(music)
    seen, measured = (
        json.loads(run(name, "tune.abc", "--json").out)["measures"] for name in ("reconstruct", "attributes")
    )
    assert [row["measure"] for row in seen] == numbers
    assert [(row["measure"], row["metre"]) for row in seen] == [(row["measure"], row["metre"]) for row in measured]
    *rows, last = run("reconstruct", "tune.abc").out.splitlines()[1:]
    assert [int(row.split()[0]) for row in rows] == numbers
    assert f" of {count} measures exactly as written" in last


def test_json_and_midi(run: Run, melody: Path, here: Path) -> None:
    done = run("reconstruct", melody, "--json", "-o", "again.mid")
    plain = json.loads(done.out)
    assert len(plain["measures"]) == 16
    assert 0.9 < plain["ticks"] <= 1
    assert [track.name for track in mido.MidiFile(here / "again.mid").tracks[1:]] == ["original", "reconstruction"]
    assert "exists already" in run("reconstruct", melody, "-o", "again.mid").error(1)

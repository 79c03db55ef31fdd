"""`armusic reconstruct`."""

import json
from pathlib import Path

import mido

from tests.cli.conftest import Run


def test_a_row_per_measure(run: Run, melody: Path) -> None:
    done = run("reconstruct", melody)
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split() == ["measure", "ticks", "right", "missed", "added", "changed"]
    assert len(lines) == 18
    assert lines[-1].endswith("of 16 measures exactly as written")


def test_json_and_midi(run: Run, melody: Path, here: Path) -> None:
    done = run("reconstruct", melody, "--json", "-o", "again.mid")
    plain = json.loads(done.out)
    assert len(plain["measures"]) == 16
    assert 0.9 < plain["ticks"] <= 1
    assert [track.name for track in mido.MidiFile(here / "again.mid").tracks[1:]] == ["original", "reconstruction"]
    assert "exists already" in run("reconstruct", melody, "-o", "again.mid").error(1)

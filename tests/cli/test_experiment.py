"""`armusic experiment` and `armusic report`, from a file to a table."""

import json
import random
from pathlib import Path

import pytest

from tests.cli.conftest import Run

FILE = """
data = ["tunes"]
[settings]
epochs = 1
units = 6
latent = 6
batch = 16
[models.beta-vae]
[models.mine]
control = 0
editor = 0
"""


@pytest.fixture
def file(here: Path) -> Path:
    """An experiment of two models on tunes of chance notes."""
    chance = random.Random(0)
    (here / "tunes").mkdir()
    for n in range(40):
        rhythms = ([1] * 8, [2, 2, 1, 1, 2], [3, 1, 4], [1, 1, 2, 4], [8], [6, 1, 1])
        measures = (
            "".join(f"{chance.choice('CDEFGABcdefg')}{length}" for length in chance.choice(rhythms)) for _ in range(8)
        )
        (here / "tunes" / f"{n}.abc").write_text(f"X:1\nT:{n}\nM:4/4\nL:1/8\nK:C\n{'|'.join(measures)}|\n")
    path = here / "e.toml"
    path.write_text(FILE)
    return path


def test_dry_run_shows_what_would_run(run: Run, file: Path, here: Path) -> None:
    done = run("experiment", file, "--dry-run")
    assert done.code == 0
    assert done.out.splitlines()[1:] == [
        "beta-vae-tunes-0  waiting  0/1",
        "mine-tunes-0      waiting  0/1",
    ]
    assert not (here / "runs").exists()
    only = run("experiment", file, "--dry-run", "--only", "mine")
    assert only.out.splitlines()[1:] == ["mine-tunes-0  waiting  0/1"]
    message = run("experiment", file, "--only", "mine", "--only", "yours").error(2)
    assert message == "--only yours: there is no such model in the file: there are beta-vae, mine"


def test_dry_run_looks_for_the_data(run: Run, file: Path, here: Path) -> None:
    file.write_text(FILE.replace("tunes", "nosuch"))
    assert run("experiment", file, "--dry-run").error(1).startswith("nosuch: no such folder, and no data set")
    assert not (here / "runs").exists()


def test_what_is_not_in_a_file_is_said(run: Run, file: Path) -> None:
    file.write_text(FILE.replace("control", "contrl"))
    assert run("experiment", file).error(2) == "e.toml, models.mine: unknown key 'contrl': did you mean 'control'?"
    assert run("experiment", "nowhere.toml").error(1) == "nowhere.toml: no such file"
    assert "no runs there" in run("report", "nowhere").error(1)


def test_from_a_file_to_a_report(run: Run, file: Path, here: Path) -> None:
    done = run("experiment", file, "--jobs", 1)
    assert done.code == 0, done.err
    rows = [line.split() for line in done.out.splitlines()[1:]]
    assert [row[:3] for row in rows] == [["beta-vae-tunes-0", "done", "1/1"], ["mine-tunes-0", "done", "1/1"]]
    assert "mine-tunes-0  done  1/1" in done.err
    evaluation = json.loads((here / "runs" / "e" / "mine-tunes-0" / "evaluation.json").read_text())
    assert 0 <= evaluation["reconstruction"]["by_tune"] <= 1

    again = run("experiment", file)
    assert (again.code, again.out, again.err) == (0, done.out, "")

    done = run("report", "runs/e")
    assert (done.code, done.out, done.err) == (0, "wrote runs/e/report/report.md\n", "")
    assert {path.name for path in (here / "runs/e/report").glob("*.png")} == {
        "metrics.png", "reconstruction-ticks.png", "pairs-tunes.png",
    }  # fmt: skip
    assert "has files in it" in run("report", "runs/e").error(1)
    before = {path.name: path.read_bytes() for path in (here / "runs/e/report").iterdir()}
    assert run("report", "runs/e", "--force").code == 0
    assert {path.name: path.read_bytes() for path in (here / "runs/e/report").iterdir()} == before
    assert "--baseline own: write MODEL=OTHER, such as tuned=tuned-beta" in run(
        "report", "runs/e", "--baseline", "own", "--force"
    ).error(2)
    assert "no run of other: use" in run("report", "runs/e", "--baseline", "other=default", "--force").error(2)


def test_what_is_read_is_counted_in_the_words_of_the_data(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from armusic.experiments import work

    monkeypatch.setattr(work, "_train", lambda *arguments: None)
    Path("images.toml").write_text('models = ["default"]\ndata = ["sprites"]\n[settings]\nlimit = 100\n')
    assert "reading: 100 of 100 images" in run("experiment", "images.toml", "--jobs", 1).err
    assert "reading: 40 of 40 files" in run("experiment", file, "--jobs", 1).err


def test_failed_runs_are_said_and_tried_again(run: Run, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from armusic.experiments import work

    def fail(*arguments: object) -> None:
        raise MemoryError("too large")

    with monkeypatch.context() as patch:
        patch.setattr(work, "_train", fail)
        done = run("experiment", file, "--jobs", 1)
    assert done.code == 1
    assert "mine-tunes-0      failed: MemoryError: too large  0/1" in done.out
    assert done.err.splitlines()[-1].startswith("armusic: error: 2 of 2 runs failed: see error.txt in their folders")

    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(work, "_train", stop)
    done = run("experiment", file, "--jobs", 1)
    assert done.code == 130
    last = done.err.splitlines()[-1]
    assert last == f"armusic: stopped: 0 of 2 runs are done; resume with armusic experiment {file} -o runs/e"

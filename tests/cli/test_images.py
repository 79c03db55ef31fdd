"""Images through the same commands as music: a run, its figures, an experiment; and what is for music alone."""

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from armusic import api
from armusic.training import adapters
from tests import squares

from .conftest import Run


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Train on squares."""
    folder = tmp_path_factory.mktemp("images")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(adapters.ADAPTERS, "squares", f"{squares.__name__}:ADAPTER")
        return api.train(api.configure(data="squares", epochs=12, lr=0.01), folder / "mine", data_dir=folder)


@pytest.fixture
def trained(learnt: Path, here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make squares a data set, and put a run of it into the folder."""
    monkeypatch.setitem(adapters.ADAPTERS, "squares", f"{squares.__name__}:ADAPTER")
    return Path(shutil.copytree(learnt, "mine"))


def test_a_run_learns_and_goes_on(run: Run, trained: Path) -> None:
    rows = list(csv.DictReader((trained / "metrics.csv").read_text().splitlines()))
    assert float(rows[-1]["nll"]) < 0.5 * float(rows[0]["nll"])
    assert json.loads((trained / "config.json").read_text())["network"]["shape"] == [1, 12, 12]
    assert run("train", "--resume", "-o", trained).code == 0
    assert "started with latent 4, not 5" in run("train", "--resume", "-o", trained, "--latent", 5).error(2)
    done = run("train", "--data", "squares", "--limit", 100, "--epochs", 1, "--start", trained, "-o", "other")
    assert (done.code, done.out) == (0, "other\n"), done.err
    assert json.loads(Path("other", "config.json").read_text())["network"]["filters"] == [8, 16]


def test_the_tables_and_pictures_speak_of_images(run: Run, trained: Path) -> None:
    done = run("evaluate", trained, "--pictures", "pictures")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert re.fullmatch(r"squares: \d+ test images, \d+ of them unseen", lines[0])
    for start in ("pixels right, held-out images", "images exact, test part", "monotonicity", "width kept",
                  "one dimension moved, -4 to 4", "not regularised", "x ", "of 2,048 prior samples: "):  # fmt: skip
        assert any(line.startswith(start) for line in lines), start
    for word in ("measure", "tick", "tune"):
        assert word not in done.out
    drawn = ["codes.png", "plane.png", "sheet.png", "surfaces.png", "sweeps.gif"]
    assert sorted(path.name for path in Path("pictures").iterdir()) == drawn


def test_where_decoded_attributes_cannot_be_measured_there_is_no_table_of_targets(run: Run, here: Path) -> None:
    chance = np.random.default_rng(0)
    attributes = chance.integers(2, 14, (300, 2))
    images = np.zeros((300, 16, 16), dtype=np.uint8)
    for image, (width, height) in zip(images, attributes, strict=True):
        image[:height, :width] = 255
    np.savez("mine.npz", images=images, attributes=attributes.astype(float), names=np.array(["width", "height"]))
    small = ("--epochs", 1, "--filters", "4,4", "--hidden", 16)
    assert run("train", "--data", "mine.npz", *small, "-o", "own").code == 0
    done = run("evaluate", "own")
    assert done.code == 0, done.err
    assert "images exact, test part" in done.out
    assert "target value" not in done.out
    assert "R²" not in done.out
    assert "\n\n\n" not in done.out


def test_json_csv_and_a_report_have_the_same_figures(run: Run, trained: Path) -> None:
    text = run("evaluate", trained, "--json").out
    plain = json.loads(text)
    assert plain["words"]["items"] == "images"
    assert plain["kept"]["what"] == "width"
    assert plain["kept"]["original"] == 1
    assert 0 <= plain["kept"]["swept"] <= 1
    assert plain["reconstruction"]["by_tune"] > 0.8
    rows = list(csv.DictReader(run("evaluate", trained, "--csv").out.splitlines()))
    figures = {(row["part"], row["figure"], row["attribute"]): row["value"] for row in rows}
    assert len(figures) == len(rows)
    assert float(figures["kept", "reconstructed", ""]) == plain["kept"]["reconstructed"]
    assert float(figures["reported", "scc", "width"]) == plain["reported"]["scc"]["width"]

    Path("few.toml").write_text('models = ["default"]\ndata = ["squares"]\n[settings]\nepochs = 12\nlr = 0.01\n')
    Path("runs/few").mkdir(parents=True)
    folder = trained.rename("runs/few/default-squares-0")
    Path(folder, "evaluation.json").write_text(text)
    done = run("experiment", "few.toml", "--dry-run")
    assert "done" in done.out, done.err
    assert run("report", "runs/few").code == 0
    report = Path("runs/few/report/report.md").read_text()
    assert "## squares" in report
    assert f"| pixels right, held-out images | {100 * plain['reconstruction']['by_tune']:.2f} %" in report
    assert f"| width kept, reconstructed | {100 * plain['kept']['reconstructed']:.2f} %" in report
    assert {"kept.png", "reconstruction-pixels.png", "pairs-squares.png"} <= {
        path.name for path in Path("runs/few/report").iterdir()
    }


@pytest.mark.parametrize("command", ["interpolate", "map", "reconstruct", "morph", "generate"])
def test_what_is_for_music_alone(run: Run, trained: Path, melody: Path, command: str) -> None:
    arguments = {
        "interpolate": [melody, "--attr", "rhythm"],
        "map": [melody, "--attr", "rhythm", "--attr", "range"],
        "reconstruct": [melody],
        "morph": [melody, melody],
        "generate": [],
    }[command]
    message = run(command, *arguments, "--model", trained).error(2)
    assert message == "mine: a model of images (squares), where one of music is needed"


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--units", 8), 2, "units is a setting for music and melodies, not for images: leave it out"),
        (("--filters", "8,x"), 2, "'8,x': write whole numbers, as 64,64,8"),
        (("--kernel", 1), 2, "kernel is 1, but stride 2"),
        (("--attributes", "x,colour"), 2, "squares has no attribute 'colour': it has x, y, width"),
        (("--attribute-loss", "slope"), 2, "needs attributes with differentiable expectations: this data has none"),
    ],
)
def test_settings_that_do_not_go_together(
    run: Run, trained: Path, options: tuple[object, ...], code: int, message: str
) -> None:
    assert message in run("train", "--data", "squares", *options, "-o", "other").error(code)

"""What the codes of the best runs know, and do, is drawn where their checkpoints and data are there."""

import shutil
from pathlib import Path

import pytest
from PIL import Image

from armusic import api, report
from armusic.report import codes
from armusic.report.results import group
from armusic.training import adapters
from tests import squares
from tests.report.conftest import Put


@pytest.fixture
def trained(put: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put runs of squares there: two of the default, one without an attribute loss."""
    monkeypatch.setitem(adapters.ADAPTERS, "squares", f"{squares.__name__}:ADAPTER")
    for model, seed in (("default", 0), ("default", 1), ("beta-vae", 0)):
        settings = api.configure(model, data="squares", epochs=1, seed=seed)
        learnt = api.train(settings, tmp_path / f"{model}-{seed}", data_dir=tmp_path)
        folder = put(model, "squares", seed, interpretability=0.5 + seed / 10)
        for name in ("config.json", "best.safetensors"):
            shutil.copy(learnt / name, folder / name)
    return tmp_path / "runs"


def test_images_are_swept_by_the_best_run_beside_the_best_without_a_loss(trained: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    assert report.write(report.read(trained), out, data_dir=tmp_path) == []
    text = (out / "report.md").read_text()
    assert "![each dimension moved: default-squares-1 beside beta-vae-squares-0](sweeps-squares.gif)" in text
    assert "![codes of default-squares-1](pairs-squares.png)" in text
    with Image.open(out / "sweeps-squares.gif") as film, Image.open(out / "sweeps-squares.png") as still:
        assert film.n_frames > 16
        assert film.size == still.size
    shutil.rmtree(trained / "beta-vae-squares-0")
    assert report.write(report.read(trained), tmp_path / "alone", data_dir=tmp_path) == []
    names = {path.name for path in (tmp_path / "alone").iterdir()}
    assert "pairs-squares.png" in names
    assert "sweeps-squares.gif" not in names


def test_the_best_of_another_model_stands_in_where_there_is_no_default(trained: Path, tmp_path: Path) -> None:
    models = group(report.read(trained))["squares"]
    models["mine"] = models.pop("default")
    best = codes.choose(models, "default")
    assert best is not None
    assert codes.load(best, tmp_path).name == "default-squares-1"
    assert codes.choose({"mine": models["mine"]}, "beta-vae") is None


def test_pictures_of_a_run_that_has_lost_its_checkpoint_stay_while_it_is_the_best(
    trained: Path, put: Put, tmp_path: Path
) -> None:
    out = tmp_path / "report"
    report.write(report.read(trained), out, data_dir=tmp_path)
    shown, film = pictures(out), (out / "sweeps-squares.gif").read_bytes()
    assert {"![codes of default-squares-1](pairs-squares.png)"} < set(shown)
    (trained / "default-squares-1" / "best.safetensors").unlink()
    remarks = report.write(report.read(trained), out, data_dir=tmp_path, force=True)
    assert [remark.partition(": ")[::2] for remark in remarks] == [
        ("as in the report before, since their weights or data are not here", "pairs-squares.png, sweeps-squares.gif")
    ]
    assert pictures(out) == shown
    assert (out / "sweeps-squares.gif").read_bytes() == film
    put("default", "squares", 2, interpretability=0.9)  # no picture is of this remark
    remarks = report.write(report.read(trained), out, data_dir=tmp_path, force=True)
    assert [remark.partition(" (")[0] for remark in remarks] == [
        "no picture pairs-squares.png", "no picture sweeps-squares.gif"
    ]  # fmt: skip
    assert all("default-squares-2" in remark for remark in remarks)
    assert not any("codes of" in line for line in pictures(out))


def pictures(folder: Path) -> list[str]:
    """Return the lines of a report that show pictures."""
    return [line for line in (folder / "report.md").read_text().splitlines() if line.startswith("![")]

"""A report says what the runs reached, beside the paper, and what was missed or is not there yet."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from matplotlib.image import imread

from armusic import config, report
from armusic.errors import MissingFileError, ReadError, WriteError
from armusic.report import results, tables
from armusic.report.results import METRICS, SHARES, Spread, spread

Put = Callable[..., Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Write a run's folder: a perfect encoder, but for the figures that are given."""

    def put(model: str, data: str, seed: int, *, evaluated: bool = True, scc: float = 0.98, **more: float) -> Path:
        shares = {name: more.pop(name, 0.99) for name in SHARES}
        settings = config.make("paper", data=data, seed=seed, epochs=4, **more)
        folder = tmp_path / "runs" / f"{model}-{data}-{seed}"
        folder.mkdir(parents=True)
        (folder / "config.json").write_text(json.dumps(settings.as_dict()))
        (folder / "metrics.csv").write_text("epoch,accuracy,seconds\n1,0.5,60\n2,0.6,60\n")
        scores = {name: {"value": 0.4, "reference": 0.5, "interval": [0.3, 0.6]} for name in METRICS}
        scores["scc"] = {"value": scc, "reference": 1.0, "ceiling": 0.986}
        found = {
            **scores, "reconstruction": shares, "intervals": {name: [0.98, 0.995] for name in SHARES},
            "counts": {"items": 3509, "unseen": 2369, "paper": 5000, "paper_seen": 0.88},
        }  # fmt: skip
        if evaluated:
            (folder / "evaluation.json").write_text(json.dumps(found))
        return folder

    return put


def row(text: str, first: str) -> list[str]:
    """Return the cells of the row of a Markdown table that begins so."""
    [line] = [line for line in text.splitlines() if line.startswith(f"| {first} |")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_the_models_stand_beside_the_paper(put: Put, tmp_path: Path) -> None:
    for seed, value in enumerate((0.97, 0.99, 0.98)):
        put("default", "folk44", seed, paper=value)
    put("paper", "folk44", 0)
    found = report.read(tmp_path / "runs")
    text = tables.compared("folk44", results.grouped(found)["folk44"])
    assert row(text, "") == ["", "paper: beta-VAE", "paper: AR-VAE", "paper", "default", "reference"]
    assert row(text, "runs") == ["runs", "", "", "1", "3", ""]
    assert row(text, "epochs")[3:5] == ["2 of 4", "2 of 4"]
    assert row(text, "MIG") == ["MIG", ".024", ".481", ".400 [.300, .600] · 80 %", ".400 [.400, .400] · 80 %", ".500"]
    assert row(text, "SCC")[3:] == [".980 · 99 %", ".980 [.980, .980] · 99 %", ".986"]
    assert row(text, SHARES["paper"])[1:5] == ["99.79 %", "99.54 %", "99.00 % [98.00, 99.50]", "98.00 % [97.00, 99.00]"]
    assert row(text, "n: of these unseen")[3] == "2,369"


def test_a_name_is_model_data_and_seed(put: Put, tmp_path: Path) -> None:
    put("my-own-folk44", "folk44", 10)
    [found] = report.read(tmp_path / "runs")
    assert (found.model, found.data, found.epoch) == ("my-own-folk44", "folk44", 2)


def test_what_is_missed_is_said(put: Put, tmp_path: Path) -> None:
    put("default", "bach", 0, scc=0.97, by_tune=0.99, unseen=0.5)
    put("beta-vae", "bach", 0, gamma=0.0, by_tune=0.9901)
    groups = results.grouped(report.read(tmp_path / "runs"))
    text = tables.report([], groups, {}, [])
    lines = [line for line in text.splitlines() if line.startswith("| bach | default |")]
    said = {line.split("|")[3].strip(): line.split("|")[4:7] for line in lines}
    said = {name: [cell.strip() for cell in cells] for name, cells in said.items()}
    assert said["SCC, share of the tie ceiling"] == ["98.38 %", "99 %", "**missed**"]
    assert said["ticks right, unseen measures"] == ["50.00 %", "88 %", "**missed**"]
    assert said["ticks right, split by tune, more than beta-vae"] == ["-0.01 points", "at least -0.20 points", "met"]
    assert said["Interpretability"] == [".400", ".970", "**missed**"]


def test_a_report_has_its_pictures_and_says_what_is_not_there(put: Put, tmp_path: Path) -> None:
    for seed in range(6):  # enough for boxes
        put("default", "folk44", seed, scc=0.9 + 0.01 * seed)
    put("beta-vae", "folk44", 0, gamma=0.0)
    put("default", "bach", 0, evaluated=False)
    for gamma in (0.1, 1.0, 10.0):
        put(f"paper-gamma{gamma:g}", "bach", 0, gamma=gamma)
    out = tmp_path / "report"
    remarks = report.write(report.read(tmp_path / "runs"), out)
    text = (out / "report.md").read_text()
    pictures = {"metrics", "reconstruction", "grid-paper-bach"}
    assert {path.name for path in out.iterdir()} == {"report.md"} | {n + s for n in pictures for s in (".png", ".svg")}
    assert all(imread(out / f"{name}.png").std() > 0.02 for name in pictures)
    assert all(f"({name}.png)" in text for name in pictures)
    assert row(text, "default-bach-0") == ["default-bach-0", "2 of 4"]
    assert "paper-gamma10" not in text.partition("## Settings")[0]
    assert len(remarks) == 2  # no checkpoint, so no codes
    assert "no checkpoint in this folder" in remarks[0]
    with pytest.raises(WriteError, match="has files in it"):
        report.write(report.read(tmp_path / "runs"), out)


def test_a_folder_that_has_no_evaluation_yet_makes_a_report(put: Put, tmp_path: Path) -> None:
    put("default", "folk44", 0, evaluated=False)
    report.write(report.read(tmp_path / "runs"), tmp_path / "report")
    text = (tmp_path / "report" / "report.md").read_text()
    assert "## Unfinished" in text
    assert "Targets" not in text


def test_what_cannot_be_read_is_said(put: Put, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no runs there: name the folder of an experiment"):
        report.read(tmp_path)
    folder = put("default", "folk44", 0)
    (folder / "evaluation.json").write_text("{}")
    with pytest.raises(ReadError, match=r"default-folk44-0: evaluation\.json is not what evaluate writes"):
        report.read(tmp_path / "runs")
    (folder / "evaluation.json").unlink()
    (folder / "config.json").write_text("[]")
    with pytest.raises(ReadError, match=r"config\.json: not the settings of a run"):
        report.read(tmp_path / "runs")


def test_a_figure_over_runs_is_their_median_and_ends(put: Put, tmp_path: Path) -> None:
    assert spread([], "mig") is None
    assert Spread((0.1, 0.2, 0.9), None).median == 0.2
    for seed in range(2):
        put("default", "folk44", seed, paper=0.5 + seed / 4)
    assert spread(report.read(tmp_path / "runs"), "paper") == Spread((0.5, 0.75), (0.5, 0.75))


def test_targets_and_the_papers_figures_are_of_what_there_is() -> None:
    assert {name for _, name in results.published()} <= {*METRICS, *SHARES}
    assert {one["figure"] for one in results.targets()} <= {*METRICS, *SHARES}
    assert {one["of"] for one in results.targets()} == set(tables.OF)

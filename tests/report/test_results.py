"""Runs are read from their folders, with the words of their data, and beside them stand what is known elsewhere."""

import os
from pathlib import Path

import numpy as np
import pytest

from armusic import report
from armusic.datasets.images import sprites
from armusic.errors import MissingFileError, ReadError
from armusic.report import figures, tables
from armusic.report.figures import FIGURES, TITLES
from armusic.report.results import Spread, spread
from tests.report.conftest import Put


def test_a_name_is_model_data_and_seed(put: Put, tmp_path: Path) -> None:
    put("my-own-folk44", "folk44", 10)
    [run] = report.read(tmp_path / "runs")
    assert (run.model, run.data, run.epoch, run.shown) == ("my-own-folk44", "folk44", 2, 100 * 256)


def test_figures_are_called_by_the_words_of_their_data(put: Put, tmp_path: Path) -> None:
    put("default", "folk44", 0)
    put("default", "morpho-mnist", 0)
    put("default", "sprites", 0)
    folk, digits, shapes = report.read(tmp_path / "runs")
    assert folk.title("by_tune") == "ticks right, held-out tunes"  # its evaluation does not say: it is of music
    assert digits.title("by_tune") == "pixels right, held-out images"
    assert digits.title("exact") == "images exactly right"
    assert digits.title("kept_reconstructed") == "digit kept, reconstructed"
    assert shapes.title("kept_swept") == "shape kept, swept over \N{MINUS SIGN}2..2"
    assert digits.value("paper") is None
    assert folk.value("kept_swept") is None


def test_what_is_kept_is_compared_with_what_the_judge_reads_in_originals(put: Put, tmp_path: Path) -> None:
    put("default", "morpho-mnist", 0, kept_original=0.99, kept_swept=0.87)
    [run] = report.read(tmp_path / "runs")
    assert (run.value("kept_swept"), run.reference("kept_swept")) == (0.87, 0.99)
    assert run.reference("kept_original") is None


def test_what_cannot_be_read_is_said(put: Put, tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no runs there: name the folder of an experiment"):
        report.read(tmp_path)
    folder = put("default", "folk44", 0)
    text = (folder / "evaluation.json").read_text()
    for wrong in (
        "{}",
        text.replace('"counts"', '"words": 3, "counts"'),
        text.replace('"counts"', '"kept": [], "counts"'),
        text.replace('"counts"', '"obedience": 1, "counts"'),
    ):
        (folder / "evaluation.json").write_text(wrong)
        with pytest.raises(ReadError, match=r"default-folk44-0: evaluation\.json is not an evaluation of a run"):
            report.read(tmp_path / "runs")
    (folder / "evaluation.json").unlink()
    (folder / "config.json").write_text("[]")
    with pytest.raises(ReadError, match=r"config\.json: not the settings of a run"):
        report.read(tmp_path / "runs")


def test_a_figure_over_runs_is_their_median_and_ends(put: Put, tmp_path: Path) -> None:
    assert spread([], "mig") is None
    assert (Spread((0.1, 0.2, 0.9)).median, Spread((0.1, 0.2, 0.9)).ends) == (0.2, (0.1, 0.9))
    assert Spread((0.1,)).ends is None  # the range of a single run is no interval
    for seed in range(2):
        put("default", "folk44", seed, paper=0.5 + seed / 4)
    assert spread(report.read(tmp_path / "runs"), "paper") == Spread((0.5, 0.75))


def test_targets_and_the_papers_figures_are_of_what_there_is() -> None:
    known = [name for models in figures.published().values() for some in models.values() for name in some]
    assert set(known) <= FIGURES.keys()
    assert {target["figure"] for target in figures.rows_of("targets.csv")} <= TITLES.keys()
    assert {target["of"] for target in figures.rows_of("targets.csv")} == set(tables.TARGET_OF)
    assert {figure for _, figure in figures.ceilings()} <= FIGURES.keys()


def test_what_the_paper_reached_stands_beside_each_form_of_its_data() -> None:
    for data, form in (("sprites", "sprites-official"), ("bach", "bach-paper"), ("folk44", "folk44-paper")):
        assert figures.published()[data] == figures.published()[form]
    assert figures.ceilings()["sprites-official", "interpretability"][0] == 0.8875


def test_an_evaluation_is_current_until_its_run_is_trained_on(put: Put, tmp_path: Path) -> None:
    folder = put("default", "folk44", 0)
    put("paper", "folk44", 0, evaluated=False)
    assert [run.current for run in report.read(tmp_path / "runs")] == [True, False]
    (folder / "best.safetensors").touch()
    os.utime(folder / "evaluation.json", (0, 0))
    assert [run.current for run in report.read(tmp_path / "runs")] == [False, False]


def test_the_first_run_of_the_paper_is_given_for_images_alone() -> None:
    for data, models in figures.published().items():
        assert ("AR-VAE, first run" in models) == (data in ("sprites", "sprites-official", "morpho-mnist"))
        assert all(figures["interpretability"] <= models["AR-VAE"]["interpretability"] for figures in models.values())


def test_no_encoder_knows_more_of_the_sprites_than_their_images_show() -> None:
    """The best guess of an orientation is the mean of those that look the same: what it explains bounds R²."""
    turns = np.arange(0, 2 * np.pi, np.pi / 60)
    explained = []
    for shape in (1, 2, 3):
        drawn = sprites.draw(np.array([[shape, 1, turn, 0.5, 0.5] for turn in turns]))
        pixels = np.unpackbits(drawn, axis=1).astype(float)
        white = pixels.sum(axis=1)
        both = pixels @ pixels.T
        alike = both / (white[:, None] + white - both) > 0.99  # intersection over union
        guess = (alike @ turns) / alike.sum(axis=1)
        explained.append(guess.var())
    orientation = np.mean(explained) / turns.var()
    assert orientation == pytest.approx(0.44, abs=0.003)
    assert (4 + orientation) / 5 == pytest.approx(figures.ceilings()["sprites", "interpretability"][0], abs=0.001)

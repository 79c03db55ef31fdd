"""The tables say what the runs reached, beside the paper, and what was missed."""

from collections.abc import Callable
from pathlib import Path

from armusic import report
from armusic.report import tables
from tests.report.conftest import Groups, Put, row


def test_the_models_stand_beside_the_paper(put: Put, groups: Callable[[], Groups]) -> None:
    for seed, value in enumerate((0.97, 0.99, 0.98)):
        put("default", "folk44", seed, paper=value)
    put("paper", "folk44", 0)
    text = tables.comparison("folk44", groups()["folk44"])
    assert row(text, "") == ["", "paper: beta-VAE", "paper: AR-VAE", "paper", "default", "reference"]
    assert row(text, "runs") == ["runs", "", "", "1", "3", ""]
    assert row(text, "epochs")[3:5] == ["2 of 4", "2 of 4"]
    assert row(text, "measures shown")[3:5] == ["0.03 M", "0.03 M"]
    assert row(text, "MIG") == ["MIG", ".024", ".481", ".400 [.300, .600] · 80 %", ".400 [.400, .400] · 80 %", ".500"]
    assert row(text, "SCC")[3:] == [".980 · 99 %", ".980 [.980, .980] · 99 %", ".986"]
    assert row(text, "ticks right, paper protocol")[1:5] == [
        "99.79 %", "99.54 %", "99.00 % [98.00, 99.50]", "98.00 % [97.00, 99.00]",
    ]  # fmt: skip
    assert row(text, "n: of these unseen")[3] == "2,369"


def test_of_images_the_first_run_of_the_paper_stands_there_too_and_what_is_kept(
    put: Put, groups: Callable[[], Groups]
) -> None:
    put("default", "morpho-mnist", 0, kept_original=0.995, kept_reconstructed=0.97)
    text = tables.comparison("morpho-mnist", groups()["morpho-mnist"])
    assert row(text, "")[1:] == [
        "paper: beta-VAE", "paper: AR-VAE", "paper: AR-VAE, first run", "default", "reference",
    ]  # fmt: skip
    assert row(text, "MIG")[1:4] == [".029", ".137", ".124"]
    assert row(text, "pixels right, held-out images")[1:5] == [
        "94.23 %",
        "97.03 %",
        "96.75 %",
        "99.00 % [98.00, 99.50]",
    ]
    assert row(text, "digit kept, reconstructed")[1:] == ["83.10 %", "92.80 %", "", "97.00 %", "99.50 %"]
    assert row(text, "n: test images")[4] == "3,509"
    assert "ticks" not in text
    assert "measures" not in text


def test_data_that_the_paper_does_not_have_stands_alone(put: Put, groups: Callable[[], Groups]) -> None:
    put("default", "mine", 0)
    assert row(tables.comparison("mine", groups()["mine"]), "") == ["", "default", "reference"]


def test_notes_are_of_the_domains_that_are_there(put: Put, groups: Callable[[], Groups]) -> None:
    put("default", "bach", 0)
    music = tables.notes(groups())
    assert "held-out tunes" in music
    assert "images" not in music
    put("default", "sprites", 0)
    both = tables.notes(groups())
    assert "*first run*" in both
    assert "A square turned by a quarter" in both
    assert "Interpretability cannot exceed .8875" in both


def test_what_is_missed_is_said(put: Put, groups: Callable[[], Groups]) -> None:
    put("default", "bach", 0, scc=0.97, by_tune=0.99, unseen=0.5)
    put("beta-vae", "bach", 0, gamma=0.0, by_tune=0.9901)
    put("default", "morpho-mnist", 0, kept_reconstructed=0.94, kept_swept=0.8)
    text = tables.report([], groups(), {}, [])

    def targets(data: str) -> dict[str, list[str]]:
        lines = [line for line in text.splitlines() if line.startswith(f"| {data} | default |")]
        return {line.split("|")[3].strip(): [cell.strip() for cell in line.split("|")[4:7]] for line in lines}

    assert targets("bach")["SCC, share of the tie ceiling"] == ["98.38 %", "99 %", "**missed**"]
    assert targets("bach")["ticks right, unseen measures"] == ["50.00 %", "88 %", "**missed**"]
    assert targets("bach")["ticks right, held-out tunes, more than beta-vae"] == [
        "-0.01 points", "at least -0.20 points", "met",
    ]  # fmt: skip
    assert targets("bach")["Interpretability"] == [".400", ".970", "**missed**"]
    assert targets("morpho-mnist")["digit kept, reconstructed"] == ["94.00 %", "93 %", "met"]
    assert targets("morpho-mnist")["digit kept, swept over \N{MINUS SIGN}2..2"] == ["80.00 %", "85 %", "**missed**"]


def test_settings_of_a_grid_are_in_the_words_of_their_data(
    put: Put, tmp_path: Path, groups: Callable[[], Groups]
) -> None:
    for gamma in (1.0, 10.0):
        put(f"paper-gamma{gamma:g}", "bach", 0, gamma=gamma)
        put(f"paper-gamma{gamma:g}", "sprites", 0, gamma=gamma)
    text = tables.report(report.read(tmp_path / "runs"), groups(), {}, []).partition("## Settings")[2]
    music, images = (line for line in text.splitlines() if line.startswith("| data |"))
    assert "ticks right, held-out tunes" in music
    assert "pixels right, held-out images" in images
    assert text.count("| paper-gamma10 |") == 2

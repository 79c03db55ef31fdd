"""`armusic evaluate`: tables, CSV, JSON and pictures of one and the same cells, and every refusal in one line."""

import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch

from armusic import config
from armusic.errors import MissingExtraError
from armusic.io.writers import engraver
from armusic.training import adapters, checkpoint
from armusic.vae.data import Scale
from tests.extras import cairo
from tests.notation import book

from .conftest import EXAMPLES, Run

TUNES, MEASURES = 60, 6


@pytest.fixture
def trained(here: Path) -> Path:
    """Save a tiny model that has learnt nothing, of a folder of tunes by chance, in two metres."""
    rng = np.random.default_rng(0)
    folder = here / "tunes"
    folder.mkdir()
    for number in range(TUNES):
        metre, beats = ("4/4", 4) if number % 2 else ("6/8", 3)
        lines = []
        for _ in range(MEASURES):
            notes = rng.choice(list("CDEFGABcde"), 2 * beats)
            halves = rng.integers(0, 2, beats)
            pairs = zip(notes[::2], notes[1::2], halves, strict=True)
            lines.append("".join(f"{first}2" if half else first + second for first, second, half in pairs))
        text = f"X:1\nT:{number}\nM:{metre}\nL:1/8\nK:C\n{'|'.join(lines)}|\n"
        (folder / f"{number}.abc").write_text(text)
    torch.manual_seed(0)
    settings = config.make(data=str(folder), latent=6, units=8)
    adapter = adapters.get(settings.data)
    scale = Scale(np.zeros((adapter.kinds, 4)), np.ones((adapter.kinds, 4)))
    path = here / "model.safetensors"
    checkpoint.save(checkpoint.Checkpoint(adapter.build(settings), settings, scale), path)
    return path


def test_the_tables(run: Run, trained: Path) -> None:
    done = run("evaluate", trained)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].startswith(f"{trained.parent / 'tunes'}, 4/4: ")
    for start in ("Interpretability", "SCC", "ticks right, held-out tunes", "ticks right, by the paper's protocol",
                  "monotonicity", "correlation, chance codes", "R², test items", "contour",
                  "of 2,048 prior samples: "):  # fmt: skip
        assert any(line.startswith(start) for line in lines), start


def test_all_of_other_tunes_are_measured(run: Run, trained: Path) -> None:
    """Half of them are among those that the model was trained on, by another name."""
    others = trained.parent / "others"
    others.mkdir()
    known = sorted((trained.parent / "tunes").glob("*.abc"))[: TUNES // 2]
    for path in known:
        (others / f"known-{path.name}").write_bytes(path.read_bytes())
    book(others / "book.abc")
    done = run("evaluate", trained, "--json", "--data", "others")
    figures = json.loads(done.out)
    assert (figures["data"], figures["trained_on"]) == ("others", str(trained.parent / "tunes"))
    assert figures["counts"]["test"] == MEASURES * sum(int(path.stem) % 2 for path in known) + 20
    assert 10 < figures["counts"]["unseen"] < figures["counts"]["test"] / 2
    assert "by_tune" in figures["reconstruction"]
    assert "paper" not in figures["reconstruction"]
    lines = run("evaluate", trained, "--data", "others", "--metre", "6/8").out.splitlines()
    assert "unseen in" in lines[0]
    assert any(line.startswith("ticks right, all measures") for line in lines)
    assert "test items is in 9/8" in run("evaluate", trained, "--data", "others", "--metre", "9/8").err
    own = json.loads(run("evaluate", trained, "--json").out)
    again = json.loads(run("evaluate", trained, "--json", "--data", "tunes").out)
    assert again == own  # the same data by another path: its test part
    message = "sprites has no measures, and this model is one of measures"
    assert message in run("evaluate", trained, "--data", "sprites").error(2)


def test_measures_that_leave_the_frame_are_counted_once(run: Run, trained: Path) -> None:
    """In a run, in an evaluation of its own data, and in one of other data."""
    for number in (1, 3, 5):
        file = trained.parent / "tunes" / f"{number}.abc"
        lines = file.read_text().split("|")
        file.write_text("|".join([*lines[:-2], "C,,4 d''4", ""]))
    message = (
        "armusic: warning: tunes: measures that leave the model's frame (19 semitones on either side of their median"
        f" pitch) are left out: 3 of {TUNES * MEASURES}"
    )
    small = ("--units", 4, "--latent", 5, "--epochs", 1, "--batch", 64)
    for arguments in (
        ("evaluate", trained),
        ("evaluate", trained, "--data", "tunes"),
        ("train", "--data", "tunes", *small, "-o", "run"),
    ):
        done = run(*arguments)
        assert done.code == 0, done.err
        assert [line for line in done.err.splitlines() if "warning" in line] == [message]


def test_data_that_was_moved_is_named(run: Run, trained: Path) -> None:
    """The figures are those of the same data at its place; so are generated tunes and percentiles learnt from it."""
    before = run("evaluate", trained, "--json")
    (trained.parent / "tunes").rename(trained.parent / "songs")
    assert "tunes: no such folder, and no data set of that name" in run("evaluate", trained).error(1)
    moved = run("evaluate", trained, "--json", "--data", "songs")
    assert json.loads(moved.out) == json.loads(before.out) | {"data": "songs"}

    tune = EXAMPLES / "speed-the-plough.mid"
    reach = ("interpolate", tune, "--model", trained, "--attr", "density=p80", "--no-picture", "-o")
    assert "tunes: no such folder" in run(*reach, "a.mid").error(1)
    assert run(*reach, "a.mid", "--data", "songs").code == 0
    assert "nothing: no such folder, and no data set of that name" in run(*reach, "b.mid", "--data", "nothing").error(1)

    new = ("generate", "--model", trained, "--no-picture", "-o")
    says = "the phrases of this model's corpus, tunes, are not known: .*; --data names another"
    assert re.search(says, run(*new, "c.mid").error(1))
    (trained.parent / "phrases").mkdir()
    for song in (trained.parent / "songs").iterdir():  # three phrases of eight measures each
        *head, music = song.read_text().splitlines()
        text = "\n".join([*head, "|".join((4 * music.split("|")[:-1])[:24]) + "|"])
        (trained.parent / "phrases" / song.name).write_text(text)
    done = run(*new, "c.mid", "--data", "phrases")
    assert done.code == 0
    assert "learning from the corpus phrases how measures follow one another" in done.err
    assert "learning" not in run(*new, "d.mid", "--data", "phrases").err


def test_json_and_csv_have_the_same_figures(run: Run, trained: Path) -> None:
    done = run("evaluate", trained, "--json", "--metre", "6/8")
    assert done.code == 0, done.err
    plain = json.loads(done.out)
    assert plain["kind"] == "6/8"
    assert plain["counts"]["items"] >= 10
    rows = list(csv.DictReader(run("evaluate", trained, "--csv", "--metre", "6/8").out.splitlines()))
    cells = {(row["part"], row["figure"], row["attribute"]): row for row in rows}
    assert len(cells) == len(rows)
    assert float(cells["samples", "scc", ""]["value"]) == plain["scc"]["value"]
    assert float(cells["means", "mig", "range"]["value"]) == plain["means"]["mig"]["each"]["range"]
    exact = cells["reconstruction", "exact", ""]
    assert [float(exact["value"]), float(exact["low"])] == [
        plain["reconstruction"]["exact"],
        plain["intervals"]["exact"][0],
    ]
    assert float(cells["control", "linearity", "contour"]["value"]) == plain["control"]["linearity"]["each"]["contour"]
    assert set(plain["obedience"]["range"]) == {"pearson", "r2", "error", "kept", "valid", "raw", "residual"}
    assert float(cells["obedience", "r2", "range"]["value"]) == plain["obedience"]["range"]["r2"]
    assert float(cells["prior", "distance", "rhythm"]["value"]) == plain["prior"]["attributes"]["rhythm"]["distance"]
    assert int(cells["counts", "items", ""]["value"]) == plain["counts"]["items"]


@cairo
def test_pictures(run: Run, trained: Path) -> None:
    done = run("evaluate", trained, "--pictures", "pictures")
    assert done.code == 0, done.err
    names = ["codes.png", "surfaces.png", "sweeps.png"]
    assert done.out.splitlines()[-1] == "wrote " + ", ".join(f"pictures/{name}" for name in names)
    assert sorted(path.name for path in Path("pictures").iterdir()) == names
    assert all(Path("pictures", name).read_bytes().startswith(b"\x89PNG") for name in names)


def test_without_notation_there_are_piano_rolls(run: Run, trained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def require(name: str, **_: str) -> None:
        raise MissingExtraError(f"{name} is not installed")

    monkeypatch.setattr(engraver, "require", require)
    done = run("evaluate", trained, "--pictures", "pictures", "--json")
    assert (done.code, done.err) == (0, "armusic: warning: piano rolls only: verovio is not installed\n")
    assert Path("pictures", "sweeps.png").exists()


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--json", "--csv"), 2, "--json and --csv cannot go together"),
        (("--metre", "5/4"), 2, "'5/4': no kind of item of"),
        (("--metre", "9/8"), 1, "test items is in 9/8"),
        (("--pictures", "full"), 1, "full has files in it"),
        (("--pictures", "none/there"), 1, "its folder none does not exist"),
        (("--pictures", "model.safetensors"), 1, "a file, not a folder"),
    ],
)
def test_what_is_refused(run: Run, trained: Path, options: tuple[str, ...], code: int, message: str) -> None:
    Path("full").mkdir()
    Path("full", "mine.png").write_text("mine")
    assert message in run("evaluate", trained, *options).error(code)
    assert Path("full", "mine.png").read_text() == "mine"


def test_a_folder_that_is_no_run_is_refused(run: Run, trained: Path) -> None:
    assert "tunes: no checkpoint in this folder" in run("evaluate", "tunes").error(1)
    assert "nothing: no such file" in run("evaluate", "nothing").error(1)


def test_too_few_measures_are_refused(run: Run, trained: Path) -> None:
    for path in sorted(Path("tunes").iterdir())[5:]:
        path.unlink()
    assert "items are too few to measure: at least 10" in run("evaluate", trained).error(1)

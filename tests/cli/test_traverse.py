"""`armusic traverse`: test images with one dimension after another moved."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from armusic.training import adapters
from tests import squares

from .conftest import EXAMPLES, Run


@pytest.fixture
def mine(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Save a model of squares that has learnt nothing."""
    import torch

    from armusic.training import checkpoint
    from armusic.vae.data import Scale

    monkeypatch.setitem(adapters.ADAPTERS, "squares", f"{squares.__name__}:ADAPTER")
    settings = adapters.configure(data="squares")
    torch.manual_seed(0)
    scale = Scale(np.zeros((1, 2)), np.ones((1, 2)))
    checkpoint.save(checkpoint.Checkpoint(squares.ADAPTER.build(settings), settings, scale), here / "mine.safetensors")
    return here / "mine.safetensors"


def test_an_animation_and_what_is_measured(run: Run, mine: Path) -> None:
    done = run("traverse", "--model", mine, "--item", 5, "--attr", "x", "-o", "sweep.gif")
    assert (done.code, done.err) == (0, "")
    header, first, *rows, last = done.out.splitlines()
    assert header.split() == ["step", "x"]
    assert first.split()[0] == "original"
    assert [row.split()[0] for row in (rows[0], rows[8], rows[-1])] == ["-2.00", "+0.00", "+2.00"]
    assert (len(rows), last) == (17, "wrote sweep.gif")
    with Image.open("sweep.gif") as image:
        assert image.n_frames == 2 * 17 - 2


def test_several_items_and_attributes_in_a_strip(run: Run, mine: Path) -> None:
    options = ("--item", 5, "--item", 2, "--attr", "x", "--attr", "y", "--data", "squares")
    done = run("traverse", "--model", mine, *options, "-o", "a.png", "--json", "--steps", 3, "--range", -1, 1)
    plain = json.loads(done.out)
    assert (plain["attributes"], plain["steps"], plain["files"]) == (["x", "y"], [-1, 0, 1], ["a.png"])
    assert [item["item"] for item in plain["items"]] == [5, 2]
    assert len(plain["items"][1]["attributes"]["y"]["decoded"]) == 3
    table = run("traverse", "--model", mine, *options, "-o", "b.png").out.splitlines()
    assert table[0].split() == ["item", "step", "x", "y"]
    assert len(table) == 1 + 2 * (1 + 9) + 1
    with Image.open("a.png") as three, Image.open("b.png") as nine:
        assert three.height == nine.height
        assert nine.width - three.width == 6 * 87


def test_the_name_where_none_is_given(run: Run, mine: Path) -> None:
    assert run("traverse", "--model", mine, "--item", 5, "--attr", "x").out.endswith("wrote squares-5-x.gif\n")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--item", 5), "Missing option '--attr'"),
        (("--attr", "x"), "Missing option '--item'"),
        (("--item", 5, "--attr", "x=3"), "x=3: images have no targets, their dimensions are moved: write --attr NAME"),
        (("--item", 99, "--attr", "x"), "item 99: the test part of squares has 39 items, 0 to 38"),
        (("--item", 5, "--attr", "xx"), "unknown attribute 'xx': did you mean x?"),
        (
            ("--item", 5, "--attr", "x", "-o", "a.bmp"),
            "a.bmp: a traversal is written as .gif or .png: change the suffix",
        ),
        (("--item", 5, "--attr", "x", "--layout", "clips"), "No such option '--layout'"),
        (("--item", 5, "--attr", "x", "a.mid"), "too many arguments: a.mid"),
    ],
)
def test_what_is_refused(run: Run, mine: Path, options: tuple[object, ...], message: str) -> None:
    assert message in run("traverse", "--model", mine, *options).error(2)
    assert [path.name for path in mine.parent.iterdir()] == [mine.name]


def test_tunes_are_interpolated_with_a_model_of_music(run: Run, mine: Path) -> None:
    Path("input.mid").write_bytes((EXAMPLES / "speed-the-plough.mid").read_bytes())
    message = run("interpolate", "input.mid", "--model", mine, "--attr", "x").error(2)
    assert message == "mine.safetensors: a model of images (squares), where one of music is needed"


def test_a_model_of_music_has_no_items(run: Run, model: Path, here: Path) -> None:
    message = run("traverse", "--model", model, "--item", 5, "--attr", "range").error(2)
    assert message == "a model of music (folk) has no test images: name one of images, or interpolate a tune"


def test_a_file_that_is_there_stays(run: Run, mine: Path) -> None:
    Path("a.gif").write_text("mine")
    options = ("--model", mine, "--item", 5, "--attr", "x", "-o", "a.gif")
    assert "a.gif exists already" in run("traverse", *options).error(1)
    assert Path("a.gif").read_text() == "mine"
    assert run("traverse", *options, "--force").code == 0
    assert Path("a.gif").read_bytes().startswith(b"GIF89a")


def test_images_of_a_file_are_drawn_and_not_measured(run: Run, here: Path) -> None:
    import torch

    from armusic.training import checkpoint
    from armusic.vae.data import Scale

    rng = np.random.default_rng(0)
    images, sizes = rng.integers(0, 256, (60, 16, 16), dtype=np.uint8), rng.random((60, 1))
    np.savez(here / "mine.npz", images=images, attributes=sizes, names=np.array(["size"]))
    settings = adapters.configure(data="mine.npz")
    torch.manual_seed(0)
    model = adapters.of(settings).build(settings)
    scale = Scale(np.zeros((1, 1)), np.ones((1, 1)))
    checkpoint.save(checkpoint.Checkpoint(model, settings, scale), here / "mine.safetensors")
    done = run("traverse", "--model", "mine.safetensors", "--item", 0, "--attr", "size")
    header, original, *rest = done.out.splitlines()
    assert (header.split(), original.split()[0]) == (["step", "size"], "original")
    assert rest == [
        "decoded images are not measured: this data set has no function that measures them",
        "wrote mine-0-size.gif",
    ]

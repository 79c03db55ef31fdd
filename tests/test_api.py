"""The use cases, with the shipped model."""

from pathlib import Path

import numpy as np
import pytest

import armusic
from armusic import api
from armusic.errors import CheckpointError, UsageError, WriteError
from tests.notation import JIG, REEL, book, tune

EXAMPLE = Path(__file__).parents[1] / "examples" / "speed-the-plough.mid"


def test_the_public_names_are_there_and_no_others() -> None:
    assert all(getattr(armusic, name) for name in armusic.__all__)
    assert armusic.__version__
    with pytest.raises(AttributeError, match="no attribute 'play'"):
        armusic.play  # noqa: B018


def test_a_tune_of_a_book(tmp_path: Path) -> None:
    path = book(tmp_path / "book.abc")
    assert armusic.read(path, 3).notes == tune("6/8", JIG).notes
    with pytest.raises(UsageError, match="book.abc: 7 tunes in it"):
        armusic.read(path)
    with pytest.raises(UsageError, match="only ABC tune books have numbered tunes"):
        armusic.read(EXAMPLE, 1)


def test_attributes_of_a_tune_that_changes_its_metre() -> None:
    table = api.attributes(tune("4/4", f"{REEL}[M:6/8]GAB dBG|"), ["note_density", "contour"])
    assert table.names == ("density", "contour")
    assert table.measures == tuple(range(1, 10))
    assert table.metres == ("4/4",) * 8 + ("6/8",)
    assert table.values[-1] == pytest.approx([0.5, 0])
    assert table.values[0, 0] == pytest.approx(7 / 24)


def test_the_shipped_model_is_small_and_says_where_it_is_from() -> None:
    model = armusic.load()
    assert model.attributes == ("rhythm", "range", "density", "contour")
    assert model.config.data == "folk"
    assert {"data", "items"} <= model.card.keys()
    shipped = Path(api.__file__).parent / "resources" / api.SHIPPED
    assert shipped.stat().st_size < 5e6


@pytest.mark.parametrize("attribute", ["rhythm", "range", "density", "contour"])
def test_the_shipped_model_turns_every_attribute_up_and_down(attribute: str) -> None:
    variations = armusic.load().interpolate(armusic.read(EXAMPLE), attribute)
    means = [variation.values.mean() for variation in variations]
    assert (np.diff(means) >= 0).all()
    assert means[-1] > means[0]


def test_the_shipped_model_knows_the_example() -> None:
    """What it hears at step 0, were it decoded, is nearly what is written."""
    from armusic.editing import reconstruction
    from armusic.music import tokenizer

    music = armusic.read(EXAMPLE)
    tokens = tokenizer.encode(music)
    heard, _ = reconstruction.decode(armusic.load().checkpoint, tokens, tokenizer.kinds(music.measures))
    assert (heard == tokens).mean() > 0.98


def test_a_picture_is_returned_and_saved_but_not_over_another_file(tmp_path: Path) -> None:
    variations = armusic.load().interpolate(tune("4/4", REEL), "rhythm", 3)
    figure = armusic.picture(variations, "rhythm")
    assert len(figure.axes) >= 4  # a roll per step, and the curve
    assert not list(tmp_path.iterdir())
    armusic.picture(variations, "rhythm", tmp_path / "a.png")
    figure.savefig(tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with pytest.raises(WriteError, match="exists already"):
        armusic.picture(variations, "rhythm", tmp_path / "a.png")


def test_a_model_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint in this folder"):
        armusic.load(tmp_path)

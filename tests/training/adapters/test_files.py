"""Images of one's own as data sets: found by their name, with settings of their own."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from armusic.datasets.images import sprites
from armusic.errors import MissingFileError, ReadError
from armusic.training import adapters
from armusic.training.adapters import files
from armusic.training.adapters.images import ImageAdapter
from armusic.training.adapters.music import Music
from tests.notation import book

GREY = np.random.default_rng(0).integers(0, 256, (30, 12, 10), dtype=np.uint8)
VALUES = np.column_stack([GREY.mean(axis=(1, 2)), GREY[:, 0].mean(axis=1)])


@pytest.fixture
def archive(tmp_path: Path) -> str:
    """An .npz file of grey images."""
    np.savez(tmp_path / "mine.npz", images=GREY, attributes=VALUES, names=["grey", "top"])
    return str(tmp_path / "mine.npz")


@pytest.fixture
def folder(tmp_path: Path) -> str:
    """A folder with the same images and a table."""
    (tmp_path / "mine").mkdir()
    rows = ["file,grey,top"]
    for number, (grey, values) in enumerate(zip(GREY, VALUES, strict=True)):
        Image.fromarray(grey).save(tmp_path / "mine" / f"{number}.png")
        rows.append(f"{number}.png,{values[0]},{values[1]}")
    (tmp_path / "mine" / "labels.csv").write_text("\n".join(rows))
    return str(tmp_path / "mine")


@pytest.mark.parametrize("kind", ["archive", "folder"])
def test_images_are_found_by_their_path(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    data = request.getfixturevalue(kind)
    settings = adapters.configure(data=data, attributes=("top",), filters=(4, 4), hidden=(16,), limit=20)
    assert settings.network.shape == (1, 12, 10)
    data_set = adapters.get(data).load(settings, tmp_path / "cache")
    assert len(data_set) == 20
    assert (data_set.names, data_set.reported_names) == (("top",), ("grey",))
    assert np.isin(data_set.a[:, 0], VALUES[:, 1].astype(np.float32)).all()
    assert adapters.get(data).build(settings).latent == 16


def test_all_attributes_are_regularised_unless_some_are_named(archive: str) -> None:
    assert adapters.configure(data=archive, filters=(4,)).attributes == ("grey", "top")


def test_nothing_is_measured_where_nobody_knows_how(archive: str) -> None:
    settings, adapter = adapters.configure(data=archive, filters=(4,)), adapters.get(archive)
    images = GREY[:, None]
    assert np.isnan(adapter.values(images, 0, settings)).all()
    assert adapter.plausible(images, 0, settings) is None
    assert not adapter.identity_name


def test_an_archive_of_sprites_is_one(root: Path, tmp_path: Path) -> None:
    data = str(root / "tests" / "data" / "sprites400.npz")
    settings, adapter = adapters.configure(data=data), adapters.get(data)
    data_set = adapter.load(settings, tmp_path)
    assert len(data_set) == 400
    assert data_set.names == sprites.NAMES
    assert adapter.identity_name == "shape"
    assert (adapter.identify(data_set.x, 0, settings) == data_set.a[:, 0]).all()
    assert adapter.values(data_set.x, 0, settings)[:, 3:] == pytest.approx(data_set.a[:, 3:], abs=0.015)


def test_sprites_are_drawn_with_the_seed_and_need_no_download(tmp_path: Path) -> None:
    settings = adapters.configure(data="sprites", limit=100)
    adapter = adapters.get("sprites")
    first, again = (adapter.load(settings, tmp_path) for _ in range(2))
    assert (first.x == again.x).all()
    assert first.x.shape == (100, 512)
    assert not list(tmp_path.iterdir())
    assert adapters.configure("beta-vae", data="sprites").loss.beta == 4


def test_anything_that_can_be_indexed_is_made_a_data_set(tmp_path: Path) -> None:
    pairs = [(Image.fromarray(grey), values) for grey, values in zip(GREY, VALUES, strict=True)]
    adapter = files.of(pairs, ["grey", "top"], "mine")
    assert isinstance(adapter, ImageAdapter)
    settings = adapters.config.make(**adapter.settings("default") | {"filters": (4,)}, data="mine")
    data_set = adapter.load(settings, tmp_path)
    assert (data_set.x[:, 0] == GREY).all()
    assert data_set.a == pytest.approx(VALUES)


def test_a_folder_with_music_is_music(folder: str) -> None:
    assert files.find(folder) is not None
    book(Path(folder) / "book.abc")
    assert files.find(folder) is None
    assert isinstance(adapters.get(folder), Music)


def test_what_is_no_archive_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "text.npz").write_text("none")
    with pytest.raises(ReadError, match=r"text.npz: a broken .npz file, or none"):
        adapters.get(str(tmp_path / "text.npz"))
    np.savez(tmp_path / "pickled.npz", images=GREY, attributes=VALUES, names=np.array(["grey", "top"], object))
    with pytest.raises(ReadError, match=r"pickled.npz: names is pickled, and pickles are not opened"):
        adapters.get(str(tmp_path / "pickled.npz"))


def test_a_file_that_is_gone_is_missed_when_it_is_read(archive: str, tmp_path: Path) -> None:
    settings = adapters.configure(data=archive, filters=(4,))
    Path(archive).unlink()
    adapter = adapters.of(settings)
    assert adapter.build(settings).latent == 16  # a model of it can still be loaded
    with pytest.raises(MissingFileError, match="mine.npz"):
        adapter.load(settings, tmp_path)

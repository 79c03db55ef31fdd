"""Images and attributes in one .npz file, which is never unpickled."""

from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from armusic.datasets.images import npz
from armusic.datasets.images.base import pixels
from armusic.errors import ArmusicError, MissingFileError

GREY = np.arange(4 * 6 * 5, dtype=np.uint8).reshape(4, 6, 5)
VALUES = np.array([[1.0, 2], [3, 4], [5, 6], [7, 9]])
NAMES = ["width", "height"]


def saved(folder: Path, **changes: Any) -> Path:
    """Save a good file with some arrays changed, or left out."""
    parts: dict[str, Any] = {"images": GREY, "attributes": VALUES, "names": np.array(NAMES)} | changes
    np.savez(folder / "mine.npz", **{name: array for name, array in parts.items() if array is not None})
    return folder / "mine.npz"


def test_a_file_of_grey_images(tmp_path: Path) -> None:
    stored = npz.read(saved(tmp_path))
    assert stored.shape == (1, 6, 5)
    assert stored.names == ("width", "height")
    assert (stored.values == VALUES).all()
    assert (pixels(stored.x, stored.shape)[:, 0] == GREY).all()


def test_colours_come_first(tmp_path: Path) -> None:
    colour = np.stack([GREY, GREY + 100, 255 - GREY], axis=-1)
    stored = npz.read(saved(tmp_path, images=colour))
    assert stored.shape == (3, 6, 5)
    assert (stored.x[:, 1] == GREY + 100).all()


def test_black_and_white_is_packed_and_numbers_to_1_are_scaled(tmp_path: Path) -> None:
    stored = npz.read(saved(tmp_path, images=GREY > 60))
    assert stored.x.shape == (4, 4)  # 30 pixels in 4 bytes
    assert (pixels(stored.x, stored.shape)[:, 0] == (GREY > 60) * 255).all()
    stored = npz.read(saved(tmp_path, images=GREY / 255))
    assert (stored.x[:, 0] == GREY).all()


def test_sixteen_bits_are_scaled_by_those_that_are_used(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    deep = GREY.astype(np.uint16)
    assert (npz.read(saved(tmp_path, images=deep * 257)).x[:, 0] == GREY).all()
    assert "mine.npz: pixels of 16 bits (the brightest is 30583) were scaled to 8" in caplog.text
    assert (npz.read(saved(tmp_path, images=deep * 8)).x[:, 0] == np.rint(deep * 8 * (255 / 1023))).all()
    assert (npz.read(saved(tmp_path, images=GREY.astype(np.uint16))).x[:, 0] == GREY).all()  # bytes after all
    with pytest.raises(ArmusicError, match="pixels from 0 to 30583: integers from 0 to 255"):
        npz.read(saved(tmp_path, images=GREY.astype(np.int64) * 257))


def test_fortran_order_and_whole_numbers_are_read_as_well(tmp_path: Path) -> None:
    stored = npz.read(saved(tmp_path, attributes=np.asfortranarray(VALUES.astype(int)), images=np.asfortranarray(GREY)))
    assert (stored.values == VALUES).all()
    assert (stored.x[:, 0] == GREY).all()


@given(arrays(np.uint8, array_shapes(min_dims=1, max_dims=4)), st.booleans(), st.integers(1, 40))
def test_blocks_are_the_whole(
    tmp_path_factory: pytest.TempPathFactory, array: np.ndarray, fortran: bool, size: int
) -> None:
    path = tmp_path_factory.mktemp("npz") / "one.npz"
    np.savez(path, x=np.asfortranarray(array) if fortran else array)
    with pytest.MonkeyPatch.context() as patch, npz.opened(path) as archive:
        patch.setattr(npz, "BLOCK", size)
        assert (np.concatenate(list(npz.blocks(archive, "x", path))) == array).all()
        assert npz.shape_of(archive, "x", path) == array.shape


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"names": np.array(NAMES, dtype=object)}, "names is pickled, and pickles are not opened"),
        ({"images": np.array([None] * 4)}, "images is pickled, and pickles are not opened"),
        ({"names": None}, "no array 'names' in it; there is images, attributes"),
        ({"names": np.array(["width"])}, "4 images and 1 names need (4, 1)"),
        ({"names": np.array(["width", "width"])}, "give each a name of its own"),
        ({"names": np.array([1, 2])}, "a text per attribute is needed"),
        ({"names": np.array("width")}, "names is a single value"),
        ({"attributes": VALUES[:3]}, "attributes of the shape (3, 2): 4 images and 2 names need (4, 2)"),
        ({"attributes": VALUES[:, 0]}, "attributes of the shape (4,)"),
        ({"attributes": VALUES.astype(str)}, "numbers are needed"),
        ({"attributes": np.where(VALUES == 3, np.nan, VALUES)}, "'width' is not finite for 1 item, first item 1"),
        ({"attributes": np.where(VALUES == 9, np.inf, VALUES)}, "'height' is not finite for 1 item, first item 3"),
        ({"attributes": VALUES * [1, 0]}, "'height' is 0 for all 4 items: leave it out"),
        ({"images": GREY.reshape(4, 30)}, "images of the shape (4, 30)"),
        ({"images": GREY[..., None].repeat(5, axis=3)}, "with 1 to 4 channels at the end"),
        ({"images": GREY.astype(float)}, "pixels from 0 to 119"),
        ({"images": GREY.astype(int) * 9}, "integers from 0 to 255"),
        ({"images": GREY * np.nan}, "pixels from nan"),
        ({"images": GREY.astype(complex)}, "images are complex128"),
        ({"images": GREY[:0], "attributes": VALUES[:0]}, "too few to learn from"),
    ],
)
def test_what_cannot_be_used_is_said(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ArmusicError) as caught:
        npz.read(saved(tmp_path, **changes))
    assert message in str(caught.value)
    assert str(caught.value).startswith("mine.npz: ")
    assert "\n" not in str(caught.value)


def test_sizes_are_looked_at_before_anything_is_read(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    with ZipFile(path, "w") as archive, archive.open("images.npy", "w") as file:
        head = {"descr": "|u1", "fortran_order": False, "shape": (4, 99999, 99999)}
        np.lib.format.write_array_header_1_0(file, head)
    with pytest.raises(ArmusicError, match="images takes 40 GB; up to 4 GB are read"):
        npz.read(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError):
        npz.read(tmp_path / "none.npz")


@given(st.data())
def test_damaged_files_bring_no_other_error(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    path = saved(tmp_path_factory.mktemp("npz"))
    content = bytearray(path.read_bytes())
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=4)):
        content[place] = data.draw(st.integers(0, 255))
    path.write_bytes(content[: data.draw(st.integers(1, len(content)))])
    try:
        npz.read(path)
    except ArmusicError as error:
        assert "\n" not in str(error)

"""IDX files: plain, compressed, and broken in each way."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from armusic.datasets.images import idx
from armusic.errors import MissingFileError, ReadError
from tests.digits import write


@given(arrays(np.uint8, st.tuples(*[st.integers(0, 4)] * 3)), st.booleans())
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, images: np.ndarray, packed: bool) -> None:
    path = tmp_path_factory.mktemp("idx") / ("images.gz" if packed else "images")
    write(path, images)
    assert (idx.read(path, 3) == images).all()
    assert idx.read(path, 3).shape == images.shape


def test_the_suffix_does_not_matter(tmp_path: Path) -> None:
    write(tmp_path / "labels.gz", np.array([7, 2], np.uint8))
    (tmp_path / "labels.gz").rename(tmp_path / "labels")
    assert idx.read(tmp_path / "labels", 1).tolist() == [7, 2]


def test_a_file_is_found_with_and_without_its_suffix(tmp_path: Path) -> None:
    assert idx.find(tmp_path, "labels") is None
    (tmp_path / "labels.gz").touch()
    assert idx.find(tmp_path, "labels") == tmp_path / "labels.gz"
    (tmp_path / "labels").touch()
    assert idx.find(tmp_path, "labels") == tmp_path / "labels"


WHOLE = bytes([0, 0, 8, 3, *(0, 0, 0, 1), *(0, 0, 0, 2), *(0, 0, 0, 2), 1, 2, 3, 4])


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (WHOLE[:-1], "3 bytes after its head, which says 1 x 2 x 2: cut short"),
        (WHOLE + b"\0", "5 bytes after its head, which says 1 x 2 x 2"),
        (WHOLE[:9], "not an IDX file of bytes"),
        (b"\x89PNG" + WHOLE, "not an IDX file of bytes: it begins with 89 50 4e 47"),
        (WHOLE[:2] + b"\x0d" + WHOLE[3:], "begins with 00 00 0d 03"),  # floats
        (bytes([0, 0, 8, 1, *(0, 0, 0, 9)]) + bytes(9), "1 dimensions in place of 3"),
        (gzip.compress(WHOLE, mtime=0)[:-9], "cut short or broken"),
        (gzip.compress(WHOLE, mtime=0)[:12] + b"\xff" * 30, "cut short or broken"),
        (b"", "an empty file"),
    ],
)
def test_what_is_broken_is_named(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "images"
    path.write_bytes(data)
    with pytest.raises(ReadError) as error:
        idx.read(path, 3)
    assert str(error.value).startswith("images: ")
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no such file"):
        idx.read(tmp_path / "images", 3)

"""PNG files: what another reader sees in them, and what is read of any file."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from armusic.plotting import png

EXAMPLE = Path(__file__).parents[2] / "examples" / "speed-the-plough-rhythm.png"


@given(arrays.arrays(np.uint8, st.tuples(st.integers(1, 140), st.integers(1, 9), st.sampled_from([3, 4]))), st.text())
def test_another_reader_sees_the_same(tmp_path_factory: pytest.TempPathFactory, pixels: np.ndarray, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "a.png"
    png.write(path, pixels, 150, {"Software": "armusic", "Source": text})
    with Image.open(path) as picture:
        picture.load()
        assert (np.asarray(picture) == pixels[..., :3]).all()
        assert picture.mode == "RGB"
        assert picture.info["dpi"] == pytest.approx((150, 150), abs=0.1)
        assert (picture.info["Software"], picture.info["Source"]) == ("armusic", text)
    assert png.texts(path) == {"Software": "armusic", "Source": text}


def test_other_files_have_no_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    png.write(path, np.zeros((2, 2, 3), np.uint8), 150, {"Software": "armusic"})
    whole = path.read_bytes()
    for content in (b"", b"MThd", whole[:8], whole[:12], whole[:60], whole[:70], b"x" + whole):
        path.write_bytes(content)
        assert png.texts(path) == {}
    Image.new("RGB", (2, 2)).save(path)
    assert png.texts(path) == {}, "a picture of another program"


def test_the_picture_of_the_readme_is_one_of_ours() -> None:
    assert png.texts(EXAMPLE)["Software"] == "armusic"

"""A folder of images with a CSV file of their attributes."""

import logging
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from armusic.datasets.images import folder
from armusic.datasets.images.base import pixels
from armusic.errors import ArmusicError

HERE = Path(__file__).parents[2] / "data"
CSV = "file,width,slant\na.png,1,0.5\nb.png,2,-1e-1\nmore/c.png, 3 ,0\n"
GREY = np.arange(3 * 6 * 5, dtype=np.uint8).reshape(3, 6, 5)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """Three grey images, one of them in a folder below."""
    (tmp_path / "mine" / "more").mkdir(parents=True)
    for name, grey in zip(("a.png", "b.png", "more/c.png"), GREY, strict=True):
        Image.fromarray(grey).save(tmp_path / "mine" / name)
    (tmp_path / "mine" / "labels.csv").write_text(CSV)
    return tmp_path / "mine"


def test_a_row_an_image(mine: Path, tmp_path: Path) -> None:
    assert folder.is_folder(mine)
    assert folder.names_in(mine) == ("width", "slant")
    assert folder.size_in(mine) == (1, 6, 5)
    stored = folder.read(mine, tmp_path / "cache")
    assert stored.names == ("width", "slant")
    assert stored.values == pytest.approx(np.array([[1, 0.5], [2, -0.1], [3, 0]]))
    assert (pixels(stored.x, stored.shape)[:, 0] == GREY).all()


def test_it_is_decoded_once_until_a_file_changes(mine: Path, tmp_path: Path) -> None:
    reports: list[tuple[int, int]] = []
    for _ in range(2):
        folder.read(mine, tmp_path / "cache", lambda done, of: reports.append((done, of)))
    assert reports == [(1, 3), (2, 3), (3, 3)]
    Image.fromarray(GREY[0] + 100).save(mine / "b.png")
    assert (folder.read(mine, tmp_path / "cache").x[1, 0] == GREY[0] + 100).all()


def test_colour_and_black_and_white(mine: Path, tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "more/c.png"):
        Image.new("RGB", (5, 6), (250, 100, 0)).save(mine / name)
    stored = folder.read(mine, tmp_path / "cache")
    assert stored.x[0, :, 0, 0].tolist() == [250, 100, 0]
    for name in ("a.png", "b.png", "more/c.png"):
        Image.new("1", (5, 6), 1).save(mine / name)
    assert folder.read(mine, tmp_path / "cache").x.shape == (3, 4)  # 30 pixels in bits


def test_what_is_converted_is_said(mine: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("a.png", "b.png", "more/c.png"):
        Image.new("RGBA", (5, 6), (250, 100, 0, 255)).save(mine / name)
    with caplog.at_level(logging.WARNING, "armusic"):
        assert folder.read(mine, tmp_path / "cache").shape == (3, 6, 5)
    assert "3 images with a palette, transparency or other colours were read as RGB" in caplog.text


@pytest.mark.parametrize(
    "csv",
    [
        CSV.replace(",", ";"),
        CSV.replace(",", ";").replace(".5", ",5").replace("-1e-1", "-0,1"),
        "sep=;\n" + CSV.replace(",", ";"),
        CSV.replace(",", "\t"),
        "\ufeff" + CSV.replace(",", ";").replace("\n", "\r\n"),
    ],
)
def test_columns_are_set_apart_in_other_ways(mine: Path, tmp_path: Path, csv: str) -> None:
    (mine / "labels.csv").write_text(csv, encoding="utf-8")
    assert folder.read(mine, tmp_path / "cache").values == pytest.approx(np.array([[1, 0.5], [2, -0.1], [3, 0]]))


def test_a_number_with_a_comma_is_none_between_commas(mine: Path, tmp_path: Path) -> None:
    (mine / "labels.csv").write_text('file,width\na.png,"1,5"\nb.png,2\nmore/c.png,3\n')
    with pytest.raises(ArmusicError, match="labels.csv, line 2: '1,5' for 'width' is not a number"):
        folder.read(mine, tmp_path / "cache")
    (mine / "labels.csv").write_text("sep=;\nfile;width\na.png;1.234,5\nb.png;2\nmore/c.png;3\n")
    with pytest.raises(ArmusicError, match="labels.csv, line 3: '1.234,5' for 'width' is not a number"):
        folder.read(mine, tmp_path / "cache")


def test_pixels_of_sixteen_bits_are_scaled(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Half of each picture is black, the other of the level that the table has for it; the scanner had 12 bits."""
    with caplog.at_level(logging.WARNING, "armusic"):
        images = folder.read(HERE / "grey16", tmp_path / "cache")
    assert "grey16: 4 images: pixels of 12 bits (the brightest is 4000) were scaled to 8" in caplog.text
    assert [np.unique(image).tolist() for image in images.x] == [
        [0, round(255 * level / 4095)] for level in images.values[:, 0]
    ]


@pytest.mark.parametrize(
    ("suffix", "kind", "values", "expected"),
    [
        (".png", np.uint16, [0, 32768, 65535], [0, 128, 255]),
        (".tif", np.uint16, [0, 32768, 65535], [0, 128, 255]),
        (".tif", np.int32, [0, 32768, 65535], [0, 128, 255]),
        (".tif", np.uint16, [0, 3, 255], [0, 3, 255]),
        (".tif", np.float32, [0, 0.5, 1], [0, 128, 255]),
    ],
)
def test_other_pixels_than_bytes(tmp_path: Path, suffix: str, kind: type, values: list, expected: list[int]) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    for name in ("a", "b"):
        Image.fromarray(np.array([values], kind)).save(mine / f"{name}{suffix}")
    (mine / "labels.csv").write_text(f"file,size\na{suffix},1\nb{suffix},2\n")
    assert folder.read(mine, tmp_path / "cache").x[0, 0, 0].tolist() == expected


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.array([[-1, 9]], np.int32), "a.tif: pixels from -1 to 9: integers from 0 to 65535 are needed"),
        (np.array([[0, 70000]], np.int32), "a.tif: pixels from 0 to 70000: integers from 0 to 65535 are needed"),
        (np.array([[0, 7.5]], np.float32), "a.tif: pixels from 0 to 7.5: numbers from 0 to 1 are needed"),
        (np.array([[0, np.nan]], np.float32), "a.tif: pixels from nan to nan: numbers from 0 to 1 are needed"),
    ],
)
def test_pixels_of_an_unknown_range_are_refused(tmp_path: Path, values: np.ndarray, message: str) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    for name in ("a", "b"):
        Image.fromarray(values).save(mine / f"{name}.tif")
    (mine / "labels.csv").write_text("file,size\na.tif,1\nb.tif,2\n")
    with pytest.raises(ArmusicError, match=message):
        folder.read(mine, tmp_path / "cache")


@pytest.mark.parametrize(
    ("csv", "message"),
    [
        (CSV.replace("a.png,1,0.5\n", ""), "labels.csv: no row for 1 of 3 images, first a.png"),
        (CSV + "d.png,1,2\n", "labels.csv, line 5: there is no d.png"),
        (CSV.replace("2,", "two,"), "labels.csv, line 3: 'two' for 'width' is not a number"),
        (CSV.replace("2,", ","), "labels.csv, line 3: '' for 'width' is not a number"),
        (CSV.replace("2,", "nan,"), "attribute 'width' is not finite for 1 item, first item 1"),
        (CSV.replace("1,0.5", "1"), "labels.csv, line 2: 2 columns, where the first line has 3"),
        (CSV.replace("b.png", "a.png"), "labels.csv, line 3: a.png has a row already, in line 2"),
        ("file\na.png\nb.png\nmore/c.png\n", "3 images with 0 attributes: too few"),
        (CSV.replace("slant", "width"), "give each a name of its own"),
        ("file,width\na.png,2\nb.png,2\nmore/c.png,2\n", "attribute 'width' is 2 for all 3 items"),
        ('file,width\n"a.png,2\n', "labels.csv: not CSV"),
        ("\n", "labels.csv: no line of headings"),
        ("file,width\n", "labels.csv: no rows below the headings"),
    ],
)
def test_a_table_that_does_not_fit_is_refused(mine: Path, tmp_path: Path, csv: str, message: str) -> None:
    (mine / "labels.csv").write_text(csv)
    with pytest.raises(ArmusicError) as caught:
        folder.size_in(mine)
        folder.read(mine, tmp_path / "cache")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "cache").glob("*"))


def test_images_that_do_not_fit_are_refused(mine: Path, tmp_path: Path) -> None:
    def refused(message: str) -> None:
        with pytest.raises(ArmusicError) as caught:
            folder.read(mine, tmp_path / "cache")
        assert message in str(caught.value)
        assert not list((tmp_path / "cache").glob("*"))

    Image.new("L", (7, 6)).save(mine / "b.png")
    refused("b.png: 7 x 6 pixels in grey, where a.png has 5 x 6 pixels in grey: bring all to one size")
    Image.new("RGB", (5, 6)).save(mine / "b.png")
    refused("b.png: 5 x 6 pixels in colour, where a.png has 5 x 6 pixels in grey")
    (mine / "b.png").write_bytes((mine / "a.png").read_bytes()[:45])
    refused("b.png: cannot be read as an image")
    (mine / "b.png").write_text("no image")
    refused("b.png: cannot be read as an image")


def test_one_table_is_wanted(mine: Path, tmp_path: Path) -> None:
    (mine / "other.csv").write_text(CSV)
    with pytest.raises(ArmusicError, match="give one CSV file .*; there is labels.csv, other.csv"):
        folder.read(mine, tmp_path)
    for path in mine.glob("*.csv"):
        path.unlink()
    with pytest.raises(ArmusicError, match="give one CSV file .*; there is none"):
        folder.read(mine, tmp_path)


def test_a_folder_without_images(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text(CSV)
    with pytest.raises(ArmusicError, match="no images in it: files that end in .bmp"):
        folder.read(tmp_path, tmp_path / "cache")

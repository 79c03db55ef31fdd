"""MNIST in a folder: with measurements beside it or without, and what does not fit."""

import gzip
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from armusic.datasets.images import mnist
from armusic.datasets.images.base import drawn
from armusic.errors import DataError, ReadError
from armusic.training import adapters
from armusic.vae.data import subset
from tests.digits import IMAGES, LABELS, PUBLISHED, TABLE, folder, write


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    return folder(tmp_path / "digits")


def tables(digits: Path) -> None:
    """Put the published measurements beside the images."""
    head, *rows = TABLE.read_text(encoding="utf-8").splitlines(keepends=True)
    for part, these in (("train", rows[:60]), ("t10k", rows[60:])):
        (digits / f"{part}-morpho.csv").write_text(head + "".join(these), encoding="utf-8")


def test_digits_are_measured_once(digits: Path, tmp_path: Path) -> None:
    reports: list[int] = []
    first = mnist.read(digits, tmp_path / "cache", lambda done, of: reports.append(done))
    assert (first.x == IMAGES).all()
    assert first.names == ("area", "length", "thickness", "slant", "width", "height", "digit")
    assert (first.values[:, -1] == LABELS).all()
    assert first.part is not None
    assert first.part.tolist() == [0] * 55 + [1] * 5 + [2] * 40
    assert first.values[:, :-1] == pytest.approx(PUBLISHED, rel=0.1, abs=0.01)
    assert reports == [60, 40]
    again = mnist.read(digits, tmp_path / "cache", lambda *_: reports.append(0))
    assert reports == [60, 40]
    assert (again.values == first.values).all()


@pytest.mark.parametrize("published", [False, True])
def test_a_limit_is_drawn_before_anything_is_measured(digits: Path, tmp_path: Path, published: bool) -> None:
    """The digits are those that are drawn of all, with their measurements, and only they are measured."""
    if published:
        tables(digits)
    settings = adapters.configure(data=str(digits), limit=30, split=3)
    adapter = adapters.get(str(digits))
    reports: list[int] = []
    some = adapter.load(settings, tmp_path / "cache", lambda done, of: reports.append(of))
    assert sum(reports) == (0 if published else 30)
    every = adapter.load(settings.replace(limit=0), tmp_path / "other")
    expected = subset(every, 30, 3)
    for part in ("x", "a", "part", "reported"):
        assert (getattr(some, part) == getattr(expected, part)).all(), part


def test_measurements_of_all_digits_are_those_of_some(digits: Path, tmp_path: Path) -> None:
    whole = mnist.read(digits, tmp_path / "cache")
    reports: list[int] = []
    some = mnist.read(digits, tmp_path / "cache", lambda done, of: reports.append(of), limit=10, seed=1)
    assert not reports
    assert (some.values == whole.values[drawn(100, 10, 1)]).all()


def test_published_measurements_are_taken_where_they_are(digits: Path, tmp_path: Path) -> None:
    tables(digits)
    stored = mnist.read(digits, tmp_path / "cache")
    assert (stored.values[:, :-1] == PUBLISHED.astype(np.float32)).all()
    assert not (tmp_path / "cache").exists()
    for file in digits.glob("*.csv"):  # as a spreadsheet of another country saves it
        file.write_text(file.read_text(encoding="utf-8").replace(",", ";").replace(".", ","), encoding="utf-8")
    assert (mnist.read(digits, tmp_path / "cache").values == stored.values).all()


def test_a_folder_of_digits_is_a_data_set(tmp_path: Path) -> None:
    digits = folder(tmp_path / "mine", suffix="")
    tables(digits)
    settings = adapters.configure(data=str(digits))
    adapter = adapters.get(str(digits))
    data = adapter.load(settings, tmp_path / "cache")
    assert settings.attributes == data.names == mnist.NAMES[:-1]
    assert [len(part) for part in adapter.split(data, 0)] == [55, 5, 40]
    assert (adapter.identify(data.x, 0, settings) == LABELS).mean() > 0.95
    assert adapter.values(data.x[:5], 0, settings) == pytest.approx(PUBLISHED[:5], rel=0.1, abs=0.01)
    assert len(adapter.build(settings).state_dict())


def test_what_is_missing_is_named(digits: Path, tmp_path: Path) -> None:
    (digits / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError, match="no t10k-labels-idx1-ubyte in it, nor t10k-labels-idx1-ubyte.gz: MNIST is"):
        mnist.read(digits, tmp_path / "cache")


def broken_labels(digits: Path) -> None:
    write(digits / "train-labels-idx1-ubyte.gz", LABELS[:59])


def no_digit(digits: Path) -> None:
    write(digits / "train-labels-idx1-ubyte.gz", np.append(LABELS[:59], np.uint8(10)))


def other_size(digits: Path) -> None:
    write(digits / "train-images-idx3-ubyte.gz", IMAGES[:60, 0, 1:])


def blank(digits: Path) -> None:
    write(digits / "train-images-idx3-ubyte.gz", IMAGES[:60, 0] * (np.arange(60) != 7).astype(np.uint8)[:, None, None])


def table(*lines: str) -> Callable[[Path], None]:
    def put(digits: Path) -> None:
        (digits / "train-morpho.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")

    return put


HEAD = "index,area,length,thickness,slant,width,height"
ROW = "0,1,2,3,4,5,6"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (broken_labels, "train-images-idx3-ubyte.gz has 60 images, but train-labels-idx1-ubyte.gz 59 labels"),
        (no_digit, "train-labels-idx1-ubyte.gz: label 10 of image 59 (from 0): digits are 0 to 9"),
        (other_size, "train-images-idx3-ubyte.gz: images of 27 x 28 pixels: digits have 28 x 28"),
        (blank, "train-images-idx3-ubyte.gz: image 7 (from 0) has one level of grey only"),
        (table(HEAD, *[ROW] * 59), "train-morpho.csv: 59 rows for 60 images"),
        (table("index,area,length,slant,width,height", ROW), "train-morpho.csv: no column 'thickness'"),
        (table(HEAD, *[ROW] * 59, "59,1,2,x,4,5,6"), "train-morpho.csv: cannot be read as a table of numbers"),
        (table(HEAD, *[ROW] * 59, "59,1,2"), "train-morpho.csv: cannot be read as a table of numbers"),
        (table(HEAD, *[ROW] * 59, "59,1,2,nan,4,5,6"), "train-morpho.csv: attribute 'thickness' is not finite for 1"),
    ],
)
def test_what_does_not_fit_is_named_and_nothing_kept(
    digits: Path, tmp_path: Path, change: Callable[[Path], None], says: str
) -> None:
    change(digits)
    with pytest.raises((DataError, ReadError)) as error:
        mnist.read(digits, tmp_path / "cache")
    assert says in str(error.value)
    assert "\n" not in str(error.value)
    assert not list((tmp_path / "cache").glob("*"))


class Server(ThreadingHTTPServer):
    """Sends what `contents` makes of the name of a file, and counts how often it is asked."""

    requests = 0

    def __init__(self, contents: Callable[[str], bytes]) -> None:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.requests += 1
                body = contents(self.path.removeprefix("/").removesuffix(".gz"))
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        super().__init__(("127.0.0.1", 0), Handler)


@contextmanager
def served(monkeypatch: pytest.MonkeyPatch, contents: Callable[[str], bytes]) -> Iterator[Server]:
    """Have MNIST come from here."""
    with Server(contents) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setattr(mnist, "URL", f"http://127.0.0.1:{server.server_address[1]}/")
        yield server
        server.shutdown()
        thread.join()


def published(name: str) -> bytes:
    return gzip.compress(name.encode(), mtime=0)


def test_mnist_is_downloaded_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "SHA256", {name: sha256(name.encode()).hexdigest() for name in mnist.SHA256})
    with served(monkeypatch, published) as server:
        there = mnist.official(tmp_path)
        assert mnist.official(tmp_path) == there
        assert server.requests == 4
    assert {path.name: path.read_bytes() for path in there.iterdir()} == {
        f"{name}.gz": published(name) for name in mnist.SHA256
    }


@pytest.mark.parametrize(
    ("contents", "says"),
    [
        (published, "is not the expected one: its SHA-256 is [0-9a-f]{64}, not"),
        (str.encode, "is not compressed by gzip"),
    ],
)
def test_another_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, contents: Callable[[str], bytes], says: str
) -> None:
    with served(monkeypatch, contents), pytest.raises(ReadError, match=says):
        mnist.official(tmp_path)
    assert not list((tmp_path / "morpho-mnist").iterdir())


def test_without_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(monkeypatch, published):
        pass  # nobody is there any more
    with pytest.raises(DataError) as error:
        mnist.official(tmp_path)
    assert "cannot be downloaded (ConnectionError)" in str(error.value)
    assert f"put {', '.join(mnist.SHA256)} (or .gz) into {tmp_path / 'morpho-mnist'}" in str(error.value)
    assert "\n" not in str(error.value)
    assert not list((tmp_path / "morpho-mnist").iterdir())


def test_files_that_are_there_are_not_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digits = folder(tmp_path / "morpho-mnist")
    with served(monkeypatch, published) as server:
        assert mnist.official(tmp_path) == digits
    assert server.requests == 0

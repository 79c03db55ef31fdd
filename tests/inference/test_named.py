"""Models by name and by address; the server is on this machine."""

import hashlib
import re
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import armusic
from armusic import api
from armusic.errors import CheckpointError, MissingFileError, UsageError
from armusic.inference import named

RESOURCES = Path(armusic.__file__).parent / "resources"
MODEL = (RESOURCES / api.SHIPPED).read_bytes()
SHA256 = hashlib.sha256(MODEL).hexdigest()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ARMUSIC_DATA", str(tmp_path / "cache"))
    return tmp_path / "cache"


class Served(SimpleHTTPRequestHandler):
    """Serves a folder, says nothing, and counts."""

    requests = 0

    def do_GET(self) -> None:
        type(self).requests += 1
        super().do_GET()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "jigs and reels.safetensors").write_bytes(MODEL)
    Served.requests = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Served, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/jigs%20and%20reels.safetensors"
    server.shutdown()
    server.server_close()
    thread.join()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_what_has_a_name_is_there_with_its_checksum() -> None:
    registry = named.registry()
    assert registry[named.title(None)].file == api.SHIPPED
    for name, entry in registry.items():
        assert re.fullmatch(r"[a-z][a-z0-9-]*", name)
        assert bool(entry.file) != bool(entry.url)
        assert entry.licence
        assert "\n" not in entry.about
        if entry.file:
            assert hashlib.sha256((RESOURCES / entry.file).read_bytes()).hexdigest() == entry.sha256


def test_a_name_is_the_default_by_its_name() -> None:
    assert armusic.load("folk").checkpoint.card == armusic.load().checkpoint.card


def test_a_name_comes_before_a_folder_and_a_path_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folk").mkdir()
    assert armusic.load("folk").config.data == "folk"
    for path in ("./folk", Path("folk")):
        with pytest.raises(CheckpointError, match="folk: no checkpoint in this folder"):
            armusic.load(path)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("flok", "flok: no such file or folder, and no model of that name: did you mean folk?"),
        ("baroque", "baroque: no such file or folder, and no model of that name: named models are folk"),
        ("runs/folk", "runs/folk: no such file or folder"),
        ("folk.safetensors", "folk.safetensors: no such file or folder"),
        (Path("flok"), "flok: no such file or folder"),
        ("a\nb\0", r"a\nb\x00: no such file or folder, and no model of that name: named models are folk"),
        ("x" * 5000, "named models are folk"),
    ],
)
def test_an_unknown_name_lists_the_known(
    model: str | Path, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MissingFileError) as raised:
        armusic.load(model)
    assert str(raised.value).endswith(message)


def test_an_address_is_downloaded_once(address: str, cache: Path) -> None:
    for _ in range(2):
        model = armusic.load(f"{address}#sha256={SHA256.upper()}")
        assert model.checkpoint.card == armusic.load().checkpoint.card
    assert Served.requests == 1
    assert files(cache) == [f"jigs-and-reels-{SHA256[:16]}.safetensors"]


def test_a_damaged_copy_is_downloaded_again(address: str, cache: Path) -> None:
    armusic.load(f"{address}#sha256={SHA256}")
    (copy,) = cache.rglob("*.safetensors")
    copy.write_bytes(MODEL[:-1])
    armusic.load(f"{address}#sha256={SHA256}")
    assert Served.requests == 2
    assert copy.read_bytes() == MODEL


def test_a_named_model_may_be_elsewhere(address: str, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = named.Entry(SHA256, "MIT", "jigs", url=address)
    monkeypatch.setattr(named, "registry", lambda: {"folk": named.registry, "jigs": entry})
    assert armusic.load("jigs").attributes == ("rhythm", "range", "density", "contour")
    assert len(files(cache)) == 1


def test_a_wrong_checksum_leaves_nothing(address: str, cache: Path) -> None:
    other = SHA256[:-1] + "0123"[SHA256[-1] == "0"]
    with pytest.raises(CheckpointError, match=rf"its SHA-256 is {SHA256}, not {other}: nothing was kept"):
        armusic.load(f"{address}#sha256={other}")
    assert files(cache) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda address: address + "x", r"cannot be downloaded \(404 File not found\)$"),
        (lambda address: "http://127.0.0.1:9/a", r"a: cannot be downloaded \(ConnectionError\)$"),
        (lambda address: "http://:/a", r"a: cannot be downloaded \(InvalidURL\)$"),
    ],
)
def test_what_cannot_be_downloaded_is_one_line(change: Any, message: str, address: str, cache: Path) -> None:
    with pytest.raises(CheckpointError, match=message) as raised:
        armusic.load(f"{change(address)}#sha256={SHA256}")
    assert "\n" not in str(raised.value)
    assert files(cache) == []


@pytest.mark.parametrize(
    ("model", "message"),
    [
        ("https://example.org/a", "needs a checksum: add #sha256= and the SHA-256 that its maker gives"),
        ("https://example.org/a#", "needs a checksum"),
        ("https://example.org/a#sha256=12", "no checksum after the #: write sha256= and 64 digits from 0 to f"),
        (f"https://example.org/a#md5={SHA256}", "no checksum after the #"),
        (f"https://example.org/a#{SHA256}", "no checksum after the #"),
        (f"ftp://example.org/a#sha256={SHA256}", "downloaded by https and http, not by ftp"),
        (f"file:///tmp/a#sha256={SHA256}", "not by file: name a path otherwise"),
    ],
)
def test_an_address_is_refused_before_any_request(model: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(named, "_download", lambda *_: pytest.fail("no request"))
    for use in (named.check, armusic.load):
        with pytest.raises(UsageError, match=message):
            use(model)


def test_a_model_of_another_domain_is_called_by_its_name(
    address: str, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api.Model, "domain", "image")
    with pytest.raises(
        UsageError, match=r"^jigs and reels\.safetensors: a model of image \(folk\), where one of music is needed$"
    ):
        armusic.load(f"{address}#sha256={SHA256}", "music")

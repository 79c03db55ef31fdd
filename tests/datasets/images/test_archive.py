"""dSprites as published: whole, in part, from the net, and what is none."""

import logging
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import numpy as np
import pytest

from armusic.datasets.images import dsprites as archive
from armusic.datasets.images import npz, sprites
from armusic.datasets.images.base import pixels
from armusic.errors import ArmusicError, DataError, ReadError

INDEX = np.random.default_rng(0).choice(sprites.COUNT, 300, replace=False)
VALUES = sprites.factors(INDEX)


def images() -> np.ndarray:
    """(item, 64, 64) of 0 and 1, as published."""
    return np.unpackbits(sprites.draw(VALUES), axis=1).reshape(-1, 64, 64)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    """An archive of 300 sprites in the official form: six factors, classes, and a pickle, which is left alone."""
    path = tmp_path / "dsprites.npz"
    values = np.column_stack([np.ones(len(VALUES)), VALUES])
    np.savez_compressed(path, metadata=np.array({"title": "sprites"}), imgs=images(), latents_values=values)
    return path


def cached(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir()) if cache.exists() else []


@pytest.mark.parametrize("block", [10_000, npz.BLOCK])
def test_an_archive_is_read_in_blocks_and_kept_in_bits(
    published: Path, tmp_path: Path, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npz, "BLOCK", block)
    reports: list[tuple[int, int]] = []
    stored = archive.read(published, tmp_path / "cache", lambda done, of: reports.append((done, of)))
    assert isinstance(stored.x, np.memmap)
    assert (pixels(stored.x, stored.shape)[:, 0] == images() * 255).all()
    assert stored.names == sprites.NAMES
    assert (stored.values == VALUES).all()
    assert reports[-1] == (300, 300)
    assert len(reports) == (150 if block == 10_000 else 1)


def test_it_is_read_once(published: Path, tmp_path: Path) -> None:
    first = archive.read(published, tmp_path / "cache")
    reports: list[int] = []
    again = archive.read(published, tmp_path / "cache", lambda done, of: reports.append(done))
    assert not reports
    assert (again.x == first.x).all()
    assert (again.values == first.values).all()


def test_the_subset_of_400_is_read_with_its_five_factors_and_its_bits(root: Path, tmp_path: Path) -> None:
    path = root / "tests" / "data" / "sprites400.npz"
    assert archive.is_archive(path)
    stored = archive.read(path, tmp_path)
    assert stored.x.shape == (400, 512)
    assert stored.values[0] == pytest.approx([1, 0.5, 0.161, 0.645, 0.839], abs=1e-3)


@pytest.mark.parametrize("white", [1, 255, True])
def test_white_may_be_1_or_255(tmp_path: Path, white: int) -> None:
    path = tmp_path / "some.npz"
    np.savez(path, imgs=(images() * np.uint8(white)).astype(np.min_scalar_type(white)), latents_values=VALUES)
    assert (archive.read(path, tmp_path / "cache").x == sprites.draw(VALUES)).all()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"imgs": np.full((9, 64, 64), 7, np.uint8), "latents_values": VALUES[:9]}, "imgs have grey pixels"),
        ({"imgs": np.zeros((9, 64, 64)), "latents_values": VALUES[:9]}, "imgs are float64: uint8 is needed"),
        ({"imgs": np.zeros((9, 32, 32), np.uint8), "latents_values": VALUES[:9]}, "64 x 64 pixels"),
        ({"imgs": np.zeros((9, 64, 64), np.uint8), "latents_values": VALUES[:8]}, "9 images and 5 names need"),
        ({"imgs": np.zeros((9, 64, 64), np.uint8), "latents_values": VALUES[:9, :3]}, "(item, 5), or 6 with colour"),
        ({"imgs": np.zeros((9, 64, 64), np.uint8), "latents_values": VALUES[:9] * np.nan}, "'shape' is not finite"),
        ({"imgs": np.array([{}] * 9), "latents_values": VALUES[:9]}, "imgs is pickled, and pickles are not opened"),
        ({"imgs": np.zeros((9, 64, 64), np.uint8)}, "no array 'latents_values' in it; there is imgs"),
    ],
)
def test_what_is_no_archive_is_refused_and_not_kept(tmp_path: Path, arrays: dict[str, Any], message: str) -> None:
    path = tmp_path / "other.npz"
    np.savez(path, **arrays)
    with pytest.raises(ArmusicError) as caught:
        archive.read(path, tmp_path / "cache")
    assert message in str(caught.value)
    assert str(caught.value).startswith("other.npz: ")
    assert "\n" not in str(caught.value)
    assert not cached(tmp_path / "cache")


def test_a_damaged_archive_is_refused_and_not_kept(published: Path, tmp_path: Path) -> None:
    whole = published.read_bytes()
    short, changed, text = (tmp_path / name for name in ("short.npz", "changed.npz", "text.npz"))
    short.write_bytes(whole[: len(whole) // 2])
    middle = whole.index(b"imgs.npy") + 2000
    changed.write_bytes(
        whole[:middle] + bytes(byte ^ 85 for byte in whole[middle : middle + 50]) + whole[middle + 50 :]
    )
    text.write_text("no archive")
    for path in (short, changed, text):
        with pytest.raises(ReadError, match=f"^{path.name}: a broken .npz file, or none"):
            archive.read(path, tmp_path / "cache")
    assert not cached(tmp_path / "cache")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name there)
        pass


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that a server on this machine gives out, with where the official archive is expected in it."""
    folder = tmp_path / "site"
    folder.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(archive, "URL", f"http://127.0.0.1:{server.server_port}/dsprites.npz")
        monkeypatch.setattr(archive, "COUNT", len(INDEX))
        yield folder
        server.shutdown()


def test_a_download_is_recorded_and_then_has_to_be_the_same(
    site: Path, published: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    published.rename(site / "dsprites.npz")
    cache = tmp_path / "cache"
    with caplog.at_level(logging.INFO, "armusic"):
        path = archive.official(cache)
    assert cached(cache) == ["dsprites.npz", "dsprites.npz.sha256"]
    assert (cache / "dsprites.npz.sha256").read_text().strip() in caplog.text
    (site / "dsprites.npz").unlink()
    assert archive.official(cache) == path  # not asked for again
    assert len(archive.read(path, cache)) == 300
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(ReadError, match="not what was downloaded, by its recorded checksum"):
        archive.official(cache)


def test_another_file_at_its_address_is_not_kept(site: Path, tmp_path: Path) -> None:
    np.savez(site / "dsprites.npz", imgs=images()[:200])
    with pytest.raises(ReadError, match="not the official archive"):
        archive.official(tmp_path / "cache")
    (site / "dsprites.npz").write_text("<html>Log in to this network</html>")
    with pytest.raises(ReadError, match="a broken .npz file, or none"):
        archive.official(tmp_path / "cache")
    assert not cached(tmp_path / "cache")


def test_without_a_net_there_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "URL", "http://127.0.0.1:9/dsprites.npz")
    with pytest.raises(DataError, match="cannot be downloaded.* in the option data, or use sprites") as caught:
        archive.official(tmp_path / "cache")
    assert "\n" not in str(caught.value)
    assert not cached(tmp_path / "cache")

"""Reading many files, counting what is left out, and finding versions."""

import logging
from pathlib import Path

import pytest

from armusic.datasets import corpora
from armusic.datasets.corpora.build import VERSION, build, files_in
from armusic.datasets.corpora.corpus import Corpus
from armusic.datasets.images.stored import digest
from armusic.errors import DataError
from armusic.io import readers
from armusic.music.score import METRES, Metre
from armusic.music.tokenizer import MAX_TICKS, PAD, ticks
from tests.notation import book


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "tunes"
    (folder / "books").mkdir(parents=True)
    book(folder / "books" / "b.abc")
    (folder / "broken.mid").write_bytes(b"no midi at all")
    (folder / "notes.txt").write_text("not music")
    return folder


def read(folder: Path, cache: Path) -> Corpus:
    return corpora.read(str(folder), cache)


def test_a_folder_of_ones_own(folder: Path, tmp_path: Path) -> None:
    corpus = read(folder, tmp_path / "cache")
    summary = corpus.summary()
    assert summary["tunes"] == 6
    assert summary["metres"] == {"4/4": 20, "2/4": 6, "3/4": 8, "6/8": 8, "9/8": 0, "12/8": 0}
    assert summary["collections"] == {"books": {"tunes": 6, "measures": 42}}
    assert summary["skipped"] == {"tunes": {"polyphonic": 1, "unreadable": 1}, "measures": {}}
    assert corpus.sources[0] == "books/b.abc#1"
    assert corpus.tokens.shape == (42, MAX_TICKS)
    widths = (corpus.tokens != PAD).sum(axis=1)
    assert widths.tolist() == [ticks(METRES[index]) for index in corpus.kind]


def test_versions_in_another_key_are_one_group(folder: Path, tmp_path: Path) -> None:
    corpus = read(folder, tmp_path / "cache")
    assert corpus.version[0] == corpus.version[1]
    assert len(set(corpus.version.tolist())) == 5
    assert corpus.summary()["distinct"] < 36


def test_one_metre_alone_counts_what_it_leaves_out(tmp_path: Path) -> None:
    head = "M:4/4\nL:1/8\nK:C\n"
    (tmp_path / "a.abc").write_text(f"X:1\nT:a\n{head}C8|D8|[M:3/4]E6|\n\nX:2\nT:b\n{head}G8|A8|\n")
    (tmp_path / "b.abc").write_text("X:1\nT:w\nM:3/4\nL:1/8\nK:C\nC6|(5:4:5D/E/F/G/A/ G4|F6|E6|\n")
    corpus = read(tmp_path, tmp_path / "cache")
    four = corpus.only(Metre(4, 4), "four")
    assert (four.name, len(four.tokens), four.sources) == ("four", 4, ("a.abc#1", "a.abc#2"))
    assert four.tune.tolist() == [0, 0, 1, 1]
    assert four.summary()["skipped"] == {"tunes": {"not in 4/4": 1}, "measures": {"not in 4/4": 1}}
    assert four.skipped[-1].message == "b.abc#1: no measure in 4/4"


def test_a_name_that_is_unknown_is_told_those_that_are_not(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there are folk, folk44, bach, folk44-paper, bach-paper"):
        corpora.read("bahc", tmp_path)


def test_the_cache_is_used_until_something_changes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    first = read(folder, cache)
    with monkeypatch.context() as patch:
        patch.setattr(readers, "read_all", lambda _path: pytest.fail("read again"))
        again = read(folder, cache)
    assert again.sources == first.sources
    assert again.skipped == first.skipped
    assert (again.tokens == first.tokens).all()
    (folder / "books" / "c.abc").write_text("X:1\nT:t\nM:2/4\nL:1/8\nK:C\nC4|D4|E4|\n")
    assert len(read(folder, cache).sources) == 7


DIGESTS = {1: "19028ecfb1e000d3"}
"""`build.VERSION` -> digest of what is read from tests/data/corpus."""


def test_reading_comes_out_as_the_version_of_the_cache_says(root: Path, tmp_path: Path) -> None:
    """Where this fails, cached corpora are out of date: raise `VERSION`, and add its digest here."""
    folder = root / "tests" / "data" / "corpus"
    corpus = build("c", files_in(folder), folder, tmp_path)
    skipped = [(skip.source, skip.reason, skip.measures) for skip in corpus.skipped]
    texts = repr((corpus.sources, corpus.collections, skipped, len(corpus.mended)))
    arrays = (corpus.tokens, corpus.kind, corpus.tune, corpus.version)
    assert digest(texts.encode(), *(array.astype("<i8").tobytes() for array in arrays)) == DIGESTS[VERSION]


def test_measures_off_the_grid_are_left_out_and_counted(tmp_path: Path) -> None:
    (tmp_path / "t.abc").write_text("X:1\nT:t\nM:2/4\nL:1/8\nK:C\nC4|(5:4:5D/E/F/G/A/ G2|E4|F4-|F4|\n")
    corpus = read(tmp_path, tmp_path / "cache")
    skip = corpus.skipped[0]
    assert (len(corpus.tokens), skip.reason, skip.measures) == (4, "off the grid", 1)


def test_progress_is_told(folder: Path, tmp_path: Path) -> None:
    reports: list[tuple[int, int]] = []
    corpora.read(str(folder), tmp_path / "cache", lambda done, total: reports.append((done, total)))
    assert reports[-1] == (2, 2)


def test_repairs_are_counted_not_shown(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "t.abc").write_text("X:1\nT:t\nM:2/4\nL:1/8\nK:C\nC4|D3||E4|F4|\n")
    with caplog.at_level(logging.INFO):
        corpus = build("t", [tmp_path / "t.abc"], tmp_path, tmp_path / "cache", jobs=1)
    assert len(corpus.mended) == 1
    assert "measure 2: a rest of 0.5 quarter notes is added after it" in corpus.mended[0]
    assert not caplog.records


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        (None, "", "no such folder, and no data set of that name"),
        ("a.txt", "x", r"no music in it: files that end in \.mid"),
        (
            "a.abc",
            "X:1\nT:t\nM:5/4\nL:1/8\nK:C\nC10|\n",
            "no measure of its 1 file can be used; most often: unsupported metre",
        ),
    ],
)
def test_nothing_to_use(tmp_path: Path, name: str | None, content: str, message: str) -> None:
    if name:
        (tmp_path / name).write_text(content)
    folder = tmp_path if name else tmp_path / "missing"
    with pytest.raises(DataError, match=message):
        read(folder, tmp_path / "cache")

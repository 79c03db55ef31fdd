"""The soprano of Bach's chorales, read from the installed music21: a few of them."""

from pathlib import Path

import numpy as np
import pytest

from armusic import config
from armusic.datasets.corpora import bach, folk
from armusic.datasets.corpora.bach import soprano
from armusic.datasets.corpora.corpus import Corpus
from armusic.errors import ArmusicError, MissingExtraError, PartsError
from armusic.inference.items import to_data
from armusic.music.score import Tune
from armusic.music.tokenizer import HOLD, REST, is_onset

CHORALES = ("bwv66.6", "bwv10.7", "bwv101.7", "bwv103.6", "bwv253", "bwv254")
OTHERS = ("bwv1.6", "bwv846", "bwv123.6", "bwv269")  # with a horn, a prelude, in 3/2, in 3/4


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "bach").mkdir()
    for name in (*CHORALES, *OTHERS):
        (folder / "bach" / f"{name}.mxl").write_bytes((folk.music21() / "bach" / f"{name}.mxl").read_bytes())
    return folder


@pytest.fixture(scope="module")
def corpus(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bach, "music21", lambda: folder)
        return bach.read(tmp_path_factory.mktemp("cache"))


def test_the_soprano_of_a_chorale(folder: Path) -> None:
    """BWV 66.6, "Christ ist erstanden": c''# b' as eighths, then a' b' c''# and e' in quarters, the pickup in 4/4."""
    ((name, tune),) = soprano(folder / "bach" / "bwv66.6.mxl")
    assert isinstance(tune, Tune)
    assert name == "bwv66.6.mxl"
    assert [(float(note.start), note.pitch) for note in tune.notes[:6]] == [
        (3.0, 73), (3.5, 71), (4.0, 69), (5.0, 71), (6.0, 73), (7.0, 76),
    ]  # fmt: skip


def test_it_is_the_highest_of_four_voices(folder: Path) -> None:
    for name in CHORALES:
        ((_, tune),) = soprano(folder / "bach" / f"{name}.mxl")
        assert isinstance(tune, Tune)
        pitches = [note.pitch for note in tune.notes]
        assert 65 <= np.median(pitches) <= 77
        assert max(pitches) - min(pitches) < 20


@pytest.mark.parametrize("name", ["bwv1.6", "bwv846"])
def test_music_for_other_voices_is_refused(folder: Path, name: str) -> None:
    ((_, error),) = soprano(folder / "bach" / f"{name}.mxl")
    assert isinstance(error, PartsError)
    assert str(error).endswith("Soprano, Alto, Tenor, Bass are needed, and no others")


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.mxl").write_bytes(b"PK nothing")
    ((_, error),) = soprano(tmp_path / "a.mxl")
    assert isinstance(error, ArmusicError)


def test_the_corpus_is_in_four_four_and_counts_what_is_not(corpus: Corpus) -> None:
    summary = corpus.summary()
    assert sorted(corpus.sources) == sorted(f"bach/{name}.mxl" for name in CHORALES)
    assert summary["measures"] == summary["metres"]["4/4"] == len(corpus.tokens)
    assert summary["skipped"]["tunes"] == {"other parts": 2, "unsupported metre": 1, "not in 4/4": 1}
    assert "public domain" in summary["collections"]["bach"]["licence"]


def test_a_pickup_stands_behind_a_rest(corpus: Corpus) -> None:
    first = corpus.tokens[corpus.tune == corpus.sources.index("bach/bwv66.6.mxl")][0]
    assert first.tolist() == [REST, *[HOLD] * 17, 73, HOLD, HOLD, 71, HOLD, HOLD]


def test_both_frames_hold_it_all(corpus: Corpus) -> None:
    for frame in ("absolute", "anchored"):
        assert len(to_data(corpus, config.make(frame=frame))) == len(corpus.tokens)
    pitches = corpus.tokens[is_onset(corpus.tokens)]
    assert (pitches >= 55).all()
    assert (pitches <= 84).all()


def test_without_music21_it_says_what_would_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(folk, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'armusic\[train\]'"):
        bach.read(tmp_path)

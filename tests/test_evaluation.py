"""Held-out figures: known answers, and the whole on a toy corpus."""

from pathlib import Path

import numpy as np
import pytest
import torch

from armusic import config, corpora, evaluation
from armusic.adapters.music import build
from armusic.attributes import ATTRIBUTES
from armusic.checkpoint import Checkpoint
from armusic.dataset import Scale
from armusic.evaluation import fidelity
from armusic.score import METRES
from armusic.tokenizer import HOLD, REST
from tests.music import REEL, book, tune


def test_a_perfect_reconstruction() -> None:
    rows = np.array([[60, HOLD, 62, REST], [REST, HOLD, HOLD, HOLD]])
    assert fidelity(rows, rows) == {"n": 2, "ticks": 1, "exact": 1, "onset_f1": 1, "pitch": 1}


def test_always_hold_gets_ticks_but_no_onset() -> None:
    rows = np.array([[60, HOLD, HOLD, HOLD]])
    found = fidelity(rows, np.full_like(rows, HOLD))
    assert (found["ticks"], found["exact"], found["onset_f1"]) == (0.75, 0, 0)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    (tmp_path / "tunes").mkdir()
    book(tmp_path / "tunes" / "book.abc")
    settings = config.make(data=str(tmp_path / "tunes"), latent=6, units=8)
    torch.manual_seed(0)
    return Checkpoint(build(settings), settings, Scale(np.zeros((6, 4)), np.ones((6, 4))))


def test_the_whole_on_a_toy_corpus(checkpoint: Checkpoint, tmp_path: Path) -> None:
    found = evaluation.held_out(checkpoint, tmp_path / "cache", tunes=1)
    rows = [row for parts in found["reconstruction"].values() for row in parts.values()]
    assert all(0 <= row[name] <= 1 for row in rows for name in ("ticks", "exact", "onset_f1", "pitch"))
    assert found["sweep"]["tunes"] == 1
    assert 0 <= found["sweep"]["rhythm"]["falls"] <= 1
    assert len(found["sweep"]["contour"]["means"]) == 5


def test_every_attribute_of_armusic_has_its_percentiles(checkpoint: Checkpoint, tmp_path: Path) -> None:
    found = evaluation.calibrate(checkpoint, tmp_path / "cache")
    assert tuple(found.tables) == tuple(ATTRIBUTES)
    assert [name for name in found.tables if len(found.table(name, 0).value)] == list(checkpoint.config.attributes)
    read = corpora.read(checkpoint.config.data, tmp_path / "cache")
    values = ATTRIBUTES["mean_interval"](read.tokens[read.kind == 0], METRES[0])
    assert found.percentile("mean_interval", 0, 100) == pytest.approx(values.max(), abs=1e-6)


def test_a_corpus_gives_its_tunes_back(checkpoint: Checkpoint, tmp_path: Path) -> None:
    read = corpora.read(checkpoint.config.data, tmp_path / "cache")
    assert evaluation.tune_of(read, read.tune == 0, "one").notes == tune("4/4", REEL).notes

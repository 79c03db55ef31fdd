"""The protocol of Pati and Lerch (2020): transposed copies behind empty measures, split by position."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic import api, config
from armusic.datasets import corpora
from armusic.datasets.corpora import paper_protocol
from armusic.datasets.corpora.corpus import Corpus, measures_of
from armusic.datasets.corpora.versions import versions
from armusic.inference.items import to_data
from armusic.music.pitch_frame import ABSOLUTE
from armusic.music.score import METRES, Metre
from armusic.music.tokenizer import HOLD, PAD, REST, is_canonical, is_onset, ticks
from armusic.training import adapters, checkpoint
from armusic.training.adapters.music import Music
from tests.notation import book, toy_corpus, tune

SPAN = ABSOLUTE.high - ABSOLUTE.low


def corpus_of(*music: str) -> Corpus:
    """A corpus of tunes in 4/4."""
    parts = [measures_of(tune("4/4", abc)) for abc in music]
    tokens, kind = np.concatenate([rows for rows, _, _ in parts]), np.concatenate([kinds for _, kinds, _ in parts])
    index = np.repeat(np.arange(len(parts)), [len(rows) for rows, _, _ in parts])
    names = tuple(f"books/b.abc#{number}" for number in range(1, len(parts) + 1))
    return Corpus("toy", tokens, kind, index, names, ("books",) * len(parts), versions(tokens, kind, index), ())


@pytest.fixture(scope="module")
def written() -> Corpus:
    return toy_corpus()


@pytest.fixture(scope="module")
def in_all_keys(written: Corpus) -> tuple[Corpus, np.ndarray]:
    return paper_protocol.items(written)


def test_an_octave_fits_in_eighteen_keys() -> None:
    copies, origin = paper_protocol.items(corpus_of("G8|g8|"))
    assert len(copies.sources) == 18
    assert origin.tolist() == [paper_protocol.DUMMY, 0, 1] * 18
    assert copies.tokens[1::3, 0].tolist() == list(range(55, 73))
    assert copies.tokens[2::3, 0].tolist() == list(range(67, 85))
    assert (copies.sources[0], copies.sources[-1]) == ("books/b.abc#1-12", "books/b.abc#1+5")
    assert copies.name == "toy-paper"


def test_every_copy_is_the_tune_in_another_key(written: Corpus, in_all_keys: tuple[Corpus, np.ndarray]) -> None:
    copies, origin = in_all_keys
    real = origin != paper_protocol.DUMMY
    source = written.tokens[origin[real]]
    onset = is_onset(source)
    assert (copies.kind[real] == written.kind[origin[real]]).all()
    assert (copies.tokens[real][~onset] == source[~onset]).all()
    moved = (copies.tokens[real].astype(int) - source) * onset
    for copy in range(len(copies.sources)):
        here = copies.tune[real] == copy
        (shift,) = set(moved[here][onset[here]].tolist())
        tune = written.tune[origin[real][here][0]]
        assert copies.sources[copy] == f"{written.sources[tune]}{shift:+d}"
        assert copies.version[copy] == written.version[tune]


def test_every_tune_comes_in_all_keys_that_fit(written: Corpus, in_all_keys: tuple[Corpus, np.ndarray]) -> None:
    copies, origin = in_all_keys
    pitches = copies.tokens[is_onset(copies.tokens)]
    assert (pitches.min(), pitches.max()) == (ABSOLUTE.low, ABSOLUTE.high)
    for number in range(len(written.sources)):
        rows = written.tokens[written.tune == number]
        onsets = rows[is_onset(rows)]
        (first,) = np.flatnonzero(origin == np.flatnonzero(written.tune == number)[0])[:1]
        assert (origin == origin[first]).sum() == SPAN - (onsets.max() - onsets.min()) + 1


def test_copies_come_tune_after_tune_each_behind_an_empty_measure(
    written: Corpus, in_all_keys: tuple[Corpus, np.ndarray]
) -> None:
    copies, origin = in_all_keys
    starts = np.flatnonzero(origin == paper_protocol.DUMMY)
    assert starts.tolist() == np.flatnonzero(np.diff(copies.tune, prepend=-1)).tolist()
    for row in starts:
        width = ticks(METRES[copies.kind[row]])
        assert copies.tokens[row].tolist() == [REST, *[HOLD] * (width - 1), *[PAD] * (24 - width)]
    of_copy = written.tune[origin[starts + 1]]
    assert np.count_nonzero(np.diff(of_copy)) == len(written.sources) - 1
    assert is_canonical(copies.tokens).all()


def test_the_order_of_the_tunes_is_shuffled_and_always_the_same(written: Corpus) -> None:
    _, order = paper_protocol.items(written)
    _, again = paper_protocol.items(written)
    first = written.tune[order[order != paper_protocol.DUMMY]]
    assert (order == again).all()
    assert (np.diff(first) < 0).any()


def test_tunes_that_do_not_fit_are_counted() -> None:
    copies, _ = paper_protocol.items(corpus_of("G,,8|g'8|", "G8|A8|"))
    (skip,) = copies.skipped
    assert (skip.source, skip.reason) == ("books/b.abc#1", "not within 55..84 in any key")
    assert skip.message == "b.abc#1: not within 55..84 in any key"
    assert len(copies.sources) == 28


def test_without_a_tune_that_fits_there_are_no_items() -> None:
    copies, origin = paper_protocol.items(corpus_of("G,,8|g'8|"))
    assert (len(copies.tokens), len(origin), len(copies.skipped)) == (0, 0, 1)


@given(st.integers(0, 500_000))
def test_the_parts_are_all_items_in_a_row(count: int) -> None:
    train, valid, test = paper_protocol.parts(count)
    assert (train.start, train.stop, valid.stop, test.stop) == (0, valid.start, test.start, count)
    assert abs(train.stop - 0.7 * count) <= 1
    assert abs(valid.stop - 0.9 * count) <= 1


def test_the_test_part_is_the_end(written: Corpus, in_all_keys: tuple[Corpus, np.ndarray]) -> None:
    copies, origin = in_all_keys
    held_out, places = paper_protocol.held_out(written)
    assert len(places) == len(origin) - len(origin) * 9 // 10
    assert (places == origin[-len(places) :]).all()
    assert (held_out.tokens == copies.tokens[-len(places) :]).all()
    assert len(held_out.kind) == len(held_out.tune) == len(places)


# -- as a data set -----------------------------------------------------------------------------


def test_the_data_sets_that_follow_the_protocol_are_split_by_position() -> None:
    copies = paper_protocol.items(toy_corpus())[0]
    settings = config.make(frame="absolute")
    adapter = Music(lambda _cache, _told: copies, copied=True)
    data = adapter.load(settings, Path())
    parts = adapter.split(data, 0)
    assert [len(part) for part in parts] == [
        part.stop - part.start for part in paper_protocol.parts(len(copies.tokens))
    ]
    assert (np.concatenate([part.x for part in parts]) == data.x).all()
    assert adapter.augment(settings) is None
    test = adapter.protocol(settings, Path())
    assert test is not None
    assert (test.x == parts[-1].x).all()


def test_other_data_sets_are_split_by_tune_and_have_the_protocol_beside(written: Corpus) -> None:
    settings = config.make(frame="absolute")
    adapter = Music(lambda _cache, _told: written)
    parts = adapter.split(to_data(written, settings), 0)
    assert not set(parts[0].group.tolist()) & set(parts[2].group.tolist())
    assert adapter.augment(settings) is not None
    test = adapter.protocol(settings, Path())
    assert test is not None
    assert set(test.kind.tolist()) == {METRES.index(Metre(4, 4))}
    assert len(test) == len(paper_protocol.held_out(written.only(Metre(4, 4), "toy"))[1])


def test_there_is_no_protocol_without_measures_in_four_four(written: Corpus) -> None:
    waltzes = written.only(Metre(3, 4), "waltzes")
    assert Music(lambda _cache, _told: waltzes).protocol(config.make(), Path()) is None


def test_the_names_of_the_data_sets() -> None:
    assert set(corpora.PAPER) == {"folk44-paper", "bach-paper"}
    assert adapters.get("bach-paper") != adapters.get("bach")


def test_training_by_the_protocol(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book(tmp_path / "book.abc")
    monkeypatch.setitem(corpora.PAPER, "toy-paper", str(tmp_path))
    settings = config.make(
        data="toy-paper", frame="absolute", units=4, latent=6, epochs=1, batch=512, control=0.0, editor=0,
        distinct=False,
    )  # fmt: skip
    run = api.train(settings, tmp_path / "run", data_dir=tmp_path / "cache")
    items = checkpoint.load(run).card["items"]
    count = sum(items.values())
    assert list(items.values()) == [part.stop - part.start for part in paper_protocol.parts(count)]
    assert count == len(corpora.read("toy-paper", tmp_path / "cache").tokens)

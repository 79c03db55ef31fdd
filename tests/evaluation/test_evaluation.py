"""What is measured of a model: known answers on a domain of digits, and the whole on a toy corpus of music."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from armusic import config, evaluation
from armusic.datasets import corpora
from armusic.editing.calibration import calibrate
from armusic.errors import DataError, UsageError
from armusic.evaluation import fidelity, prior, reconstruction, subject, views
from armusic.evaluation.identity import Identity
from armusic.evaluation.subject import Subject
from armusic.evaluation.sweeps import Axes, sweep
from armusic.music.attributes import ATTRIBUTES
from armusic.music.score import METRES
from armusic.music.tokenizer import HOLD, REST
from armusic.training import adapters
from armusic.training.adapters.music import build
from armusic.training.checkpoint import Checkpoint, in_numpy
from armusic.vae.data import Data, Scale
from tests import toy
from tests.notation import REEL, book, tune

NOWHERE = Path()
MODEL = toy.checkpoint()
SUBJECT = Subject(MODEL.model, MODEL.config, toy.ADAPTER, 0, MODEL.scale)
OWN = Axes(np.arange(2), np.ones(2))


@pytest.fixture
def digits(monkeypatch: pytest.MonkeyPatch) -> Checkpoint:
    """Make `digits` a data set, and return the model that forgets nothing of it."""
    monkeypatch.setitem(adapters.ADAPTERS, "digits", f"{toy.__name__}:ADAPTER")
    return toy.checkpoint()


def items(rows: list[list[int]], group: list[int]) -> Data:
    x = np.array(rows)
    return Data(x, x[:, :2].astype(np.float32), toy.NAMES, np.array(group), np.zeros(len(x), dtype=int))


def test_a_model_that_forgets_nothing_gets_everything(digits: Checkpoint) -> None:
    stages: list[tuple[str, int, int]] = []
    figures = evaluation.evaluate(digits, NOWHERE, on_progress=lambda *stage: stages.append(stage))
    assert {name: share.value for name, share in figures.reconstruction.items()} == dict.fromkeys(
        ("by_tune", "exact", "unseen", "exact_unseen"), 1
    )
    assert figures.samples["interpretability"].value > 0.999
    assert figures.means["interpretability"].value == pytest.approx(1)
    assert figures.samples["scc"].value == pytest.approx(figures.ceiling, abs=0.01)
    assert figures.control["restrictiveness"].value == 1
    assert figures.control["monotonicity"].value == 1
    assert {stage for stage, done, total in stages if done == total} >= {"metrics of samples", "reconstruction"}


def test_the_figures_as_plain_values(digits: Checkpoint) -> None:
    result = evaluation.evaluate(digits, NOWHERE, "odd")
    plain = result.as_dict()
    assert (plain["data"], plain["kind"], plain["seed"]) == ("digits", "odd", 0)
    assert set(plain["scc"]) == {"value", "reference", "interval", "each", "ceiling"}
    assert set(plain["means"]["mig"]["each"]) == set(toy.NAMES)
    assert plain["reconstruction"]["exact"] == plain["intervals"]["exact"][0] == 1
    counts = plain["counts"]
    assert counts["items"] == counts["test"] == counts["samples"] == len(result.test)
    assert counts["groups"] * 10 == counts["items"]
    assert len(plain["groups"]["name"]) == counts["groups"]
    of_tunes = np.average(plain["groups"]["by_tune"], weights=plain["groups"]["n"])
    assert of_tunes == pytest.approx(plain["reconstruction"]["by_tune"], abs=1e-5)
    assert plain == evaluation.evaluate(digits, NOWHERE, "odd").as_dict()  # the same seed, the same figures
    assert plain != evaluation.evaluate(digits, NOWHERE, "odd", seed=1).as_dict()


def test_the_first_kind_with_enough_items_is_measured(digits: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen, parts = subject.load(digits, NOWHERE)
    sizes = [int((part.kind == chosen.kind).sum()) for part in parts]
    assert sizes == [len(part) for part in parts]
    counts = np.bincount(toy.ADAPTER.split(toy.ADAPTER.load(digits.config, NOWHERE), 0)[2].kind)
    assert chosen.kind == counts.argmax()  # neither has enough
    monkeypatch.setattr(subject, "ENOUGH", 1)
    assert subject.load(digits, NOWHERE)[0].label == "even"


def test_a_kind_that_there_is_not_is_refused(digits: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="'prime': no kind of item of digits: use one of even, odd"):
        subject.load(digits, NOWHERE, "prime")
    monkeypatch.setattr(toy.ADAPTER, "group", np.repeat(np.arange(0, 120, 2), 10))
    with pytest.raises(DataError, match="digits: none of its 50 test items is in odd"):
        subject.load(digits, NOWHERE, "odd")


def test_a_kind_without_training_items_is_refused(digits: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    train, valid, test = toy.ADAPTER.split(toy.ADAPTER.load(digits.config, NOWHERE), 0)
    even = train.take(train.kind == 0)
    monkeypatch.setattr(toy.ADAPTER, "split", lambda *_: (even, valid, test))
    with pytest.raises(DataError, match=r"^digits: \d+ test items in odd and none to train on: too little data"):
        subject.load(digits, NOWHERE, "odd")


def test_too_few_items_are_refused(digits: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy.ADAPTER, "x", toy.ADAPTER.x[:60])
    monkeypatch.setattr(toy.ADAPTER, "group", np.arange(60))
    with pytest.raises(DataError, match="items are too few to measure: at least 10"):
        evaluation.evaluate(digits, NOWHERE)


def test_what_was_seen_counts_apart() -> None:
    train, valid = items([[1, 2, 3, 4]], [0]), items([[5, 6, 7, 8]], [1])
    test = items([[1, 2, 3, 4], [5, 6, 7, 8], [0, 0, 0, 0], [9, 9, 9, 9]], [2, 2, 3, 3])
    mean = (test.x - 4.5).astype(np.float32)
    mean[2, 0] += 2  # decoded wrong, in share digit of four
    shares, counts, groups = reconstruction.measure(SUBJECT, (train, valid, test), mean, None, np.random.default_rng(0))
    assert {name: (share.value, share.n) for name, share in shares.items()} == {
        "by_tune": (15 / 16, 4), "exact": (3 / 4, 4), "unseen": (7 / 8, 2), "exact_unseen": (1 / 2, 2),
    }  # fmt: skip
    assert counts == {"items": 4, "groups": 2, "unseen": 2}
    assert groups is not None
    assert (groups.name, groups.n, groups.unseen_n) == ((2, 3), (2, 2), (0, 2))
    assert (groups.by_tune, groups.exact, groups.unseen[1]) == ((1, 7 / 8), (1, 1 / 2), 7 / 8)
    assert np.isnan(groups.unseen[0])


def test_the_protocol_is_measured_on_samples_and_says_what_was_seen() -> None:
    train, valid = items([[1, 2, 3, 4]], [0]), items([[5, 6, 7, 8]], [1])
    test, protocol = (
        items([[1, 2, 3, 4]], [2]),
        items([[1, 2, 3, 4], [0, 1, 0, 1], [2, 2, 2, 2], [5, 6, 7, 8]], [0, 2, 3, 3]),
    )
    mean = (test.x - 4.5).astype(np.float32)
    shares, counts, _ = reconstruction.measure(SUBJECT, (train, valid, test), mean, protocol, np.random.default_rng(0))
    assert (shares["paper"].value, shares["paper"].n) == (1, 4)
    assert (counts["paper"], counts["paper_seen"]) == (4, 0.5)
    assert not {"unseen", "exact_unseen"} & set(shares)
    of_another_kind = replace(protocol, kind=protocol.kind + 1)
    shares, _, _ = reconstruction.measure(
        SUBJECT, (train, valid, test), mean, of_another_kind, np.random.default_rng(0)
    )
    assert "paper" not in shares


def test_a_split_through_groups_is_no_split_by_tune() -> None:
    train, valid, test = items([[1, 2, 3, 4]], [0]), items([[5, 6, 7, 8]], [1]), items([[1, 1, 1, 1]], [1])
    mean = (test.x - 4.5).astype(np.float32)
    shares, _, groups = reconstruction.measure(SUBJECT, (train, valid, test), mean, None, np.random.default_rng(0))
    assert groups is None
    assert set(shares) == {"exact", "unseen", "exact_unseen"}


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5)), min_size=1, max_size=30))
def test_a_share_lies_in_its_interval_and_the_interval_in_0_to_1(drawn: list[tuple[float, int]]) -> None:
    values, group = np.array([value for value, _ in drawn]), np.array([number for _, number in drawn])
    right = reconstruction.share(values, group, np.random.default_rng(0))
    assert right.value == pytest.approx(values.mean())
    if len(set(group.tolist())) == 1:
        assert right.interval is None
    else:
        low, high = right.interval or (1, 0)
        means = [values[group == number].mean() for number in set(group.tolist())]
        assert min(means) - 1e-9 <= low <= high <= max(means) + 1e-9


def test_tunes_that_go_together_make_an_interval_wider() -> None:
    values = np.repeat(np.arange(20) % 2, 50)
    apart = reconstruction.share(values, np.arange(1000), np.random.default_rng(0)).interval or (0, 0)
    together = reconstruction.share(values, np.repeat(np.arange(20), 50), np.random.default_rng(0)).interval or (0, 0)
    assert together[1] - together[0] > 5 * (apart[1] - apart[0])


def test_a_dimension_is_put_where_it_is_said_and_the_others_stay() -> None:
    codes, places = np.zeros((3, 4), dtype=np.float32) + 0.2, np.array([-3.5, -0.5, 2.5])
    values = sweep(SUBJECT, codes, OWN, places)
    assert values.shape == (2, 3, 3, 2)
    assert values[0, :, 0].tolist() == [[1, 5], [4, 5], [7, 5]]
    assert values[1, :, 2].tolist() == [[5, 1], [5, 4], [5, 7]]
    crossed = Axes(np.array([1, 0]), np.array([1.0, -1.0]))  # the second attribute falls with the first dimension
    assert (sweep(SUBJECT, codes, crossed, places)[0] == values[1]).all()
    assert sweep(SUBJECT, codes, crossed, places)[1, :, 0].tolist() == [[8, 5], [5, 5], [2, 5]]
    assert crossed.along(np.array([[0.3, 0.7, 0, 0]])).tolist() == [[0.7, -0.3]]


def test_progress_is_told_for_each_batch_and_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subject, "BATCH", 2)
    calls: list[tuple[int, int]] = []
    codes = np.zeros((5, 4), dtype=np.float32)
    assert len(SUBJECT.decode(codes, lambda done, total: calls.append((done, total)))) == 5
    assert calls == [(0, 5), (2, 5), (4, 5), (5, 5)]
    calls.clear()
    shares = SUBJECT.accuracy(SUBJECT.decode(codes), codes, lambda done, total: calls.append((done, total)))
    assert shares.tolist() == [1] * 5
    assert calls == [(0, 5), (2, 5), (4, 5), (5, 5)]


def test_an_identity_has_the_names_of_an_evaluation_file() -> None:
    figures = Identity("digit", 0.99, 0.9, 0.8, 0.7, 100, 20)
    assert figures.as_dict() == {
        "what": "digit", "original": 0.99, "reconstructed": 0.9, "swept": 0.8, "swept_wide": 0.7, "n": 100,
        "turned": 20,
    }  # fmt: skip


def test_surfaces_have_the_own_dimension_across_and_the_other_one_up() -> None:
    points = np.array([-3.5, 0.5, 2.5])
    codes = np.zeros((2, 4), dtype=np.float32)
    values = views.surfaces(SUBJECT, codes, OWN, points)
    assert np.isnan(values[[0, 1], [0, 1]]).all()
    assert values[0, 1].tolist() == values[1, 0].tolist() == [[1, 5, 7]] * 3
    assert np.isnan(views.surfaces(SUBJECT, codes, Axes(np.array([2, 2]), np.ones(2)), points)).all()


def test_chance_codes_and_what_is_made_of_them() -> None:
    rng = np.random.default_rng(0)
    every = np.array(np.meshgrid(*[range(10)] * 4)).reshape(4, -1).T
    data = items(every.tolist(), [0] * len(every))
    figures = prior.measure(SUBJECT, data, data, rng, count=4000)
    assert (figures.n, figures.seen) == (4000, 1)  # there is nothing that it was not trained on
    assert figures.valid == pytest.approx(1, abs=0.001)  # a 9 is 4 standard deviations off
    spread = figures.attributes["first"]
    assert (spread.mean, spread.data_mean) == (pytest.approx(4.5, abs=0.1), 4.5)
    assert spread.std == pytest.approx((1 + 1 / 12) ** 0.5, abs=0.05)
    assert spread.distance == pytest.approx((2.5 - 0.86) / spread.data_std, abs=0.1)  # means of |digit - 4.5|
    none = prior.measure(SUBJECT, items([[0, 0, 0, 0]], [0]), data, np.random.default_rng(0), count=100)
    assert none.seen == 0


def test_a_perfect_reconstruction() -> None:
    rows = np.array([[60, HOLD, 62, REST], [REST, HOLD, HOLD, HOLD]])
    assert fidelity(rows, rows) == {"n": 2, "ticks": 1, "exact": 1, "onset_f1": 1, "pitch": 1}


def test_always_hold_gets_ticks_but_no_onset() -> None:
    rows = np.array([[60, HOLD, HOLD, HOLD]])
    shares = fidelity(rows, np.full_like(rows, HOLD))
    assert (shares["ticks"], shares["exact"], shares["onset_f1"]) == (0.75, 0, 0)


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    (tmp_path / "tunes").mkdir()
    book(tmp_path / "tunes" / "book.abc")
    settings = config.make(data=str(tmp_path / "tunes"), latent=6, units=8)
    torch.manual_seed(0)
    return Checkpoint(build(settings), settings, Scale(np.zeros((6, 4)), np.ones((6, 4))))


def test_the_whole_on_a_toy_corpus(checkpoint: Checkpoint, tmp_path: Path) -> None:
    figures = evaluation.held_out(checkpoint, tmp_path / "cache", tunes=1)
    rows = [row for parts in figures["reconstruction"].values() for row in parts.values()]
    assert all(0 <= row[name] <= 1 for row in rows for name in ("ticks", "exact", "onset_f1", "pitch"))
    assert figures["sweep"]["tunes"] == 1
    assert 0 <= figures["sweep"]["rhythm"]["falls"] <= 1
    assert len(figures["sweep"]["contour"]["means"]) == 5


def test_every_attribute_of_armusic_has_its_percentiles(checkpoint: Checkpoint, tmp_path: Path) -> None:
    calibration = calibrate(in_numpy(checkpoint), tmp_path / "cache")
    assert tuple(calibration.tables) == tuple(ATTRIBUTES)
    assert [name for name in calibration.tables if len(calibration.table(name, 0).value)] == list(
        checkpoint.config.attributes
    )
    read = corpora.read(checkpoint.config.data, tmp_path / "cache")
    values = ATTRIBUTES["mean_interval"](read.tokens[read.kind == 0], METRES[0])
    assert calibration.percentile("mean_interval", 0, 100) == pytest.approx(values.max(), abs=1e-6)


def test_a_corpus_gives_its_tunes_back(checkpoint: Checkpoint, tmp_path: Path) -> None:
    read = corpora.read(checkpoint.config.data, tmp_path / "cache")
    assert evaluation.tune_of(read, read.tune == 0, "one").notes == tune("4/4", REEL).notes


@pytest.mark.parametrize("frame", ["anchored", "absolute"])
def test_measures_are_the_same_in_another_key_and_valid_as_the_corpus_is(
    checkpoint: Checkpoint, tmp_path: Path, frame: str
) -> None:
    settings = checkpoint.config.replace(frame=frame)
    adapter = adapters.get(settings.data)
    data = adapter.load(settings, tmp_path / "cache")
    read = corpora.read(settings.data, tmp_path / "cache")
    four = data.kind == 0
    numbers = np.zeros(len(data), dtype=int)
    numbers[four], numbers[~four] = (adapter.same([data.x[rows]], 0, settings)[0] for rows in (four, ~four))
    reel, higher = (numbers[read.tune == number] for number in (0, 1))
    assert reel.tolist() == higher.tolist()
    assert len(set(numbers.tolist())) > len(set(reel.tolist()))
    assert adapter.plausible(data.x[four], 0, settings).all()
    assert adapter.values(data.x[four], 0, settings) == pytest.approx(data.a[four])
    rests = np.full_like(data.x[:1], data.x.max())
    assert not adapter.plausible(rests, 0, settings).any()

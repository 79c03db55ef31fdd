"""The model of tunes learns from a corpus, and numpy says what torch says."""

import numpy as np
import pytest
import torch

from armusic.datasets.corpora.corpus import Corpus
from armusic.taste import context, fit
from armusic.taste.fit import Network, Tunes
from armusic.taste.tune_model import TuneModel, add_up, log_probabilities
from tests.notation import toy_corpus


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return toy_corpus()


@pytest.fixture(scope="module")
def tunes(corpus: Corpus) -> Tunes:
    return fit.gather(corpus, np.ones(len(corpus.sources), dtype=bool))


@pytest.fixture(autouse=True)
def few_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fit, "UNITS", 12)
    monkeypatch.setattr(fit, "UNITS2", 10)
    monkeypatch.setattr(fit, "BATCH", 16)


def test_tunes_stand_one_behind_the_other_and_see_their_own_measures(corpus: Corpus, tunes: Tunes) -> None:
    assert len(tunes) == len(corpus.tokens)
    rows = corpus.tune == 5
    first = int(np.flatnonzero(rows)[0])
    alone = context.setting(corpus.tokens[rows], corpus.kind[rows])
    assert (tunes.all.classes[rows] == alone.classes).all()
    assert (tunes.history[rows] == context.before(alone, np.arange(rows.sum()))).all()
    own = np.where(tunes.around[rows] >= 0, tunes.around[rows] - first, tunes.around[rows])
    assert (own == alone.around).all()


def test_only_the_chosen_tunes_are_taken(corpus: Corpus) -> None:
    chosen = np.arange(len(corpus.sources)) % 3 == 0
    assert len(fit.gather(corpus, chosen)) == chosen[corpus.tune].sum()


def test_numpy_gives_the_probabilities_of_torch(tunes: Tunes) -> None:
    torch.manual_seed(0)
    network = Network().eval()
    hidden = np.random.default_rng(0).random((9, len(context.AROUND))) < 0.3
    place, past, written = fit._features(tunes, np.arange(9), hidden)
    assert len(place) == len(past) == len(written)
    with torch.no_grad():
        expected = network(torch.from_numpy(place), torch.from_numpy(past)).log_softmax(dim=1).numpy()
    model = network.model()
    first = add_up(model.place, place) + add_up(model.past, past) + model.bias
    assert np.abs(log_probabilities(model, first) - expected).max() < 1e-4


def test_the_loss_falls_and_the_tunes_become_likelier(tunes: Tunes) -> None:
    losses: list[tuple[int, float]] = []
    model = fit.fit(tunes, report=lambda shown, loss: losses.append((shown, loss)), shown=16 * 201)
    assert [shown for shown, _ in losses] == [16, 16 * 201]
    assert losses[0][1] == pytest.approx(np.log(context.CLASSES), rel=0.3), "at first it knows nothing"
    assert losses[1][1] < 0.5 * losses[0][1]
    start = fit.fit(tunes, shown=0)
    assert fit.bits(model, tunes) < 0.5 * fit.bits(start, tunes)
    assert fit.bits(model, tunes, alone=True) > fit.bits(model, tunes), "the measures around help"


def test_the_same_seed_gives_the_same_model(tunes: Tunes) -> None:
    state = torch.random.get_rng_state()
    first, again, other = (fit.fit(tunes, seed, shown=48) for seed in (1, 1, 2))
    assert (first.place == again.place).all()
    assert (first.place != other.place).any()
    assert (torch.random.get_rng_state() == state).all(), "the caller's randomness is left alone"


def test_bits_are_nats_a_note(tunes: Tunes) -> None:
    """A model that knows nothing needs the logarithm of all classes at every tick."""
    nothing = TuneModel(
        *(
            np.zeros(shape, np.float32)
            for shape in ((context.PLACE_ROWS, 2), (context.PAST_ROWS, 2), (2,), (2, 2), (2,))
        ),
        np.zeros((2, context.CLASSES), np.float32),
        np.zeros(context.CLASSES, np.float32),
    )
    ticks = (tunes.all.classes != context.NONE).sum()
    notes = (tunes.all.classes < context.PITCHES).sum()
    assert fit.bits(nothing, tunes) == pytest.approx(ticks / notes * np.log2(context.CLASSES), rel=1e-5)

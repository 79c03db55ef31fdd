"""What a model makes by itself, and how attributes are spread in it."""

from dataclasses import replace

import numpy as np
import pytest

import armusic
from armusic.editing import prior_samples
from armusic.errors import DataError
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes
from armusic.music.score import METRES, Metre
from armusic.music.tokenizer import HOLD, REST, is_onset, ticks
from armusic.vae.data import Scale
from tests.editing.test_sweep import checkpoint as untrained


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    return armusic.load().checkpoint


def test_tokens_are_those_of_the_metre(checkpoint: Checkpoint) -> None:
    z = np.random.default_rng(0).normal(size=(300, checkpoint.config.network.latent))
    for kind, metre in enumerate(METRES):
        rows = prior_samples.decode(checkpoint, z, kind)
        assert rows.shape == (300, ticks(metre))
        assert ((rows < 128) | (rows == HOLD) | (rows == REST)).all()
        assert 55 < rows[is_onset(rows)].mean() < 84, "they count from A4"
    values = prior_samples.decoded_attributes(checkpoint)(z, 0)
    assert (values == attributes.measure(prior_samples.decode(checkpoint, z, 0), METRES[0])).all()


def test_a_models_own_attributes_have_the_scale_of_its_training_data(checkpoint: Checkpoint) -> None:
    kind = np.array([0, 3, 0])
    mean, std = prior_samples.spread(checkpoint, "density", kind)
    assert (mean == checkpoint.scale.mean[kind, 2]).all()
    assert (std == checkpoint.scale.std[kind, 2]).all()


def test_others_have_that_of_what_the_model_makes(checkpoint: Checkpoint) -> None:
    mean, std = prior_samples.spread(checkpoint, "interval_entropy", np.array([3, 0]))
    again = prior_samples.spread(checkpoint, "interval_entropy", np.array([0]))
    assert (again[0][0], again[1][0]) == (mean[1], std[1]), "the same every time, whatever stands beside it"
    z = np.random.default_rng(99).standard_normal((4000, checkpoint.config.network.latent))
    rows = prior_samples.decode(checkpoint, z, 0)
    values = attributes.get("interval_entropy")(rows, METRES[0])
    assert mean[1] == pytest.approx(values.mean(), abs=values.std() / 5)
    assert std[1] == pytest.approx(values.std(), rel=0.15)


def test_no_measures_have_no_spread(checkpoint: Checkpoint) -> None:
    assert [len(part) for part in prior_samples.spread(checkpoint, "syncopation", np.empty(0, dtype=int))] == [0, 0]


def compound(tokens: np.ndarray, metre: Metre) -> np.ndarray:
    return is_onset(tokens).mean(axis=1) * metre.compound


def test_a_metre_without_spread_takes_that_of_the_others(
    checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(attributes.ATTRIBUTES, "compound", compound)
    mean, std = prior_samples.spread(checkpoint, "compound", np.array([0, 3]))
    assert mean[0] == 0
    assert std[0] == std[1] > 0
    with pytest.raises(DataError, match="'compound' is 0 for every measure that the model makes in 4/4 and 2/4: there"):
        prior_samples.spread(checkpoint, "compound", np.array([0, 1, 0]))


def test_what_the_frame_cannot_see(checkpoint: Checkpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(attributes.ATTRIBUTES, "lowest", lambda tokens, metre: tokens.min(axis=1).astype(float))
    with pytest.raises(DataError, match="'lowest' changes with transposition, which an anchored model cannot see"):
        prior_samples.spread(checkpoint, "lowest", np.array([0]))
    mean, _ = prior_samples.spread(untrained("absolute"), "lowest", np.array([0]))
    assert 55 <= mean[0] <= 84


def test_a_scale_is_not_looked_for_twice(checkpoint: Checkpoint) -> None:
    scaled = replace(checkpoint, scale=Scale(checkpoint.scale.mean + 1, checkpoint.scale.std))
    kind = np.array([0])
    assert prior_samples.spread(scaled, "rhythm", kind)[0] == prior_samples.spread(checkpoint, "rhythm", kind)[0] + 1
    assert prior_samples.spread(scaled, "syncopation", kind) == prior_samples.spread(checkpoint, "syncopation", kind)

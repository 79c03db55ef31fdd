"""Moments of attributes and faults against measures drawn from the same output."""

import numpy as np
import pytest
import torch

from armusic.music import attributes
from armusic.music.pitch_frame import ANCHORED
from armusic.music.score import METRES, Metre
from armusic.music.tokenizer import is_canonical, is_onset, ticks
from armusic.vae.expected_attributes import faults, moments


def weights(metre: Metre) -> torch.Tensor:
    return torch.as_tensor(attributes.metrical_weights(metre), dtype=torch.float32)


def logits_of(metre: Metre, loudness: float) -> torch.Tensor:
    torch.manual_seed(0)
    logits = 2 * torch.randn(1, ticks(metre), ANCHORED.classes)
    logits[..., ANCHORED.hold] += loudness
    return logits


def drawn_from(logits: torch.Tensor, metre: Metre, draws: int = 20_000) -> np.ndarray:
    drawn = torch.distributions.Categorical(logits=logits[0]).sample((draws,)).numpy()
    return attributes.measure(ANCHORED.leave(drawn, np.full(draws, 64)), metre)


@pytest.mark.parametrize("metre", METRES, ids=str)
@pytest.mark.parametrize("loudness", [0.0, 4.0])
def test_means_are_those_of_what_is_drawn(metre: Metre, loudness: float) -> None:
    logits = logits_of(metre, loudness)
    mean, _ = moments(logits, ANCHORED.hold, weights(metre), attributes.DEFAULT, attributes.SPAN)
    values = drawn_from(logits, metre)
    error = values.std(axis=0) / len(values) ** 0.5
    assert np.abs(mean[0].numpy() - values.mean(axis=0)).max() < 4 * error.max() + 1e-3


@pytest.mark.parametrize("metre", METRES, ids=str)
def test_variances_are_those_of_what_is_drawn(metre: Metre) -> None:
    """Exact for rhythm and density; of range and contour as if the two notes were drawn apart."""
    logits = logits_of(metre, 2.0)
    _, variance = moments(logits, ANCHORED.hold, weights(metre), attributes.DEFAULT, attributes.SPAN)
    ratio = variance[0].numpy() / drawn_from(logits, metre).var(axis=0)
    np.testing.assert_allclose(ratio[[0, 2]], 1, rtol=0.05)
    np.testing.assert_allclose(ratio[[1, 3]], 1, rtol=0.25)


def test_certain_output_has_the_attributes_of_its_measure_and_no_variance() -> None:
    row = np.full((1, 24), ANCHORED.hold)
    row[0, [0, 6, 9, 12]] = [19, 24, 15, 26]
    logits = 50 * torch.nn.functional.one_hot(torch.as_tensor(row), ANCHORED.classes).float()
    mean, variance = moments(logits, ANCHORED.hold, weights(METRES[0]), attributes.DEFAULT, attributes.SPAN)
    exact = attributes.measure(ANCHORED.leave(row, np.array([64])), METRES[0])
    np.testing.assert_allclose(mean.numpy(), exact, atol=1e-4)
    np.testing.assert_allclose(variance.numpy(), 0, atol=1e-3)


def test_gradients_are_finite_where_the_output_is_certain() -> None:
    logits = (100 * torch.randn(3, 12, ANCHORED.classes)).requires_grad_()
    mean, variance = moments(logits, ANCHORED.hold, torch.ones(12), ("range", "contour", "rhythm"), 26)
    (mean.sum() + variance.sum() + faults(logits, ANCHORED.hold).sum()).backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()


def test_faults_are_counted_as_in_what_is_drawn() -> None:
    logits = logits_of(METRES[0], 0.0)
    logits[..., ANCHORED.rest] += 4
    drawn = torch.distributions.Categorical(logits=logits[0]).sample((20_000,)).numpy()
    tokens = ANCHORED.tokens(drawn)
    rest, note = drawn == ANCHORED.rest, drawn < ANCHORED.hold
    silent = np.zeros(len(drawn), dtype=bool)
    count = np.zeros(len(drawn))
    for tick in range(drawn.shape[1]):
        count += silent & rest[:, tick]
        silent = (silent & ~note[:, tick]) | rest[:, tick]
    count += ~note.any(axis=1)
    np.testing.assert_array_equal(count == 0, is_canonical(tokens) & is_onset(tokens).any(axis=1))
    assert faults(logits, ANCHORED.hold).item() == pytest.approx(count.mean(), rel=0.02)

"""Expected attributes against the mean of measures drawn from the same output."""

import numpy as np
import pytest
import torch

from armusic.music import attributes
from armusic.music.pitch_frame import ANCHORED
from armusic.music.score import METRES, Metre
from armusic.music.tokenizer import ticks
from armusic.vae.expected_attributes import expected


def draw_and_expect(metre: Metre, loudness: float, draws: int = 20_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    torch.manual_seed(0)
    logits = 2 * torch.randn(1, ticks(metre), ANCHORED.classes)
    logits[..., ANCHORED.hold] += loudness
    weights = attributes.metrical_weights(metre)
    expectation = expected(logits, ANCHORED.hold, weights, attributes.DEFAULT, attributes.SPAN)
    drawn = torch.distributions.Categorical(logits=logits[0]).sample((draws,)).numpy()
    values = attributes.measure(ANCHORED.leave(drawn, np.full(draws, 64)), metre)
    return expectation.numpy()[0], values.mean(axis=0), values.std(axis=0) / draws**0.5


@pytest.mark.parametrize("metre", METRES, ids=str)
@pytest.mark.parametrize("loudness", [0.0, 4.0])
def test_they_are_the_means_of_what_is_drawn(metre: Metre, loudness: float) -> None:
    expectation, mean, error = draw_and_expect(metre, loudness)
    assert np.abs(expectation - mean).max() < 4 * error.max() + 1e-3


def test_certain_output_has_the_attributes_of_its_measure() -> None:
    row = np.full((1, 24), ANCHORED.hold)
    row[0, [0, 6, 9, 12]] = [19, 24, 15, 26]
    logits = 50 * torch.nn.functional.one_hot(torch.as_tensor(row), ANCHORED.classes).float()
    weights = attributes.metrical_weights(METRES[0])
    expectation = expected(logits, ANCHORED.hold, weights, attributes.DEFAULT, attributes.SPAN)
    exact = attributes.measure(ANCHORED.leave(row, np.array([64])), METRES[0])
    np.testing.assert_allclose(expectation.numpy(), exact, atol=1e-4)


def test_an_attribute_without_an_expectation_is_nan_and_gradients_are_finite() -> None:
    logits = torch.randn(3, 12, ANCHORED.classes, requires_grad=True)
    expectation = expected(logits, ANCHORED.hold, np.ones(12), ("mood", "range", "contour"), 26)
    assert expectation[:, 0].isnan().all()
    expectation[:, 1:].sum().backward()
    assert logits.grad is not None
    assert logits.grad.isfinite().all()

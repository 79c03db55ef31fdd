"""The GRU with its own backward pass is torch's."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from armusic import config
from armusic.inference.items import to_data
from armusic.training import adapters
from armusic.training.adapters.music import build
from armusic.vae import data as dataset
from armusic.vae.fit import fit
from armusic.vae.models import gru
from tests.notation import toy_corpus


def make(inputs: int, units: int, *, dtype: torch.dtype = torch.float64) -> nn.GRU:
    torch.manual_seed(0)
    return nn.GRU(inputs, units, batch_first=True, bidirectional=True, dtype=dtype)


def results(rnn: nn.GRU, x: Tensor, *, own: bool) -> list[Tensor]:
    """Return states, last states, and the gradients of the inputs and of all weights of some function of both."""
    x = x.detach().requires_grad_()
    both, last = gru.states(rnn, x) if own else rnn(x)
    weights = torch.linspace(-1, 1, both.numel(), dtype=both.dtype).sin().view(both.shape)
    loss = (both * weights).sum() + last.square().sum() + (both[:, -1] ** 3).sum()
    return [both, last, *torch.autograd.grad(loss, [x, *rnn.parameters()])]


@given(st.integers(1, 5), st.integers(1, 9), st.integers(1, 6), st.integers(1, 5), st.booleans())
def test_states_and_gradients_are_those_of_torch(
    items: int, ticks: int, inputs: int, units: int, ticks_first: bool
) -> None:
    rnn = make(inputs, units)
    x = torch.randn(ticks, items, inputs, dtype=torch.float64).transpose(0, 1)
    x = x if ticks_first else x.contiguous()
    for own, expected in zip(results(rnn, x, own=True), results(rnn, x, own=False), strict=True):
        torch.testing.assert_close(own, expected, rtol=0, atol=1e-10)


def test_gradients_are_those_of_small_differences() -> None:
    weights = [weight.detach().requires_grad_() for weight in make(2, 3).parameters()]
    x = torch.randn(2, 4, 2, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(gru.Bidirectional.apply, (x, *weights))


def test_only_one_of_the_results_may_be_used_and_inputs_need_no_gradient() -> None:
    rnn, x = make(3, 2), torch.randn(2, 5, 3, dtype=torch.float64)
    for index in range(2):
        own, expected = (
            torch.autograd.grad(call(x)[index].square().sum(), list(rnn.parameters()))
            for call in (lambda x: gru.states(rnn, x), rnn)
        )
        torch.testing.assert_close(own, expected, rtol=0, atol=1e-10)


def test_it_is_used_in_training_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    apply = gru.Bidirectional.apply
    monkeypatch.setattr(gru.Bidirectional, "apply", lambda *args: calls.append(0) or apply(*args))
    rnn, x = make(3, 2, dtype=torch.float32), torch.randn(2, 5, 3)
    gru.states(rnn, x)
    assert len(calls) == 1
    with torch.no_grad():
        gru.states(rnn, x)
    with torch.autocast("cpu", torch.bfloat16):
        gru.states(rnn, x)
    gru.states(rnn.eval(), x)
    gru.states(nn.GRU(3, 2, 2, batch_first=True, bidirectional=True), x)
    assert len(calls) == 1


def test_losses_of_training_are_the_same_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = config.make(latent=8, units=12, epochs=1, batch=16, distinct=False)
    music, data = adapters.get("folk"), to_data(toy_corpus(), settings)
    reports = []
    for pays in (gru.pays, lambda rnn, inputs: False):
        monkeypatch.setattr(gru, "pays", pays)
        torch.manual_seed(0)
        model, scale = build(settings), dataset.scale_of(data, music.kinds)
        reports += fit(model, data, data, scale, settings, augment=music.augment(settings), judge=music.judge(settings))
    own, expected = (report.losses for report in reports)
    assert own == pytest.approx(expected, rel=1e-5, abs=1e-6)

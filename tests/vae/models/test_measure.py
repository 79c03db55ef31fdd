"""Both networks, in every metre."""

import pytest
import torch

from armusic.music.score import METRES
from armusic.music.tokenizer import ticks
from armusic.vae.models.measure import MeasureVAE

CLASSES = 7
KINDS = range(len(METRES))


def make(decoder: str) -> MeasureVAE:
    torch.manual_seed(0)
    beats = [metre.beats for metre in METRES]
    model = MeasureVAE(CLASSES, beats, decoder=decoder, latent=6, units=8, dropout=0.0, layers=2)
    return model.eval()


@pytest.fixture(params=["parallel", "hierarchical"])
def model(request: pytest.FixtureRequest) -> MeasureVAE:
    return make(request.param)


@pytest.mark.parametrize("kind", KINDS)
def test_shapes(model: MeasureVAE, kind: int) -> None:
    x = torch.randint(CLASSES, (3, 24))
    posterior = model.encode(x, kind)
    assert posterior.mean.shape == posterior.log_std.shape == posterior.sample().shape == (3, 6)
    output = model.decode(posterior.mean, kind)
    assert output.shape == (3, ticks(METRES[kind]), CLASSES)
    assert model.nll(output, x, kind).shape == (3,)
    assert model.mode(output).shape == (3, ticks(METRES[kind]))


@pytest.mark.parametrize("kind", KINDS)
def test_what_stands_behind_the_last_tick_is_not_seen(model: MeasureVAE, kind: int) -> None:
    x = torch.randint(CLASSES, (3, 24))
    y = x.clone()
    y[:, ticks(METRES[kind]) :] = 0
    assert torch.equal(model.encode(x, kind).mean, model.encode(y, kind).mean)


def test_items_of_a_batch_do_not_see_each_other(model: MeasureVAE) -> None:
    x = torch.randint(CLASSES, (4, 24))
    torch.testing.assert_close(model.encode(x, 0).mean[:2], model.encode(x[:2], 0).mean)
    z = torch.randn(4, 6)
    torch.testing.assert_close(model.decode(z, 3)[:2], model.decode(z[:2], 3))


def test_metres_differ(model: MeasureVAE) -> None:
    x = torch.randint(CLASSES, (2, 24))
    assert not torch.allclose(model.encode(x, 1).mean, model.encode(x, 3).mean)  # 2/4 and 6/8: twelve ticks each
    z = torch.randn(2, 6)
    assert not torch.allclose(model.decode(z, 1), model.decode(z, 3))


def test_teacher_forcing_in_one_call_is_that_of_tick_by_tick() -> None:
    """Fed its own free-running output, the hierarchical decoder gives the same output again."""
    model = make("hierarchical")
    for kind in KINDS:
        free = model.decode(torch.randn(3, 6), kind)
    z = torch.randn(3, 6)
    free = model.decode(z, 0)
    torch.testing.assert_close(model.decode(z, 0, teacher=free.argmax(-1)), free)
    assert not torch.allclose(model.decode(z, 0, teacher=(free.argmax(-1) + 1) % CLASSES), free)


def test_nll_is_the_cross_entropy_in_nats(model: MeasureVAE) -> None:
    output = torch.zeros(2, 24, CLASSES)
    x = torch.zeros(2, 24, dtype=torch.long)
    assert model.nll(output, x, 0).tolist() == pytest.approx([24 * torch.log(torch.tensor(float(CLASSES))).item()] * 2)


def test_every_weight_learns_from_every_batch(model: MeasureVAE) -> None:
    """DDP stops at a weight that a step did not use."""
    model.train()
    posterior = model.encode(torch.randint(CLASSES, (3, 24)), 3)
    output = model.decode(posterior.sample(), 3, teacher=torch.randint(CLASSES, (3, 24)))
    (model.nll(output, torch.randint(CLASSES, (3, 24)), 3).sum() + posterior.log_std.sum()).backward()
    assert [name for name, weight in model.named_parameters() if weight.grad is None] == []


def test_a_few_measures_can_be_learnt_by_heart() -> None:
    torch.manual_seed(0)
    model = MeasureVAE(CLASSES, [1], decoder="parallel", latent=4, units=16, dropout=0.0, layers=1)
    x = torch.randint(CLASSES, (4, 6))
    optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
    for _ in range(200):
        loss = model.nll(model.decode(model.encode(x, 0).mean, 0), x, 0).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert torch.equal(model.mode(model.decode(model.encode(x, 0).mean, 0)), x)

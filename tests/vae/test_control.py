"""The loss for control: its value where it is known, and a gradient that leads there, also through samples."""

import numpy as np
import pytest
import torch

from armusic.vae.control import SAMPLES, Edits, chance_codes, edit, error, kept
from armusic.vae.distributed import Shard, StepDraws, draw
from armusic.vae.judge import Judge
from armusic.vae.models.base import VAE

CLASSES, PARTS = 3, 4
SCALE = torch.zeros(1), torch.ones(1)


def onsets(x: np.ndarray, kind: int) -> np.ndarray:
    return (x == 0).sum(axis=1, keepdims=True).astype(float)


def moments(output: torch.Tensor, kind: int) -> tuple[torch.Tensor, torch.Tensor]:
    chance = output.softmax(dim=2)[..., :1]
    return chance.sum(dim=1), (chance * (1 - chance)).sum(dim=1)


def no_faults(output: torch.Tensor) -> torch.Tensor:
    return output.new_zeros(len(output))


CLOSED = Judge((0,), moments, (), onsets, no_faults)
SAMPLED = Judge((), moments, (0,), onsets, no_faults)


def edits(targets: torch.Tensor) -> Edits:
    count = len(targets)
    share, z = torch.full((count,), 1 / count), torch.zeros(count, 2)
    return Edits(torch.arange(count), share, share, z, z, targets)


def uniform(count: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(SAMPLES, count, PARTS, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("judge", [CLOSED, SAMPLED])
def test_an_output_that_is_certain_and_right_costs_nothing(judge: Judge) -> None:
    output = 50.0 * torch.nn.functional.one_hot(torch.tensor([[0, 1, 0, 2]]), CLASSES)
    cost = [error(output, edits(torch.tensor([[value]])), judge, SCALE, 0, uniform(1)).item() for value in (2.0, 3.0)]
    assert cost[0] == pytest.approx(0, abs=1e-4)
    assert cost[1] == pytest.approx(2 * 4 * (1.25**0.5 - 1), rel=1e-3)  # nearly the square of 1, but for large errors


@pytest.mark.parametrize("judge", [CLOSED, SAMPLED])
def test_nothing_is_asked_where_the_target_is_nan(judge: Judge) -> None:
    output = torch.randn(2, PARTS, CLASSES, requires_grad=True)
    cost = error(output, edits(torch.tensor([[float("nan")], [float("nan")]])), judge, SCALE, 0, uniform(2))
    cost.backward()
    assert cost.item() == 0
    assert output.grad is not None
    assert (output.grad == 0).all()


def test_an_output_that_is_right_on_average_only_costs_its_variance() -> None:
    output = torch.zeros(1, PARTS, CLASSES)
    output[..., 0] = float(np.log(2))  # half of the parts are onsets, each with a chance of a half
    cost = error(output, edits(torch.tensor([[2.0]])), CLOSED, SCALE, 0, uniform(1)).item()
    assert cost == pytest.approx(2 * 4 * ((1 + 1 / 4) ** 0.5 - 1), rel=1e-4)


def test_samples_have_the_gradient_of_the_expected_cost() -> None:
    """Averaged over many draws, against the sum over all outputs that there are."""
    logits = torch.randn(1, PARTS, CLASSES, generator=torch.Generator().manual_seed(3)).requires_grad_()
    target = torch.tensor([[2.0]])
    grid = torch.cartesian_prod(*[torch.arange(CLASSES)] * PARTS)
    chance = logits.log_softmax(dim=2)[0].gather(1, grid.T).sum(dim=0).exp()
    square = (torch.as_tensor(onsets(grid.numpy(), 0))[:, 0] - 2).square()
    (exact,) = torch.autograd.grad((chance * 8 * ((1 + square / 4).sqrt() - 1)).sum(), logits)
    total = torch.zeros_like(exact)
    for seed in range(400):
        total += torch.autograd.grad(error(logits, edits(target), SAMPLED, SCALE, 0, uniform(1, seed)), logits)[0]
    np.testing.assert_allclose(total / 400, exact, atol=0.08)


@pytest.mark.parametrize("judge", [CLOSED, SAMPLED])
def test_the_gradient_leads_to_what_is_asked_for(judge: Judge) -> None:
    torch.manual_seed(0)
    output = torch.randn(6, PARTS, CLASSES, requires_grad=True)
    targets = torch.tensor([[0.0], [1.0], [2.0], [3.0], [4.0], [4.0]])
    optimizer = torch.optim.Adam([output], lr=0.1)
    for step in range(300):
        optimizer.zero_grad()
        error(output, edits(targets), judge, SCALE, 0, uniform(6, step)).backward()
        optimizer.step()
    np.testing.assert_array_equal(onsets(output.argmax(dim=2).numpy(), 0), targets.numpy())


def step_draws(items: int) -> StepDraws:
    return draw(items, 5, 2, 0.5, torch.zeros(()), torch.Generator().manual_seed(0))


class Moved(VAE):
    """A model without an editor."""

    latent = 5


def test_edits_ask_for_one_attribute_or_all_and_leave_the_rest_of_a_code() -> None:
    z, a = torch.randn(64, 5), torch.randn(64, 2)
    span = torch.tensor([[-9.0, -9.0], [9.0, 9.0]])
    result = edit(Moved(), z, a, span, 0, Shard(64), step_draws(64))
    targeted = ~result.targets.isnan()
    assert set(targeted.sum(dim=1).tolist()) == {1, 2}
    assert len(result.rows) == 32
    assert result.weight.sum().item() == pytest.approx(1)
    assert result.own.sum().item() == pytest.approx(1)
    assert torch.equal(result.after[:, 2:], result.before[:, 2:])
    assert torch.equal(result.after[:, :2][targeted], result.targets[targeted])
    assert torch.equal(result.after[:, :2][~targeted], result.before[:, :2][~targeted])
    from_item = (result.before == z[result.rows]).all(dim=1)
    assert torch.equal(from_item, result.own > 0)
    assert 0 < (~from_item).sum() < 16
    spread = (result.targets[:, None] == a[None]) & targeted[:, None]
    assert 0 < (~spread.any(dim=1) & targeted).any(dim=1).sum() < 20


def test_what_an_edit_keeps_counts_the_input_and_the_way_of_the_free_dimensions() -> None:
    still = edits(torch.tensor([[1.0], [1.0]]))
    moved = Edits(
        still.rows, still.weight, still.own, still.before, still.before + torch.tensor([9.0, 2.0]), still.targets
    )
    assert kept(torch.tensor([1.0, 3.0]), still, 1).item() == pytest.approx(2.0)
    assert kept(torch.tensor([1.0, 3.0]), moved, 1).item() == pytest.approx(2.0 + 0.2 * 4.0)


def test_every_shard_has_a_code_and_their_weights_add_up() -> None:
    a, draws = torch.randn(5, 2), step_draws(5)
    parts = [chance_codes(a, Shard(5, number, 4), draws) for number in range(4)]
    assert all(len(codes) >= 1 for codes, _ in parts)
    assert sum(weight.sum().item() for _, weight in parts) == pytest.approx(1)

"""Known answers of every loss."""

import pytest
import torch
from torch.distributions import Normal, kl_divergence

from armusic import losses

Z = [2.040919, -2.555665, 0.418099, -0.567770, -0.452649, -0.215597, -2.019986, -0.231932, -0.865213, 3.322999,
     0.225787, -0.352631, -0.281287, -0.668046, -1.055151, -0.390801]  # fmt: skip
A = [3, 1, 1, 3, 3, 3, 4, 1, 4, 0, 0, 4, 4, 1, 0, 1]


@pytest.mark.parametrize(("delta", "expected"), [(1, 1.0183287), (10, 1.0852931)])
def test_pairwise_is_that_of_the_original_implementation(delta: float, expected: float) -> None:
    z, a = torch.tensor(Z)[:, None], torch.tensor(A, dtype=torch.float)[:, None]
    assert losses.pairwise(z, a, delta).item() == pytest.approx(expected, abs=1e-6)


def test_pairwise_adds_up_over_attributes() -> None:
    z, a = torch.tensor(Z), torch.tensor(A, dtype=torch.float)
    both = losses.pairwise(torch.stack([z, -z], 1), torch.stack([a, a], 1), 1.0)
    single = [losses.pairwise(one[:, None], a[:, None], 1.0) for one in (z, -z)]
    assert both.item() == pytest.approx(sum(single).item())


def test_kl_is_that_of_torch() -> None:
    mean, log_std = torch.randn(5, 3), torch.randn(5, 3)
    expected = kl_divergence(Normal(mean, log_std.exp()), Normal(0, 1)).sum(dim=1)
    torch.testing.assert_close(losses.kl(mean, log_std), expected)


def test_regression_is_zero_at_the_values_and_pulls_towards_them() -> None:
    a = torch.tensor([[1.0, -2.0], [0.5, 0.0]])
    assert losses.regression(a, a).item() == 0
    z = torch.zeros(2, 2, requires_grad=True)
    losses.regression(z, a).backward()
    assert (z.grad.sign() == -a.sign()).all()

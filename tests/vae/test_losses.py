"""Known answers of every loss."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.distributions import Bernoulli, Normal, kl_divergence

from armusic.vae import losses

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
    single = [losses.pairwise(column[:, None], a[:, None], 1.0) for column in (z, -z)]
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


def test_regression_is_a_mean_over_items_and_a_sum_over_attributes() -> None:
    a = torch.tensor([[1.0, 0.0, 2.0], [1.0, 2.0, 0.0]])
    assert losses.regression(torch.zeros(2, 3), a).item() == 1 + 2 + 2


@given(st.floats(-2.9, 2.9))
def test_cross_entropy_is_least_where_the_sigmoid_is_the_scaled_attribute(value: float) -> None:
    a, target = torch.tensor([[value]]), 0.5 + value / 6
    best = losses.cross_entropy(torch.logit(torch.tensor([[target]])), a).item()
    assert best == pytest.approx(Bernoulli(target).entropy().item(), abs=1e-5)
    assert all(losses.cross_entropy(torch.tensor([[z]]), a).item() >= best - 1e-6 for z in (-3.0, 0.0, 3.0))


def test_cross_entropy_adds_up_over_attributes_and_holds_what_is_far_out_for_the_end() -> None:
    z, a = torch.tensor([[0.3, -1.0], [2.0, 0.5]]), torch.tensor([[1.0, 2.0], [-1.0, 0.0]])
    single = [losses.cross_entropy(z[:, [k]], a[:, [k]]) for k in (0, 1)]
    assert losses.cross_entropy(z, a).shape == (2,)
    torch.testing.assert_close(losses.cross_entropy(z, a), sum(single))
    for sign in (-1, 1):
        end, beyond = torch.full((2, 2), 3.0 * sign), torch.full((2, 2), 99.0 * sign)
        torch.testing.assert_close(losses.cross_entropy(z, beyond), losses.cross_entropy(z, end))


def test_slope_is_the_log_likelihood_of_torch() -> None:
    slopes = torch.randn(9)
    torch.testing.assert_close(losses.slope(slopes, 0.3), -Normal(1.0, 0.3).log_prob(slopes))


def sample(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_explained_is_the_r2_of_a_regression() -> None:
    z, noise = sample(500, 3), sample(500, 2, seed=1)
    a = z @ sample(3, 2, seed=2) + noise
    centred, target = z - z.mean(dim=0), a - a.mean(dim=0)
    residual = target - centred @ torch.linalg.lstsq(centred, target).solution
    expected = (1 - residual.square().sum(dim=0) / target.square().sum(dim=0)).sum()
    assert losses.explained(z, a).item() == pytest.approx(expected.item(), abs=0.02)  # the ridge
    assert losses.explained(z, a) < expected
    moved = torch.tensor([-5.0, 1.0, 0.001]) * z + torch.tensor([2.0, -300.0, 0.0])
    torch.testing.assert_close(losses.explained(moved, 3 * a - 1), losses.explained(z, a), rtol=1e-4, atol=0)


@pytest.mark.parametrize("items", [3, 4, 50])
def test_what_is_the_attribute_itself_explains_all_but_the_ridge(items: int) -> None:
    a = sample(items, 1).double()
    assert losses.explained(a, a).item() == pytest.approx(1 / (1 + losses.RIDGE), abs=1e-12)


def test_explained_of_few_items_and_of_what_does_not_vary() -> None:
    assert losses.explained(sample(2, 5), sample(2, 1)).item() == 0
    assert losses.explained(sample(4, 9), sample(4, 1, seed=1)).item() <= 1
    z = torch.ones(9, 2, requires_grad=True)
    loss = losses.explained(z, sample(9, 1))
    loss.backward()
    assert loss.item() == 0
    assert z.grad.isfinite().all()


def test_dependence_of_independent_columns_is_near_its_floor() -> None:
    """No sample of 128 shows none at all: some .02 on average."""
    values = [losses.dependence(sample(128, 1, seed=k), sample(128, 1, seed=99 + k)).item() for k in range(30)]
    assert min(values) > 0
    assert max(values) < 0.08
    assert sum(values) / 30 == pytest.approx(0.0177, abs=0.004)


def test_dependence_sees_more_than_correlation() -> None:
    a = torch.linspace(-1, 1, 101)[:, None]
    both = torch.cat([a.square(), a], dim=1)
    assert torch.corrcoef(both.T)[0, 1].abs() < 1e-5
    assert losses.dependence(a.square(), a).item() == pytest.approx(0.336, abs=1e-3)
    assert losses.dependence(sample(128, 1), sample(128, 1)).item() == pytest.approx(1)


@pytest.mark.parametrize("items", [3, 4, 50])
def test_what_is_the_attribute_itself_depends_on_it_alone(items: int) -> None:
    """However few there are, and although the kernels of few are small."""
    a = sample(items, 1)
    assert losses.dependence(a, a).item() == pytest.approx(1)


def test_dependence_by_hand() -> None:
    """Its definition, with matrices."""
    z, a, items = sample(7, 2), sample(7, 3, seed=1), 7
    centre = torch.eye(items) - 1 / items

    def kernel(x: torch.Tensor) -> torch.Tensor:
        scaled = x / x.std()
        return centre @ torch.exp(-(scaled[:, None] - scaled[None]).square() / 2) @ centre

    def alignment(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        k, l = kernel(x), kernel(y)  # noqa: E741 (as in the literature)
        return (k * l).sum() / (k.norm() * l.norm())

    expected = sum(alignment(z[:, i], a[:, j]) for i in range(2) for j in range(3)) / 3
    torch.testing.assert_close(losses.dependence(z, a), expected)


@given(st.floats(-50, 50).filter(lambda value: abs(value) > 0.02), st.floats(-50, 50))
def test_dependence_knows_no_scale_and_no_shift(scale: float, shift: float) -> None:
    z, a = sample(20, 2), sample(20, 3, seed=1)
    torch.testing.assert_close(losses.dependence(scale * z + shift, a), losses.dependence(z, a), rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(losses.dependence(z, scale * a + shift), losses.dependence(z, a), rtol=1e-3, atol=1e-4)


def test_dependence_is_of_the_first_items() -> None:
    z, a = sample(200, 2), sample(200, 1, seed=1)
    torch.testing.assert_close(losses.dependence(z, a), losses.dependence(z[: losses.KERNEL], a[: losses.KERNEL]))
    assert not torch.isclose(losses.dependence(z, a), losses.dependence(z.flip(0), a.flip(0)))


def test_dependence_of_what_does_not_vary_is_none_and_so_is_that_of_two_items() -> None:
    z = torch.ones(9, 2, requires_grad=True)
    loss = losses.dependence(z, sample(9, 1))
    loss.backward()
    assert loss.item() == 0
    assert z.grad.isfinite().all()
    assert losses.dependence(sample(2, 3), sample(2, 1)).item() == 0


def test_minimising_dependence_takes_a_relation_out_of_a_dimension() -> None:
    a = sample(128, 1)
    z = (a.square() + 0.1 * sample(128, 1, seed=1)).requires_grad_()
    before = losses.dependence(z, a).item()
    optimizer = torch.optim.Adam([z], lr=0.05)
    for _ in range(100):
        optimizer.zero_grad()
        losses.dependence(z, a).backward()
        optimizer.step()
    assert losses.dependence(z, a).item() < 0.1 * before

"""Alignments of kernels, beside the definition."""

import pytest
import torch

from armusic.vae.alignment import TOGETHER, alignments, centred_kernels


def sample(columns: int) -> torch.Tensor:
    return torch.randn(7, columns, dtype=torch.float64, generator=torch.Generator().manual_seed(columns))


def target() -> torch.Tensor:
    return centred_kernels(sample(1))[0]


@pytest.mark.parametrize("columns", [1, TOGETHER, TOGETHER + 1])
def test_values_and_gradients_are_those_of_the_definition(columns: int) -> None:
    x, towards, weights = sample(columns).requires_grad_(), target(), torch.arange(1.0, columns + 1)
    scaled = x / x.std(dim=0)
    kernels = (-0.5 * (scaled.T[:, :, None] - scaled.T[:, None]).square()).exp()
    centring = torch.eye(7, dtype=x.dtype) - 1 / 7
    centred = centring @ kernels @ centring
    expected = (centred * towards).sum(dim=(1, 2)) / centred.norm(dim=(1, 2))
    own = alignments(x, towards)
    torch.testing.assert_close(own, expected, rtol=0, atol=1e-12)
    gradients = [torch.autograd.grad((part * weights).sum(), x)[0] for part in (own, expected)]
    torch.testing.assert_close(*gradients, rtol=0, atol=1e-12)


def test_what_does_not_vary_lies_along_nothing() -> None:
    x = torch.full((7, 1), 3.0, dtype=torch.float64, requires_grad=True)
    along = alignments(x, target())
    (gradient,) = torch.autograd.grad(along.sum(), x)
    assert along.item() == 0
    assert torch.equal(gradient, torch.zeros_like(gradient))

"""Centred kernel alignment of many columns with one matrix, with a backward pass of its own, which is faster."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

TOGETHER = 4  # columns at a time: their kernels stay in the processor's cache


def centred_kernels(x: Tensor) -> Tensor:
    """Return the centred Gaussian kernel between all rows, for each column: (column, item, item)."""
    return _centred(_kernels(_scaled(x)))


def alignments(x: Tensor, towards: Tensor) -> Tensor:
    """Return the part of each column's centred kernel, of length 1, that lies along a matrix (column,).

    Parameters
    ----------
    x : Tensor (item, column)
        Columns on any scale; one that does not vary has no kernel, and gets 0.
    towards : Tensor (item, item)
        A centred, symmetric matrix; no gradient reaches it.

    Examples
    --------
    >>> x = torch.linspace(-1, 1, 9)[:, None]
    >>> kernel = centred_kernels(x)[0]
    >>> round(alignments(3 * x, kernel / kernel.norm()).item(), 3)
    1.0
    """
    return _Alignments.apply(_scaled(x), towards.detach())  # type: ignore[no-untyped-call]


class _Alignments(torch.autograd.Function):
    """The gradient of a column's part is known up to a factor in the forward pass, where its kernel is at hand."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, towards: Tensor) -> Tensor:
        parts = [_along(columns, towards) for columns in x.split(TOGETHER, dim=1)]
        along, slopes = (torch.cat(part) for part in zip(*parts, strict=True))
        ctx.save_for_backward(slopes)
        return along

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return (gradient[:, None] * ctx.saved_tensors[0]).T, None


def _along(x: Tensor, towards: Tensor) -> tuple[Tensor, Tensor]:
    """Return the part along a matrix (column,), and its gradient (column, item)."""
    x = x - x[:1]  # no kernel sees it, and what does not vary is exactly 0
    kernels = _kernels(x)
    centred = _centred(kernels)
    lengths = torch.linalg.vector_norm(centred, dim=(1, 2)).clamp_min(1e-6)
    along = centred.flatten(1) @ towards.flatten() / lengths
    slopes = centred.mul_((-along / lengths)[:, None, None]).add_(towards).mul_(kernels.add_(1))
    rise = slopes.sum(dim=2) * x.T - (slopes @ x.T[:, :, None])[..., 0]  # of exp(-(x_i - x_j)^2 / 2), towards x_i
    return along, -2 * rise / lengths[:, None]


def _scaled(x: Tensor) -> Tensor:
    return x / x.std(dim=0).clamp_min(1e-6)


def _kernels(x: Tensor) -> Tensor:
    """Return the Gaussian kernels, less 1, which centring does not see: exactly 0 where nothing varies."""
    return (x.T[:, :, None] - x.T[:, None]).square_().mul_(-0.5).expm1_()


def _centred(kernels: Tensor) -> Tensor:
    means = kernels.mean(dim=1)
    return kernels - means[:, None] - (means - means.mean(dim=1, keepdim=True))[:, :, None]

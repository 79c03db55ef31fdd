"""`VAE`, the interface of all models: encode, edit, decode, nll; `Normal`, a posterior."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn


@dataclass(frozen=True, slots=True)
class Normal:
    """Diagonal normal distributions: `mean` and `log_std`, both float (item, latent)."""

    mean: Tensor
    log_std: Tensor

    def sample(self, noise: Tensor | None = None) -> Tensor:
        """Return one code per item, differentiably, from standard normal `noise` (item, latent), or from new noise."""
        return self.mean + self.log_std.exp() * (torch.randn_like(self.mean) if noise is None else noise)


class VAE(nn.Module):
    """A variational autoencoder over items of one or several kinds.

    A kind is an int that all items of a batch share (for measures: the metre). Subclasses
    set `latent`, the size of a code, and write `encode`, `decode`, `nll` and `mode`.
    """

    latent: int
    autoregressive = False
    """Whether a decoder is fed its own output, or a teacher's."""

    def items(self, x: Tensor) -> Tensor:
        """Return items of a data set in the form that the other methods take: classes (item, *shape)."""
        return x.long()

    def encode(self, x: Tensor, kind: int) -> Normal:
        """Return the posterior q(z | x) of the items `x` (item, *shape), or of a softened output."""
        raise NotImplementedError

    def decode(self, z: Tensor, kind: int, teacher: Tensor | None = None) -> Tensor:
        """Return the output (item, *shape, ...) for codes `z` (item, latent).

        An autoregressive decoder is fed `teacher` (item, *shape) where given, else its own output.
        """
        raise NotImplementedError

    def edit(self, z: Tensor, targets: Tensor, kind: int) -> Tensor:
        """Return codes (item, latent) whose attributes are at targets, of which one decode is near.

        `targets` (item, attribute) are in standard deviations from the mean of the kind, as the regression loss
        has its dimensions; NaN leaves an attribute as it comes. Here their dimensions are moved, and no other.
        """
        count = targets.shape[1]
        return torch.cat([torch.where(targets.isnan(), z[:, :count], targets), z[:, count:]], dim=1)

    def nll(self, output: Tensor, x: Tensor, kind: int) -> Tensor:
        """Return the negative log-likelihood of each item, in nats (item,)."""
        raise NotImplementedError

    def terms(self, output: Tensor) -> int:
        """Return the number of parts of an item (ticks) over which the objective takes the mean of `nll`."""
        return output[0, ..., 0].numel()

    def mode(self, output: Tensor) -> Tensor:
        """Return the most likely items (item, *shape) of a decoder's output, in the form of a data set."""
        raise NotImplementedError

    def right(self, output: Tensor, x: Tensor) -> Tensor:
        """Return the mask of the parts of items `x` (item, *shape) that a decoder's output has right (item, part)."""
        guess = self.mode(output)
        return (guess == x[:, : guess.shape[1]]).flatten(1)

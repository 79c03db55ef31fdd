"""`VAE`, the interface of all models: encode, decode, nll; `Normal`, a posterior."""

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

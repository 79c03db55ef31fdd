"""`Linear`: what I-VAE trains beside the model and throws away; the model is used without it.

The other methods train nothing but the model.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from armusic.config import Config


def make_companion(config: Config) -> nn.Module:
    """Return the module that the attribute loss trains beside the model; of most losses it has no weights.

    Examples
    --------
    >>> from armusic.config import make
    >>> sum(weight.numel() for weight in make_companion(make("i-vae")).parameters())
    8
    """
    return Linear(len(config.attributes)) if config.loss.attribute_loss == "linear" else nn.Module()


class Linear(nn.Module):
    """A linear model of each attribute given its dimension.

    Source
    ------
    Adel, Ghahramani and Weller, "Discovering Interpretable Representations for Both Deep Generative
    and Discriminative Models" (2018): I-VAE, with one linear model per dimension as in Pati and Lerch,
    "Is Disentanglement Enough?" (2021).
    """

    def __init__(self, attributes: int) -> None:
        super().__init__()
        self.slope = nn.Parameter(torch.ones(attributes))
        self.offset = nn.Parameter(torch.zeros(attributes))

    def forward(self, z: Tensor, a: Tensor) -> Tensor:
        """Return -log N(a; slope z + offset, 1), up to a constant (item,), for `z` and `a` (item, attribute)."""
        return 0.5 * (a - self.slope * z - self.offset).square().sum(dim=1)

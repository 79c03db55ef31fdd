"""What some methods train beside the model, and throw away: it is not needed to use the model."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.func import functional_call

from armusic.config import Config

UNITS = 128  # of the adversary's two hidden layers


def companion(config: Config) -> nn.Module:
    """Return the module that the configured attribute loss trains beside the model; most have no weights.

    Examples
    --------
    >>> from armusic.config import make
    >>> sum(weight.numel() for weight in companion(make("i-vae")).parameters())
    8
    """
    count = len(config.attributes)
    if config.attribute_loss == "linear":
        return Linear(count)
    if config.attribute_loss == "adversary":
        return Adversary(config.latent - count, count)
    return nn.Module()


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
        """Return -log N(a; slope z + offset, 1) but for a constant (item,), for `z` and `a` (item, attribute)."""
        return 0.5 * (a - self.slope * z - self.offset).square().sum(dim=1)


class Adversary(nn.Module):
    """Guesses the attributes from the other dimensions; the encoder learns codes from which its guesses are zero.

    The mean square of the best guesses is the share of an attribute's variance that the code explains. To make
    the guesses wrong instead has no end: the encoder then wins by larger and larger codes.

    Source
    ------
    Lample et al., "Fader Networks: Manipulating Images by Sliding Attributes" (2017), for attributes
    that are numbers: the encoder's aim is the mean, as theirs is the other of two values.
    """

    def __init__(self, others: int, attributes: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(others, UNITS), nn.SELU(), nn.Linear(UNITS, UNITS), nn.SELU(), nn.Linear(UNITS, attributes)
        )

    def forward(self, z: Tensor, a: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the adversary learns from, and what the encoder does (item,): both are to fall.

        `z` (item, other), `a` (item, attribute) in standard deviations. The squared error of the guesses has
        no gradient along `z`, and the square of the guesses none along the adversary's weights.
        """
        error = (self.layers(z.detach()) - a).square().sum(dim=1)
        fixed = {name: weight.detach() for name, weight in self.layers.named_parameters()}
        return error, functional_call(self.layers, fixed, (z,)).square().sum(dim=1)

"""What is trained beside a model and thrown away: `Linear` of I-VAE, or an attribute loss that is not armusic's.

Other packages add attribute losses by entry points in the group `armusic.losses`, and `FILE.py:FUNCTION` is one in a
Python file. Each is a function `(z, a)`, or a class of torch modules that is made with the number of attributes and
called in the same way; its weights are trained beside the model's. `z` (item, attribute) are the dimensions that
belong to attributes, of codes drawn from the posteriors of a batch; `a` (item, attribute) are the attributes in
standard deviations from the mean of their kind. What is returned, a scalar, counts `gamma` times.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args, get_type_hints

import torch
from torch import Tensor, nn

from armusic import plugins
from armusic.config import Config, Loss
from armusic.errors import UsageError
from armusic.python_file import explain, file_of


def make_companion(config: Config) -> nn.Module:
    """Return the module that the attribute loss trains beside the model; of most losses it has no weights.

    Raises
    ------
    UsageError
        When the loss of another package cannot be imported, or is no function and no class of modules.
    MissingFileError, DataError
        When the file of a loss does not exist, or cannot be imported.

    Examples
    --------
    >>> from armusic.config import make
    >>> sum(weight.numel() for weight in make_companion(make("i-vae")).parameters())
    8
    """
    name = config.loss.attribute_loss
    if name == "linear":
        return Linear(len(config.attributes))
    point = plugins.find("losses", name, "attribute_loss")
    if name in OWN or point is None:
        return nn.Module()
    loss = plugins.load(point, UsageError, f"attribute_loss {name}: its function")
    if not isinstance(loss, type) and callable(loss):
        return Given(loss)
    if not isinstance(loss, type) or not issubclass(loss, nn.Module):
        raise UsageError(f"attribute_loss {name}: {point.value} is no function (z, a) and no class of torch modules")
    try:
        return loss(len(config.attributes))
    except Exception as failure:  # another package's module may fail in any way
        raise UsageError(_failed(name, "cannot be made for the number of attributes", failure, loss)) from failure


def own_loss(companion: nn.Module, name: str, z: Tensor, a: Tensor) -> Tensor:
    """Return the loss of another package for `z` and `a` (item, attribute), a scalar.

    Raises
    ------
    UsageError
        When it fails, or returns something else; the message has its name.
    """
    try:
        loss = companion(z, a)
    except Exception as failure:  # another package's function may fail in any way
        source = companion.loss if isinstance(companion, Given) else type(companion)
        raise UsageError(_failed(name, "fails", failure, source)) from failure
    if not isinstance(loss, Tensor):
        raise UsageError(f"attribute_loss {name}: it returns a {type(loss).__name__}: return a tensor without axes")
    if loss.ndim:
        raise UsageError(
            f"attribute_loss {name}: it returns a tensor of shape {tuple(loss.shape)}: return one without axes, such as"
            " the sum over the attributes of the mean over the items"
        )
    return loss


def _failed(name: str, what: str, failure: Exception, source: Callable[..., Any]) -> str:
    return f"attribute_loss {name}: it {what} ({explain(failure, file_of(source))})"


OWN = get_args(get_type_hints(Loss)["attribute_loss"])
"""Losses that are armusic's own: another package cannot replace them."""


class Given(nn.Module):
    """An attribute loss that is a function: a module without weights."""

    def __init__(self, loss: Callable[[Tensor, Tensor], Any]) -> None:
        super().__init__()
        self.loss = loss

    def forward(self, z: Tensor, a: Tensor) -> Any:
        """Return the loss of `z` and `a` (item, attribute), which `own_loss` checks."""
        return self.loss(z, a)


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

"""`Editor`: the network that makes a code obey; it moves all dimensions, not only those of what is asked for."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

KIND = 16  # size of the embedding of a kind
LAYERS = 2  # hidden layers


class Editor(nn.Module):
    """A network from a code and the values that are asked for to the code that stands for them.

    The free dimensions of a code repeat much of what its attributes say: where one dimension is moved alone, they
    contradict it. The editor moves them along, and makes up for what the decoder does not do exactly. It starts out as
    no change at all beyond the dimensions that are asked for.

    Parameters
    ----------
    latent : int
        Size of a code.
    attributes : int
        Number of attributes: the first dimensions of a code belong to them.
    kinds : int
        Number of kinds of item.
    units : int
        Hidden units of each layer.
    """

    def __init__(self, latent: int, attributes: int, kinds: int, units: int) -> None:
        super().__init__()
        self.kind = nn.Embedding(kinds, KIND)
        sizes = [latent + 2 * attributes + KIND] + LAYERS * [units]
        self.hidden = nn.ModuleList([nn.Linear(*pair) for pair in pairwise(sizes)])
        self.move = nn.Linear(units, latent)
        nn.init.zeros_(self.move.weight)
        nn.init.zeros_(self.move.bias)

    def forward(self, z: Tensor, moved: Tensor, targeted: Tensor, kind: int) -> Tensor:
        """Return the codes (item, latent) that obey.

        Parameters
        ----------
        z, moved : Tensor (item, latent)
            The codes before, and with the dimensions of what is asked for where they should be.
        targeted : bool Tensor (item, attribute)
            Mask of the attributes that are asked for.
        kind : int
            The kind of all items.
        """
        present = z[:, : targeted.shape[1]]
        state = torch.cat([moved, present, targeted.to(z.dtype), self.kind.weight[kind].expand(len(z), -1)], dim=1)
        for layer in self.hidden:
            state = nn.functional.silu(layer(state))
        result: Tensor = moved + self.move(state)
        return result

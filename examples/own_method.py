"""Your own method: a loss that ties dimensions to attributes, and a network, trained and measured like any other.

    armusic train --preset beta-vae --gamma 1 --attribute-loss examples/own_method.py:correlation \
        --decoder examples/own_method.py:flat -o runs/own && armusic evaluate runs/own
    python examples/own_method.py          # the same for three epochs on Bach's sopranos, and some figures

A package gives both to everybody who installs it, by entry points in its pyproject.toml; they are `--attribute-loss
correlation` and `--decoder flat` then:

    [project.entry-points."armusic.losses"]
    correlation = "own_method:correlation"

    [project.entry-points."armusic.models"]
    flat = "own_method:flat"
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from armusic import api
from armusic.config import Config
from armusic.vae.models.base import VAE, Normal

TICKS_PER_BEAT = 6


def correlation(z: Tensor, a: Tensor) -> Tensor:
    """Return how far each dimension is from a straight line through its attribute: 1 - Pearson's r, summed."""
    z, a = ((part - part.mean(dim=0)) / (part.std(dim=0, correction=0) + 1e-6) for part in (z, a))
    return (1 - (z * a).mean(dim=0)).sum()


def flat(config: Config, classes: int, beats: Sequence[int]) -> VAE:
    """Return a network for items of these kinds."""
    return Flat(classes, [TICKS_PER_BEAT * count for count in beats], config.network.latent)


class Flat(VAE):
    """One hidden layer on either side of the code; every tick sees every other."""

    def __init__(self, classes: int, ticks: Sequence[int], latent: int, units: int = 256) -> None:
        super().__init__()
        self.latent, self.classes, self.ticks = latent, classes, list(ticks)
        self.reader = nn.Sequential(nn.Linear(max(ticks) * classes, units), nn.SELU(), nn.Linear(units, 2 * latent))
        self.writer = nn.Sequential(nn.Linear(latent, units), nn.SELU(), nn.Linear(units, max(ticks) * classes))

    def encode(self, x: Tensor, kind: int) -> Normal:
        """Return the posterior of items (item, tick)."""
        seen = functional.one_hot(x[:, : self.ticks[kind]], self.classes).flatten(1).to(self.reader[0].weight)
        unseen = self.reader[0].in_features - seen.shape[1]
        mean, log_std = self.reader(functional.pad(seen, (0, unseen))).chunk(2, dim=1)
        return Normal(mean, log_std.clamp(-7, 2))

    def decode(self, z: Tensor, kind: int, teacher: Tensor | None = None) -> Tensor:
        """Return logits (item, tick, class)."""
        return self.writer(z).unflatten(1, (-1, self.classes))[:, : self.ticks[kind]]

    def nll(self, output: Tensor, x: Tensor, kind: int) -> Tensor:
        """Return the cross-entropy of each item, in nats."""
        target = x[:, : self.ticks[kind]]
        return functional.cross_entropy(output.transpose(1, 2), target, reduction="none").sum(dim=1)

    def mode(self, output: Tensor) -> Tensor:
        """Return the most likely items (item, tick)."""
        return output.argmax(dim=-1)


if __name__ == "__main__":
    torch.manual_seed(0)
    mine = {"attribute_loss": f"{__file__}:correlation", "decoder": f"{__file__}:flat"}
    config = api.configure("beta-vae", data="bach", gamma=1.0, **mine, epochs=3)
    run = api.train(config, Path("runs/own"), on_epoch=lambda report: print(report.scores))
    figures = api.load(run).evaluate().as_dict()
    print({name: figures[name]["value"] for name in ("interpretability", "scc")}, figures["reconstruction"]["by_tune"])

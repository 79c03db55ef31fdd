"""The training loop, on one screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel

from armusic.config import Config
from armusic.dataset import Augment, Data, Scale, batches
from armusic.losses import dependence, kl, pairwise, regression
from armusic.models.base import VAE

SWEEP = 2.5  # how far, in prior standard deviations, a dimension is moved by the control losses
TEACHER = 0.5  # share of batches in which an autoregressive decoder is fed the true notes (Pati and Lerch 2020)

Expected = Callable[[Tensor, int], Tensor]
"""(output, kind) -> expected attributes (item, attribute), in their own units, differentiable; NaN where unknown."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one epoch did: mean loss parts, and scores on the validation data."""

    epoch: int
    step: int
    losses: dict[str, float]
    scores: dict[str, float]
    seconds: float


class Objective(nn.Module):
    """The objective of a batch, as a module: DDP asks for all of a step to pass through `forward`."""

    mean: Tensor
    std: Tensor

    def __init__(self, model: VAE, config: Config, scale: Scale, expected: Expected | None = None) -> None:
        super().__init__()
        self.model, self.config, self.expected = model, config, expected
        self.register_buffer("mean", torch.as_tensor(scale.mean, dtype=torch.float32))
        self.register_buffer("std", torch.as_tensor(scale.std, dtype=torch.float32))

    def forward(self, x: Tensor, a: Tensor, kind: int) -> dict[str, Tensor]:
        """Return the parts of the objective, and their weighted sum as `loss`.

        `x` (item, *shape) are items of one kind, `a` (item, attribute) their standardised attributes.
        """
        model, config = self.model, self.config
        posterior = model.encode(x, kind)
        z = posterior.sample()
        output = model.decode(z, kind, teacher=x if torch.rand(()) < TEACHER else None)
        parts = {
            "nll": model.nll(output, x, kind).mean() / output[0, ..., 0].numel(),
            "kl": kl(posterior.mean, posterior.log_std).mean(),
            "attribute": regression(posterior.mean[:, : a.shape[1]], a)
            if config.attribute_loss == "regression"
            else pairwise(z[:, : a.shape[1]], a, config.delta),
        }
        loss = parts["nll"] + config.beta * parts["kl"] + config.gamma * parts["attribute"]
        if (config.control or config.cycle) and self.expected is not None:
            parts |= self.controlled(z, posterior.mean[:, : a.shape[1]], kind)
            loss = loss + config.control * parts["control"] + config.cycle * parts["cycle"]
        if config.independence:
            parts["dependence"] = dependence(posterior.mean[:, a.shape[1] :], a)
            loss = loss + config.independence * parts["dependence"]
        return {"loss": loss, **parts}

    def controlled(self, z: Tensor, regularised: Tensor, kind: int) -> dict[str, Tensor]:
        """Return how far the decoder's output is from the attributes that moved codes stand for.

        Either all regularised dimensions take the values that they have for other items of the
        batch, or a single one is moved at random, as a sweep moves it; beyond the values of the
        batch the output must stay at the last of them. `control` is the squared distance of the
        output's expected attributes from those values, `cycle` that of the re-encoded output
        from the code.
        """
        assert self.expected is not None
        known = regularised.detach()
        count = known.shape[1]
        if torch.rand(()) < 0.5:
            moved = torch.arange(count, device=z.device)
            asked = known[torch.randperm(len(z), device=z.device)]
        else:
            moved = torch.randint(count, (1,), device=z.device)
            asked = known[:, moved] + SWEEP * (2 * torch.rand(len(z), 1, device=z.device) - 1)
        target = asked.clamp(known[:, moved].amin(dim=0), known[:, moved].amax(dim=0))
        output = self.model.decode(z.index_copy(1, moved, asked), kind)
        reached = (self.expected(output / self.config.temperature, kind) - self.mean[kind]) / self.std[kind]
        error = (reached[:, moved] - target).square()
        again = self.model.encode(output.softmax(dim=-1), kind).mean
        return {
            "control": torch.nan_to_num(error).mean(dim=0).sum(),  # an attribute without an expectation counts nothing
            "cycle": (again - z.detach().index_copy(1, moved, target)).square().mean(),
        }


def fit(
    model: VAE,
    train: Data,
    valid: Data,
    scale: Scale,
    config: Config,
    *,
    augment: Augment | None = None,
    expected: Expected | None = None,
    optimizer: torch.optim.Optimizer | None = None,
    epoch: int = 0,
    on_step: Callable[[Mapping[str, float]], None] | None = None,
) -> Iterator[Report]:
    """Train `model` and yield one report per epoch, until `config.epochs`.

    Every epoch draws from generators seeded by (seed, epoch): a run that goes on from `epoch`
    with the same weights and optimizer gives the same losses as one that never stopped.

    Parameters
    ----------
    model : VAE
        Trained in place, on the device it is on.
    train, valid : Data
        Of the same attributes.
    scale : Scale
        Of the attributes.
    config : Config
        All the settings.
    augment : callable, optional
        Gives other valid items for some of a batch.
    expected : callable, optional
        The expected attributes of an output, for the control losses.
    optimizer : Optimizer, optional
        From `make_optimizer`; pass it to save its state between epochs.
    epoch : int
        How many epochs are done already.
    on_step : callable, optional
        Called with the loss parts after every step.
    """
    device = next(model.parameters()).device
    optimizer = optimizer or make_optimizer(model, config)
    objective: nn.Module = Objective(model, config, scale, expected).to(device)
    rank, world = 0, 1
    if distributed.is_initialized():
        rank, world = distributed.get_rank(), distributed.get_world_size()
        objective = DistributedDataParallel(objective)
    targets = scale.standardise(train.a, train.kind).astype(np.float32)
    steps = sum(1 for _ in batches(train.kind, config.batch))
    for number in range(epoch, config.epochs):
        began = time.perf_counter()
        rng = np.random.default_rng([config.seed, number])  # the same on every rank: so are the batches
        torch.manual_seed(int(np.random.default_rng([config.seed, number, rank]).integers(2**63)))
        model.train()
        sums: dict[str, float] = {}
        for index, rows in enumerate(batches(train.kind, config.batch, rng)):
            kind = int(train.kind[rows[0]])
            x, a = train.x[rows], targets[rows]
            if augment is not None and config.augment:
                changed = rng.random(len(rows)) < config.augment
                x = x.copy()
                x[changed], raw = augment(x, changed, kind, rng)
                a[changed] = scale.standardise(raw, np.full(len(raw), kind))
            x, a = x[rank::world], a[rank::world]
            step = number * steps + index
            for settings in optimizer.param_groups:
                settings["lr"] = config.lr * pace(step / (steps * config.epochs), config)
            parts = objective(torch.as_tensor(x, device=device).long(), torch.as_tensor(a, device=device), kind)
            optimizer.zero_grad()
            parts["loss"].backward()
            if config.clip:
                nn.utils.clip_grad_norm_(model.parameters(), config.clip)
            optimizer.step()
            values = {name: value.item() for name, value in parts.items()}
            for name, value in values.items():
                sums[name] = sums.get(name, 0.0) + value
            if on_step is not None:
                on_step(values)
        losses = {name: value / steps for name, value in sums.items()}
        yield Report(
            number + 1,
            (number + 1) * steps,
            losses,
            score(model, valid, scale, config.batch),
            time.perf_counter() - began,
        )


def make_optimizer(model: nn.Module, config: Config) -> torch.optim.Optimizer:
    """Return the optimizer (Adam) of a run."""
    return torch.optim.Adam(model.parameters(), lr=config.lr)


def pace(done: float, config: Config) -> float:
    """Return the share of the learning rate at this share of all steps: a linear rise, then a linear fall to zero."""
    rise = min(1.0, (done + 1e-6) / config.warmup) if config.warmup else 1.0
    return min(rise, (1 - done) / (1 - config.warmup)) if config.decay else rise


@torch.inference_mode()
def score(model: VAE, data: Data, scale: Scale, batch: int = 256) -> dict[str, float]:
    """Measure a model on `data`, from the posterior mean, the decoder running free.

    Returns
    -------
    dict of str to float
        `accuracy` (share of ticks or pixels right), `exact` (share of items that are right
        everywhere) and `r2` (mean over the attributes of the squared correlation of each with
        its dimension; 0 where one of the two does not vary).
    """
    model.eval()
    device = next(model.parameters()).device
    z = np.empty((len(data), model.latent), dtype=np.float32)
    right = total = exact = 0.0
    for rows in batches(data.kind, 4 * batch):
        kind = int(data.kind[rows[0]])
        x = torch.as_tensor(data.x[rows], device=device).long()
        mean = model.encode(x, kind).mean
        z[rows] = mean.cpu().numpy()
        guess = model.mode(model.decode(mean, kind))
        same = (guess == x[:, : guess.shape[1]]).flatten(1)
        right, total, exact = right + same.sum().item(), total + same.numel(), exact + same.all(dim=1).sum().item()
    a = scale.standardise(data.a, data.kind)
    spread = (z[:, : a.shape[1]].std(axis=0) > 0) & (a.std(axis=0) > 0)  # a few items may all be alike
    r2 = [np.corrcoef(z[:, k], a[:, k])[0, 1] ** 2 if spread[k] else 0.0 for k in range(a.shape[1])]
    return {"accuracy": right / total, "exact": exact / len(data), "r2": float(np.mean(r2))}

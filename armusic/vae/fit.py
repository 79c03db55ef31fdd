"""The training loop, on one screen."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from math import isfinite

import numpy as np
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel

from armusic.config import Config, MeasureSchedule, Schedule
from armusic.errors import DivergedError
from armusic.shapes import Float, Int
from armusic.vae.data import Augment, Data, Scale, batches
from armusic.vae.distributed import add_up, draw, processes
from armusic.vae.judge import Judge
from armusic.vae.models.base import VAE
from armusic.vae.objective import TEACHER, Objective, backward

FIRST = 3  # of the figures that are not finite are named


@dataclass(frozen=True, slots=True)
class Report:
    """Figures of one epoch: mean loss parts, scores on the validation data, and its time.

    `seconds` are those of the clock, `processor` those that the processor worked for this process, on all its threads:
    these hardly depend on what else the machine does.
    """

    epoch: int
    step: int
    losses: dict[str, float]
    scores: dict[str, float]
    seconds: float
    processor: float


def fit(
    model: VAE,
    train: Data,
    valid: Data,
    scale: Scale,
    config: Config,
    *,
    augment: Augment | None = None,
    judge: Judge | None = None,
    companion: nn.Module | None = None,
    optimizer: torch.optim.Optimizer | None = None,
    epoch: int = 0,
    on_step: Callable[[Mapping[str, float]], None] | None = None,
) -> Iterator[Report]:
    """Train `model` and yield one report per epoch, until all epochs are done.

    Every epoch draws from generators seeded by (seed, epoch): a run that goes on from `epoch`
    with the same weights and optimizer gives the same losses as one that never stopped.

    Parameters
    ----------
    model : VAE
        The model: trained in place, on its device.
    train, valid : Data
        Training and validation items, with the same attributes.
    scale : Scale
        Scale of the attributes.
    config : Config
        Settings of the run.
    augment : callable, optional
        Makes variants of some items of a batch.
    judge : Judge, optional
        Estimator of the attributes of a decoder's output, for the losses of control.
    companion, optimizer : Module, Optimizer, optional
        Results of `make_companion` and `make_optimizer`; pass both to save their state between epochs.
    epoch : int
        Number of epochs that are done already.
    on_step : callable, optional
        Called with the loss parts after every step.

    Raises
    ------
    DivergedError
        At the first step whose losses or gradients are not finite, before it changes the weights; and for an epoch
        after which a weight or a validation code is not, before it is reported.
    """
    like = next(model.parameters())
    schedule = config.schedule
    varied = schedule.augment if isinstance(schedule, MeasureSchedule) else 0.0
    targets = scale.standardise(train.a, train.kind).astype(np.float32)
    objective = Objective(model, config, scale, judge, companion, _span(targets, train.kind, len(scale.mean)))
    optimizer = optimizer or make_optimizer(objective, config)
    wrapped = objective if processes()[1] == 1 else DistributedDataParallel(objective, broadcast_buffers=False)
    steps = sum(1 for _ in batches(train.kind, schedule.batch))
    for number in range(epoch, schedule.epochs):
        began, worked = time.perf_counter(), time.process_time()
        rng = np.random.default_rng([config.seed, number])  # the same on every rank: so are the batches
        noise = torch.Generator().manual_seed(int(np.random.default_rng([config.seed, number, 0]).integers(2**63)))
        model.train()
        sums: dict[str, float] = {}
        for index, rows in enumerate(batches(train.kind, schedule.batch, rng)):
            kind = int(train.kind[rows[0]])
            x, a = train.x[rows], targets[rows]
            if augment is not None and varied:
                changed = rng.random(len(rows)) < varied
                x = x.copy()
                x[changed], raw = augment(x, changed, kind, rng)
                a[changed] = scale.standardise(raw, np.full(len(raw), kind))
            step = number * steps + index
            for settings in optimizer.param_groups:
                settings["lr"] = schedule.lr * rate_factor(step / (steps * schedule.epochs), schedule)
            draws = draw(len(x), model.latent, a.shape[1], TEACHER, like, noise)
            optimizer.zero_grad()
            values = backward(objective, wrapped, torch.from_numpy(x), torch.as_tensor(a).to(like), kind, draws)
            if schedule.clip:
                norm = nn.utils.clip_grad_norm_(model.parameters(), schedule.clip)
                _check_finite({**values, "gradient": norm.item()}, number, index)
            else:
                _check_finite(values, number, index)
            optimizer.step()
            for name, value in values.items():
                sums[name] = sums.get(name, 0.0) + value
            if on_step is not None:
                on_step(values)
        losses = {name: value / steps for name, value in sums.items()}
        if not _finite(objective.parameters()):
            raise DivergedError(f"after epoch {number + 1}: a weight is not finite")
        scores = score(model, valid, scale, schedule.batch)
        spent = time.perf_counter() - began, time.process_time() - worked
        yield Report(number + 1, (number + 1) * steps, losses, scores, *spent)


def _check_finite(values: Mapping[str, float], epoch: int, index: int) -> None:
    """Raise `DivergedError` where a figure of a step is not finite; epoch and step are counted from 0."""
    broken = [f"{name} {value}" for name, value in values.items() if not isfinite(value)]
    if broken:
        more = f" and {len(broken) - FIRST} more" if len(broken) > FIRST else ""
        raise DivergedError(f"epoch {epoch + 1}, step {index + 1}: not finite: {', '.join(broken[:FIRST])}{more}")


def _finite(weights: Iterable[torch.Tensor]) -> bool:
    return all(bool(weight.isfinite().all()) for weight in weights)


def _span(
    targets: Float[np.ndarray, "item attribute"], kind: Int[np.ndarray, " item"], kinds: int
) -> Float[np.ndarray, "2 kind attribute"]:
    """Return the least and the largest value of each attribute in each kind; of all items where it has none."""
    rows = [kind == index if (kind == index).any() else slice(None) for index in range(kinds)]
    return np.stack([[extreme(targets[here], axis=0) for here in rows] for extreme in (np.min, np.max)])


def make_optimizer(model: nn.Module, config: Config) -> torch.optim.Optimizer:
    """Return the optimizer (Adam) of a run."""
    return torch.optim.Adam(model.parameters(), lr=config.schedule.lr)


def rate_factor(done: float, schedule: Schedule) -> float:
    """Return the factor of the learning rate after a share of all steps: a linear rise, then a linear fall to zero.

    Where the warm-up takes all the steps, there is no fall.
    """
    rise = min(1.0, (done + 1e-6) / schedule.warmup) if schedule.warmup else 1.0
    return min(rise, (1 - done) / (1 - schedule.warmup)) if schedule.decay and schedule.warmup < 1 else rise


@torch.inference_mode()
def score(model: VAE, data: Data, scale: Scale, batch: int = 256) -> dict[str, float]:
    """Measure a model on `data`: items are decoded from the posterior mean, without a teacher.

    Returns
    -------
    dict of str to float
        `accuracy` (share of ticks or pixels right), `exact` (share of items that are right
        everywhere) and `r2` (squared correlation of an attribute with its dimension, mean over
        the attributes; 0 where one of the two does not vary).

    Raises
    ------
    DivergedError
        When a code is not finite.
    """
    model.eval()
    device = next(model.parameters()).device
    rank, world = processes()
    codes = torch.zeros(data.a.shape, dtype=torch.float64, device=device)
    counts = torch.zeros(3, dtype=torch.float64, device=device)
    for rows in islice(batches(data.kind, 4 * batch), rank, None, world):
        kind = int(data.kind[rows[0]])
        x = model.items(torch.as_tensor(data.x[rows], device=device))
        mean = model.encode(x, kind).mean
        codes[rows] = mean[:, : codes.shape[1]].double()
        same = model.right(model.decode(mean, kind), x)
        counts += torch.tensor([same.sum(), same.numel(), same.all(dim=1).sum()]).to(counts)
    z, (right, total, exact) = add_up(codes).cpu().numpy(), add_up(counts).tolist()
    if not np.isfinite(z).all():
        raise DivergedError("validation: a code is not finite")
    a = scale.standardise(data.a, data.kind)
    spread = (z.std(axis=0) > 0) & (a.std(axis=0) > 0)  # a few items may all be alike
    r2 = [np.corrcoef(z[:, k], a[:, k])[0, 1] ** 2 if spread[k] else 0.0 for k in range(a.shape[1])]
    return {"accuracy": right / total, "exact": exact / len(data), "r2": float(np.mean(r2))}

"""The objective of a batch, whole or in shards, and its gradients."""

from __future__ import annotations

import inspect
from contextlib import nullcontext

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from armusic.config import Config, MeasureLoss
from armusic.errors import UsageError
from armusic.shapes import Float
from armusic.vae import control
from armusic.vae.companion import make_companion, own_loss
from armusic.vae.control import Edits
from armusic.vae.data import Scale
from armusic.vae.distributed import Shard, StepDraws, add_up, gather, processes, seed_default, seeded
from armusic.vae.judge import Judge
from armusic.vae.losses import cross_entropy, dependence, explained, kl, pairwise, regression, slope
from armusic.vae.models.base import VAE, Normal

REACH = 3.0  # standard deviations on both sides of the mean that targets are spread over, where nothing else is known
STEP = 0.1  # step along a dimension over which a slope is measured, in prior standard deviations
SIGMA = 1.0  # standard deviation of the slopes of GLSR-VAE about 1
COMPILED = 64  # greatest number of versions of the network that torch.compile keeps
TEACHER = 0.5  # share of batches in which an autoregressive decoder is fed the true notes (Pati and Lerch 2020)


class Objective(nn.Module):
    """The objective of a batch, as a module: DDP asks for all of a step to pass through `forward`.

    Dropout draws from torch's default generators. A step seeds them with its own draws, and leaves them as they were.
    """

    mean: Tensor
    std: Tensor
    span: Tensor

    def __init__(
        self,
        model: VAE,
        config: Config,
        scale: Scale,
        judge: Judge | None = None,
        companion: nn.Module | None = None,
        span: Float[np.ndarray, "2 kind attribute"] | None = None,
    ) -> None:
        super().__init__()
        if config.loss.attribute_loss == "slope" and judge is None:
            raise UsageError(
                "attribute_loss 'slope' needs attributes with differentiable expectations: this data has none"
            )
        self.model, self.config, self.judge = model, config, judge
        like = next(model.parameters())
        self.companion = (companion or make_companion(config)).to(like)
        self.register_buffer("mean", torch.as_tensor(scale.mean, dtype=like.dtype, device=like.device))
        self.register_buffer("std", torch.as_tensor(scale.std, dtype=like.dtype, device=like.device))
        if span is None:
            span = REACH * np.stack([-np.ones_like(scale.std), np.ones_like(scale.std)])
        self.register_buffer("span", torch.as_tensor(span, dtype=like.dtype, device=like.device))
        self._encode, self._decode = model.encode, model.decode
        if config.schedule.compile:  # for every kind, with and without gradient, with and without a teacher
            known = inspect.signature(torch.compile).parameters  # torch before 2.13 has no such limit
            limit = {"recompile_limit": COMPILED} if "recompile_limit" in known else {}
            self._encode, self._decode = (
                torch.compile(method, dynamic=True, **limit)  # type: ignore[call-overload]
                for method in (model.encode, model.decode)
            )

    def forward(
        self, x: Tensor, a: Tensor, kind: int, shard: Shard, draws: StepDraws, known: Tensor | None = None
    ) -> dict[str, Tensor]:
        """Return the shard's parts of the objective, and their weighted sum as `loss`.

        `x` (row, *shape) are the shard's items, of one kind; `a` (item, attribute) the standardised
        attributes of the whole batch, and `known` the result of `codes` for all shards, where it was computed before.
        """
        with seeded(draws.seed + shard.number, self.mean.device):
            return self._parts(x, a, kind, shard, draws, known)

    def _parts(
        self, x: Tensor, a: Tensor, kind: int, shard: Shard, draws: StepDraws, known: Tensor | None
    ) -> dict[str, Tensor]:
        weights, tied = self.config.loss, a.shape[1]
        own = self._posteriors(x, kind)
        batch = Normal(*shard.whole(own, known).chunk(2, dim=1))  # the other shards' rows carry no gradient
        codes = batch.sample(draws.noise)
        z = shard.take(codes)
        replaced = tied if weights.attribute_loss == "adversary" else 0  # dimensions that hold the attributes
        teacher = x if draws.teach else None
        if weights.attribute_loss == "slope":
            self.same_dropout(shard, draws)
        codes_in = torch.cat([shard.take(a[:, :replaced]), z[:, replaced:]], dim=1)
        edits = None
        if isinstance(weights, MeasureLoss) and weights.control and self.judge is not None:
            edits = control.edit(self.model, z, a, self.span[:, kind], kind, shard, draws)
            chance, share = control.chance_codes(a, shard, draws)
            output, edited, chosen = self.decode_all([codes_in, edits.after, chance], kind, teacher)
        else:
            output = self.decode(codes_in, kind, teacher)
        parts = {
            "nll": shard.mean(self.model.nll(output, x, kind)) / self.model.terms(output),
            "kl": shard.mean(kl(*(part[:, replaced:] for part in own.chunk(2, dim=1)))),
        }
        match weights.attribute_loss:
            case "regression" | "adversary":
                parts["attribute"] = shard.share(regression(codes[:, :tied], a))
            case "pairwise":
                parts["attribute"] = shard.share(pairwise(codes[:, :tied], a, weights.delta))
            case "cross-entropy":
                parts["attribute"] = shard.mean(cross_entropy(z[:, :tied], shard.take(a)))
            case "linear":
                parts["attribute"] = shard.mean(self.companion(z[:, :tied], shard.take(a)))
            case "slope":
                parts["attribute"] = shard.mean(self.slopes(z, output, kind, teacher, shard, draws))
            case _:  # of another package
                loss = own_loss(self.companion, weights.attribute_loss, codes[:, :tied], a)
                parts["attribute"] = shard.share(loss)
        loss = parts["nll"] + weights.beta * parts["kl"] + (1.0 if replaced else weights.gamma) * parts["attribute"]
        if replaced:
            parts["adversary"] = shard.share(explained(codes[:, tied:], a))
            loss = loss + weights.gamma * parts["adversary"]
        if edits is not None:
            assert isinstance(weights, MeasureLoss)
            assert self.judge is not None
            parts |= self.controlled(edits, edited, x, kind, draws, shard)
            faults = self.judge.faults(torch.cat([edited, chosen]))
            parts["faults"] = (faults * torch.cat([edits.weight, share])).sum() / 2
            loss = loss + weights.control * parts["control"] + weights.keep * parts["keep"]
            loss = loss + weights.grammar * parts["faults"]
        if weights.independence:
            parts["dependence"] = shard.share(dependence(batch.mean[:, tied:], a))
            loss = loss + weights.independence * parts["dependence"]
        return {"loss": loss, **parts}

    def controlled(
        self, edits: Edits, output: Tensor, x: Tensor, kind: int, draws: StepDraws, shard: Shard
    ) -> dict[str, Tensor]:
        """Return how far decoded edits are from what was asked for, and how much of the shard's items `x` they lose."""
        assert self.judge is not None
        uniform = output.new_empty(0)
        if self.judge.measured:
            rng = torch.Generator().manual_seed(draws.seed)
            size = (control.SAMPLES, shard.items, output.shape[1])
            uniform = torch.rand(size, generator=rng, dtype=output.dtype).to(output.device)
            uniform = uniform[:, shard.rows.to(output.device)][:, edits.rows]
        nll = self.model.nll(output, x[edits.rows], kind) / self.model.terms(output)
        scale = self.mean[kind], self.std[kind]
        return {
            "control": control.error(output, edits, self.judge, scale, kind, uniform),
            "keep": control.kept(nll, edits, self.mean.shape[1]),
        }

    def decode_all(self, codes: list[Tensor], kind: int, teacher: Tensor | None) -> tuple[Tensor, ...]:
        """Decode several sets of codes, all in one call, unless a teacher feeds the decoder of the first."""
        counts = [len(part) for part in codes]
        if teacher is None or not self.model.autoregressive:
            return self.decode(torch.cat(codes), kind).split(counts)
        others = self.decode(torch.cat(codes[1:]), kind).split(counts[1:])
        return self.decode(codes[0], kind, teacher), *others

    def slopes(
        self, z: Tensor, output: Tensor, kind: int, teacher: Tensor | None, shard: Shard, draws: StepDraws
    ) -> Tensor:
        """Return the negative log-likelihood of the slopes of the output's attributes along their dimensions (row,).

        One dimension of each item is moved, in turn; `output` is the output for `z`, before the move.
        """
        assert self.judge is not None
        count = len(self.config.attributes)
        moved = (shard.take(draws.order) % count)[:, None]
        self.same_dropout(shard, draws)
        after = self.decode(z.scatter_add(1, moved, z.new_full(moved.shape, STEP)), kind, teacher)
        rise = (self.judge.moments(after, kind)[0] - self.judge.moments(output, kind)[0]) / self.std[kind] / STEP
        return count * slope(rise.gather(1, moved)[:, 0], SIGMA)

    def same_dropout(self, shard: Shard, draws: StepDraws) -> None:
        """Make the next decoding drop the units that it drops after any other such call in this step."""
        seed_default(draws.seed + shard.count + shard.number, self.mean.device)

    def codes(self, x: Tensor, kind: int, shard: Shard, draws: StepDraws) -> Tensor:
        """Return the posteriors of a shard's items, mean beside log_std (row, 2 latent); the same at each call."""
        with seeded(draws.seed + shard.number, self.mean.device):
            return self._posteriors(x, kind)

    def _posteriors(self, x: Tensor, kind: int) -> Tensor:
        posterior = self.encode(x, kind)
        return torch.cat([posterior.mean, posterior.log_std], dim=1)

    def encode(self, x: Tensor, kind: int) -> Normal:
        """Encode in the precision of the configuration; the result has that of the weights."""
        with self._precision():
            posterior = self._encode(x, kind)
        return Normal(posterior.mean.to(self.mean.dtype), posterior.log_std.to(self.mean.dtype))

    def decode(self, z: Tensor, kind: int, teacher: Tensor | None = None) -> Tensor:
        """Decode in the precision of the configuration; the result has that of the weights."""
        with self._precision():
            output: Tensor = self._decode(z, kind, teacher)
        return output.to(self.mean.dtype)

    def _precision(self) -> torch.autocast:
        return torch.autocast(
            self.mean.device.type, torch.bfloat16, enabled=self.config.schedule.precision == "bfloat16"
        )


def backward(
    objective: Objective, wrapped: nn.Module, x: Tensor, a: Tensor, kind: int, draws: StepDraws
) -> dict[str, float]:
    """Compute the gradients of a batch, and return the parts of its objective.

    They are those of the whole batch, whatever the number of processes and of `accumulate`:
    pairs and batch statistics are over all its items. `x` (item, *shape) and `a` (item, attribute)
    are the whole batch, as data has it, the same in every process; `wrapped` is `objective`, as DDP wraps it.
    """
    rank, world = processes()
    times = min(objective.config.schedule.accumulate, -(-len(a) // world))  # one after another
    shards = [Shard(len(a), rank * times + number, world * times) for number in range(times)]
    own = [objective.model.items(shard.take(x).to(a.device)) for shard in shards]
    known = None
    if times > 1:
        with torch.no_grad():
            known = gather(
                torch.cat(
                    [objective.codes(items, kind, shard, draws) for shard, items in zip(shards, own, strict=True)]
                )
            )
    totals = []
    for shard, items in zip(shards, own, strict=True):
        last = shard is shards[-1]
        with wrapped.no_sync() if not last and isinstance(wrapped, DistributedDataParallel) else nullcontext():
            parts = wrapped(items, a, kind, shard, draws, known)
            (world * parts["loss"]).backward()  # DDP takes the mean over the processes; this makes it the sum
        totals.append(torch.stack([part.detach() for part in parts.values()]))
    return dict(zip(parts, add_up(torch.stack(totals).sum(dim=0)).tolist(), strict=True))

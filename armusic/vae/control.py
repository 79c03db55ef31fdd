"""Control: edited codes of a batch, and how far what is decoded from them is from what was asked for.

The error is the expected square of the distance, mean and variance of the output together: an output that is right
on average only is wrong as soon as it is decoded. Attributes without closed form are measured on samples of the
output, and their gradient is that of the samples' likelihood: any function of an item can be learnt.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from armusic.vae.distributed import Shard, StepDraws
from armusic.vae.judge import Judge
from armusic.vae.models.base import VAE

EDITED, CHANCE = 2, 8  # of so many items of a batch, the code of one is edited; and one chance code is decoded as it is
SHARP = 2.0  # standard deviations of an attribute up to which an error counts squared, beyond it in proportion
FREE = 0.2  # weight of the squared move of the free dimensions, beside the cross-entropy per part of the input
SAMPLES = 8  # of an output, where an attribute is measured


@dataclass(frozen=True, slots=True)
class Edits:
    """Edited codes of a shard.

    Parameters
    ----------
    rows : int Tensor (edit,)
        Their rows in the shard.
    weight : Tensor (edit,)
        Share of each in a mean over the edits of the whole batch; 0 for one that only fills a place.
    own : Tensor (edit,)
        The same in a mean over those that are codes of items, not of the prior.
    before, after : Tensor (edit, latent)
        Codes before and after.
    targets : Tensor (edit, attribute)
        Values that are asked for, in standard deviations; NaN for the others.
    """

    rows: Tensor
    weight: Tensor
    own: Tensor
    before: Tensor
    after: Tensor
    targets: Tensor


def edit(model: VAE, z: Tensor, a: Tensor, span: Tensor, kind: int, shard: Shard, draws: StepDraws) -> Edits:
    """Return edits of some codes of a shard: most of them codes of its items, the others of the prior.

    What is asked for are the attributes of other items, or values spread evenly over `span` (2, attribute).

    Parameters
    ----------
    model : VAE
        The model that edits.
    z : Tensor (row, latent)
        Codes of the shard's items; no gradient reaches them.
    a : Tensor (item, attribute)
        Attributes of the whole batch, in standard deviations.
    """
    rows, weight = _every(EDITED, shard, a)
    from_prior, evenly, targeted = (shard.take(part)[rows] for part in (draws.from_prior, draws.evenly, draws.targeted))
    before = torch.where(from_prior[:, None], shard.take(draws.chance)[rows], z.detach()[rows])
    others, spread = shard.take(a[draws.order])[rows], span[0] + shard.take(draws.where)[rows] * (span[1] - span[0])
    targets = torch.where(evenly[:, None], spread, others).masked_fill(~targeted, float("nan"))
    items = max(1, int((~draws.from_prior[::EDITED]).sum()))
    own = torch.where(from_prior | (weight == 0), 0.0, 1.0 / items).to(z)
    return Edits(rows, weight, own, before, model.edit(before, targets, kind), targets)


def chance_codes(a: Tensor, shard: Shard, draws: StepDraws) -> tuple[Tensor, Tensor]:
    """Return codes of the prior (code, latent), and the share of each in a mean over the whole batch (code,)."""
    rows, weight = _every(CHANCE, shard, a)
    return shard.take(draws.chance)[rows], weight


def error(
    output: Tensor, edits: Edits, judge: Judge, scale: tuple[Tensor, Tensor], kind: int, uniform: Tensor
) -> Tensor:
    """Return the distance of edited outputs from what was asked for, summed over the attributes: a scalar.

    Parameters
    ----------
    output : Tensor (edit, part, class)
        Output decoded from the edited codes.
    scale : (Tensor (attribute,), Tensor (attribute,))
        Mean and standard deviation of the attributes in this kind.
    uniform : Tensor (sample, edit, part)
        Numbers drawn evenly from 0 to 1, for samples of the output; used where an attribute is measured.

    Source
    ------
    Charbonnier's loss for large errors; the gradient of samples with the mean of the others as baseline: Kool, van
    Hoof and Welling, "Buy 4 REINFORCE Samples, Get a Baseline for Free!" (2019).
    """
    mean, std = scale
    targeted, targets = ~edits.targets.isnan(), edits.targets.nan_to_num()
    total = output.new_zeros(())
    if judge.known:
        known = list(judge.known)
        expected, variance = judge.moments(output, kind)
        distance = (expected - mean[known]) / std[known] - targets[:, known]
        cost = _penalty(distance.square() + variance / std[known].square()) * targeted[:, known]
        total = total + (cost.sum(dim=1) * edits.weight).sum()
    if judge.measured:
        measured = list(judge.measured)
        likelihood = output.log_softmax(dim=-1)
        samples = (uniform[..., None] > likelihood.detach().exp().cumsum(dim=-1)).sum(dim=-1)
        samples = samples.clamp(max=output.shape[-1] - 1)
        values = torch.from_numpy(judge.measure(samples.flatten(0, 1).cpu().numpy(), kind)).to(output)
        distance = (values.unflatten(0, samples.shape[:2]) - mean[measured]) / std[measured] - targets[:, measured]
        cost = (_penalty(distance.square()) * targeted[:, measured]).sum(dim=2)
        gain = (cost - cost.mean(dim=0)) * len(cost) / (len(cost) - 1)
        chosen = likelihood.expand(len(samples), *likelihood.shape).gather(3, samples[..., None])[..., 0].sum(dim=2)
        surrogate = gain * (chosen - chosen.detach())  # no value, but the gradient of the mean cost
        total = total + ((cost + surrogate).mean(dim=0) * edits.weight).sum()
    return total


def kept(nll: Tensor, edits: Edits, attributes: int) -> Tensor:
    """Return how much edits lose of their inputs: `nll` (edit,), and how far the free dimensions move."""
    moved = (edits.after - edits.before)[:, attributes:].square()
    return (nll * edits.own).sum() + FREE * (moved.mean(dim=1) * edits.weight).sum()


def _every(step: int, shard: Shard, like: Tensor) -> tuple[Tensor, Tensor]:
    """Return every so many of the batch's items: their rows in the shard, at least one, and the weight of each."""
    places = shard.rows
    rows = torch.arange(len(places))
    chosen = (places % step == 0) & (rows < shard.real)
    weight = chosen / -(-shard.items // step)
    rows = torch.nonzero(chosen)[:, 0] if chosen.any() else rows[:1]
    return rows.to(like.device), weight[rows].to(like)


def _penalty(square: Tensor) -> Tensor:
    """Return squared errors that count in proportion where they are large."""
    return 2 * SHARP**2 * ((1 + square / SHARP**2).sqrt() - 1)

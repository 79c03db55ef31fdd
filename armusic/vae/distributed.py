"""A batch in shards: on several devices at once, or one after another on one.

The losses of the shards of a batch add up to that of the batch, and so do their gradients.
Rows of other shards that a loss needs are gathered; only a shard's own rows carry gradient. The random
numbers of a step, except for dropout, are drawn for the whole batch, alike on all devices.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, distributed


@dataclass(frozen=True, slots=True)
class Shard:
    """Shard `number` of `count` equal ones of a batch of `items`.

    The last shards may reach beyond the batch: their rows there repeat the last item, and have no weight.

    Examples
    --------
    >>> [Shard(5, number, 3).rows.tolist() for number in range(3)]
    [[0, 1], [2, 3], [4, 4]]
    >>> Shard(5, 2, 3).real
    1
    """

    items: int
    number: int = 0
    count: int = 1

    @property
    def size(self) -> int:
        """Number of rows of each shard."""
        return -(-self.items // self.count)

    @property
    def rows(self) -> Tensor:
        """Places of its rows in the batch, int (row,)."""
        return (self.number * self.size + torch.arange(self.size)).clamp(max=self.items - 1)

    @property
    def real(self) -> int:
        """Number of its rows, the first ones, that are items of its own."""
        return min(max(self.items - self.number * self.size, 0), self.size)

    def take(self, whole: Tensor) -> Tensor:
        """Return the shard's rows of a tensor of the whole batch."""
        return whole if self.count == 1 else whole[self.rows.to(whole.device)]

    def mean(self, values: Tensor) -> Tensor:
        """Return the shard's part of the batch mean of a value per item (row,)."""
        return values[: self.real].sum() / self.items

    def share(self, loss: Tensor) -> Tensor:
        """Return the shard's part of a loss of the whole batch: an equal share of the value, and its own gradient.

        Examples
        --------
        >>> part = Shard(4, 0, 2).share(torch.tensor(3.0, requires_grad=True) * 2)
        >>> part.item(), part.requires_grad
        (3.0, True)
        """
        return loss if self.count == 1 else loss - loss.detach() * (1 - 1 / self.count)

    def whole(self, own: Tensor, known: Tensor | None = None) -> Tensor:
        """Return a tensor of the whole batch (item, ...), of which this shard's rows carry gradient.

        Parameters
        ----------
        own : Tensor (row, ...)
            This shard's rows.
        known : Tensor (all rows, ...), optional
            Rows of all shards; where they are not given, each process has one shard, and they are gathered.
        """
        if self.count == 1:
            return own
        known = gather(own) if known is None else known
        before, after = known[: self.number * self.size], known[(self.number + 1) * self.size :]
        return torch.cat([before, own, after])[: self.items]


@dataclass(frozen=True, slots=True)
class StepDraws:
    """Random numbers of one step, for the whole batch: the same in every process.

    Parameters
    ----------
    noise : Tensor (item, latent)
        Standard normal noise: with it, a code is drawn from its posterior.
    teach : bool
        Whether an autoregressive decoder is fed the true notes.
    order : int Tensor (item,)
        A permutation: the other item of each item.
    chance : Tensor (item, latent)
        Codes of the prior.
    from_prior, evenly : bool Tensor (item,)
        Whether a code of the prior is edited in the place of the item's own, and whether the targets are spread evenly.
    targeted : bool Tensor (item, attribute)
        Mask of the attributes that are asked for: of most items one, of the others all.
    where : Tensor (item, attribute)
        Places of targets that are spread evenly, 0..1.
    seed : int
        Seed of dropout; each shard adds its number.
    """

    noise: Tensor
    teach: bool
    order: Tensor
    chance: Tensor
    from_prior: Tensor
    evenly: Tensor
    targeted: Tensor
    where: Tensor
    seed: int


PRIOR, EVEN, ALL = 0.3, 0.3, 0.15
"""Shares of edits: of a code of the prior; with targets that are spread evenly; for all attributes at once."""


def draw(items: int, latent: int, attributes: int, teacher: float, like: Tensor, rng: torch.Generator) -> StepDraws:
    """Draw the numbers of a step of `items`; `like` sets device and dtype, `teacher` is the probability of `teach`."""
    noise, chance = torch.randn(2, items, latent, generator=rng, dtype=like.dtype)
    where = torch.rand(items, attributes, generator=rng, dtype=like.dtype)
    order = torch.randperm(items, generator=rng)
    prior, even, every = torch.rand(3, items, generator=rng)
    single = torch.randint(attributes, (items, 1), generator=rng) == torch.arange(attributes)
    targeted = single | (every < ALL)[:, None]
    teach = float(torch.rand((), generator=rng))
    seed = int(torch.randint(2**62, (), generator=rng))
    noise, order, chance, from_prior, evenly, targeted, where = (
        part.to(like.device) for part in (noise, order, chance, prior < PRIOR, even < EVEN, targeted, where)
    )
    return StepDraws(noise, teach < teacher, order, chance, from_prior, evenly, targeted, where, seed)


def seed_default(seed: int, device: torch.device) -> None:
    """Seed torch's default generators of the processor and of one device: dropout draws from them."""
    torch.default_generator.manual_seed(seed)
    if device.type == "cuda":
        with torch.cuda.device(device):
            torch.cuda.manual_seed(seed)


@contextmanager
def seeded(seed: int, device: torch.device) -> Iterator[None]:
    """Seed the default generators, and restore their state at the end.

    Examples
    --------
    >>> before = torch.get_rng_state()
    >>> with seeded(0, torch.device("cpu")):
    ...     drawn = torch.rand(())
    >>> round(drawn.item(), 3), torch.equal(torch.get_rng_state(), before)
    (0.496, True)
    """
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        seed_default(seed, device)
        yield


def processes() -> tuple[int, int]:
    """Return the rank of this process and the number of processes that train together: (0, 1) for a single one."""
    return (distributed.get_rank(), distributed.get_world_size()) if distributed.is_initialized() else (0, 1)


def gather(own: Tensor) -> Tensor:
    """Return the rows of all processes, equally many of each, in order of rank, without gradient."""
    if processes()[1] == 1:
        return own.detach()
    rows = [torch.empty_like(own) for _ in range(processes()[1])]
    distributed.all_gather(rows, own.detach().contiguous())
    return torch.cat(rows)


def add_up(values: Tensor) -> Tensor:
    """Return the sum of a tensor over all processes."""
    if processes()[1] > 1:
        distributed.all_reduce(values)
    return values

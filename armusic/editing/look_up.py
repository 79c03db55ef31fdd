"""Answers for several attributes of a tune, looked up: what the command line and the studio share.

Candidates are searched for each attribute on its own, and those of the attributes that have targets are put together:
an answer depends neither on what else was searched for, nor on which measures it is for.
Targets are a table (measure, attribute) of values, NaN where a measure is free; a measure without any stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from types import MappingProxyType

import numpy as np

from armusic.config.manner import NATURAL
from armusic.editing import candidates, probes, tune_values
from armusic.editing import chooser as choosers
from armusic.editing import ear as ears
from armusic.editing import pool as pools
from armusic.editing.candidates import Candidates, Search
from armusic.editing.chooser import ByHand, Chooser
from armusic.editing.material import Tokens
from armusic.editing.pool import PerCandidate, Pool
from armusic.editing.recent import Recent
from armusic.editing.targets import TargetTable
from armusic.music import similarity
from armusic.progress import Progress
from armusic.shapes import Bool
from armusic.taste.information import NAME

Columns = tuple[int, ...]
Answer = tuple[Tokens, list[str]]
"""Tokens, and messages about targets that are out of reach."""

TOLERANCE = 0.25  # standard deviations: samples may miss a target by so much more than the best answer does
LIKELY = 0.2  # of a cost: samples are e times as often a candidate as one that costs so much more
MOST = 8_000_000  # bytes of what is put together for the last attributes that had targets
NOTHING: ByHand = MappingProxyType({})


def by_mean(
    chooser_of: Callable[[Columns], Chooser],
    tokens: Tokens,
    present: TargetTable,
    targets: TargetTable,
    seed: int | None = None,
    by_hand: ByHand = NOTHING,
) -> Answer:
    """Return the tokens of a tune whose means come to those of targets.

    Parameters
    ----------
    chooser_of : callable
        Gives what chooses for some columns of the targets.
    tokens : int16 array (measure, tick)
        The tune.
    present : float64 array (measure, attribute)
        Present values.
    targets : float array (measure, attribute)
        Attributes of which no measure has a target are free.
    seed : int, optional
        Draws another answer of nearly the same worth.
    by_hand : mapping of int to int16 array (tick,)
        Tokens of measures that stay as they are given, and count in the means.
    """
    columns = tuple(np.flatnonzero(np.isfinite(targets).any(axis=0)).tolist())
    if not columns:
        return tokens.copy(), []
    chooser = chooser_of(columns)
    table = np.where(np.isfinite(targets), targets, present)[:, columns]
    return (chooser.around(by_hand) if by_hand else chooser).answer(table, seed)


def by_measure(
    pool_of: Callable[[Columns], Pool],
    tokens: Tokens,
    present: TargetTable,
    targets: TargetTable,
    seed: int | None = None,
) -> Answer:
    """Return the tokens of a tune that meet the targets of each measure best; the parameters are as for `by_mean`."""
    finite, tokens, notes = np.isfinite(targets), tokens.copy(), []
    for pattern in np.unique(finite[finite.any(axis=1)], axis=0):
        rows, columns = (finite == pattern).all(axis=1), np.flatnonzero(pattern)
        table = np.where(rows[:, None], targets, present)[:, columns]
        answers, messages = pool_of(tuple(columns.tolist())).look_up(table, seed)
        tokens[rows] = answers[rows]
        notes += messages
    return tokens, notes


@dataclass(frozen=True, slots=True)
class LookUp:
    """Candidates for some attributes of a tune, each on its own and together: answers without a search.

    Parameters
    ----------
    search : Search
        The search that they come from.
    names : tuple of str
        The attributes: columns of targets.
    present : float64 array (measure, attribute)
        Their values in the tune.
    every : Candidates
        All candidates; the strain of the best for each attribute is known.
    own : bool array (attribute, candidate)
        Mask of the candidates that were searched for each attribute.
    apart, awkward : float64 array (candidate,)
        Distance of their notes from the tune's, and their awkwardness.
    """

    search: Search
    names: tuple[str, ...]
    present: TargetTable
    every: Candidates
    own: Bool[np.ndarray, "attribute candidate"]
    apart: PerCandidate
    awkward: PerCandidate
    _pools: Recent[Columns, Pool] = field(default_factory=partial(Recent, MOST // 2))
    _choosers: Recent[tuple[Columns, float], Chooser] = field(default_factory=partial(Recent, MOST // 2))

    @property
    def nbytes(self) -> int:
        """Memory that it takes."""
        own = self.every.nbytes + self.own.nbytes + self.apart.nbytes + self.awkward.nbytes
        return own + self._pools.nbytes + self._choosers.nbytes

    def forget(self) -> None:
        """Keep only what was searched for: the next answer puts candidates together again."""
        self._choosers.clear()
        self._pools.clear()

    def pool(self, columns: Columns) -> Pool:
        """Return the candidates for some attributes, as `armusic.editing.pool.build`."""
        return self._pools.get(columns, partial(self._together, columns))

    def _together(self, columns: Columns) -> Pool:
        names = tuple(self.names[column] for column in columns)
        places = np.flatnonzero(self.own[list(columns)].any(axis=0))
        every = self.every.take(places)
        if NAME in names:  # where surprise has a target, it does not strain
            every = replace(every, strain=np.full(len(places), np.nan))
        pool = pools.of_candidates(self.search, names, every, self.apart[places])
        count = pools.FEW if len(names) > 1 else pools.EQUALS
        return pool.take(pool.best(pools.RESOLUTION, count, self.awkward[places]))

    def chooser(self, columns: Columns, natural: float = NATURAL) -> Chooser:
        """Return what answers targets of the tune's means for some attributes."""
        pool = partial(self.pool, columns)
        return self._choosers.get((columns, natural), lambda: choosers.chooser(pool().at(natural)))

    def whole(
        self, targets: TargetTable, natural: float = NATURAL, seed: int | None = None, by_hand: ByHand = NOTHING
    ) -> Answer:
        """Return what `by_mean` does; `natural` is as for `armusic.config.manner.Manner`."""
        tokens = self.search.material.tokens
        return by_mean(partial(self.chooser, natural=natural), tokens, self.present, targets, seed, by_hand)

    def closed_loop(self, targets: TargetTable, natural: float = NATURAL, seed: int | None = None) -> Answer:
        """Return what `by_measure` does."""

        def pool_of(columns: Columns) -> Pool:
            return self.pool(columns).at(natural)

        return by_measure(pool_of, self.search.material.tokens, self.present, targets, seed)

    def sample(self, seed: int, natural: float = NATURAL) -> Tokens:
        """Return tokens drawn by chance from those that have nearly the attributes of the tune.

        What costs the music less is likelier, and equal measures get equal ones.
        """
        tokens, rng = self.search.material.tokens.copy(), np.random.default_rng(seed)
        pool = self.pool(tuple(range(len(self.names)))).at(natural)
        units, every = pool.search.of, pool.candidates
        chance = rng.gumbel(size=len(every.of))
        bounds = np.searchsorted(every.of, np.arange(len(pool.search.first) + 1))
        columns = [pool.search.names.index(name) for name in self.names]
        for row in np.flatnonzero(units >= 0).tolist():
            part = np.arange(bounds[units[row]], bounds[units[row] + 1])
            deviation = (every.values[part][:, columns] - self.present[row]) / pool.search.std[units[row]][columns]
            error = np.sqrt(np.sum(deviation**2, axis=1))
            near = part[error <= error.min() + TOLERANCE]
            near = near[np.argsort(pool.distance[near], kind="stable")][: pools.NEAREST]
            other = near[pool.distance[near] > 0]  # 0: the input itself
            near = other if len(other) else near
            tokens[row] = every.tokens[near[(chance[near] - pool.costs(near) / LIKELY).argmax()]]
        return tokens


def search(whole: Search, names: tuple[str, ...], on_progress: Progress | None = None) -> LookUp:
    """Find candidates for attributes: seconds, up to a minute for a long tune.

    Parameters
    ----------
    whole : Search
        A search for the attributes.
    names : tuple of str
        The attributes.
    on_progress : callable, optional
        Called before every batch with how many codes are decoded, and how many there are; an exception that it
        raises ends the search.
    """
    codes = len(probes.GRID) * probes.MOVES + probes.GAPS  # of a unit, per attribute
    total, done = codes * len(whole.first) * len(names), 0

    def count(batch: int) -> None:
        nonlocal done
        if on_progress is not None:
            on_progress(done, total)
        done += batch

    none = candidates.slim(candidates.inputs(whole)).take(np.arange(0))
    parts, own = [candidates.narrow(none)], [np.zeros((len(names), 0), dtype=bool)]
    apart, awkward = [np.zeros(0)], [np.zeros(0)]
    for low, part in candidates.blocks(whole):
        every, places = candidates.merge([candidates.slim(pools.fill(part, name, on_decode=count)) for name in names])
        own.append(np.array([np.isin(np.arange(len(every.of)), each) for each in places]))
        apart.append(similarity.apart(every.tokens, part.ear.tokens[every.of]))
        awkward.append(ears.awkwardness(part.ear, every.of, every.tokens))
        _judge(part, names, every, own[-1], apart[-1], awkward[-1])
        parts.append(candidates.narrow(every, low))
    material = whole.material
    present = tune_values.measure(material.tokens, material.kind, names)
    owned = np.concatenate(own, axis=1)
    return LookUp(
        whole, names, present, candidates.together(parts), owned, np.concatenate(apart), np.concatenate(awkward)
    )


def _judge(
    part: Search,
    names: tuple[str, ...],
    every: Candidates,
    own: Bool[np.ndarray, "attribute candidate"],
    apart: PerCandidate,
    awkward: PerCandidate,
) -> None:
    """Find out what strains the ear in the best candidates for each attribute, which are looked at most."""
    for name, mine in zip(names, own, strict=True):
        if name != NAME:
            places = np.flatnonzero(mine)
            pool = pools.of_candidates(part, (name,), every.take(places), apart[places])
            best = places[pool.best(pools.RESOLUTION, pools.EQUALS, awkward[places])]
            new = best[np.isnan(every.strain[best])]
            every.strain[new] = ears.strain(part.ear, every.of[new], every.tokens[new])

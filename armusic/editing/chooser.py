"""Whole tunes for targets of their means: by the path of one attribute, or by joint prices for several."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from armusic.editing import joint, tune_values
from armusic.editing.ear import IN_PITCH
from armusic.editing.limits import further, of_mean
from armusic.editing.material import Tokens
from armusic.editing.path import Path, path
from armusic.editing.pool import CHANCE, Pool
from armusic.editing.targets import TargetTable
from armusic.music.attributes import short_name
from armusic.music.tokenizer import is_onset
from armusic.shapes import Float, Int
from armusic.taste.information import NAME

MISSED = 0.05  # standard deviations of the tune's mean: what is said of joint targets
ROUNDS = 5  # in which the sum of what depends on the measures around is corrected
TRIES = 4  # answers that are looked at for each other one
_SLACK = 1e-6  # what rounding takes from a value


ByHand = Mapping[int, Int[np.ndarray, " tick"]]
"""The tokens of measures that were written by hand, by their places in the tune."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Chooser:
    """What answers targets of a tune's means.

    Parameters
    ----------
    pool : Pool
        The candidates: a short list.
    paths : tuple of Path
        Path of the tune for each attribute, where it alone has a target.
    """

    pool: Pool
    paths: tuple[Path, ...]

    @property
    def nbytes(self) -> int:
        """Memory that it takes, with its candidates."""
        return self.pool.nbytes + sum(each.nbytes for each in self.paths)

    def around(self, by_hand: ByHand) -> Chooser:
        """Return what answers where some measures are written by hand: they stay, and count in the means."""
        first = self.paths[0]
        search, rows = first.pool.search, list(by_hand)
        tokens, of = search.material.tokens.copy(), search.of.copy()
        tokens[rows], of[rows] = np.array(list(by_hand.values())), -1
        search = replace(search, material=replace(search.material, tokens=tokens), of=of)
        pool = replace(first.pool, search=search)
        return Chooser(pool, tuple(path(pool, column, first.costs) for column in range(len(self.paths))))

    def step_targets(self, steps: Sequence[float]) -> TargetTable:
        """Return the present values of all measures, each attribute moved by so many standard deviations."""
        search, present = self.pool.search, self.pool.present
        rows = np.flatnonzero(search.of >= 0)
        columns = [search.names.index(name) for name in self.pool.names]
        present[rows] += np.asarray(steps) * search.std[search.of[rows]][:, columns]
        return present

    def within(self, targets: TargetTable) -> TargetTable:
        """Return targets whose means are within reach: the nearest to these."""
        return targets + (self._clipped(targets) - self._totals(targets)) / max(len(targets), 1)

    def answer(self, targets: TargetTable, seed: int | None = None) -> tuple[Tokens, list[str]]:
        """Return the tokens whose means come to those of the targets, and messages about what is out of reach.

        With a seed it is another answer, of nearly the same worth: what the candidates cost is changed by chance.
        """
        totals, clipped = self._totals(targets), self._clipped(targets)
        present, count = self.pool.present.mean(axis=0), max(len(targets), 1)

        def mean(k: int, total: float) -> float:
            return float(present[k] + total / count)

        notes: list[str] = [
            of_mean(name, mean(k, totals[k]), mean(k, clipped[k]), (mean(k, low), mean(k, high)))
            for k, (name, (low, high)) in enumerate(zip(self.pool.names, self._reach, strict=True))
            if abs(totals[k] - clipped[k]) > _SLACK * count
        ]
        beyond = [name for k, name in enumerate(self.pool.names) if totals[k] - clipped[k] > _SLACK * count]
        notes += further(beyond, self.pool.search.ear.manner.keep)
        if not clipped.any() and (seed is None or (self.pool.search.of < 0).all()):
            return self.pool.search.material.tokens.copy(), notes
        places = self._places(clipped, seed)
        if NAME in self.pool.names:
            places = self._in_context(places, clipped, seed)
        return self.paths[0].pool.tokens(places), notes or self._missed(places, clipped, present, count)

    def _in_context(
        self, places: Int[np.ndarray, " unit"], totals: Float[np.ndarray, " attribute"], seed: int | None
    ) -> Int[np.ndarray, " unit"]:
        """Return places whose sum of surprise comes to its target when each stands beside the others."""
        column = self.pool.names.index(NAME)
        goal, best, least = totals.copy(), places, np.inf
        for _ in range(ROUNDS):
            error = totals[column] - self._surprise(places)
            if abs(error) < least:
                best, least = places, abs(error)
            goal[column] += error
            places = self._places(goal, seed)
        return best

    def _surprise(self, places: Int[np.ndarray, " unit"]) -> float:
        """Return by how much the sum of surprise changes when each measure stands beside the others."""
        material, varied = self.pool.search.material, self.pool.search.of >= 0
        tunes = (self.paths[0].pool.tokens(places), material.tokens)
        after, before = (tune_values.measure(tokens, material.kind, (NAME,)) for tokens in tunes)
        return float((after - before)[varied].sum())

    def _missed(
        self,
        places: Int[np.ndarray, " unit"],
        totals: Float[np.ndarray, " attribute"],
        present: Float[np.ndarray, " attribute"],
        count: int,
    ) -> list[str]:
        """Return messages about targets that cannot be met together; surprise, which depends on context, nor alone."""
        messages: list[str] = []
        alone = len(self.paths) == 1
        for k, each in enumerate(self.paths):
            name = self.pool.names[k]
            if name == NAME:
                change = self._surprise(places)
            else:
                values = each.pool.candidates.values[:, each.column]
                change = float((values[places] - values[each.input]) @ each.occurrences)
            short = (totals[k] - change) * np.sign(totals[k]) if alone else abs(totals[k] - change)
            if short > MISSED * abs(each.total(1.0)) and (name == NAME or not alone):
                target, reached = present[k] + totals[k] / count, present[k] + change / count
                messages.append(of_mean(name, float(target), float(reached), alone=alone))
        return messages

    def _places(self, totals: Float[np.ndarray, " attribute"], seed: int | None) -> Int[np.ndarray, " unit"]:
        """Return the candidate of each unit."""
        first = self.paths[0]
        costs = first.costs
        if seed is not None:
            costs = costs * np.exp(CHANCE * np.random.default_rng(seed).standard_normal(len(costs)))
        if len(self.paths) > 1:
            return joint.answers(first.pool, totals, costs)
        return (first if seed is None else path(first.pool, 0, costs)).answers(float(totals[0]))

    @property
    def _reach(self) -> list[tuple[float, float]]:
        return [each.reach for each in self.paths]

    def _totals(self, targets: TargetTable) -> Float[np.ndarray, " attribute"]:
        """Return by how much the sums of the attributes are to change; measures that cannot vary are left out.

        Those written by hand are not: the others make up for them.
        """
        varied = self.pool.search.material.varied
        return (targets - self.pool.present)[varied].sum(axis=0)

    def _clipped(self, targets: TargetTable) -> Float[np.ndarray, " attribute"]:
        return np.array([np.clip(total, *ends) for total, ends in zip(self._totals(targets), self._reach, strict=True)])


def chooser(pool: Pool) -> Chooser:
    """Return what answers targets of a tune's means from the candidates of a pool; say which cannot change."""
    short = pool if len(pool.names) == 1 else joint.short(pool)
    paths = tuple(path(short, column) for column in range(len(pool.names)))
    for name, each in zip(pool.names, paths, strict=True):
        if len(each.occurrences) and each.reach == (0, 0):
            log.warning("%s", stuck(pool, name))
    return Chooser(short, paths)


def stuck(pool: Pool, name: str) -> str:
    """Return why no measure of a tune has another value of an attribute."""
    ear = pool.search.ear
    what = f"{short_name(name)} cannot change in this tune"
    if name in IN_PITCH and (is_onset(ear.tokens).sum(axis=1) <= 1).all():
        return f"{what}: each measure holds a single note, and keeps it"
    kept = " and ".join(ear.manner.keep)
    if not kept:
        return f"{what}: there is no other measure for any of its own"
    return f"{what} while it keeps {kept}: choose fewer for the option keep, or none"


def different(
    answer: Callable[[int | None], tuple[Tokens, list[str]]], count: int, seed: int
) -> list[tuple[Tokens, list[str]]]:
    """Return different answers: the best one, and others of nearly the same worth; fewer where there are no more.

    Parameters
    ----------
    answer : callable
        Takes a seed, or None for the best answer, and returns tokens and messages.
    count : int
        Number of answers.
    seed : int
        Seed of the second answer; further seeds are those above.
    """
    answers = [answer(None)]
    for number in range(seed, seed + TRIES * (count - 1)):
        if len(answers) == count:
            break
        tokens, notes = answer(number)
        if all((tokens != other).any() for other, _ in answers):
            answers.append((tokens, notes))
    return answers

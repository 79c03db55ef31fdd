"""Pools so small that every choice from them can be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise, product

import numpy as np

import armusic
from armusic.config.manner import DEFAULT, Manner
from armusic.editing import candidates
from armusic.editing import pool as pools
from armusic.editing.candidates import Candidates, Search
from armusic.editing.material import prepare
from armusic.editing.path import SPREAD
from armusic.editing.pool import Pool
from armusic.inference.checkpoint import Checkpoint
from tests.notation import REEL, tune

MUSIC = ("GABc dcBA|", "A2B2 c2d2|", "B4 G4|", "cBAG FGAB|")
FREE, FINER = Manner(keep=()), Manner(keep=("cadences", "downbeats"))
"""Nothing is kept; all but subdivisions are."""


def tiny_pool(
    changes: Sequence[Sequence[Sequence[float]]], costs: Sequence[Sequence[float]], order: str, names: tuple[str, ...]
) -> Pool:
    """Return a pool with candidates that are said: the input, and measures with another first note.

    Parameters
    ----------
    changes : sequence (unit, candidate, attribute)
        By how many standard deviations each candidate besides the input changes the attributes.
    costs : sequence (unit, candidate)
        What each costs the music.
    order : str
        The units of the measures of the tune, as `aab`: the first is that of the lowest first pitch.
    names : tuple of str
        Attributes of the model.
    """
    search = _search(order, names)
    own = candidates.inputs(search)
    columns = [search.names.index(name) for name in names]
    of, tokens, values, distance = [], [], [], []
    for unit, (moves, prices) in enumerate(zip(changes, costs, strict=True)):
        every = own.values[unit] + np.zeros((1 + len(moves), len(search.names)))
        every[1:, columns] += np.asarray(moves) * search.std[unit, columns]
        rows = np.repeat(own.tokens[[unit]], len(every), axis=0)
        rows[1:, 0] = 36 + np.arange(len(moves))
        of += [unit] * len(every)
        tokens.append(rows)
        values.append(every)
        distance += [0.0, *prices]
    z = np.zeros((len(of), search.z.shape[1]), dtype=np.float32)
    pool = Candidates(np.array(of), np.concatenate(tokens), z, np.concatenate(values), np.zeros(len(of)))
    return Pool(search, names, pool, np.array(distance))


@cache
def reel_pool(*names: str, manner: Manner = DEFAULT) -> Pool:
    """Return the candidates for attributes of a reel, by the shipped model."""
    return pools.build(_checkpoint(), prepare(_checkpoint(), tune("4/4", REEL)), names, manner=manner)


@cache
def _search(order: str, names: tuple[str, ...]) -> Search:
    music = tune("4/4", "".join(MUSIC["abcd".index(letter)] for letter in order))
    checkpoint = _checkpoint()
    return candidates.start(checkpoint, prepare(checkpoint, music), None, names, FREE)


@cache
def _checkpoint() -> Checkpoint:
    return armusic.load().checkpoint


def occurrences(pool: Pool) -> np.ndarray:
    """Return how many measures are each unit."""
    return np.bincount(pool.search.of, minlength=len(pool.search.first))


def change(pool: Pool, places: np.ndarray) -> np.ndarray:
    """Return the changes of the tune's means, in standard deviations: (..., unit) -> (..., attribute)."""
    return np.einsum("u,...ua->...a", occurrences(pool), _moved(pool, places)) / occurrences(pool).sum()


def price(pool: Pool, places: np.ndarray) -> np.ndarray:
    """Return what choices cost, with what is asked for wide changes: (..., unit) -> (...)."""
    costs = pool.costs(places.ravel()).reshape(places.shape)
    return (costs + SPREAD * (_moved(pool, places) ** 2).sum(axis=-1)) @ occurrences(pool)


def every_choice(pool: Pool) -> np.ndarray:
    """Return all choices of a candidate for each unit: (choice, unit)."""
    bounds = np.searchsorted(pool.candidates.of, np.arange(len(pool.search.first) + 1))
    return np.array(list(product(*(range(low, high) for low, high in pairwise(bounds.tolist())))))


def _moved(pool: Pool, places: np.ndarray) -> np.ndarray:
    columns = [pool.search.names.index(name) for name in pool.names]
    values = pool.candidates.values[:, columns]
    return (values[places] - values[pool.inputs]) / pool.search.std[:, columns]

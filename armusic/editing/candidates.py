"""Candidates: measures that a model can put in the place of those of a tune, with their attributes.

A code is decoded once and read several times, each time with more weight on the input's own
tokens (`PULLS`): from what the model would write, down to the fewest notes that it insists on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from armusic.config.manner import DEFAULT, Manner
from armusic.editing import ear as ears
from armusic.editing import prior_samples
from armusic.editing import written as writing
from armusic.editing.decoding import Allowed, decode, encode, ignore
from armusic.editing.ear import Ear
from armusic.editing.material import Material
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes
from armusic.music.similarity import pitch_line
from armusic.music.tokenizer import TICKS_PER_BEAT, is_onset
from armusic.shapes import Bool, Float, Int, Integer

Tokens = Integer[np.ndarray, "candidate tick"]
Values = Float[np.ndarray, "candidate attribute"]
Codes = Float[np.ndarray, "step unit latent"]
Units = Int[np.ndarray, " unit"]

PULLS = (0.0, 5.0)  # nats by which the input's own tokens are favoured: what the code leaves open stays
UNITS = 4  # different measures that are searched for together: more take more memory, and no less time
_EXACT = 9  # decimals to which attributes are compared: sums in another order differ beyond


@dataclass(frozen=True, slots=True)
class Candidates:
    """Measures that could stand in the place of others.

    Parameters
    ----------
    of : int array (candidate,)
        The unit that each would replace: a place among the different measures of the tune.
    tokens : int16 or uint8 array (candidate, tick)
        Tokens, as wide as the tune's.
    z : float32 array (candidate, latent)
        Codes; of a measure as it is, the posterior mean.
    values : float64 array (candidate, attribute)
        Values of the search's attributes.
    strain : float64 array (candidate,)
        Cost of what is unlikely and awkward in them (`armusic.editing.ear.strain`); NaN where not computed yet.
    """

    of: Int[np.ndarray, " candidate"]
    tokens: Tokens
    z: Float[np.ndarray, "candidate latent"]
    values: Values
    strain: Float[np.ndarray, " candidate"]

    @property
    def nbytes(self) -> int:
        """Memory that they take."""
        return sum(each.nbytes for each in (self.of, self.tokens, self.z, self.values, self.strain))

    def take(self, index: Int[np.ndarray, " candidate"] | Bool[np.ndarray, " candidate"]) -> Candidates:
        """Return the candidates at `index`."""
        return Candidates(self.of[index], self.tokens[index], self.z[index], self.values[index], self.strain[index])


@dataclass(frozen=True, slots=True)
class Search:
    """The different measures of a tune, its units, and what it takes to find candidates for them.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    material : Material
        The tune.
    allowed : bool array (measure, 128), optional
        The pitches that each measure may have.
    names : tuple of str
        The attributes that are measured: see `search_attributes`.
    first : int array (unit,)
        The first measure of the tune that is this unit.
    of : int array (measure,)
        The unit of each measure; -1 where it is not to be varied.
    z : float32 array (unit, latent)
        The code of each unit: the posterior mean.
    mean, std : float64 array (unit, attribute)
        Mean and standard deviation of the attributes in the metre of each unit: see `prior_samples.spread`.
    ear : Ear
        Judge of candidates as music.
    """

    checkpoint: Checkpoint
    material: Material
    allowed: Allowed | None
    names: tuple[str, ...]
    first: Units
    of: Int[np.ndarray, " measure"]
    z: Float[np.ndarray, "unit latent"]
    mean: Float[np.ndarray, "unit attribute"]
    std: Float[np.ndarray, "unit attribute"]
    ear: Ear

    @property
    def kind(self) -> Units:
        """Place of each unit's metre in `score.METRES`."""
        return self.material.kind[self.first]


def search_attributes(checkpoint: Checkpoint, names: Sequence[str]) -> tuple[str, ...]:
    """Return the attributes that a search for `names` measures: the model's own, and the other names.

    Attributes in files are left out unless they are named: no code is run that nobody named.
    """
    own = [name for name in checkpoint.config.attributes if not attributes.names_file(name) or name in names]
    return tuple(dict.fromkeys((*own, *names)))


def start(
    checkpoint: Checkpoint,
    material: Material,
    allowed: Allowed | None,
    names: Sequence[str],
    manner: Manner = DEFAULT,
) -> Search:
    """Return a search for attributes that looks at equal measures once.

    Raises
    ------
    DataError
        For an attribute that cannot be changed: see `prior_samples.spread`.
    """
    rows = np.flatnonzero(material.varied)
    identity = [material.kind[rows, None], material.tokens[rows], material.silent[rows]]
    if allowed is not None:
        identity.append(allowed[rows])
    _, first, unit = np.unique(np.column_stack(identity), axis=0, return_index=True, return_inverse=True)
    of = np.full(len(material.varied), -1)
    of[rows] = unit.ravel()
    first = rows[first]
    z = encode(checkpoint, material, first)
    every = search_attributes(checkpoint, names)
    spreads = [prior_samples.spread(checkpoint, name, material.kind[first]) for name in every]
    mean, std = (np.column_stack(parts) for parts in zip(*spreads, strict=True))
    ear = ears.listen(material, first, of, allowed, manner)
    return Search(checkpoint, material, allowed, every, first, of, z, mean, std, ear)


def part(search: Search, units: slice) -> Search:
    """Return a search for some of the units; measures that are others are not to be varied in it."""
    first = search.first[units]
    low = units.indices(len(search.first))[0]
    inside = (search.of >= low) & (search.of < low + len(first))
    return replace(
        search,
        first=first,
        of=np.where(inside, search.of - low, -1),
        z=search.z[units],
        mean=search.mean[units],
        std=search.std[units],
        ear=ears.part(search.ear, units),
    )


def blocks(search: Search, rows: Bool[np.ndarray, " measure"] | None = None) -> Iterator[tuple[int, Search]]:
    """Yield searches for the units of some measures, a few at a time, and the place of the first of them.

    A block has the same units whatever the measures are, so that the answers for some are those for all.
    """
    varied = search.of >= 0
    needed = search.of[varied if rows is None else varied & rows]
    for low in (np.unique(needed // UNITS) * UNITS).tolist():
        yield low, part(search, slice(low, low + UNITS))


def slim(every: Candidates) -> Candidates:
    """Return candidates without their codes, which a look-up does not need."""
    return replace(every, z=np.zeros((len(every.of), 0), dtype=np.float32))


def narrow(every: Candidates, low: int = 0) -> Candidates:
    """Return candidates in half the memory, their units counted from `low` on."""
    return replace(every, of=(every.of + low).astype(np.int32), tokens=every.tokens.astype(np.uint8))


def inputs(search: Search) -> Candidates:
    """Return each unit as it is."""
    return measured(search, np.arange(len(search.first)), search.material.tokens[search.first], search.z)


def attempt(search: Search, units: Units, z: Codes, on_decode: Callable[[int], None] = ignore) -> Candidates:
    """Return what codes stand for in the place of these units, with each of `PULLS`; `on_decode` as for `decode`."""
    codes = z.astype(np.float32)
    rows = search.first[units]
    tokens = decode(search.checkpoint, search.material, rows, codes, search.allowed, PULLS, on_decode)
    of = np.broadcast_to(units, tokens.shape[:3]).ravel()
    codes = np.broadcast_to(codes, (len(PULLS), *codes.shape)).reshape(-1, z.shape[2])
    return measured(search, of, tokens.reshape(len(of), -1), codes)


def written(search: Search, names: Sequence[str], rng: np.random.Generator) -> Candidates:
    """Return measures that come from no code: see `editing.written`."""
    of, tokens = writing.measures(search.ear, names, rng)
    sounds = is_onset(tokens).any(axis=1)
    return measured(search, of[sounds], tokens[sounds], search.z[of[sounds]])


def recombine(search: Search, pool: Candidates) -> Candidates:
    """Return combinations of each candidate and the input.

    The candidate in some of the input's beats only, once for each run of beats, but for all of them; its
    line in the input's rhythm, and the input's line in its rhythm; and it and the latter with the input's notes on
    the beats.
    """
    ticks = search.material.tokens.shape[1]
    beats, at = ticks // TICKS_PER_BEAT, np.arange(ticks) // TICKS_PER_BEAT
    runs = [(low, high) for low in range(beats) for high in range(low + 1, beats + 1) if high - low < beats]
    new, before = pool.tokens, search.material.tokens[search.first[pool.of]]
    own = is_onset(before)
    on_beat = own & (np.arange(ticks) % TICKS_PER_BEAT == 0)
    rhythm = np.where(is_onset(new), pitch_line(before), new)
    parts = [np.where((at >= low) & (at < high), new, before) for low, high in runs]
    parts += [np.where(own, pitch_line(new), before), rhythm]
    parts += [np.where(on_beat, before, tokens) for tokens in (new, rhythm)]
    tokens = np.concatenate(parts)
    sounds = is_onset(tokens).any(axis=1)
    of, z = np.tile(pool.of, len(parts))[sounds], np.tile(pool.z, (len(parts), 1))[sounds]
    return measured(search, of, tokens[sounds], z)


def join(parts: Sequence[Candidates]) -> Candidates:
    """Return all candidates in the order of their units, each once: the first of those with equal tokens."""
    return merge(parts)[0]


def merge(parts: Sequence[Candidates]) -> tuple[Candidates, list[Int[np.ndarray, " candidate"]]]:
    """Return what `join` does, and the places of each part's candidates there, rising."""
    every = together(parts)
    index, places = _different(every.of, every.tokens)
    bounds = np.cumsum([len(part.of) for part in parts])[:-1]
    return every.take(index), [np.sort(part) for part in np.split(places, bounds)]


def together(parts: Sequence[Candidates]) -> Candidates:
    """Return all candidates, one part after the other."""
    return Candidates(
        np.concatenate([part.of for part in parts]),
        np.concatenate([part.tokens for part in parts]),
        np.concatenate([part.z for part in parts]),
        np.concatenate([part.values for part in parts]),
        np.concatenate([part.strain for part in parts]),
    )


def measured(search: Search, of: Units, tokens: Tokens, z: Float[np.ndarray, "candidate latent"]) -> Candidates:
    """Return the different measures among these as candidates: without new silence, and with their values."""
    index = np.sort(_different(of, tokens)[0])
    of, tokens, z = of[index], tokens[index], z[index]
    tokens = ears.mend(search.ear, of, tokens).astype(np.int16)
    values = ears.measure(search.ear, of, tokens, search.names)
    return Candidates(of, tokens, z, values.round(_EXACT), np.full(len(of), np.nan))


def _different(of: Units, tokens: Tokens) -> tuple[Int[np.ndarray, " different"], Int[np.ndarray, " candidate"]]:
    """Return the places of different measures, in the order of units and tokens, and which of these each one is."""
    rows = np.column_stack([of.astype(">u4").view(np.uint8).reshape(-1, 4), tokens.astype(np.uint8)])
    keys = np.ascontiguousarray(rows).view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, first, of_which = np.unique(keys, return_index=True, return_inverse=True)
    return first, of_which

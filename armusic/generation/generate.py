"""New tunes: planned, composed, measured."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path

import numpy as np
from jaxtyping import Bool, Float, Int

from armusic.datasets import corpora
from armusic.editing.material import with_tokens
from armusic.editing.targets import Target, parse
from armusic.errors import DataError
from armusic.files import data_folder, label
from armusic.generation import compose, fit_phrases, phrase_model
from armusic.generation import plan as plans
from armusic.generation.phrase_model import Phrases
from armusic.generation.plan import Plan
from armusic.music import attributes, keys, tokenizer
from armusic.music.score import METRES, Key, Metre, Tune
from armusic.music.tokenizer import MAX_TICKS
from armusic.training.checkpoint import Checkpoint

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Generated:
    """New tunes.

    Parameters
    ----------
    tunes : tuple of (str, Tune)
        Each with its name, as on a track.
    key : Key
        The key that they are in.
    names : tuple of str
        Attributes that were asked for.
    targets : float array (measure, attribute)
        Their values.
    values : float array (tune, measure, attribute)
        Those of the tunes.
    copied : bool array (tune, measure)
        Which measures are training measures note for note, up to transposition (and not the given tune's own).
    unchanged : tuple of str
        Measures of the given tune that stayed as they are, and why.
    """

    tunes: tuple[tuple[str, Tune], ...]
    key: Key
    names: tuple[str, ...]
    targets: Float[np.ndarray, "measure attribute"]
    values: Float[np.ndarray, "tune measure attribute"]
    copied: Bool[np.ndarray, "tune measure"]
    unchanged: tuple[str, ...] = ()

    def __repr__(self) -> str:
        count, measures = self.copied.shape
        return f"Generated({count} {'tune' if count == 1 else 'tunes'} of {measures} measures in {self.key})"


def generate(
    checkpoint: Checkpoint,
    measures: int = 8,
    metre: str = "4/4",
    key: str = "D:major",
    targets: Sequence[str | Target] = (),
    *,
    count: int = 1,
    seed: int = 0,
    data_dir: str | Path | None = None,
) -> Generated:
    """Return new tunes.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    measures : int
        How many, at least 1; phrases have eight.
    metre, key : str
        As `6/8` and `A:dorian`; pitches stay in the key, and the last note is its tonic where that can be.
    targets : sequence of str or Target
        Values for attributes, such as `density=0.5`: see `armusic.asked`.
    count : int
        How many tunes.
    seed : int
        The same one gives the same tunes.
    data_dir : path, optional
        Where corpora are cached: of use for a model of one's own, whose tables are fitted once.

    Raises
    ------
    UsageError
        For what cannot be asked for.
    DataError
        For a model whose tables have to be fitted, without its corpus.
    """
    tables = find(checkpoint, data_folder(data_dir))
    rng = np.random.default_rng(seed)
    beat, mode = Metre.parse(metre), keys.parse(key)
    plan = plans.fresh(checkpoint, tables, measures, beat, mode, _parsed(targets), count, rng)
    return make(checkpoint, tables, plan, rng)


def generate_like(
    checkpoint: Checkpoint,
    tune: Tune,
    temperature: float = 0.5,
    targets: Sequence[str | Target] = (),
    *,
    key: str = "auto",
    count: int = 1,
    seed: int = 0,
    data_dir: str | Path | None = None,
) -> Generated:
    """Return tunes around another one: its form, its ties and where its measures lie stay.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    tune : Tune
        All its notes on the grid.
    temperature : float
        From 0, the tune as the model hears it, to 1, nothing of it.
    key : str
        The key to stay in; `auto`: the tune's own.
    targets, count, seed, data_dir
        As for `generate`.

    Raises
    ------
    UsageError
        For what cannot be asked for.
    OffGridError
        For a note between two ticks.
    DataError
        For a model whose tables have to be fitted, without its corpus.
    """
    tables = find(checkpoint, data_folder(data_dir))
    given = None if key == "auto" else keys.parse(key)
    plan = plans.near(checkpoint, tune, temperature, given, _parsed(targets), count)
    return make(checkpoint, tables, plan, np.random.default_rng(seed))


def make(checkpoint: Checkpoint, tables: Phrases, plan: Plan, rng: np.random.Generator) -> Generated:
    """Return new tunes, as planned; every random number comes from `rng`."""
    tokens = compose.compose(checkpoint, tables, plan, rng)
    attained = np.empty((*tokens.shape[:2], len(plan.names)))
    copied = np.zeros(tokens.shape[:2], dtype=bool)
    for kind in np.unique(plan.kind).tolist():
        here = np.flatnonzero(plan.kind == kind)
        rows = tokens[:, here].reshape(-1, MAX_TICKS)
        if plan.names:
            values = attributes.measure(rows, METRES[kind], plan.names)
            attained[:, here] = values.reshape(len(tokens), len(here), -1)
        copied[:, here] = compose.copied(tables, rows, kind).reshape(len(tokens), len(here))
    if plan.around is not None:
        copied &= (tokens != plan.around.tokens).any(axis=2)
    digits = len(str(len(tokens)))
    numbers = [f"{number:0{digits}}" for number in range(1, len(tokens) + 1)]
    tunes = tuple((f"tune {number}", _tune(plan, rows, number)) for number, rows in zip(numbers, tokens, strict=True))
    return Generated(tunes, plan.key, plan.names, plan.targets, attained, copied, plan.unchanged)


def find(checkpoint: Checkpoint, cache: Path) -> Phrases:
    """Return the tables of a checkpoint: those that come with armusic, else those in the cache, else fit them.

    Raises
    ------
    DataError
        When they are to be fitted, and the corpus that the checkpoint was trained on cannot be used.
    """
    mark = phrase_model.fingerprint(checkpoint)
    path = cache / f"phrases-{mark}.safetensors"
    with resources.as_file(resources.files("armusic") / "resources" / phrase_model.SHIPPED) as shipped:
        for place in (shipped, path):
            tables = phrase_model.load(place) if place.exists() else None
            if tables is not None and tables.checkpoint == mark:
                return tables
    name = checkpoint.config.data
    log.warning("learning from the corpus %s how measures follow one another, once for this model", label(name))
    try:
        tables = fit_phrases.fit(checkpoint, corpora.read(name, cache))
    except DataError as error:
        raise DataError(f"the phrases of this model's corpus, {label(name)}, are not known: {error}") from error
    phrase_model.save(tables, path)
    return tables


def _parsed(targets: Sequence[str | Target]) -> list[Target]:
    return [parse(target) if isinstance(target, str) else target for target in targets]


def _tune(plan: Plan, tokens: Int[np.ndarray, "measure tick"], number: str) -> Tune:
    """Return the tune of rows of tokens; what is near another tune has its tempo, velocities and rests."""
    if plan.tune is None:
        return Tune(tokenizer.decode(tokens, plan.measures), plan.measures, f"Tune {number}", key=plan.key)
    like = plan.tune.title or plan.tune.source or "a tune"
    return replace(with_tokens(plan.tune, tokens), title=f"Like {like}, {number}", source="", origin=None)

"""New tunes: planned, composed, measured."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from functools import partial
from importlib import resources
from pathlib import Path

import numpy as np

from armusic.datasets import corpora
from armusic.datasets.cache import exists, keep
from armusic.editing.material import with_tokens
from armusic.editing.targets import Targets, TargetTable
from armusic.errors import DataError, MetreError, UsageError
from armusic.files import data_folder, label
from armusic.generation import compose, fit_phrases, phrase_model, sound
from armusic.generation import plan as plans
from armusic.generation.phrase_model import Phrases
from armusic.generation.plan import Plan
from armusic.inference.checkpoint import Checkpoint
from armusic.io.writers.layout import beside
from armusic.music import attributes, keys, tokenizer
from armusic.music.score import Key, Metre, Tune
from armusic.music.tokenizer import MAX_TICKS
from armusic.shapes import Bool, Float, Int

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Generated:
    """New tunes.

    Parameters
    ----------
    tunes : tuple of (str, Tune)
        Tunes, each with its name on a track.
    key : Key
        Key of the tunes.
    names : tuple of str
        Attributes that had targets.
    targets : float array (measure, attribute)
        Targets of these.
    values : float array (tune, measure, attribute)
        Values of these in the tunes.
    copied : bool array (tune, measure)
        True where a measure is a training measure note for note, up to transposition (and not the given tune's own).
    unchanged : tuple of str
        Messages about measures of the given tune that stayed as they are.
    """

    tunes: tuple[tuple[str, Tune], ...]
    key: Key
    names: tuple[str, ...]
    targets: TargetTable
    values: Float[np.ndarray, "tune measure attribute"]
    copied: Bool[np.ndarray, "tune measure"]
    unchanged: tuple[str, ...] = ()

    def __repr__(self) -> str:
        count, measures = self.copied.shape
        return f"Generated({count} {'tune' if count == 1 else 'tunes'} of {measures} measures in {self.key})"


def generate(
    checkpoint: Checkpoint,
    measures: int = 8,
    metre: str | Metre = "4/4",
    key: str | Key = "D:major",
    targets: Targets = (),
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
        Number of measures, at least 1; phrases have eight.
    metre : str or Metre
        Metre, as `6/8`.
    key : str or Key
        Key, as `A:dorian`; pitches stay in the key, and the last note is its tonic if it can be.
    targets : mapping, or sequence of str or Target
        Targets of attributes, such as `{"density": 0.5}` or `["density=p80"]`: see `armusic.editing.targets`.
    count : int
        Number of tunes.
    seed : int
        Seed of all draws; the same one gives the same tunes.
    data_dir : path, optional
        Folder of cached corpora: a model other than the shipped one has its tables fitted once.

    Raises
    ------
    UsageError
        For a metre, key, number or target that does not fit.
    DataError
        For a model whose tables have to be fitted, without its corpus.
    """
    try:
        beat, mode = Metre.parse(str(metre)), keys.parse(str(key))
    except MetreError as error:
        raise UsageError(str(error)) from None
    tables = find(checkpoint, data_folder(data_dir))
    rng = np.random.default_rng(seed)
    plan = plans.fresh(checkpoint, tables, measures, beat, mode, targets, count, rng)
    return make(checkpoint, tables, plan, rng)


def generate_like(
    checkpoint: Checkpoint,
    tune: Tune,
    temperature: float = 0.5,
    targets: Targets = (),
    *,
    key: str | Key = "auto",
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
        Freedom from 0, the tune as the model reconstructs it, to 1, nothing of it.
    key : str or Key
        The key to stay in; `auto`: the tune's own.
    targets, count, seed, data_dir
        The same as for `generate`.

    Raises
    ------
    UsageError
        For a metre, key, number or target that does not fit.
    OffGridError
        For a note between two ticks.
    DataError
        For a model whose tables have to be fitted, without its corpus.
    """
    tables = find(checkpoint, data_folder(data_dir))
    chosen = None if key == "auto" else keys.parse(str(key))
    _say_left_out(tune)
    plan = plans.near(checkpoint, tune, temperature, chosen, targets, count)
    return make(checkpoint, tables, plan, np.random.default_rng(seed))


def make(checkpoint: Checkpoint, tables: Phrases, plan: Plan, rng: np.random.Generator) -> Generated:
    """Return new tunes, as planned; every random number comes from `rng`."""
    tokens = compose.compose(checkpoint, tables, plan, rng)
    rows, kinds = tokens.reshape(-1, MAX_TICKS), np.tile(plan.kind, len(tokens))
    values = attributes.measure_each(rows, kinds, plan.names).reshape(*tokens.shape[:2], len(plan.names))
    copied = sound.copied(tables, rows, kinds).reshape(tokens.shape[:2])
    if plan.around is not None:
        copied &= (tokens != plan.around.tokens).any(axis=2)
    digits = len(str(len(tokens)))
    numbers = [f"{number:0{digits}}" for number in range(1, len(tokens) + 1)]
    tunes = tuple((f"tune {number}", _tune(plan, rows, number)) for number, rows in zip(numbers, tokens, strict=True))
    return Generated(tunes, plan.key, plan.names, plan.targets, values, copied, plan.unchanged)


def find(checkpoint: Checkpoint, cache: Path) -> Phrases:
    """Return the tables of a checkpoint: those that come with armusic, else those in the cache, else fit them.

    Raises
    ------
    DataError
        When they are to be fitted, and the corpus that the checkpoint was trained on cannot be used.
    """
    config, mark = checkpoint.config, phrase_model.fingerprint(checkpoint)
    name = label(config.data)
    try:
        if config.data != checkpoint.card.get("data", config.data):  # another corpus than the model's own
            tokens = corpora.read(config.source, cache).tokens
            mark = hashlib.sha256(mark.encode() + tokens.tobytes()).hexdigest()[:16]
        path = cache / f"phrases-{mark}.safetensors"
        with resources.as_file(resources.files("armusic") / "resources" / phrase_model.SHIPPED) as shipped:
            for place in (shipped, path):
                tables = phrase_model.load(place) if exists(place) else None
                if tables is not None and tables.checkpoint == mark:
                    return tables
        corpora.check(config.source)
        log.warning("learning from the corpus %s how measures follow one another, once for this model", name)
        tables = replace(fit_phrases.fit(checkpoint, corpora.read(config.source, cache)), checkpoint=mark)
    except DataError as error:
        raise DataError(
            f"the phrases of this model's corpus, {name}, are not known: {error}; the option data names another"
        ) from error
    keep(path, partial(phrase_model.save, tables))
    return tables


def _say_left_out(tune: Tune) -> None:
    """Log what tunes like another one are without: measures that no model can edit, and all beside its melody."""
    texts = ["measures that no model can edit"] if tune.passages else []
    texts += filter(None, [beside(tune.origin)] if tune.origin else [])
    if texts:
        log.warning("%s: tunes like it are without its %s", tune.source or "the tune", " and ".join(texts))


def _tune(plan: Plan, tokens: Int[np.ndarray, "measure tick"], number: str) -> Tune:
    """Return the tune of rows of tokens; what is near another tune has its tempo, velocities and rests."""
    if plan.tune is None:
        return Tune(tokenizer.decode(tokens, plan.measures), plan.measures, f"Tune {number}", key=plan.key)
    like = plan.tune.title or plan.tune.source or "a tune"
    return replace(with_tokens(plan.tune, tokens), title=f"Like {like}, {number}", source="", origin=None)

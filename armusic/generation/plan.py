"""Plans of new tunes: form, targets and pitches of each measure, before a note is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from armusic.editing import prior_samples
from armusic.editing.calibration import percentiles
from armusic.editing.decoding import encode
from armusic.editing.material import prepare
from armusic.editing.targets import Targets, TargetTable, canonical, parse_all, resolve_all
from armusic.errors import UsageError
from armusic.generation.phrase_model import END, LEAST, OCTAVE, PARTS, PLACES, Phrases
from armusic.inference.checkpoint import Checkpoint
from armusic.music import attributes, keys
from armusic.music.score import METRES, Key, Measure, Metre, Tune
from armusic.music.tokenizer import HOLD, MAX_TICKS, is_onset
from armusic.shapes import Bool, Float, Int

BELOW, ABOVE = 7, 20  # semitones: the pitches of a new tune lie so far around its tonic
LOWEST = 13  # semitones from the corpus' mean anchor down to the lowest tonic
MOST = 256  # measures


@dataclass(frozen=True, slots=True)
class Around:
    """A tune around which new ones are drawn; temperature 0 is its own codes, 1 leaves nothing of them."""

    tokens: Int[np.ndarray, "measure tick"]
    codes: Float[np.ndarray, "measure latent"]
    anchors: Int[np.ndarray, " measure"]
    varied: Bool[np.ndarray, " measure"]
    temperature: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan of new tunes.

    Parameters
    ----------
    measures : tuple of Measure
        Measures of each tune.
    kind : int array (measure,)
        Places of the metres in `score.METRES`.
    place : int array (tune, measure)
        Place of each measure in its phrase, 0..7; 8 for the end of the tune, and what that copies.
    part : int array (measure,)
        Whether a measure is in the first phrase (0) or another (1).
    source : int array (tune, measure)
        The measure that each one copies; its own number where it is new.
    names : tuple of str
        Attributes that have targets.
    targets, std : float array (measure, attribute)
        Targets of these, and standard deviations: see `prior_samples.spread`.
    key : Key
        Key of the tunes.
    tonic : int
        The tonic from which anchors are counted, a MIDI pitch.
    allowed : bool array (measure, 128)
        The pitches that each measure may have.
    silent : bool array (measure, tick)
        Ticks that are rest.
    tune : Tune, optional
        The tune to stay near, where there is one.
    around : Around, optional
        The codes of that tune.
    unchanged : tuple of str
        Messages about measures of that tune that stay as they are.
    """

    measures: tuple[Measure, ...]
    kind: Int[np.ndarray, " measure"]
    place: Int[np.ndarray, "tune measure"]
    part: Int[np.ndarray, " measure"]
    source: Int[np.ndarray, "tune measure"]
    names: tuple[str, ...]
    targets: Float[np.ndarray, "measure attribute"]
    std: Float[np.ndarray, "measure attribute"]
    key: Key
    tonic: int
    allowed: Bool[np.ndarray, "measure 128"]
    silent: Bool[np.ndarray, "measure tick"]
    tune: Tune | None = None
    around: Around | None = None
    unchanged: tuple[str, ...] = ()


def fresh(
    checkpoint: Checkpoint,
    phrases: Phrases,
    measures: int,
    metre: Metre,
    key: Key,
    targets: Targets,
    count: int,
    rng: np.random.Generator,
) -> Plan:
    """Return the plan of `count` new tunes, their forms drawn as often as the corpus has them.

    Raises
    ------
    UsageError
        For a metre of which there are no tables, a number of measures or tunes out of range, or an
        attribute or target that does not fit.
    """
    check_count(count)
    if not 1 <= measures <= MOST:
        raise UsageError(f"{measures} measures: ask for 1 to {MOST}")
    if checkpoint.frame.name != "anchored":
        raise UsageError(
            "new tunes need a model whose pitches count from the measure's median, and this one's are absolute:"
            " start from a tune (generate_like), or train with the option frame=anchored"
        )
    kind = METRES.index(metre.kind)
    if phrases.measures[kind] < LEAST:
        raise UsageError(
            f"{metre}: the corpus {phrases.data} has {phrases.measures[kind]} measures of it in whole phrases, too few"
            f" to learn from: use {', '.join(phrases.metres)}, or start from a tune (generate_like)"
        )
    place, phrase = places(measures)
    low = round(float(phrases.middle[0])) - LOWEST
    tonic = low + (keys.tonic_class(key) - low) % OCTAVE
    pitches = np.arange(HOLD)
    allowed = keys.collection(key)[pitches % OCTAVE] & (tonic - BELOW <= pitches) & (pitches <= tonic + ABOVE)
    kinds = np.full(measures, kind)
    names, table, std = resolve_targets(checkpoint, targets, kinds)
    source = uncopied(np.stack([form(phrases, kind, place, phrase, rng) for _ in range(count)]), table)
    return Plan(
        measures=tuple(Measure(number * metre.length, metre) for number in range(measures)),
        kind=kinds,
        place=with_ends(place, source),
        part=np.minimum(phrase, PARTS - 1),
        source=source,
        names=names,
        targets=table,
        std=std,
        key=key,
        tonic=tonic,
        allowed=np.tile(allowed, (measures, 1)),
        silent=np.zeros((measures, MAX_TICKS), dtype=bool),
    )


def near(
    checkpoint: Checkpoint,
    tune: Tune,
    temperature: float,
    key: Key | None,
    targets: Targets,
    count: int,
) -> Plan:
    """Return the plan of `count` tunes around another: its anchors, its ties, its equal measures equal again.

    Raises
    ------
    UsageError
        For a temperature outside 0..1, no tunes, or an attribute or target that does not fit.
    NoNotesError
        Where no key is given, the tune has none, and nothing sounds.
    OffGridError
        For a note between two ticks.
    """
    check_count(count)
    if not 0 <= temperature <= 1:
        raise UsageError(
            f"temperature {temperature:g}: give 0 (the tune as the model reconstructs it) to 1 (nothing of it)"
        )
    material = prepare(checkpoint, tune)
    titled = tune if key is None else replace(tune, key=key)
    key = key or keys.find(tune)
    length = len(tune.measures)
    names, table, std = resolve_targets(checkpoint, targets, material.kind, material.tokens)
    tokens = np.full((length, MAX_TICKS), -1, dtype=np.int16)
    tokens[:, : material.tokens.shape[1]] = material.tokens
    identity = np.column_stack([material.kind, tokens])
    first = (identity[:, None] == identity[None]).all(axis=2).argmax(axis=1)
    source = uncopied(np.tile(first, (count, 1)), table)
    silent = np.zeros((length, MAX_TICKS), dtype=bool)
    silent[:, : material.silent.shape[1]] = material.silent
    mean = float(material.anchors.mean()) if is_onset(tokens).any() else 0.0
    if checkpoint.frame.name == "absolute":
        mean = float(np.mean([note.pitch for note in tune.notes]))
    return Plan(
        measures=tune.measures,
        kind=material.kind,
        place=with_ends(np.arange(length) % PLACES, source),
        part=np.minimum(np.arange(length) // PLACES, PARTS - 1),
        source=source,
        names=names,
        targets=table,
        std=std,
        key=key,
        tonic=int(mean - (mean - keys.tonic_class(key)) % OCTAVE),
        allowed=keys.allowed(tune, key),
        silent=silent,
        tune=titled,
        around=Around(
            tokens=tokens,
            codes=encode(checkpoint, material, np.arange(length)),
            anchors=material.anchors,
            varied=material.varied,
            temperature=temperature,
        ),
        unchanged=material.unchanged,
    )


def check_count(count: int) -> None:
    """Refuse a number of tunes that is none."""
    if count < 1:
        raise UsageError(f"{count} tunes: ask for at least 1")


def resolve_targets(
    checkpoint: Checkpoint,
    targets: Targets,
    kind: Int[np.ndarray, " measure"],
    tokens: Int[np.ndarray, "measure tick"] | None = None,
) -> tuple[tuple[str, ...], TargetTable, TargetTable]:
    """Return the names of attributes that have targets, the target of each measure, and standard deviations.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    targets : mapping, or sequence of str or Target
        The targets: see `armusic.editing.targets`.
    kind : int array (measure,)
        Places of the metres in `score.METRES`.
    tokens : int array (measure, tick), optional
        The tune that shifts start from; without it there are none.

    Raises
    ------
    UsageError
        For an unknown attribute, two targets of one, or a target that needs what is missing.
    DataError
        For an attribute that cannot be changed: see `prior_samples.spread`.
    """
    parsed = parse_all(targets)
    names = canonical([target.attribute for target in parsed], checkpoint.config.attributes) if parsed else ()
    for name, target in zip(names, parsed, strict=True):
        if target.form == "shift" and tokens is None:
            raise UsageError(f"{name}={target.text}: a shift needs a tune to start from: give a value, or a tune")
    std = np.zeros((len(kind), len(names)))
    for column, name in enumerate(names):
        std[:, column] = prior_samples.spread(checkpoint, name, kind)[1]
    present = np.zeros(std.shape) if tokens is None else attributes.measure_each(tokens, kind, names)
    return names, resolve_all(parsed, names, present, percentiles(checkpoint, kind)), std


def places(measures: int) -> tuple[Int[np.ndarray, " measure"], Int[np.ndarray, " measure"]]:
    """Return the place of each measure in its phrase, and the number of its phrase.

    A last phrase of fewer than eight measures has places from 0 to 7 all the same: it opens and it closes.

    Examples
    --------
    >>> places(12)[0].tolist()
    [0, 1, 2, 3, 4, 5, 6, 7, 0, 2, 5, 7]
    """
    whole, rest = divmod(measures, PLACES)
    place = np.tile(np.arange(PLACES), whole)
    if rest:
        last = np.array([PLACES - 1]) if rest == 1 else np.rint(np.linspace(0, PLACES - 1, rest)).astype(int)
        place = np.concatenate([place, last])
    return place, np.arange(measures) // PLACES


def with_ends(
    place: Int[np.ndarray, " measure"], source: Int[np.ndarray, "tune measure"]
) -> Int[np.ndarray, "tune measure"]:
    """Return the place of each measure of each tune, `END` for the last; what an end copies has its place."""
    places_of_tunes = np.tile(place, (len(source), 1))
    tune, measure = np.nonzero(places_of_tunes == PLACES - 1)
    places_of_tunes[tune, source[tune, measure]] = PLACES - 1
    places_of_tunes[:, -1] = END
    places_of_tunes[np.arange(len(source)), source[:, -1]] = END
    return places_of_tunes


def form(
    phrases: Phrases,
    kind: int,
    place: Int[np.ndarray, " measure"],
    phrase: Int[np.ndarray, " measure"],
    rng: np.random.Generator,
) -> Int[np.ndarray, " measure"]:
    """Return the measure that each measure of a new tune copies, or itself.

    Each phrase is the one before again, as often as in the corpus (but not twice, and the last phrase
    is never all that differs), or has a form of its own; its end may be that of the first phrase.
    """
    source = np.arange(len(place))
    last, repeated, different = int(phrase[-1]), False, 0
    for number in range(last + 1):
        rows = np.flatnonzero(phrase == number)
        again = rng.random() < phrases.again[kind]
        repeated = bool(number and again and not repeated and len(rows) == PLACES and (number < last or different > 1))
        if repeated:
            source[rows] = source[rows - PLACES]
            continue
        different += 1
        drawn = phrases.forms[rng.choice(len(phrases.forms), p=phrases.often[kind] / phrases.often[kind].sum())]
        row_at = {int(spot): int(row) for spot, row in zip(place[rows], rows, strict=True)}
        source[rows] = [row_at.get(int(drawn[spot]), row) for spot, row in zip(place[rows], rows, strict=True)]
        rhyme = int(rng.choice(PLACES + 1, p=phrases.rhymes[kind] / phrases.rhymes[kind].sum()))
        if number and rhyme < PLACES and len(rows) == PLACES:
            source[rows[PLACES - rhyme :]] = source[PLACES - rhyme : PLACES]
    return source


def uncopied(source: Int[np.ndarray, "tune measure"], targets: TargetTable) -> Int[np.ndarray, "tune measure"]:
    """Return the sources, without copies of a measure that has other targets."""
    own = np.arange(source.shape[1])
    sources = np.where((targets[source] == targets[own]).all(axis=2), source, own)
    return np.take_along_axis(sources, sources, axis=1)

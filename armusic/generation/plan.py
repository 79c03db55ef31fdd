"""What is wanted of each measure of new tunes, before a note is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Bool, Float, Int

from armusic.editing import prior_samples
from armusic.editing.calibration import scale_of
from armusic.editing.decoding import encode
from armusic.editing.material import measured, prepare
from armusic.editing.targets import Target, Values, canonical, resolve
from armusic.errors import UsageError
from armusic.generation.phrase_model import END, LEAST, OCTAVE, PARTS, PLACES, Phrases, tonic_class
from armusic.music import keys, tokenizer
from armusic.music.score import METRES, Key, Measure, Metre, Tune
from armusic.music.tokenizer import HOLD, MAX_TICKS, is_onset
from armusic.training.checkpoint import Checkpoint

BELOW, ABOVE = 7, 20  # semitones: the pitches of a new tune lie so far around its tonic
LOWEST = 13  # semitones from the corpus' mean anchor down to the lowest tonic
MOST = 256  # measures


@dataclass(frozen=True, slots=True)
class Around:
    """A given tune, around which new ones are drawn; temperature 0 is its own codes, 1 leaves nothing of them."""

    tokens: Int[np.ndarray, "measure tick"]
    codes: Float[np.ndarray, "measure latent"]
    anchors: Int[np.ndarray, " measure"]
    varied: Bool[np.ndarray, " measure"]
    temperature: float


@dataclass(frozen=True, slots=True)
class Plan:
    """New tunes to be.

    Parameters
    ----------
    measures : tuple of Measure
        Of each of them.
    kind : int array (measure,)
        Places of the metres in `score.METRES`.
    place : int array (tune, measure)
        Where in its phrase each measure stands, 0..7; 8 for the end of the tune, and what that copies.
    part : int array (measure,)
        Whether a measure is in the first phrase (0) or another (1).
    source : int array (tune, measure)
        The measure that each one copies; its own number where it is new.
    names : tuple of str
        Attributes that are asked for.
    targets, std : float array (measure, attribute)
        Their values, and standard deviations: see `prior_samples.spread`.
    key : Key
        Of the tunes.
    tonic : int
        The tonic from which anchors are counted, a MIDI pitch.
    allowed : bool array (measure, 128)
        The pitches that each measure may have.
    silent : bool array (measure, tick)
        Ticks that are rest.
    tune : Tune, optional
        The tune to stay near, where there is one.
    around : Around, optional
        How that tune is heard.
    unchanged : tuple of str
        Measures of that tune that stay as they are, and why.
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
    targets: Sequence[Target],
    count: int,
    rng: np.random.Generator,
) -> Plan:
    """Return the plan of `count` new tunes, their forms drawn as often as the corpus has them.

    Raises
    ------
    UsageError
        For a metre of which there are no tables, a number of measures or tunes out of range, or an
        attribute or target that cannot be asked for.
    """
    check_count(count)
    if not 1 <= measures <= MOST:
        raise UsageError(f"{measures} measures: ask for 1 to {MOST}")
    if checkpoint.frame.name != "anchored":
        raise UsageError(
            "new tunes need a model whose pitches count from the measure's median, and this one's are absolute:"
            " start from a tune with --like, or train with --frame anchored"
        )
    kind = METRES.index(metre.kind)
    if phrases.measures[kind] < LEAST:
        raise UsageError(
            f"{metre}: the corpus {phrases.data} has {phrases.measures[kind]} measures of it in whole phrases, too few"
            f" to learn from: use {', '.join(phrases.metres)}, or start from a tune with --like"
        )
    place, phrase = places(measures)
    low = round(float(phrases.middle[0])) - LOWEST
    tonic = low + (tonic_class(key) - low) % OCTAVE
    pitches = np.arange(HOLD)
    inside = keys.collection(key)[pitches % OCTAVE] & (tonic - BELOW <= pitches) & (pitches <= tonic + ABOVE)
    bars = tuple(Measure(number * metre.length, metre) for number in range(measures))
    names, asked, std = ask(checkpoint, targets, bars, None)
    source = apart(np.stack([form(phrases, kind, place, phrase, rng) for _ in range(count)]), asked)
    return Plan(
        bars,
        np.full(measures, kind),
        stands(place, source),
        np.minimum(phrase, PARTS - 1),
        source,
        names,
        asked,
        std,
        key,
        tonic,
        np.tile(inside, (measures, 1)),
        np.zeros((measures, MAX_TICKS), dtype=bool),
    )


def near(
    checkpoint: Checkpoint,
    tune: Tune,
    temperature: float,
    key: Key | None,
    targets: Sequence[Target],
    count: int,
) -> Plan:
    """Return the plan of `count` tunes around another: its anchors, its ties, its equal measures equal again.

    Raises
    ------
    UsageError
        For a temperature outside 0..1, no tunes, or an attribute or target that cannot be asked for.
    NoNotesError
        Where no key is given, the tune has none, and nothing sounds.
    OffGridError
        For a note between two ticks.
    """
    check_count(count)
    if not 0 <= temperature <= 1:
        raise UsageError(f"temperature {temperature:g}: give 0 (the tune as the model hears it) to 1 (nothing of it)")
    material = prepare(checkpoint, tune)
    given, key = key, key or keys.find(tune)
    length = len(tune.measures)
    codes = np.zeros((length, checkpoint.model.latent), dtype=np.float32)
    for kind in np.unique(material.kind):
        here = material.kind == kind
        codes[here] = encode(checkpoint, material.classes[here], int(kind))
    names, asked, std = ask(checkpoint, targets, tune.measures, tune)
    tokens = np.full((length, MAX_TICKS), -1, dtype=np.int16)
    tokens[:, : material.tokens.shape[1]] = material.tokens
    whole = np.column_stack([material.kind, tokens])
    same = (whole[:, None] == whole[None]).all(axis=2).argmax(axis=1)
    source = apart(np.tile(same, (count, 1)), asked)
    silent = np.zeros((length, MAX_TICKS), dtype=bool)
    silent[:, : material.silent.shape[1]] = material.silent
    mean = float(material.anchors.mean()) if is_onset(tokens).any() else 0.0
    if checkpoint.frame.name == "absolute":
        mean = float(np.mean([note.pitch for note in tune.notes]))
    return Plan(
        tune.measures,
        material.kind,
        stands(np.arange(length) % PLACES, source),
        np.minimum(np.arange(length) // PLACES, PARTS - 1),
        source,
        names,
        asked,
        std,
        key,
        int(mean - (mean - tonic_class(key)) % OCTAVE),
        keys.allowed(tune, key),
        silent,
        tune if given is None else replace(tune, key=given),
        Around(tokens, codes, material.anchors, material.varied, temperature),
        material.unchanged,
    )


def check_count(count: int) -> None:
    """Refuse a number of tunes that is none."""
    if count < 1:
        raise UsageError(f"{count} tunes: ask for at least 1")


def ask(
    checkpoint: Checkpoint, targets: Sequence[Target], measures: Sequence[Measure], tune: Tune | None
) -> tuple[tuple[str, ...], Float[np.ndarray, "measure attribute"], Float[np.ndarray, "measure attribute"]]:
    """Return the names of the attributes asked for, the value asked of each measure, and standard deviations.

    Raises
    ------
    UsageError
        For an unknown attribute, two targets of one, or a target that needs what is not there.
    DataError
        For an attribute that has nothing to turn: see `prior_samples.spread`.
    """
    names = canonical([target.attribute for target in targets], checkpoint.config.attributes) if targets else ()
    kinds = tokenizer.kinds(measures)
    asked, std = np.zeros((2, len(measures), len(targets)))
    for column, (name, target) in enumerate(zip(names, targets, strict=True)):
        if target.form == "shift" and tune is None:
            raise UsageError(f"{name}={target.text}: a shift needs a tune to start from: give a value, or --like FILE")
        _, std[:, column] = prior_samples.spread(checkpoint, name, kinds)
        present = np.zeros(len(measures))
        if tune is not None:
            present = measured(tune, tokenizer.encode(tune), name)

        def percentile(percent: float, name: str = name) -> Values:
            scale = scale_of(checkpoint, [name])
            return np.array([scale.percentile(name, kind, percent) for kind in kinds.tolist()])

        asked[:, column] = resolve(target, present, percentile)
    return names, asked, std


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


def stands(
    place: Int[np.ndarray, " measure"], source: Int[np.ndarray, "tune measure"]
) -> Int[np.ndarray, "tune measure"]:
    """Return the place of each measure of each tune: `END` for the last one, and for the one that it copies."""
    found = np.tile(place, (len(source), 1))
    found[:, -1] = END
    found[np.arange(len(source)), source[:, -1]] = END
    return found


def form(
    phrases: Phrases,
    kind: int,
    place: Int[np.ndarray, " measure"],
    phrase: Int[np.ndarray, " measure"],
    rng: np.random.Generator,
) -> Int[np.ndarray, " measure"]:
    """Return for each measure of a new tune the one that it copies, or itself.

    Each phrase is the one before again, as often as in the corpus (but not twice, and the last phrase
    is never all that differs), or has a form of its own; its end may be that of the first phrase.
    """
    source = np.arange(len(place))
    last, repeated, different = int(phrase[-1]), False, 0
    for number in range(last + 1):
        here = np.flatnonzero(phrase == number)
        again = rng.random() < phrases.again[kind]
        repeated = bool(number and again and not repeated and len(here) == PLACES and (number < last or different > 1))
        if repeated:
            source[here] = source[here - PLACES]
            continue
        different += 1
        drawn = phrases.forms[rng.choice(len(phrases.forms), p=phrases.often[kind] / phrases.often[kind].sum())]
        at = {int(spot): int(row) for spot, row in zip(place[here], here, strict=True)}
        source[here] = [at.get(int(drawn[spot]), row) for spot, row in zip(place[here], here, strict=True)]
        rhyme = int(rng.choice(PLACES + 1, p=phrases.rhymes[kind] / phrases.rhymes[kind].sum()))
        if number and rhyme < PLACES and len(here) == PLACES:
            source[here[PLACES - rhyme :]] = source[PLACES - rhyme : PLACES]
    return source


def apart(
    source: Int[np.ndarray, "tune measure"], asked: Float[np.ndarray, "measure attribute"]
) -> Int[np.ndarray, "tune measure"]:
    """Return the sources, without copies of a measure of which something else is asked."""
    own = np.arange(source.shape[1])
    found = np.where((asked[source] == asked[own]).all(axis=2), source, own)
    return np.take_along_axis(found, found, axis=1)

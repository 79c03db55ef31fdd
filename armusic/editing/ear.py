"""The ear of a search: what it rules out, and how much a candidate costs the music."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from armusic.config.manner import Manner
from armusic.editing.material import Material
from armusic.music import attributes, harmony
from armusic.music.tokenizer import HOLD, is_onset
from armusic.shapes import Bool, Float, Int
from armusic.taste import context, melody, rules, surprise, tune_model
from armusic.taste.information import NAME
from armusic.taste.rules import Habits
from armusic.taste.surprise import Places
from armusic.taste.tune_model import TuneModel

Tokens = Int[np.ndarray, "candidate tick"]
Units = Int[np.ndarray, " candidate"]

PLACES = 3  # of a unit: those of further ones are taken for as surprising
EXCESS = 0.2  # of a distance of 1: what a nat beyond the input's surprise costs, where natural is a half
WIDE, LEAP = 7, 0.2  # semitones of an interval, and what each beyond costs
SNAP = 0.6  # what a beat costs that goes short-long or dotted where the tune does not
BARE = 1.0  # what a measure without a note would cost, where the input's has some
DISCORD = 0.5  # what a note on a beat costs that lies outside the chord
COMMON = 0.5  # of the units: pitches that more may have are the scale
FINER = 0.15  # what a beat with sixteenths costs in a tune without
AGAIN = 0.2  # what a pitch that is struck again costs, and
FLAT = 0.2  # a pitch less in the measure
IN_PITCH = ("range", "contour", "mean_interval", "interval_entropy")
"""Attributes that depend on pitches alone, or hardly on anything else: a single note stays as it is."""


@dataclass(frozen=True, slots=True)
class Ear:
    """What a search needs to judge candidates as music.

    Parameters
    ----------
    model : TuneModel
        The model of tunes.
    where : Places
        Some places of each unit in the tune.
    unit : int array (place,)
        The unit of each, rising.
    own : float array (place,)
        The surprise of the input there, in nats.
    tokens : int array (unit, tick)
        The units as they are.
    silent : bool array (unit, tick)
        Ticks of them that stay silent.
    kind : int array (unit,)
        Places of their metres in `score.METRES`.
    ends, opens : bool array (unit,)
        Units that end a phrase somewhere, and the one that opens the tune.
    habits : Habits
        Habits of the tune.
    scale : int array (pitch,)
        The pitches that most units may have, rising.
    allowed : bool array (unit, 128), optional
        The pitches that each unit may have.
    agree : bool array (place, tick, 12), optional
        Pitch classes that agree with what sounds beside the tune: see `harmony.on_beats`.
    manner : Manner
        Manner in which the variations are to be written.
    """

    model: TuneModel
    where: Places
    unit: Int[np.ndarray, " place"]
    own: Float[np.ndarray, " place"]
    tokens: Int[np.ndarray, "unit tick"]
    silent: Bool[np.ndarray, "unit tick"]
    kind: Int[np.ndarray, " unit"]
    ends: Bool[np.ndarray, " unit"]
    opens: Bool[np.ndarray, " unit"]
    habits: Habits
    scale: Int[np.ndarray, " pitch"]
    allowed: Bool[np.ndarray, "unit 128"] | None
    agree: Bool[np.ndarray, "place tick 12"] | None
    manner: Manner


def listen(
    material: Material,
    first: Int[np.ndarray, " unit"],
    of: Int[np.ndarray, " measure"],
    allowed: Bool[np.ndarray, "measure 128"] | None,
    manner: Manner,
) -> Ear:
    """Return the ear for a tune whose measures are these units: see `candidates.Search`."""
    tokens, kind = material.tokens, material.kind
    tune = context.setting(tokens, kind)
    model = tune_model.shipped()
    rows = np.flatnonzero(of >= 0)
    rows = rows[np.argsort(of[rows], kind="stable")]
    starts = np.searchsorted(of[rows], of[rows])
    rows = rows[np.arange(len(rows)) - starts < PLACES]
    where = surprise.places(model, tune, rows)
    own = surprise.surprise(model, where, np.arange(len(rows)), tokens[rows])
    ending = rules.phrase_ends(tokens, kind)
    ends = np.zeros(len(first), dtype=bool)
    opens = ends.copy()
    if "cadences" in manner.keep:
        ends[of[ending & (of >= 0)]] = True
        sounding = np.flatnonzero(is_onset(tokens).any(axis=1))[:1]
        opens[of[sounding][of[sounding] >= 0]] = True
    habits = rules.habits(tokens, kind)
    own_pitches = None if allowed is None else allowed[first]
    usual = np.ones(HOLD, dtype=bool)
    if own_pitches is not None and len(own_pitches):
        usual = own_pitches.mean(axis=0) > COMMON
    compass = np.arange(max(habits.low - rules.THIRD, 0), min(habits.high + rules.THIRD, HOLD - 1) + 1)
    scale = compass[usual[compass]]
    agree = harmony.on_beats(material.tune)
    return Ear(
        model=model,
        where=where,
        unit=of[rows],
        own=own,
        tokens=tokens[first],
        silent=material.silent[first],
        kind=kind[first],
        ends=ends,
        opens=opens,
        habits=habits,
        scale=scale,
        allowed=own_pitches,
        agree=None if agree is None else agree[rows],
        manner=manner,
    )


def mend(ear: Ear, of: Units, tokens: Tokens) -> Tokens:
    """Return candidates without the silence that the input does not have."""
    return rules.legato(tokens, ear.tokens[of])


def broken(ear: Ear, of: Units, tokens: Tokens, names: tuple[str, ...]) -> Bool[np.ndarray, " candidate"]:
    """Return which candidates do what no musician writes, or lose what is to be kept."""
    before, kind, keep = ear.tokens[of], ear.kind[of], ear.manner.keep
    bad = rules.silences(tokens, ear.tokens, of) | rules.leaps(tokens, ear.tokens, of)
    bad |= rules.stutters(tokens, ear.tokens, of)
    bad |= rules.out_of_compass(tokens, ear.habits) | rules.foreign_divisions(tokens, before, kind, ear.habits)
    bad |= (ear.silent[of] & is_onset(tokens)).any(axis=1)
    bad |= ear.ends[of] & rules.lost_ends(tokens, ear.tokens, ear.kind, of)
    bad |= ear.opens[of] & rules.lost_openings(tokens, before)
    if "downbeats" in keep:
        bad |= rules.lost_downbeats(tokens, before, kind)
    if "subdivisions" in keep:
        bad |= rules.new_subdivisions(tokens, kind, ear.habits)
    onset, own = is_onset(tokens), is_onset(before)
    if ear.allowed is not None:
        bad |= (onset & ~np.take_along_axis(ear.allowed[of], np.where(onset, tokens, 0).astype(np.int64), axis=1)).any(
            axis=1
        )
    if "rhythm" in keep:
        bad |= (np.where(onset, 0, tokens) != np.where(own, 0, before)).any(axis=1)
    if "pitches" in keep:
        bad |= (onset & own & (tokens != before)).any(axis=1)
    if set(names) <= set(IN_PITCH):
        bad |= own.sum(axis=1) == 1
    return bad & (tokens != before).any(axis=1)


def excess(ear: Ear, of: Units, tokens: Tokens) -> Float[np.ndarray, " candidate"]:
    """Return the surprise of candidates beyond the input's, in nats, on average over the places of each unit."""

    def nats(place: Int[np.ndarray, " item"], rows: Tokens) -> Float[np.ndarray, " item"]:
        return surprise.surprise(ear.model, ear.where, place, rows) - ear.own[place]

    return _in_places(ear, of, tokens, nats)


def discord(ear: Ear, of: Units, tokens: Tokens) -> Float[np.ndarray, " candidate"]:
    """Return how many notes on beats lie outside the sounding chord beyond the input's, on average over the places."""
    agree = ear.agree
    if agree is None:
        return np.zeros(len(of))

    def outside(place: Int[np.ndarray, " item"], rows: Tokens) -> Float[np.ndarray, " item"]:
        own = ear.tokens[ear.unit[place]]
        return (harmony.outside(rows, agree[place]) - harmony.outside(own, agree[place])).astype(float)

    return _in_places(ear, of, tokens, outside)


def _in_places(
    ear: Ear,
    of: Units,
    tokens: Tokens,
    judge: Callable[[Int[np.ndarray, " item"], Tokens], Float[np.ndarray, " item"]],
) -> Float[np.ndarray, " candidate"]:
    """Return what is said of candidates in each place of their units, on average."""
    if not len(of):
        return np.zeros(0)
    bounds = np.searchsorted(ear.unit, np.arange(len(ear.tokens) + 1))
    counts = np.diff(bounds)[of]
    starts = np.cumsum(counts) - counts
    item = np.repeat(np.arange(len(of)), counts)
    place = np.arange(len(item)) - np.repeat(starts, counts) + np.repeat(bounds[:-1][of], counts)
    return np.add.reduceat(judge(place, tokens[item]), starts) / counts


def awkwardness(ear: Ear, of: Units, tokens: Tokens) -> Float[np.ndarray, " candidate"]:
    """Return what is awkward in candidates beyond the input.

    Wide leaps, pitches struck again and fewer of them; snaps, finer divisions and bare measures.
    """
    before, kind = ear.tokens[of], ear.kind[of]

    def beyond(count: Callable[[Tokens], Int[np.ndarray, " candidate"]]) -> Int[np.ndarray, " candidate"]:
        return np.maximum(count(tokens) - count(before), 0)

    leaps = beyond(lambda rows: np.maximum(abs(melody.intervals(rows)) - WIDE, 0).sum(axis=1))
    fewer = np.maximum(melody.variety(before) - melody.variety(tokens), 0)
    line = LEAP * leaps + AGAIN * beyond(melody.repetitions) + FLAT * fewer
    finer = beyond(lambda rows: rules.new_sixteenths(rows, kind, ear.habits))
    uneven = rules.snaps(tokens, kind, ear.habits)
    return line + FINER * finer + SNAP * uneven + BARE * rules.bare(tokens, before)


def bits_a_note(ear: Ear, of: Units, tokens: Tokens) -> Float[np.ndarray, " candidate"]:
    """Return the surprise of candidates in bits a note, on average over the places of each unit."""

    def bits(place: Int[np.ndarray, " item"], rows: Tokens) -> Float[np.ndarray, " item"]:
        notes = np.maximum(is_onset(rows).sum(axis=1), 1)
        return surprise.surprise(ear.model, ear.where, place, rows) / np.log(2) / notes

    return _in_places(ear, of, tokens, bits)


def measure(ear: Ear, of: Units, tokens: Tokens, names: Sequence[str]) -> Float[np.ndarray, "candidate attribute"]:
    """Return attributes of candidates, one column each; `surprise` as `bits_a_note`."""
    values = np.empty((len(of), len(names)))
    alone = [column for column, name in enumerate(names) if name != NAME]
    values[:, alone] = attributes.measure_each(tokens, ear.kind[of], [names[column] for column in alone])
    if NAME in names:
        values[:, names.index(NAME)] = bits_a_note(ear, of, tokens)
    return values


def strain(ear: Ear, of: Units, tokens: Tokens, *, likely: bool = True) -> Float[np.ndarray, " candidate"]:
    """Return what is unlikely and awkward in candidates; 0 for the input, and for what is less surprising.

    Where surprise itself has a target, what is unlikely costs nothing (`likely` is false).
    """
    unlikely = np.maximum(excess(ear, of, tokens), 0) * EXCESS if likely else np.zeros(len(of))
    return unlikely + awkwardness(ear, of, tokens) + DISCORD * np.maximum(discord(ear, of, tokens), 0)


def cost(
    ear: Ear, strain: float | Float[np.ndarray, " candidate"], distance: Float[np.ndarray, " candidate"]
) -> Float[np.ndarray, " candidate"]:
    """Return what candidates cost the music: their strain and their distance from the input, weighed as is asked."""
    natural = ear.manner.natural
    return 2 * (1 - natural) * distance + 2 * natural * strain


def part(ear: Ear, units: slice) -> Ear:
    """Return the ear for some of the units."""
    low, high, _ = units.indices(len(ear.tokens))
    places = (ear.unit >= low) & (ear.unit < high)
    return replace(
        ear,
        where=ear.where.take(places),
        unit=ear.unit[places] - low,
        own=ear.own[places],
        agree=None if ear.agree is None else ear.agree[places],
        allowed=None if ear.allowed is None else ear.allowed[units],
        tokens=ear.tokens[units],
        silent=ear.silent[units],
        kind=ear.kind[units],
        ends=ear.ends[units],
        opens=ear.opens[units],
    )

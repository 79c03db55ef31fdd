"""A tune as a model takes it, and back: its tokens and classes, and the tune of other tokens."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

import numpy as np

from armusic.errors import UsageError
from armusic.inference.checkpoint import Checkpoint
from armusic.music import keys, tokenizer
from armusic.music.pitch_frame import Frame
from armusic.music.score import Key, Tune, spanned
from armusic.music.tokenizer import is_onset
from armusic.shapes import Bool, Int

log = logging.getLogger(__name__)

SCALE = 5  # pitch classes: fewer are no scale

Tokens = Int[np.ndarray, "measure tick"]


@dataclass(frozen=True, slots=True)
class Material:
    """A tune as a model takes it.

    Parameters
    ----------
    tune : Tune
        The music.
    tokens : int16 array (measure, tick)
        The tune's tokens: see `tokenizer.encode`.
    kind : int array (measure,)
        Place of each measure's metre in `score.METRES`.
    anchors : int array (measure,)
        Pitches from which the measures' classes are counted: see `Frame.registers`.
    classes : int16 array (measure, tick)
        Classes of the model.
    silent : bool array (measure, tick)
        Ticks that stay rest: see `padding`.
    varied : bool array (measure,)
        Measures that are to vary: they sound and fit the frame.
    unchanged : tuple of str
        Messages about those that were to vary and do not fit.
    """

    tune: Tune
    tokens: Tokens
    kind: Int[np.ndarray, " measure"]
    anchors: Int[np.ndarray, " measure"]
    classes: Tokens
    silent: Bool[np.ndarray, "measure tick"]
    varied: Bool[np.ndarray, " measure"]
    unchanged: tuple[str, ...]


def prepare(checkpoint: Checkpoint, tune: Tune, measures: tuple[int, int] | None = None) -> Material:
    """Return a tune as a model takes it, with the measures (first and last, from 1) that are to vary.

    Raises
    ------
    UsageError
        For measures that the tune does not have.
    OffGridError
        For a note between two ticks.
    """
    rows = rows_of(tune, measures)
    tokens = tokenizer.encode(tune)
    varied = np.zeros(len(tokens), dtype=bool)
    varied[list(rows)] = True
    frame = checkpoint.frame
    anchors = frame.registers(tokens)
    classes, inside = frame.enter(tokens, anchors)
    varied &= is_onset(tokens).any(axis=1)
    unchanged = tuple(_unchanged(tune, number, frame) for number in np.flatnonzero(varied & ~inside).tolist())
    for message in unchanged:
        log.warning("%s", message)
    if frame.name == "absolute" and (moved := int((anchors[varied & inside] != 0).sum())):
        log.warning("%d measures are moved by octaves into %d..%d, and back", moved, frame.low, frame.high)
    silent = padding(tune, tokens.shape[1])
    return Material(tune, tokens, tokenizer.kinds(tune.measures), anchors, classes, silent, varied & inside, unchanged)


def everywhere(checkpoint: Checkpoint, material: Material) -> Material:
    """Return a tune with all measures to vary that sound and fit the frame."""
    _, inside = checkpoint.frame.enter(material.tokens, material.anchors)
    return replace(material, varied=is_onset(material.tokens).any(axis=1) & inside)


def rows_of(tune: Tune, measures: tuple[int, int] | None) -> tuple[int, ...]:
    """Return the places of the measures, by their numbers (first and last, from 1) in the file.

    Raises
    ------
    UsageError
        For measures that the file does not have, that all pass through, or that are a part of those read together.
    """
    if measures is not None and not (len(measures) == 2 and all(float(number).is_integer() for number in measures)):
        raise UsageError(f"measures {measures!r}: give the first and the last, as whole numbers")
    first, last = (1, tune.last) if measures is None else (int(number) for number in measures)
    if last < first:
        raise UsageError(f"measures {first}-{last}: the first comes after the last: give {last} to {first}")
    if not 1 <= first <= last <= tune.last:
        only = "is only" if tune.last == 1 else "are only"
        raise UsageError(f"{spanned(first, last)}: there {only} {spanned(1, tune.last)} in {tune.source or 'the tune'}")
    rows = tune.rows(first, last)
    if not rows:
        if passing := tune.why_not(first, last):
            raise UsageError(passing)
        bar = next(bar for bar in tune.bars if bar.number >= first)
        raise UsageError(
            f"{spanned(first, last)}: {tune.source or 'the tune'} is read two measures at a time: give whole pairs,"
            f" such as {tune.numbers[bar.rows[0]]}"
        )
    return rows


def pitches(tune: Tune, key: str | Key) -> Bool[np.ndarray, "measure 128"] | None:
    """Return the pitches that each measure may have in a key; `off` leaves all of them.

    `auto` is the tune's own, in each measure that of the signature in force: of its key, the pitch classes that the
    tune uses, if these are a scale. A key signature that the notes contradict is not believed.
    """
    if key == "off" or not tune.notes:
        return None
    if key != "auto":
        return keys.allowed(tune, keys.parse(str(key)))
    if keys.contradicted(tune):
        tune = replace(tune, key=None, key_changes=())
    own = keys.find(tune)
    scales = keys.scales(tune, own)
    played = scales & keys.used(tune)
    enough = played.sum(axis=1, keepdims=True) >= SCALE
    return keys.allowed(tune, own, np.where(enough, played, scales))


def with_tokens(tune: Tune, tokens: Tokens) -> Tune:
    """Return a tune with the notes of `tokens`; each takes the velocity of the input's last note before it."""
    starts = [note.start for note in tune.notes]
    velocities = [note.velocity for note in tune.notes]
    notes = tokenizer.decode(tokens, tune.measures)
    before = np.searchsorted(np.array(starts, dtype=float), np.array([float(n.start) for n in notes]), side="right") - 1
    return replace(
        tune,
        notes=tuple(
            replace(note, velocity=velocities[max(place, 0)]) for note, place in zip(notes, before, strict=True)
        ),
    )


def padding(tune: Tune, width: int) -> Bool[np.ndarray, "measure tick"]:
    """Return the ticks of rest that were put before a pickup and behind a short last measure."""
    silent = np.zeros((len(tune.measures), width), dtype=bool)
    front, back = tune.padding
    for row, measure in enumerate(tune.measures):
        if front <= measure.start and measure.end <= tune.end - back:
            continue
        unit = measure.metre.scale / tokenizer.UNITS_PER_QUARTER
        at = tokenizer.tick_units(measure.metre) * unit + measure.start
        silent[row, : len(at)] |= (at < front) | (at >= tune.end - back)
    return silent


def _unchanged(tune: Tune, row: int, frame: Frame) -> str:
    measure = tune.measures[row]
    midi_pitches = [note.pitch for note in tune.notes if measure.start <= note.start < measure.end]
    low, high = min(midi_pitches), max(midi_pitches)
    reason = (
        f"pitches {low}..{high} are not all in the model's {frame.low}..{frame.high}"
        if frame.name == "absolute"
        else f"it spans {high - low} semitones, more than {frame.high} from its median"
    )
    return f"measure {tune.numbers[row]} is left as it is: {reason}"

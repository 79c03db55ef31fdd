"""From one tune to another, measure by measure: codes and pitch anchors go from those of one to those of the other."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from armusic.editing.between import Way, between, distance
from armusic.editing.decoding import encode
from armusic.editing.material import Material, prepare, with_tokens
from armusic.errors import UsageError
from armusic.files import counted
from armusic.inference.checkpoint import Checkpoint
from armusic.music import keys
from armusic.music.score import Tune, numbered
from armusic.music.tokenizer import is_onset
from armusic.shapes import Float, Int
from armusic.vae import latent

_START = Fraction(0)

log = logging.getLogger(__name__)

Tokens = Int[np.ndarray, "measure tick"]


@dataclass(frozen=True, slots=True)
class Step:
    """A tune between two others.

    Parameters
    ----------
    name : str
        Name on a track: `morph 2/6`.
    share : float
        Share of the way, 0..1; 0 is the first tune itself, 1 the second.
    tune : Tune
        The music.
    to_first, to_second : float array (measure,)
        Distance of each measure from that of either tune, 0..1: see `distance`.
    abrupt : tuple of str
        Messages about measures that change at once, in the middle.
    """

    name: str
    share: float
    tune: Tune
    to_first: Float[np.ndarray, " measure"]
    to_second: Float[np.ndarray, " measure"]
    abrupt: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Step({self.name}, {self.tune.summary})"


def morph(
    checkpoint: Checkpoint, first: Tune, second: Tune, steps: int = 7, *, slerp: bool = True, loop: bool = False
) -> list[Step]:
    """Return tunes that lead from one to another, both ends untouched.

    Between them every measure has a code near the way from that of the first tune to that of the
    second, and a pitch anchor on the way. Of several such measures the one is taken that is least
    surprising where it stands: see `armusic.editing.between`. Ties, rests, the ends of phrases, velocities,
    tempo and key are those of the nearer tune (half-way: the second); pitches stay in its scale, and between
    the lowest and the highest of the measure in both.
    A measure that is silent, or too wide for the model, in either tune changes at once in the middle.

    Parameters
    ----------
    checkpoint : Checkpoint
        The model.
    first, second : Tune
        Tunes in the same metres, measure by measure; all their notes on the grid.
    steps : int
        Number of tunes, both ends included, at least 2.
    slerp : bool
        Whether codes go along the arc (`latent.slerp`) or straight (`latent.lerp`).
    loop : bool
        Whether the shorter tune is repeated until it is as long as the longer one.

    Raises
    ------
    UsageError
        For fewer than two steps, or tunes that differ in length or metre.
    OffGridError
        For a note between two ticks.
    """
    if steps < 2:
        raise UsageError(f"{steps} steps: both tunes are steps, so give at least 2")
    first, second = matched(first, second, loop=loop)
    start, end = prepare(checkpoint, first), prepare(checkpoint, second)
    same = (start.tokens == end.tokens).all(axis=1)
    moving = start.varied & end.varied & ~same
    abrupt = _abrupt(start, end, ~moving & ~same)
    for message in abrupt:
        log.warning("%s", message)
    rows = np.flatnonzero(moving)
    codes = encode(checkpoint, start, rows), encode(checkpoint, end, rows)
    way = Way(start, end, rows, codes, latent.slerp if slerp else latent.lerp)
    every = [start.tokens]
    for number in range(1, steps - 1):
        every.append(between(checkpoint, way, number / (steps - 1), every[-1]))
    result = []
    for number, tokens in enumerate([*every, end.tokens]):
        nearer = second if 2 * number >= steps - 1 else first
        tune = nearer if number in (0, steps - 1) else with_tokens(nearer, tokens)
        to_first, to_second = distance(tokens, start.tokens), distance(tokens, end.tokens)
        result.append(Step(f"morph {number}/{steps - 1}", number / (steps - 1), tune, to_first, to_second, abrupt))
    return result


def matched(first: Tune, second: Tune, *, loop: bool = False) -> tuple[Tune, Tune]:
    """Return two tunes with the same measures; the shorter one repeated where `loop` says so.

    Raises
    ------
    UsageError
        For tunes of different lengths that are not to loop, and for measures of different metres.
    """
    names = [tune.source or tune.title or default for tune, default in ((first, "the first"), (second, "the second"))]
    counts = [len(tune.measures) for tune in (first, second)]
    if counts[0] != counts[1]:
        if not loop:
            raise UsageError(
                f"{names[0]} has {counted(counts[0], 'measure')} and {names[1]} has {counts[1]}:"
                " give tunes of one length, or repeat the shorter one with the option loop"
            )
        first, second = (looped(tune, max(counts)) for tune in (first, second))
    for row, (measure, counterpart) in enumerate(zip(first.measures, second.measures, strict=True)):
        if (measure.metre.kind, measure.metre.length) != (counterpart.metre.kind, counterpart.metre.length):
            number, other = (numbered(tune.numbers[row]) for tune in (first, second))
            its = f"and in {counterpart.metre} in {names[1]}"
            if number != other:
                its = f"and {other} of {names[1]}, which it becomes, in {counterpart.metre}"
            raise UsageError(
                f"{number} is in {measure.metre} in {names[0]} {its}:"
                " give tunes whose metres are the same, measure by measure"
            )
    if first.measures != second.measures:  # 2/2 and 4/4 are counted alike: the first tune's are written
        second = replace(second, measures=first.measures)
    return first, second


def looped(tune: Tune, count: int) -> Tune:
    """Return a tune repeated, whole measures with their rests, until it has `count` measures.

    Examples
    --------
    >>> from fractions import Fraction
    >>> from armusic.music.score import Measure, Metre, Note
    >>> short = Tune((Note(Fraction(1), Fraction(1), 60),), (Measure(Fraction(0), Metre(2, 4)),))
    >>> [float(note.start) for note in looped(short, 3).notes]
    [1.0, 3.0, 5.0]
    """
    if len(tune.measures) == count:
        return tune
    times = [time * tune.end for time in range(-(-count // len(tune.measures)))]
    measures = tuple(replace(measure, start=start + measure.start) for start in times for measure in tune.measures)[
        :count
    ]
    notes = (replace(note, start=start + note.start) for start in times for note in tune.notes)
    end = measures[-1].end
    cut = tuple(replace(note, duration=min(note.duration, end - note.start)) for note in notes if note.start < end)
    signs = [(start + at, key) for start in times for at, key in [(_START, tune.key), *tune.key_changes] if key]
    key, changes = keys.signatures(sign for sign in signs if sign[0] < end)
    padding = (tune.padding[0], measures[0].start)
    return replace(tune, notes=cut, measures=measures, padding=padding, key=key, key_changes=changes)


def _abrupt(start: Material, end: Material, switched: np.ndarray) -> tuple[str, ...]:
    """Return a line for each measure that changes at once."""
    lines = []
    for row in np.flatnonzero(switched).tolist():
        material = end if start.varied[row] else start
        name = material.tune.source or material.tune.title or ("the first" if material is start else "the second")
        sounds = bool(is_onset(material.tokens[row]).any())
        reason = "leaves the model's pitch frame" if sounds else "has no onset"
        lines.append(f"measure {material.tune.numbers[row]} changes at once, in the middle: in {name} it {reason}")
    return tuple(lines)

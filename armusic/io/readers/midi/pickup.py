"""The pickup of a file whose first bar line is not where its time signature says.

Most programs write a tune that begins with a pickup as if it began on the bar line. The phase of the bar lines is
found by what marks a downbeat: accents, if the file has them; changes of the chords, if other parts play; and in
which eighths of a measure melodies start notes, and how long these are (`pickup_table`, counted in folk tunes by
`python benchmarks/pickups.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from armusic.io.readers.midi.parts import Part
from armusic.io.readers.midi.pickup_table import LAST, NOTES, PICKUPS
from armusic.io.readers.options import Remark
from armusic.music import smf
from armusic.shapes import Float, Int

Ticks = Int[np.ndarray, " note"]
Scores = Float[np.ndarray, " phase"]

PLAIN, LIKELY = 6.5, 2.5  # nats by which a phase must be likelier than all others: see docs/melody.md
_WEIGHT, _ENOUGH = (
    0.2,
    24,
)  # of an eighth's likelihood, and measures after which more add nothing: tunes repeat themselves
_NONE = 1.0  # nats by which no pickup is likelier than in folk tunes
_USUAL = 0.02  # share of tunes with a pickup so long, below which it is none
_DIVIDED = "2/4"  # where sixteenths are what eighths are elsewhere, so that these alone do not tell
_FEWEST = 16  # notes
_LATE = 0.125  # quarter notes by which a first note may miss the start of the file, others an eighth
_OTHER_CLASSES = (
    0.4  # pitch classes a measure, by which the chords must change less within measures than in another phase
)
_FEWEST_MEASURES, _MOST_MEASURES = 6, 256
_LONGEST = 40_000  # quarter notes: what is longer is refused anyway
_ACCENTED = 4  # notes in a phase that show accents
_LENGTHS = (0.6, 1.1)  # quarter notes: up to an eighth, up to a quarter, longer


@dataclass(frozen=True, slots=True)
class Pickup:
    """A pickup.

    Parameters
    ----------
    eighths : int
        Length in eighths.
    plain : bool
        Whether it is sure enough to be used.
    why : str
        Evidence for it.
    """

    eighths: int
    plain: bool
    why: str

    def downbeat(self, beat: Fraction) -> Fraction:
        """Return the number of the beat behind it, from 1; `beat` is the length of a beat in quarter notes."""
        return 1 + Fraction(self.eighths, 2) / beat

    def remark(self, beat: Fraction) -> Remark:
        """Return a remark that says so, or proposes it."""
        count = f"{self.eighths} eighth{'s' if self.eighths > 1 else ''}"
        if self.plain:
            return Remark(
                f"it begins with a pickup of {count}, by {self.why} (the option downbeat=1 says that it does not)"
            )
        downbeat = f"{float(self.downbeat(beat)):.3g}"
        return Remark(f"it may begin with a pickup of {count}, by {self.why}: try the option downbeat={downbeat}")


def find(parts: Sequence[Part], part: Part, start: Ticks, end: Ticks, metre: str, quarter: int) -> Pickup | None:
    """Return the pickup with which a melody begins at tick 0, if it has one.

    Parameters
    ----------
    parts : sequence of Part
        All parts.
    part : Part
        The melody.
    start, end : int array (note,)
        Start and end of each note, in ticks.
    metre : str
        The metre of all measures: `4/4`, `2/4`, `3/4`, `6/8` or `9/8`.
    quarter : int
        Ticks per quarter note.
    """
    if metre not in NOTES or len(start) < _FEWEST or start[0] > _LATE * quarter or end.max() > _LONGEST * quarter:
        return None
    if any(other.channel == smf.DRUMS for other in parts):  # who counts in, counts from the bar line
        return None
    likelier = by_notes(start / quarter, end / quarter, metre)
    phases = len(likelier)
    if (accented := by_accents(part, quarter, phases)) is not None:
        return Pickup(accented, plain=True, why="its accents") if accented else None
    usual = np.array(PICKUPS[metre]) >= 1000 * _USUAL
    best = 1 + int(np.where(usual, likelier, -np.inf)[1:].argmax())
    usual[[0, best]] = True, False
    margin = float(likelier[best] - likelier[usual].max())
    others = [other for other in parts if other is not part]
    if others:
        classes = by_chords(others, quarter, phases)
        if classes is None:
            return None
        least = int(classes.argmin())
        if classes[least] + _OTHER_CLASSES <= np.delete(classes, least).min():
            agrees = bool(likelier[least] > likelier[0])
            return Pickup(least, plain=agrees, why="the changes of its chords") if least else None
        if classes[best] >= classes[0]:
            return None
    if margin < LIKELY:
        return None
    return Pickup(best, plain=margin >= PLAIN and metre != _DIVIDED, why="where its long notes lie")


def by_accents(part: Part, quarter: int, phases: int) -> int | None:
    """Return the eighth of the measure whose notes are louder than all others, if there is one."""
    phase = np.round(2 * part.start / quarter).astype(np.int64) % phases
    loudest = int(np.argmax([part.velocity[phase == n].mean() if (phase == n).any() else 0.0 for n in range(phases)]))
    on, off = part.velocity[phase == loudest], part.velocity[phase != loudest]
    if min(len(on), len(off)) < _ACCENTED or np.percentile(on, 10) <= np.percentile(off, 90):
        return None
    return loudest


def by_chords(others: Sequence[Part], quarter: int, phases: int) -> Scores | None:
    """Return how many pitch classes sound in a measure, on average, if the bar lines lie in each phase."""
    start, end, pitch = (np.concatenate([getattr(part, name) for part in others]) for name in ("start", "end", "pitch"))
    first = np.round(2 * start / quarter).astype(np.int64)
    last = np.maximum(np.round(2 * end / quarter).astype(np.int64), first + 1)
    count = min(int(last.max()), _MOST_MEASURES * phases)
    if count < _FEWEST_MEASURES * phases:
        return None
    sounds = np.zeros((12, count + 1), dtype=np.int32)  # changes of the number of notes of a class that sound
    np.add.at(sounds, (pitch % 12, first.clip(0, count)), 1)
    np.add.at(sounds, (pitch % 12, last.clip(0, count)), -1)
    sounding = np.cumsum(sounds, axis=1)[:, :count] > 0
    whole = count // phases - 1
    return np.array(
        [
            sounding[:, phase : phase + whole * phases].reshape(12, whole, phases).any(axis=2).sum(axis=0).mean()
            for phase in range(phases)
        ]
    )


def by_notes(start: Float[np.ndarray, " note"], end: Float[np.ndarray, " note"], metre: str) -> Scores:
    """Return how likely each length of a pickup is, in nats: none, an eighth, and so on.

    Parameters
    ----------
    start, end : float array (note,)
        Quarter notes.
    metre : str
        Key of `NOTES`.
    """
    table, last, pickups = (np.log(np.array(each[metre]) / 1000) for each in (NOTES, LAST, PICKUPS))
    pickups[0] += _NONE
    kinds, final = kinds_of(start, end)
    phases = len(table)
    weight = _WEIGHT * min(1.0, _ENOUGH * phases / len(kinds))
    place = np.arange(len(kinds)) + round(2 * float(start[0]))
    return np.array(
        [
            weight * table[(place - phase) % phases, kinds].sum()
            + last[(final + place[0] - phase) % phases]
            + pickups[phase]
            for phase in range(phases)
        ]
    )


def kinds_of(
    start: Float[np.ndarray, " note"], end: Float[np.ndarray, " note"]
) -> tuple[Int[np.ndarray, " eighth"], int]:
    """Return what starts in each eighth from the first note on, and the eighth of the last one.

    Nothing is 0, a note that another follows within an eighth 1, within a quarter 2, later 3.
    """
    eighth = 2 * (start - start[0])
    on = np.round(eighth).astype(np.int64)
    near = abs(eighth - on) < 2 * _LATE
    length = np.diff(np.append(start, end[-1]))
    kinds = np.zeros(max(int(on[-1]) + 1, round(2 * float(end[-1] - start[0]))), dtype=np.int64)
    kinds[on[near]] = 1 + np.searchsorted(_LENGTHS, length[near])
    return kinds, int(on[-1])

"""The other parts of the file around a tune, in the tune's time and as notation has them.

What was played goes to sixteenths or triplets, beat by beat; what is exact, down to 32nds and tuplets, stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from armusic.io.readers.midi.meta import merged
from armusic.io.readers.midi.parts import Part, parts_of, text_of
from armusic.io.writers.layout import name_of
from armusic.music import smf
from armusic.music.score import Note, Origin
from armusic.shapes import Bool, Float, Int

UNITS = 840  # of a quarter note: 32nds, and tuplets of 3, 5, 6 and 7, are whole
_EXACT = (8, 6, 5, 7)  # parts of a quarter note that stay
_PLAIN = (8, 6)  # those of them that stay also where notes only end: a fifth is as a rule a note played short
_SHORT = 0.34  # quarter notes of silence before the next note or the next beat that are no rest
_PLAYED = (4, 3)  # parts to which what was played goes
_TRIPLET_COST = 0.003  # mean squared quarter notes by which triplets must be nearer
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Player:
    """A part of the band.

    Parameters
    ----------
    name : str
        Name of its track.
    program : int
        MIDI program, from 0.
    drums : bool
        Whether its pitches are drums.
    notes : tuple of Note
        Notes by their start; several may sound at once.
    moved : int
        Number of notes that were moved to the grid.
    """

    name: str
    program: int
    drums: bool
    notes: tuple[Note, ...]
    moved: int


def band(origin: Origin) -> tuple[list[Player], list[Player]]:
    """Return the parts that stand before and behind the melody in its file; those without notes are left out."""
    players: tuple[list[Player], list[Player]] = ([], [])
    parts = parts_of(origin.file)
    for part in parts:
        place = (part.track, part.channel)
        if place == (origin.track, origin.channel):
            continue
        player = _player(part, origin, several=sum(other.track == part.track for other in parts) > 1)
        if player.notes:
            players[place > (origin.track, origin.channel)].append(player)
    return players


def markers(origin: Origin) -> list[tuple[Fraction, str]]:
    """Return the file's markers: quarter notes of the tune, and texts."""
    return _texts(origin, smf.MARKER)


def lyrics(origin: Origin) -> list[tuple[Fraction, str]]:
    """Return the syllables of the file: quarter notes of the tune, and texts."""
    return _texts(origin, smf.LYRIC)


def _texts(origin: Origin, status: int) -> list[tuple[Fraction, str]]:
    return [
        (origin.quarter(Fraction(tick)), text) for tick, data in merged(origin.file, status) if (text := text_of(data))
    ]


def _player(part: Part, origin: Origin, *, several: bool) -> Player:
    drums = part.channel == smf.DRUMS
    end = origin.measures[-1].end
    start, stop = (quarters(ticks, origin) for ticks in (part.start, part.end))
    inside = (start < float(end) - _ROUNDING) & (stop > start + _ROUNDING)
    start, stop = start[inside], np.minimum(stop[inside], float(end))
    bars = np.array([float(measure.start) for measure in origin.measures])
    simple = np.array([not measure.metre.compound for measure in origin.measures])
    both = np.concatenate([start, stop])
    units = on_grid(both, np.arange(len(both)) < len(start), bars, simple)
    begin, finish = units[: len(start)], units[len(start) :]
    moved = int((abs(begin / UNITS - start) > _ROUNDING).sum())
    if drums and len(begin):
        onsets = np.unique(begin)
        following = np.append(onsets[1:], onsets[-1] + UNITS)[np.searchsorted(onsets, begin)]
        finish = np.minimum(following, (begin // UNITS + 1) * UNITS)
    elif len(begin):
        onsets = np.append(np.unique(begin), np.iinfo(np.int64).max)
        bar = bars[(np.searchsorted(bars, stop, side="right") - 1).clip(0)]
        beat = np.round((bar + np.ceil(stop - bar - _ROUNDING)) * UNITS).astype(np.int64)
        following = np.minimum(onsets[np.searchsorted(onsets, finish)], np.maximum(beat, finish))
        short = (abs(finish / UNITS - stop) > _ROUNDING) & (following / UNITS - stop < _SHORT)
        finish = np.where(short, following, finish)
    finish = np.maximum(finish, begin + UNITS // 8)
    return Player(
        name_of(part, part.track, several=several),
        part.program,
        drums,
        tuple(
            Note(_fraction(low), _fraction(high - low), pitch, max(velocity, 1))
            for low, high, pitch, velocity in zip(
                begin.tolist(),
                finish.tolist(),
                part.pitch[inside].tolist(),
                part.velocity[inside].tolist(),
                strict=True,
            )
        ),
        moved,
    )


@lru_cache(maxsize=65536)
def _fraction(units: int) -> Fraction:
    return Fraction(units, UNITS)


def quarters(ticks: Int[np.ndarray, " time"], origin: Origin) -> Float[np.ndarray, " time"]:
    """Return ticks of the file as quarter notes of the tune: `Origin.quarter` for many."""
    quarter, first, rate = np.array(origin.clock, dtype=float).T
    line = (np.searchsorted(first, ticks, side="right") - 1).clip(0)
    at = quarter[line] + (ticks - first[line]) / rate[line]
    return np.minimum(at.clip(quarter[0]), np.append(quarter[1:], np.inf)[line])


def on_grid(
    at: Float[np.ndarray, " time"],
    onset: Bool[np.ndarray, " time"],
    bars: Float[np.ndarray, " measure"],
    simple: Bool[np.ndarray, " measure"],
) -> Int[np.ndarray, " time"]:
    """Return times on the grid of notation, in `UNITS` of a quarter note.

    A quarter note's times that are all multiples of an eighth or sixth of it stay; also of a fifth or seventh, if a
    note starts there. The others go to its fourths, or to its thirds where these are clearly nearer and the metre is
    no compound one.

    Parameters
    ----------
    at : float array (time,)
        Quarter notes.
    onset : bool array (time,)
        Whether a note starts then: of the times that move, the starts decide between fourths and thirds.
    bars : float array (measure,)
        Starts of the measures.
    simple : bool array (measure,)
        Whether their metres are not compound.

    Examples
    --------
    >>> played = np.array([0.02, 0.51, 1.0, 1.2, 2.34, 2.65])
    >>> (on_grid(played, played >= 0, np.zeros(1), np.ones(1, dtype=bool)) / UNITS).round(3).tolist()
    [0.0, 0.5, 1.0, 1.2, 2.333, 2.667]
    """
    row = (np.searchsorted(bars, at + _ROUNDING, side="right") - 1).clip(0)
    within = at - bars[row]
    cell = np.floor(within + _ROUNDING)
    phase = within - cell
    _, number = np.unique(np.stack([row, cell]), axis=1, return_inverse=True)
    number = number.reshape(-1)
    cells = int(number.max(initial=-1)) + 1
    exact = np.zeros(cells, dtype=bool)
    struck = np.bincount(number[onset & (phase > _ROUNDING)], minlength=cells) > 0
    for parts in _EXACT:
        off = abs(phase * parts - np.round(phase * parts)) > parts * _ROUNDING
        exact |= (np.bincount(number[off], minlength=cells) == 0) & (struck | (parts in _PLAIN))
    far = [
        np.bincount(number[onset], ((phase - np.round(phase * parts) / parts) ** 2)[onset], cells) for parts in _PLAYED
    ]
    thirds = (far[1] + _TRIPLET_COST * np.bincount(number[onset], minlength=cells) < far[0])[number] & simple[row]
    played = np.where(thirds, _PLAYED[1], _PLAYED[0])
    placed = np.where(exact[number], phase, np.round(phase * played) / played)
    return np.round((bars[row] + cell + placed) * UNITS).astype(np.int64)

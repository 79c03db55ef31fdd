"""Spelling of pitches: letter, accidental and octave, and whether the accidental must be shown.

Pitches lie on the line of fifths (... Bb F C G D A E B F# ...), of which a key takes twelve in a
row: its own seven, and around them those that its music borrows most.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from armusic.music.score import Key

LETTERS = "FCGDAEB"  # rising fifths
_SEMITONES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_OCTAVE, _FIFTH = 12, 7
_RAISED = ("minor", "phrygian", "locrian")  # modes that borrow raised notes (a leading note) sooner than lowered ones


@dataclass(frozen=True, slots=True)
class Spelling:
    """A written pitch: letter, `alter` in semitones (1 is a sharp), and octave (middle C is C4)."""

    letter: str
    alter: int
    octave: int


def spell(pitch: int, key: Key) -> Spelling:
    """Return the spelling of a pitch in a key.

    Parameters
    ----------
    pitch : int
        MIDI pitch, 0..127.
    key : Key
        Key, whose signature and mode decide between C sharp and D flat.

    Examples
    --------
    >>> [f"{s.letter}{s.alter:+d}" for s in (spell(61, Key(1)), spell(61, Key(-3)), spell(63, Key(1, "minor")))]
    ['C+1', 'D-1', 'D+1']
    """
    low = key.fifths - (2 if key.mode in _RAISED else 3)
    place = low + (pitch * _FIFTH - low) % _OCTAVE  # fifths above C
    alter, letter = divmod(place + 1, len(LETTERS))
    octave = (pitch - alter - _SEMITONES[LETTERS[letter]]) // _OCTAVE - 1
    return Spelling(LETTERS[letter], alter, octave)


def signature(key: Key) -> dict[str, int]:
    """Return the semitones by which a key signature alters each letter.

    Examples
    --------
    >>> {letter: alter for letter, alter in signature(Key(-2)).items() if alter}
    {'E': -1, 'B': -1}
    """
    return {letter: (key.fifths + 6 - place) // len(LETTERS) for place, letter in enumerate(LETTERS)}


def shown(heads: Iterable[tuple[Spelling, bool]], key: Key) -> list[bool]:
    """Return for each note of a measure whether it needs its accidental.

    By some rules an accidental lasts for its octave, by others for its letter in every octave: it is
    shown where either rule would give another pitch, and after a note tied from the measure before,
    whose accidental stands there.

    Parameters
    ----------
    heads : iterable of (Spelling, bool)
        Notes, each with whether it is tied to the one before, and so shows no accidental.
    key : Key
        Key signature.

    Examples
    --------
    >>> high, low = Spelling("F", 1, 5), Spelling("F", 0, 4)
    >>> shown([(high, False), (high, False), (low, False), (low, False)], Key(0))
    [True, False, True, False]
    """
    plain = signature(key)
    letters = dict(plain)
    octaves: dict[tuple[str, int], int] = {}
    signs = []
    for spelling, tied in heads:
        place = (spelling.letter, spelling.octave)
        sign = not tied and not spelling.alter == letters[spelling.letter] == octaves.get(place, plain[spelling.letter])
        if sign:
            letters[spelling.letter] = spelling.alter
        octaves[place] = spelling.alter
        signs.append(sign)
    return signs

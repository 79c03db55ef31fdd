"""How a pitch is written: its letter, its sign, its octave, and whether the sign has to be shown.

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
    """Return how a pitch is written in a key.

    Parameters
    ----------
    pitch : int
        MIDI pitch, 0..127.
    key : Key
        Its signature and mode say which of C sharp and D flat is meant.

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
    """Return by how many semitones a key signature alters each letter.

    Examples
    --------
    >>> {letter: alter for letter, alter in signature(Key(-2)).items() if alter}
    {'E': -1, 'B': -1}
    """
    return {letter: (key.fifths + 6 - place) // len(LETTERS) for place, letter in enumerate(LETTERS)}


def shown(heads: Iterable[tuple[Spelling, bool]], key: Key) -> list[bool]:
    """Return which notes of a measure need their sign.

    Some hold that a sign lasts for its octave, others for its letter in every octave: it is
    shown where either would read another pitch, and after a note that was tied from the measure
    before, whose sign is there and not here.

    Parameters
    ----------
    heads : iterable of (Spelling, bool)
        The notes, and whether each is tied to the one before: then it shows no sign.
    key : Key
        The signature.

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
    for one, tied in heads:
        place = (one.letter, one.octave)
        sign = not tied and not one.alter == letters[one.letter] == octaves.get(place, plain[one.letter])
        if sign:
            letters[one.letter] = one.alter
        octaves[place] = one.alter
        signs.append(sign)
    return signs

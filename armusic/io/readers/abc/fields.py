"""Information fields of ABC: unit length, key and tempo, each from its text to a value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from armusic.errors import ReadError
from armusic.io.readers.abc.tokens import LETTERS
from armusic.io.readers.score.sheet import UNITS, Signature
from armusic.music.score import MODES, Key

_SHARPS = "FCGDAEB"
_TONIC_FIFTHS = {letter: fifths - 1 for fifths, letter in enumerate(_SHARPS)}
_TONIC_SIGNS = {"": 0, "#": 1, "b": -1}
_SIGNS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
_MODE_NAMES = {
    **{mode[:3]: mode for mode in MODES}, "": "major", "m": "minor", "min": "minor", "ion": "major", "aeo": "minor",
}  # fmt: skip
_MOST_SIGNS = 7  # more sharps or flats than this are no key signature
_SHORT_METRE = Fraction(3, 4)  # below it the unit length is a sixteenth (ABC 2.1, section 3.1.7)
_TEMPOS = (4.0, 1000.0)  # quarter notes per minute; MIDI cannot write slower ones, nobody plays faster ones

_RATIO = re.compile(r"([0-9]{1,4})(?:/([0-9]{1,4}))?")
_TONIC = re.compile(r"([A-G])([#b]?)\s*([A-Za-z]*)")
_ALTERED = re.compile(r"(\^\^|\^|__|_|=)([A-Ga-g])")
_PARAMETER = re.compile(r"\b(clef|octave|transpose|middle|m|t|style|stafflines|stems?|name|nm|sname|snm)=(\S*)")
_CLEF = re.compile(r"\b(?:treble|alto|tenor|bass|perc)\S*|(?<!\S)[+-]8(?:va)?\b")
_OCTAVE = {"+8": 12, "-8": -12}


@dataclass(frozen=True, slots=True)
class KeyField:
    """A `K:` field.

    Parameters
    ----------
    signs : tuple of int, optional
        Semitones by which each of C D E F G A B is altered; None where the field names no key.
    altered : tuple of (int, int)
        Indices in C D E F G A B, and semitones, of further altered letters.
    key : Key, optional
        Key signature, if it is one.
    shift : int
        Semitones that `octave=`, `transpose=` or a clef such as `treble-8` add to every note.
    """

    signs: tuple[int, ...] | None
    altered: tuple[tuple[int, int], ...]
    key: Key | None
    shift: int

    def over(self, before: tuple[int, ...]) -> tuple[int, ...]:
        """Return the semitones by which each letter is altered, after `before` was in force."""
        signs = list(self.signs or before)
        for place, semitones in self.altered:
            signs[place] = semitones
        return tuple(signs)


def default_unit(metre: Signature) -> int:
    """Return the unit length, in `UNITS`, of a tune without an `L:` field."""
    short = metre.units is not None and metre.units < 4 * UNITS * _SHORT_METRE
    return UNITS // 4 if short else UNITS // 2


@lru_cache(maxsize=256)
def unit_length(text: str) -> int:
    """Read an `L:` field, such as `1/8`, to `UNITS`; raise `ReadError` for other text."""
    match = _RATIO.fullmatch("".join(text.split()))
    if match and int(match[2] or 1):
        units, rest = divmod(4 * UNITS * int(match[1]), int(match[2] or 1))
        if units and not rest:
            return units
    raise ReadError(f"unit length L:{text.strip()[:20]!r} is no length: write one such as L:1/8")


def tempo(text: str, unit: int) -> float | None:
    """Read a `Q:` field to quarter notes per minute; None where it holds words only, or no playable number.

    A number alone, or `C=` a number, counts unit lengths (ABC 2.1, section 10.1).

    Examples
    --------
    >>> tempo('"Allegro" 3/8=80', UNITS // 2), tempo("180", UNITS // 2), tempo('"Slow"', UNITS)
    (120.0, 90.0, None)
    """
    left, _, right = re.sub('"[^"]*"?', " ", text).rpartition("=")
    number = re.match(r"\s*([0-9]{1,5}(?:\.[0-9]{1,3})?)", right)
    if not number:
        return None
    units = 0
    for beat in left.split() or ["C"]:
        match = _RATIO.fullmatch(beat.removeprefix("C") or "1")
        if not match or not int(match[2] or 1):
            return None
        units += int(match[1]) * (unit if beat.startswith("C") else 4 * UNITS) // int(match[2] or 1)
    bpm = float(number[1]) * units / UNITS
    return bpm if _TEMPOS[0] <= bpm <= _TEMPOS[1] else None


@lru_cache(maxsize=1024)
def key_field(text: str) -> KeyField:
    """Read a `K:` field; raise `ReadError` where it names no key.

    Examples
    --------
    >>> key_field("Ador").key, key_field("D exp _b ^f").over((0,) * 7)
    (Key(fifths=1, mode='dorian'), (0, 0, 0, 1, 0, 0, -1))
    """
    plain = _PARAMETER.sub(" ", text)
    named = _CLEF.sub(" ", plain)
    altered = tuple((LETTERS.index(letter.upper()), _SIGNS[sign]) for sign, letter in _ALTERED.findall(named))
    name = _ALTERED.sub(" ", named).strip()
    if not name and text.strip():
        return KeyField(None, altered, None, shift(text))
    signs, key = _tonic_and_mode(name, text)
    return KeyField(signs, altered, key, shift(text))


def shift(text: str) -> int:
    """Return the semitones that `octave=`, `transpose=` or a clef in a `K:` or `V:` field add to every note.

    Examples
    --------
    >>> shift("G octave=-1"), shift("clef=treble+8"), shift("treble-8 transpose=2")
    (-12, 12, -10)
    """
    semitones = sum(_OCTAVE.get(clef[-2:], 0) for clef in _CLEF.findall(_PARAMETER.sub(" ", text)))
    for name, value in _PARAMETER.findall(text):
        if name in {"octave", "transpose", "t"}:
            if not re.fullmatch("[+-]?[0-9]{1,2}", value):
                raise ReadError(f"{name}={value[:20]!r} is no number: write one such as {name}=-1")
            semitones += int(value) * (12 if name == "octave" else 1)
        elif name == "clef":
            semitones += _OCTAVE.get(value[-2:], 0)
    return semitones


def _tonic_and_mode(name: str, text: str) -> tuple[tuple[int, ...], Key | None]:
    """Return the altered letters and the key of a `K:` field without its other parts."""
    if name in {"", "none"} or name.lower().endswith("exp"):
        return (0,) * len(LETTERS), None
    if name in {"HP", "Hp"}:  # the pipes sound these two sharps whether or not they are written
        return _signs(2), Key(2, "mixolydian")
    match = _TONIC.match(name[:1].upper() + name[1:])
    word = match[3].lower() if match else ""
    mode = _MODE_NAMES.get(word) or _MODE_NAMES.get(word[:3])
    if not match or not mode:
        raise ReadError(f"key K:{text.strip()[:20]!r} is no key: write one such as K:G, K:Am or K:Ddor")
    fifths = _TONIC_FIFTHS[match[1]] + _TONIC_SIGNS[match[2]] * len(LETTERS) - MODES[mode]
    return _signs(fifths), Key(fifths, mode) if abs(fifths) <= _MOST_SIGNS else None


def _signs(fifths: int) -> tuple[int, ...]:
    """Return the semitones by which a signature alters each of C D E F G A B; beyond seven, letters get two signs."""
    return tuple((fifths + 6 - _SHARPS.index(letter)) // 7 for letter in LETTERS)

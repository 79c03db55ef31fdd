"""The `K:` field of ABC, and how far a voice sounds from where it is written."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import lru_cache

from armusic.errors import ReadError
from armusic.io.readers.abc.tokens import LETTERS
from armusic.music.score import MODES, Key

_OCTAVE = 12
_SHARPS = "FCGDAEB"
_TONIC_FIFTHS = {letter: fifths - 1 for fifths, letter in enumerate(_SHARPS)}
_TONIC_SIGNS = {"": 0, "#": 1, "♯": 1, "sharp": 1, "b": -1, "♭": -1, "flat": -1}
_SIGNS = {"^": 1, "^^": 2, "_": -1, "__": -2, "=": 0}
_MODE_NAMES = {
    **{mode[:3]: mode for mode in MODES}, "": "major", "m": "minor", "min": "minor", "ion": "major", "aeo": "minor",
}  # fmt: skip
_MOST_SIGNS = 7  # more sharps or flats than this are no key signature
_PIPES = {"HP", "Hp"}

_TONIC = re.compile(r"([A-Ga-g])(?:([#b♯♭])|[ -]?((?i:sharp|flat))\b)?[\s-]*([A-Za-z]*)")
_EXPLICIT = re.compile(r"\s*\bexp$|(?<=[A-G])exp$")
_ALTERED = re.compile(r"(\^\^|\^|__|_|=)([A-Ga-g])(?![A-Za-z])")
_PARAMETER = re.compile(
    r"\b(clef|octave|transpose|middle|m|t|style|stafflines|staffscale|stems?|gstem|name|nm|sname|snm|subname|score"
    r'|sound|shift|cue|map|merge|scale|instrument)=("[^"]*"?|\S*)'
)
_CLEF = re.compile(
    r"(?<!\S)(?:(?:treble|alto|tenor|bass|baritone|mezzo|mezzosoprano|soprano|perc|percussion|none)[0-9]?"
    r"(?:[+^_-]?(?:8|15)(?:v[ab])?)?|[+-]8(?:va)?)(?!\S)"
)
_CLEF_SHIFT = re.compile(r"([+-])(8|15)")
_CLEF_OCTAVES = {"8": 1, "15": 2}


@dataclass(frozen=True, slots=True)
class Shift:
    """Semitones from written to sounding notes, by what sets them; None where nothing does.

    Each stays until it is set anew; that of a voice takes the place of that of the tune.

    Parameters
    ----------
    clef : int, optional
        Semitones by a clef such as `treble-8`; 0 by any other.
    octave, transpose : int, optional
        Semitones by `octave=` and by `transpose=`.
    directive : int, optional
        Semitones by `%%MIDI transpose`.

    Examples
    --------
    >>> tune = Shift(clef=-12, transpose=2)
    >>> tune.semitones, Shift(octave=1).over(tune).semitones, Shift(clef=0).over(tune).semitones
    (-10, -9, 2)
    """

    clef: int | None = None
    octave: int | None = None
    transpose: int | None = None
    directive: int | None = None

    @property
    def semitones(self) -> int:
        """All together."""
        return sum(getattr(self, place.name) or 0 for place in fields(self))

    def over(self, before: Shift) -> Shift:
        """Return the shift after `before` was in force."""
        values = ((getattr(self, place.name), getattr(before, place.name)) for place in fields(self))
        return Shift(*(old if new is None else new for new, old in values))


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
    shift : Shift
        Transposition that clef, `octave=` and `transpose=` set.
    """

    signs: tuple[int, ...] | None
    altered: tuple[tuple[int, int], ...]
    key: Key | None
    shift: Shift

    def over(self, before: tuple[int, ...]) -> tuple[int, ...]:
        """Return the semitones by which each letter is altered, after `before` was in force."""
        signs = list(self.signs or before)
        for place, semitones in self.altered:
            signs[place] = semitones
        return tuple(signs)


@lru_cache(maxsize=1024)
def key_field(text: str) -> KeyField:
    """Read a `K:` field; raise `ReadError` where it names no key, or has more in it than a key.

    Examples
    --------
    >>> key_field("Ador").key, key_field("D exp _b ^f").over((0,) * 7), key_field("B♭ treble-8").key
    (Key(fifths=1, mode='dorian'), (0, 0, 0, 1, 0, 0, -1), Key(fifths=-2, mode='major'))
    """
    plain = _PARAMETER.sub(" ", text)
    named = _CLEF.sub(" ", plain)
    altered = tuple((LETTERS.index(letter.upper()), _SIGNS[sign]) for sign, letter in _ALTERED.findall(named))
    name = " ".join(_ALTERED.sub(" ", named).split())
    if not name and text.strip():
        return KeyField(None, altered, None, shift(text))
    signs, key = _tonic_and_mode(name, text)
    return KeyField(signs, altered, key, shift(text))


@lru_cache(maxsize=1024)
def shift(text: str) -> Shift:
    """Read what clef, `octave=` and `transpose=` of a `K:` or `V:` field set.

    Examples
    --------
    >>> shift("G octave=-1"), shift('clef=treble+8 name="Bass -8"').semitones, shift("treble-8 transpose=2").semitones
    (Shift(clef=None, octave=-12, transpose=None, directive=None), 12, -10)
    """
    values: dict[str, int] = {}
    for clef in _CLEF.findall(_PARAMETER.sub(" ", text)):
        values["clef"] = 0 if clef.endswith("va") else _clef_shift(clef)
    for name, value in _PARAMETER.findall(text):
        if name in {"octave", "transpose", "t"}:
            if not re.fullmatch("[+-]?[0-9]{1,2}", value):
                raise ReadError(f"{name}={value[:20]!r} is not a number: write one such as {name}=-1")
            values["octave" if name == "octave" else "transpose"] = int(value) * (_OCTAVE if name == "octave" else 1)
        elif name == "clef":
            values["clef"] = _clef_shift(value)
    return Shift(**values)


def transposed(key: Key | None, semitones: int) -> Key | None:
    """Return a key so many semitones higher, with at most six signs where that is not by octaves.

    Examples
    --------
    >>> str(transposed(Key(0, "dorian"), -2)), str(transposed(Key(7), 12))
    ('C:dorian', 'C#:major')
    """
    if key is None or semitones % _OCTAVE == 0:
        return key
    return Key((key.fifths + 7 * semitones + 5) % _OCTAVE - 5, key.mode)


def _clef_shift(clef: str) -> int:
    """Return the semitones of a clef with an 8 or 15."""
    match = _CLEF_SHIFT.search(clef)
    return _OCTAVE * _CLEF_OCTAVES[match[2]] * (1 if match[1] == "+" else -1) if match else 0


def _tonic_and_mode(name: str, text: str) -> tuple[tuple[int, ...], Key | None]:
    """Return the altered letters and the key of a `K:` field without its other parts."""
    if name in {"", "none", "exp"}:
        return (0,) * len(LETTERS), None
    if name in _PIPES:  # the pipes sound these two sharps whether or not they are written
        return _signs(2), Key(2, "mixolydian")
    plain = _EXPLICIT.sub("", name)
    match = _TONIC.fullmatch(plain)
    word = match[4].lower() if match else ""
    mode = _MODE_NAMES.get(word) or _MODE_NAMES.get(word[:3])
    if not match or not mode:
        raise ReadError(f"key K:{text.strip()[:20]!r} is not a key: write one such as K:G, K:Bb, K:Am or K:Ddor")
    if plain != name:
        return (0,) * len(LETTERS), None
    sign = (match[2] or match[3] or "").lower()
    fifths = _TONIC_FIFTHS[match[1].upper()] + _TONIC_SIGNS[sign] * len(LETTERS) - MODES[mode]
    return _signs(fifths), Key(fifths, mode) if abs(fifths) <= _MOST_SIGNS else None


def _signs(fifths: int) -> tuple[int, ...]:
    """Return the semitones by which a signature alters each of C D E F G A B; beyond seven, letters get two signs."""
    return tuple((fifths + 6 - _SHARPS.index(letter)) // 7 for letter in LETTERS)

"""Information fields of ABC: unit length and tempo, each from its text to a value."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from armusic.errors import ReadError
from armusic.io.readers.score.sheet import UNITS, Signature

_SHORT_METRE = Fraction(3, 4)  # below it the unit length is a sixteenth (ABC 2.1, section 3.1.7)
_TEMPOS = (4.0, 1000.0)  # quarter notes per minute; MIDI cannot write slower ones, nobody plays faster ones

_RATIO = re.compile(r"([0-9]{1,4})(?:/([0-9]{1,4}))?")


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
    raise ReadError(f"unit length L:{text.strip()[:20]!r} is not a length: write one such as L:1/8")


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

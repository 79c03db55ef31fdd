"""Time signatures, and the kinds of metre that models know.

A model knows six kinds of metre, each with a grid of its own. Other metres are counted like one of them in longer or
shorter note values: 6/4 like a 6/8 of twice the length. How measures of 3/8, 5/4 and the like become measures of
these is in `armusic.music.regrouping`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from armusic.errors import MetreError


@dataclass(frozen=True, slots=True, order=True)
class TimeSignature:
    """A time signature as a file writes it; `Metre` is one that a measure of a model can have.

    Examples
    --------
    >>> TimeSignature(5, 4).length, TimeSignature(5, 4).beat, str(TimeSignature(5, 4))
    (Fraction(5, 1), Fraction(1, 1), '5/4')
    """

    numerator: int
    denominator: int

    @property
    def length(self) -> Fraction:
        """Length of a measure, in quarter notes."""
        return Fraction(4 * self.numerator, self.denominator)

    @property
    def beats(self) -> int:
        """Beats per measure."""
        return self.numerator

    @property
    def beat(self) -> Fraction:
        """Length of a beat, in quarter notes."""
        return Fraction(4, self.denominator)

    @property
    def compound(self) -> bool:
        """Whether the beat is dotted."""
        return False

    def __str__(self) -> str:
        return f"{self.numerator}/{self.denominator}"


@dataclass(frozen=True, slots=True, order=True)
class Metre(TimeSignature):
    """A time signature with a grid: one of the six kinds, or one that is counted like it in other note values.

    Simple metres have quarter beats, compound ones dotted quarters; 2/2 counts as four quarters. 3/2 counts as a 3/4
    whose values are doubled: its `kind` is 3/4, its `scale` 2.

    Examples
    --------
    >>> Metre(6, 8).beats, Metre(6, 8).compound, Metre(6, 8).length
    (2, True, Fraction(3, 1))
    >>> Metre.parse("C|"), str(Metre.parse("C|").kind)
    (Metre(numerator=2, denominator=2), '4/4')
    >>> str(Metre(6, 4).kind), Metre(6, 4).beat, Metre(6, 4).length
    ('6/8', Fraction(3, 1), Fraction(6, 1))
    """

    def __post_init__(self) -> None:
        if (self.numerator, self.denominator) not in _GRIDS:
            raise MetreError(unsupported(str(self)))

    @classmethod
    def parse(cls, text: str) -> Metre:
        """Read `4/4`, `6/8`, `C` or `C|`; raise `MetreError` for anything without a grid."""
        numbers = fraction(text)
        if numbers is None:
            raise MetreError(unsupported(repr(text.strip())))
        return cls(*numbers)

    @property
    def kind(self) -> Metre:
        """The metre whose grid and weights this one shares (2/2 is counted as 4/4)."""
        return METRES[_GRIDS[self.numerator, self.denominator][0]]

    @property
    def scale(self) -> Fraction:
        """Length of its notes by those of its kind: 2 in 6/4, which is counted as 6/8."""
        return _GRIDS[self.numerator, self.denominator][1]

    @property
    def own(self) -> bool:
        """Whether it is counted in its own note values: 4/4, 2/2, 2/4, 3/4, 6/8, 9/8 and 12/8."""
        return (self.numerator, self.denominator) in _OWN

    @property
    def compound(self) -> bool:
        """Whether the beat is dotted."""
        return self.kind.denominator == _EIGHTHS

    @property
    def beats(self) -> int:
        """Beats per measure."""
        return self.kind.numerator // 3 if self.compound else self.kind.numerator

    @property
    def beat(self) -> Fraction:
        """Length of a beat, in quarter notes."""
        return (Fraction(3, 2) if self.compound else Fraction(1)) * self.scale


def time_signature(numerator: int, denominator: int) -> TimeSignature:
    """Return a time signature, as a `Metre` if it has a grid.

    Examples
    --------
    >>> time_signature(6, 4), time_signature(5, 4)
    (Metre(numerator=6, denominator=4), TimeSignature(numerator=5, denominator=4))
    """
    return (Metre if (numerator, denominator) in _GRIDS else TimeSignature)(numerator, denominator)


def of_pickup(length: Fraction) -> TimeSignature | None:
    """Return the time signature of a pickup, in quarter notes, which no reader takes for one of whole measures.

    Examples
    --------
    >>> [str(of_pickup(Fraction(length))) for length in (1, 2, 3, Fraction(1, 2), Fraction(1, 3))]
    ['1/4', '4/8', '12/16', '1/8', 'None']
    """
    for denominator in (4, _EIGHTHS, 16):
        numerator = length * denominator / 4
        odd = numerator == 1 or (denominator > 4 and (int(numerator), denominator) not in _OWN)
        if numerator.denominator == 1 and odd:
            return time_signature(int(numerator), denominator)
    return None


def fraction(text: str) -> tuple[int, int] | None:
    """Return the two numbers of a time signature such as `6/8`, `C` or `C|`; None where there are none.

    Examples
    --------
    >>> fraction("C|"), fraction(" 7/8 "), fraction("free")
    ((2, 2), (7, 8), None)
    """
    text = {"C": "4/4", "C|": "2/2"}.get(text.strip(), text.strip())
    numerator, slash, denominator = text.partition("/")
    if not (slash and numerator.strip().isdecimal() and denominator.strip().isdecimal()):
        return None
    return int(numerator), int(denominator)


def unsupported(metre: str) -> str:
    """Return the message for a metre without a grid."""
    return f"metre {metre} is not supported: use one of 4/4 (C), 2/2 (C|), 2/4, 3/4, 6/8, 9/8, 12/8"


_EIGHTHS = 8
_KINDS = ((4, 4), (2, 4), (3, 4), (6, 8), (9, 8), (12, 8))
_OWN = frozenset({*_KINDS, (2, 2)})
_HALF, _ONE, _TWO = Fraction(1, 2), Fraction(1), Fraction(2)
_GRIDS = {pair: (kind, _ONE) for kind, pair in enumerate(_KINDS)} | {
    (2, 2): (0, _ONE), (8, 8): (0, _ONE), (1, 2): (1, _ONE), (4, 8): (1, _ONE),
    (2, 1): (0, _TWO), (4, 2): (0, _TWO), (3, 2): (2, _TWO), (6, 4): (3, _TWO), (9, 4): (4, _TWO), (12, 4): (5, _TWO),
    (2, 8): (1, _HALF), (3, 8): (2, _HALF), (6, 16): (3, _HALF), (9, 16): (4, _HALF), (12, 16): (5, _HALF),
}  # fmt: skip
"""For each metre its kind, as an index, and the length of its notes by those of the kind."""
METRES = tuple(Metre(*pair) for pair in _KINDS)
"""Kinds of metre, one grid each; models identify a metre by its index in this tuple."""

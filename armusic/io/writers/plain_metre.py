"""Metres that no model knows, as a score is to show them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from armusic.music.metre import Metre

_EIGHTHS = 8  # denominator


@dataclass(frozen=True, slots=True)
class Plain(Metre):
    """A metre without a grid, which is only written: its beats are those of its denominator.

    A measure of a length that its signature does not say has this length as `real`, in quarter notes.
    """

    real: Fraction | None = None

    def __post_init__(self) -> None:
        """Take any numbers."""

    @property
    def length(self) -> Fraction:
        """Length of a measure, in quarter notes."""
        return Fraction(4 * self.numerator, self.denominator) if self.real is None else self.real

    @property
    def kind(self) -> Metre:
        """Itself."""
        return self

    @property
    def scale(self) -> Fraction:
        """Its notes are as long as they are written."""
        return Fraction(1)

    @property
    def own(self) -> bool:
        """It is counted in its own note values."""
        return True

    @property
    def compound(self) -> bool:
        """Its beat has no dot."""
        return False

    @property
    def beats(self) -> int:
        """Beats per measure, the last of which may be cut short."""
        return int(-(-self.length // self.beat))

    @property
    def beat(self) -> Fraction:
        """Length of a beat, in quarter notes."""
        return Fraction(4, self.denominator) if self.denominator <= _EIGHTHS else Fraction(1)

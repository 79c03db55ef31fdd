"""Signs of an ABC tune that do not belong where they stand: passed over, or refused."""

from __future__ import annotations

from armusic.errors import ReadError
from armusic.io.readers.options import Remark

_FEW, _SHARE = 5, 0.02  # so many signs, and so many for each note, may be passed over: more is no ABC
_MOST = 4000  # of any tune
_SHOWN = 3
_LONGEST = 12


class PassedOver:
    """The signs of a tune that are passed over.

    Parameters
    ----------
    strict : bool
        Whether none is: the first is an error.

    Examples
    --------
    >>> passed = PassedOver(strict=False)
    >>> passed.add("+", 2, ReadError("t.abc, measure 2: '+' does not belong there"))
    >>> [remark.text for remark in passed.remarks(40)]
    ["a sign makes no sense as it stands, and is passed over or read in parts: '+' in measure 2"]
    """

    def __init__(self, *, strict: bool) -> None:
        self.strict = strict
        self.first: ReadError | None = None
        self.count = 0
        self.shown: list[str] = []

    def add(self, sign: str, measure: int, error: ReadError) -> None:
        """Pass a sign over in a measure, or raise the error."""
        if self.strict:
            raise error
        self.first = self.first or error
        self.count += 1
        if self.count > _MOST:
            raise self.first
        if len(self.shown) < _SHOWN:
            self.shown.append(f"{sign[:_LONGEST]!r} in measure {measure}")

    def remarks(self, notes: int) -> list[Remark]:
        """Return a remark on the signs, if there are any; raise the first error if there are too many.

        Parameters
        ----------
        notes : int
            Number of notes and rests in the tune.
        """
        if self.first is None:
            return []
        if self.count > _FEW + _SHARE * notes:
            raise self.first
        which = ", ".join(self.shown) + (f" and {self.count - _SHOWN} more" if self.count > _SHOWN else "")
        what = "a sign makes no sense as it stands, and is"
        if self.count > 1:
            what = f"{self.count} signs make no sense as they stand, and are"
        return [Remark(f"{what} passed over or read in parts: {which}")]

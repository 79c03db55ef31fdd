"""Damage in the tracks of a MIDI file, and what players make of it.

Each function raises `ReadError` where nothing may be set right: where there are no `Repairs` to note it in.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from armusic.errors import ReadError

STATUS = 0x80  # bytes from here on start an event, those below are data
UNDEFINED = {0xF1: 1, 0xF2: 2, 0xF3: 1} | dict.fromkeys((0xF4, 0xF5, 0xF6, *range(0xF8, 0xFF)), 0)
"""Statuses that a file may not have, and the data bytes that they have on a cable."""

_PRESSURE = 0xD0
_NUMBER_BYTES = 4  # a variable-length number has no more


@dataclass(slots=True)
class Repairs:
    """What was set right in a file: each kind in words, with the place of the first and the number."""

    kinds: dict[str, tuple[str, int]] = field(default_factory=dict)

    def add(self, what: str, where: str = "") -> None:
        """Count one more of a kind."""
        first, count = self.kinds.get(what, (where, 0))
        self.kinds[what] = (first, count + 1)

    @property
    def text(self) -> str:
        """All of it in one line; empty if nothing was set right.

        Examples
        --------
        >>> repairs = Repairs()
        >>> repairs.add("a value over 127 is taken for 127", "track 1")
        >>> repairs.add("a value over 127 is taken for 127", "track 3")
        >>> repairs.text
        'damaged, and read as players do: a value over 127 is taken for 127 (2 times, first in track 1)'
        """
        if not self.kinds:
            return ""
        shown = []
        for what, (where, count) in self.kinds.items():
            place = f"in {where}" if where else ""
            often = f"{count:,} times, first {place}" if count > 1 else place
            shown.append(f"{what} ({often})" if often else what)
        return f"damaged, and read as players do: {'; '.join(shown)}"


def mend(repairs: Repairs | None, error: str, what: str, where: str = "") -> None:
    """Note that something is set right; raise `ReadError` where nothing may be."""
    if repairs is None:
        raise ReadError(error)
    repairs.add(what, where)


def passed_over(chunk: bytes, at: int, where: str, repairs: Repairs | None, place: str) -> int:
    """Return the index after what is no event: data without a status, or a status that no file may have."""
    status = chunk[at]
    if status < STATUS:
        mend(
            repairs, f"{where}: damaged: byte {at} is not a MIDI event", "data without an event are passed over", place
        )
        while chunk[at + 1] < STATUS:
            at += 1
        return at  # the last of them is the time of what follows
    error = f"{where}: damaged: byte {at} is {status:#x}, which no MIDI file may have"
    mend(repairs, error, f"the byte {status:#x}, which no file may have, is passed over", place)
    at += 1
    for _ in range(UNDEFINED[status]):
        at += chunk[at] < STATUS
    return at


def within(status: int, data: bytes, at: int, where: str, repairs: Repairs | None, place: str) -> bytes:
    """Return the data of a channel message, with 127 for values over it; nothing if it has no place below 128.

    Examples
    --------
    >>> within(0x90, bytes([60, 255]), 4, "x, track 1", Repairs(), "track 1").hex()
    '3c7f'
    >>> within(0x90, bytes([160, 80]), 4, "x, track 1", Repairs(), "track 1")
    b''
    """
    error = f"{where}: damaged: the message that ends at byte {at} has a value over 127"
    if data[0] >= STATUS and status < _PRESSURE:
        mend(repairs, error, "an event for a pitch, controller or program over 127 is left out", place)
        return b""
    mend(repairs, error, "a value over 127 is taken for 127", place)
    return bytes(min(value, STATUS - 1) for value in data)


def number(chunk: bytes, at: int, where: str, repairs: Repairs | None) -> tuple[int, int]:
    """Return the variable-length number at `at`, and the index after it.

    Examples
    --------
    >>> number(bytes.fromhex("8170"), 0, "x, track 1", None)
    (240, 2)
    """
    value = 0
    for place in range(at, at + _NUMBER_BYTES):
        value = value << 7 | chunk[place] % STATUS
        if chunk[place] < STATUS:
            return value, place + 1
    mend(repairs, f"{where}: damaged: the number at byte {at} does not end", "a number has more than four bytes")
    place = at + _NUMBER_BYTES
    while chunk[place] >= STATUS:
        place += 1
    return value, place + 1

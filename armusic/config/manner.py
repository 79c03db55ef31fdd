"""How variations are to be written: how natural against how near to the input, and what must stay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from armusic.errors import UsageError

KEEPS = {
    "cadences": "the first note of the tune, and the last notes of phrases",
    "downbeats": "that a note starts where a measure does, and in 6/8 and the like on a beat with more notes after it",
    "subdivisions": "how beats are divided: no finer than in the tune, but into eighths where it divides none",
    "rhythm": "where notes start and end",
    "pitches": "the pitch of notes that start where one did; notes may go, and new ones have any pitch",
}
"""What can be kept."""
NATURAL = 0.5
STEPS, SPAN = 5, (-2.0, 2.0)
"""Variations of a sweep, and its first and last step in standard deviations, where nothing else is ordered."""
MOST_STEPS, MOST_ALTERNATIVES = 99, 16
KEPT = ("cadences", "downbeats", "subdivisions")
KEEP = ",".join(KEPT)
"""What is kept where nothing else is ordered, as it is spelled."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How variations are to be written.

    Parameters
    ----------
    natural : float
        Balance from 0, as near to the input as can be, to 1, as the tunes of the corpus would go on.
    keep : tuple of str
        Properties that must stay: names in `KEEPS`.
    """

    natural: float = NATURAL
    keep: tuple[str, ...] = KEPT

    def __post_init__(self) -> None:
        if not 0 <= self.natural <= 1:
            raise UsageError(
                f"natural {self.natural:g}: give 0 (as near to the input as can be) to 1 (as tunes of the corpus go)"
            )
        for name in self.keep:
            if name not in KEEPS:
                raise UsageError(f"keep {name!r}: name {', '.join(KEEPS)}, or none")


def manner(natural: float = NATURAL, keep: str | Sequence[str] = KEPT) -> Manner:
    """Return how variations are to be written, from names with commas between them; `none` keeps nothing.

    Raises
    ------
    UsageError
        For a number outside 0..1, or a name that is not in `KEEPS`.

    Examples
    --------
    >>> manner(keep="cadences, rhythm").keep, manner(keep="none").keep
    (('cadences', 'rhythm'), ())
    """
    names = [name.strip() for name in keep.split(",")] if isinstance(keep, str) else list(keep)
    return Manner(natural, tuple(dict.fromkeys(name for name in names if name)) if names != ["none"] else ())


def with_manner(options: dict[str, Any]) -> dict[str, Any]:
    """Return options with `natural` and `keep` as the `manner` that they make.

    Examples
    --------
    >>> with_manner({"natural": 1.0, "seed": 2})
    {'seed': 2, 'manner': Manner(natural=1.0, keep=('cadences', 'downbeats', 'subdivisions'))}
    """
    how = {name: options[name] for name in ("natural", "keep") if name in options}
    return {**{name: value for name, value in options.items() if name not in how}, "manner": manner(**how)}


DEFAULT = Manner()

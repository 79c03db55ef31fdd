"""The passes on which an ending of MusicXML is played: from its number, or from the text over it."""

from __future__ import annotations

import re

from armusic.io.readers.score.repeats import passes

_LONGEST = 60  # characters; no ending names more
_ORDINAL = re.compile(r"(?<=[0-9])\s*(?:st|nd|rd|th|\.)", re.IGNORECASE)
_WORDS = re.compile(r"\b(?:times?|endings?|volta)\b\.?", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:[-\N{EN DASH}]|\bto\b)\s*")
_AND = re.compile(r"\s*(?:[,;&+]|\band\b)\s*|\s+")


def ending_passes(text: str) -> tuple[int, ...]:
    """Read the passes of an ending; empty where the text names none that can be played.

    Examples
    --------
    >>> ending_passes("1, 2"), ending_passes("1.-3."), ending_passes("2nd time"), ending_passes("Coda")
    ((1, 2), (1, 2, 3), (2,), ())
    """
    if len(text) > _LONGEST:
        return ()
    plain = _WORDS.sub(" ", _ORDINAL.sub(" ", text)).strip(" .:()[]")
    return passes(_AND.sub(",", _RANGE.sub("-", plain)))

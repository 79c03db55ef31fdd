"""Note values and metronome marks in MusicXML."""

from __future__ import annotations

import re
from fractions import Fraction
from xml.etree.ElementTree import Element

_QUARTERS = {
    name: Fraction(16, 2**place)
    for place, name in enumerate(("long", "breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th"))
}
_MOST_DOTS = 4


def written_value(element: Element) -> Fraction | None:
    """Return the length of a note's type with its dots, in quarter notes; None where none is written."""
    return _value(element, "type", "dot")


def metronome_tempo(element: Element) -> float | None:
    """Return the tempo of a metronome mark, in quarter notes per minute; None where it says none.

    Examples
    --------
    >>> from xml.etree.ElementTree import fromstring
    >>> beat = "<beat-unit>quarter</beat-unit><beat-unit-dot/>"
    >>> metronome_tempo(fromstring(f"<metronome>{beat}<per-minute>c. 60</per-minute></metronome>"))
    90.0
    """
    value = _value(element, "beat-unit", "beat-unit-dot")
    match = re.search("[0-9]{1,4}(?:[.][0-9]{1,4})?", element.findtext("per-minute", ""))
    return float(Fraction(match[0]) * value) if match and value else None


def _value(element: Element, tag: str, dot: str) -> Fraction | None:
    quarters = _QUARTERS.get(element.findtext(tag, "").strip())
    return quarters and quarters * (2 - Fraction(1, 2 ** min(len(element.findall(dot)), _MOST_DOTS)))

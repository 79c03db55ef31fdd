"""Chord symbols of MusicXML: from a `harmony` element to pitch classes.

Source
------
MusicXML 4.0 (W3C Community Group Final Report, 2021), elements `harmony` and `kind`.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from armusic.music import chord_symbols

_STEPS = "CDEFGAB"
_SIGNS = {"-1": "b", "0": "", "": "", "1": "#"}
_KINDS = {
    "major": "", "minor": "m", "augmented": "+", "diminished": "dim", "dominant": "7", "major-seventh": "maj7",
    "minor-seventh": "m7", "diminished-seventh": "dim7", "augmented-seventh": "aug7", "half-diminished": "m7b5",
    "major-minor": "m(maj7)", "major-sixth": "6", "minor-sixth": "m6", "dominant-ninth": "9", "major-ninth": "maj9",
    "minor-ninth": "m9", "dominant-11th": "11", "major-11th": "maj11", "minor-11th": "m11", "dominant-13th": "13",
    "major-13th": "maj13", "minor-13th": "m13", "suspended-second": "sus2", "suspended-fourth": "sus4", "power": "5",
}  # fmt: skip
"""What a chord symbol has after its root, for each kind of chord."""


def pitch_classes(element: Element) -> frozenset[int] | None:
    """Return the pitch classes of a `harmony` element as written; none for no chord, None for what is not understood.

    Of several chords in one element, only the first counts.

    Examples
    --------
    >>> from xml.etree.ElementTree import fromstring
    >>> root = "<root><root-step>D</root-step></root>"
    >>> sorted(pitch_classes(fromstring(f"<harmony>{root}<kind>dominant</kind></harmony>")))
    [0, 2, 6, 9]
    """
    kind = element.findtext("kind", "").strip()
    if kind == "none":
        return frozenset()
    root, bass = _note(element, "root"), _note(element, "bass")
    if not root:
        return None
    suffix = _KINDS.get(kind)
    if suffix is None:  # as it is shown
        shown = element.find("kind")
        suffix = "" if shown is None else shown.get("text", "")
    degrees = " ".join(_degree(degree) for degree in element.iterfind("degree"))
    return chord_symbols.parse(f"{root}{suffix} {degrees}{'/' + bass if bass else ''}")


def _note(element: Element, name: str) -> str:
    """Return the name of the root or the bass; empty where there is none, or with a double sharp or flat."""
    step = element.findtext(f"{name}/{name}-step", "").strip()
    sign = _SIGNS.get(element.findtext(f"{name}/{name}-alter", "").strip())
    return step + sign if len(step) == 1 and step in _STEPS and sign is not None else ""


def _degree(element: Element) -> str:
    """Return a degree that is added, altered or left out, as in a chord symbol."""
    value = element.findtext("degree-value", "").strip()
    sign = _SIGNS.get(element.findtext("degree-alter", "").strip(), "")
    kind = element.findtext("degree-type", "").strip()
    return {"add": "add", "subtract": "no"}.get(kind, "") + ("" if kind == "subtract" else sign) + value

"""Chord symbols, as over a lead sheet: from `Am7/G` to pitch classes.

The spellings are those of common practice: `m`, `min` and `-` are minor, `maj7`, `M7` and `Δ` have the
major seventh, `o7` and `dim` are diminished, `ø` is half diminished, `+` and `aug` are augmented.
"""

from __future__ import annotations

import re
from functools import lru_cache

OCTAVE = 12
_LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SIGNS = {"": 0, "#": 1, "b": -1, "+": 1, "-": -1}
_NATURAL = {2: 2, 3: 4, 4: 5, 5: 7, 6: 9, 7: 10, 9: 2, 11: 5, 13: 9}  # semitones over the root, by degree
_EXTENDED = {7: (), 9: (9,), 11: (9, 11), 13: (9, 13)}  # degrees that come with a seventh, or for it
_MINOR_THIRD, _MAJOR_SEVENTH, _SEVENTH, _DIMINISHED_SEVENTH = 3, 11, 10, 9
_LOW_FIFTH, _HIGH_FIFTH = 6, 8
_LONGEST = 20  # characters: no symbol has more
_SPELLINGS = str.maketrans({"♯": "#", "♭": "b", "Ø": "ø", "^": "Δ"})
_SILENT = {"N.C.", "N.C", "NC"}

_SYMBOL = re.compile(r"([A-G])([#b]?)([^/]*)(?:/([A-Ga-g])([#b]?))?")
_ASIDE = re.compile(r"\(.*\)")
_PIECE = re.compile(
    r"""
      (?P<major>[Mm]aj|ma|M|Δ|j)
    | (?P<minor>min|mi|m|(?<![0-9(,])-)
    | (?P<diminished>dim|°|o(?=7))
    | (?P<half>ø7?)
    | (?P<augmented>aug|\+(?![0-9])|(?<![0-9(,])\+)
    | (?P<suspended>sus[24]?)
    | (?P<no>(?:no|omit)\s?(?=[35]))?(?P<add>add\s?(?=[b#]?[0-9]))?(?P<sign>[b#+-]?)(?P<degree>1[13]|69|[2-79])
    | (?P<skip>[(),\s])
    """,
    re.VERBOSE,
)


@lru_cache(maxsize=4096)
def parse(text: str) -> frozenset[int] | None:
    """Return the pitch classes of a chord symbol, 0 for C; none for `N.C.`, and None for any other words.

    A second chord in parentheses is left out.

    Examples
    --------
    >>> sorted(parse("Am7/G")), sorted(parse("F#dim")), sorted(parse("D(Bm)")), parse("N.C."), parse("Fine")
    ([0, 4, 7, 9], [0, 6, 9], [2, 6, 9], frozenset(), None)
    """
    text = text.strip().translate(_SPELLINGS)[: _LONGEST + 1]
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1]
    if text.upper() in _SILENT:
        return frozenset()
    match = _SYMBOL.fullmatch(text.replace("6/9", "69"))
    if not match or len(text) > _LONGEST:
        return None
    letter, sign, suffix, bass, bass_sign = match.groups()
    above = intervals(suffix)
    above = intervals(_ASIDE.sub("", suffix)) if above is None else above
    if above is None:
        return None
    root = _LETTERS[letter] + _SIGNS[sign]
    below = {_LETTERS[bass.upper()] + _SIGNS[bass_sign]} if bass else set()
    return frozenset(pitch % OCTAVE for pitch in {*(root + interval for interval in above), *below})


@lru_cache(maxsize=1024)
def intervals(suffix: str) -> frozenset[int] | None:
    """Return the semitones over the root, below 12, of what follows a root; None for what is not a chord.

    Examples
    --------
    >>> sorted(intervals("")), sorted(intervals("m7b5")), sorted(intervals("7sus4")), intervals("ine")
    ([0, 4, 7], [0, 3, 6, 10], [0, 5, 7, 10], None)
    """
    chord = {1: 0, 3: 4, 5: 7}  # semitones over the root, by degree
    major_seventh = diminished = False
    at = 0
    while at < len(suffix):
        match = _PIECE.match(suffix, at)
        if not match:
            return None
        kind, first, at = match.lastgroup, at == 0, match.end()
        if kind == "major":
            major_seventh = True
            if match[0] == "Δ":
                chord[7] = _MAJOR_SEVENTH
        elif kind == "minor":
            chord[3] = _MINOR_THIRD
        elif kind == "diminished":
            diminished = True
            chord |= {3: _MINOR_THIRD, 5: _LOW_FIFTH}
        elif kind == "half":
            chord |= {3: _MINOR_THIRD, 5: _LOW_FIFTH, 7: _SEVENTH}
        elif kind == "augmented":
            chord[5] = _HIGH_FIFTH
        elif kind == "suspended":
            chord[3] = _NATURAL[2 if match[0].endswith("2") else 4]
        elif kind == "degree":
            degrees = (6, 9) if match["degree"] == "69" else (int(match["degree"]),)
            shift = _SIGNS[match["sign"]]
            if match["no"]:
                chord.pop(degrees[0], None)
            elif not match["add"] and not shift and degrees[0] in _EXTENDED:
                seventh = _DIMINISHED_SEVENTH if diminished else _SEVENTH
                chord[7] = _MAJOR_SEVENTH if major_seventh else seventh
                chord |= {degree: _NATURAL[degree] for degree in _EXTENDED[degrees[0]]}
            elif degrees == (5,) and first and not shift:
                del chord[3]
            else:
                chord |= {degree: (_NATURAL[degree] + shift) % OCTAVE for degree in degrees}
    return frozenset(chord.values())

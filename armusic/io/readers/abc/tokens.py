"""The signs of ABC music: one regular expression for a line of it, and the values of single signs.

Every alternative begins with a character of its own or stops at one, so that reading takes
time in proportion to the length of the line, whatever is in it.
"""

from __future__ import annotations

import re
from functools import lru_cache

LETTERS = "CDEFGAB"

FIELD = re.compile(r"(?:([A-Za-z+]):(?![|:])|([H-Wh-wYy+]):)(.*)", re.DOTALL)
"""An information field: its letter is one of the first two groups. `c:|` and `D::` are notes at a repeat sign."""

TOKEN = re.compile(
    r"""
      (?P<note>(?:\^\^?|__?|=)?[A-Ga-g][,']*[0-9]*/*[0-9]*)
    | (?P<mailed>=(?:20)?\s*\Z)                    # added by mail programs at the end of a line
    | (?P<skip>(?:[\s`).~H-Wh-w$*;?@\#\\]|\((?![2-9])|y[0-9/]*)+)
    | (?P<bar>\[\|\](?!\])|(?:\[(?=\|)|[|:]|(?<=\|)\]){1,200})(?P<ending>\s*\[?[0-9]+(?:[,-][0-9]+)*)?
    | (?P<broken><+|>+)
    | (?P<tuplet>\([2-9](?::[0-9]*)?(?::[0-9]*)?)
    | (?P<rest>[xzXZ][0-9]*/*[0-9]*)
    | (?P<tie>-)
    | (?P<quoted>"[^"]*")
    | (?P<grace>\{[^{}]*\}-?)                      # a dash after it is a slur
    | (?P<named>![^!|"]*!|\+[^+|"\s]+\+[0-9/]*)
    | (?P<inline>\[[A-Za-z]:[^\[\]]*\])
    | (?P<later>\[[0-9]+(?:[,-][0-9]+)*)           # an ending that does not stand at a bar line
    | (?P<chord>\[[^\[\]|]*\][0-9]*/*[0-9]*)
    | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
OLD_CHORD = re.compile(r"\+((?:[_^=]*[A-Ga-g][,'0-9/]*){2,})\+([0-9/]*)")
"""A chord of ABC 1.6, `+CEG+`; loudness such as `+ff+` looks the same, but repeats its letter."""
PLAYED = re.compile(r"[~()H-Wh-w]|\.(?=[A-Ga-g^_=[({~H-Wh-w])")
"""A sign of `skip` that says how notes are to be played: a slur, an ornament, a dot of staccato (not of a bar line)."""
NOTE_LETTER = re.compile("[A-Ga-g]")
ALTERED_NOTE = re.compile("(?:\\^\\^?|__?|=)[A-Ga-g][,']*")

_PIECES = re.compile(r"(\^\^?|__?|=)?([A-Ga-gxzXZ])([,']*)([0-9]*)(/*)([0-9]*)")
_LENGTH = re.compile("([0-9]*)(/*)([0-9]*)")
_SEMITONES = (0, 2, 4, 5, 7, 9, 11)  # of C D E F G A B
_MIDDLE_C = 60
_MAX_DIGITS = 4
_TUPLET_TIME = {2: 3, 3: 2, 4: 3, 6: 2, 8: 3}  # how many notes' time so many take; the rest go by the metre


def without_comment(text: str) -> str:
    r"""Return a line up to its comment; an escaped `\%` begins none, but in `\\%` the backslash is escaped.

    Examples
    --------
    >>> without_comment("AB | % twice"), without_comment(r"T:100\% \\% so")
    ('AB | ', 'T:100\\% \\\\')
    """
    at = text.find("%")
    while at > 0:
        before = at
        while before and text[before - 1] == "\\":
            before -= 1
        if (at - before) % 2 == 0:
            break
        at = text.find("%", at + 1)
    return text if at < 0 else text[:at]


@lru_cache(maxsize=8192)
def pieces(text: str) -> tuple[int, int, int | None, int, int]:
    """Read a note or rest to its pitch without accidentals, letter, accidental, and the two numbers of its length.

    The letter is an index in C D E F G A B; the accidental is in semitones, None if none is
    written; a rest has letter -1. The length is 0/0 if its numbers are unusable.

    Examples
    --------
    >>> pieces("^c3/2"), pieces("z")
    ((72, 0, 1, 3, 2), (0, -1, None, 1, 1))
    """
    match = _PIECES.fullmatch(text)
    assert match
    sign, letter, octave, *length = match.groups()
    num, den = _ratio(*length)
    if letter in "xzXZ":
        return 0, -1, None, num, den
    place = LETTERS.index(letter.upper())
    octaves = letter.islower() + octave.count("'") - octave.count(",")
    altered = None if sign is None else sign.count("^") - sign.count("_")
    return _MIDDLE_C + 12 * octaves + _SEMITONES[place], place, altered, num, den


def ratio(text: str) -> tuple[int, int]:
    """Read a length such as `3/2`, `/` or `//4`; 0/0 if its numbers are unusable.

    Examples
    --------
    >>> ratio("3/2"), ratio("//"), ratio(""), ratio("0")
    ((3, 2), (1, 4), (1, 1), (0, 0))
    """
    match = _LENGTH.fullmatch(text)
    return _ratio(*match.groups()) if match else (0, 0)


def _ratio(whole: str, slashes: str, part: str) -> tuple[int, int]:
    if len(whole) > _MAX_DIGITS or len(part) > _MAX_DIGITS or len(slashes) > _MAX_DIGITS:
        return 0, 0
    num = int(whole) if whole else 1
    den = int(part) << len(slashes) >> 1 if part else 1 << len(slashes)
    return (num, den) if num and den else (0, 0)


def tuplet(text: str, compound: bool) -> tuple[int, int, int]:
    """Read `(p:q:r` to its number of notes, and the numerator and denominator of the factor of their lengths.

    Examples
    --------
    >>> tuplet("(3", False), tuplet("(5", True), tuplet("(3::2", False)
    ((3, 2, 3), (5, 3, 5), (2, 2, 3))
    """
    p, q, r = ([int(part[:_MAX_DIGITS] or 0) for part in text[1:].split(":")] + [0, 0])[:3]
    return r or p, q or _TUPLET_TIME.get(p, 3 if compound else 2), p


def bar_signs(run: str) -> list[str]:
    """Return the signs that a run of them can be divided into, where it is none as a whole.

    Examples
    --------
    >>> bar_signs("|:|||:"), bar_signs("|:|")
    (['|:', '|||:'], ['|:', '|'])
    """
    return re.findall(r":*[|\[\]]+:*|:+", run)


@lru_cache(maxsize=256)
def bar_sign(run: str) -> tuple[int, int, bool] | None:
    """Read a bar line: how many more times the music before and after it is played; whether it is double.

    None for colons in an impossible place. A colon alone ends a repeat.

    Examples
    --------
    >>> bar_sign("|:"), bar_sign("::"), bar_sign("||"), bar_sign("[|]")
    ((0, 1, False), (1, 1, False), (0, 0, True), (0, 0, False))
    """
    if run == ":":
        return 1, 0, False
    if run and "|" not in run:
        return None if len(run) % 2 else (len(run) // 2, len(run) // 2, False)
    ends = len(run) - len(run.lstrip(":"))
    starts = len(run) - len(run.rstrip(":"))
    if ":" in run.strip(":"):
        return None
    return ends, starts, run != "[|]" and any(sign in run for sign in ("||", "|]", "[|"))

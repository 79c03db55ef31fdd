"""Jumps: D.C. and D.S., and where they lead.

A measure may begin with a segno or a coda, and end with a Fine, with `To Coda` or with a
jump. After a jump, repeats are not played again, and of endings only the last one is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NoReturn

SEGNO, CODA, FINE, TO_CODA, DA_CAPO, DAL_SEGNO = "segno", "coda", "fine", "to coda", "d.c.", "d.s."
AL_FINE, AL_CODA = "al fine", "al coda"

_WORDS = (
    (TO_CODA, re.compile(r"\b(?:to|da|alla|al)\s*coda\b", re.IGNORECASE)),
    (DA_CAPO, re.compile(r"\bd\.?\s*c\.?(?![a-z])|\bda\s*capo\b|\bd\.c\.", re.IGNORECASE)),
    (DAL_SEGNO, re.compile(r"\bd\.?\s*s\.?(?![a-z])|\bdal\s*segno\b|\bd\.s\.", re.IGNORECASE)),
    (AL_FINE, re.compile(r"al\s*fine\b", re.IGNORECASE)),
    (FINE, re.compile(r"\W*fine\W*", re.IGNORECASE)),
    (CODA, re.compile(r"\W*coda\W*", re.IGNORECASE)),
    (SEGNO, re.compile(r"\W*segno\W*", re.IGNORECASE)),
)
_ALONE = {FINE, CODA, SEGNO}  # words that count only where they stand alone


def marks(words: str) -> set[str]:
    """Return the marks for the order of playing in the words over a measure.

    Examples
    --------
    >>> sorted(marks("D.C. al Fine")), marks("Fine"), sorted(marks("D.S. al Coda")), marks("Andante con moto")
    (['al fine', 'd.c.'], {'fine'}, ['al coda', 'd.s.'], set())
    """
    names = {mark for mark, pattern in _WORDS if (pattern.fullmatch if mark in _ALONE else pattern.search)(words)}
    if TO_CODA in names and names & {DA_CAPO, DAL_SEGNO}:
        names = names - {TO_CODA} | {AL_CODA}
    return names


def follow(order: Sequence[int], marks: Sequence[set[str]], fail: Callable[[int, str], NoReturn]) -> list[int]:
    """Return the order of playing with its first jump followed; the same where there is none.

    Parameters
    ----------
    order : sequence of int
        Indices of the measures, in playing order by the repeats.
    marks : sequence of set of str
        Marks of each measure.
    fail : callable
        Called with the index of a measure and the problem there; raises `RepeatError`.

    Examples
    --------
    >>> def fail(place, what):
    ...     raise ValueError(what)
    >>> follow([0, 0, 1, 1, 2], [set(), {"fine"}, {"d.c.", "al fine"}], fail)
    [0, 0, 1, 1, 2, 0, 1]
    """
    jump = next((place for place, names in enumerate(marks) if names & {DA_CAPO, DAL_SEGNO}), None)
    if jump is None or jump not in order:
        return list(order)
    codas = [place for place, names in enumerate(marks) if CODA in names]
    leaves = [place for place, names in enumerate(marks) if TO_CODA in names]
    if not leaves and len(codas) > 1:  # the first coda sign is where to leave
        leaves = codas[:1]
    begin = 0
    if DAL_SEGNO in marks[jump]:
        begin = next((place for place, names in enumerate(marks) if SEGNO in names), -1)
        if begin < 0:
            fail(jump, "D.S. goes back to a segno, but there is none")
    before = list(order[: len(order) - list(order)[::-1].index(jump)])
    after = [place for place in _last_pass(order) if place >= begin]
    fine = next((place for place in after if FINE in marks[place]), None)
    if AL_FINE in marks[jump] and fine is None:
        fail(jump, "it says 'al Fine', but no Fine is marked")
    leave = next((place for place in leaves if place in after and place < jump), None)
    enter = next((place for place in codas if leave is not None and place > leave), None)
    if AL_CODA in marks[jump] and (leave is None or enter is None):
        fail(jump, "it says 'al Coda', but there is no coda, or no sign where to leave for it")
    if enter is not None and leave is not None and AL_FINE not in marks[jump]:
        return [*before, *(place for place in after if place <= leave or place >= enter)]
    if fine is not None:
        return [*before, *(place for place in after if place <= fine)]
    return before + after


def _last_pass(order: Sequence[int]) -> list[int]:
    """Return the measures without repeats: the last one of alternatives.

    Examples
    --------
    >>> _last_pass([0, 1, 0, 2, 3, 3])
    [0, 2, 3]
    """
    last: list[int] = []
    for place in reversed(order):
        if not last or place < last[-1]:
            last.append(place)
    return last[::-1]

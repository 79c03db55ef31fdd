"""The order in which written measures are played, by repeat signs and endings.

The rules are those of ABC 2.1, sections 4.8 to 4.10, and 3.1.9 for parts:

- `:|` goes back to `|:`, else to the latest double bar or end of a repeat, else to the start;
- more colons mean more times: `|::` or `::|` is played three times;
- an ending is played on the passes that it names, and stops at `:|`, at a double bar, at
  `|:` or at the end of the tune;
- a `P:` field in the header gives the order of the parts that `P:` fields mark in the tune.

An ending that nothing closes before another repeat ends or another ending begins is as long
as the first one. Where a writer left out the last `:|` of a section that begins with `|:`,
the section ends at the next `|:` or at the end of the tune, and is repeated all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NoReturn

from armusic.io.readers.score.sheet import BarLine

MAX_PASSES = 16
MAX_PLAYED = 10_000  # measures: hours of music, and a bound for a text that multiplies itself


def passes(text: str) -> tuple[int, ...]:
    """Read the numbers of an ending; empty unless they can be played.

    Examples
    --------
    >>> passes("1,3-5"), passes("3-1"), passes("1-999")
    ((1, 3, 4, 5), (), ())
    """
    numbers: list[int] = []
    for item in text.split(","):
        match = re.fullmatch("([0-9]{1,2})(?:-([0-9]{1,2}))?", item)
        if not match or not 0 < int(match[1]) <= int(match[2] or match[1]) <= MAX_PASSES:
            return ()
        numbers += range(int(match[1]), int(match[2] or match[1]) + 1)
    return tuple(numbers) if len(set(numbers)) == len(numbers) else ()


def play_order(lines: Sequence[BarLine], parts: str, fail: Callable[[int, str], NoReturn]) -> list[int]:
    """Return the indices of the measures in playing order.

    Parameters
    ----------
    lines : sequence of BarLine
        Bar line before each written measure, then the one at the end of the tune.
    parts : str
        Header's `P:` field; without effect unless it gives an order.
    fail : callable
        Called with the index of a measure and the problem there; raises `RepeatError`.

    Examples
    --------
    >>> def fail(place, what):
    ...     raise ValueError(what)
    >>> play_order([BarLine(), BarLine(endings=(1,)), BarLine(ends=1, endings=(2,)), BarLine(double=True)], "", fail)
    [0, 1, 0, 2]
    """
    count = len(lines) - 1
    order = _part_order(parts)
    marks = [place for place in range(count) if lines[place].part is not None]
    if not order or not marks:
        return _bounded(_sections(lines, 0, count, fail), fail)
    order_of_part: dict[str, list[int]] = {}
    for begin, end in zip([0, *marks], [*marks, count], strict=True):
        name = (lines[begin].part or "") if begin in marks else ""
        order_of_part.setdefault(name, []).extend(_sections(lines, begin, end, fail))
    for line in lines:
        for name in line.silent:
            order_of_part.setdefault(name, [])
    if lines[count].part is not None:  # the last one, without music
        order_of_part.setdefault(lines[count].part or "", [])
    places = list(order_of_part.get("", []))
    for name in order:
        if name not in order_of_part:
            fail(0, f"the order of parts P:{parts[:20]!r} names a part {name!r} that is not marked in the tune")
        places += order_of_part[name]
        _bounded(places, fail)
    return places


def _bounded(places: list[int], fail: Callable[[int, str], NoReturn]) -> list[int]:
    if len(places) > MAX_PLAYED:
        fail(0, f"more than {MAX_PLAYED} measures with all repeats played")
    return places


def _part_order(text: str) -> list[str]:
    """Read an order of parts such as `A2(BC)2`; empty for other texts, as in `P:Variations`.

    Examples
    --------
    >>> "".join(_part_order("A2(BC)2.D")), _part_order("Modern Version.")
    ('AABCBCD', [])
    """
    text = "".join(text.split()).replace(".", "")
    if not re.fullmatch("[A-Z(][A-Z()0-9]{0,200}", text):
        return []
    stack: list[list[str]] = [[]]
    group: list[str] = []  # what a number repeats
    for token in re.findall("[A-Z()]|[0-9]+", text):
        if token == "(":
            stack.append([])
            group = []
        elif token == ")" and len(stack) > 1:
            group = stack.pop()
            stack[-1] += group
        elif token.isdecimal() and len(token) < len(str(MAX_PLAYED)):
            stack[-1] += group * (int(token) - 1)
        else:
            group = [token]
            stack[-1].append(token)
        if len(stack[-1]) > MAX_PLAYED:
            return []
    return stack[0]


def _sections(lines: Sequence[BarLine], begin: int, end: int, fail: Callable[[int, str], NoReturn]) -> list[int]:
    """Return the playing order of the measures from `begin` to before `end`."""
    places: list[int] = []
    while begin < end:
        stop, order = _section(lines, begin, end, fail)
        places += order
        begin = stop
    return places


def _section(
    lines: Sequence[BarLine], begin: int, end: int, fail: Callable[[int, str], NoReturn]
) -> tuple[int, list[int]]:
    """Return the end of the section that starts at `begin`, and the playing order of its measures."""
    first = lines[begin]
    if first.endings:
        fail(begin, f"it is not clear what ending {first.endings[0]} belongs to: write |: where its repeat begins")
    endings: list[int] = []  # where each begins
    divided = False  # by a double bar
    for stop in range(begin + 1, end + 1):
        line = lines[stop]
        if stop == end or line.starts:
            break
        if line.endings and (not endings or min(line.endings) > min(lines[endings[-1]].endings)):
            if line.ends and not endings:
                fail(stop, f"ending {line.endings[0]} follows a repeat sign, but no ending {line.endings[0] - 1} does")
            endings.append(stop)
        elif line.ends or line.endings or (line.double and (len(endings) > 1 or not first.starts)):
            break
        divided |= line.double
    if endings:
        line = lines[stop]
        if len(endings) > 1 and (line.ends or (line.endings and not (line.starts or line.double))):
            stop = min(stop, endings[-1] + endings[1] - endings[0])  # nothing closes it: it is as long as the first
        return stop, _with_endings(lines, begin, endings, stop, fail)
    if first.starts and divided and not lines[stop].ends:
        fail(begin, "the repeat that begins here has no :| to end it")
    return stop, list(range(begin, stop)) * (1 + max(first.starts, lines[stop].ends))


def _with_endings(
    lines: Sequence[BarLine], begin: int, endings: list[int], stop: int, fail: Callable[[int, str], NoReturn]
) -> list[int]:
    """Return the playing order of a section whose `endings` begin at these places."""
    numbers = sorted(number for place in endings for number in lines[place].endings)
    if len(numbers) == 1 or numbers != list(range(1, len(numbers) + 1)):
        names = ", ".join(map(str, numbers))
        fail(endings[0], f"endings for pass {names}, but each pass needs one: mark them |1 and :|2")
    if lines[begin].starts > 1 and lines[begin].starts + 1 != len(numbers):
        fail(begin, f"{lines[begin].starts + 1} passes, but endings for {len(numbers)}")
    order: list[int] = []
    for number in numbers:
        place = next(place for place in endings if number in lines[place].endings)
        until = next((ending for ending in endings if ending > place), stop)
        order += [*range(begin, endings[0]), *range(place, until)]
    return order

"""Books of tunes: the tunes in a text, and the names by which each can be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from armusic.errors import UsageError
from armusic.files import one_line
from armusic.io.abc_text import decoded
from armusic.io.readers.abc.tokens import FIELD, without_comment

LINE_END = re.compile("\r\n?|\n")
_NAME = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?")


def text_of(data: bytes) -> str:
    """Return the text in the bytes of a file: UTF-8, UTF-16 or Latin-1, which has every byte, so it comes last."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


@dataclass(frozen=True, slots=True)
class Book:
    """The tunes in a text.

    Parameters
    ----------
    lines : list of str
        All lines of the text.
    header : list of str
        Fields of the file header, before the first tune: they are put in front of every tune.
    starts : list of int
        Line at which each tune begins, and the number of lines.
    numbers : list of int
        `X:` number of each tune; its place in the text, from 1 on, where it has none.
    """

    lines: list[str]
    header: list[str]
    starts: list[int]
    numbers: list[int]

    def text(self, place: int) -> str:
        """Return the text of a tune."""
        start, stop = self.starts[place : place + 2]
        return "\n".join([*self.header, *self.lines[start:stop]])

    def names(self) -> list[str]:
        """Return a name for each tune: see `names`."""
        return names(self.numbers)

    def title(self, place: int) -> str:
        """Return the title of a tune; empty where it has none."""
        for line in self.lines[self.starts[place] : self.starts[place + 1]]:
            if line.startswith("T:"):
                return title_of(line[2:])
        return ""


def book_of(text: str) -> Book:
    r"""Return the tunes in a text; one without `X:` is one tune.

    Examples
    --------
    >>> book = book_of("L:1/8\n\nX:7\nT:a\nK:C\nC|\n\nX:9\nT:Caf\\'e % of old\nK:C\nD|")
    >>> book.names(), book.title(1), book.text(0)
    (['7', '9'], 'Café', 'L:1/8\nX:7\nT:a\nK:C\nC|\n')
    """
    lines = LINE_END.split(text.removeprefix("\ufeff"))
    starts = [place for place, line in enumerate(lines) if line.startswith("X:")]
    if not starts:
        return Book(lines, [], [0, len(lines)], [1])
    first_empty = next((place for place, line in enumerate(lines) if not line.strip()), len(lines))
    header = [line for line in lines[: min(starts[0], first_empty)] if FIELD.match(line) or line.startswith("%%")]
    numbers = []
    for place, start in enumerate(starts, 1):
        number = re.match("[0-9]{1,9}", lines[start][2:].strip())
        numbers.append(int(number[0]) if number else place)
    return Book(lines, header, [*starts, len(lines)], numbers)


def split(text: str) -> list[tuple[int, str]]:
    r"""Return the tunes in a text, each with its `X:` number.

    Examples
    --------
    >>> split("X:7\nT:a\nK:C\nC|\n\nX:9\nT:b\nK:C\nD|")
    [(7, 'X:7\nT:a\nK:C\nC|\n'), (9, 'X:9\nT:b\nK:C\nD|')]
    """
    book = book_of(text)
    return [(number, book.text(place)) for place, number in enumerate(book.numbers)]


def names(numbers: Sequence[int]) -> list[str]:
    """Return a name for each tune of a book: its number, and where that came before, the how-manieth it is.

    Examples
    --------
    >>> names([1, 2, 1, 1])
    ['1', '2', '1.2', '1.3']
    """
    seen: Counter[int] = Counter()
    result = []
    for number in numbers:
        seen[number] += 1
        result.append(f"{number}" if seen[number] == 1 else f"{number}.{seen[number]}")
    return result


def parse_name(name: int | str) -> int | str:
    """Return the name of a tune of a book in one spelling, a plain number as such.

    Examples
    --------
    >>> parse_name("07"), parse_name("7.1"), parse_name("7.2")
    (7, 7, '7.2')
    """
    match = _NAME.fullmatch(str(name))
    if not match or (match[2] and not int(match[2])):
        raise UsageError(f"tune {one_line(str(name))[:20]!r}: name one by its X: number, as 12, or 12.2 for a second")
    place = int(match[2] or 1)
    return int(match[1]) if place == 1 else f"{int(match[1])}.{place}"


def title_of(value: str) -> str:
    """Return the title that a `T:` field holds."""
    return one_line(" ".join(decoded(without_comment(value)).split()))

"""Books of tunes: the tunes in a text, and the names by which each can be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from armusic.errors import UsageError
from armusic.files import one_line
from armusic.io.abc_text import decoded
from armusic.io.readers.abc.tokens import FIELD, without_comment

LINE_END = re.compile("\r\n?|\n")
_NAME = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?")
_TITLE = re.compile(r"^T:(.*)", re.MULTILINE)


def text_of(data: bytes) -> str:
    """Return the text in the bytes of a file: UTF-8, UTF-16 or Latin-1, which has every byte, so it comes last."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def split(text: str) -> list[tuple[int, str]]:
    r"""Return the tunes in a text, each with its `X:` number.

    The fields of a file header, before the first tune, are put in front of every tune. A tune
    without a number has its place in the text, from 1 on; a text without `X:` is one tune.

    Examples
    --------
    >>> split("X:7\nT:a\nK:C\nC|\n\nX:9\nT:b\nK:C\nD|")
    [(7, 'X:7\nT:a\nK:C\nC|\n'), (9, 'X:9\nT:b\nK:C\nD|')]
    """
    lines = LINE_END.split(text.removeprefix("\ufeff"))
    starts = [place for place, line in enumerate(lines) if line.startswith("X:")]
    if not starts:
        return [(1, "\n".join(lines))]
    first_empty = next((place for place, line in enumerate(lines) if not line.strip()), len(lines))
    header = [line for line in lines[: min(starts[0], first_empty)] if FIELD.match(line) or line.startswith("%%")]
    tunes = []
    for place, (start, stop) in enumerate(zip(starts, [*starts[1:], len(lines)], strict=True), 1):
        number = re.match("[0-9]{1,9}", lines[start][2:].strip())
        tunes.append((int(number[0]) if number else place, "\n".join([*header, *lines[start:stop]])))
    return tunes


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


def title(text: str) -> str:
    r"""Return the title of a tune, from its text; empty where it has none.

    Examples
    --------
    >>> title("X:1\nT:Caf\\'e % of old\nK:C")
    'Café'
    """
    match = _TITLE.search(text)
    return title_of(match[1]) if match else ""


def title_of(value: str) -> str:
    """Return the title that a `T:` field holds."""
    return one_line(" ".join(decoded(without_comment(value)).split()))

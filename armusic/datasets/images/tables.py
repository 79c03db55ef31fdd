"""Tables of numbers beside images: CSV with commas, semicolons or tabs, as spreadsheets of all countries write it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

from armusic.errors import ReadError
from armusic.files import label, read_bytes

_SEPARATORS = (",", ";", "\t")
_QUOTED = re.compile(r'"[^"]*"')
_HINT = re.compile(r"sep=(.)")  # a first line that some spreadsheets write


def rows_of(path: Path) -> tuple[list[tuple[int, list[str]]], str]:
    """Return the rows of a CSV file, each with the number of its line, and what stands between its columns.

    Raises
    ------
    ReadError
        When it is no such file.
    """
    try:
        lines = read_bytes(path).decode("utf-8-sig").splitlines()
        hint = _HINT.fullmatch(lines[0].strip()) if lines else None
        between = hint[1] if hint else separator(lines[0] if lines else "")
        first = 2 if hint else 1
        return list(enumerate(csv.reader(lines[first - 1 :], delimiter=between, strict=True), first)), between
    except UnicodeDecodeError as error:
        raise ReadError(f"{label(path)}: not UTF-8 text") from error
    except csv.Error as error:
        raise ReadError(f"{label(path)}: not CSV ({error})") from error


def separator(head: str) -> str:
    r"""Return what stands between the columns of a line of headings: the commonest of comma, semicolon and tab.

    Examples
    --------
    >>> separator("file,width"), separator('file;"width, height";slant'), separator("file\twidth")
    (',', ';', '\t')
    """
    plain = _QUOTED.sub("", head)
    return max(_SEPARATORS, key=plain.count)


def number(text: str, between: str = ",") -> float:
    """Return a number as it is written; its decimals may stand after a comma where columns do not.

    Raises
    ------
    ValueError
        When it is none.

    Examples
    --------
    >>> number("1.5"), number("1,5", ";")
    (1.5, 1.5)
    """
    if between != "," and text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    return float(text)

"""Tables of a report: cells with numbers, and their text in Markdown, LaTeX and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from armusic.errors import ArmusicError

Unit = Literal["plain", "percent", "points", "p"]
"""How a number is written: from 0 to 1 as .123, as a percentage, as percentage points, or as a p-value."""

SMALLEST = 0.001  # p-values below it are not told apart
LATEX = {
    "\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$", ">": "$>$",
    "\N{MINUS SIGN}": "$-$", "\N{EN DASH}": "--", "\N{MIDDLE DOT}": r"$\cdot$", "\N{SUPERSCRIPT TWO}": "$^2$",
    "\N{GREATER-THAN OR EQUAL TO}": r"$\ge$", "\N{LESS-THAN OR EQUAL TO}": r"$\le$",
    "\N{NO-BREAK SPACE}": "~",
}  # fmt: skip
"""Character -> how LaTeX writes it, in any encoding."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a table.

    Parameters
    ----------
    value : float
        The number.
    ends : (float, float), optional
        Range or interval around it, in brackets.
    share : float, optional
        The number as a share of its reference, after a dot.
    unit : str
        Unit in which it is written: see `Unit`. A percentage is a number from 0 to 1.
    digits : int
        Decimals that are shown.

    Examples
    --------
    >>> print(Cell(0.5343, (0.522, 0.5546), 0.91))
    .534 [.522, .555] · 91 %
    >>> print(Cell(0.9981, (0.9975, 0.9982), unit="percent", digits=2))
    99.81 % [99.75, 99.82]
    >>> print(Cell(0.0018, unit="points", digits=2), Cell(0.0002, unit="p"))
    0.18 < .001
    """

    value: float
    ends: tuple[float, float] | None = None
    share: float | None = None
    unit: Unit = "plain"
    digits: int = 3

    def __str__(self) -> str:
        """Return the text of the cell."""
        text = self._number(self.value) + (" %" if self.unit == "percent" else "")
        if self.ends is not None:
            text += f" [{', '.join(map(self._number, self.ends))}]"
        if self.share is not None:
            text += f" \N{MIDDLE DOT} {_signed(f'{100 * self.share:.0f}')} %"
        return text

    def _number(self, value: float) -> str:
        if self.unit == "p" and value < SMALLEST:
            return f"< {SMALLEST:g}".replace("0.", ".")
        if self.unit in ("percent", "points"):
            return _signed(f"{100 * value:.{self.digits}f}")
        text = f"{value:.{self.digits}f}"
        return _signed(text.replace("0.", ".", 1) if abs(float(text)) < 1 else text)


Entry = str | Cell


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a report.

    Parameters
    ----------
    name : str
        Name of its files.
    head : tuple of str
        Titles of the columns.
    rows : tuple of tuple
        Cells, as many in each row as there are columns: text, or numbers.
    """

    name: str
    head: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]

    @classmethod
    def of(cls, name: str, head: Sequence[str], rows: Sequence[Sequence[Entry]]) -> Table:
        """Return a table; refuse rows that are longer or shorter than its head."""
        for row in rows:
            if len(row) != len(head):
                raise ArmusicError(f"table {name}: {len(row)} cells in the row of {row[0]}, below {len(head)} titles")
        return cls(name, tuple(head), tuple(tuple(row) for row in rows))


def markdown(table: Table) -> str:
    """Return a table in Markdown.

    Examples
    --------
    >>> print(markdown(Table.of("runs", ["run", "MIG"], [["a", Cell(0.534)]])))
    | run | MIG |
    | --- | --- |
    | a | .534 |
    """
    lines = [table.head, ["---"] * len(table.head), *table.rows]
    return "\n".join(f"| {' | '.join(map(str, cells))} |" for cells in lines)


def latex(table: Table) -> str:
    r"""Return a table in LaTeX, for the package booktabs: a `tabular`, to be put into a `table` or a `resizebox`.

    Examples
    --------
    >>> print(latex(Table.of("runs", ["run", "R²"], [["a_1", Cell(0.5, unit="percent", digits=0)]])))
    % \usepackage{booktabs}
    \begin{tabular}{ll}
    \toprule
    run & R$^2$ \\
    \midrule
    a\_1 & 50 \% \\
    \bottomrule
    \end{tabular}
    """
    head, *rows = (" & ".join(_escaped(str(cell)) for cell in cells) + r" \\" for cells in (table.head, *table.rows))
    begin = rf"\begin{{tabular}}{{{'l' * len(table.head)}}}"
    lines = [r"% \usepackage{booktabs}", begin, r"\toprule", head, r"\midrule", *rows, r"\bottomrule", r"\end{tabular}"]
    return "\n".join(lines)


def comma_separated(table: Table) -> str:
    """Return a table as CSV: numbers with all digits that are kept, their ends and shares in columns of their own.

    Percentages and points are numbers from 0 to 1.

    Examples
    --------
    >>> rows = [["a", Cell(0.534, (0.5, 0.6))], ["b", ""]]
    >>> print(comma_separated(Table.of("runs", ["run", "MIG"], rows)), end="")
    run,MIG,"MIG, low","MIG, high"
    a,0.534,0.5,0.6
    b,,,
    """
    columns = []
    for title, *cells in zip(table.head, *table.rows, strict=True):
        numbers = [cell if isinstance(cell, Cell) else None for cell in cells]
        columns.append([title, *(cell if isinstance(cell, str) else _plain(cell.value) for cell in cells)])
        if any(cell and cell.ends for cell in numbers):
            for place, end in enumerate(("low", "high")):
                ends = (_plain(cell.ends[place]) if cell and cell.ends else "" for cell in numbers)
                columns.append([f"{title}, {end}", *ends])
        if any(cell and cell.share is not None for cell in numbers):
            shares = ("" if cell is None or cell.share is None else _plain(cell.share) for cell in numbers)
            columns.append([f"{title}, share", *shares])
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(zip(*columns, strict=True))
    return file.getvalue()


def _escaped(text: str) -> str:
    bold = text.startswith("**") and text.endswith("**") and len(text) > len("****")
    text = "".join(LATEX.get(character, character) for character in text.strip("*" if bold else ""))
    return rf"\textbf{{{text}}}" if bold else text


def _plain(value: float) -> str:
    return f"{value:.6g}"


def _signed(number: str) -> str:
    """Return a number with a minus sign in place of a hyphen; nought has none."""
    return number.replace("-", "\N{MINUS SIGN}") if float(number) else number.removeprefix("-")

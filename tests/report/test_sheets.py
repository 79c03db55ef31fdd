"""Tables keep their numbers in each form: Markdown, LaTeX and CSV."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armusic.errors import ArmusicError
from armusic.report.sheets import Cell, Table, comma_separated, latex, markdown

MINUS, DOT = "\N{MINUS SIGN}", "\N{MIDDLE DOT}"
ROWS = (("a_1", Cell(0.5, (0.25, 0.75), 0.9), ""), ("b & c", Cell(-0.0004), "**missed**"))
TABLE = Table.of("two", ("model", "MIG, 100 %", "R²"), ROWS)


def test_cells_are_written_as_the_paper_does() -> None:
    assert str(Cell(-0.0004)) == ".000"  # nought has no sign
    assert str(Cell(-0.05, digits=2)) == f"{MINUS}.05"
    assert str(Cell(1.2345)) == "1.234"
    assert str(Cell(0.9996)) == "1.000"
    assert str(Cell(10.5, digits=1)) == "10.5"
    assert str(Cell(0.6, (-0.1, 0.7), -0.15)) == f".600 [{MINUS}.100, .700] {DOT} {MINUS}15 %"
    assert str(Cell(-0.0022, (-0.003, 0.0), unit="points", digits=2)) == f"{MINUS}0.22 [{MINUS}0.30, 0.00]"
    assert str(Cell(0.0625, unit="p")) == ".062"


def test_latex_has_as_many_cells_in_each_row_and_no_character_that_it_would_read() -> None:
    lines = latex(TABLE).splitlines()
    assert lines[1] == r"\begin{tabular}{lll}"
    assert lines[3] == r"model & MIG, 100 \% & R$^2$ \\"
    assert lines[5] == r"a\_1 & .500 [.250, .750] $\cdot$ 90 \% &  \\"
    assert lines[6] == r"b \& c & .000 & \textbf{missed} \\"
    assert [line for line in lines if line.startswith("\\")][1:4:2] == [r"\toprule", r"\bottomrule"]
    assert "\n".join(lines).isascii()


def test_csv_has_ends_and_shares_in_columns_of_their_own() -> None:
    first, second = csv.DictReader(comma_separated(TABLE).splitlines())
    assert first == {
        "model": "a_1", "MIG, 100 %": "0.5", "MIG, 100 %, low": "0.25", "MIG, 100 %, high": "0.75",
        "MIG, 100 %, share": "0.9", "R²": "",
    }  # fmt: skip
    assert (second["MIG, 100 %"], second["MIG, 100 %, low"], second["R²"]) == ("-0.0004", "", "**missed**")


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ArmusicError, match="table two: 1 cells in the row of a, below 2 titles"):
        Table.of("two", ("model", "MIG"), [["a"]])


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=5))
def test_numbers_of_csv_are_those_of_the_cells(values: list[float]) -> None:
    table = Table.of("numbers", ("n", "value"), [[str(place), Cell(value)] for place, value in enumerate(values)])
    read = [float(row["value"]) for row in csv.DictReader(comma_separated(table).splitlines())]
    assert read == pytest.approx(values, rel=1e-5)
    assert len(markdown(table).splitlines()) == len(values) + 2

"""Panels show every note, bar line and value at its place."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from armusic.music.score import Note
from armusic.plotting import panels
from tests.plotting.test_tunes import bars, dots, tune


def empty() -> Axes:
    return Figure(figsize=(3, 3)).add_axes((0.2, 0.2, 0.6, 0.6))


def test_a_roll_has_a_bar_for_each_note_and_a_line_between_measures() -> None:
    ax = empty()
    panels.piano_roll(ax, tune())
    (notes,) = bars(ax)
    corners = [path.get_extents().bounds for path in notes.get_paths()]
    assert [(round(x), round(width)) for x, _, width, _ in corners] == [(beat, 1) for beat in range(6)]
    assert [y for _, y, _, _ in corners] == pytest.approx([60 + 2 * beat - 0.45 for beat in range(6)])
    (lines,) = [artist for artist in ax.collections if isinstance(artist, LineCollection)]
    assert [segment[0][0] for segment in lines.get_segments()] == [3.0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["C4", "G4"]


def test_pitches_are_named_where_there_is_no_c_or_g() -> None:
    single = replace(tune(), notes=(Note(Fraction(0), Fraction(1), 61),))
    ax = empty()
    panels.piano_roll(ax, single)
    assert {label.get_text() for label in ax.get_yticklabels()} == {"C#4"}


def test_agreement_is_that_of_a_textbook() -> None:
    targets, values = np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 6.0])
    assert panels.agreement(targets, values) == (1 - 9 / 2, 1.0)
    assert panels.agreement(targets, targets) == (1.0, 0.0)
    assert panels.agreement_text(targets, values) == "R² −3.500, mean error 1.000"  # noqa: RUF001


def test_one_value_only_has_an_error_and_no_r2() -> None:
    r2, error = panels.agreement(np.full(3, 0.1), np.full(3, 0.3))
    assert np.isnan(r2)
    assert error == pytest.approx(0.2)
    assert panels.agreement_text(np.full(3, 0.1), np.full(3, 0.3)) == "mean error 0.200"
    assert np.isnan(panels.agreement(np.empty(0), np.empty(0))).all()
    assert panels.agreement_text(np.empty(0), np.empty(0)) == "no targets"


def test_targets_against_values_are_square_with_the_line_of_equals() -> None:
    ax = empty()
    targets, values = np.array([[0.1, 0.5], [0.3, 0.7]]), np.array([[0.2, 0.5], [0.3, 0.6]])
    panels.against(ax, targets, values, "density", ["black", "red"])
    assert ax.get_xlim() == ax.get_ylim()
    assert ax.get_aspect() == 1
    low, high = ax.get_xlim()
    assert low < 0.1
    assert high > 0.7
    assert ax.get_xticks().tolist() == ax.get_yticks().tolist()
    (line,) = ax.lines
    assert line.get_slope() == 1
    assert line.get_xy1() == (0.1, 0.1)
    assert dots(ax).tolist() == [[0.1, 0.2], [0.5, 0.5], [0.3, 0.3], [0.7, 0.6]]


def test_a_target_is_with_original_and_value_over_the_middles_of_the_measures() -> None:
    ax = empty()
    series = [np.array(values) for values in ([0.1, 0.2], [0.5, 0.5], [0.5, 0.4])]
    panels.target(ax, tune(), *series, "rhythm")
    drawn = {line.get_label(): line.get_xydata().tolist() for line in ax.lines}
    assert drawn == {
        name: [[1.5, values[0]], [4.5, values[1]]]
        for name, values in zip(("original", "target", "reached"), series, strict=True)
    }


@pytest.mark.parametrize(("measures", "shown"), [(2, ["1", "2"]), (30, [str(n) for n in range(1, 31, 4)])])
def test_measures_are_numbered_where_there_is_room(measures: int, shown: list[str]) -> None:
    ax = empty()
    panels.number_measures(ax, tune(measures), 3.0)
    assert [label.get_text() for label in ax.get_xticklabels()] == shown

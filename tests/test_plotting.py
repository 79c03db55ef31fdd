"""Pictures show every note, bar line and value, and stay of a size that can be looked at."""

import warnings
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure

from armusic import plotting, readers
from armusic.score import Measure, Metre, Note, Tune

EXAMPLES = Path(__file__).parents[1] / "examples"


@dataclass(frozen=True)
class Step:
    name: str
    step: float
    tune: Tune
    values: np.ndarray


def tune(measures: int = 2, metre: Metre = Metre(3, 4), title: str = "A Waltz") -> Tune:  # noqa: B008 (it is frozen)
    """Return a tune with a note on each beat, going up a scale over and over."""
    beats = measures * metre.beats
    notes = tuple(Note(beat * metre.beat, metre.beat, 60 + 2 * (beat % 6)) for beat in range(beats))
    return Tune(notes, tuple(Measure(i * metre.length, metre) for i in range(measures)), title, "waltz.abc")


def sweep(tune: Tune, steps: tuple[float, ...] = (-2.0, -1.0, 0.0, 1.0, 2.0)) -> list[Step]:
    values = np.linspace(0.1, 0.3, len(tune.measures))
    return [Step(f"rhythm {step:+.1f}", step, tune, values + step / 10) for step in steps]


def texts(figure: Figure) -> list[str]:
    return [text.get_text() for text in figure.texts]


def bars(ax: object) -> list[PolyCollection]:
    return [one for one in ax.collections if isinstance(one, PolyCollection)]


def test_a_roll_has_a_bar_for_each_note_and_a_line_between_measures() -> None:
    ax = Figure().add_subplot()
    plotting.piano_roll(ax, tune())
    (notes,) = bars(ax)
    corners = [path.get_extents().bounds for path in notes.get_paths()]
    assert [(round(x), round(width)) for x, _, width, _ in corners] == [(beat, 1) for beat in range(6)]
    assert [y for _, y, _, _ in corners] == pytest.approx([60 + 2 * beat - 0.45 for beat in range(6)])
    (lines,) = [one for one in ax.collections if isinstance(one, LineCollection)]
    assert [segment[0][0] for segment in lines.get_segments()] == [3.0]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["C4", "G4"]


def test_pitches_are_named_where_there_is_no_c_or_g() -> None:
    one = replace(tune(), notes=(Note(Fraction(0), Fraction(1), 61),))
    ax = Figure().add_subplot()
    plotting.piano_roll(ax, one)
    assert {label.get_text() for label in ax.get_yticklabels()} == {"C#4"}


def test_a_silent_tune_is_an_empty_roll() -> None:
    silent = replace(tune(), notes=())
    figure = plotting.sweep(sweep(silent), "rhythm")
    assert all(len(one.get_paths()) == 0 for ax in figure.axes for one in bars(ax))
    figure.canvas.draw()


def test_a_sweep_has_a_roll_per_step_and_a_curve_for_each() -> None:
    figure = plotting.sweep(sweep(tune()), "rhythm")
    *rolls, curve = figure.axes
    assert len(rolls) == 5
    assert len({ax.get_xlim() for ax in figure.axes} | {(0.0, 6.0)}) == 1
    assert len({ax.get_ylim() for ax in rolls}) == 1
    assert [list(line.get_ydata()) for line in curve.lines] == [list(one.values) for one in sweep(tune())]
    assert list(curve.lines[0].get_xdata()) == [1.5, 4.5]
    assert [label.get_text() for label in curve.get_legend().get_texts()] == ["−2", "−1", "input", "+1", "+2"]  # noqa: RUF001
    shown = texts(figure)
    assert shown[0] == "A Waltz"
    for label in ("rhythm -2.0", "input", "rhythm +2.0", "mean 0.40, 6 notes"):
        assert label in shown
    assert "rhythm +0.0" not in shown


def test_the_input_is_set_off_and_shown_behind_the_others() -> None:
    figure = plotting.sweep(sweep(tune()), "rhythm")
    faces = [ax.get_facecolor() for ax in figure.axes]
    assert len(set(faces)) == 2
    assert faces.index(next(face for face in faces if face != faces[0])) == 2
    assert [len(bars(ax)) for ax in figure.axes] == [2, 2, 1, 2, 2, 0]


def test_steps_have_colours_of_their_own_and_the_input_is_black() -> None:
    colours = plotting.colors(sweep(tune()))
    assert len(set(colours)) == 5
    assert max(colours[2][:3]) < 0.2
    assert plotting.colors(sweep(tune(), (0.0,))) == [colours[2]]
    assert plotting.colors([]) == []


@pytest.mark.parametrize("measures", [1, 4, 16, 64, 500])
@pytest.mark.parametrize("steps", [1, 5, 99])
def test_sizes(measures: int, steps: int) -> None:
    figure = plotting.sweep(sweep(tune(measures), tuple(np.linspace(-2, 2, steps).tolist())), "rhythm")
    width, height = figure.get_size_inches()
    assert 9 <= width <= 40
    assert 4 <= height <= 90
    rolls = figure.axes[:-1]
    assert len(rolls) == steps
    bounds = [ax.get_position() for ax in figure.axes]
    assert all(0 < box.x0 < box.x1 < 1 and 0 < box.y0 < box.y1 < 1 for box in bounds)
    assert all(one.y0 > other.y1 for one, other in pairwise(bounds))
    numbers = figure.axes[-1].get_xticklabels()
    assert numbers[0].get_text() == "1"
    assert len(numbers) <= width / 0.3


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("", "waltz.abc"),
        ("$x^2$ & {a}", "$x^2$ & {a}"),
        ("Ágnes \N{SNOWMAN}", "Ágnes \N{SNOWMAN}"),
        ("東\ue000", "??"),
        ("x" * 300, "x" * 60 + "…"),
    ],
)
def test_any_title_is_drawn_without_a_warning(title: str, shown: str) -> None:
    figure = plotting.sweep(sweep(tune(title=title)), "rhythm")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure.canvas.draw()
    assert texts(figure)[0] == shown


def test_a_picture_is_a_png(tmp_path: Path) -> None:
    melody = readers.read(EXAMPLES / "irish-washerwoman.mid")
    path = tmp_path / "picture.png"
    plotting.sweep(sweep(melody), "rhythm").savefig(path)
    data = path.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert len(data) < 1_000_000
